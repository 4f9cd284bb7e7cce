//! The elements that a grammar is made of, in the language of a script.

use inkstone_generation::references::References;
use inkstone_manuscript::{
    Language,
    count::is_han,
    fountain::{self, ElementKind},
};

use super::{
    Rule::{self, Any, Chars, Seq, Text},
    named, text, times,
};
use crate::{ScreenplayBrief, screenplay::tidy::tidy};

/// Letters, digits and punctuation that mean nothing to Fountain, in a line of English.
const PROSE: &[(char, char)] = &[
    (' ', ' '),
    ('a', 'z'),
    ('A', 'Z'),
    ('0', '9'),
    (',', '.'),
    ('\'', '\''),
    ('"', '"'),
    ('!', '!'),
    ('?', '?'),
    (';', ';'),
    ('(', ')'),
    ('à', 'ÿ'),
    ('‘', '”'),
    ('–', '—'),
    ('…', '…'),
];
const HAN: &[(char, char)] = &[('\u{4e00}', '\u{9fff}')];
/// The same for Chinese; Latin letters and digits may stand among it.
const PROSE_ZH: &[(char, char)] = &[
    ('\u{4e00}', '\u{9fff}'),
    ('0', '9'),
    ('a', 'z'),
    ('A', 'Z'),
    ('，', '，'),
    ('。', '。'),
    ('、', '、'),
    ('！', '！'),
    ('？', '？'),
    ('；', '；'),
    ('“', '”'),
    ('《', '》'),
    ('…', '…'),
    ('—', '—'),
];
const LOWER: &[(char, char)] = &[('a', 'z')];
const UPPER: &[(char, char)] = &[('A', 'Z')];
const END: &[(char, char)] = &[('.', '.'), ('!', '!'), ('?', '?'), ('…', '…'), ('—', '—')];
const END_ZH: &[(char, char)] = &[
    ('。', '。'),
    ('！', '！'),
    ('？', '？'),
    ('…', '…'),
    ('—', '—'),
    ('”', '”'),
];

/// The first word of a sentence: mixed case, and not `Int`, `Ext`, `Est` with nothing behind.
fn opening() -> Rule {
    const OTHERS: &[(char, char)] = &[('A', 'D'), ('F', 'H'), ('J', 'Z')];
    const NOT_N: &[(char, char)] = &[('a', 'm'), ('o', 'z')];
    const NOT_T: &[(char, char)] = &[('a', 's'), ('u', 'z')];
    const NOT_SX: &[(char, char)] = &[('a', 'r'), ('t', 'w'), ('y', 'z')];
    let word = |parts: Vec<Rule>| Seq(parts);
    Any(vec![
        word(vec![Chars(OTHERS, 1, 1), Chars(LOWER, 1, 14)]),
        word(vec![text("A "), Chars(LOWER, 1, 14)]),
        word(vec![text("I"), Chars(NOT_N, 1, 1), Chars(LOWER, 0, 12)]),
        word(vec![text("In"), Chars(NOT_T, 1, 1), Chars(LOWER, 0, 12)]),
        word(vec![text("In "), Chars(LOWER, 1, 14)]),
        word(vec![text("Int"), Chars(LOWER, 1, 12)]),
        word(vec![text("E"), Chars(NOT_SX, 1, 1), Chars(LOWER, 0, 12)]),
        word(vec![text("Es"), Chars(NOT_T, 1, 1), Chars(LOWER, 0, 12)]),
        word(vec![text("Ex"), Chars(NOT_T, 1, 1), Chars(LOWER, 0, 12)]),
    ])
}

/// Words for people without a name.
const FUNCTIONS: [&str; 12] = [
    "MAN",
    "WOMAN",
    "BOY",
    "GIRL",
    "VOICE",
    "DRIVER",
    "WAITER",
    "DOCTOR",
    "OFFICER",
    "STRANGER",
    "PASSENGER",
    "CLERK",
];
const FUNCTIONS_ZH: [&str; 12] = [
    "男人",
    "女人",
    "男孩",
    "女孩",
    "画外音",
    "司机",
    "服务员",
    "医生",
    "警察",
    "路人",
    "乘客",
    "店员",
];

