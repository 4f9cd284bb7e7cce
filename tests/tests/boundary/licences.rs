//! Whether all that we build on may be shipped with us, under MIT OR Apache-2.0.

use std::collections::BTreeSet;
use std::path::Path;

use cargo_metadata::Metadata;
use serde_json::Value;

/// Permissive, or with a copyleft that ends at the file (MPL, OFL).
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OFL-1.1",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Allowed besides for what helps to build and is not shipped.
const ALLOWED_FOR_TOOLS: &[&str] = &["BlueOak-1.0.0", "CC-BY-4.0", "Python-2.0"];

/// A sentence for each crate whose licence does not fit.
pub fn of_crates(metadata: &Metadata) -> Vec<String> {
    metadata
        .packages
        .iter()
        .filter(|package| !fits(package.license.as_deref().unwrap_or_default(), ALLOWED))
        .map(|package| {
            let licence = package.license.as_deref().unwrap_or("none");
            format!(
                "crate {} {} has the licence {licence}",
                package.name, package.version
            )
        })
        .collect()
}

/// A sentence for each package of a package-lock.json whose licence does not fit.
pub fn of_npm(lock: &Value) -> Vec<String> {
    let Some(packages) = lock["packages"].as_object() else {
        return vec!["package-lock.json has no packages: is it of version 3?".to_owned()];
    };
    let tools: Vec<&str> = ALLOWED.iter().chain(ALLOWED_FOR_TOOLS).copied().collect();
    packages
        .iter()
        .filter(|(path, package)| !path.is_empty() && package["link"] != true)
        .filter_map(|(path, package)| {
            let allowed = if package["dev"] == true {
                tools.as_slice()
            } else {
                ALLOWED
            };
            let licence = package["license"].as_str().unwrap_or_default();
            (!fits(licence, allowed)).then(|| format!("{path} has the licence `{licence}`"))
        })
        .collect()
}

/// A sentence for each folder with fonts that has no licence beside them.
pub fn of_fonts(paths: &[String]) -> Vec<String> {
    let folder = |path: &str| {
        Path::new(path)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default()
    };
    let is_licence = |path: &&String| {
        let name = Path::new(path.as_str())
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        name.starts_with("OFL") || name.starts_with("LICENSE")
    };
    let licensed: BTreeSet<_> = paths
        .iter()
        .filter(is_licence)
        .map(|path| folder(path))
        .collect();
    let is_font = |path: &&String| {
        [".ttf", ".otf", ".woff", ".woff2"]
            .iter()
            .any(|ending| path.ends_with(ending))
    };
    let with_fonts: BTreeSet<_> = paths
        .iter()
        .filter(is_font)
        .map(|path| folder(path))
        .collect();
    with_fonts
        .difference(&licensed)
        .map(|folder| format!("{} has fonts and no licence beside them", folder.display()))
        .collect()
}

/// Whether an SPDX expression can be met with these licences alone. What is no expression cannot.
fn fits(expression: &str, allowed: &[&str]) -> bool {
    // Older crates write a slash for OR.
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser {
        words: &words,
        allowed,
    };
    parser
        .any()
        .is_some_and(|fits| fits && parser.words.is_empty())
}

struct Parser<'w> {
    words: &'w [&'w str],
    allowed: &'w [&'w str],
}

impl Parser<'_> {
    fn next(&mut self, wanted: &str) -> bool {
        let found = self.words.first() == Some(&wanted);
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    fn any(&mut self) -> Option<bool> {
        let mut fits = self.all()?;
        while self.next("OR") {
            fits |= self.all()?;
        }
        Some(fits)
    }

    fn all(&mut self) -> Option<bool> {
        let mut fits = self.one()?;
        while self.next("AND") {
            fits &= self.one()?;
        }
        Some(fits)
    }

    fn one(&mut self) -> Option<bool> {
        if self.next("(") {
            let fits = self.any()?;
            return self.next(")").then_some(fits);
        }
        let (name, rest) = self.words.split_first()?;
        if ["OR", "AND", "WITH", ")"].contains(name) {
            return None;
        }
        self.words = rest;
        let mut licence = (*name).to_owned();
        if self.next("WITH") {
            let (exception, rest) = self.words.split_first()?;
            self.words = rest;
            licence = format!("{licence} WITH {exception}");
        }
        Some(self.allowed.contains(&licence.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
            "ISC AND (Apache-2.0 OR ISC) AND MIT",
        ] {
            assert!(fits(good, ALLOWED), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "MIT AND (GPL-2.0 OR LGPL-2.1)",
            "Apache-2.0 WITH Odd-exception",
            "SEE LICENSE IN x",
            "MIT OR",
            "(MIT",
            "MIT)",
            "MIT Apache-2.0",
        ] {
            assert!(!fits(bad, ALLOWED), "{bad}");
        }
        // AND binds before OR.
        assert!(fits("MIT OR MIT AND GPL-3.0", ALLOWED));
    }

    #[test]
    fn a_crate_with_another_licence_is_named() {
        let mut answer = serde_json::to_value(crate::metadata()).unwrap();
        let packages = answer["packages"].as_array_mut().unwrap();
        let serde = packages
            .iter_mut()
            .find(|package| package["name"] == "serde")
            .unwrap();
        serde["license"] = json!("AGPL-3.0-only");
        let found = of_crates(&serde_json::from_value(answer).unwrap());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crate serde ") && found[0].ends_with("AGPL-3.0-only"));
    }

    #[test]
    fn npm_packages_are_judged_by_where_they_end_up() {
        let lock = json!({ "packages": {
            "": { "name": "ui" },
            "node_modules/a": { "license": "MIT" },
            "node_modules/b": { "license": "GPL-3.0", "dev": true },
            "node_modules/c": { "license": "Python-2.0", "dev": true },
            "node_modules/d": { "license": "Python-2.0" },
            "node_modules/e": {},
        }});
        let found = of_npm(&lock);
        let named = |name: &str| found.iter().any(|line| line.contains(name));
        assert!(
            named("/b ") && named("/d ") && named("/e ") && found.len() == 3,
            "{found:?}"
        );
        assert_eq!(of_npm(&json!({ "lockfileVersion": 1 })).len(), 1);
    }

    #[test]
    fn fonts_need_their_licence_beside_them() {
        let paths = |list: &[&str]| list.iter().map(|&path| path.to_owned()).collect::<Vec<_>>();
        assert!(of_fonts(&paths(&["assets/fonts/a.woff2", "assets/fonts/OFL.txt"])).is_empty());
        assert_eq!(
            of_fonts(&paths(&["assets/fonts/a.ttf", "assets/OFL.txt"])).len(),
            1
        );
    }
}
