//! What leaves, counted by the kernel: this test program runs itself once more in a network
//! namespace of its own, on whose one interface every packet counts.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a helper of a test ends the test")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use inkstone_machine::{Cost, KeptKeys, SystemClock, chance};
use inkstone_studio::{Parts, Program, Studio, commands};
use serde_json::{Value, json};

const CASE: &str = "INKSTONE_NAMESPACE_CASE";
/// An address where nobody listens.
const SERVER: &str = "http://10.99.0.2:8080/v1";
const INTERFACE: &str = "lo:";

/// The one interface there is, and the server's address on it: whoever asks for it sends at least
/// one packet, and no other program is there that could send one.
const WITH_SERVER: &str = "set -e; ip link set lo up; ip addr add 10.99.0.2/32 dev lo; ";

/// Runs a command in a network namespace. `None` where the machine does not let us.
fn in_namespace(script: &str, home: &Path, case: &str) -> Option<(bool, String)> {
    let allowed = Command::new("unshare").args(["-rn", "true"]).output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: this machine makes no network namespaces, so no packets were counted");
        return None;
    }
    let output = Command::new("unshare")
        .args(["-rn", "sh", "-c", script])
        .arg(env::current_exe().unwrap())
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("LANG", "en_US.UTF-8")
        .env("INKSTONE_KEYCHAIN", "off")
        .env("INK", env!("CARGO_BIN_EXE_ink"))
        .env(CASE, case)
        .current_dir(home)
        .output()
        .unwrap();
    let said = format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Some((output.status.success(), said))
}

/// Packets that left by any interface of this namespace, as the kernel counts them.
fn packets() -> u64 {
    let table = fs::read_to_string("/proc/self/net/dev").unwrap();
    let sent = |line: &str| {
        let (_, numbers) = line.split_once(':')?;
        numbers.split_whitespace().nth(9)?.parse::<u64>().ok()
    };
    assert!(
        table.contains(INTERFACE),
        "no interface to count at: {table}"
    );
    table.lines().filter_map(sent).sum()
}

fn studio(home: &Path) -> Arc<Studio> {
    let library = home.join("library.inkstone");
    let keys = KeptKeys::new(Some(home.join("keys")), false, Cost::USUAL);
    Studio::open(Parts {
        models_dir: library.with_file_name("models"),
        library_path: library,
        program: Program::Window,
        clock: Arc::new(SystemClock),
        local: Arc::new(inkstone_candle::Candle::new()),
        remote: Arc::new(inkstone_openai::OpenAi::new()),
        secrets: Arc::new(keys),
        entropy: Arc::new(chance),
    })
    .unwrap()
}

