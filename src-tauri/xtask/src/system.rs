//! Looks at the machine and installs what is missing, where it knows how.

use std::io::IsTerminal;
use std::path::Path;
use std::process::Command;

use crate::context::{Context, Failure, call, on_path, output, succeeds};
use crate::needs::{self, Manager, Need, Probe};

/// The oldest Node.js that the UI's build tool runs on.
const NODE: (u32, u32) = (20, 19);

/// Sees to it that the needs are met, installing packages with apt where there is apt.
pub fn provide(needs: &[&Need]) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        // macOS and Windows bring their web view and their fonts.
        return Ok(());
    }
    let manager = Manager::detect(on_path);
    let missing = look(manager, needs);
    if missing.is_empty() {
        return Ok(());
    }
    println!("Inkstone needs what is not installed here yet:");
    for need in &missing {
        println!("  {:<24} {}", manager.package(need), need.why);
    }
    let packages = needs::packages(manager, &missing);
    let root = output("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    let by_hand = || match manager.command(&packages, !root) {
        Some(command) => Failure(format!(
            "Install it with this command, then try again:\n  {command}"
        )),
        None => Failure(
            "Install it with this system's package manager (the names above are Debian's), then \
             try again."
                .to_owned(),
        ),
    };
    if manager != Manager::Apt {
        return Err(by_hand());
    }
    // A question for a password that nobody can answer would hang for ever.
    let may_install = root || (on_path("sudo") && std::io::stdin().is_terminal());
    if !may_install {
        return Err(by_hand());
    }
    install(&packages, root).map_err(|failure| Failure(format!("{failure}\n{}", by_hand())))?;
    let left = look(manager, needs);
    match left.first() {
        None => Ok(()),
        Some(need) => Err(Failure(format!(
            "The packages are installed, and still {} is not to be found ({}).",
            manager.package(need),
            need.why
        ))),
    }
}

fn look(manager: Manager, wanted: &[&Need]) -> Vec<Need> {
    let installed = if manager == Manager::Apt {
        installed(wanted)
    } else {
        Vec::new()
    };
    needs::unmet(wanted, &installed, met)
}

fn installed(wanted: &[&Need]) -> Vec<String> {
    let mut arguments = vec!["-W", "-f", "${db:Status-Abbrev}\t${Package}\n"];
    arguments.extend(wanted.iter().map(|need| need.debian));
    output("dpkg-query", &arguments).map_or_else(Vec::new, |text| needs::installed(&text))
}

fn met(probe: Probe) -> bool {
    match probe {
        Probe::Program(name) => on_path(name),
        Probe::Library(name) => succeeds(Command::new("pkg-config").args(["--exists", name])),
        Probe::ChineseFont => output("fc-list", &[":lang=zh-cn", "family"])
            .is_some_and(|fonts| !fonts.trim().is_empty()),
    }
}

fn install(packages: &[&str], root: bool) -> Result<(), Failure> {
    // A fresh container has no lists at all; elsewhere an update is tried only when needed.
    let mut updated = !lists_present();
    if updated {
        apt(&["update"], root)?;
    }
    loop {
        let mut arguments = vec!["install", "-y", "--no-install-recommends"];
        arguments.extend(packages);
        match apt(&arguments, root) {
            Ok(()) => return Ok(()),
            Err(failure) if updated => return Err(failure),
            Err(_) => {
                println!("The package lists may be old: fetching them again.");
                apt(&["update"], root)?;
                updated = true;
            }
        }
    }
}

fn apt(arguments: &[&str], root: bool) -> Result<(), Failure> {
    // `env` and not Command::env: sudo drops our environment.
    let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"];
    words.extend(arguments);
    if !root {
        words.insert(0, "sudo");
    }
    call(Command::new(words[0]).args(&words[1..]))
}

fn lists_present() -> bool {
    Path::new("/var/lib/apt/lists")
        .read_dir()
        .is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().contains("Packages"))
        })
}

/// Sees to it that a new enough Node.js and its npm are there.
pub fn node() -> Result<(), Failure> {
    let (major, minor) = NODE;
    let from = if cfg!(target_os = "macos") {
        "with `brew install node`"
    } else {
        "from https://nodejs.org/en/download or from your version manager"
    };
    let hint = format!(
        "Inkstone's window is built with Node.js {major}.{minor} or newer. Get it {from}, then \
         try again."
    );
    let Some(text) = output("node", &["--version"]) else {
        return Err(Failure(format!("Node.js is not installed. {hint}")));
    };
    match needs::node_version(&text) {
        Some(version) if version >= NODE => {}
        _ => return Err(Failure(format!("Node.js here is {}. {hint}", text.trim()))),
    }
    if on_path("npm") || cfg!(windows) {
        Ok(())
    } else {
        Err(Failure(format!("Node.js is here, but npm is not. {hint}")))
    }
}

/// Sees to it that the toolchain has its formatter and its linter.
pub fn toolchain(context: &Context) -> Result<(), Failure> {
    let missing: Vec<&str> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(command, _)| !succeeds(&mut context.cargo(&[command, "--version"])))
        .map(|(_, component)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!(
        "The Rust toolchain lacks {}, which the checks use.",
        missing.join(" and ")
    );
    call(
        Command::new("rustup")
            .args(["component", "add"])
            .args(&missing)
            .current_dir(&context.root),
    )
}
