//! What the window takes, measured in the real window: `cargo xtask bench window`.
//!
//! A key is a real one, pressed by the X server. Its time goes from the press to the moment when the
//! server has the new picture of its line. What of it is the page's own goes from `keydown`, before
//! anybody else hears it, to the first task after the frame that shows it (`requestAnimationFrame`,
//! then a timer), in whole milliseconds as WebKit counts.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use inkstone_tests::e2e::{App, Area, E2eError, Home, Options, PATIENCE, built};
use serde_json::Value;

use crate::steps::{begin, news_brief, saved};

const MB: usize = 1_000_000;
/// Keys of one measurement, and the time between two, of a quick typist.
const KEYS: usize = 300;
const BETWEEN: Duration = Duration::from_millis(110);
/// Documents in the library of the start.
const DOCUMENTS: usize = 500;
const MANY: usize = 10_000;
const STARTS: usize = 5;
/// Until what a start has begun is over, the process that looks at grammar included.
const IDLE: Duration = Duration::from_secs(25);

fn program(variable: &str, name: &str) -> Result<PathBuf, E2eError> {
    match env::var_os(variable) {
        Some(path) => Ok(path.into()),
        None => built(name),
    }
}

/// Sentences, the same at every run; `blank` of them stand between two blank lines.
fn english(size: usize, width: usize, blank: usize) -> String {
    const WORDS: [&str; 24] = [
        "ferry", "harbour", "night", "the", "a", "office", "said", "of", "water", "and", "runs",
        "late", "again", "to", "pier", "was", "in", "rain", "*slowly*", "she", "letter", "waits",
        "for", "lamp",
    ];
    let mut state = 7_usize;
    let mut text = String::with_capacity(size + 100);
    let (mut column, mut lines) = (0, 0);
    while text.len() < size {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7fff_ffff;
        let word = WORDS[(state >> 8) % WORDS.len()];
        text.push_str(word);
        column += word.len() + 1;
        if column < width {
            text.push(' ');
            continue;
        }
        column = 0;
        lines += 1;
        text.push_str(".\n");
        if blank > 0 && lines % blank == 0 {
            text.push('\n');
            if lines % (20 * blank) == 0 {
                let _ = write!(text, "## Part {lines}\n\n");
            }
        }
    }
    text
}

fn chinese(size: usize) -> String {
    const WORDS: [&str; 16] = [
        "渡轮",
        "夜里",
        "码头",
        "她",
        "把信",
        "放在",
        "灯下",
        "雨",
        "一直",
        "下",
        "港务局",
        "说",
        "明天",
        "再",
        "等等",
        "看",
    ];
    let mut state = 7_usize;
    let mut text = String::with_capacity(size + 100);
    let mut letters = 0;
    while text.len() < size {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7fff_ffff;
        text.push_str(WORDS[(state >> 8) % WORDS.len()]);
        letters += 1;
        if letters % 12 == 0 {
            text.push_str(if letters % 60 == 0 { "。\n\n" } else { "，" });
        }
    }
    text
}

/// Some 120 pages.
fn script() -> String {
    let mut text = String::from("Title: Script of 120 pages\n\n");
    for scene in 1..=120 {
        let _ = write!(
            text,
            "INT. ROOM {} - NIGHT\n\n= What happens here.\n\n",
            scene % 30 + 1
        );
        for _ in 0..4 {
            text.push_str(
                "The rain goes on, and the lamp over the door swings. Somebody walks along the planks, \
                 stops, and looks out over the water.\n\nMARA\n(low)\nYou said that the boat would be \
                 here before it was dark.\n\nTOM\nIt will come when it comes.\n\n",
            );
        }
    }
    text
}

fn import(home: &Home, path: &Path) -> Result<(), E2eError> {
    let done = Command::new(program("INKSTONE_BENCH_INK", "ink")?)
        .envs(home.variables())
        .arg("import")
        .arg(path)
        .output()?;
    assert!(done.status.success(), "{done:?}");
    Ok(())
}

/// What tests spare the machine is measured.
fn as_for_everybody() -> Vec<(String, String)> {
    vec![("INKSTONE_GRAMMAR".to_owned(), "on".to_owned())]
}

