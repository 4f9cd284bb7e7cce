//! The locks of the desktop shell: what its page may load, call and open.

use std::collections::BTreeMap;

use cargo_metadata::Metadata;
use serde_json::Value;

/// The oldest Tauri without known holes in what we use.
const TAURI: (u64, u64, u64) = (2, 11, 1);

/// Tauri's own origins, which never leave the machine.
const OWN_ORIGINS: &[&str] = &[
    "'self'",
    "'none'",
    "ipc:",
    "http://ipc.localhost",
    "asset:",
    "http://asset.localhost",
];

/// Names of plugins whose permissions no capability may grant.
const FORBIDDEN_PLUGINS: &[&str] = &["shell", "http", "fs", "websocket", "upload"];

/// A sentence for each lock that is open in tauri.conf.json.
pub fn of_configuration(configuration: &Value) -> Vec<String> {
    let app = &configuration["app"];
    let security = &app["security"];
    let mut problems = of_csp(&security["csp"]);
    let mut demand = |holds: bool, sentence: &str| {
        if !holds {
            problems.push(sentence.to_owned());
        }
    };
    demand(
        app["withGlobalTauri"] != true,
        "withGlobalTauri gives Tauri's API to every script",
    );
    demand(
        security["freezePrototype"] == true,
        "freezePrototype is not on",
    );
    demand(
        [Value::Null, Value::Bool(false)]
            .contains(&security["dangerousDisableAssetCspModification"]),
        "dangerousDisableAssetCspModification is on",
    );
    for plugin in FORBIDDEN_PLUGINS {
        demand(
            configuration["plugins"][plugin].is_null(),
            &format!("the plugin {plugin} is configured"),
        );
    }
    if security["assetProtocol"]["enable"] == true {
        let scope = &security["assetProtocol"]["scope"];
        let allowed = scope.as_array().or_else(|| scope["allow"].as_array());
        let narrow = |entry: &Value| entry.as_str().is_some_and(|path| path.starts_with("$APP"));
        demand(
            allowed.is_some_and(|entries| entries.iter().all(narrow)),
            "the asset protocol reaches beyond the program's own folders",
        );
    }
    for capability in security["capabilities"].as_array().into_iter().flatten() {
        if capability.is_object() {
            problems.extend(of_capability("tauri.conf.json", capability));
        }
    }
    problems
}

fn of_csp(csp: &Value) -> Vec<String> {
    let Some(directives) = directives(csp) else {
        return vec!["there is no content security policy".to_owned()];
    };
    let mut problems = Vec::new();
    for (name, wanted) in [
        ("default-src", "'self'"),
        ("object-src", "'none'"),
        ("base-uri", "'none'"),
        ("frame-ancestors", "'none'"),
    ] {
        if directives
            .get(name)
            .is_none_or(|sources| sources.join(" ") != wanted)
        {
            problems.push(format!("the policy's {name} is not {wanted}"));
        }
    }
    for (name, sources) in &directives {
        for source in sources {
            let fits = OWN_ORIGINS.contains(&source.as_str())
                || (name == "style-src" && source == "'unsafe-inline'")
                // Pictures and fonts that are part of the page itself.
                || (["img-src", "font-src", "media-src"].contains(&name.as_str())
                    && ["data:", "blob:"].contains(&source.as_str()));
            if !fits {
                problems.push(format!("the policy's {name} allows {source}"));
            }
        }
    }
    problems
}