/// What runs inside a namespace; nothing without one.
#[tokio::test]
async fn inner() {
    if env::var(CASE).as_deref() != Ok("local only") {
        return;
    }
    let home = PathBuf::from(env::var_os("HOME").unwrap());
    let studio = studio(&home);
    let call = async |name: &str, input: Value| commands::call(&studio, name, input).await;
    let project = json!({ "name": "Secret", "language": "en" });
    let project = call("create_project", project).await.unwrap();
    let project = project["id"].as_str().unwrap();
    let document = json!({
        "project_id": project, "kind": "news", "title": "", "language": "en",
    });
    let draft = call("create_document", document).await.unwrap();
    let draft = draft["draft_id"].as_str().unwrap();
    let brief = json!({ "topic": "A secret", "words": 100 });
    let brief = json!({ "draft_id": draft, "brief": brief });
    call("set_brief", brief).await.unwrap();
    let server = json!({ "name": "", "base_url": SERVER, "api_key": "sk-1", "model": "m" });
    let model = call("add_server", server).await.unwrap();
    let model = model["id"].as_str().unwrap();
    let privacy = |privacy: &str| json!({ "project_id": project, "privacy": privacy });
    let choose = json!({ "project_id": project, "model_id": model });
    let generate = json!({
        "draft_id": draft, "task": { "task": "draft" }, "from": 0, "to": 0, "note": "",
        "variants": 1, "seed": null,
    });

    // The model is chosen while the project may use it; then the project is locked, which gives the
    // project the starter back and leaves the task its server. No button is asked: these are the
    // window's own calls.
    call("set_privacy", privacy("remote_allowed"))
        .await
        .unwrap();
    call("choose_model", choose.clone()).await.unwrap();
    let only = json!({ "project_id": project, "task": "draft", "models": [model] });
    call("set_chain", only).await.unwrap();
    call("set_privacy", privacy("local_only")).await.unwrap();
    let before = packets();
    for _ in 0..3 {
        let refused = call("generate", generate.clone()).await.unwrap_err();
        assert_eq!(refused.code, "remote_not_allowed");
    }
    let refused = call("choose_model", choose).await.unwrap_err();
    assert_eq!(refused.code, "remote_not_allowed");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(packets() - before, 0, "a local-only project sent packets");
    assert_eq!(
        call("ledger_page", json!({})).await.unwrap()["entries"],
        json!([])
    );

    // The counter counts: the same call, allowed, sends something.
    call("set_privacy", privacy("remote_allowed"))
        .await
        .unwrap();
    let begun = call("generate", generate).await;
    assert!(begun.is_ok(), "{begun:?}");
    for _ in 0..50 {
        if packets() > before {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(packets() > before, "an allowed request sent no packet");
    let ledger = call("ledger_page", json!({})).await.unwrap()["entries"].take();
    assert_eq!(ledger[0]["host"], json!("10.99.0.2:8080"));
    assert_eq!(ledger[0]["kept"], json!(true));
    println!("packets of the allowed request: {}", packets() - before);
}

#[test]
fn a_local_only_project_with_a_remote_model_sends_no_packet() {
    let home = tempfile::tempdir().unwrap();
    let script = format!("{WITH_SERVER} exec \"$0\" --exact inner --nocapture");
    if let Some((well, said)) = in_namespace(&script, home.path(), "local only") {
        assert!(well, "{said}");
        assert!(said.contains("packets of the allowed request"), "{said}");
        eprintln!("{said}");
    }
}

#[test]
fn without_any_network_everything_but_servers_works() {
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| fs::write(home.path().join(name), text).unwrap();
    file("brief.toml", "topic = \"The night ferry\"\nwords = 80\n");
    file("note.md", "# Ferry\n\nIt sails at night.\n");
    file("s.fountain", "INT. KITCHEN - NIGHT\n\nRain.\n\nMARA\nHi.\n");
    // No interface is up, not even that of the machine itself.
    let script = r#"set -e
        test "$(cat /proc/self/net/route | wc -l)" -le 1
        "$INK" draft news --brief brief.toml --seed 7 --json > draft.json
        "$INK" import note.md --json > import.json
        "$INK" library list > list.txt
        "$INK" library search ferry --json > search.json
        "$INK" library backup > backup.txt
        "$INK" library verify > verify.txt
        "$INK" export --all out > export.txt
        "$INK" pdf s.fountain s.pdf
        "$INK" report s.fountain --kind scenes > report.csv
        "$INK" models > models.txt
        "$INK" models add --server http://10.99.0.2:8080/v1 --model m --json > server.json
        "$INK" keys > keys.txt
        "$INK" ledger > ledger.txt
        test -s draft.json && test -s import.json && test -s list.txt && test -s s.pdf
        test -s report.csv && test -d out
        ! "$INK" draft news --brief brief.toml --model m --json > refused.json
    "#;
    if let Some((well, said)) = in_namespace(script, home.path(), "") {
        assert!(well, "{said}");
        let refused = fs::read_to_string(home.path().join("refused.json")).unwrap();
        let refused: Value = serde_json::from_str(&refused).unwrap();
        assert_eq!(refused["error"]["code"], json!("unreachable"), "{refused}");
    }
}
