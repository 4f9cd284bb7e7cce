//! Binds the page, the window's rights and the icons into the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Some 60,000 places that the loader fills in, told in 2 MB less of memory.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    // Commands named here are denied unless a capability grants them.
    let manifest = tauri_build::AppManifest::new().commands(&["call", "events", "open_window"]);
    match tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
