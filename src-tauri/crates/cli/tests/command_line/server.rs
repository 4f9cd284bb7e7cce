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