/// A policy is one string, or an object of directives with strings or lists.
fn directives(csp: &Value) -> Option<BTreeMap<String, Vec<String>>> {
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    if let Some(text) = csp.as_str() {
        let parts = text.split(';').map(words).filter(|part| !part.is_empty());
        return Some(parts.map(|mut part| (part.remove(0), part)).collect());
    }
    let sources = |value: &Value| match value {
        Value::String(text) => words(text),
        Value::Array(list) => list
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    let object = csp.as_object()?;
    Some(
        object
            .iter()
            .map(|(name, value)| (name.clone(), sources(value)))
            .collect(),
    )
}

/// A sentence for each thing that a capability grants and should not.
pub fn of_capability(file: &str, capability: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    if !capability["remote"].is_null() {
        problems.push(format!("{file} grants something to remote pages"));
    }
    let permissions = capability["permissions"].as_array();
    if permissions.is_none() {
        problems.push(format!("{file} has no list of permissions"));
    }
    for permission in permissions.into_iter().flatten() {
        let name = permission
            .as_str()
            .or_else(|| permission["identifier"].as_str());
        let Some(name) = name else {
            problems.push(format!("{file} has a permission without a name"));
            continue;
        };
        let plugin = name.split(':').next().unwrap_or_default();
        if FORBIDDEN_PLUGINS.contains(&plugin) {
            problems.push(format!("{file} grants {name}"));
        }
        if plugin == "opener" && !opens_only_web_and_mail(permission) {
            problems.push(format!(
                "{file} grants {name} for more than https: and mailto:"
            ));
        }
    }
    problems
}

/// The plugin's defaults allow more, so a scope must be written out.
fn opens_only_web_and_mail(permission: &Value) -> bool {
    let fits = |entry: &Value| {
        let url = entry["url"]
            .as_str()
            .or_else(|| entry.as_str())
            .unwrap_or_default();
        url.starts_with("https:") || url.starts_with("mailto:")
    };
    permission["identifier"] == "opener:allow-open-url"
        && permission["allow"]
            .as_array()
            .is_some_and(|list| !list.is_empty() && list.iter().all(fits))
}

/// A sentence if the window is drawn by another Tauri than we trust.
pub fn of_crates(metadata: &Metadata) -> Vec<String> {
    metadata
        .packages
        .iter()
        .filter(|package| package.name.as_str() == "tauri")
        .filter(|package| {
            let version = &package.version;
            let numbers = (version.major, version.minor, version.patch);
            version.major != TAURI.0 || numbers < TAURI || !version.pre.is_empty()
        })
        .map(|package| {
            format!(
                "tauri {} is not a stable 2.x from 2.11.1 on",
                package.version
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CSP: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
        connect-src ipc: http://ipc.localhost; img-src 'self' asset: http://asset.localhost blob: \
        data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

    fn locked() -> Value {
        json!({
            "app": {
                "withGlobalTauri": false,
                "security": { "csp": CSP, "freezePrototype": true, "capabilities": ["main"] },
            },
            "plugins": {},
        })
    }

    #[test]
    fn a_locked_shell_is_fine() {
        assert!(of_configuration(&locked()).is_empty());
        let mut split = locked();
        split["app"]["security"]["csp"] = json!({
            "default-src": "'self'", "object-src": ["'none'"], "base-uri": "'none'",
            "frame-ancestors": "'none'", "img-src": ["'self'", "data:"],
        });
        assert!(of_configuration(&split).is_empty());
        split["app"]["security"]["assetProtocol"] =
            json!({ "enable": true, "scope": ["$APPDATA/assets/**"] });
        assert!(of_configuration(&split).is_empty());
    }

    #[test]
    fn every_open_lock_is_named() {
        let csp = |from: &str, to: &str| json!(CSP.replace(from, to));
        let changes = [
            ("/app/withGlobalTauri", json!(true), "withGlobalTauri"),
            (
                "/app/security/freezePrototype",
                json!(false),
                "freezePrototype",
            ),
            (
                "/app/security/csp",
                Value::Null,
                "no content security policy",
            ),
            (
                "/app/security/csp",
                csp("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
                "script-src allows 'unsafe-inline'",
            ),
            (
                "/app/security/csp",
                csp("script-src 'self'", "script-src 'unsafe-eval'"),
                "'unsafe-eval'",
            ),
            (
                "/app/security/csp",
                csp("connect-src ipc:", "connect-src https: ipc:"),
                "connect-src allows https:",
            ),
            (
                "/app/security/csp",
                csp("img-src 'self'", "img-src *"),
                "img-src allows *",
            ),
            (
                "/app/security/csp",
                csp("object-src 'none'; ", ""),
                "object-src is not 'none'",
            ),
            (
                "/app/security/csp",
                csp("default-src 'self'", "default-src 'self' data:"),
                "default-src is not 'self'",
            ),
            (
                "/plugins",
                json!({ "shell": { "open": true } }),
                "the plugin shell",
            ),
        ];
        for (place, value, sentence) in changes {
            let mut configuration = locked();
            *configuration.pointer_mut(place).unwrap() = value;
            let found = of_configuration(&configuration);
            assert!(
                found.iter().any(|line| line.contains(sentence)),
                "{sentence}: {found:?}"
            );
        }
        let mut wide = locked();
        wide["app"]["security"]["assetProtocol"] = json!({ "enable": true, "scope": ["$HOME/**"] });
        assert_eq!(of_configuration(&wide).len(), 1);
    }

    #[test]
    fn capabilities_grant_no_more_than_they_must() {
        let granting = |permissions: Value| {
            of_capability(
                "main.json",
                &json!({
                    "identifier": "main", "windows": ["main"], "permissions": permissions,
                }),
            )
        };
        assert!(
            granting(json!([
                "core:default",
                "allow-open-library",
                "dialog:allow-open"
            ]))
            .is_empty()
        );
        assert!(
            granting(json!([{ "identifier": "opener:allow-open-url",
            "allow": [{ "url": "https://*" }, { "url": "mailto:*" }] }]))
            .is_empty()
        );
        for bad in [
            json!(["shell:allow-open"]),
            json!(["fs:default"]),
            json!([{ "identifier": "shell:allow-execute", "allow": [] }]),
            json!(["opener:default"]),
            json!([{ "identifier": "opener:allow-open-url", "allow": [{ "url": "file:*" }] }]),
            json!([{ "identifier": "opener:allow-open-url" }]),
            json!([{ "allow": [] }]),
            Value::Null,
        ] {
            assert_eq!(granting(bad.clone()).len(), 1, "{bad}");
        }
        let remote = json!({ "permissions": [], "remote": { "urls": ["https://example.org"] } });
        assert_eq!(of_capability("main.json", &remote).len(), 1);
    }

    #[test]
    fn an_old_or_unfinished_tauri_is_named() {
        let with = |version: &str| {
            let mut answer = serde_json::to_value(crate::metadata()).unwrap();
            let packages = answer["packages"].as_array_mut().unwrap();
            let tauri = packages
                .iter_mut()
                .find(|package| package["name"] == "tauri")
                .unwrap();
            tauri["version"] = json!(version);
            of_crates(&serde_json::from_value(answer).unwrap()).len()
        };
        assert_eq!(with("2.11.1"), 0);
        assert_eq!(with("2.11.0"), 1);
        assert_eq!(with("3.0.0-alpha.5"), 1);
    }
}
