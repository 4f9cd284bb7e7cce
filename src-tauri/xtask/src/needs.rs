//! What a command needs from the machine, the reason, and how it is called in each system.

/// How a need is seen to be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// A program on the search path.
    Program(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// A font with Chinese letters.
    ChineseFont,
}

/// Something outside the workspace that a command cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// How it is seen to be there.
    pub probe: Probe,
    /// The reason, as it is told to the person.
    pub why: &'static str,
    /// Its name in Debian and Ubuntu.
    pub debian: &'static str,
    /// Its name in Fedora.
    pub fedora: &'static str,
    /// Its name in Arch Linux.
    pub arch: &'static str,
}

const fn need(
    probe: Probe,
    why: &'static str,
    debian: &'static str,
    fedora: &'static str,
    arch: &'static str,
) -> Need {
    Need {
        probe,
        why,
        debian,
        fedora,
        arch,
    }
}

/// What building and starting the window takes on Linux.
pub const FOR_RUN: &[Need] = &[
    need(
        Probe::Program("cc"),
        "compiles SQLite",
        "build-essential",
        "gcc",
        "base-devel",
    ),
    need(
        Probe::Program("pkg-config"),
        "finds the system libraries",
        "pkg-config",
        "pkgconf-pkg-config",
        "pkgconf",
    ),
    need(
        Probe::Library("webkit2gtk-4.1"),
        "the web view that draws the window",
        "libwebkit2gtk-4.1-dev",
        "webkit2gtk4.1-devel",
        "webkit2gtk-4.1",
    ),
    need(
        Probe::ChineseFont,
        "shows Chinese text",
        "fonts-noto-cjk",
        "google-noto-sans-cjk-fonts",
        "noto-fonts-cjk",
    ),
];

/// What the tests take on top of that on Linux.
pub const FOR_TESTS: &[Need] = &[
    need(
        Probe::Program("WebKitWebDriver"),
        "drives the window in end-to-end tests",
        "webkit2gtk-driver",
        "webkit2gtk-driver",
        "webkit2gtk-4.1",
    ),
    need(
        Probe::Program("Xvfb"),
        "a display without a screen, so that tests open no window on yours",
        "xvfb",
        "xorg-x11-server-Xvfb",
        "xorg-server-xvfb",
    ),
    need(
        Probe::Program("dbus-run-session"),
        "gives each tested window a message bus of its own",
        "dbus",
        "dbus-daemon",
        "dbus",
    ),
    need(
        Probe::Program("gnome-keyring-daemon"),
        "the keychain that the tests keep their keys in",
        "gnome-keyring",
        "gnome-keyring",
        "gnome-keyring",
    ),
    need(
        Probe::Program("xdotool"),
        "presses real keys in tests",
        "xdotool",
        "xdotool",
        "xdotool",
    ),
];

/// The package managers whose command is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manager {
    Apt,
    Dnf,
    Pacman,
    Unknown,
}

impl Manager {
    /// The manager of this machine, by the programs on its search path.
    pub fn detect(on_path: impl Fn(&str) -> bool) -> Manager {
        [
            ("apt-get", Manager::Apt),
            ("dnf", Manager::Dnf),
            ("pacman", Manager::Pacman),
        ]
        .into_iter()
        .find(|(program, _)| on_path(program))
        .map_or(Manager::Unknown, |(_, manager)| manager)
    }

    /// What this manager calls a need; an unknown one gets Debian's name.
    pub fn package(self, need: &Need) -> &'static str {
        match self {
            Manager::Apt | Manager::Unknown => need.debian,
            Manager::Dnf => need.fedora,
            Manager::Pacman => need.arch,
        }
    }

    /// The command that a person runs to install these packages.
    pub fn command(self, packages: &[&str], sudo: bool) -> Option<String> {
        let install = match self {
            Manager::Apt => "apt-get install --no-install-recommends",
            Manager::Dnf => "dnf install",
            Manager::Pacman => "pacman -S --needed",
            Manager::Unknown => return None,
        };
        let sudo = if sudo { "sudo " } else { "" };
        Some(format!("{sudo}{install} {}", packages.join(" ")))
    }
}

