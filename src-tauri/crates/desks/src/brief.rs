//! Briefs: what a person fills in before anything is written.

use inkstone_manuscript::{DocumentKind, Language};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use thiserror::Error;
use ts_rs::TS;

use crate::Channel;

/// The most characters that one text of a brief may have.
pub const LONGEST_FIELD: usize = 20_000;
/// The most entries that one list of a brief may have.
pub const MOST_ITEMS: usize = 200;

const WORDS: (u32, u32) = (20, 5000);
const VARIANTS: (u32, u32) = (1, 20);
const SCENES: (u32, u32) = (1, 60);

/// Brief of a news article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct NewsBrief {
    /// Language of the article: `en` or `zh-CN`.
    #[schemars(schema_with = "language")]
    #[ts(type = "Language")]
    pub language: Language,
    /// What happened, in a phrase or a sentence.
    #[schemars(length(max = LONGEST_FIELD))]
    pub topic: String,
    /// The side from which it is told.
    #[schemars(length(max = LONGEST_FIELD))]
    pub angle: String,
    /// What is known, one fact an entry. The article claims nothing else.
    #[schemars(length(max = MOST_ITEMS))]
    pub facts: Vec<String>,
    /// Who says so, one source an entry: a person with their role, a document, an agency.
    #[schemars(length(max = MOST_ITEMS))]
    pub sources: Vec<String>,
    /// For whom it is written.
    #[schemars(length(max = LONGEST_FIELD))]
    pub audience: String,
    /// Length in words; each Chinese character counts as one.
    #[schemars(range(min = WORDS.0, max = WORDS.1))]
    pub words: u32,
    /// How it sounds.
    #[schemars(length(max = LONGEST_FIELD))]
    pub tone: String,
}

/// Brief of a set of ads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct AdsBrief {
    /// Language of the ads: `en` or `zh-CN`.
    #[schemars(schema_with = "language")]
    #[ts(type = "Language")]
    pub language: Language,
    /// What is advertised: its name, and what it is.
    #[schemars(length(max = LONGEST_FIELD))]
    pub product: String,
    /// Whom the ads speak to.
    #[schemars(length(max = LONGEST_FIELD))]
    pub audience: String,
    /// Why one would want it, one reason an entry, the strongest first.
    #[schemars(length(max = MOST_ITEMS))]
    pub selling_points: Vec<String>,
    /// How the ads sound.
    #[schemars(length(max = LONGEST_FIELD))]
    pub tone: String,
    /// What the reader is asked to do.
    #[schemars(length(max = LONGEST_FIELD))]
    pub call_to_action: String,
    /// Where the ads run; sets their fields and limits.
    pub channel: Channel,
    /// How many ads to write.
    #[schemars(range(min = VARIANTS.0, max = VARIANTS.1))]
    pub variants: u32,
}

/// Brief of a screenplay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct ScreenplayBrief {
    /// Language of the script: `en` or `zh-CN`.
    #[schemars(schema_with = "language")]
    #[ts(type = "Language")]
    pub language: Language,
    /// The story in a sentence or two: who wants what, and what stands in the way.
    #[schemars(length(max = LONGEST_FIELD))]
    pub logline: String,
    /// Genre.
    #[schemars(length(max = LONGEST_FIELD))]
    pub genre: String,
    /// The premise: the story told in a paragraph or two, with its end.
    #[schemars(length(max = LONGEST_FIELD))]
    pub premise: String,
    /// The people of the story.
    #[schemars(length(max = MOST_ITEMS))]
    pub characters: Vec<CharacterBrief>,
    /// The places of the story.
    #[schemars(length(max = MOST_ITEMS))]
    pub places: Vec<PlaceBrief>,
    /// Things that matter and are watched over: a letter, a key.
    #[schemars(length(max = MOST_ITEMS))]
    pub props: Vec<String>,
    /// How it feels.
    #[schemars(length(max = LONGEST_FIELD))]
    pub tone: String,
    /// How many scenes.
    #[schemars(range(min = SCENES.0, max = SCENES.1))]
    pub scenes: u32,
}

