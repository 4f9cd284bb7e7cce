//! One row of the table: a request to a server with a fault, and what became of it.

use std::{
    fmt::Write as _,
    path::Path,
    sync::{Arc, LazyLock},
    time::Duration,
};

use futures::StreamExt as _;
use inkstone_generation::{
    CancellationToken, Endpoint, FinishReason, GenerationError, Message, Prompt, RemoteModels as _,
    Role, Sampling, TextEvent, TextRequest, Wait,
};
use inkstone_manuscript::Language;
use inkstone_openai::{OpenAi, Timeouts};
use inkstone_studio::{StudioError, sentences::sentences};
use inkstone_tests::loopback::Witness;
use serde_json::Value;

/// Before each row that the child prints.
pub const MARK: &str = "table row: ";
/// Past this a row has failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// What no row may need, however much it is sent.
const MEMORY: u64 = 64 << 20;

const HEAD: &str = "# What happens when a server or the network fails

Made by the test `faults` of real requests to servers on this machine; `INKSTONE_WRITE_REFERENCES=1`
writes it anew. *Kept* is the text that had come and stays; *sent* is how often the request left,
retries and failed connections included.

| fault | what is said | 怎么说 | kept | sent |
|---|---|---|---|---:|
";

/// Usual times, and retries at once.
static PATIENT: LazyLock<OpenAi> = LazyLock::new(|| {
    OpenAi::with_timeouts(Timeouts {
        backoff: Duration::from_millis(1),
        longest_backoff: Duration::from_millis(2),
        ..Timeouts::default()
    })
});

/// Short times, so that a stall is soon over.
static QUICK: LazyLock<OpenAi> = LazyLock::new(|| {
    OpenAi::with_timeouts(Timeouts {
        first_token: Duration::from_millis(1_500),
        idle: Duration::from_millis(1_000),
        ..Timeouts::default()
    })
});

/// What became of a request.
pub struct Became {
    pub text: String,
    pub end: Result<FinishReason, GenerationError>,
    pub waits: Vec<Wait>,
    pub sent: usize,
}

/// Asks the model at an address.
pub async fn ask(base_url: &str) -> Became {
    ask_with(&PATIENT, base_url).await
}

async fn ask_with(door: &OpenAi, base_url: &str) -> Became {
    let gate = Witness::open();
    let endpoint = Endpoint::new(base_url, "loopback-1").with_key("sk-canary-17");
    let model = door
        .connect(endpoint, Arc::clone(&gate) as _)
        .expect("a good address");
    let request = TextRequest {
        prompt: Prompt::Chat(vec![Message {
            role: Role::User,
            content: "The ferry to the island runs again after two winters.".to_owned(),
        }]),
        sampling: Sampling::default(),
        max_tokens: Some(200),
        stop: Vec::new(),
        constraint: None,
        odds: None,
    };
    let mut stream = model.generate(request, CancellationToken::new());
    let (mut text, mut waits, mut end) = (String::new(), Vec::new(), None);
    let read = async {
        while let Some(event) = stream.next().await {
            match event {
                Ok(TextEvent::Waiting { why, .. }) => waits.push(why),
                Ok(TextEvent::Started { .. } | TextEvent::Odds(_)) => {}
                Ok(TextEvent::Delta { text: more, .. }) => text.push_str(&more),
                Ok(TextEvent::Finished { reason, .. }) => end = Some(Ok(reason)),
                Err(error) => end = Some(Err(error)),
            }
        }
    };
    tokio::time::timeout(PATIENCE, read)
        .await
        .expect("the stream ends");
    drop(stream);
    let passed = gate.passed();
    assert!(
        passed.iter().all(|one| one.is_over),
        "a ticket is still out"
    );
    Became {
        text,
        end: end.expect("an end"),
        waits,
        sent: passed.len(),
    }
}

/// Asks, and prints the row.
pub async fn row(fault: &str, base_url: &str) -> Became {
    row_with(&PATIENT, fault, base_url).await
}

/// The same where nothing comes, and the times are short.
pub async fn stalled(fault: &str, base_url: &str) -> Became {
    row_with(&QUICK, fault, base_url).await
}

async fn row_with(door: &OpenAi, fault: &str, base_url: &str) -> Became {
    forget_peak();
    let before = peak();
    let began = std::time::Instant::now();
    let became = ask_with(door, base_url).await;
    eprintln!("{:>8.2} s {fault}", began.elapsed().as_secs_f32());
    let grown = peak().saturating_sub(before);
    assert!(grown < MEMORY, "{fault}: {} MiB more", grown >> 20);
    print(fault, &became);
    became
}

fn print(fault: &str, became: &Became) {
    let kept = match became.text.chars().count() {
        0 => "nothing".to_owned(),
        count if count >= 1_000_000 => format!("{} million characters", count / 1_000_000),
        count if count > 40 => format!("{count} characters"),
        _ => format!("“{}”", became.text),
    };
    let [english, chinese] = [Language::English, Language::Chinese]
        .map(|language| said(language, &became.end).replace('|', "\\|"));
    // One write, so that nothing of the test's own comes between.
    let sent = became.sent;
    println!("\n{MARK}| {fault} | {english} | {chinese} | {kept} | {sent} |");
}

/// What a person reads.
fn said(language: Language, end: &Result<FinishReason, GenerationError>) -> String {
    match end {
        Ok(FinishReason::Stop) => match language {
            Language::English => "(nothing: it is whole)".to_owned(),
            Language::Chinese => "（无需提示：文字完整）".to_owned(),
        },
        Ok(reason) => window(language, reason),
        Err(error) => {
            let dto = StudioError::from(error.clone()).to_dto();
            let sentence = sentences(language).error(&dto);
            format!("{} {}", sentence.message, sentence.hint)
        }
    }
}

/// What the window says beside a take that ended so.
fn window(language: Language, reason: &FinishReason) -> String {
    const ENGLISH: &str = include_str!("../../../ui/src/locales/en/takes.json");
    const CHINESE: &str = include_str!("../../../ui/src/locales/zh-CN/takes.json");
    let file = match language {
        Language::English => ENGLISH,
        Language::Chinese => CHINESE,
    };
    let sentences: Value = serde_json::from_str(file).expect("a locale file");
    let key = match reason {
        FinishReason::Incomplete => "end_incomplete",
        FinishReason::ContentFilter => "end_content_filter",
        FinishReason::Length => "status_incomplete",
        other => panic!("no sentence for {other:?}"),
    };
    sentences[key].as_str().expect("a sentence").to_owned()
}

/// The most memory that this process has had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}

fn forget_peak() {
    // Linux counts anew from here; elsewhere nothing is counted.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Compares the rows with the table that is kept.
pub fn compare(rows: &[&str]) {
    let mut table = HEAD.to_owned();
    for row in rows {
        let _ = writeln!(table, "{row}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ref/faults.md");
    if std::env::var_os("INKSTONE_WRITE_REFERENCES").is_some() {
        std::fs::write(&path, &table).expect("the table is written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    for (now, then) in table.lines().zip(kept.lines()) {
        assert_eq!(now, then, "the table has changed");
    }
    assert_eq!(table.lines().count(), kept.lines().count());
}
