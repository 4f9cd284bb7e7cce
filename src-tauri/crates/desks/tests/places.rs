//! Where suggestions stand, and what they need around them there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

use inkstone_desks::{Brief, Composed, DeskError, Input, Task, compose, join};
use inkstone_generation::PromptForm;
use inkstone_manuscript::{DocumentKind, Language};

fn brief(kind: DocumentKind) -> Brief {
    let subject = match kind {
        DocumentKind::News => "topic = 'Night ferry'",
        DocumentKind::Ads => "product = 'Tea'\nselling_points = ['hot', 'sweet']",
        DocumentKind::Screenplay => "logline = 'A keeper hides a letter.'",
    };
    Brief::from_toml(kind, subject).unwrap()
}

fn input<'a>(brief: &'a Brief, task: &'a Task, document: &'a str, select: &str) -> Input<'a> {
    let start = document.find(select).unwrap();
    Input {
        brief,
        task,
        document,
        selection: start..start + select.len(),
        note: None,
        house_rules: "",
        voice: "",
        variant: 0,
        variants: 1,
        context_tokens: None,
    }
}

fn chat(input: &Input) -> Result<Composed, DeskError> {
    compose(input, PromptForm::Chat)
}

#[test]
fn a_selection_is_replaced_without_the_white_space_around_it() {
    let news = brief(DocumentKind::News);
    let document = "One. Two. Three.";
    let composed = chat(&input(&news, &Task::Rewrite, document, " Two. ")).unwrap();
    assert_eq!(&document[composed.target], "Two.");
    let empty = chat(&input(&news, &Task::Shorten, document, " "));
    assert_eq!(empty, Err(DeskError::EmptySelection));
    // A selection from elsewhere never panics.
    let wild = Input {
        selection: 7..900,
        document: "渡轮开了",
        ..input(&news, &Task::Rewrite, "", "")
    };
    assert_eq!(chat(&wild).map(|c| c.target), Ok(6..12));
}

#[test]
fn a_scene_is_written_at_its_end_and_must_exist() {
    let script = brief(DocumentKind::Screenplay);
    let document = "INT. HUT - DAY\n\n= One.\n\nEXT. HUT - DAY\n\n= Two.\n";
    let first = chat(&input(&script, &Task::Scene { number: 1 }, document, "")).unwrap();
    assert_eq!(
        document[..first.target.start].trim_end(),
        "INT. HUT - DAY\n\n= One."
    );
    let third = chat(&input(&script, &Task::Scene { number: 3 }, document, ""));
    assert_eq!(third, Err(DeskError::NoSuchScene { number: 3 }));
}

#[test]
fn a_task_of_another_kind_and_an_unfit_brief_are_refused() {
    let news = brief(DocumentKind::News);
    let beats = chat(&input(&news, &Task::Beats, "", ""));
    assert!(
        matches!(beats, Err(DeskError::TaskNotForKind { task, kind }) if task == "beats" && kind == "news")
    );
    let empty = Brief::empty(DocumentKind::News, Language::English);
    assert!(matches!(
        chat(&input(&empty, &Task::Draft, "", "")),
        Err(DeskError::Brief(_))
    ));
}

#[test]
fn a_long_document_goes_along_as_far_as_the_context_holds() {
    let news = brief(DocumentKind::News);
    let document = "The ferry left the pier at midnight. ".repeat(4000);
    let size = |context: Option<u32>| {
        let input = Input {
            context_tokens: context,
            selection: document.len()..document.len(),
            ..input(&news, &Task::Continue, &document, "")
        };
        let composed = chat(&input).unwrap();
        // Four characters a token is what English takes at most.
        let prompt: usize = composed.messages.iter().map(|m| m.content.len() / 4).sum();
        (prompt, composed.max_tokens as usize)
    };
    let ((small, few), (large, many)) = (size(Some(2048)), size(Some(32_768)));
    assert!(small + few <= 2048, "{small} + {few}");
    assert!(small < large && large < 8000, "{small} {large}");
    assert!(few <= many && few >= 64);
    assert_eq!(size(None), (large, many));
}

#[test]
fn what_is_inserted_gets_the_space_it_needs() {
    for (before, after, text, want) in [
        ("", "", "# Ferry\n\nText.\n", "# Ferry\n\nText."),
        ("One.", "", "Two.", "\n\nTwo."),
        ("One", "", "and two.", " and two."),
        ("One ", " three.", "two", "two"),
        ("渡轮", "了。", "开", "开"),
        ("One.\n\n", "\n\nThree.", "Two.", "Two."),
        ("One.\n\n", "Three.", "Two.", "Two.\n\n"),
        ("# Title", "", "Text.", "\n\nText."),
        ("MARA", "", "Hi.", "\nHi."),
        ("Rain.", "", "INT. HUT - DAY", "\n\nINT. HUT - DAY"),
        (
            "## Ad 1\nHeadline: One",
            "",
            "Description: Two",
            "\nDescription: Two",
        ),
        ("## Ad 1\nHeadline: ", "", "Headline: One", "One"),
    ] {
        let document = format!("{before}{after}");
        assert_eq!(
            join(&document, &(before.len()..before.len()), text),
            want,
            "{before:?} | {after:?}"
        );
    }
    assert_eq!(join("abc", &(0..900), ""), "");
}