/// One of the people of a story.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct CharacterBrief {
    /// The name as it stands in cues.
    #[schemars(length(max = LONGEST_FIELD))]
    pub name: String,
    /// Who they are, what they want.
    #[schemars(length(max = LONGEST_FIELD))]
    pub description: String,
    /// Other names they go by in the script.
    #[schemars(length(max = MOST_ITEMS))]
    pub aliases: Vec<String>,
    /// Age and part in the story.
    #[schemars(length(max = LONGEST_FIELD))]
    pub role: String,
    /// What they are after.
    #[schemars(length(max = LONGEST_FIELD))]
    pub want: String,
    /// What they lack without knowing it.
    #[schemars(length(max = LONGEST_FIELD))]
    pub need: String,
    /// What stands in their way within themselves.
    #[schemars(length(max = LONGEST_FIELD))]
    pub flaw: String,
    /// How they speak: a description, or lines of theirs.
    #[schemars(length(max = LONGEST_FIELD))]
    pub voice: String,
    /// What is known of them, one fact an entry.
    #[schemars(length(max = MOST_ITEMS))]
    pub facts: Vec<String>,
    /// Notes, answers of an interview among them.
    #[schemars(length(max = MOST_ITEMS))]
    pub notes: Vec<String>,
    /// When the page goes into a prompt.
    pub prompt: InPrompt,
}

/// One of the places of a story.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct PlaceBrief {
    /// The name as it stands in headings.
    #[schemars(length(max = LONGEST_FIELD))]
    pub name: String,
    /// What it looks, sounds and smells like.
    #[schemars(length(max = LONGEST_FIELD))]
    pub description: String,
    /// Other names it goes by in the script.
    #[schemars(length(max = MOST_ITEMS))]
    pub aliases: Vec<String>,
    /// What is known of it, one fact an entry.
    #[schemars(length(max = MOST_ITEMS))]
    pub facts: Vec<String>,
    /// Notes.
    #[schemars(length(max = MOST_ITEMS))]
    pub notes: Vec<String>,
    /// When the page goes into a prompt.
    pub prompt: InPrompt,
}

/// When the page of a person or a place goes into a prompt.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum InPrompt {
    /// Where the scene mentions them.
    #[default]
    Auto,
    /// Always: it is pinned.
    Always,
    /// Never: it was taken out.
    Never,
}

impl Default for NewsBrief {
    fn default() -> Self {
        Self {
            language: Language::default(),
            topic: String::new(),
            angle: String::new(),
            facts: Vec::new(),
            sources: Vec::new(),
            audience: String::new(),
            words: 400,
            tone: String::new(),
        }
    }
}

impl Default for AdsBrief {
    fn default() -> Self {
        Self {
            language: Language::default(),
            product: String::new(),
            audience: String::new(),
            selling_points: Vec::new(),
            tone: String::new(),
            call_to_action: String::new(),
            channel: Channel::default(),
            variants: 3,
        }
    }
}

impl Default for ScreenplayBrief {
    fn default() -> Self {
        Self {
            language: Language::default(),
            logline: String::new(),
            genre: String::new(),
            premise: String::new(),
            characters: Vec::new(),
            places: Vec::new(),
            props: Vec::new(),
            tone: String::new(),
            scenes: 6,
        }
    }
}

fn language(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "enum": Language::ALL.map(Language::tag),
        "default": Language::default().tag(),
    })
}

/// The brief of a document of any kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(untagged)]
pub enum Brief {
    /// Of a news article.
    News(NewsBrief),
    /// Of a set of ads.
    Ads(AdsBrief),
    /// Of a screenplay.
    Screenplay(ScreenplayBrief),
}

/// What is wrong with a brief. `field` is a field's name, or `characters #2: name`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BriefError {
    /// The kind of document has no such field.
    #[error("unknown field `{field}`; there are {}", expected.join(", "))]
    UnknownField {
        /// The field that was given.
        field: String,
        /// The fields that there are.
        expected: Vec<String>,
    },
    /// A value of the wrong type or out of range.
    #[error("`{field}`: {detail}")]
    BadValue {
        /// The field.
        field: String,
        /// What was given and what may be, in signs that need no language.
        detail: String,
    },
    /// A field that must not be empty is.
    #[error("`{field}` is empty")]
    Missing {
        /// The field.
        field: String,
    },
    /// A text with too many characters, or a list with too many entries.
    #[error("`{field}` is longer than {limit}")]
    TooLong {
        /// The field.
        field: String,
        /// The most it may have.
        limit: usize,
    },
    /// The brief is a list, a number, a text: anything but fields with values.
    #[error("a brief is fields with values, not {0}")]
    NotAMapping(String),
    /// The text is not TOML, or not JSON.
    #[error("line {}: {detail}", line.map_or_else(|| "?".to_owned(), |l| l.to_string()))]
    Syntax {
        /// The line, from 1.
        line: Option<u32>,
        /// What the parser says.
        detail: String,
    },
}

