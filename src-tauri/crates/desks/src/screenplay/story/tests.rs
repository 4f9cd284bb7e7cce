use inkstone_manuscript::Language;

use super::*;
use crate::{CharacterBrief, Task};

const SCRIPT: &str = "Title: The Ferry

# Act One

= Mara hides the letter under the bread tin.

= Tom sells his house to buy the ferry.

# Act Two

= The harbour closes for the winter.

INT. KITCHEN - NIGHT

= Mara slips the letter under the tin while the kettle boils.

Rain ticks at the glass.

MARA
The kettle was.

EXT. LANDING - DAWN

= Tom signs the house away on the bonnet of a car.

EXT. HARBOUR - DAY

= Chains across the harbour mouth. Winter.
";

fn brief() -> ScreenplayBrief {
    ScreenplayBrief {
        language: Language::English,
        logline: "A keeper hides a letter.".to_owned(),
        premise: "Mara hides a letter that would close the ferry.".to_owned(),
        characters: vec![CharacterBrief {
            name: "Mara".to_owned(),
            want: "the ferry".to_owned(),
            ..CharacterBrief::default()
        }],
        ..ScreenplayBrief::default()
    }
}

fn stale(brief: &ScreenplayBrief, text: &str, sources: &mut Sources) -> Vec<String> {
    let story = Story::read(brief, text);
    story.settle(sources);
    let say = |s: Stale| format!("{:?} {:?}", s.part, s.because);
    story.stale(sources).into_iter().map(say).collect()
}

fn seen(text: &str) -> Sources {
    let mut sources = Sources::default();
    assert!(
        stale(&brief(), text, &mut sources).is_empty(),
        "nothing is stale at first sight"
    );
    sources
}

#[test]
fn parts_are_read_off_the_text() {
    let story = Story::read(&brief(), SCRIPT);
    let beats: Vec<_> = story
        .beats
        .iter()
        .map(|b| {
            (
                b.act.as_deref().unwrap_or_default(),
                &SCRIPT[b.range.clone()],
            )
        })
        .collect();
    assert_eq!(
        beats,
        [
            ("Act One", "= Mara hides the letter under the bread tin."),
            ("Act One", "= Tom sells his house to buy the ferry."),
            ("Act Two", "= The harbour closes for the winter."),
        ]
    );
    let entries: Vec<_> = story
        .entries
        .iter()
        .map(|e| (e.heading.as_str(), e.written(), e.carries.clone()))
        .collect();
    assert_eq!(
        entries,
        [
            ("INT. KITCHEN - NIGHT", true, vec![0]),
            ("EXT. LANDING - DAWN", false, vec![1]),
            ("EXT. HARBOUR - DAY", false, vec![2]),
        ]
    );
    let first = &story.entries[0];
    assert_eq!(&SCRIPT[first.heading_range.clone()], "INT. KITCHEN - NIGHT");
    assert!(SCRIPT[first.synopsis_range.clone()].starts_with("= Mara slips"));
    let text = &SCRIPT[first.text_range.clone()];
    assert!(
        text.starts_with("Rain") && text.ends_with("The kettle was."),
        "{text}"
    );
    let range = story.beats_range(SCRIPT).unwrap();
    assert!(SCRIPT[range.clone()].starts_with("# Act One"));
    assert!(SCRIPT[range].ends_with("for the winter."));
}

#[test]
fn a_changed_beat_marks_its_scenes_and_no_others() {
    let mut sources = seen(SCRIPT);
    // A comma and a capital are no change.
    let text = SCRIPT.replace(
        "Mara hides the letter under",
        "Mara hides, the Letter under",
    );
    assert!(stale(&brief(), &text, &mut sources).is_empty());
    let text = SCRIPT.replace("hides the letter under the bread tin", "burns the letter");
    assert_eq!(
        stale(&brief(), &text, &mut sources),
        ["Entry(1) [Beat(Some(1))]", "Scene(1) [Beat(Some(1))]"]
    );
    // What is kept as it is counts as made from the new beat, and the scene with its entry.
    let story = Story::read(&brief(), &text);
    story.keep(&mut sources, Part::Entry(1));
    assert!(stale(&brief(), &text, &mut sources).is_empty());
    // A beat that goes is missed; one that comes is nobody's fault.
    let gone = text.replace("= Tom sells his house to buy the ferry.\n\n", "");
    assert_eq!(
        stale(&brief(), &gone, &mut sources.clone()),
        ["Entry(2) [Beat(None)]"]
    );
    let more = text.replace("# Act Two", "= A storm takes the pier.\n\n# Act Two");
    assert!(stale(&brief(), &more, &mut sources).is_empty());
}

