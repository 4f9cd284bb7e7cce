//! The window and what goes through it.

use std::{sync::Arc, time::Duration};

use inkstone_candle::Candle;
use inkstone_studio::{Doorway, StudioError, dto::ErrorDto};
use serde_json::Value;
use tauri::{
    AppHandle, Manager as _, RunEvent, State, WebviewWindow, WebviewWindowBuilder, Window,
    utils::config::WindowConfig,
};

use crate::{
    early::Early,
    events::{Inboxes, Told, WindowEvent},
    linux,
};

/// Shows the window until it is closed.
///
/// # Errors
/// When the system gives us no window, or the person no folders.
pub fn run(early: Result<Early, String>) -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![call, events, open_window])
        .on_window_event(happened)
        .setup(|app| {
            let early = early?;
            // Before there is a page that could call.
            app.manage(early.door.clone());
            app.manage(early.inboxes.clone());
            let config = config(app.handle())?;
            let script = early.script();
            Ok(show(app.handle(), &config, script.as_deref())?)
        })
        .build(context())?
        .run(|app, event| {
            if matches!(event, RunEvent::Exit) {
                app.state::<Arc<Doorway>>().close();
            }
        });
    Ok(())
}

/// How a window begins, as tauri.conf.json says.
fn config(app: &AppHandle) -> Result<WindowConfig, &'static str> {
    let windows = &app.config().app.windows;
    windows
        .first()
        .cloned()
        .ok_or("no window in tauri.conf.json")
}

fn show(app: &AppHandle, config: &WindowConfig, script: Option<&str>) -> tauri::Result<()> {
    app.state::<Arc<Inboxes>>().open(&config.label);
    let mut builder = WebviewWindowBuilder::from_config(app, config)?;
    if let Some(script) = script {
        builder = builder.initialization_script(script);
    }
    let window = builder.build()?;
    linux::let_input_methods_compose(&window);
    let inboxes = app.state::<Arc<Inboxes>>().inner().clone();
    let label = config.label.clone();
    linux::hear_of_links(&window, move |links| {
        inboxes.tell_one(&label, WindowEvent::LinksOver { links });
    });
    linux::make_way(&window, Candle::make_way_for_a_key, Candle::make_way);
    Ok(())
}

/// Passes on what a page has to know of its window. One whose page does not listen closes by itself.
fn happened(window: &Window, event: &tauri::WindowEvent) {
    let inboxes = window.state::<Arc<Inboxes>>();
    let tell = |event| inboxes.tell_one(window.label(), event);
    match event {
        tauri::WindowEvent::CloseRequested { api, .. } if tell(WindowEvent::CloseRequested) => {
            api.prevent_close();
        }
        tauri::WindowEvent::Destroyed => inboxes.close(window.label()),
        tauri::WindowEvent::DragDrop(drag) => {
            if let Some(event) = WindowEvent::of_drag(drag) {
                tell(event);
            }
        }
        _ => {}
    }
}

/// The name of one more window beside those that are open; `capabilities/main.json` gives rights to
/// names of this kind.
fn another(open: impl Fn(&str) -> bool) -> String {
    let mut names = (1_u32..).map(|number| format!("also-{number}"));
    names.find(|name| !open(name)).unwrap_or_default()
}

/// Opens one more window on the same studio.
#[tauri::command]
async fn open_window(app: AppHandle) -> Result<(), ErrorDto> {
    let failed = |reason: String| StudioError::Internal(reason).to_dto();
    let mut config = config(&app).map_err(|reason| failed(reason.to_owned()))?;
    config.label = another(|name| app.get_webview_window(name).is_some());
    // Not quite over the one that it was asked for in.
    config.center = false;
    show(&app, &config, None).map_err(|error| failed(error.to_string()))
}

/// The page, the window's settings and rights, as they are built in. The macro is expanded once only:
/// two expansions at the same time write the same files, and one takes in what the other has not
/// finished.
#[cfg(not(test))]
fn context() -> tauri::Context {
    tauri::generate_context!()
}

#[cfg(test)]
fn context() -> tauri::Context {
    unreachable!("unit tests open no window")
}

/// Calls the studio, or the door to it, by a command's name; see [`inkstone_studio::commands`].
#[tauri::command]
async fn call(
    door: State<'_, Arc<Doorway>>,
    command: String,
    input: Value,
) -> Result<Value, ErrorDto> {
    let door = door.inner().clone();
    // On a task of its own, so that a fault of ours becomes an answer and no call waits for ever.
    let answer = tokio::spawn(async move { door.call(&command, input).await });
    answer
        .await
        .unwrap_or_else(|fault| Err(StudioError::Internal(fault.to_string()).to_dto()))
}

/// What happened in the studio and to this window after that number, and not before `rest`
/// milliseconds; without them nothing, and whoever asked before has an answer. See [`Inboxes::next`].
#[tauri::command]
async fn events(
    window: WebviewWindow,
    inboxes: State<'_, Arc<Inboxes>>,
    after: Option<u64>,
    rest: Option<u32>,
) -> Result<Told, ()> {
    let Some(rest) = rest else {
        inboxes.hush(window.label());
        return Ok(Told::default());
    };
    let rest = Duration::from_millis(rest.into());
    Ok(inboxes.next(window.label(), after, rest).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_window_has_a_name_of_its_own() {
        let open = ["main", "also-1", "also-3"];
        assert_eq!(another(|name| open.contains(&name)), "also-2");
        assert_eq!(another(|_| false), "also-1");
    }
}
