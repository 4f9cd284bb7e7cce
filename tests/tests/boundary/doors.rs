//! Which room may use which, and which outside crates each room owns.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, PackageId};

/// A workspace package and the workspace packages that it may use.
struct Room {
    name: &'static str,
    doors: &'static [&'static str],
}

const MANUSCRIPT: &str = "inkstone-manuscript";
const GENERATION: &str = "inkstone-generation";
const LIBRARY: &str = "inkstone-library";
const FORMATS: &str = "inkstone-formats";
const CANDLE: &str = "inkstone-candle";
const OPENAI: &str = "inkstone-openai";
const DESKS: &str = "inkstone-desks";
const GRAMMAR: &str = "inkstone-grammar";
const SPELLING: &str = "inkstone-spelling";
const STUDIO: &str = "inkstone-studio";
const MACHINE: &str = "inkstone-machine";
const SHELL: &str = "inkstone";
const CLI: &str = "ink";
const TRAINER: &str = "inkstone-trainer";
const TESTS: &str = "inkstone-tests";
const XTASK: &str = "xtask";

const ROOMS: &[Room] = &[
    Room {
        name: MANUSCRIPT,
        doors: &[],
    },
    Room {
        name: GENERATION,
        doors: &[],
    },
    Room {
        name: LIBRARY,
        doors: &[MANUSCRIPT],
    },
    Room {
        name: FORMATS,
        doors: &[MANUSCRIPT],
    },
    Room {
        name: CANDLE,
        doors: &[GENERATION],
    },
    Room {
        name: OPENAI,
        doors: &[GENERATION],
    },
    Room {
        name: DESKS,
        doors: &[MANUSCRIPT, GENERATION],
    },
    Room {
        name: SPELLING,
        doors: &[],
    },
    Room {
        name: GRAMMAR,
        doors: &[],
    },
    // Everything but the adapters: a model is an `Arc<dyn TextModel>` here.
    Room {
        name: STUDIO,
        doors: &[
            MANUSCRIPT, GENERATION, LIBRARY, FORMATS, DESKS, SPELLING, GRAMMAR,
        ],
    },
    // What both composition roots take from the machine: places, keys, time, chance, a log.
    Room {
        name: MACHINE,
        doors: &[GENERATION, STUDIO],
    },
    // The two composition roots: the studio and what is put into it.
    Room {
        name: SHELL,
        doors: &[GENERATION, STUDIO, CANDLE, OPENAI, MACHINE, GRAMMAR],
    },
    Room {
        name: CLI,
        doors: &[GENERATION, STUDIO, CANDLE, OPENAI, MACHINE],
    },
    // Makes the starter model out of the desks' prompts, and measures it in the studio's engine.
    Room {
        name: TRAINER,
        doors: &[MANUSCRIPT, GENERATION, CANDLE, DESKS],
    },
    Room {
        name: TESTS,
        doors: &[
            MANUSCRIPT, GENERATION, LIBRARY, FORMATS, CANDLE, OPENAI, DESKS, SPELLING, GRAMMAR,
            STUDIO, MACHINE, SHELL, CLI,
        ],
    },
    Room {
        name: XTASK,
        doors: &[],
    },
];

/// Outside crates and the rooms that may name them. A `*` at the end stands for any ending.
struct Owned {
    crates: &'static [&'static str],
    rooms: &'static [&'static str],
}

const NETWORK: &[&str] = &[
    "async-openai*",
    "reqwest*",
    "hyper*",
    "ureq*",
    "curl*",
    "isahc",
    "attohttpc",
    "surf",
    "h2",
    "h3",
    "quinn*",
    "rustls*",
    "tokio-rustls",
    "rcgen",
    "native-tls",
    "openssl*",
    "tungstenite",
    "tokio-tungstenite",
    "eventsource-stream",
    "hf-hub",
    "axum*",
    "warp",
    "actix-web",
    "tiny_http",
];