async fn launch(home: &Home) -> Result<App, E2eError> {
    App::launch(Options {
        home: Some(home.clone()),
        program: Some(program("INKSTONE_BENCH_PROGRAM", "inkstone")?),
        env: as_for_everybody(),
        ..Options::default()
    })
    .await
}

/// Opens the document of this title by a click on it; the time until its text was painted.
async fn opened(app: &App, title: &str) -> Result<f64, E2eError> {
    const OPEN: &str = r"
        const [title, done] = arguments;
        const rows = [...document.querySelectorAll('[data-testid=document-item]')];
        const row = rows.find((one) => one.textContent.includes(title));
        const named = () => document.querySelector('[data-testid=title]')?.value === title;
        const shown = () => document.querySelector('[data-testid=editor] .cm-line')?.textContent.length > 0;
        const began = performance.now();
        row.click();
        (function look() {
          requestAnimationFrame(() => {
            if (!named() || !shown()) return look();
            setTimeout(() => done(performance.now() - began), 0);
          });
        })();";
    let listed = "return [...document.querySelectorAll('[data-testid=document-item]')] \
                  .some((one) => one.textContent.includes(arguments[0]))";
    app.wait_until(title, PATIENCE, async || {
        let found = app.client.execute(listed, vec![Value::from(title)]).await?;
        Ok(found == Value::Bool(true))
    })
    .await?;
    let answer = app
        .client
        .execute_async(OPEN, vec![Value::from(title)])
        .await?;
    Ok(answer.as_f64().unwrap_or(f64::NAN))
}

const HEAR: &str = r"
    window.__keys = [];
    if (!window.__hears) {
      window.__hears = true;
      addEventListener('keydown', (event) => {
        if (event.key.length !== 1) return;
        const began = performance.now();
        // A MessageChannel would go through the network process and back.
        requestAnimationFrame(() => setTimeout(() => window.__keys.push(performance.now() - began), 0));
      }, true);
    }";

/// Where the caret's line is, and two more rows in case it grows.
const LINE: &str = r"
    const line = getSelection().anchorNode.parentElement.closest('.cm-line');
    const { left, top, right, bottom } = line.getBoundingClientRect();
    return [left, top, right, bottom + 60].map(Math.round);";

/// Times of keys, in milliseconds.
struct Keys {
    /// From the press to the screen.
    screen: Vec<f64>,
    /// What the page takes of it.
    page: Vec<f64>,
}

/// Presses keys in the middle of the open text.
async fn keys(app: &App, count: usize) -> Result<Keys, E2eError> {
    app.press("Control+2").await?;
    app.client.execute(HEAR, Vec::new()).await?;
    let line = app.client.execute(LINE, Vec::new()).await?;
    let line: Area = serde_json::from_value(line).map_err(io::Error::other)?;
    let words = "the ferry waits for rain and runs again ";
    let text: String = words.chars().cycle().take(count).collect();
    let seen = app.display().types(&text, BETWEEN, line)?;
    let mut page = Vec::new();
    app.wait_until("all keys", PATIENCE, async || {
        let heard = app
            .client
            .execute("return window.__keys", Vec::new())
            .await?;
        page = serde_json::from_value(heard).map_err(io::Error::other)?;
        Ok(page.len() >= count)
    })
    .await?;
    let screen = seen
        .iter()
        .flatten()
        .map(|took| took.as_secs_f64() * 1000.0);
    let screen: Vec<f64> = screen.collect();
    if screen.len() < count {
        println!("Not seen before the next key: {}", count - screen.len());
    }
    Ok(Keys { screen, page })
}

/// Goes to the middle of the text as one does: by a search would be another feature; by the scroll
/// bar and a click.
async fn to_the_middle(app: &App) -> Result<(), E2eError> {
    app.press("Control+2").await?;
    let script = "const at = document.querySelector('.cm-scroller'); \
                  at.scrollTop = at.scrollHeight / 2;";
    app.client.execute(script, Vec::new()).await?;
    tokio::time::sleep(Duration::from_millis(400)).await;
    app.display()
        .xdotool(&["mousemove", "600", "420", "click", "1"])?;
    tokio::time::sleep(Duration::from_millis(600)).await;
    Ok(())
}