/// Packages in the order of the needs, each named once.
pub fn packages(manager: Manager, needs: &[Need]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for need in needs {
        let name = manager.package(need);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The needs that are neither installed as a package nor met in another way.
pub fn unmet(needs: &[&Need], installed: &[String], met: impl Fn(Probe) -> bool) -> Vec<Need> {
    needs
        .iter()
        .filter(|need| !installed.iter().any(|name| name == need.debian) && !met(need.probe))
        .map(|need| **need)
        .collect()
}

/// The packages that `dpkg-query -W -f '${db:Status-Abbrev}\t${Package}\n'` says are installed.
///
/// The first letter is what is wanted, the second the state, the third (a space when all is
/// well) an error. A removed package with its configuration left (`rc`) is not installed.
pub fn installed(dpkg_output: &str) -> Vec<String> {
    dpkg_output
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(state, _)| {
            let mut letters = state.chars().skip(1);
            letters.next() == Some('i') && letters.next().is_none_or(|error| error == ' ')
        })
        .map(|(_, package)| package.trim().to_owned())
        .collect()
}

/// The version of Node.js in `node --version`, as major and minor.
pub fn node_version(output: &str) -> Option<(u32, u32)> {
    let mut parts = output.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<&'static Need> {
        FOR_RUN.iter().chain(FOR_TESTS).collect()
    }

    #[test]
    fn only_fully_installed_packages_count() {
        let output = "ii \tlibwebkit2gtk-4.1-dev\nrc \txvfb\nun \txdotool\nhi \tdbus\n\
                      iU \tpkg-config\niF \tfonts-noto-cjk\niiR\tbuild-essential\nnonsense\n";
        assert_eq!(installed(output), ["libwebkit2gtk-4.1-dev", "dbus"]);
        assert!(installed("").is_empty());
    }

    #[test]
    fn a_need_met_in_another_way_asks_for_no_package() {
        let have = ["libwebkit2gtk-4.1-dev".to_owned(), "dbus".to_owned()];
        let met = |probe| matches!(probe, Probe::ChineseFont | Probe::Program("cc"));
        let missing = unmet(&all(), &have, met);
        assert_eq!(
            packages(Manager::Apt, &missing),
            [
                "pkg-config",
                "webkit2gtk-driver",
                "xvfb",
                "gnome-keyring",
                "xdotool"
            ]
        );
        assert!(unmet(&all(), &[], |_| true).is_empty());
    }

    #[test]
    fn each_system_gets_its_own_exact_command() {
        let missing = unmet(&all(), &[], |probe| {
            !matches!(probe, Probe::Library(_) | Probe::Program("WebKitWebDriver"))
        });
        let command = |manager: Manager, sudo| {
            let names = packages(manager, &missing);
            manager.command(&names, sudo)
        };
        assert_eq!(
            command(Manager::Dnf, true).as_deref(),
            Some("sudo dnf install webkit2gtk4.1-devel webkit2gtk-driver")
        );
        // One package meets two needs in Arch.
        assert_eq!(
            command(Manager::Pacman, true).as_deref(),
            Some("sudo pacman -S --needed webkit2gtk-4.1")
        );
        assert_eq!(
            command(Manager::Apt, false).as_deref(),
            Some("apt-get install --no-install-recommends libwebkit2gtk-4.1-dev webkit2gtk-driver")
        );
        assert_eq!(command(Manager::Unknown, true), None);
    }

    #[test]
    fn the_manager_is_known_by_its_program() {
        assert_eq!(
            Manager::detect(|program| program == "pacman"),
            Manager::Pacman
        );
        assert_eq!(Manager::detect(|program| program == "dnf"), Manager::Dnf);
        assert_eq!(Manager::detect(|_| true), Manager::Apt);
        assert_eq!(Manager::detect(|_| false), Manager::Unknown);
    }

    #[test]
    fn node_versions() {
        assert_eq!(node_version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(node_version("v22.1.0-nightly2024"), Some((22, 1)));
        assert_eq!(node_version("20.1.0"), None);
        assert_eq!(node_version("v20"), None);
        assert_eq!(node_version(""), None);
    }
}