const WINDOW: &[&str] = &[
    "tauri",
    "tauri-*",
    "wry",
    "tao",
    "webkit2gtk*",
    "gtk*",
    "gdk*",
    "gio*",
    "glib*",
    "rfd",
];

const OWNED: &[Owned] = &[
    Owned {
        crates: &["rusqlite*", "libsqlite3-sys", "sqlx*", "diesel*", "zstd*"],
        rooms: &[LIBRARY],
    },
    Owned {
        crates: WINDOW,
        rooms: &[SHELL],
    },
    Owned {
        crates: &["candle-*"],
        rooms: &[CANDLE],
    },
    Owned {
        crates: &["tokenizers", "gemm*"],
        rooms: &[CANDLE, TRAINER],
    },
    Owned {
        crates: NETWORK,
        rooms: &[OPENAI, TESTS],
    },
    Owned {
        crates: &["llguidance*", "toktrie*"],
        rooms: &[CANDLE],
    },
    Owned {
        crates: &["minijinja*"],
        rooms: &[DESKS, CANDLE],
    },
    Owned {
        crates: &["clap*", "indicatif"],
        rooms: &[CLI, TRAINER],
    },
    Owned {
        crates: &["fantoccini", "thirtyfour", "x11rb"],
        rooms: &[TESTS],
    },
    Owned {
        crates: &[
            "krilla*",
            "rustybuzz",
            "skrifa",
            "dom_query",
            "pulldown-cmark",
            "chardetng",
            "image",
        ],
        rooms: &[FORMATS],
    },
    Owned {
        crates: &["spellbook"],
        rooms: &[SPELLING],
    },
    Owned {
        crates: &["harper-*"],
        rooms: &[GRAMMAR],
    },
    Owned {
        crates: &["keyring*", "argon2", "chacha20poly1305"],
        rooms: &[MACHINE],
    },
    Owned {
        crates: &["unicode-linebreak"],
        rooms: &[MANUSCRIPT],
    },
    // The other rooms are plain functions: their callers choose the thread.
    Owned {
        crates: &["tokio"],
        rooms: &[CANDLE, OPENAI, STUDIO, SHELL, CLI, TESTS],
    },
];

/// Rooms from which even a dependency of a dependency must not lead to the network or a window.
const QUIET: &[&str] = &[
    MANUSCRIPT, GENERATION, LIBRARY, FORMATS, CANDLE, DESKS, SPELLING, GRAMMAR, STUDIO, MACHINE,
    TRAINER, XTASK,
];

/// What the check looks at: the workspace's packages, their own dependencies, and all that these
/// lead to. Dependencies of tests alone are left out of both.
#[derive(Clone, Default)]
pub struct House {
    packages: BTreeMap<String, Package>,
}

#[derive(Clone, Default)]
struct Package {
    uses: BTreeSet<String>,
    reaches: BTreeSet<String>,
}

impl House {
    /// Reads cargo's answer.
    pub fn of(metadata: &Metadata) -> House {
        let mut packages = BTreeMap::new();
        for package in metadata.workspace_packages() {
            let uses = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind != DependencyKind::Development)
                .map(|dependency| dependency.name.clone())
                .collect();
            let reaches = reached(metadata, &package.id);
            packages.insert(package.name.to_string(), Package { uses, reaches });
        }
        House { packages }
    }
}

fn reached(metadata: &Metadata, from: &PackageId) -> BTreeSet<String> {
    let resolve = metadata
        .resolve
        .as_ref()
        .expect("cargo metadata with dependencies");
    let nodes: BTreeMap<&PackageId, _> = resolve
        .nodes
        .iter()
        .map(|node| (&node.id, &node.deps))
        .collect();
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        for dependency in nodes.get(id).into_iter().flat_map(|deps| deps.iter()) {
            let only_for_tests = dependency
                .dep_kinds
                .iter()
                .all(|info| info.kind == DependencyKind::Development);
            if !only_for_tests && seen.insert(&dependency.pkg) {
                open.push(&dependency.pkg);
            }
        }
    }
    seen.into_iter()
        .map(|id| metadata[id].name.to_string())
        .collect()
}