fn percentile(times: &[f64], part: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a short list"
    )]
    let at = ((sorted.len() as f64 * part).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

fn row(what: &str, keys: &Keys) {
    print!("| {what} ");
    for times in [&keys.screen, &keys.page] {
        let [p50, p95, max] = [0.5, 0.95, 1.0].map(|part| percentile(times, part));
        print!("| {p50:.0} | {p95:.0} | {max:.0} ");
    }
    println!("| {} |", keys.screen.len());
}

/// Memory by process, in MiB.
type Memory = Vec<(&'static str, f64)>;

/// What was seen of one start.
struct Start {
    /// Seconds from the program's first moment to a caret that took a key.
    took: f64,
    /// Milliseconds from the program's first moment to each mark of the page.
    marks: Vec<(String, f64)>,
    /// Idle after the key, in MiB, by process.
    memory: Memory,
}

/// How long ago the page began and each of its marks was, in milliseconds.
const MARKS: &str = r"
    const now = performance.now();
    return [['page', now], ...performance.getEntriesByType('mark').map(({ name, startTime }) => [name, now - startTime])];
";

/// What the program takes once what was begun has come to its end.
async fn idle(app: &App) -> Memory {
    tokio::time::sleep(IDLE).await;
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let mib = |kib: u64| kib as f64 / 1024.0;
    let shares = app.memory().into_iter();
    shares.map(|(name, kib)| (name, mib(kib))).collect()
}

/// What it takes when nothing was done in it.
async fn untouched(options: Options) -> Result<Memory, E2eError> {
    let app = App::launch(options).await?;
    caret(&app).await?;
    let memory = idle(&app).await;
    app.close().await?;
    Ok(memory)
}

async fn caret(app: &App) -> Result<(), E2eError> {
    app.wait_until("a caret in a text", PATIENCE, async || {
        let script = "return document.activeElement?.classList.contains('cm-content') ?? false";
        Ok(app.client.execute(script, Vec::new()).await? == Value::Bool(true))
    })
    .await
}

async fn start(options: Options) -> Result<Start, E2eError> {
    let app = App::launch(options).await?;
    let age = app.age().unwrap_or_default();
    let born = Instant::now().checked_sub(age);
    caret(&app).await?;
    let before = typed(&app).await?;
    app.display().xdotool(&["key", "x"])?;
    app.wait_until("the key", PATIENCE, async || {
        Ok(typed(&app).await? != before)
    })
    .await?;
    let took = born.map_or(f64::NAN, |born| born.elapsed().as_secs_f64());
    let marks = app.client.execute(MARKS, Vec::new()).await?;
    let marks: Vec<(String, f64)> = serde_json::from_value(marks).map_err(io::Error::other)?;
    let now = app.age().map_or(f64::NAN, |age| age.as_secs_f64() * 1000.0);
    let marks = marks.into_iter().map(|(name, ago)| (name, now - ago));
    let memory = idle(&app).await;
    let start = Start {
        took,
        marks: marks.collect(),
        memory,
    };
    app.close().await?;
    Ok(start)
}

async fn typed(app: &App) -> Result<Value, E2eError> {
    let script = "return document.querySelector('.cm-content')?.textContent.length ?? 0";
    Ok(app.client.execute(script, Vec::new()).await?)
}

#[tokio::test]
#[ignore = "measures; `cargo xtask bench window` runs it"]
async fn the_window_is_measured() -> Result<(), E2eError> {
    let part = env::var("INKSTONE_BENCH_PART").ok();
    let wanted = |name| part.as_deref().is_none_or(|part| part == name);
    if wanted("keys") {
        keys_and_openings(usize::MAX).await?;
    }
    // A part of that part.
    if part.as_deref() == Some("model") {
        keys_and_openings(1).await?;
    }
    if wanted("start") {
        starts_and_memory().await?;
    }
    // Takes minutes to fill.
    if part.as_deref() == Some("many") {
        many_documents().await?;
    }
    Ok(())
}

/// Keys in texts of all kinds, or of so many of them, and the time until each is shown.
async fn keys_and_openings(most: usize) -> Result<(), E2eError> {
    let home = Home::new()?;
    let texts = home.path().join("texts");
    fs::create_dir_all(&texts)?;
    let sizes = [
        ("Article of 100 KB", "md", english(MB / 10, 400, 1)),
        ("Article of 1 MB", "md", english(MB, 400, 1)),
        ("Wrapped of 1 MB", "md", english(MB, 72, 0)),
        ("Chinese of 1 MB", "md", chinese(MB)),
        ("Script of 120 pages", "fountain", script()),
    ];
    for (title, ending, text) in &sizes {
        let path = texts.join(format!("{title}.{ending}"));
        fs::write(&path, text)?;
        import(&home, &path)?;
    }
    let slow = bring_model(&home)?;
    let app = launch(&home).await?;
    println!(
        "\n| key to screen, ms | p50 | p95 | longest | page: p50 | p95 | longest | keys |\n{}",
        "|---".repeat(8) + "|"
    );
    let mut opens = Vec::new();
    let mut quiet = None;
    for (title, ..) in sizes.iter().take(most) {
        opens.push((*title, opened(&app, title).await?));
        to_the_middle(&app).await?;
        let _warm = keys(&app, 20).await?;
        let times = keys(&app, KEYS).await?;
        row(title, &times);
        let _first = quiet.get_or_insert(times);
        saved(&app).await?;
    }
    if let Some(quiet) = quiet.filter(|_| slow) {
        let busy = while_a_model_writes(&app, sizes[0].0).await?;
        row(
            "Article of 100 KB while a local model of 0.5 billion weights writes",
            &busy,
        );
        println!(
            "p95 while a model writes: {:.2} times",
            percentile(&busy.screen, 0.95) / percentile(&quiet.screen, 0.95)
        );
    }
    println!();
    for (title, took) in opens {
        println!("| open: {title} | {took:.0} ms |");
    }
    app.close().await
}

/// Lays a model of half a billion weights, all of them random, on the shelf, where the program that
/// makes one is given: it writes for as long as one that a person would choose.
fn bring_model(home: &Home) -> Result<bool, E2eError> {
    let Some(engine) = env::var_os("INKSTONE_BENCH_ENGINE") else {
        return Ok(false);
    };
    let path = home.path().join("half-a-billion.gguf");
    let made = Command::new(engine)
        .args(["synthesize", "qwen2.5-0.5b", "Q8_0"])
        .arg(&path)
        .output()?;
    assert!(made.status.success(), "{made:?}");
    let added = Command::new(program("INKSTONE_BENCH_INK", "ink")?)
        .envs(home.variables())
        .args(["models", "add"])
        .arg(&path)
        .output()?;
    assert!(added.status.success(), "{added:?}");
    Ok(true)
}

/// Keys in the text of this title, all of them while the model that is listed last writes in
/// another one.
async fn while_a_model_writes(app: &App, title: &str) -> Result<Keys, E2eError> {
    const WRITES: Duration = Duration::from_secs(30);
    app.press("Control+n").await?;
    begin(app, "news").await?;
    news_brief(app).await?;
    crate::steps::number(app, "brief-words", 1500).await?;
    app.click("status-model").await?;
    app.wait_for("model-item", PATIENCE).await?;
    let rows = app.find_all("model-item").await?;
    if let Some(last) = rows.last() {
        last.click().await?;
    }
    app.press("Escape").await?;
    app.click("action-draft").await?;
    // It is read in first.
    app.wait_for("status-speed", WRITES).await?;
    opened(app, title).await?;
    to_the_middle(app).await?;
    // As without a model: the first keys after a pause are slower, so all come in one go.
    let _warm = keys(app, 20).await?;
    let busy = keys(app, KEYS).await?;
    if app.maybe("status-progress").await?.is_none() {
        println!("The model was done too early.");
    }
    Ok(busy)
}

/// A library of so many documents, of 4 KB each; a folder brings in 2,000 at most.
fn filled(documents: usize) -> Result<Home, E2eError> {
    let home = Home::new()?;
    for first in (0..documents).step_by(1000) {
        let folder = home.path().join(format!("many-{first}"));
        fs::create_dir_all(&folder)?;
        for number in first..documents.min(first + 1000) {
            fs::write(
                folder.join(format!("text-{number:03}.md")),
                english(4_000, 400, 1),
            )?;
        }
        import(&home, &folder)?;
    }
    Ok(home)
}

/// What a library of twenty times as many documents does to the start and to keys.
async fn many_documents() -> Result<(), E2eError> {
    let began = Instant::now();
    let home = filled(MANY)?;
    println!(
        "{MANY} documents brought in after {:.0} s",
        began.elapsed().as_secs_f64()
    );
    let app = launch(&home).await?;
    let first = opened(&app, "text-9999").await?;
    println!("one of them open after {first:.0} ms");
    to_the_middle(&app).await?;
    let _warm = keys(&app, 20).await?;
    row("text of 4 KB among many", &keys(&app, KEYS).await?);
    saved(&app).await?;
    app.quit().await?;
    let mut took = Vec::new();
    for _ in 0..STARTS {
        let options = Options {
            home: Some(home.clone()),
            program: Some(program("INKSTONE_BENCH_PROGRAM", "inkstone")?),
            env: as_for_everybody(),
            ..Options::default()
        };
        took.push(start(options).await?);
    }
    println!(
        "start to a caret that took a key, {MANY} documents, median of {STARTS}: {:.2} s; {:.0} MiB",
        median(took.iter().map(|start| start.took)),
        median(
            took.iter()
                .map(|start| start.memory.iter().map(|(_, share)| share).sum())
        )
    );
    Ok(())
}

/// The start, and memory, beside a bare window with the same editor.
async fn starts_and_memory() -> Result<(), E2eError> {
    let home = filled(DOCUMENTS)?;
    let app = launch(&home).await?;
    opened(&app, "text-480").await?;
    app.press("Control+2").await?;
    app.quit().await?;
    let (mut whole, mut bare) = (Vec::new(), Vec::new());
    let (mut whole_idle, mut bare_idle) = (Vec::new(), Vec::new());
    let own = program("INKSTONE_BENCH_PROGRAM", "inkstone")?;
    let other = env::var_os("INKSTONE_BENCH_BARE").filter(|path| !path.is_empty());
    for _ in 0..STARTS {
        let options = || Options {
            home: Some(home.clone()),
            program: Some(own.clone()),
            env: as_for_everybody(),
            ..Options::default()
        };
        whole.push(start(options()).await?);
        whole_idle.push(untouched(options()).await?);
        let Some(other) = &other else { continue };
        let options = || Options {
            program: Some(other.into()),
            ..Options::default()
        };
        bare.push(start(options()).await?);
        bare_idle.push(untouched(options()).await?);
    }
    for (name, list, idle) in [
        ("inkstone", &whole, &whole_idle),
        ("bare window", &bare, &bare_idle),
    ] {
        let Some(one) = list.first() else { continue };
        // Marks may come in another order the next time.
        for (mark, _) in &one.marks {
            let marks = list.iter().flat_map(|start| &start.marks);
            let times = marks.filter(|(name, _)| name == mark);
            println!(
                "{name}: {mark} after {:.0} ms",
                median(times.map(|(_, time)| *time))
            );
        }
        for (at, (process, _)) in one.memory.iter().enumerate() {
            println!(
                "{name}: {process} {:.0} MiB, {:.0} MiB after a key",
                median(idle.iter().map(|memory| memory[at].1)),
                median(list.iter().map(|start| start.memory[at].1)),
            );
        }
    }
    let took = |list: &[Start]| median(list.iter().map(|start| start.took));
    println!(
        "start to a caret that took a key, {DOCUMENTS} documents, median of {STARTS}: {:.2} s; bare window {:.2} s; {:.2} times",
        took(&whole),
        took(&bare),
        took(&whole) / took(&bare)
    );
    let sum = |memory: &Memory| memory.iter().map(|(_, share)| share).sum();
    let untouched = |list: &[Memory]| median(list.iter().map(sum));
    let typed = |list: &[Start]| median(list.iter().map(|start| sum(&start.memory)));
    for (when, own, other) in [
        ("idle", untouched(&whole_idle), untouched(&bare_idle)),
        ("idle after a key", typed(&whole), typed(&bare)),
    ] {
        println!(
            "memory, {when}, PSS: {own:.0} MiB; bare window {other:.0} MiB; {:.2} times",
            own / other
        );
    }
    Ok(())
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    percentile(&figures.collect::<Vec<_>>(), 0.5)
}
