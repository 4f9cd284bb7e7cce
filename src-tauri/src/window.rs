//! The window and what goes through it.

use std::path::Path;
use std::sync::Arc;

use inkstone_machine::{InstalledFonts, KeptKeys, Places, SystemClock, ThisMachine, seeds};
use inkstone_studio::{
    Doorway, Parts, Program, Secrets, Studio, StudioError,
    dto::{ErrorDto, StudioEvent},
};
use serde_json::Value;
use tauri::{
    AppHandle, Emitter as _, Manager as _, RunEvent, State, WebviewWindowBuilder,
    utils::config::WindowConfig,
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::linux;

/// The event under which the page hears the studio.
const EVENT: &str = "studio";

/// What may have changed while nobody could listen: everything.
const ALL_KINDS: [&str; 8] = [
    "projects",
    "documents",
    "models",
    "history",
    "takes",
    "settings",
    "ledger",
    "library",
];

/// Shows the window until it is closed.
///
/// # Errors
/// When the system gives us no window.
pub fn run() -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![call, open_window])
        .setup(|app| {
            let handle = app.handle().clone();
            let places = Places::find(None).map_err(|error| error.to_string())?;
            let welcome = move |studio: &Arc<Studio>| tell(&handle, studio);
            let memory = places.memory.clone();
            // Whichever library is open, the keys are the person's.
            let keys: Arc<dyn Secrets> = Arc::new(KeptKeys::of_person());
            let parts = move |library: &Path| parts(library, keys.clone());
            // Before there is a page that could call.
            app.manage(Doorway::new(places.library, memory, parts, welcome));
            let config = config(app.handle())?;
            // The library opens while the page loads.
            let early = app.handle().clone();
            tauri::async_runtime::spawn(async move {
                early.state::<Arc<Doorway>>().studio().await.is_ok()
            });
            Ok(show(app.handle(), &config)?)
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

fn show(app: &AppHandle, config: &WindowConfig) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::from_config(app, config)?.build()?;
    linux::let_input_methods_compose(&window);
    Ok(())
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
    show(&app, &config).map_err(|error| failed(error.to_string()))
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

fn parts(library: &Path, secrets: Arc<dyn Secrets>) -> Parts {
    Parts {
        library_path: library.to_owned(),
        program: Program::Window,
        models_dir: Places::models_beside(library),
        clock: Arc::new(SystemClock),
        local: Arc::new(inkstone_candle::Candle::new()),
        remote: Arc::new(inkstone_openai::OpenAi::new()),
        secrets,
        entropy: seeds(),
    }
}

/// Passes the studio's events on to the page for as long as there is a studio, and lends it the
/// fonts of the system and what is known of the machine.
fn tell(app: &AppHandle, studio: &Arc<Studio>) {
    studio.use_fonts(Arc::new(InstalledFonts::default()));
    studio.use_machine(Arc::new(ThisMachine::default()));
    let (app, mut events) = (app.clone(), studio.subscribe());
    tauri::async_runtime::spawn(async move {
        while let Some(event) = next(&mut events).await {
            if let Err(error) = app.emit(EVENT, event) {
                tracing::warn!(%error, "the page missed an event");
            }
        }
    });
}

/// The next event; where some were missed, the word to look at everything anew.
async fn next(events: &mut Receiver<StudioEvent>) -> Option<StudioEvent> {
    match events.recv().await {
        Ok(event) => Some(event),
        Err(RecvError::Lagged(_)) => Some(StudioEvent::Changed {
            kinds: ALL_KINDS.map(str::to_owned).to_vec(),
        }),
        Err(RecvError::Closed) => None,
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast;

    use super::*;

    fn changed(kind: &str) -> StudioEvent {
        StudioEvent::Changed {
            kinds: vec![kind.to_owned()],
        }
    }

    fn kinds(event: Option<StudioEvent>) -> Vec<String> {
        match event {
            Some(StudioEvent::Changed { kinds }) => kinds,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_window_has_a_name_of_its_own() {
        let open = ["main", "also-1", "also-3"];
        assert_eq!(another(|name| open.contains(&name)), "also-2");
        assert_eq!(another(|_| false), "also-1");
    }

    #[tokio::test]
    async fn a_page_that_falls_behind_is_told_to_look_at_everything() {
        let (sender, mut events) = broadcast::channel(2);
        sender.send(changed("models")).unwrap();
        assert_eq!(kinds(next(&mut events).await), ["models"]);
        for _ in 0..5 {
            sender.send(changed("history")).unwrap();
        }
        assert_eq!(kinds(next(&mut events).await), ALL_KINDS);
        assert_eq!(kinds(next(&mut events).await), ["history"]);
        drop(sender);
        assert_eq!(kinds(next(&mut events).await), ["history"]);
        assert!(next(&mut events).await.is_none());
    }
}
