//! Actions that people write: listed, shown, checked.

use inkstone_studio::{
    Language, StudioError,
    actions::{ActionDto, actions_beside, looked_at},
};

use crate::{arguments::ActionsCommand, failure::Failure, input, output::Output, session::Session};

/// `ink actions`
pub fn run(
    command: Option<ActionsCommand>,
    session: &Session,
    output: &Output,
) -> Result<(), Failure> {
    let all = || -> Result<_, Failure> { Ok(actions_beside(&session.library_path()?)) };
    match command.unwrap_or(ActionsCommand::List) {
        ActionsCommand::List => {
            let all = all()?;
            if output.json {
                return output.value(&all);
            }
            let mut out = String::new();
            for action in &all.actions {
                out.push_str(&line(action, output));
            }
            if all.actions.is_empty() {
                output.note(&output.words.no_actions(&all.folder));
            }
            output.text(&out)
        }
        ActionsCommand::Show { action } => {
            let name = |one: &ActionDto| [one.id.clone(), one.name.en.clone(), one.name.zh.clone()];
            let found = all()?.actions.into_iter().find(|one| {
                name(one)
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&action))
            });
            let found = found.ok_or(StudioError::no_action(&action))?;
            if output.json {
                return output.value(&found);
            }
            output.text(&found.source)
        }
        ActionsCommand::Check { file } => {
            let source = input::plain_text(&file)?;
            let stem = file.file_stem().map(|stem| stem.to_string_lossy());
            let found = looked_at(&stem.unwrap_or_default(), &source);
            if output.json {
                output.value(&found)?;
            } else if let Some(problem) = &found.problem {
                output.note(&output.words.action_problem(problem));
            } else {
                output.text(&line(&found, output))?;
            }
            match found.problem {
                Some(_) => Err(Failure::Told),
                None => Ok(()),
            }
        }
    }
}

/// An action on a line: its name, what it is called, what it does; or what is wrong with it.
fn line(action: &ActionDto, output: &Output) -> String {
    let name = match output.language {
        Language::English => &action.name.en,
        Language::Chinese => &action.name.zh,
    };
    let says = match &action.problem {
        Some(problem) => output.words.action_problem(problem),
        None => {
            let desks: Vec<String> = action.desks.iter().map(ToString::to_string).collect();
            format!("{}  {} -> {}", desks.join(","), action.needs, action.answer)
        }
    };
    format!("{:20}{name}\n{:20}{says}\n", action.id, "")
}
