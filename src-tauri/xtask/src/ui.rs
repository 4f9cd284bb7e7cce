//! The window's source: its packages, its scripts, and whether the built page is fresh.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::context::{Context, Failure, call};
use crate::fingerprint::Fingerprint;

/// Inside node_modules, so that whoever removes that folder removes the stamp as well.
const INSTALLED_STAMP: &str = ".inkstone-installed";
const BUILT_STAMP: &str = ".inkstone-built";

fn npm(context: &Context, arguments: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(arguments).current_dir(context.ui());
    command
}

fn stamp(context: &Context, name: &str) -> PathBuf {
    context.ui().join("node_modules").join(name)
}

fn is(context: &Context, name: &str, fingerprint: &str) -> bool {
    fs::read_to_string(stamp(context, name)).is_ok_and(|text| text == fingerprint)
}

fn set(context: &Context, name: &str, fingerprint: &str) -> Result<(), Failure> {
    // npm makes no folder when there is nothing to install.
    fs::create_dir_all(context.ui().join("node_modules"))
        .and_then(|()| fs::write(stamp(context, name), fingerprint))
        .map_err(|error| Failure(format!("ui/node_modules cannot be written to: {error}.")))
}

fn fingerprint(paths: &[(PathBuf, &[&str])]) -> Result<String, Failure> {
    let mut fingerprint = Fingerprint::new();
    for (path, without) in paths {
        fingerprint
            .tree(path, without)
            .map_err(|error| Failure(format!("{} cannot be read: {error}.", path.display())))?;
    }
    Ok(fingerprint.text())
}

/// Installs the packages of package-lock.json, unless they are those already there.
pub fn install(context: &Context) -> Result<(), Failure> {
    let lock = context.ui().join("package-lock.json");
    let locked = fingerprint(&[(lock, &[])])?;
    if is(context, INSTALLED_STAMP, &locked) {
        println!("ui/node_modules is up to date");
        return Ok(());
    }
    // No install scripts: a package is data until our own code runs it.
    call(&mut npm(
        context,
        &["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
    ))?;
    set(context, INSTALLED_STAMP, &locked)
}

/// Runs a script of package.json.
pub fn script(context: &Context, name: &str) -> Result<(), Failure> {
    call(&mut npm(context, &["run", "--silent", name]))
}

/// Builds the page into ui/dist.
pub fn build(context: &Context) -> Result<(), Failure> {
    let source = source(context)?;
    script(context, "build")?;
    set(context, BUILT_STAMP, &source)
}

/// Builds the page unless nothing it is made of has changed. A fresh page spares the window's
/// binary, which holds the page, from being linked again.
pub fn build_if_stale(context: &Context) -> Result<(), Failure> {
    let page = context.ui().join("dist").join("index.html");
    if page.is_file() && is(context, BUILT_STAMP, &source(context)?) {
        println!("ui/dist is up to date");
        return Ok(());
    }
    build(context)
}

fn source(context: &Context) -> Result<String, Failure> {
    fingerprint(&[
        (context.ui(), &["node_modules", "dist"]),
        // Locales and fonts are part of the page, models are not.
        (context.root.join("assets"), &["models", "screenshots"]),
    ])
}