/// The fields of a kind and what each holds.
fn fields(kind: DocumentKind) -> &'static [(&'static str, Holds)] {
    use Holds::{Channels, Entries, Languages, List, Number, Text};
    match kind {
        DocumentKind::News => &[
            ("language", Languages),
            ("topic", Text),
            ("angle", Text),
            ("facts", List),
            ("sources", List),
            ("audience", Text),
            ("words", Number(WORDS)),
            ("tone", Text),
        ],
        DocumentKind::Ads => &[
            ("language", Languages),
            ("product", Text),
            ("audience", Text),
            ("selling_points", List),
            ("tone", Text),
            ("call_to_action", Text),
            ("channel", Channels),
            ("variants", Number(VARIANTS)),
        ],
        DocumentKind::Screenplay => &[
            ("language", Languages),
            ("logline", Text),
            ("genre", Text),
            ("premise", Text),
            ("characters", Entries(PERSON)),
            ("places", Entries(PLACE)),
            ("props", List),
            ("tone", Text),
            ("scenes", Number(SCENES)),
        ],
    }
}

/// The fields of an entry of a list, and what each holds.
type EntryFields = &'static [(&'static str, Holds)];

const PERSON: EntryFields = &[
    ("name", Holds::Text),
    ("description", Holds::Text),
    ("aliases", Holds::List),
    ("role", Holds::Text),
    ("want", Holds::Text),
    ("need", Holds::Text),
    ("flaw", Holds::Text),
    ("voice", Holds::Text),
    ("facts", Holds::List),
    ("notes", Holds::List),
    ("prompt", Holds::Prompts),
];
const PLACE: EntryFields = &[
    ("name", Holds::Text),
    ("description", Holds::Text),
    ("aliases", Holds::List),
    ("facts", Holds::List),
    ("notes", Holds::List),
    ("prompt", Holds::Prompts),
];
const PROMPTS: [&str; 3] = ["auto", "always", "never"];

#[derive(Clone, Copy)]
enum Holds {
    Text,
    List,
    Number((u32, u32)),
    Languages,
    Channels,
    Prompts,
    Entries(EntryFields),
}

impl Holds {
    fn accepts(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::List => value
                .as_array()
                .is_some_and(|a| a.iter().all(Value::is_string)),
            Self::Number(_) => value.as_u64().is_some_and(|n| u32::try_from(n).is_ok()),
            Self::Languages => value
                .as_str()
                .is_some_and(|s| s.parse::<Language>().is_ok()),
            Self::Channels => value
                .as_str()
                .is_some_and(|s| Channel::ALL.iter().any(|c| c.name() == s)),
            Self::Prompts => value.as_str().is_some_and(|s| PROMPTS.contains(&s)),
            Self::Entries(_) => value
                .as_array()
                .is_some_and(|a| a.iter().all(Value::is_object)),
        }
    }

    /// What may stand there, in signs that need no language.
    fn notation(self) -> String {
        match self {
            Self::Text => "\"…\"".to_owned(),
            Self::List => "[\"…\", \"…\"]".to_owned(),
            Self::Number((least, most)) => format!("{least}–{most}"),
            Self::Languages => Language::ALL.map(Language::tag).join(" | "),
            Self::Channels => Channel::ALL.map(Channel::name).join(" | "),
            Self::Prompts => PROMPTS.join(" | "),
            Self::Entries(fields) => {
                let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
                format!("[{{{}}}]", names.join(", "))
            }
        }
    }

    fn bad(self, field: impl Into<String>, value: &Value) -> BriefError {
        BriefError::BadValue {
            field: field.into(),
            detail: format!("{} ≠ {}", shown(value), self.notation()),
        }
    }
}

/// A value in a few signs: scalars as they stand if they are short, the rest by its brackets.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) => "[…]".to_owned(),
        Value::Object(_) => "{…}".to_owned(),
        scalar => {
            let text = scalar.to_string();
            if text.chars().count() <= 40 {
                text
            } else {
                "\"…\"".to_owned()
            }
        }
    }
}

