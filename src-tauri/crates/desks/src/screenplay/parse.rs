//! A model's answer as Fountain.

use inkstone_manuscript::Language;

use super::{
    interview, people,
    report::{self, Coverage},
    tidy::{heading, tidy, unmarked},
};
use crate::{Output, Task, clean::clean};

pub(super) fn parse(task: &Task, language: Language, raw: &str) -> Output {
    let text = clean(raw);
    let text = match task {
        Task::Beats | Task::ReviseBeats => beats(&text),
        Task::Outline => outline(&text, language),
        Task::Scene { .. } | Task::ReviseScene { .. } | Task::PunchUp { .. } => {
            body(&tidy(&text, language)).to_owned()
        }
        Task::Draft | Task::Continue | Task::Dialogue { .. } | Task::Describe => {
            tidy(&text, language)
        }
        Task::Own { .. } => text,
        Task::Premise => premise(&text),
        Task::ReviseEntry { .. } => entry(&text, language),
        Task::Turns { .. } => turn(&text, language),
        Task::Characters => people::text(raw, language),
        Task::Coverage => Coverage::text(raw, language),
        Task::Knowledge => report::knowledge_text(raw),
        Task::Interview => interview::answer(raw, language),
        // A selection may be half a line: only what is surely decoration goes.
        _ if text.contains('\n') => tidy(&text, language),
        _ => unmarked(&text.replace("**", "")).to_owned(),
    };
    Output {
        title: None,
        text: text.trim().to_owned(),
    }
}

/// Beats as `= ` lines under `# ` sections.
fn beats(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.chars().all(|c| "-*_=".contains(c)) {
            open = false;
            continue;
        }
        if let Some(name) = section(line) {
            out.push(format!("# {name}"));
            open = false;
            continue;
        }
        let bare = unlisted(line);
        let marked = bare.len() < line.len();
        let bare = unmarked(bare).replace("**", "").replace("__", "");
        match out.last_mut() {
            // A beat that goes on in the next line.
            Some(last) if open && !marked => {
                last.push(' ');
                last.push_str(&bare);
            }
            _ if bare.is_empty() => {}
            _ => {
                out.push(format!("= {bare}"));
                open = true;
            }
        }
    }
    out.join("\n\n")
}

/// The name of an act, if the line is its heading.
fn section(line: &str) -> Option<String> {
    let marked = line.trim_start_matches('#');
    let name = unmarked(marked.trim()).trim_end_matches([':', '：']).trim();
    let lower = name.to_lowercase();
    let act = (lower.starts_with("act ") && name.chars().count() <= 40)
        || (name.starts_with('第') && name.contains('幕') && name.chars().count() <= 16);
    let heading = marked.len() < line.len();
    let known = ["beats", "beat sheet", "情节点"].contains(&lower.as_str());
    (!name.is_empty() && (heading || act) && !known).then(|| name.to_owned())
}

/// Without the number, the bullet or the `=` in front.
fn unlisted(line: &str) -> &str {
    let line = line.trim_start_matches(['=', '-', '•', ' ']);
    let line = line.strip_prefix("* ").unwrap_or(line).trim_start();
    let bold = line.trim_start_matches('*');
    let lower = bold.to_lowercase();
    let word = ["beat ", "情节点"]
        .into_iter()
        .find(|w| lower.starts_with(w))
        .map_or(0, str::len);
    let rest = &bold[word..];
    let digits = rest.trim_start_matches(|c: char| {
        c.is_ascii_digit() || (word > 0 && "一二三四五六七八九十".contains(c))
    });
    if digits.len() == rest.len() {
        return line;
    }
    match digits
        .trim_start_matches('*')
        .strip_prefix(['.', ')', '、', ':', '：'])
    {
        Some(rest) => rest.trim_start_matches(['*', ' ']),
        None => line,
    }
}

