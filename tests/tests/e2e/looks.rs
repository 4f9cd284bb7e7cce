//! How every screen looks, compared with how it looked when somebody last found it good.
//!
//! The references lie in `tests/ref/looks/LANGUAGE-THEME/`, one small picture a screen. A screen that
//! looks otherwise fails the walk; what it looks like now, the reference and the difference are saved
//! where `INKSTONE_SCREENSHOTS` says, or in `<target>/e2e-failures/`. `INKSTONE_WRITE_REFERENCES=1`
//! writes the references that are missing or no longer true, and takes away those of screens that are
//! no more; look at them before they are kept. `INKSTONE_COMPARE_LOOKS=0` leaves the pictures out.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use inkstone_tests::e2e::{App, E2eError, Look, Measure, Picture};
use serde_json::Value;

/// The lights in which screens are kept.
const THEMES: [&str; 3] = ["light", "dark", "sepia"];
/// What is still being painted, or comes a moment later, has this long.
const SETTLES: Duration = Duration::from_secs(3);
/// Widths of letters may differ by so much, of a thousand.
const FONT_TOLERANCE: f64 = 2.0;

/// Puts the page into a light and stills all that no two runs have in common: carets, bars that
/// fade, notices that go, times, ports, folders, and what this machine is. Each text that is
/// replaced has a fixed one in its place, so that nothing beside it moves. Ends when it is painted.
const STILL: &str = include_str!("still.js");

/// Gives the page back what it had.
const RELEASE: &str = "window.__release?.();";

/// How wide letters of each face are.
const FONTS: &str = r"
const style = getComputedStyle(document.documentElement);
const context = document.createElement('canvas').getContext('2d');
return ['ui', 'prose', 'script', 'mono'].flatMap((face) =>
  ['The night ferry runs at ten: 1,234', '夜航渡轮十点开，共三十人。'].map((words) => {
    context.font = '100px ' + style.getPropertyValue('--' + face);
    return Math.round(context.measureText(words).width);
  }));
";

/// What was seen on a walk through the screens.
pub struct Looks {
    kept: PathBuf,
    write: bool,
    measure: Option<Measure>,
    seen: BTreeSet<PathBuf>,
    unlike: Vec<String>,
    took: Duration,
}

impl Looks {
    /// Unless it is not wanted.
    pub fn wanted() -> Option<Looks> {
        let write = env::var_os("INKSTONE_WRITE_REFERENCES").is_some_and(|value| value != "0");
        let compare = env::var_os("INKSTONE_COMPARE_LOOKS").is_none_or(|value| value != "0");
        (write || compare).then(|| Looks {
            kept: Path::new(env!("CARGO_MANIFEST_DIR")).join("ref/looks"),
            write,
            measure: None,
            seen: BTreeSet::new(),
            unlike: Vec::new(),
            took: Duration::ZERO,
        })
    }

    /// Whether this walk is there for the references alone.
    pub fn writes(&self) -> bool {
        self.write
    }

    /// Compares what is shown in each light with its reference.
    pub async fn see(&mut self, app: &App, name: &str, language: &str) -> Result<(), E2eError> {
        let began = Instant::now();
        let measure = self.measure(app).await?;
        let name = name.replace([' ', ',', '?', '\''], "-").replace("--", "-");
        for theme in THEMES {
            let path = self
                .kept
                .join(format!("{language}-{theme}"))
                .join(format!("{name}.png"));
            self.seen.insert(path.clone());
            let kept = match path.is_file() {
                true => Some(Look::read(&path)?),
                false => None,
            };
            if self.write {
                let picture = still(app, theme).await?;
                let other = |kept: &Look| kept.unlike(&picture, Measure::Fine).is_some();
                if kept.as_ref().is_none_or(other) {
                    println!("{} is written", path.display());
                    Look::of(&settled(app, theme).await?).save(&path)?;
                }
                continue;
            }
            let Some(kept) = kept else {
                let said = format!("{name} ({language}, {theme}) has no reference");
                println!("{said}");
                self.unlike.push(said);
                continue;
            };
            let start = Instant::now();
            loop {
                let picture = still(app, theme).await?;
                let Some(found) = kept.unlike(&picture, measure) else {
                    break;
                };
                if start.elapsed() < SETTLES {
                    tokio::time::sleep(SETTLES / 12).await;
                    continue;
                }
                let said = format!("{name} ({language}, {theme}) looks otherwise: {found}");
                println!("{said}");
                self.unlike.push(said);
                let folder = failures();
                let file =
                    |what: &str| folder.join(format!("look-{language}-{theme}-{name}.{what}.png"));
                picture.save(&file("actual"))?;
                kept.save(&file("reference"))?;
                found.marked.save(&file("difference"))?;
                break;
            }
        }
        app.client.execute(RELEASE, Vec::new()).await?;
        self.took += began.elapsed();
        Ok(())
    }

