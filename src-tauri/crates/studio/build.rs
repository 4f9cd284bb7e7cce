//! Names the starter model by its contents, so that no start of the program has to read it for that.

use std::{env, error::Error, fs, path::Path};

use sha2::{Digest as _, Sha256};

const STARTER: &str = "../../../assets/models/inkstone-starter.gguf";

fn main() -> Result<(), Box<dyn Error>> {
    let path = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(STARTER);
    let hash = Sha256::digest(fs::read(&path)?);
    let short: String = hash
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    println!("cargo::rerun-if-changed={}", path.display());
    println!("cargo::rustc-env=INKSTONE_STARTER={short}");
    Ok(())
}