/// Scene headings, each with its synopsis.
fn outline(text: &str, language: Language) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() {
            open = false;
            continue;
        }
        if let Some(heading) = heading(line, language) {
            out.push(heading);
            open = false;
            continue;
        }
        if out.is_empty() || line.chars().all(|c| "-*_=#".contains(c)) {
            continue;
        }
        let bare = unmarked(unlisted(line)).replace("**", "");
        let bare = without_label(&bare);
        match out.last_mut() {
            Some(last) if open && !line.starts_with('=') => {
                last.push(' ');
                last.push_str(bare);
            }
            _ if bare.is_empty() => {}
            _ => {
                out.push(format!("= {bare}"));
                open = true;
            }
        }
    }
    out.join("\n\n")
}

/// A premise as plain paragraphs.
fn premise(text: &str) -> String {
    let paragraphs = text.split("\n\n").filter_map(|block| {
        let lines: Vec<&str> = block.lines().map(str::trim).collect();
        let joined = lines.join(" ");
        let bare = unmarked(joined.trim_start_matches('#').trim()).replace("**", "");
        let bare = bare.trim();
        let lower = bare.trim_end_matches([':', '：']).to_lowercase();
        let heading = ["premise", "the premise", "前提", "故事前提", "故事大纲"];
        if bare.is_empty() || heading.contains(&lower.as_str()) {
            return None;
        }
        Some(labelled(bare, &["premise", "the premise", "前提", "故事前提"]).to_owned())
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// A synopsis alone, without its heading.
fn entry(text: &str, language: Language) -> String {
    let lines = text.lines().map(str::trim).filter(|line| {
        !line.is_empty()
            && heading(line, language).is_none()
            && !line.chars().all(|c| "-*_=#".contains(c))
    });
    let mut out: Vec<String> = Vec::new();
    for line in lines {
        let bare = unmarked(unlisted(line)).replace("**", "");
        let bare = without_label(&bare);
        match out.last_mut() {
            Some(last) if !line.starts_with('=') => {
                last.push(' ');
                last.push_str(bare);
            }
            _ if bare.is_empty() => {}
            _ => out.push(format!("= {bare}")),
        }
    }
    out.join("\n")
}

/// One turn: a heading and what happens, or what happens alone.
fn turn(text: &str, language: Language) -> String {
    let found = outline(text, language);
    let mut blocks = found.split("\n\n");
    match (blocks.next(), blocks.next()) {
        (Some(heading), Some(happens)) if !heading.is_empty() && happens.starts_with('=') => {
            format!("{heading}\n\n{happens}")
        }
        _ => entry(text, language),
    }
}

fn labelled<'a>(text: &'a str, labels: &[&str]) -> &'a str {
    let Some(at) = text.find([':', '：']) else {
        return text;
    };
    let colon = text[at..].chars().next().map_or(1, char::len_utf8);
    let name = text[..at].trim().to_lowercase();
    if labels.contains(&name.as_str()) {
        text[at + colon..].trim()
    } else {
        text
    }
}

fn without_label(text: &str) -> &str {
    const LABELS: &[&str] = &[
        "synopsis",
        "summary",
        "description",
        "梗概",
        "概要",
        "简介",
        "内容",
    ];
    labelled(text.trim(), LABELS)
}

/// A scene without the heading and the synopsis that stand in the script already.
fn body(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some(line) = rest.lines().next() {
        let again = crate::target::is_heading(line) || line.starts_with("= ") || line == "=";
        if !again {
            break;
        }
        rest = rest[line.len()..].trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENE: &str = "INT. LIGHTHOUSE KITCHEN - NIGHT\n\nRain ticks at the glass.\n\nTOM\n(from \
                         the door)\nYou're up.\n\nMARA\nThe kettle was.\n\nCUT TO:";

    fn english(task: Task, raw: &str) -> String {
        parse(&task, Language::English, raw).text
    }

    fn chinese(task: Task, raw: &str) -> String {
        parse(&task, Language::Chinese, raw).text
    }

    #[test]
    fn the_exact_notation_stays() {
        assert_eq!(english(Task::Draft, SCENE), SCENE);
    }

    #[test]
    fn markdown_scripts_become_fountain() {
        for raw in [
            "Here's the scene:\n\n**INT. LIGHTHOUSE KITCHEN – NIGHT**\n\nRain ticks at the glass.\n\n\
             **TOM**\n*(from the door)*\nYou're up.\n\n**MARA**\n\nThe kettle was.\n\n**CUT TO:**",
            "```fountain\n### Scene 1: Int. Lighthouse Kitchen - Night\nRain ticks at the glass.\n\n\
             TOM: (from the door) You're up.\n\nMARA: The kettle was.\n\nCUT TO:\n```",
            "1. INT. LIGHTHOUSE KITCHEN - NIGHT\n\nRain ticks at the glass.\nTOM\n(from the door)\n\
             You're up.\n\n\n\nMARA\nThe kettle was.\n\nCUT TO:\n\n---\n\nLet me know!",
        ] {
            assert_eq!(english(Task::Draft, raw), SCENE, "{raw}");
        }
    }

    #[test]
    fn chinese_scripts_become_fountain() {
        let exact = ".内景 灯塔厨房 - 夜\n\n雨点敲着玻璃。\n\n@老唐\n(站在门口)\n还没睡。\n\n@林晓\n水刚开。";
        assert_eq!(chinese(Task::Draft, exact), exact);
        for raw in [
            "好的，以下是这场戏：\n\n**内景 灯塔厨房 - 夜**\n\n雨点敲着玻璃。\n\n**老唐**\n（站在门口）\n还没睡。\n\n**林晓**\n水刚开。",
            "第1场 内景 灯塔厨房 - 夜\n\n雨点敲着玻璃。\n\n老唐：（站在门口）还没睡。\n\n林晓：水刚开。",
            "内景 灯塔厨房 - 夜\n雨点敲着玻璃。\n\n老唐\n（站在门口）\n还没睡。\n\n@林晓\n\n水刚开。",
        ] {
            assert_eq!(chinese(Task::Draft, raw), exact, "{raw}");
        }
    }

    #[test]
    fn a_scene_repeats_neither_heading_nor_synopsis() {
        let raw = format!("= Mara hides the letter.\n\n{SCENE}");
        let text = english(Task::Scene { number: 1 }, &raw);
        assert!(text.starts_with("Rain ticks"), "{text}");
        assert_eq!(english(Task::Scene { number: 1 }, "INT. LIGHT"), "");
    }

    #[test]
    fn lists_become_beats() {
        let exact = "# Act One\n\n= Mara hides the letter.\n\n= Tom finds it.";
        for raw in [
            exact,
            "**Act One:**\n\n1. **Mara hides the letter.**\n2. Tom finds it.",
            "## Act One\n- Mara hides the letter.\n- Tom\n  finds it.",
            "Here are the beats:\n\n# Act One\n= Mara hides the letter.\n= Tom finds it.",
            "Act One\n\nBeat 1: Mara hides the letter.\n\nBeat 2: Tom finds it.",
        ] {
            assert_eq!(english(Task::Beats, raw), exact, "{raw}");
        }
        assert_eq!(
            chinese(Task::Beats, "第一幕\n1、林晓藏信。\n2. 老唐发现了。"),
            "# 第一幕\n\n= 林晓藏信。\n\n= 老唐发现了。"
        );
    }

    #[test]
    fn scene_lists_become_an_outline() {
        let exact =
            "INT. KITCHEN - NIGHT\n\n= Mara hides it.\n\nEXT. LANDING - DAWN\n\n= Tom waits.";
        for raw in [
            exact,
            "Sure, here is the outline:\n\n1. **INT. KITCHEN - NIGHT**\n   Synopsis: Mara hides \
             it.\n\n2. **EXT. LANDING - DAWN**\n   - Tom waits.",
            "**Scene 1: INT. KITCHEN - NIGHT**\n= Mara hides it.\n**Scene 2: EXT. LANDING - DAWN**\n\
             = Tom waits.",
        ] {
            assert_eq!(english(Task::Outline, raw), exact, "{raw}");
        }
        assert_eq!(
            chinese(
                Task::Outline,
                "1. 内景 厨房 - 夜\n梗概：林晓藏信。\n\n2. 外景 渡口 - 清晨\n老唐等着。"
            ),
            ".内景 厨房 - 夜\n\n= 林晓藏信。\n\n.外景 渡口 - 清晨\n\n= 老唐等着。"
        );
    }

    #[test]
    fn a_premise_is_plain_paragraphs() {
        for raw in [
            "Mara hides a letter.\n\nTom finds it.",
            "**Premise:** Mara hides\na letter.\n\nTom finds it.",
            "Here's the premise:\n\n# Premise\n\nMara hides a letter.\n\nTom finds it.",
        ] {
            assert_eq!(
                english(Task::Premise, raw),
                "Mara hides a letter.\n\nTom finds it.",
                "{raw}"
            );
        }
    }

    #[test]
    fn a_turn_is_a_heading_and_what_happens() {
        let exact = "EXT. LANDING - DAWN\n\n= Tom burns the boat.";
        for raw in [
            exact,
            "**EXT. LANDING – DAWN**\nTom burns the boat.\n\nINT. HUT - DAY\n\n= No more.",
            "Turn 1:\n\nEXT. LANDING - DAWN\n\nSynopsis: Tom burns the boat.",
        ] {
            let task = Task::Turns { written: vec![] };
            assert_eq!(english(task, raw), exact, "{raw}");
        }
        let task = Task::Turns { written: vec![] };
        assert_eq!(
            english(task, "Tom burns the boat."),
            "= Tom burns the boat."
        );
        let task = Task::ReviseEntry { number: 1 };
        assert_eq!(
            english(task, "INT. HUT - DAY\n\nSynopsis: Mara lies.\n= Tom knows."),
            "= Mara lies.\n= Tom knows."
        );
    }

    #[test]
    fn an_answer_is_what_was_said() {
        for raw in [
            "I never read it.",
            "\"I never read it.\"",
            "MARA: I never read it.",
            "**Mara:** I never read it.",
            "MARA\nI never read it.",
        ] {
            assert_eq!(english(Task::Interview, raw), "I never read it.", "{raw}");
        }
        assert_eq!(
            english(Task::Interview, "One thing: I never read it."),
            "One thing: I never read it."
        );
        for raw in ["林晓：我没看。", "@林晓\n我没看。", "“我没看。”"] {
            assert_eq!(chinese(Task::Interview, raw), "我没看。", "{raw}");
        }
    }

    #[test]
    fn half_a_line_stays_half_a_line() {
        assert_eq!(
            english(Task::Rewrite, "under the bread tin"),
            "under the bread tin"
        );
        assert_eq!(english(Task::Rewrite, "**under** the tin"), "under the tin");
        assert_eq!(english(Task::Rewrite, "*under* the tin"), "*under* the tin");
    }

    #[test]
    fn every_prefix_parses() {
        for text in [
            SCENE,
            "**INT. A – DAY**\n\n**MARA**\n\nHi\n\n1. x",
            "@林晓\n（低声）\n好。\n老唐：走。",
        ] {
            for (end, _) in text.char_indices() {
                for name in crate::tasks(inkstone_manuscript::DocumentKind::Screenplay) {
                    let task = Task::named(name).unwrap();
                    english(task.clone(), &text[..end]);
                    chinese(task, &text[..end]);
                }
                chinese(Task::Interview, &text[..end]);
            }
        }
    }
}