fn matches(patterns: &[&str], name: &str) -> bool {
    patterns
        .iter()
        .any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => *pattern == name,
        })
}

/// A sentence for each thing that is not as the tables say.
pub fn problems(house: &House) -> Vec<String> {
    let mut problems = Vec::new();
    for room in ROOMS
        .iter()
        .filter(|room| !house.packages.contains_key(room.name))
    {
        problems.push(format!(
            "the table of rooms has `{}`, the workspace has not",
            room.name
        ));
    }
    for (name, package) in &house.packages {
        match ROOMS.iter().find(|room| room.name == name) {
            None => problems.push(format!("`{name}` has no row in the table of rooms")),
            Some(room) => problems.extend(of_room(room, package, house)),
        }
    }
    problems
}

fn of_room(room: &Room, package: &Package, house: &House) -> Vec<String> {
    let name = room.name;
    let mut problems = Vec::new();
    for used in &package.uses {
        if house.packages.contains_key(used) {
            if !room.doors.contains(&used.as_str()) {
                problems.push(format!("`{name}` has no door to `{used}`"));
            }
            continue;
        }
        for owned in OWNED.iter().filter(|owned| matches(owned.crates, used)) {
            if !owned.rooms.contains(&name) {
                let owners = owned.rooms.join("`, `");
                problems.push(format!(
                    "`{name}` uses `{used}`, which belongs to `{owners}`"
                ));
            }
        }
    }
    if QUIET.contains(&name) {
        for reached in &package.reaches {
            if matches(NETWORK, reached) || matches(WINDOW, reached) {
                problems.push(format!("from `{name}` dependencies lead to `{reached}`"));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn house() -> House {
        let packages = ROOMS
            .iter()
            .map(|room| {
                let uses = room.doors.iter().map(|&door| door.to_owned()).collect();
                (
                    room.name.to_owned(),
                    Package {
                        uses,
                        ..Package::default()
                    },
                )
            })
            .collect();
        House { packages }
    }

    fn with(room: &str, change: impl FnOnce(&mut Package)) -> Vec<String> {
        let mut house = house();
        change(house.packages.get_mut(room).unwrap());
        problems(&house)
    }

    fn using(room: &str, used: &str) -> Vec<String> {
        with(room, |package| {
            package.uses.insert(used.to_owned());
        })
    }

    #[test]
    fn a_house_with_every_allowed_door_open_is_fine() {
        assert!(problems(&house()).is_empty());
    }

    #[test]
    fn a_forbidden_door_is_named() {
        for (room, used) in [
            (STUDIO, CANDLE),
            (STUDIO, OPENAI),
            (MANUSCRIPT, GENERATION),
            (DESKS, LIBRARY),
            (CANDLE, MANUSCRIPT),
            (SHELL, LIBRARY),
            (LIBRARY, STUDIO),
            (XTASK, MANUSCRIPT),
        ] {
            let found = using(room, used);
            assert_eq!(found, [format!("`{room}` has no door to `{used}`")]);
        }
    }

    #[test]
    fn a_foreign_crate_in_the_wrong_room_is_named() {
        for (room, used, owner) in [
            (STUDIO, "rusqlite", LIBRARY),
            (STUDIO, "tauri", SHELL),
            (CLI, "tauri-plugin-dialog", SHELL),
            (TRAINER, "candle-core", CANDLE),
            (DESKS, "tokenizers", CANDLE),
            (CANDLE, "hyper-util", OPENAI),
            (STUDIO, "async-openai", OPENAI),
            (LIBRARY, "minijinja", DESKS),
            (SHELL, "clap", CLI),
            (SHELL, "fantoccini", TESTS),
            (MANUSCRIPT, "tokio", STUDIO),
        ] {
            let found = using(room, used);
            assert_eq!(found.len(), 1, "{room} {used}: {found:?}");
            assert!(found[0].contains(used) && found[0].contains(&format!("`{owner}`")));
        }
        for (room, used) in [
            (LIBRARY, "rusqlite"),
            (OPENAI, "async-openai"),
            (TRAINER, "tokenizers"),
            (TESTS, "hyper-util"),
            (STUDIO, "serde"),
            // The pattern is `tauri-*`, and not all that starts so.
            (STUDIO, "taurine"),
        ] {
            assert!(using(room, used).is_empty(), "{room} {used}");
        }
    }

    #[test]
    fn a_way_round_through_a_dependency_is_named() {
        let found = with(CANDLE, |package| {
            package.reaches.insert("hf-hub".to_owned());
        });
        assert_eq!(
            found,
            ["from `inkstone-candle` dependencies lead to `hf-hub`"]
        );
        let found = with(SHELL, |package| {
            package.reaches.insert("reqwest".to_owned());
        });
        assert!(found.is_empty());
    }

    #[test]
    fn a_new_room_needs_a_row_and_a_row_needs_a_room() {
        let mut house = house();
        house
            .packages
            .insert("inkstone-common".to_owned(), Package::default());
        house.packages.remove(FORMATS);
        let found = problems(&house);
        assert!(
            found
                .iter()
                .any(|line| line == "`inkstone-common` has no row in the table of rooms")
        );
        assert!(
            found
                .iter()
                .any(|line| line.contains("`inkstone-formats`, the workspace has not"))
        );
    }

    /// Cargo's real answer, changed in one place.
    fn doctored(change: impl FnOnce(&mut Value)) -> House {
        let mut answer = serde_json::to_value(crate::metadata()).unwrap();
        change(&mut answer);
        House::of(&serde_json::from_value(answer).unwrap())
    }

    fn add_dependency(answer: &mut Value, kind: Option<&str>) {
        let dependency = json!({
            "name": "rusqlite", "source": null, "req": "^0.43", "kind": kind, "rename": "db",
            "optional": false, "uses_default_features": true, "features": [], "target": null,
            "registry": null,
        });
        let packages = answer["packages"].as_array_mut().unwrap();
        let desks = packages
            .iter_mut()
            .find(|package| package["name"] == DESKS)
            .unwrap();
        desks["dependencies"]
            .as_array_mut()
            .unwrap()
            .push(dependency);
    }

    #[test]
    fn a_renamed_crate_in_cargos_own_answer_is_found() {
        let before = problems(&doctored(|_| {})).len();
        let used = "`inkstone-desks` uses `rusqlite`, which belongs to `inkstone-library`";
        let found = problems(&doctored(|answer| add_dependency(answer, None)));
        assert!(
            found.iter().any(|line| line == used) && found.len() == before + 1,
            "{found:?}"
        );
        let found = problems(&doctored(|answer| add_dependency(answer, Some("build"))));
        assert!(found.iter().any(|line| line == used), "{found:?}");
        let found = problems(&doctored(|answer| add_dependency(answer, Some("dev"))));
        assert_eq!(found.len(), before);
    }

    #[test]
    fn a_door_opened_deep_in_cargos_own_answer_is_found() {
        // Gives serde a dependency on reqwest's node: all that use serde reach the network then.
        let house = doctored(|answer| {
            let nodes = answer["resolve"]["nodes"].as_array_mut().unwrap();
            let id = |nodes: &[Value], name: &str| {
                let ids = nodes.iter().filter_map(|node| node["id"].as_str());
                let found = ids.filter(|id| id.contains(&format!("#{name}@"))).min();
                found.unwrap().to_owned()
            };
            let (from, to) = (id(nodes, "serde"), id(nodes, "hyper"));
            let node = nodes
                .iter_mut()
                .find(|node| node["id"] == from.as_str())
                .unwrap();
            node["deps"].as_array_mut().unwrap().push(json!({
                "name": "hyper", "pkg": to, "dep_kinds": [{ "kind": null, "target": null }],
            }));
        });
        let found = problems(&house);
        let line = "from `inkstone-manuscript` dependencies lead to `hyper`";
        assert!(found.iter().any(|problem| problem == line), "{found:?}");
    }
}
