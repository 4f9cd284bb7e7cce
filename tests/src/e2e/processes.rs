//! The processes of one test, known by a mark in their environment.
//!
//! A parent's id would not do: what a killed program leaves behind gets another parent, and a
//! bus starts programs in sessions of their own. The environment is handed down always.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Every process of a machine that carries this value is one of ours.
const VARIABLE: &str = "INKSTONE_E2E_MARK";

/// How long a process gets to end by itself.
const GRACE: Duration = Duration::from_secs(2);

/// The mark of one test's processes.
pub struct Mark(String);

impl Mark {
    /// A mark that no other test has.
    pub fn new() -> Mark {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Mark(format!("{}-{number}", std::process::id()))
    }

    /// Marks a command and with it all that it starts.
    pub fn put<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env(VARIABLE, &self.0)
    }

    /// The ids of the marked processes that are alive.
    pub fn processes(&self) -> Vec<i32> {
        let wanted = format!("{VARIABLE}={}", self.0);
        let Ok(entries) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|id| {
                // A zombie's environment reads as empty, so it does not count.
                fs::read(format!("/proc/{id}/environ")).is_ok_and(|environment| {
                    environment
                        .split(|byte| *byte == 0)
                        .any(|entry| entry == wanted.as_bytes())
                })
            })
            .collect()
    }

    /// The ids of the marked processes that run this program.
    pub fn running(&self, program: &Path) -> Vec<i32> {
        let program = program
            .canonicalize()
            .unwrap_or_else(|_| program.to_path_buf());
        self.processes()
            .into_iter()
            .filter(|id| executable(*id) == Some(program.clone()))
            .collect()
    }

    /// The ids of the marked processes that run a program of this name.
    pub fn called(&self, name: &str) -> Vec<i32> {
        self.processes()
            .into_iter()
            .filter(|id| executable(*id).is_some_and(|path| path.ends_with(name)))
            .collect()
    }

    /// Ends all marked processes: politely those that must tidy up (the X server its lock file),
    /// the others at once.
    pub fn end_all(&self, polite: &str) {
        let ask: HashMap<i32, bool> = self
            .processes()
            .into_iter()
            .map(|id| {
                let name = executable(id);
                (
                    id,
                    name.is_some_and(|path| path.file_name().is_some_and(|name| name == polite)),
                )
            })
            .collect();
        for (id, politely) in ask {
            signal(id, if politely { Signal::TERM } else { Signal::KILL });
        }
        let start = Instant::now();
        while !self.processes().is_empty() {
            if start.elapsed() > GRACE {
                for id in self.processes() {
                    signal(id, Signal::KILL);
                }
            }
            if start.elapsed() > 2 * GRACE {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Ends a process at once, as `kill -9` does.
pub fn kill(id: i32) {
    signal(id, Signal::KILL);
}

/// The memory of a process in KiB, what it shares with others by its part (`smaps_rollup`, "Pss").
pub fn share(id: i32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// How long a process has been there: `starttime` of proc(5), in hundredths of a second on Linux.
pub fn age(id: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may have spaces in it.
    let after = stat.rsplit_once(')')?.1;
    let started: u64 = after.split_whitespace().nth(19)?.parse().ok()?;
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let now: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(now)
        .ok()?
        .checked_sub(Duration::from_millis(started * 10))
}

/// The variables that a process was started with.
pub fn environment(id: i32) -> Vec<(OsString, OsString)> {
    let bytes = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
    bytes
        .split(|byte| *byte == 0)
        .filter_map(|entry| {
            let at = entry.iter().position(|byte| *byte == b'=')?;
            let of = |part: &[u8]| OsStr::from_bytes(part).to_owned();
            Some((of(&entry[..at]), of(&entry[at + 1..])))
        })
        .collect()
}

fn signal(id: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(id) {
        // Gone already is what we want.
        let _ = kill_process(pid, signal);
    }
}

fn executable(id: i32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{id}/exe")).ok()
}

/// Finds a program on the search path.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_an_age_and_a_share_of_the_memory() {
        let own = std::process::id();
        assert!(age(own).is_some_and(|age| age < Duration::from_secs(3600)));
        assert!(
            share(i32::try_from(own).unwrap()).is_some_and(|kib| (100..10_000_000).contains(&kib))
        );
        assert_eq!(share(-1), None);
    }

    #[test]
    fn what_a_killed_parent_leaves_behind_is_found_and_ended() {
        let mark = Mark::new();
        let mut shell = Command::new("sh");
        // The inner sleep is a grandchild in a session of its own.
        shell.args(["-c", "setsid sleep 300 & sleep 300"]);
        let mut child = mark.put(&mut shell).spawn().unwrap();
        let sleep = find_program("sleep").unwrap();
        let start = Instant::now();
        while mark.running(&sleep).len() < 2 && start.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(mark.running(&sleep).len(), 2);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(mark.running(&sleep).len(), 2);
        assert!(Mark::new().processes().is_empty());
        mark.end_all("Xvfb");
        assert!(mark.processes().is_empty());
    }
}