impl Brief {
    /// The brief of a kind with nothing in it but defaults.
    pub fn empty(kind: DocumentKind, language: Language) -> Self {
        match kind {
            DocumentKind::News => Self::News(NewsBrief {
                language,
                ..NewsBrief::default()
            }),
            DocumentKind::Ads => Self::Ads(AdsBrief {
                language,
                ..AdsBrief::default()
            }),
            DocumentKind::Screenplay => Self::Screenplay(ScreenplayBrief {
                language,
                ..ScreenplayBrief::default()
            }),
        }
    }

    /// Reads fields with values; what is missing or `null` has its default.
    ///
    /// # Errors
    /// An unknown field, a value of the wrong type, or no fields at all. Whether the brief is fit
    /// to write from is [`Self::validate`]'s question.
    pub fn from_value(kind: DocumentKind, value: Value) -> Result<Self, BriefError> {
        let Value::Object(mut map) = value else {
            return Err(BriefError::NotAMapping(shown(&value)));
        };
        let fields = fields(kind);
        known(map.keys(), "", fields.iter().map(|(name, _)| *name))?;
        map.retain(|_, value| !value.is_null());
        for (name, holds) in fields {
            let Some(value) = map.get_mut(*name) else {
                continue;
            };
            if !holds.accepts(value) {
                return Err(holds.bad(*name, value));
            }
            if let (Holds::Entries(fields), Value::Array(entries)) = (holds, value) {
                entries
                    .iter_mut()
                    .enumerate()
                    .try_for_each(|(i, one)| entry(name, i + 1, fields, one))?;
            }
        }
        Ok(match kind {
            DocumentKind::News => Self::News(read(map)?),
            DocumentKind::Ads => Self::Ads(read(map)?),
            DocumentKind::Screenplay => Self::Screenplay(read(map)?),
        })
    }

    /// Reads a brief from a TOML text.
    ///
    /// # Errors
    /// As [`Self::from_value`], and when the text is not TOML.
    pub fn from_toml(kind: DocumentKind, text: &str) -> Result<Self, BriefError> {
        let text = text.trim_start_matches('\u{feff}');
        let value = toml::from_str(text).map_err(|e| BriefError::Syntax {
            line: e.span().map(|s| line_of(text, s.start)),
            detail: e.message().to_owned(),
        })?;
        Self::from_value(kind, value)
    }

    /// Reads a brief from a JSON text.
    ///
    /// # Errors
    /// As [`Self::from_value`], and when the text is not JSON.
    pub fn from_json(kind: DocumentKind, text: &str) -> Result<Self, BriefError> {
        let value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| {
            BriefError::Syntax {
                line: u32::try_from(e.line()).ok(),
                detail: e.to_string(),
            }
        })?;
        Self::from_value(kind, value)
    }

    /// The fields with their values, defaults included.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }

    /// The kind of document it is for.
    pub fn kind(&self) -> DocumentKind {
        match self {
            Self::News(_) => DocumentKind::News,
            Self::Ads(_) => DocumentKind::Ads,
            Self::Screenplay(_) => DocumentKind::Screenplay,
        }
    }

    /// The language to write in.
    pub fn language(&self) -> Language {
        match self {
            Self::News(b) => b.language,
            Self::Ads(b) => b.language,
            Self::Screenplay(b) => b.language,
        }
    }

    /// The JSON Schema (2020-12) of a kind's brief.
    pub fn schema(kind: DocumentKind) -> Value {
        let (schema, required) = match kind {
            DocumentKind::News => (schemars::schema_for!(NewsBrief), "topic"),
            DocumentKind::Ads => (schemars::schema_for!(AdsBrief), "product"),
            DocumentKind::Screenplay => (schemars::schema_for!(ScreenplayBrief), "logline"),
        };
        let mut schema = schema.to_value();
        schema["required"] = Value::from(vec![required]);
        if let Some(field) = schema["properties"][required].as_object_mut() {
            field.remove("default");
            field.insert("minLength".to_owned(), Value::from(1));
        }
        schema
    }

    /// Whether the brief is fit to write from.
    ///
    /// # Errors
    /// A text or a list that is too long, a number out of range, or an empty subject.
    pub fn validate(&self) -> Result<(), BriefError> {
        let Value::Object(map) = self.to_value() else {
            return Err(BriefError::NotAMapping("null".to_owned()));
        };
        for (name, holds) in fields(self.kind()) {
            let Some(value) = map.get(*name) else {
                continue;
            };
            match holds {
                Holds::Text => fits(*name, value)?,
                Holds::List | Holds::Entries(_) => items(name, value)?,
                Holds::Number((least, most)) => {
                    let bounds = u64::from(*least)..=u64::from(*most);
                    if !value.as_u64().is_some_and(|n| bounds.contains(&n)) {
                        return Err(holds.bad(*name, value));
                    }
                }
                Holds::Languages | Holds::Channels | Holds::Prompts => {}
            }
        }
        let (subject, text) = match self {
            Self::News(b) => ("topic", &b.topic),
            Self::Ads(b) => ("product", &b.product),
            Self::Screenplay(b) => ("logline", &b.logline),
        };
        if text.trim().is_empty() {
            return Err(BriefError::Missing {
                field: subject.to_owned(),
            });
        }
        Ok(())
    }
}

