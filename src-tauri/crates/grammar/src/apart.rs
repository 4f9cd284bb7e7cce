//! A checker in a process of its own: one question a line on its standard input, one answer a line on
//! its standard output, both JSON.

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader, Write},
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{Checker, Question, Slip};

/// The argument that makes a program [`serve`].
pub const APART: &str = "--check-grammar";

/// A checker that was not asked for so long ends.
const RESTS: Duration = Duration::from_secs(15);
/// An answer takes at most so long, getting ready included.
const ANSWERS: Duration = Duration::from_secs(20);
/// How far it stands back (`nice`) behind what a person waits for.
#[cfg(target_os = "linux")]
const STANDS_BACK: i32 = 10;

/// Why a paragraph was not looked at.
#[derive(Debug, thiserror::Error)]
pub enum GrammarError {
    /// The process does not start.
    #[error("the grammar checker does not start: {0}")]
    Start(#[source] io::Error),
    /// It ended over the question, twice.
    #[error("the grammar checker ended without an answer")]
    Ended,
    /// It did not answer in time.
    #[error("the grammar checker took too long")]
    Slow,
}

#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    slips: Vec<Slip>,
}

/// Answers questions until there are no more, or none comes for a while.
///
/// # Errors
/// Where an answer can't be written.
pub fn serve() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, STANDS_BACK) {
        tracing::debug!(%error, "the grammar checker does not stand back");
    }
    let (say, questions) = mpsc::channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if say.send(line).is_err() {
                return;
            }
        }
    });
    let mut checker = Checker::default();
    while let Ok(line) = questions.recv_timeout(RESTS) {
        let Ok(question) = serde_json::from_str::<Question>(&line) else {
            continue;
        };
        let slips = unharmed(|| checker.check(&question)).unwrap_or_else(|| {
            checker = Checker::default();
            Vec::new()
        });
        let mut answer = serde_json::to_string(&Answer { slips })?;
        answer.push('\n');
        let mut out = io::stdout().lock();
        out.write_all(answer.as_bytes())?;
        out.flush()?;
    }
    Ok(())
}

/// What `check` gives; none where the library fails over a text, as over its own mistakes it may.
fn unharmed<T>(check: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(check)).ok()
}

/// A [`Checker`] in a process of its own, which is there while it is needed.
#[derive(Debug)]
pub struct Apart {
    program: PathBuf,
    arguments: Vec<OsString>,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    questions: ChildStdin,
    answers: Receiver<Answer>,
}

impl Apart {
    /// A program that [`serve`]s where it is started with these arguments. Nothing starts yet.
    pub fn new(program: PathBuf, arguments: Vec<OsString>) -> Apart {
        Apart {
            program,
            arguments,
            running: Mutex::new(None),
        }
    }

    /// The slips of a paragraph. Blocks until they are known; one question at a time.
    ///
    /// # Errors
    /// Where there is no process to ask, it ends over the question, or takes too long.
    pub fn check(&self, question: &Question) -> Result<Vec<Slip>, GrammarError> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // One that rests may end in this moment, so it is asked once more.
        for _ in 0..2 {
            let one = match running.take() {
                Some(one) => one,
                None => self.start()?,
            };
            match one.ask(question) {
                Ok((one, answer)) => {
                    *running = Some(one);
                    return Ok(answer.slips);
                }
                Err(GrammarError::Ended) => {}
                Err(error) => return Err(error),
            }
        }
        Err(GrammarError::Ended)
    }

    fn start(&self) -> Result<Running, GrammarError> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What it has to say there may hold words of a text.
            .stderr(Stdio::null())
            .spawn()
            .map_err(GrammarError::Start)?;
        let (Some(questions), Some(out)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(GrammarError::Ended);
        };
        let (say, answers) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                // The library prints now and then.
                if let Ok(answer) = serde_json::from_str(&line)
                    && say.send(answer).is_err()
                {
                    return;
                }
            }
        });
        Ok(Running {
            child,
            questions,
            answers,
        })
    }
}

impl Running {
    /// Asks; whoever does not answer is gone afterwards.
    fn ask(mut self, question: &Question) -> Result<(Running, Answer), GrammarError> {
        let mut line = serde_json::to_string(question).map_err(|_| GrammarError::Ended)?;
        line.push('\n');
        let asked = self.questions.write_all(line.as_bytes());
        asked.map_err(|_| GrammarError::Ended)?;
        match self.answers.recv_timeout(ANSWERS) {
            Ok(answer) => Ok((self, answer)),
            Err(RecvTimeoutError::Timeout) => Err(GrammarError::Slow),
            Err(RecvTimeoutError::Disconnected) => Err(GrammarError::Ended),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or nobody wants its answer.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;
    use crate::English;

    const CHILD: &str = "apart::tests::child";

    /// Not a test: what the tests below start.
    #[test]
    #[ignore = "the other process of the tests below"]
    fn child() {
        serve().unwrap();
    }

    fn apart(more: &[&str]) -> Apart {
        let arguments = [CHILD, "--exact", "--ignored", "--nocapture"];
        let all = arguments.iter().chain(more).map(OsString::from).collect();
        Apart::new(env::current_exe().unwrap(), all)
    }

    fn question(text: &str) -> Question {
        Question {
            text: text.to_owned(),
            markdown: false,
            english: English::British,
        }
    }

    #[test]
    fn what_is_asked_apart_is_answered_as_here() {
        let apart = apart(&[]);
        let text = "The crew has went home, and he go too.\nNobody knows.";
        let slips = apart.check(&question(text)).unwrap();
        assert_eq!(slips, Checker::default().check(&question(text)));
        assert!(slips.len() > 1);
        // One that has ended meanwhile is started anew.
        if let Some(running) = apart.running.lock().unwrap().as_mut() {
            running.child.kill().unwrap();
        }
        assert_eq!(apart.check(&question(text)).unwrap(), slips);
        assert_eq!(apart.check(&question("Fine.")).unwrap(), []);
    }

    #[test]
    fn a_text_over_which_the_library_fails_has_no_slips() {
        assert_eq!(unharmed(|| 1), Some(1));
        assert_eq!(unharmed(|| -> u8 { panic!("as told") }), None);
    }

    #[test]
    fn one_that_fails_is_an_error_and_no_more() {
        // The harness does not know this argument and ends.
        let error = apart(&["--no-such-argument"]).check(&question("He go."));
        assert!(matches!(error, Err(GrammarError::Ended)), "{error:?}");
        let nowhere = Apart::new("/nonexistent/inkstone".into(), Vec::new());
        let error = nowhere.check(&question("He go."));
        assert!(matches!(error, Err(GrammarError::Start(_))), "{error:?}");
    }
}
