//! What leaves the program, and what stays of a key: a whole session in the window.

use std::{
    env, fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use inkstone_tests::{
    e2e::{E2eError, Home, PATIENCE, built},
    loopback::{Answer, Loopback, Script},
};
use rustix::process::{Pid, Signal, kill_process};

use crate::steps::{WRITING, accept, begin, editor_text, news_brief, open, saved, written};

const CANARY: &str = "sk-canary-3e5d7c9b1a";
const WORDS: &str = "Typed while a key was about.";

/// The forms in which a program may write a text down: as it is, in UTF-16, and in base64 at each
/// of its three places in a longer text.
fn disguises(text: &str) -> Vec<Vec<u8>> {
    let mut all = vec![
        text.as_bytes().to_vec(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    for skipped in 0..3 {
        all.push(base64(&text.as_bytes()[skipped..]));
    }
    all
}

/// Of whole groups of three bytes.
fn base64(bytes: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    for group in bytes.chunks_exact(3) {
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for shift in [18, 12, 6, 0] {
            out.push(LETTERS[((bits >> shift) & 63) as usize]);
        }
    }
    out
}

/// The files under a folder that hold a text in any disguise, and how many were looked at.
fn holding(folder: &Path, text: &str) -> (Vec<String>, usize) {
    let wanted = disguises(text);
    let (mut found, mut seen) = (Vec::new(), 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => {
                    seen += 1;
                    let bytes = fs::read(&path).unwrap_or_default();
                    let holds =
                        |wanted: &Vec<u8>| bytes.windows(wanted.len()).any(|bytes| bytes == wanted);
                    if wanted.iter().any(holds) {
                        found.push(path.to_string_lossy().into_owned());
                    }
                }
                _ => {}
            }
        }
    }
    (found, seen)
}

#[test]
fn a_text_is_found_in_every_disguise() {
    let folder = tempfile::tempdir().unwrap();
    let texts = [
        format!("key={CANARY}").into_bytes(),
        format!("é{CANARY}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
        base64(format!("{{\"k\":\"{CANARY}\"}}..").as_bytes()),
        base64(format!("a{CANARY}..").as_bytes()),
        base64(format!("ab{CANARY}..").as_bytes()),
    ];
    for (at, text) in texts.iter().enumerate() {
        fs::write(folder.path().join(at.to_string()), text).unwrap();
    }
    fs::write(folder.path().join("innocent"), "sk-canary-").unwrap();
    let (found, seen) = holding(folder.path(), CANARY);
    assert_eq!((found.len(), seen), (5, 6), "{found:?}");
}

#[tokio::test]
async fn a_key_is_in_no_file_after_good_and_failing_calls_and_a_crash() -> Result<(), E2eError> {
    let server = Loopback::start(
        Script::new(|request| match request.text() {
            // Servers say the key back.
            text if text.contains("Lisbon") => {
                Answer::error(401, &format!("Incorrect API key provided: {CANARY}."))
            }
            text if text.contains("Porto") => Answer::error(500, &format!("no {CANARY}")),
            _ => Answer::text("# Ferry\n\nThe night ferry runs again from the first of March."),
        })
        .with_key(CANARY),
    )?;
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    app.click("status-model").await?;
    app.click("add-server").await?;
    app.fill("server-url", &server.base_url()).await?;
    app.fill("server-key", CANARY).await?;
    app.fill("server-model", "loopback-1").await?;
    app.click("server-test").await?;
    app.wait_for("server-tested", WRITING).await?;
    app.click("server-add").await?;
    app.click("allow").await?;
    app.wait_until("the server to be chosen", PATIENCE, async || {
        let place = app.attribute("status-model", "data-where").await?;
        Ok(place.as_deref() == Some("remote"))
    })
    .await?;
    news_brief(&app).await?;
    app.press("Control+2").await?;
    app.type_text(WORDS).await?;
    saved(&app).await?;
    app.click("action-draft").await?;
    accept(&app).await?;
    for town in ["Lisbon", "Porto"] {
        app.press("Control+1").await?;
        app.fill("brief-topic", town).await?;
        app.click("action-draft").await?;
        assert_eq!(written(&app).await?, "failed");
        assert!(!app.page_text().await?.contains(CANARY), "it is shown");
        app.click("take-discard").await?;
        app.wait_gone("suggestion-1", PATIENCE).await?;
    }
    app.click("open-settings").await?;
    app.click("settings-ledger").await?;
    app.wait_for("ledger-entry", PATIENCE).await?;
    app.click("ledger-open").await?;
    app.wait_for("sent-text", PATIENCE).await?;
    assert!(!app.page_text().await?.contains(CANARY));
    // What the page keeps for itself.
    let script = "return JSON.stringify([localStorage, sessionStorage, document.cookie]);";
    let kept = app.client.execute(script, Vec::new()).await?;
    assert!(!kept.to_string().contains(CANARY), "{kept}");

    // It falls over in the middle of it.
    let process = app.process().and_then(|id| i32::try_from(id).ok());
    let Some(process) = process.and_then(Pid::from_raw) else {
        panic!("the program does not run");
    };
    kill_process(process, Signal::ABORT).map_err(std::io::Error::from)?;
    let begun = Instant::now();
    while app.process().is_some() && begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let output = app.output();
    assert!(!output.contains(CANARY), "it was printed");
    drop(app);

    // Everything goes out in every form that there is.
    let ink = |arguments: &[&str]| -> Result<(), E2eError> {
        let done = Command::new(built("ink")?)
            .args(arguments)
            .envs(home.variables())
            .env("INKSTONE_KEYCHAIN", "off")
            .current_dir(home.path())
            .output()?;
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{arguments:?}: {said}");
        Ok(())
    };
    ink(&["export", "--all", "out"])?;
    ink(&["ledger", "export", "ledger.jsonl", "--form", "jsonl"])?;
    ink(&["ledger", "export", "ledger.csv"])?;
    ink(&["library", "backup"])?;

    let sent = server.requests();
    let bearer = format!("Bearer {CANARY}");
    assert!(sent.len() >= 4, "{}", sent.len());
    for request in &sent {
        assert_eq!(request.header("authorization"), Some(bearer.as_str()));
    }
    let (found, seen) = holding(home.path(), CANARY);
    assert!(found.is_empty(), "the key lies in {found:?}");
    // The search finds what is there: words in the library, and the host in the ledger.
    assert!(seen > 10, "{seen} files");
    for there in [WORDS, &server.host()] {
        assert!(!holding(home.path(), there).0.is_empty(), "{there}");
    }
    assert!(fs::read_to_string(home.path().join("ledger.jsonl"))?.contains("Lisbon"));
    // The next session goes on, and has to be given the key anew.
    let app = open(&home).await?;
    app.wait_until("the typed text", PATIENCE, async || {
        Ok(editor_text(&app).await?.contains(WORDS))
    })
    .await
}

/// What the kernel of this network namespace has counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counted {
    /// Connections and datagrams to places outside, for which there is no way.
    outside: u64,
    /// Datagrams on this machine: questions for names.
    datagrams: u64,
    /// Connections on this machine to where nobody listens.
    refused: u64,
}

fn counted() -> Result<Counted, E2eError> {
    let table = fs::read_to_string("/proc/self/net/snmp")?;
    let newer = fs::read_to_string("/proc/self/net/snmp6").unwrap_or_default();
    // Two lines for each protocol: the names, and the numbers.
    let of = |protocol: &str, name: &str| -> u64 {
        let mut lines = table.lines().filter(|line| line.starts_with(protocol));
        let names = lines.next().unwrap_or_default().split_whitespace();
        let numbers = lines.next().unwrap_or_default().split_whitespace();
        let found = names.zip(numbers).find(|(known, _)| *known == name);
        let Some(number) = found.and_then(|(_, number)| number.parse().ok()) else {
            panic!("the kernel counts no {protocol} {name}: {table}");
        };
        number
    };
    let of_newer = |name: &str| -> u64 {
        let line = newer.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    };
    Ok(Counted {
        outside: of("Ip:", "OutNoRoutes") + of_newer("Ip6OutNoRoutes"),
        datagrams: of("Udp:", "OutDatagrams") + of_newer("Udp6OutDatagrams"),
        refused: of("Tcp:", "AttemptFails"),
    })
}

/// A session with the model that ships, in a namespace whose only interface is the machine's own.
/// The driver of the window speaks over it, to where somebody listens; that is all there may be.
async fn session() -> Result<(), E2eError> {
    let start = counted()?;
    let app = open(&Home::new()?).await?;
    let before = counted()?;
    assert_eq!(
        (before.outside, before.datagrams),
        (start.outside, start.datagrams),
        "it looked around while it started"
    );
    begin(&app, "news").await?;
    news_brief(&app).await?;
    app.click("action-draft").await?;
    let text = accept(&app).await?;
    assert!(
        editor_text(&app)
            .await?
            .contains(&crate::steps::some_words(&text))
    );
    // A picture and a page that the text names are fetched from nobody.
    app.press("Control+2").await?;
    app.type_text("![a](http://10.99.0.2/a.png) [b](https://example.org/) ")
        .await?;
    saved(&app).await?;
    for page in ["settings-ledger", "settings-usage", "settings-place"] {
        app.click("open-settings").await?;
        app.click(page).await?;
        app.press("Escape").await?;
        app.wait_gone("settings", PATIENCE).await?;
    }
    // The dialog with all models, none of which is a server's.
    app.click("status-model").await?;
    app.wait_for("model-item", PATIENCE).await?;
    app.press("Escape").await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = counted()?;
    assert_eq!(after, before, "somebody was asked");

    // The counters count: looking for servers on this machine, and asking one elsewhere.
    app.click("status-model").await?;
    app.click("add-server").await?;
    app.fill("server-url", "http://10.99.0.2:8080/v1").await?;
    app.fill("server-model", "m").await?;
    app.click("server-test").await?;
    app.wait_for("server-problem", WRITING).await?;
    let asked = counted()?;
    assert!(asked.outside > after.outside, "{asked:?} after {after:?}");
    assert!(asked.refused > after.refused, "{asked:?} after {after:?}");
    println!("before {before:?}, after a session {after:?}, after asking {asked:?}");
    app.quit().await
}

const INSIDE: &str = "INKSTONE_SESSION_IN_A_NAMESPACE";

#[tokio::test]
#[ignore = "run by a_session_with_the_model_that_ships_connects_to_nobody"]
async fn session_inside() -> Result<(), E2eError> {
    match env::var_os(INSIDE) {
        Some(_) => session().await,
        None => Ok(()),
    }
}

#[test]
fn a_session_with_the_model_that_ships_connects_to_nobody() -> Result<(), E2eError> {
    let allowed = Command::new("unshare").args(["-rn", "true"]).output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: this machine makes no network namespaces, so nothing was counted");
        return Ok(());
    }
    let script =
        "ip link set lo up && exec \"$0\" --exact privacy::session_inside --ignored --nocapture";
    let done = Command::new("unshare")
        .args(["-rn", "sh", "-c", script])
        .arg(env::current_exe()?)
        .env(INSIDE, "1")
        .output()?;
    let said = format!(
        "{}\n{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(done.status.success(), "{said}");
    assert!(said.contains("after a session"), "{said}");
    eprintln!("{said}");
    Ok(())
}
