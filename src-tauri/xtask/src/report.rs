//! The report at the end of `cargo xtask test`.

use std::fmt::Write as _;
use std::time::Duration;

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed(String),
    /// A step that it needs had failed.
    NotRun(&'static str),
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub step: &'static str,
    pub outcome: Outcome,
    pub took: Duration,
}

/// A duration as people read it.
pub fn duration(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}

/// The table, the failures, and the closing line.
pub fn report(lines: &[Line]) -> String {
    let mut text = String::from("\n");
    for line in lines {
        let outcome = match &line.outcome {
            Outcome::Passed => "passed".to_owned(),
            Outcome::Failed(_) => "FAILED".to_owned(),
            Outcome::NotRun(needed) => format!("not run: it needs {needed}"),
        };
        let _ = writeln!(
            text,
            "  {:<14}{:>12}  {outcome}",
            line.step,
            duration(line.took)
        );
    }
    let total = lines.iter().map(|line| line.took).sum();
    let _ = writeln!(text, "  {:<14}{:>12}\n", "all", duration(total));
    for line in lines {
        if let Outcome::Failed(reason) = &line.outcome {
            let _ = writeln!(text, "{}: {reason}", line.step);
        }
    }
    let passed = lines
        .iter()
        .filter(|line| line.outcome == Outcome::Passed)
        .count();
    // What was not run has proved nothing, so it counts among the failed.
    let _ = write!(text, "{passed} passed, {} failed", lines.len() - passed);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        assert_eq!(duration(Duration::from_millis(1240)), "1.2 s");
        assert_eq!(duration(Duration::from_secs(59)), "59.0 s");
        assert_eq!(duration(Duration::from_secs(605)), "10 min 05 s");
    }

    #[test]
    fn the_last_line_counts_the_steps() {
        let line = |step, outcome| Line {
            step,
            outcome,
            took: Duration::from_secs(2),
        };
        let text = report(&[
            line("fmt", Outcome::Passed),
            line("build", Outcome::Failed("`cargo build` failed.".to_owned())),
            line("test", Outcome::NotRun("build")),
        ]);
        assert_eq!(text.lines().last(), Some("1 passed, 2 failed"));
        assert!(text.contains("build: `cargo build` failed."));
        assert!(
            text.lines()
                .any(|line| line.ends_with("not run: it needs build"))
        );
        let text = report(&[line("fmt", Outcome::Passed)]);
        assert_eq!(text.lines().last(), Some("1 passed, 0 failed"));
    }
}