fn known<'a>(
    given: impl Iterator<Item = &'a String>,
    prefix: &str,
    expected: impl Iterator<Item = &'static str> + Clone,
) -> Result<(), BriefError> {
    for field in given {
        if !expected.clone().any(|name| name == field) {
            return Err(BriefError::UnknownField {
                field: format!("{prefix}{field}"),
                expected: expected.map(str::to_owned).collect(),
            });
        }
    }
    Ok(())
}

fn entry(
    list: &str,
    place: usize,
    fields: EntryFields,
    value: &mut Value,
) -> Result<(), BriefError> {
    let Value::Object(map) = value else {
        return Ok(());
    };
    let prefix = format!("{list} #{place}: ");
    known(map.keys(), &prefix, fields.iter().map(|(name, _)| *name))?;
    map.retain(|_, value| !value.is_null());
    let wrong = fields.iter().find_map(|(name, holds)| {
        let value = map.get(*name)?;
        (!holds.accepts(value)).then(|| holds.bad(format!("{prefix}{name}"), value))
    });
    wrong.map_or(Ok(()), Err)
}

fn read<T: DeserializeOwned>(map: Map<String, Value>) -> Result<T, BriefError> {
    // The fields were looked at one by one above, so this holds for whatever comes through.
    serde_json::from_value(Value::Object(map)).map_err(|e| BriefError::BadValue {
        field: "?".to_owned(),
        detail: e.to_string(),
    })
}

fn fits(field: impl Into<String>, value: &Value) -> Result<(), BriefError> {
    if value
        .as_str()
        .is_some_and(|text| text.chars().count() > LONGEST_FIELD)
    {
        return Err(BriefError::TooLong {
            field: field.into(),
            limit: LONGEST_FIELD,
        });
    }
    Ok(())
}

fn items(name: &str, value: &Value) -> Result<(), BriefError> {
    let Some(list) = value.as_array() else {
        return Ok(());
    };
    if list.len() > MOST_ITEMS {
        return Err(BriefError::TooLong {
            field: name.to_owned(),
            limit: MOST_ITEMS,
        });
    }
    for (place, item) in list.iter().enumerate().map(|(i, item)| (i + 1, item)) {
        fits(format!("{name} #{place}"), item)?;
        let Value::Object(person) = item else {
            continue;
        };
        for (key, value) in person {
            let field = format!("{name} #{place}: {key}");
            if value.is_array() {
                items(&field, value)?;
            } else {
                fits(field, value)?;
            }
        }
        let blank = |key: &str| {
            person
                .get(key)
                .and_then(Value::as_str)
                .is_none_or(|text| text.trim().is_empty())
        };
        // An empty row of the form is nothing; a description of nobody is a slip.
        if blank("name") && !blank("description") {
            return Err(BriefError::Missing {
                field: format!("{name} #{place}: name"),
            });
        }
    }
    Ok(())
}

fn line_of(text: &str, at: usize) -> u32 {
    let lines = text
        .as_bytes()
        .iter()
        .take(at)
        .filter(|b| **b == b'\n')
        .count();
    u32::try_from(lines + 1).unwrap_or(u32::MAX)
}