    /// What no longer looks as it did, after the whole walk.
    pub fn end(self) -> Result<Vec<String>, E2eError> {
        println!("Pictures took {} s.", self.took.as_secs());
        let mut unlike = self.unlike;
        for folder in fs::read_dir(&self.kept)?.flatten() {
            if !folder.path().is_dir() {
                continue;
            }
            for file in fs::read_dir(folder.path())?.flatten() {
                let path = file.path();
                if self.seen.contains(&path) {
                    continue;
                }
                if self.write {
                    fs::remove_file(path)?;
                } else {
                    unlike.push(format!("{} is of no screen", path.display()));
                }
            }
        }
        Ok(unlike)
    }

    /// How closely this machine can compare: where its letters are of other widths than those of
    /// the references, only by what takes up room.
    async fn measure(&mut self, app: &App) -> Result<Measure, E2eError> {
        if let Some(measure) = self.measure {
            return Ok(measure);
        }
        let answer = app.client.execute(FONTS, Vec::new()).await?;
        let widths: Vec<f64> = serde_json::from_value(answer).map_err(std::io::Error::other)?;
        let path = self.kept.join("letters.json");
        if self.write {
            fs::create_dir_all(&self.kept)?;
            fs::write(&path, format!("{}\n", serde_json::json!(widths)))?;
        }
        let kept: Vec<f64> =
            serde_json::from_slice(&fs::read(&path)?).map_err(std::io::Error::other)?;
        let same = kept.len() == widths.len()
            && kept
                .iter()
                .zip(&widths)
                .all(|(kept, now)| (kept - now).abs() * 1000.0 <= FONT_TOLERANCE * kept);
        let measure = match same {
            true => Measure::Fine,
            false => Measure::Coarse,
        };
        if !same {
            println!(
                "Letters are {widths:?} wide here and {kept:?} in the references: the fonts are \
                 others, and screens are compared by what takes up room only."
            );
        }
        self.measure = Some(measure);
        Ok(measure)
    }
}

async fn still(app: &App, theme: &str) -> Result<Picture, E2eError> {
    // Where nothing has a hint, nor looks otherwise under a pointer.
    app.display().point(450, 1)?;
    let home = app.home().path().display().to_string();
    app.client
        .execute_async(STILL, vec![Value::from(theme), Value::from(home)])
        .await?;
    app.picture()
}

/// What is shown once it stays the same for a third of the time that it has.
async fn settled(app: &App, theme: &str) -> Result<Picture, E2eError> {
    let start = Instant::now();
    let mut last = still(app, theme).await?;
    let mut since = Instant::now();
    loop {
        tokio::time::sleep(SETTLES / 30).await;
        let next = still(app, theme).await?;
        if next != last {
            last = next;
            since = Instant::now();
        }
        if since.elapsed() > SETTLES / 3 || start.elapsed() > SETTLES {
            return Ok(last);
        }
    }
}

fn failures() -> PathBuf {
    if let Some(folder) = env::var_os("INKSTONE_SCREENSHOTS") {
        return PathBuf::from(folder);
    }
    let target = env::current_exe()
        .ok()
        .and_then(|exe| exe.ancestors().nth(3).map(PathBuf::from));
    target.unwrap_or_default().join("e2e-failures")
}
