use super::*;

fn news() -> Fields {
    Fields {
        topic: "A night bus between harbour and university".into(),
        angle: "what it changes for shift workers".into(),
        facts: vec![
            "the line starts on 3 March.".into(),
            "A ticket costs 2.40 euros".into(),
        ],
        sources: vec![
            "City transport office".into(),
            "Interview with Mara Lindqvist".into(),
        ],
        audience: "Local readers".into(),
        words: 180,
        tone: "warm".into(),
        ..Fields::default()
    }
}

#[test]
fn every_template_renders_for_empty_and_full_fields() {
    assert_eq!(SOURCES.len(), 42);
    for (name, _) in SOURCES {
        let (kind, rest) = name.split_once('/').unwrap();
        let (task, tag) = rest.split_once('.').unwrap();
        let (kind, language): (DocumentKind, Language) =
            (kind.parse().unwrap(), tag.parse().unwrap());
        for fields in [
            Fields::default(),
            Fields {
                selection: "One. Two.".into(),
                before: "X".into(),
                ..news()
            },
        ] {
            let (text, references) = lines(kind, task, language, &fields).unwrap();
            assert!(
                text.lines().all(|l| l.contains([':', '：'])),
                "{name}: {text}"
            );
            for (key, _) in references.iter() {
                assert!(
                    placeholders().contains(&format!("⟦{key}⟧")),
                    "{name}: {key}"
                );
            }
        }
    }
}

#[test]
fn an_article_names_its_values_by_reference() {
    let (text, references) =
        lines(DocumentKind::News, "draft", Language::English, &news()).unwrap();
    assert_eq!(
        text,
        "Task: article\nField: transport\nTopic: ⟦topic⟧\nAngle: ⟦angle⟧\nFact: ⟦fact1⟧\nFact: ⟦fact2⟧\n\
             Source: ⟦source1⟧\nSource: ⟦source2⟧\nAudience: ⟦audience⟧\nTone: warm\nLength: full\n\
             Paragraphs: ⟦n1⟧ ⟦n2⟧ ⟦n3⟧ ⟦n4⟧"
    );
    assert_eq!(
        references.resolve("⟦n1⟧⟦fact1⟧, according to ⟦source2⟧."),
        "The line starts on 3 March, according to the interview with Mara Lindqvist."
    );
}

#[test]
fn a_continuation_is_given_only_what_is_not_said_yet() {
    let fields = Fields {
        before: "Riders pay little. A ticket costs 2.40 euros, and".into(),
        ..news()
    };
    let (text, references) =
        lines(DocumentKind::News, "continue", Language::English, &fields).unwrap();
    assert_eq!(
        references
            .iter()
            .filter(|(k, _)| k.starts_with("fact"))
            .count(),
        1
    );
    assert!(text.contains("Open: yes"), "{text}");
}

#[test]
fn variants_lead_with_different_points() {
    let fields = |variant| Fields {
        product: "Nimbus".into(),
        points: vec!["light".into(), "quiet".into()],
        channel: "x".into(),
        variant,
        ..Fields::default()
    };
    let first = |v| {
        let (_, r) = lines(DocumentKind::Ads, "draft", Language::English, &fields(v)).unwrap();
        r.resolve("⟦point1⟧")
    };
    assert_eq!([first(0), first(1), first(2)], ["Light", "Quiet", "Light"]);
}

#[test]
fn a_script_knows_who_spoke_last() {
    let fields = Fields {
        characters: vec![
            ("Mara".into(), String::new()),
            ("Old Tom".into(), "a ferryman".into()),
        ],
        before: "INT. HUT - NIGHT\n\nRain.\n\nOLD TOM\nYou came.\n\n".into(),
        ..Fields::default()
    };
    let (text, _) = lines(
        DocumentKind::Screenplay,
        "continue",
        Language::English,
        &fields,
    )
    .unwrap();
    assert!(
        text.contains("After: dialogue") && text.contains("Last speaker: ⟦char2⟧"),
        "{text}"
    );
}

#[test]
fn a_selection_becomes_references_and_loses_nothing() {
    let long: String = (0..40)
        .map(|i| format!("Sentence number {i} stands here. "))
        .collect();
    let fields = Fields {
        selection: long.clone(),
        ..news()
    };
    let (_, r) = lines(DocumentKind::News, "rewrite", Language::English, &fields).unwrap();
    let all: String = (1..=12).map(|i| r.resolve(&format!("⟦s{i}⟧ "))).collect();
    assert_eq!(
        all.split_whitespace().collect::<Vec<_>>(),
        long.split_whitespace().collect::<Vec<_>>()
    );
}

#[test]
fn a_change_of_tone_names_the_tone_asked_for() {
    let toml = "language = \"en\"\ntopic = \"A bridge\"\ntone = \"warm\"\n";
    let brief = crate::Brief::from_toml(DocumentKind::News, toml).unwrap();
    let task = crate::Task::Tone {
        tone: "urgent, breaking".into(),
    };
    let document = "The bridge is closed.";
    let input = crate::Input {
        brief: &brief,
        task: &task,
        document,
        selection: 0..document.len(),
        note: None,
        house_rules: "",
        voice: "",
        variant: 0,
        variants: 1,
        context_tokens: None,
    };
    let composed = crate::compose(&input, inkstone_generation::PromptForm::Compact).unwrap();
    assert!(composed.messages[0].content.contains("Tone: urgent"));
}
