//! A script that was cut off, as far as its elements are whole.

use crate::{
    Task,
    target::{is_cue, is_heading, is_parenthetical},
};

/// Without what is no element yet at the end of a text that was cut off: a cue that nobody's words
/// follow, a parenthetical or a mark that is only begun, a heading with nothing under it. A sentence
/// that is half written stays, and so does the only block.
pub(crate) fn whole<'t>(task: &Task, text: &'t str) -> &'t str {
    let mut text = text.trim_end();
    if !writes_script(task) {
        return text;
    }
    while let Some(at) = text.rfind("\n\n") {
        let block = &text[at + 2..];
        let Some(kept) = kept(block) else {
            text = text[..at].trim_end();
            continue;
        };
        return text[..at + 2 + kept].trim_end();
    }
    text
}

fn writes_script(task: &Task) -> bool {
    matches!(
        task,
        Task::Draft
            | Task::Beats
            | Task::ReviseBeats
            | Task::Outline
            | Task::Scene { .. }
            | Task::ReviseScene { .. }
            | Task::PunchUp { .. }
            | Task::Continue
            | Task::Turns { .. }
            | Task::Rewrite
            | Task::Shorten
            | Task::Expand
            | Task::Tone { .. }
            | Task::Simplify
            | Task::Correct
            | Task::Translate { .. }
            | Task::Describe
    )
}

/// How many bytes of the last block can stand; `None` if it is no element.
fn kept(block: &str) -> Option<usize> {
    let first = block.lines().next().unwrap_or_default();
    let bare = first
        .trim()
        .trim_matches(['@', '.', '=', '#', '>', '~', '!', ' ']);
    if bare.is_empty() || is_heading(first) || first.starts_with('#') {
        return None;
    }
    if !is_cue(first) {
        return Some(block.len());
    }
    // Under a cue somebody has to say something.
    let mut end = block.len();
    loop {
        let lines = block[..end].trim_end();
        let last = lines.rsplit('\n').next().unwrap_or_default();
        if last.len() == lines.len() {
            return None;
        }
        let begun = last.starts_with('(') && !last.ends_with(')');
        if !begun && !is_parenthetical(last) {
            return Some(lines.len());
        }
        end = lines.len() - last.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_that_is_cut_off_ends_with_a_whole_element() {
        let before = "INT. HUT - DAY\n\nRain ticks.";
        for begun in [
            "MARA",
            "MARA (O.S.)",
            "MAR",
            "@林晓",
            "@",
            "MARA\n(low",
            "MARA\n(low)",
            "EX",
            "EXT. QU",
            "EXT. QUAY - NIGHT",
            ".外景 渡",
            "CUT T",
            "=",
            "# Act",
            "MARA\n(low)\n\nTOM",
        ] {
            let text = format!("{before}\n\n{begun}");
            assert_eq!(whole(&Task::Draft, &text), before, "{begun}");
        }
        for stays in [
            "MARA\nIt sti",
            "@林晓\n(低声)\n船",
            "The door op",
            "= Mara finds",
            "CUT TO:",
        ] {
            let text = format!("{before}\n\n{stays}");
            assert_eq!(whole(&Task::Draft, &text), text, "{stays}");
        }
        let said = format!("{before}\n\nMARA\nIt sticks.\n(lo");
        assert_eq!(
            whole(&Task::Draft, &said),
            format!("{before}\n\nMARA\nIt sticks.")
        );
        assert_eq!(whole(&Task::Draft, "INT. HUT"), "INT. HUT");
        assert_eq!(whole(&Task::Premise, "One.\n\nTWO"), "One.\n\nTWO");
    }
}
