//! Models on servers, and a stop in the middle of an answer.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use crate::home::{Home, ended};

/// A server that answers each chat with the same stream, and perhaps never ends it.
struct Server {
    url: String,
    /// Head and body of each request.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(pieces: &'static [&'static str], ends: bool) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let heard = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let heard = heard.clone();
                thread::spawn(move || answer(stream, &heard, pieces, ends));
            }
        });
        Self { url, asked }
    }
}

fn answer(mut stream: TcpStream, heard: &Mutex<Vec<String>>, pieces: &[&str], ends: bool) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut request = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        request.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    request.push_str(&String::from_utf8(body).unwrap());
    heard.lock().unwrap().push(request);

    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    for piece in pieces {
        let chunk = serde_json::json!({
            "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{ "index": 0, "delta": { "content": piece }, "finish_reason": null }],
        });
        stream
            .write_all(format!("data: {chunk}\n\n").as_bytes())
            .unwrap();
    }
    if ends {
        let last = serde_json::json!({
            "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14 },
        });
        let _ = stream.write_all(format!("data: {last}\n\ndata: [DONE]\n\n").as_bytes());
    } else {
        // Until the other side has had enough.
        let _ = stream.read(&mut [0; 1]);
    }
}

const ARTICLE: &[&str] = &[
    "# The night ferry\n\n",
    "The ferry sails ",
    "again on Friday.\n",
];

#[test]
fn a_server_is_added_and_asked_with_the_key_of_the_run() {
    let home = Home::new();
    let server = Server::start(ARTICLE, true);
    let add = [
        "models",
        "add",
        "--server",
        &server.url,
        "--model",
        "llama",
        "--json",
    ];
    let added = home.ink(&add).with(0).json();
    assert_eq!(added["source"]["kind"], "server");
    assert!(
        server.asked.lock().unwrap().is_empty(),
        "adding asks nobody"
    );

    let brief = home.file("brief.toml", "topic = \"The night ferry\"\n");
    let id = added["id"].as_str().unwrap();
    let draft = ["draft", "news", "--brief", &brief, "--model", id, "--json"];
    let mut command = home.command(&draft);
    command.env("INKSTONE_API_KEY", "sk-secret");
    let run = ended(command.spawn().unwrap()).with(0);
    let json = run.json();
    assert!(
        json["text"].as_str().unwrap().contains("again on Friday."),
        "{json}"
    );
    assert_eq!(json["generation"]["usage"]["prompt_tokens"], 11);
    let host = server
        .url
        .trim_start_matches("http://")
        .trim_end_matches("/v1");
    assert!(
        run.err.contains(host),
        "stderr says where the text goes: {}",
        run.err
    );
    assert!(!run.err.contains("sk-secret"));
    let asked = server.asked.lock().unwrap().join("\n");
    assert!(
        asked.contains("Bearer sk-secret") && asked.contains("The night ferry"),
        "{asked}"
    );

    let used = home.ink(&["usage", "--json"]).with(0).json();
    let row = &used["used"][0];
    assert_eq!((&row["model"], &row["calls"]), (&"llama".into(), &1.into()));
    assert_eq!(row["prompt_tokens"], 11.0);
    let csv = home.ink(&["usage", "--csv"]).with(0);
    assert!(csv.out.contains(",llama,"), "{}", csv.out);

    let run = home.ink(&[
        "draft",
        "news",
        "--brief",
        &brief,
        "--model",
        id,
        "--key-env",
        "NO_KEY",
    ]);
    assert!(run.with(1).err.contains("NO_KEY"));
}

#[test]
fn a_server_that_is_not_there_is_a_sentence() {
    let home = Home::new();
    let brief = home.file("brief.toml", "topic = \"x\"\n");
    // A port that was free a moment ago.
    let address = TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{address}/v1");
    let add = [
        "models", "add", "--server", &url, "--model", "llama", "--json",
    ];
    let id = home.ink(&add).with(0).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let run = home
        .ink(&["draft", "news", "--brief", &brief, "--model", &id, "--json"])
        .with(1);
    assert_eq!(run.error_code(), "unreachable");
    assert!(run.err.contains("ink: "), "{}", run.err);
    let run = home.ink(&[
        "models", "add", "--server", "nonsense", "--model", "m", "--json",
    ]);
    assert_eq!(run.with(1).error_code(), "bad_address");
}

