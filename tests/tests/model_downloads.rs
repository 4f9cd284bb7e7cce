//! Model files from a host that stalls, cuts, lies, changes its mind, or sends something else: by
//! the studio, through the door, onto a real disk.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use inkstone_candle::Candle;
use inkstone_openai::{OpenAi, Timeouts};
use inkstone_studio::{
    Clock, Parts, Program, SessionSecrets, Studio, StudioError,
    depot::{DownloadDto, DownloadState, Pace, StartDownload},
    inputs::{Id, Nothing},
};
use inkstone_tests::hub::{Asked, Hub, Reply};
use serde_json::{Value, json};

/// A sound model file, as it ships.
static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models");
    fs::read(assets.join("inkstone-starter.gguf")).expect("the starter")
});

/// Another one of the same length: its last weight is another.
static OTHER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut other = MODEL.clone();
    if let Some(last) = other.last_mut() {
        *last ^= 1;
    }
    other
});

const ONE: &str = "\"one\"";
const TWO: &str = "\"two\"";
const MIB: usize = 1 << 20;

#[derive(Default)]
struct Ticks(AtomicI64);

impl Clock for Ticks {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

struct World {
    folder: tempfile::TempDir,
    studio: Arc<Studio>,
}

fn open(folder: &Path) -> Arc<Studio> {
    let timeouts = Timeouts {
        idle: Duration::from_millis(400),
        ..Timeouts::default()
    };
    let studio = Studio::open(Parts {
        library_path: folder.join("library.inkstone"),
        program: Program::Other,
        models_dir: folder.join("models"),
        clock: Arc::new(Ticks::default()),
        local: Arc::new(Candle::new()),
        remote: Arc::new(OpenAi::with_timeouts(timeouts)),
        secrets: Arc::new(SessionSecrets::default()),
        entropy: Arc::new(|| 7),
    });
    let studio = studio.expect("a studio");
    studio.pace_downloads(Pace {
        first: Duration::from_millis(2),
        longest: Duration::from_millis(20),
        ..Pace::default()
    });
    studio
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let studio = open(folder.path());
        Self { folder, studio }
    }

    fn models(&self) -> PathBuf {
        self.folder.path().join("models")
    }

    /// Names in our folder, but for the starter.
    fn files(&self) -> Vec<String> {
        let listed = fs::read_dir(self.models()).into_iter().flatten().flatten();
        let mut names: Vec<String> = listed
            .map(|one| one.file_name().to_string_lossy().into_owned())
            .filter(|name| !name.starts_with("inkstone-starter"))
            .collect();
        names.sort();
        names
    }

    async fn start(&self, url: String, sha256: Option<String>) -> Result<DownloadDto, StudioError> {
        let ask = StartDownload {
            url,
            sha256,
            api_key: Some("hf_secret".into()),
        };
        self.studio.start_download(ask).await
    }

    async fn now(&self, id: &str) -> DownloadDto {
        let all = self.studio.downloads(Nothing {}).await.expect("downloads");
        let found = all.into_iter().find(|one| one.id == id);
        found.expect("the download")
    }

