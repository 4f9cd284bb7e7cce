//! Briefs are data from strangers: what is wrong with one is said with the field's name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

use inkstone_desks::{Brief, BriefError, Channel, LONGEST_FIELD, MOST_ITEMS};
use inkstone_manuscript::{DocumentKind, Language};
use serde_json::{Value, json};

fn news(toml: &str) -> Result<Brief, BriefError> {
    Brief::from_toml(DocumentKind::News, toml)
}

fn valid(kind: DocumentKind, value: Value) -> Result<(), BriefError> {
    Brief::from_value(kind, value)?.validate()
}

#[test]
fn an_unknown_field_is_named_with_those_there_are() {
    let toml = news("topic = 'x'\nheadline = 'y'").unwrap_err();
    let json =
        Brief::from_json(DocumentKind::News, r#"{"topic": "x", "headline": "y"}"#).unwrap_err();
    assert_eq!(toml, json);
    let BriefError::UnknownField { field, expected } = toml else {
        panic!("{toml}")
    };
    assert_eq!(field, "headline");
    let empty = Brief::empty(DocumentKind::News, Language::English).to_value();
    let mut fields: Vec<&String> = empty.as_object().unwrap().keys().collect();
    let mut expected: Vec<&String> = expected.iter().collect();
    fields.sort();
    expected.sort();
    assert_eq!(expected, fields);
}

#[test]
fn a_field_of_another_kind_is_unknown_and_so_is_one_of_a_character() {
    let error = valid(DocumentKind::Ads, json!({ "product": "x", "topic": "y" })).unwrap_err();
    assert!(matches!(error, BriefError::UnknownField { field, .. } if field == "topic"));
    let people = json!({ "logline": "x", "characters": [{ "name": "A" }, { "nmae": "B" }] });
    let error = valid(DocumentKind::Screenplay, people).unwrap_err();
    let BriefError::UnknownField { field, expected } = error else {
        panic!("{error}")
    };
    assert_eq!(field, "characters #2: nmae");
    assert_eq!(expected[..2], ["name", "description"]);
    for (field, wrong) in [
        ("voice", json!(["x"])),
        ("facts", json!("x")),
        ("prompt", json!("sometimes")),
    ] {
        let people = json!({ "logline": "x", "characters": [{ "name": "A", field: wrong }] });
        let error = valid(DocumentKind::Screenplay, people).unwrap_err();
        let named = format!("characters #1: {field}");
        assert!(matches!(error, BriefError::BadValue { field, .. } if field == named));
    }
    let place = json!({ "logline": "x", "places": [{ "name": "Pier", "want": "y" }] });
    let error = valid(DocumentKind::Screenplay, place).unwrap_err();
    assert!(matches!(error, BriefError::UnknownField { field, .. } if field == "places #1: want"));
}

#[test]
fn a_page_is_kept_whole() {
    let person = json!({
        "name": "Mara", "description": "the keeper", "aliases": ["the keeper"], "role": "40s",
        "want": "a", "need": "b", "flaw": "c", "voice": "d", "facts": ["e"], "notes": ["f"],
        "prompt": "always",
    });
    let place = json!({
        "name": "Pier", "description": "wet", "aliases": [], "facts": ["g"], "notes": [],
        "prompt": "never",
    });
    let given = json!({
        "logline": "x", "premise": "p", "characters": [person], "places": [place], "props": ["key"],
    });
    let brief = Brief::from_value(DocumentKind::Screenplay, given.clone()).unwrap();
    brief.validate().unwrap();
    let brief = brief.to_value();
    for (field, value) in given.as_object().unwrap() {
        assert_eq!(&brief[field], value, "{field}");
    }
}

#[test]
fn what_is_missing_has_a_default_and_null_is_missing() {
    let brief =
        Brief::from_json(DocumentKind::Ads, r#"{"product": "Tea", "channel": null}"#).unwrap();
    let Brief::Ads(ads) = &brief else {
        panic!("{brief:?}")
    };
    assert_eq!(
        (ads.variants, ads.channel, ads.language),
        (3, Channel::GoogleRsa, Language::English)
    );
    brief.validate().unwrap();
    for kind in DocumentKind::ALL {
        for language in Language::ALL {
            let empty = Brief::from_value(kind, json!({ "language": language.tag() })).unwrap();
            assert_eq!(empty, Brief::empty(kind, language));
            assert!(
                matches!(empty.validate(), Err(BriefError::Missing { .. })),
                "{kind}"
            );
        }
    }
}

#[test]
fn a_wrong_value_is_named_with_what_may_stand_there() {
    for (kind, field, value, may) in [
        (DocumentKind::News, "words", json!("400"), "20–5000"),
        (DocumentKind::News, "words", json!(19), "20–5000"),
        (DocumentKind::News, "words", json!(-4), "20–5000"),
        (DocumentKind::News, "facts", json!("one"), "[\"…\", \"…\"]"),
        (
            DocumentKind::News,
            "facts",
            json!(["one", 2]),
            "[\"…\", \"…\"]",
        ),
        (DocumentKind::News, "topic", json!(["x"]), "\"…\""),
        (DocumentKind::News, "language", json!("de"), "en | zh-CN"),
        (
            DocumentKind::Ads,
            "channel",
            json!("billboard"),
            "google_rsa | meta_feed",
        ),
        (DocumentKind::Ads, "variants", json!(21), "1–20"),
        (DocumentKind::Screenplay, "scenes", json!(0), "1–60"),
        (
            DocumentKind::Screenplay,
            "characters",
            json!(["Mara"]),
            "[{name, description, ",
        ),
    ] {
        let mut brief = json!({});
        brief[field] = value;
        match valid(kind, brief.clone()) {
            Err(BriefError::BadValue {
                field: found,
                detail,
            }) => {
                assert_eq!(found, field);
                assert!(detail.contains(may), "{detail}");
            }
            other => panic!("{brief}: {other:?}"),
        }
    }
}

#[test]
fn an_enormous_text_or_list_is_too_long() {
    let text = |length: usize| "稿".repeat(length);
    let subject = |length| valid(DocumentKind::News, json!({ "topic": text(length) }));
    assert_eq!(subject(LONGEST_FIELD), Ok(()));
    assert_eq!(
        subject(LONGEST_FIELD + 1),
        Err(BriefError::TooLong {
            field: "topic".to_owned(),
            limit: LONGEST_FIELD
        })
    );
    let facts = valid(
        DocumentKind::News,
        json!({ "topic": "x", "facts": vec!["f"; MOST_ITEMS + 1] }),
    );
    assert_eq!(
        facts,
        Err(BriefError::TooLong {
            field: "facts".to_owned(),
            limit: MOST_ITEMS
        })
    );
    let facts = valid(
        DocumentKind::News,
        json!({ "topic": "x", "facts": ["a", text(LONGEST_FIELD + 1)] }),
    );
    assert!(matches!(facts, Err(BriefError::TooLong { field, .. }) if field == "facts #2"));
    let people = json!([{ "name": "A", "description": text(LONGEST_FIELD + 1) }]);
    let people = valid(
        DocumentKind::Screenplay,
        json!({ "logline": "x", "characters": people }),
    );
    assert!(
        matches!(people, Err(BriefError::TooLong { field, .. }) if field == "characters #1: description")
    );
}

#[test]
fn a_description_of_nobody_is_a_slip_and_an_empty_row_is_nothing() {
    let with = |people| {
        valid(
            DocumentKind::Screenplay,
            json!({ "logline": "x", "characters": people }),
        )
    };
    assert_eq!(with(json!([{ "name": "", "description": " " }])), Ok(()));
    let nobody = with(json!([{ "description": "a keeper" }]));
    assert_eq!(
        nobody,
        Err(BriefError::Missing {
            field: "characters #1: name".to_owned()
        })
    );
}

#[test]
fn what_is_no_toml_or_json_is_said_with_its_line() {
    let toml = news("topic = 'x'\nwords = = 3").unwrap_err();
    assert!(
        matches!(toml, BriefError::Syntax { line: Some(2), .. }),
        "{toml}"
    );
    let json = Brief::from_json(DocumentKind::News, "{\n\"topic\": \n}").unwrap_err();
    assert!(
        matches!(json, BriefError::Syntax { line: Some(3), .. }),
        "{json}"
    );
    let list = Brief::from_json(DocumentKind::News, "[1]").unwrap_err();
    assert!(matches!(list, BriefError::NotAMapping(_)), "{list}");
    assert!(news("\u{feff}topic = 'x'").is_ok());
}

#[test]
fn the_schema_says_what_is_read() {
    for (kind, subject) in [
        (DocumentKind::News, "topic"),
        (DocumentKind::Ads, "product"),
        (DocumentKind::Screenplay, "logline"),
    ] {
        let schema = Brief::schema(kind);
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        assert_eq!(schema["additionalProperties"], false, "{kind}");
        assert_eq!(schema["required"], json!([subject]));
        let described = schema["properties"].as_object().unwrap();
        let empty = Brief::empty(kind, Language::English).to_value();
        let empty = empty.as_object().unwrap();
        assert_eq!(
            described.keys().collect::<Vec<_>>(),
            empty.keys().collect::<Vec<_>>()
        );
        for (field, about) in described {
            assert!(
                about["description"].as_str().is_some_and(|d| d.len() > 4),
                "{kind} {field}"
            );
            let default = about.get("default");
            assert!(
                field == subject || default == Some(&empty[field]),
                "{kind} {field}: {default:?}"
            );
            for bound in ["minimum", "maximum"] {
                let Some(limit) = about[bound].as_i64() else {
                    continue;
                };
                let mut brief = json!({ subject: "x", field: limit });
                assert_eq!(valid(kind, brief.clone()), Ok(()), "{field}");
                brief[field] = json!(if bound == "minimum" {
                    limit - 1
                } else {
                    limit + 1
                });
                assert!(valid(kind, brief).is_err(), "{field}");
            }
        }
        assert_eq!(described["language"]["enum"], json!(["en", "zh-CN"]));
    }
    let ads = Brief::schema(DocumentKind::Ads).to_string();
    assert!(
        Channel::ALL
            .iter()
            .all(|c| ads.contains(&format!("\"{}\"", c.name())))
    );
}