#[cfg(unix)]
#[test]
fn a_stop_prints_what_there_is_and_the_library_keeps_it() {
    let home = Home::new();
    let server = Server::start(ARTICLE, false);
    let add = [
        "models",
        "add",
        "--server",
        &server.url,
        "--model",
        "llama",
        "--json",
    ];
    let id = home.ink(&add).with(0).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let prompt = home.file("prompt.txt", "Write.");
    let generate = [
        "generate",
        "--model",
        &id,
        "--prompt-file",
        &prompt,
        "--json",
    ];
    let child = home.command(&generate).spawn().unwrap();
    while server.asked.lock().unwrap().is_empty() {
        thread::sleep(Duration::from_millis(20));
    }
    // The whole stream is on its way; it arrives before the signal or is not worth waiting for.
    thread::sleep(Duration::from_millis(1500));
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let run = ended(child).with(1);
    let json = run.json();
    assert!(
        json["text"].as_str().unwrap().contains("again on Friday."),
        "{json}"
    );
    assert_eq!(json["generation"]["finish_reason"], "cancelled");
    let id = json["generation"]["id"].as_str().unwrap();
    assert!(run.err.contains(id), "{}", run.err);
    let shown = home.ink(&["library", "show", id]).with(0);
    assert!(shown.out.contains("again on Friday."), "{}", shown.out);
}

/// Files below a folder that hold a text.
fn holding(folder: &std::path::Path, text: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            holding(&path, text, found);
        } else if std::fs::read(&path)
            .unwrap_or_default()
            .windows(text.len())
            .any(|w| w == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
}

/// A key that was used, by good calls, by failing ones and by one that a crash cut short, stands in
/// no file of the home: library, journal, backups, exports, ledger, what was printed, core files.
#[cfg(unix)]
#[test]
fn a_key_that_was_used_stands_in_no_file() {
    const CANARY: &str = "sk-canary-77aa88bb99cc";
    const PHRASE: &str = "canary passphrase 4711";
    let home = Home::new();
    let server = Server::start(ARTICLE, true);
    let stuck = Server::start(ARTICLE, false);
    let brief = home.file("brief.toml", "topic = \"The night ferry\"\n");
    let mut printed = String::new();
    let mut run = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command
            .env("MY_KEY", CANARY)
            .env("INKSTONE_PASSPHRASE", PHRASE);
        let run = ended(command.spawn().unwrap());
        printed.push_str(&run.out);
        printed.push_str(&run.err);
        run
    };
    let mut ids = Vec::new();
    for url in [&server.url, &stuck.url, &"http://127.0.0.1:9/v1".to_owned()] {
        let add = [
            "models", "add", "--server", url, "--model", "llama", "--json",
        ];
        let id = run(&add).with(0).json()["id"].as_str().unwrap().to_owned();
        let set = ["keys", "set", &id, "--in", "file", "--key-env", "MY_KEY"];
        run(&set).with(0);
        ids.push(id);
    }
    let draft =
        |id: &str| ["draft", "news", "--brief", &brief, "--json", "--model", id].map(str::to_owned);
    let good = draft(&ids[0]);
    run(&good.each_ref().map(String::as_str)).with(0);
    assert!(
        server.asked.lock().unwrap().join("\n").contains(CANARY),
        "it was used"
    );
    let failing = draft(&ids[2]);
    run(&failing.each_ref().map(String::as_str)).with(1);
    // Once more from the environment, and cut short by a crash.
    let crashing = draft(&ids[1]);
    let mut child = home.command(&crashing.each_ref().map(String::as_str));
    child
        .env("INKSTONE_API_KEY", CANARY)
        .env("RUST_LOG", "debug");
    let child = child.spawn().unwrap();
    while stuck.asked.lock().unwrap().is_empty() {
        thread::sleep(Duration::from_millis(20));
    }
    let kill = std::process::Command::new("kill")
        .args(["-ABRT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let crashed = ended(child);
    assert_eq!(crashed.code, -1, "{}", crashed.err);
    run(&["library", "backup"]).with(0);
    run(&["export", "--all", "everything"]).with(0);
    run(&["ledger", "export", "ledger.jsonl", "--form", "jsonl"]).with(0);
    run(&["ledger", "export", "ledger.csv"]).with(0);
    home.file("printed.txt", &printed);
    home.file("crashed.txt", format!("{}{}", crashed.out, crashed.err));
    let ledger = std::fs::read_to_string(home.path().join("ledger.jsonl")).unwrap();
    assert!(ledger.contains("The night ferry"), "what was sent is there");
    for secret in [CANARY, PHRASE] {
        let mut found = Vec::new();
        holding(home.path(), secret, &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
}