    /// Waits for what is to be seen of a download.
    async fn when(&self, id: &str, seen: impl Fn(&DownloadDto) -> bool) -> DownloadDto {
        for _ in 0..3000 {
            let now = self.now(id).await;
            if seen(&now) {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it stays {:?}", self.now(id).await)
    }

    async fn ended(&self, url: String, sha256: Option<String>) -> DownloadDto {
        let begun = self.start(url, sha256).await.expect("begun");
        self.when(&begun.id, |now| {
            matches!(
                now.state,
                DownloadState::Done { .. } | DownloadState::Failed { .. } | DownloadState::Paused
            )
        })
        .await
    }

    /// The code of the failure that a download ends with.
    async fn failure(&self, url: String, sha256: Option<String>) -> String {
        match self.ended(url, sha256).await.state {
            DownloadState::Failed { error } => error.code,
            other => panic!("{other:?}"),
        }
    }

    async fn has(&self, url: String, bytes: &[u8]) -> DownloadDto {
        let ended = self.ended(url, None).await;
        let DownloadState::Done { model_id } = &ended.state else {
            panic!("{:?}", ended.state);
        };
        let models = self.studio.models(Nothing {}).await.expect("models");
        assert!(models.iter().any(|model| model.id == *model_id));
        // One whole file, and nothing beside it.
        assert_eq!(self.files(), std::slice::from_ref(&ended.name));
        let there = fs::read(self.models().join(&ended.name)).expect("a file");
        assert!(there == bytes, "{} bytes came", there.len());
        ended
    }

    async fn ledger(&self) -> Vec<Value> {
        let page = inkstone_studio::commands::call(&self.studio, "ledger_page", json!({})).await;
        let page = page.expect("a ledger");
        page["entries"].as_array().cloned().unwrap_or_default()
    }
}

fn sum(bytes: &[u8]) -> String {
    // The studio's own sum of a sound file is compared with that of the system's tool elsewhere.
    let out = std::process::Command::new("sha256sum")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let mut child = out.expect("sha256sum");
    let mut input = child.stdin.take().expect("its input");
    std::io::Write::write_all(&mut input, bytes).expect("written");
    drop(input);
    let said = child.wait_with_output().expect("its answer").stdout;
    String::from_utf8_lossy(&said)[..64].to_owned()
}

fn hub(answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Hub {
    Hub::start(answer).expect("a host")
}

fn sound(asked: &Asked, _: usize) -> Reply {
    Reply::file(&MODEL, ONE, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_by_way_of_another_host_and_all_of_it_is_in_the_ledger() {
    let store = hub(sound);
    let to = store.url("blobs/1?signature=abc");
    let said = sum(&MODEL);
    let size = MODEL.len().to_string();
    let first = hub(move |_, _| {
        Reply::sent_on(&to)
            .with("X-Linked-ETag", &format!("\"{said}\""))
            .with("X-Linked-Size", &size)
    });
    let world = World::new();
    let url = first.url("acme/Writer/resolve/main/w-Q4%201.gguf");
    let ended = world.has(url, &MODEL).await;
    assert_eq!(ended.name, "w-Q4 1.gguf");
    assert_eq!(ended.sent_on, [store.host()]);
    assert_eq!(ended.sha256, Some(sum(&MODEL)));
    // The key was for the host that was asked, and no other had it.
    assert_eq!(
        first.asked()[0].header("authorization"),
        Some("Bearer hf_secret")
    );
    assert_eq!(store.asked()[0].header("authorization"), None);
    let ledger = world.ledger().await;
    let hosts: Vec<&str> = ledger.iter().filter_map(|e| e["host"].as_str()).collect();
    assert_eq!(hosts, [store.host(), first.host()]);
    assert_eq!(ledger[0]["bytes_in"], json!(MODEL.len()));
    // What signs the address is no one's business.
    assert_eq!(
        (&ledger[0]["path"], &ledger[0]["purpose"]),
        (&json!("/blobs/1"), &json!("download_model"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_off_or_stalls_goes_on_where_it_was() {
    let host = hub(|asked, nth| match nth {
        0 => sound(asked, nth).cut_after(2 * MIB),
        1 => sound(asked, nth).stalls_after(MIB, Duration::from_secs(30)),
        2 => Reply::page("503 Service Unavailable").with("Retry-After", "0"),
        _ => sound(asked, nth),
    });
    let world = World::new();
    world.has(host.url("w.gguf"), &MODEL).await;
    let from: Vec<u64> = host.asked().iter().map(Asked::from).collect();
    let mib = MIB as u64;
    assert_eq!(from, [0, 2 * mib, 3 * mib, 3 * mib]);
    assert_eq!(host.asked()[1].header("if-range"), Some(ONE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_meanwhile_is_never_put_together_of_two() {
    // As HTTP wants it: all of the new file. And against HTTP: the rest of it.
    for honest in [true, false] {
        let host = hub(move |asked, nth| match (nth, honest) {
            (0, _) => Reply::file(&MODEL, ONE, asked).cut_after(2 * MIB),
            (_, true) => Reply::file(&OTHER, TWO, asked),
            (_, false) => {
                let mut deaf = asked.clone();
                deaf.headers.retain(|(name, _)| name != "if-range");
                Reply::file(&OTHER, TWO, &deaf)
            }
        });
        let world = World::new();
        world.has(host.url("w.gguf"), &OTHER).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_give_no_parts_no_length_or_no_mark() {
    // Always all of it.
    let host = hub(|_, nth| match nth {
        0 => Reply::whole(&MODEL, ONE).cut_after(2 * MIB),
        _ => Reply::whole(&MODEL, ONE),
    });
    World::new().has(host.url("w.gguf"), &MODEL).await;
    // The end of the connection is the end of the file.
    let host = hub(|_, _| Reply::whole(&MODEL, ONE).endless());
    World::new().has(host.url("w.gguf"), &MODEL).await;
    // Without a mark nothing says that it is the same file, so it is asked for from its beginning
    // when the program asks anew.
    let host = hub(|asked, nth| match nth {
        0 => {
            Reply::file(&MODEL, "W/\"weak\"", asked).stalls_after(2 * MIB, Duration::from_secs(30))
        }
        _ => Reply::file(&MODEL, "W/\"weak\"", asked),
    });
    let world = World::new();
    let begun = world.start(host.url("w.gguf"), None).await.expect("begun");
    world.when(&begun.id, |now| now.bytes >= MIB as f64).await;
    world
        .studio
        .pause_download(Id {
            id: begun.id.clone(),
        })
        .await
        .expect("stopped");
    world
        .when(&begun.id, |now| now.state == DownloadState::Paused)
        .await;
    world.has(host.url("w.gguf"), &MODEL).await;
    assert_eq!(host.asked().last().map(Asked::from), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn lengths_that_do_not_agree_are_no_file() {
    // The one who was asked says one length, the one who stores it another.
    let store = hub(sound);
    let to = store.url("w");
    let first = hub(move |_, _| Reply::sent_on(&to).with("X-Linked-Size", "12"));
    let world = World::new();
    assert_eq!(
        world.failure(first.url("w.gguf"), None).await,
        "download_unsteady"
    );
    assert_eq!(world.files(), ["w.gguf.part", "w.gguf.part.json"]);
    assert_eq!(
        world
            .now(&world.studio.downloads(Nothing {}).await.expect("all")[0].id)
            .await
            .bytes,
        0.0
    );
    // More is said than ever comes, and no more comes however often it is asked for.
    let size = MODEL.len() as u64;
    let host = hub(move |asked, _| match asked.from() {
        0 => Reply::whole(&MODEL, ONE).says(size + 9),
        from => Reply::page("206 Partial Content")
            .with("Content-Type", "application/octet-stream")
            .with(
                "Content-Range",
                &format!("bytes {from}-{}/{}", size + 8, size + 9),
            )
            .with("ETag", ONE)
            .says(9)
            .cut_after(0),
    });
    let world = World::new();
    let code = world.failure(host.url("w.gguf"), None).await;
    assert_eq!(code, "interrupted");
    assert!(!world.files().contains(&"w.gguf".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_model_is_not_kept() {
    let pages = [
        Reply::page("200 OK"),
        Reply::page("200 OK").with("Content-Type", "application/octet-stream"),
    ];
    for page in pages {
        let host = hub(move |_, _| page.clone());
        let world = World::new();
        assert_eq!(
            world.failure(host.url("w.gguf"), None).await,
            "download_no_model"
        );
        assert_eq!(host.asked().len(), 1, "it is not asked for again");
        assert!(!world.files().contains(&"w.gguf".to_owned()));
    }
    // It begins like one, and is none.
    let host = hub(|asked, _| Reply::file(&MODEL[..4096], ONE, asked));
    let world = World::new();
    assert_eq!(
        world.failure(host.url("w.gguf"), None).await,
        "model_broken"
    );
    assert_eq!(world.files(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_said_in_plain_words_and_not_repeated() {
    for (status, code) in [
        ("401 Unauthorized", "download_gated"),
        ("403 Forbidden", "download_gated"),
        ("404 Not Found", "download_not_there"),
        ("410 Gone", "download_not_there"),
        ("400 Bad Request", "refused"),
    ] {
        let host = hub(move |_, _| Reply::page(status));
        let world = World::new();
        assert_eq!(
            world.failure(host.url("w.gguf"), None).await,
            code,
            "{status}"
        );
        assert_eq!(host.asked().len(), 1, "{status}");
    }
    let host = hub(|_, _| Reply::page("429 Too Many Requests").with("Retry-After", "86400"));
    assert_eq!(
        World::new().failure(host.url("w.gguf"), None).await,
        "long_wait"
    );
    // Round and round.
    let round = hub(|_, nth| Reply::sent_on(&format!("/again/{nth}.gguf")));
    assert_eq!(
        World::new().failure(round.url("w.gguf"), None).await,
        "download_round"
    );
    // Nobody there.
    let gone = { hub(sound).url("w.gguf") };
    assert_eq!(World::new().failure(gone, None).await, "unreachable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_sum_is_kept_nowhere_and_the_right_one_is_checked() {
    let host = hub(sound);
    let world = World::new();
    let url = host.url("w.gguf");
    assert_eq!(
        world.failure(url.clone(), Some(sum(&OTHER))).await,
        "download_wrong_sum"
    );
    assert_eq!(world.files(), Vec::<String>::new());
    // The same again, with the sum that it has.
    let ended = world.ended(url.clone(), Some(sum(&MODEL))).await;
    assert!(
        matches!(ended.state, DownloadState::Done { .. }),
        "{ended:?}"
    );
    // It is there now, and is not written over.
    let id = ended.id.clone();
    world
        .studio
        .drop_download(Id { id })
        .await
        .expect("put away");
    let taken = world.start(url, None).await.expect_err("taken");
    assert_eq!(taken.to_dto().code, "file_exists");
    assert_eq!(world.files(), ["w.gguf"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_after_the_program_has_ended() {
    let host = hub(|asked, nth| match nth {
        0 => sound(asked, nth).stalls_after(3 * MIB, Duration::from_secs(30)),
        _ => sound(asked, nth),
    });
    let World { folder, studio } = World::new();
    let world = World { folder, studio };
    let begun = world.start(host.url("w.gguf"), None).await.expect("begun");
    world
        .when(&begun.id, |now| now.bytes >= (2 * MIB) as f64)
        .await;
    world
        .studio
        .pause_download(Id {
            id: begun.id.clone(),
        })
        .await
        .expect("stopped");
    world
        .when(&begun.id, |now| now.state == DownloadState::Paused)
        .await;
    let World { folder, studio } = world;
    drop(studio);
    let mut again = None;
    for _ in 0..100 {
        // The file is let go of a moment after the last word.
        if fs::File::open(folder.path().join("library.inkstone")).is_ok() {
            again = Some(open(folder.path()));
            break;
        }
    }
    let world = World {
        folder,
        studio: again.expect("opened again"),
    };
    let found = world.now(&begun.id).await;
    assert_eq!(
        (&found.state, found.url),
        (&DownloadState::Paused, host.url("w.gguf"))
    );
    assert!(found.bytes >= (2 * MIB) as f64);
    world
        .studio
        .resume_download(Id {
            id: begun.id.clone(),
        })
        .await
        .expect("goes on");
    let ended = world
        .when(&begun.id, |now| {
            matches!(now.state, DownloadState::Done { .. })
        })
        .await;
    assert!(fs::read(world.models().join(ended.name)).expect("a file") == *MODEL);
    assert!(host.asked()[1].from() >= (2 * MIB) as u64);
    assert_eq!(world.files(), ["w.gguf"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_comes_at_a_time_and_what_is_given_up_is_gone() {
    let host = hub(|asked, nth| match nth {
        0 => sound(asked, nth).stalls_after(2 * MIB, Duration::from_secs(30)),
        _ => sound(asked, nth),
    });
    let world = World::new();
    let one = world
        .start(host.url("one.gguf"), None)
        .await
        .expect("begun");
    world.when(&one.id, |now| now.bytes > 0.0).await;
    let two = world
        .start(host.url("two.gguf"), None)
        .await
        .expect("begun");
    assert_eq!(world.now(&two.id).await.state, DownloadState::Queued);
    // Asked for twice, it is one download.
    let again = world
        .start(host.url("two.gguf"), None)
        .await
        .expect("the same");
    assert_eq!(again.id, two.id);
    world
        .studio
        .drop_download(Id { id: one.id })
        .await
        .expect("given up");
    world
        .when(&two.id, |now| {
            matches!(now.state, DownloadState::Done { .. })
        })
        .await;
    assert_eq!(world.files(), ["two.gguf"]);
    assert_eq!(
        world.studio.downloads(Nothing {}).await.expect("all").len(),
        1
    );
}
