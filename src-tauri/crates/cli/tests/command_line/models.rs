//! Models: the list, files good and bad.

use std::{fs, path::PathBuf};

use crate::home::Home;

/// The starter as the program itself lays it out.
fn starter(home: &Home) -> PathBuf {
    home.ink(&["models"]).with(0);
    let folder = fs::read_dir(home.library().with_file_name("models")).unwrap();
    folder
        .map(|entry| entry.unwrap().path())
        .next()
        .expect("a file beside the library")
}

#[test]
fn the_starter_is_always_there() {
    let home = Home::new();
    for arguments in [&["models"] as &[&str], &["models", "list"]] {
        let run = home.ink(arguments).with(0);
        assert!(run.out.starts_with("starter\t"), "{}", run.out);
    }
    let facts = home
        .ink(&["models", "inspect", "starter", "--json"])
        .with(0)
        .json();
    assert_eq!(facts["id"], "starter");
    assert_eq!(facts["source"]["kind"], "starter");
}

#[test]
fn a_file_is_inspected_added_and_used_where_it_lies() {
    let home = Home::new();
    fs::copy(starter(&home), home.path().join("my model.gguf")).unwrap();
    let looked = home
        .ink(&["models", "inspect", "my model.gguf", "--json"])
        .with(0)
        .json();
    assert!(looked["file"]["parameters"].as_u64().unwrap() > 100_000);
    let elsewhere = Home::new();
    let path = home.path().join("my model.gguf");
    elsewhere
        .ink(&["models", "inspect", path.to_str().unwrap()])
        .with(0);
    assert!(
        !elsewhere.library().exists(),
        "a look at a file needs no library"
    );

    let added = home
        .ink(&["models", "add", "my model.gguf", "--json"])
        .with(0)
        .json();
    assert_eq!(added["source"]["kind"], "file");
    let id = added["id"].as_str().unwrap();
    let list = home.ink(&["models", "--json"]).with(0).json();
    assert_eq!(list[1]["id"], id);

    let prompt = home.file("prompt.txt", "The ferry ");
    let generate = |model: &str| {
        let run = home.ink(&[
            "generate",
            "--model",
            model,
            "--prompt-file",
            &prompt,
            "--max-tokens",
            "8",
            "--temperature",
            "0",
            "--seed",
            "5",
            "--json",
        ]);
        run.with(0).json()
    };
    let by_id = generate(id);
    assert_eq!(by_id["generation"]["model_id"], id);
    assert_eq!(by_id["generation"]["seed"], 5);
    assert!(
        by_id["generation"]["usage"]["completion_tokens"]
            .as_u64()
            .unwrap()
            <= 8
    );
    assert_eq!(
        generate("my model.gguf")["text"],
        by_id["text"],
        "named by its path"
    );
    assert_eq!(
        generate("starter")["text"],
        by_id["text"],
        "the same weights"
    );
}

#[test]
fn bad_files_are_refused_with_their_own_codes() {
    let home = Home::new();
    let mut cut = fs::read(starter(&home)).unwrap();
    cut.truncate(cut.len() / 2);
    home.file("cut.gguf", cut);
    home.file("text.gguf", "This is no model at all.");
    home.file("empty.gguf", "");
    fs::create_dir(home.path().join("folder")).unwrap();
    let brief = home.file("brief.toml", "topic = \"x\"\n");
    for (file, code) in [
        ("cut.gguf", "model_broken"),
        ("text.gguf", "model_broken"),
        ("empty.gguf", "model_broken"),
        ("folder", "model_not_a_file"),
        ("nowhere.gguf", "model_not_found"),
    ] {
        for arguments in [
            &["models", "inspect", file] as &[&str],
            &["models", "add", file],
            &["draft", "news", "--brief", &brief, "--model", file],
        ] {
            let run = home.ink(&[arguments, &["--json"]].concat()).with(1);
            assert_eq!(run.error_code(), code, "{arguments:?}: {}", run.err);
            assert!(
                run.err.starts_with("ink: ") && run.err.contains("\n     "),
                "{}",
                run.err
            );
        }
    }
    let list = home.ink(&["models", "--json"]).with(0).json();
    assert_eq!(
        list.as_array().unwrap().len(),
        1,
        "nothing bad was put on the list: {list}"
    );
    let run = home
        .ink(&[
            "draft", "news", "--brief", &brief, "--model", "gpt-9", "--json",
        ])
        .with(1);
    assert_eq!(run.error_code(), "model_not_chosen");
}

#[test]
fn a_text_becomes_tokens_and_comes_back() {
    let home = Home::new();
    let starter = starter(&home);
    let model = starter.to_str().unwrap();
    for text in [
        "The ferry, 夜班 🦀\n\n  two  spaces",
        "\u{feff}<|im_end|>",
        "",
    ] {
        let ids = home
            .ink_reading(&["tokenize", "--model", model], text)
            .with(0);
        let list: Vec<u32> = serde_json::from_str(&ids.out).unwrap();
        assert_eq!(list.is_empty(), text.is_empty());
        let back = home
            .ink_reading(&["tokenize", "--model", model, "--detokenize"], &ids.out)
            .with(0);
        assert_eq!(back.out, text);
    }
    // What steers is a token only where it was asked for.
    let count = |arguments: &[&str]| {
        let run = home.ink_reading(arguments, "<|im_end|>").with(0);
        run.json().as_array().unwrap().len()
    };
    assert_eq!(count(&["tokenize", "--model", model, "--controls"]), 1);
    assert!(count(&["tokenize", "--model", model]) > 1);
    for wrong in ["[1, 2", "[99999999]", "[-1]"] {
        home.ink_reading(&["tokenize", "--model", model, "--detokenize"], wrong)
            .with(1);
    }
}