#[test]
fn ads_are_numbered_on_and_name_their_channel_once() {
    let ad = "Channel: x\n\n## Ad 1\nHeadline: Hot";
    assert_eq!(join("", &(0..0), ad), ad);
    let document = "Channel: x\n\n## Ad 1\nHeadline: Sweet\n";
    let end = document.len();
    assert_eq!(join(document, &(end..end), ad), "\n## Ad 2\nHeadline: Hot");
}

#[test]
fn siblings_differ() {
    for kind in [DocumentKind::News, DocumentKind::Ads] {
        let brief = brief(kind);
        let of = |variant| {
            let input = Input {
                variant,
                variants: 4,
                ..input(&brief, &Task::Draft, "", "")
            };
            chat(&input).unwrap().messages
        };
        let prompts = [of(0), of(1), of(2), of(3)];
        for (i, one) in prompts.iter().enumerate() {
            assert!(
                prompts[i + 1..]
                    .iter()
                    .all(|other| other[1].content != one[1].content),
                "{kind} {i}"
            );
        }
    }
}

#[test]
fn headlines_and_deks_go_where_they_stand() {
    let brief = Brief::empty(DocumentKind::News, Language::English);
    let at = |task: &Task, document: &str, selection: std::ops::Range<usize>| {
        let input = Input {
            brief: &brief,
            task,
            document,
            selection,
            note: None,
            house_rules: "",
            voice: "",
            variant: 0,
            variants: 1,
            context_tokens: None,
        };
        compose(&input, PromptForm::Chat).map(|composed| composed.target)
    };
    let article = "# Old head\n\n*Old dek.*\n\nThe ferry starts. It is late.";
    let put = |task: &Task, document: &str, text: &str| {
        let target = at(task, document, 0..0).unwrap();
        let joined = join(document, &target, text);
        format!(
            "{}{joined}{}",
            &document[..target.start],
            &document[target.end..]
        )
    };
    assert_eq!(
        put(&Task::Headline, article, "# New"),
        article.replace("# Old head", "# New")
    );
    assert_eq!(
        put(&Task::Headline, "The ferry starts.", "# New"),
        "# New\n\nThe ferry starts."
    );
    assert_eq!(
        put(&Task::Dek, article, "*New.*"),
        article.replace("*Old dek.*", "*New.*")
    );
    assert_eq!(
        put(&Task::Dek, "# Head\n\nThe ferry starts.", "*New.*"),
        "# Head\n\n*New.*\n\nThe ferry starts."
    );
    assert_eq!(
        put(&Task::Dek, "# Head\n\n**Bold** opening.", "*New.*"),
        "# Head\n\n*New.*\n\n**Bold** opening."
    );
    let from = article.find("It is").unwrap();
    let end = article.len();
    assert_eq!(
        at(&Task::Describe, article, from..from + 5).unwrap(),
        end..end
    );
    assert!(matches!(
        at(&Task::Describe, article, from..from),
        Err(DeskError::EmptySelection)
    ));
    // Nothing is there that would say what the article is about.
    assert!(matches!(
        at(&Task::Headline, " \n", 0..0),
        Err(DeskError::Brief(_))
    ));
}

#[test]
fn a_line_of_an_ad_joins_the_ad_of_the_caret() {
    let brief = Brief::from_toml(
        DocumentKind::Ads,
        "product = 'Tea'\nselling_points = ['hot']\nchannel = 'google_rsa'",
    )
    .unwrap();
    let set = "Channel: google_rsa\n\n## Ad 1\nHeadline: One\nDescription: d\n\n## Ad 2\nHeadline: Two\nHeadline: Three\nDescription: e\n";
    let put = |caret: &str| {
        let at = set.find(caret).unwrap();
        let input = Input {
            brief: &brief,
            task: &Task::Headline,
            document: set,
            selection: at..at,
            note: None,
            house_rules: "",
            voice: "",
            variant: 0,
            variants: 1,
            context_tokens: None,
        };
        let target = compose(&input, PromptForm::Chat).unwrap().target;
        let joined = join(set, &target, "Headline: New");
        format!("{}{joined}{}", &set[..target.start], &set[target.end..])
    };
    assert_eq!(put("One"), set.replace("Headline: One", "Headline: New"));
    assert_eq!(
        put("Description: d"),
        set.replace("Headline: One", "Headline: One\nHeadline: New")
    );
    assert_eq!(
        put("Description: e"),
        set.replace("Headline: Three", "Headline: Three\nHeadline: New")
    );
    assert_eq!(
        put("Three"),
        set.replace("Headline: Three", "Headline: New")
    );
}