/// The cue of a name, if the name can be one.
pub(super) fn cue_of(name: &str, language: Language) -> Option<String> {
    let name = name.trim();
    let fit = !name.is_empty()
        && name.chars().count() <= 40
        && !name.contains([
            '\n', '\r', '(', ')', '（', '）', '^', '[', ']', '*', '/', '#',
        ]);
    if !fit {
        return None;
    }
    let upper = name.to_uppercase();
    let plain = language == Language::English
        && !name.chars().any(is_han)
        && upper.chars().any(char::is_alphabetic)
        && !upper.ends_with("TO:")
        && upper.starts_with(char::is_alphanumeric)
        && !["INT ", "INT.", "EXT ", "EXT.", "EST ", "EST.", "I/E"]
            .iter()
            .any(|mark| upper.starts_with(mark));
    Some(if plain { upper } else { format!("@{name}") })
}

/// Writes the elements of one script.
pub(super) struct Pen {
    language: Language,
    /// Whom cues name.
    cues: Vec<String>,
    /// References that may stand within a line.
    within: Vec<String>,
    /// Those that may open a line of action.
    first: Vec<String>,
    /// Those that may open a line of dialogue: none that is a cue there.
    spoken: Vec<String>,
    compact: bool,
}

impl Pen {
    /// For answers in a script's own words.
    pub(super) fn new(brief: &ScreenplayBrief) -> Self {
        let names = brief.characters.iter();
        Self {
            language: brief.language,
            cues: names
                .filter_map(|c| cue_of(&c.name, brief.language))
                .collect(),
            within: Vec::new(),
            first: Vec::new(),
            spoken: Vec::new(),
            compact: false,
        }
    }

    /// For answers that name the values of a brief by reference.
    pub(super) fn compact(brief: &ScreenplayBrief, values: &References) -> Self {
        let mut pen = Self {
            language: brief.language,
            cues: Vec::new(),
            within: Vec::new(),
            first: Vec::new(),
            spoken: Vec::new(),
            compact: true,
        };
        for (key, value) in values.iter() {
            let number = key.trim_start_matches(|c: char| c.is_ascii_lowercase());
            let sort = &key[..key.len() - number.len()];
            // Blocks of a selection and slots have places of their own, and so has a heading.
            if matches!(sort, "s" | "n" | "heading") {
                continue;
            }
            pen.name(key, value);
            if sort != "char" {
                continue;
            }
            match cue_of(value, pen.language) {
                Some(cue) if cue.starts_with('@') => pen.cues.push(format!("@⟦{key}⟧")),
                Some(_) => pen.cues.push(format!("⟦{}⟧", key.to_uppercase())),
                None => {}
            }
            if pen.language == Language::English {
                pen.name(&key.to_uppercase(), &value.to_uppercase());
            }
        }
        pen
    }

    /// Lets a value be named where it can't break a line.
    fn name(&mut self, key: &str, value: &str) {
        // What opens a note or boneyard would take what follows along.
        let line = !value.contains(['\n', '\r']) && !value.contains("[[") && !value.contains("/*");
        if !line || value.trim().is_empty() {
            return;
        }
        // `Name: words` would be read as somebody's speech, if it is a line's beginning.
        if !value.contains([':', '：']) {
            self.within.push(format!("⟦{key}⟧"));
        }
        let end = match self.language {
            Language::English => [".", " waits."],
            Language::Chinese => ["。", "等着。"],
        };
        let is_action = |end: &str| {
            let line = format!("{value}{end}");
            let script = format!("INT. HUT - DAY\n\n{line}\n\nRain.\n");
            let found = fountain::parse(&script).into_iter().map(|e| e.kind);
            let kinds: Vec<ElementKind> = found.filter(|k| *k != ElementKind::Blank).collect();
            let wanted = [
                ElementKind::SceneHeading,
                ElementKind::Action,
                ElementKind::Action,
            ];
            kinds == wanted && tidy(&script, self.language) == script.trim_end()
        };
        if end.into_iter().all(is_action) {
            self.first.push(format!("⟦{key}⟧"));
            if value.contains(|c: char| c.is_lowercase() || is_han(c)) {
                self.spoken.push(format!("⟦{key}⟧"));
            }
        }
    }

    /// So many characters or references.
    fn run(&self, chars: &'static [(char, char)], least: usize, most: usize) -> Rule {
        if self.within.is_empty() {
            return Chars(chars, least, most);
        }
        let mut any = vec![Chars(chars, 1, 1)];
        any.extend(self.within.iter().cloned().map(Text));
        times(Any(any), least, most)
    }

    /// One of these, or of the references that may open the line.
    fn led(mut openings: Vec<Rule>, references: &[String]) -> Rule {
        openings.extend(references.iter().cloned().map(Text));
        Any(openings)
    }