#[test]
fn a_file_and_random_weights_are_measured() {
    let home = Home::new();
    let starter = starter(&home);
    let few = [
        "--prompt-tokens",
        "40",
        "--generate-tokens",
        "3",
        "--sequences",
        "2",
    ];
    for what in [
        ["--model", starter.to_str().unwrap()],
        ["--synthetic", "small-qwen2:Q4_K"],
    ] {
        let all = [&["bench"][..], &what, &few, &["--json"]].concat();
        let measured = home.ink(&all).with(0).json();
        for rate in ["load_seconds", "prefill", "decode", "batched_decode"] {
            assert!(measured[rate].as_f64().unwrap() > 0.0, "{rate}");
        }
    }
    let all = [
        &[
            "bench",
            "--synthetic",
            "small-llama:Q8_0",
            "--keep",
            "kept.gguf",
        ][..],
        &few,
    ]
    .concat();
    let table = home.ink(&all).with(0).out;
    assert!(table.contains("tokens/s"), "{table}");
    assert!(home.path().join("kept.gguf").is_file());
    home.ink(&["bench", "--synthetic", "no-such:Q8_0"]).with(2);
    home.ink(&["bench"]).with(2);
    let long = [
        "bench",
        "--synthetic",
        "small-llama:Q8_0",
        "--prompt-tokens",
        "5000",
    ];
    home.ink(&long).with(1);
}

#[test]
fn a_folder_brings_its_models_and_takes_them_along() {
    let home = Home::new();
    let folder = home.path().join("my models");
    fs::create_dir(&folder).unwrap();
    fs::copy(starter(&home), folder.join("writer.gguf")).unwrap();
    fs::write(folder.join("broken.gguf"), "GGUF").unwrap();
    let added = home.ink(&["models", "folder", "add", "my models"]).with(0);
    assert!(added.out.contains("broken.gguf"), "{}", added.out);
    let list = home.ink(&["models", "list", "--long"]).with(0).out;
    let line = list.lines().find(|line| line.starts_with("file-")).unwrap();
    assert!(
        line.contains("MB") && line.ends_with("writer.gguf"),
        "{line}"
    );
    // A file that comes later comes by itself; one that goes is said.
    fs::rename(folder.join("writer.gguf"), folder.join("author.gguf")).unwrap();
    let list = home.ink(&["models", "list", "--json"]).with(0).json();
    let missing: Vec<bool> = list.as_array().unwrap()[1..]
        .iter()
        .map(|model| model["disk"]["missing"].as_bool().unwrap())
        .collect();
    assert_eq!(missing, [true, false]);
    let id = list[1]["id"].as_str().unwrap();
    home.ink(&["models", "remove", id]).with(0);
    home.ink(&["models", "folder", "remove", "my models"])
        .with(0);
    let list = home.ink(&["models", "--json"]).with(0).json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert!(folder.join("author.gguf").exists());
    let gone = home.ink(&["models", "folder", "remove", "my models", "--json"]);
    assert_eq!(gone.with(1).error_code(), "not_found");
}

#[test]
fn a_file_of_another_program_is_found() {
    let home = Home::new();
    let place = home.path().join(".lmstudio/models/acme/Writer-GGUF");
    fs::create_dir_all(&place).unwrap();
    fs::copy(starter(&home), place.join("writer.gguf")).unwrap();
    let found = home.ink(&["models", "find", "--json"]).with(0).json();
    let ours = found.as_array().unwrap().iter();
    let ours = ours.filter(|one| one["program"] == "lm_studio");
    let ours: Vec<_> = ours.collect();
    assert_eq!(ours[0]["models"][0]["name"], "writer");
    let guide = home.ink(&["models", "guide", "--json"]).with(0).json();
    assert!(guide["models"].as_array().unwrap().len() > 5);
}

#[test]
fn a_download_goes_through_the_door_or_says_why_not() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let home = Home::new();
    let bytes = fs::read(starter(&home)).unwrap();
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let host = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> = lines
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            let found = head[0].contains("/writer.gguf");
            let (status, body): (_, &[u8]) = if found {
                ("200 OK", &bytes)
            } else {
                ("404 No", b"")
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body);
        }
    });
    let hub = format!("http://{host}");
    let run = home.ink(&[
        "models",
        "download",
        "acme/W/writer.gguf",
        "--hub",
        &hub,
        "--json",
    ]);
    let model = run.with(0).json();
    assert!(
        model["source"]["path"]
            .as_str()
            .unwrap()
            .ends_with("models/writer.gguf")
    );
    let ledger = home.ink(&["ledger", "--json"]).with(0).out;
    assert!(
        ledger.contains("download_model") && ledger.contains(&host.to_string()),
        "{ledger}"
    );
    let url = format!("{hub}/none.gguf");
    let gone = home.ink(&["models", "download", &url, "--json"]);
    assert_eq!(gone.with(1).error_code(), "download_not_there");
    let bad = home.ink(&["models", "download", &url, "--sha256", "abc", "--json"]);
    assert_eq!(bad.with(1).error_code(), "download_no_sum");
}
