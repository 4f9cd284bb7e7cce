//! Binds the page, the window's rights and the icons into the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Commands named here are denied unless a capability grants them.
    let manifest = tauri_build::AppManifest::new().commands(&["call", "missed", "open_window"]);
    match tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