    /// What stands between two sentences.
    pub(super) fn gap(&self) -> &'static str {
        match self.language {
            Language::English => " ",
            Language::Chinese => "",
        }
    }

    /// Action, or somebody speaks.
    pub(super) fn block(&self) -> Rule {
        named("block", Any(vec![self.action(), self.speech()]))
    }

    pub(super) fn action_line(&self) -> Rule {
        let line = match self.language {
            // A name in capitals may open a line; what follows is in mixed case.
            Language::English => {
                let name = Seq(vec![Chars(UPPER, 4, 14), text(" "), Chars(LOWER, 2, 14)]);
                let someone = Seq(vec![
                    text("A "),
                    Chars(UPPER, 2, 14),
                    text(" "),
                    Chars(LOWER, 2, 14),
                ]);
                Seq(vec![
                    Self::led(vec![opening(), name, someone], &self.first),
                    self.run(PROSE, 0, 160),
                    Chars(END, 1, 1),
                ])
            }
            Language::Chinese => Seq(vec![
                Self::led(vec![Chars(HAN, 1, 1)], &self.first),
                self.run(PROSE_ZH, usize::from(!self.compact), 100),
                Chars(END_ZH, 1, 1),
            ]),
        };
        named("action_line", line)
    }

    pub(super) fn action(&self) -> Rule {
        if self.compact {
            return self.action_line();
        }
        let more = Seq(vec![text("\n"), self.action_line()]);
        named("action", Seq(vec![self.action_line(), times(more, 0, 3)]))
    }

    pub(super) fn cue(&self) -> Rule {
        let functions = match self.language {
            Language::English => FUNCTIONS.map(str::to_owned),
            Language::Chinese => FUNCTIONS_ZH.map(|f| format!("@{f}")),
        };
        let name = if self.cues.is_empty() && !self.compact {
            match self.language {
                Language::English => Seq(vec![
                    Chars(&[('A', 'D'), ('F', 'H'), ('J', 'Z')], 1, 1),
                    Chars(UPPER, 2, 14),
                ]),
                Language::Chinese => Seq(vec![text("@"), Chars(HAN, 1, 4)]),
            }
        } else {
            let all = self.cues.iter().cloned().chain(functions);
            Any(all.map(Text).collect())
        };
        let extension = match self.language {
            Language::English => vec![text(" (V.O.)"), text(" (O.S.)"), text(" (CONT'D)")],
            Language::Chinese => vec![text(" (画外)"), text(" (旁白)")],
        };
        named("cue", Seq(vec![name, times(Any(extension), 0, 1)]))
    }

    fn speech(&self) -> Rule {
        named("speech", self.said(self.cue()))
    }

    pub(super) fn aside(&self) -> Rule {
        let inside = match self.language {
            Language::English => Seq(vec![
                Chars(LOWER, 1, 1),
                Chars(&[('a', 'z'), (' ', ' '), (',', ','), ('\'', '\'')], 1, 38),
                Chars(LOWER, 1, 1),
            ]),
            Language::Chinese => Chars(HAN, 1, 12),
        };
        named("parenthetical", Seq(vec![text("("), inside, text(")")]))
    }

    pub(super) fn line_said(&self) -> Rule {
        let line = match self.language {
            Language::English => Seq(vec![
                times(text("“"), 0, 1),
                Self::led(
                    vec![
                        opening(),
                        Seq(vec![
                            text("I"),
                            Chars(&[(' ', ' '), ('\'', '\'')], 1, 1),
                            Chars(LOWER, 1, 12),
                        ]),
                    ],
                    &self.spoken,
                ),
                self.run(PROSE, 0, 140),
                Chars(END, 1, 1),
            ]),
            Language::Chinese => Seq(vec![
                times(Any(vec![text("“"), text("《")]), 0, 1),
                Self::led(vec![Chars(HAN, 1, 1)], &self.spoken),
                self.run(PROSE_ZH, 0, 80),
                Chars(END_ZH, 1, 1),
            ]),
        };
        named("dialogue_line", line)
    }

    /// What is said under a cue that stands there already.
    pub(super) fn lines_said(&self) -> Rule {
        let more = Seq(vec![text("\n"), self.line_said()]);
        let aside = Seq(vec![self.aside(), text("\n")]);
        Seq(vec![
            times(aside, 0, 1),
            self.line_said(),
            times(more, 0, 4),
        ])
    }

    /// A cue and what is said under it.
    pub(super) fn said(&self, cue: Rule) -> Rule {
        let aside = Seq(vec![text("\n"), self.aside()]);
        let line = Seq(vec![text("\n"), self.line_said()]);
        Seq(vec![
            cue,
            times(aside, 0, 1),
            line.clone(),
            times(line, 0, 4),
        ])
    }

    pub(super) fn transition(&self) -> Rule {
        let known: &[&str] = match self.language {
            Language::English => &["CUT TO:", "SMASH CUT TO:", "DISSOLVE TO:", "> FADE OUT."],
            Language::Chinese => &[
                "> 切至",
                "> 叠化",
                "> 淡出",
                "> 切至：",
                "> 叠化至：",
                "> 淡出。",
            ],
        };
        let known = known.iter().map(|known| text(known));
        named("transition", Any(known.collect()))
    }

    pub(super) fn heading(&self) -> Rule {
        let (marks, place, times) = match self.language {
            Language::English => (
                vec![text("INT. "), text("EXT. "), text("INT./EXT. ")],
                Seq(vec![
                    Chars(UPPER, 1, 1),
                    Chars(&[('A', 'Z'), (' ', ' '), ('\'', '\'')], 1, 28),
                    Chars(UPPER, 1, 1),
                ]),
                vec![
                    "DAY",
                    "NIGHT",
                    "DAWN",
                    "DUSK",
                    "MORNING",
                    "AFTERNOON",
                    "EVENING",
                    "LATER",
                    "CONTINUOUS",
                ],
            ),
            Language::Chinese => (
                vec![text(".内景 "), text(".外景 "), text(".内外景 ")],
                Chars(HAN, 2, 12),
                vec!["日", "夜", "清晨", "黄昏", "上午", "下午", "深夜", "稍后"],
            ),
        };
        // A small network was taught the shorter one.
        let apart = match self.language {
            Language::Chinese if self.compact => " ",
            _ => " - ",
        };
        let times = Any(times.into_iter().map(text).collect());
        named("heading", Seq(vec![Any(marks), place, text(apart), times]))
    }

    pub(super) fn synopsis(&self) -> Rule {
        let line = match self.language {
            Language::English => Seq(vec![
                self.opened(UPPER),
                self.run(PROSE, if self.compact { 1 } else { 8 }, 260),
                Chars(END, 1, 1),
            ]),
            Language::Chinese => Seq(vec![
                self.opened(HAN),
                self.run(PROSE_ZH, if self.compact { 1 } else { 4 }, 120),
                Chars(END_ZH, 1, 1),
            ]),
        };
        named("synopsis", Seq(vec![text("= "), line]))
    }

    /// One of these characters, or a reference: behind a mark any may stand.
    fn opened(&self, chars: &'static [(char, char)]) -> Rule {
        self.run(chars, 1, 1)
    }

    pub(super) fn act(&self) -> Rule {
        let known = match self.language {
            Language::English => vec![text("Act One"), text("Act Two"), text("Act Three")],
            Language::Chinese => vec![text("第一幕"), text("第二幕"), text("第三幕")],
        };
        named("act", Any(known))
    }

    /// A section under a name of its own.
    pub(super) fn section(&self) -> Rule {
        let name = match self.language {
            Language::English => Seq(vec![
                self.opened(UPPER),
                self.run(
                    &[('a', 'z'), ('A', 'Z'), (' ', ' '), (',', ','), ('\'', '\'')],
                    1,
                    38,
                ),
                Chars(LOWER, 1, 1),
            ]),
            Language::Chinese => self.run(&[('\u{4e00}', '\u{9fff}'), ('，', '，')], 2, 20),
        };
        named("section", Seq(vec![text("# "), name]))
    }

    /// The rest of a line of prose, from within it.
    pub(super) fn rest(&self) -> Rule {
        let line = match self.language {
            Language::English => Seq(vec![
                Any(vec![
                    opening(),
                    Chars(&[('a', 'z'), ('0', '9')], 1, 14),
                    Seq(vec![text("I"), Chars(&[(' ', ' '), ('\'', '\'')], 1, 1)]),
                ]),
                self.run(PROSE, 0, 160),
                Chars(END, 1, 1),
            ]),
            Language::Chinese => Seq(vec![Chars(PROSE_ZH, 1, 100), Chars(END_ZH, 1, 1)]),
        };
        named("rest", line)
    }

    /// Words within a line, whatever it is: nothing in them means anything to Fountain.
    pub(super) fn words(&self) -> Rule {
        let line = match self.language {
            Language::English => Seq(vec![
                Chars(
                    &[('A', 'Z'), ('a', 'z'), ('0', '9'), ('à', 'ÿ'), ('‘', '”')],
                    1,
                    1,
                ),
                Chars(PROSE, 0, 400),
            ]),
            Language::Chinese => Chars(PROSE_ZH, 1, 300),
        };
        named("words", line)
    }
}
