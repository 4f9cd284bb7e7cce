use inkstone_manuscript::{DocumentKind, Language};
use proptest::prelude::*;

use super::*;

fn brief(language: Language) -> Brief {
    let toml = format!(
        "language = '{}'\ntopic = 'Night ferry'\nfacts = ['It starts on 3 March']\nwords = 120",
        language.tag()
    );
    Brief::from_toml(DocumentKind::News, &toml).unwrap()
}

fn exchange(question: &str, answer: &str) -> Exchange {
    Exchange {
        question: question.to_owned(),
        answer: answer.to_owned(),
    }
}

fn ask<'a>(brief: &'a Brief, document: &'a str, before: &'a [Exchange]) -> Dialogue<'a> {
    Dialogue {
        brief,
        document,
        selection: 0..0,
        house_rules: "cheap",
        before,
        summary: None,
        question: "Is the lede any good?",
        rules: DialogueRules::default(),
        context_tokens: Some(4096),
    }
}

fn state(planned: &Planned, kind: PartKind) -> DialoguePart {
    *planned.parts.iter().find(|part| part.kind == kind).unwrap()
}

/// What holds of every plan.
fn holds(planned: &Planned, input: &Dialogue) {
    assert!(planned.used() <= planned.context, "{:?}", planned.parts);
    let sent: usize = planned
        .composed
        .messages
        .iter()
        .map(|m| tokens(&m.content) + AROUND_MESSAGE)
        .sum();
    let sent = sent + planned.composed.max_tokens as usize;
    assert!(
        sent <= planned.context as usize,
        "{sent}: {:?}",
        planned.parts
    );
    // What is said to be sent is what is sent.
    let said: String = planned.segments.iter().map(|s| s.text.as_str()).collect();
    let messages = &planned.composed.messages;
    let all: String = messages.iter().map(|m| m.content.as_str()).collect();
    assert_eq!(said, all);
    for part in &planned.parts {
        let there = planned.segments.iter().any(|s| s.kind == part.kind);
        let shown = matches!(part.state, PartState::Whole | PartState::Cut);
        let unseen = matches!(part.kind, PartKind::Format | PartKind::Answer);
        assert_eq!(there, shown && !unseen && part.sent > 0, "{part:?}");
    }
    // The last question is whole.
    let last = &messages.last().unwrap().content;
    assert!(last.ends_with(&plain(input.question)), "{last}");
    let turns = state(planned, PartKind::Turns);
    if input.rules.turns {
        assert_eq!(
            turns.sent as usize + planned.left_out + planned.covered,
            input.before.len()
        );
    }
}

#[test]
fn everything_that_has_room_goes_along_whole() {
    for language in Language::ALL {
        let brief = brief(language);
        let before = [exchange("Shorter?", "Yes: ```\nFerries run.\n```")];
        let input = Dialogue {
            selection: 4..9,
            ..ask(&brief, "The ferry runs at night.", &before)
        };
        let planned = dialogue(&input, PromptForm::Chat).unwrap();
        holds(&planned, &input);
        for kind in [
            PartKind::Brief,
            PartKind::Document,
            PartKind::Turns,
            PartKind::Selection,
            PartKind::Question,
        ] {
            assert_eq!(state(&planned, kind).state, PartState::Whole, "{kind:?}");
        }
        assert_eq!(planned.composed.messages.len(), 4);
        let system = &planned.composed.messages[0].content;
        assert!(system.contains("The ferry runs at night."), "{system}");
        let last = &planned.composed.messages[3].content;
        assert!(last.contains("<selection>\nferry\n</selection>"), "{last}");
        assert_eq!(state(&planned, PartKind::Summary).state, PartState::Nothing);
    }
}

