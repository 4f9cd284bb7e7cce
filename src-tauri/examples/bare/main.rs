//! A window with the studio's editor in it and nothing behind it: what start and memory of the whole
//! program are measured beside. It is built by `cargo xtask bench window` only.

fn main() -> tauri::Result<()> {
    tauri::Builder::default().run(tauri::generate_context!("examples/bare/tauri.conf.json"))
}
