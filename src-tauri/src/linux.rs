//! What WebKitGTK needs to be told on Linux; nothing elsewhere.

/// Asks for a display, which the window's toolkit would take for granted.
///
/// # Errors
/// A sentence for the person where there is none.
#[cfg(target_os = "linux")]
pub fn find_display() -> Result<(), &'static str> {
    use inkstone_studio::Language;

    gtk::init().map_err(|_| match inkstone_machine::system_language() {
        Language::English => {
            "Inkstone finds no display to open its window on.\n\
             The same studio works without a window: see `ink --help`."
        }
        Language::Chinese => {
            "Inkstone 找不到可以打开窗口的显示器。\n\
             不用窗口也能使用同一个工作室：请看 ink --help。"
        }
    })
}

/// As above.
///
/// # Errors
/// None: there is always a display.
#[cfg(not(target_os = "linux"))]
pub fn find_display() -> Result<(), &'static str> {
    Ok(())
}

/// Without a graphics card's render node WebKitGTK's usual way of drawing shows a blank window, so
/// it is told to draw otherwise, unless the person has said how. It listens to the environment of
/// the process only, and that is set safely by starting the program anew in its own place.
#[cfg(target_os = "linux")]
pub fn choose_renderer() {
    use std::{env, os::unix::process::CommandExt as _, process::Command};

    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    let nodes = std::fs::read_dir("/dev/dri")
        .into_iter()
        .flatten()
        .flatten();
    let names = nodes.map(|node| node.file_name().to_string_lossy().into_owned());
    if env::var_os(VARIABLE).is_some() || has_render_node(names) {
        return;
    }
    let Ok(program) = env::current_exe() else {
        return;
    };
    let error = Command::new(program)
        .args(env::args_os().skip(1))
        .env(VARIABLE, "1")
        .exec();
    // Still here: the window may show, so it is worth going on.
    tracing::warn!(%error, "{VARIABLE} could not be set");
}

/// As above.
#[cfg(not(target_os = "linux"))]
pub fn choose_renderer() {}

#[cfg(target_os = "linux")]
fn has_render_node(mut names: impl Iterator<Item = String>) -> bool {
    names.any(|name| name.starts_with("renderD"))
}

/// wry switches the preedit of input methods off, and then the page hears nothing of a composition
/// before it is over: no pinyin stands where it will go, and Enter ends a line instead of it.
#[cfg(target_os = "linux")]
pub fn let_input_methods_compose(window: &tauri::WebviewWindow) {
    use webkit2gtk::{InputMethodContextExt as _, WebViewExt as _};

    let told = window.with_webview(|webview| {
        if let Some(context) = webview.inner().input_method_context() {
            context.set_enable_preedit(true);
        }
    });
    if let Err(error) = told {
        tracing::warn!(%error, "input methods stay without preedit");
    }
}

/// As above.
#[cfg(not(target_os = "linux"))]
pub fn let_input_methods_compose(_: &tauri::WebviewWindow) {}

/// Lets whoever computes know of each key, and of clicks and turns of the wheel, before the page hears
/// of it.
#[cfg(target_os = "linux")]
pub fn make_way(window: &tauri::WebviewWindow, for_a_key: fn(), otherwise: fn()) {
    use gtk::{glib::Propagation, prelude::WidgetExt as _};

    let told = window.with_webview(move |webview| {
        let view = webview.inner();
        view.connect_key_press_event(move |_, _| {
            for_a_key();
            Propagation::Proceed
        });
        view.connect_button_press_event(move |_, _| {
            otherwise();
            Propagation::Proceed
        });
        view.connect_scroll_event(move |_, _| {
            otherwise();
            Propagation::Proceed
        });
    });
    if let Err(error) = told {
        tracing::warn!(%error, "models do not make way for keys");
    }
}

/// As above.
#[cfg(not(target_os = "linux"))]
pub fn make_way(_: &tauri::WebviewWindow, _: fn(), _: fn()) {}

/// The target of WebKitGTK's drags that has addresses, as its `DropTarget` numbers them.
#[cfg(target_os = "linux")]
const ADDRESSES: u32 = 2;

/// Tells of links that are dragged over a window from other programs. wry takes them for files, with
/// their escapes undone, and keeps them from the page.
#[cfg(target_os = "linux")]
pub fn hear_of_links(window: &tauri::WebviewWindow, tell: impl Fn(Vec<String>) + Send + 'static) {
    use gtk::prelude::WidgetExt as _;

    let told = window.with_webview(move |webview| {
        let view = webview.inner();
        view.connect_drag_data_received(move |_, _, _, _, data, info, _| {
            if info == ADDRESSES {
                let all = data.uris().into_iter().map(String::from).collect();
                if let Some(links) = links_of(all) {
                    tell(links);
                }
            }
        });
    });
    if let Err(error) = told {
        tracing::warn!(%error, "links cannot be dropped");
    }
}

/// As above.
#[cfg(not(target_os = "linux"))]
pub fn hear_of_links(_: &tauri::WebviewWindow, _: impl Fn(Vec<String>) + Send + 'static) {}

/// The links among addresses, unless there are files.
#[cfg(target_os = "linux")]
fn links_of(all: Vec<String>) -> Option<Vec<String>> {
    let of = |address: &str, schemes: &[&str]| {
        let scheme = address.split_once(':').map(|(scheme, _)| scheme);
        scheme.is_some_and(|found| schemes.iter().any(|one| found.eq_ignore_ascii_case(one)))
    };
    if all.iter().any(|address| of(address, &["file"])) {
        return None;
    }
    let links: Vec<String> = all
        .into_iter()
        .filter(|address| of(address, &["http", "https", "mailto", "ftp"]))
        .collect();
    (!links.is_empty()).then_some(links)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{has_render_node, links_of};

    #[test]
    fn links_are_told_of_where_no_file_is() {
        let links = |all: &[&str]| links_of(all.iter().map(|&one| one.to_owned()).collect());
        let both = ["https://example.org/a%20b", "MAILTO:a@example.org"];
        assert_eq!(links(&both), Some(both.map(str::to_owned).to_vec()));
        assert_eq!(links(&["https://example.org", "file:///a.png"]), None);
        assert_eq!(links(&["javascript:alert(1)", "/a", ""]), None);
        assert_eq!(links(&[]), None);
    }

    #[test]
    fn a_card_without_a_render_node_does_not_count() {
        let has = |names: &[&str]| has_render_node(names.iter().map(|&name| name.to_owned()));
        assert!(has(&["by-path", "card0", "renderD128"]));
        assert!(!has(&["by-path", "card0"]));
        assert!(!has(&[]));
    }
}