#[test]
fn what_is_switched_off_stays_here() {
    let brief = brief(Language::English);
    let before = [exchange("Shorter?", "Yes.")];
    let input = Dialogue {
        selection: 4..9,
        summary: Some(("They met.", 1)),
        rules: DialogueRules {
            document: DocumentShown::Nothing,
            brief: false,
            selection: false,
            turns: false,
            summarise: false,
        },
        ..ask(&brief, "The ferry runs at night.", &before)
    };
    let planned = dialogue(&input, PromptForm::Chat).unwrap();
    holds(&planned, &input);
    let all: String = planned.segments.iter().map(|s| s.text.as_str()).collect();
    for secret in ["ferry", "3 March", "Shorter", "They met"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    for kind in [
        PartKind::Document,
        PartKind::Brief,
        PartKind::Selection,
        PartKind::Turns,
    ] {
        assert_eq!(state(&planned, kind).state, PartState::Off, "{kind:?}");
    }
}

#[test]
fn a_summary_stands_for_the_turns_it_holds() {
    let brief = brief(Language::Chinese);
    let before: Vec<Exchange> = (0..4)
        .map(|n| exchange(&format!("问题{n}？"), &format!("答{n}。")))
        .collect();
    let input = Dialogue {
        summary: Some(("- 定了标题", 3)),
        ..ask(&brief, "轮渡。", &before)
    };
    let planned = dialogue(&input, PromptForm::Chat).unwrap();
    holds(&planned, &input);
    assert_eq!((planned.covered, planned.left_out), (3, 0));
    let all: String = planned.segments.iter().map(|s| s.text.as_str()).collect();
    assert!(
        all.contains("定了标题") && all.contains("问题3") && !all.contains("问题2"),
        "{all}"
    );
}

#[test]
fn of_a_long_document_the_part_around_the_cursor_goes_along() {
    let brief = brief(Language::English);
    let paragraphs: Vec<String> = (0..400)
        .map(|n| format!("Paragraph {n} says something of no great weight."))
        .collect();
    let document = paragraphs.join("\n\n");
    let at = document.find("Paragraph 200 ").unwrap();
    let input = Dialogue {
        selection: at..at,
        ..ask(&brief, &document, &[])
    };
    let planned = dialogue(&input, PromptForm::Chat).unwrap();
    holds(&planned, &input);
    let part = state(&planned, PartKind::Document);
    assert_eq!(part.state, PartState::Cut);
    assert!((5..60).contains(&part.sent), "{part:?}");
    let system = &planned.composed.messages[0].content;
    assert!(system.contains("Paragraph 200 ") && system.contains("Paragraph 199 "));
    assert!(!system.contains("Paragraph 399 ") && system.contains(&format!("{} %", part.sent)));
    let around = Dialogue {
        rules: DialogueRules {
            document: DocumentShown::Around,
            ..DialogueRules::default()
        },
        context_tokens: Some(32_000),
        ..input
    };
    let planned = dialogue(&around, PromptForm::Chat).unwrap();
    holds(&planned, &around);
    assert!(state(&planned, PartKind::Document).tokens <= 1602);
}

#[test]
fn a_question_is_whole_or_refused() {
    let brief = brief(Language::English);
    let question = "Why? ".repeat(4000);
    let input = Dialogue {
        question: &question,
        ..ask(&brief, "x", &[])
    };
    let refused = dialogue(&input, PromptForm::Chat).unwrap_err();
    let DeskError::QuestionTooLong { tokens, room } = refused else {
        panic!("{refused}");
    };
    assert!(tokens > room && room > 0);
    assert!(matches!(
        dialogue(&ask(&brief, "x", &[]), PromptForm::Compact),
        Err(DeskError::NeedsLargerModel { .. })
    ));
}

#[test]
fn minutes_are_made_of_what_fits_and_of_one_turn_at_least() {
    let turns: Vec<Exchange> = (0..30)
        .map(|n| exchange(&format!("Question {n}?"), &"A long answer. ".repeat(20)))
        .collect();
    let input = Summarising {
        kind: DocumentKind::News,
        language: Language::English,
        earlier: Some("- the headline is settled"),
        turns: &turns,
        context_tokens: Some(2048),
    };
    let made = summary(&input, PromptForm::Chat).unwrap();
    assert!((2..30).contains(&made.turns) && !made.cut, "{}", made.turns);
    let user = &made.composed.messages[1].content;
    assert!(user.contains("the headline is settled") && user.contains("Question 0?"));
    assert!(!user.contains(&format!("Question {}?", made.turns)));
    let huge = [exchange("Q", &"word ".repeat(9000))];
    let made = summary(
        &Summarising {
            turns: &huge,
            ..input.clone()
        },
        PromptForm::Chat,
    )
    .unwrap();
    assert!(made.cut && made.turns == 1);
    let sent: usize = made
        .composed
        .messages
        .iter()
        .map(|m| tokens(&m.content))
        .sum();
    assert!(sent + made.composed.max_tokens as usize <= 2048, "{sent}");
    assert!(
        summary(
            &Summarising {
                turns: &[],
                ..input
            },
            PromptForm::Chat
        )
        .is_err()
    );
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,80}",
        "[a-z <>/]{0,40}",
        "[潮水很高。<]{0,60}",
        (0usize..900).prop_map(|n| "The tide is high. ".repeat(n)),
        (0usize..900).prop_map(|n| "潮水很高。\n\n".repeat(n)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn plans_hold(
        document in text(),
        question in "\\PC{1,60}",
        before in proptest::collection::vec((text(), text()), 0..6),
        summary in proptest::option::of((text(), 0usize..7)),
        context in proptest::option::of(300u32..12_000),
        place in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        rules in (0usize..3, any::<bool>(), any::<bool>(), any::<bool>()),
        chinese in any::<bool>(),
    ) {
        let brief = brief(if chinese { Language::Chinese } else { Language::English });
        let before: Vec<Exchange> = before.iter().map(|(q, a)| exchange(q, a)).collect();
        let (a, b) = (place.0.index(document.len() + 1), place.1.index(document.len() + 1));
        let document_shown = [DocumentShown::Whole, DocumentShown::Around, DocumentShown::Nothing];
        let input = Dialogue {
            selection: a.min(b)..a.max(b),
            summary: summary.as_ref().map(|(text, turns)| (text.as_str(), *turns)),
            question: &question,
            rules: DialogueRules {
                document: document_shown[rules.0],
                brief: rules.1,
                selection: rules.2,
                turns: rules.3,
                summarise: true,
            },
            context_tokens: context,
            ..ask(&brief, &document, &before)
        };
        match dialogue(&input, PromptForm::Chat) {
            Ok(planned) => holds(&planned, &input),
            Err(DeskError::QuestionTooLong { .. }) => {}
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