#[test]
fn a_changed_synopsis_marks_the_scene_and_a_moved_scene_keeps_its_record() {
    let mut sources = seen(SCRIPT);
    let text = SCRIPT.replace("slips the letter under the tin", "burns the letter");
    assert_eq!(
        stale(&brief(), &text, &mut sources),
        ["Scene(1) [Synopsis]"]
    );
    let renamed = text.replace("INT. KITCHEN - NIGHT", "INT. ATTIC - NIGHT");
    assert_eq!(
        stale(&brief(), &renamed, &mut sources),
        ["Scene(1) [Synopsis]"]
    );
    let landing = "EXT. LANDING - DAWN\n\n= Tom signs the house away on the bonnet of a car.\n\n";
    let moved = renamed.replace(landing, "");
    let at = moved.find("INT. ATTIC").unwrap();
    let moved = format!("{}{landing}{}", &moved[..at], &moved[at..]);
    assert_eq!(
        stale(&brief(), &moved, &mut sources),
        ["Scene(2) [Synopsis]"]
    );
    // The scene is written anew from what stood there when it was asked for.
    let story = Story::read(&brief(), &moved);
    let then = story.hashes();
    story.made(&mut sources, &Task::ReviseScene { number: 2 }, &then);
    assert!(stale(&brief(), &moved, &mut sources).is_empty());
}

#[test]
fn stages_follow_each_other() {
    let mut sources = seen(SCRIPT);
    let other = ScreenplayBrief {
        logline: "A keeper burns a letter.".to_owned(),
        ..brief()
    };
    assert_eq!(
        stale(&other, SCRIPT, &mut sources),
        [
            "Premise [Logline]",
            "Characters [Logline]",
            "Beats [Logline]"
        ]
    );
    let story = Story::read(&other, SCRIPT);
    story.made(&mut sources, &Task::Premise, &story.hashes());
    let mut third = other.clone();
    third.premise = "Mara burns the letter.".to_owned();
    third.characters[0].want = "peace".to_owned();
    assert_eq!(
        stale(&third, SCRIPT, &mut sources),
        [
            "Characters [Logline, Premise]",
            "Beats [Logline, Premise, Characters]"
        ]
    );
    // Facts and notes of a page move nothing.
    let mut noted = third.clone();
    noted.characters[0].notes.push("She lies.".to_owned());
    let story = Story::read(&third, SCRIPT);
    for part in [Part::Characters, Part::Beats] {
        story.keep(&mut sources, part);
    }
    assert!(stale(&noted, SCRIPT, &mut sources).is_empty());
}

#[test]
fn what_changed_while_a_model_wrote_is_stale_from_the_start() {
    let mut sources = Sources::default();
    let before = Story::read(&brief(), SCRIPT);
    let then = before.hashes();
    let text = SCRIPT.replace("sells his house", "steals a boat");
    let story = Story::read(&brief(), &text);
    story.made(&mut sources, &Task::Outline, &then);
    assert_eq!(
        stale(&brief(), &text, &mut sources),
        ["Entry(2) [Beat(Some(2))]"]
    );
    let changed = ScreenplayBrief {
        premise: "Otherwise.".to_owned(),
        ..brief()
    };
    let story = Story::read(&changed, &text);
    story.made(&mut sources, &Task::Beats, &then);
    assert!(stale(&changed, &text, &mut sources).contains(&"Beats [Premise]".to_owned()));
}

#[test]
fn records_survive_json_and_strange_texts() {
    let sources = seen(SCRIPT);
    let json = serde_json::to_string(&sources).unwrap();
    assert_eq!(serde_json::from_str::<Sources>(&json).unwrap(), sources);
    assert_eq!(
        serde_json::from_str::<Sources>("{}").unwrap(),
        Sources::default()
    );
    let mut sources = sources;
    for end in 0..SCRIPT.len() {
        let text = &SCRIPT[..end];
        let story = Story::read(&brief(), text);
        story.settle(&mut sources);
        story.stale(&sources);
        story.beats_range(text);
        for number in [0, 1, 2, 9, u32::MAX] {
            story.keep(&mut sources, Part::Entry(number));
            story.keep(&mut sources, Part::Scene(number));
        }
    }
}

#[test]
fn chinese_beats_find_their_scenes() {
    let text = "# 第一幕\n\n= 林晓把信藏在面包罐底下。\n\n= 老唐卖掉房子买下渡船。\n\n.内景 厨房 - 夜\n\n\
                = 水开着，林晓把那封信塞到罐底。\n\n.外景 渡口 - 清晨\n\n= 老唐在车盖上签字，房子归了别人。\n";
    let brief = ScreenplayBrief {
        language: Language::Chinese,
        ..ScreenplayBrief::default()
    };
    let story = Story::read(&brief, text);
    assert_eq!(story.entries[0].carries, [0]);
    assert_eq!(story.entries[1].carries, [1]);
    let mut sources = Sources::default();
    story.settle(&mut sources);
    let text = text.replace("老唐卖掉房子买下渡船", "老唐把渡船烧了");
    let story = Story::read(&brief, &text);
    story.settle(&mut sources);
    assert_eq!(
        story.stale(&sources),
        [Stale {
            part: Part::Entry(2),
            because: vec![Because::Beat(Some(2))]
        }]
    );
}
