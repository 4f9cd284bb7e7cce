//! `cargo xtask test`: every check there is, in the order that finds cheap mistakes first.

use std::process::ExitCode;
use std::time::Instant;

use crate::context::{Context, Failure};
use crate::report::{Line, Outcome, duration, report};
use crate::{cargo, needs, system, ui};

struct Step {
    name: &'static str,
    what: &'static str,
    /// Without these there is no point in starting.
    needs: &'static [&'static str],
    run: fn(&Context) -> Result<(), Failure>,
}

const STEPS: [Step; 11] = [
    Step {
        name: "packages",
        what: "what the machine must have",
        needs: &[],
        run: packages,
    },
    Step {
        name: "fmt",
        what: "the form of the Rust files",
        needs: &[],
        run: cargo::format,
    },
    Step {
        name: "npm",
        what: "the packages of the UI",
        needs: &[],
        run: npm,
    },
    Step {
        name: "biome",
        what: "lint and form of the UI",
        needs: &["npm"],
        run: biome,
    },
    Step {
        name: "svelte-check",
        what: "the types of the UI",
        needs: &["npm"],
        run: svelte_check,
    },
    Step {
        name: "vitest",
        what: "the unit tests of the UI",
        needs: &["npm"],
        run: vitest,
    },
    Step {
        name: "ui",
        what: "the page inside the window",
        needs: &["npm"],
        run: ui::build,
    },
    Step {
        name: "clippy",
        what: "lint",
        needs: &["packages", "ui"],
        run: cargo::clippy,
    },
    Step {
        name: "build",
        what: "programs and tests",
        needs: &["packages", "ui"],
        run: cargo::build,
    },
    Step {
        name: "test",
        what: "tests without a window",
        needs: &["build"],
        run: cargo::test,
    },
    Step {
        name: "e2e",
        what: "tests in the real window",
        needs: &["build"],
        run: cargo::end_to_end,
    },
];

/// The names that `--only` takes, in the order of the steps.
pub const STEP_NAMES: [&str; STEPS.len()] = {
    let mut names = [""; STEPS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = STEPS[at].name;
        at += 1;
    }
    names
};

/// Runs the steps and prints the report; the exit code says whether all passed.
pub fn run(context: &Context, end_to_end: bool, only: &[String]) -> ExitCode {
    let mut lines: Vec<Line> = Vec::new();
    for step in chosen(end_to_end, only) {
        let outcome_of_needs = broken(step.needs, &lines);
        println!("\n== {}: {}", step.name, step.what);
        let start = Instant::now();
        let outcome = match outcome_of_needs {
            Some(needed) => Outcome::NotRun(needed),
            None => match (step.run)(context) {
                Ok(()) => Outcome::Passed,
                Err(failure) => Outcome::Failed(failure.0),
            },
        };
        let took = start.elapsed();
        match &outcome {
            Outcome::Passed => println!("== {} passed in {}", step.name, duration(took)),
            Outcome::Failed(reason) => {
                println!("{reason}\n== {} FAILED after {}", step.name, duration(took));
            }
            Outcome::NotRun(needed) => println!("== {} not run: it needs {needed}", step.name),
        }
        lines.push(Line {
            step: step.name,
            outcome,
            took,
        });
    }
    if lines.is_empty() {
        println!("None of these steps can be run here.");
        return ExitCode::from(2);
    }
    println!("{}", report(&lines));
    if lines.iter().all(|line| line.outcome == Outcome::Passed) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Builds what end-to-end tests need and lets them take the README's screenshots.
pub fn screenshots(context: &Context) -> Result<(), Failure> {
    let start = Instant::now();
    for run in [packages, npm, ui::build_if_stale, cargo::build] {
        run(context)?;
    }
    let folder = context.root.join("assets").join("screenshots");
    cargo::screenshots(context, &folder)?;
    println!(
        "Screenshots are in {} ({})",
        folder.display(),
        duration(start.elapsed())
    );
    Ok(())
}

/// Builds a release, the bare window beside it and the tests, and lets the window be measured.
pub fn bench(context: &Context) -> Result<(), Failure> {
    for run in [packages, npm, ui::build, bare, cargo::for_bench] {
        run(context)?;
    }
    cargo::bench(context)
}

fn chosen(end_to_end: bool, only: &[String]) -> impl Iterator<Item = &'static Step> {
    const WINDOWS: &[&str] = &["e2e"];
    let end_to_end = end_to_end && cfg!(target_os = "linux");
    STEPS.iter().filter(move |step| {
        (end_to_end || !WINDOWS.contains(&step.name))
            && (only.is_empty() || only.iter().any(|name| name == step.name))
    })
}

/// The first of these steps that was tried and did not pass.
fn broken(needs: &[&'static str], lines: &[Line]) -> Option<&'static str> {
    needs.iter().copied().find(|needed| {
        lines
            .iter()
            .any(|line| line.step == *needed && line.outcome != Outcome::Passed)
    })
}

fn packages(context: &Context) -> Result<(), Failure> {
    system::node()?;
    system::toolchain(context)?;
    system::provide(
        &needs::FOR_RUN
            .iter()
            .chain(needs::FOR_TESTS)
            .collect::<Vec<_>>(),
    )
}

fn npm(context: &Context) -> Result<(), Failure> {
    ui::install(context)
}

fn biome(context: &Context) -> Result<(), Failure> {
    ui::script(context, "lint")
}

/// The page of the bare window.
fn bare(context: &Context) -> Result<(), Failure> {
    ui::script(context, "bare")
}

fn svelte_check(context: &Context) -> Result<(), Failure> {
    ui::script(context, "check")
}

fn vitest(context: &Context) -> Result<(), Failure> {
    ui::script(context, "test")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn names(end_to_end: bool, only: &[&str]) -> Vec<&'static str> {
        let only: Vec<String> = only.iter().map(|&name| name.to_owned()).collect();
        chosen(end_to_end, &only).map(|step| step.name).collect()
    }

    #[test]
    fn steps_are_chosen_by_name_and_keep_their_order() {
        assert_eq!(names(true, &["vitest", "fmt"]), ["fmt", "vitest"]);
        assert!(!names(false, &[]).contains(&"e2e"));
        assert!(names(false, &["e2e"]).is_empty());
        if cfg!(target_os = "linux") {
            assert_eq!(names(true, &[]), STEP_NAMES);
        }
    }

    #[test]
    fn every_needed_step_stands_before_the_one_that_needs_it() {
        for (at, step) in STEPS.iter().enumerate() {
            for needed in step.needs {
                assert!(
                    STEP_NAMES[..at].contains(needed),
                    "{} needs {needed}",
                    step.name
                );
            }
        }
    }

    #[test]
    fn a_failure_reaches_all_that_depend_on_it() {
        let line = |step, outcome| Line {
            step,
            outcome,
            took: Duration::ZERO,
        };
        let lines = [
            line("ui", Outcome::Failed("x".to_owned())),
            line("build", Outcome::NotRun("ui")),
            line("npm", Outcome::Passed),
        ];
        assert_eq!(broken(&["packages", "ui"], &lines), Some("ui"));
        assert_eq!(broken(&["build"], &lines), Some("build"));
        assert_eq!(broken(&["npm", "packages"], &lines), None);
    }
}
