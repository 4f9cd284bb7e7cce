//! A grammar in the notation of Lark, as constrained decoding reads it.

use super::Rule::{self, Any, Chars, Named, Seq, Text, Times};

impl Rule {
    /// The grammar in the notation of Lark; it begins at `start`.
    pub fn to_lark(&self) -> String {
        let mut names: Vec<(&'static str, String)> = Vec::new();
        let start = self.lark(&mut names);
        let mut out = format!("start: {start}\n");
        for (name, body) in names {
            out.push_str(&format!("{name}: {body}\n"));
        }
        out
    }

    fn lark(&self, names: &mut Vec<(&'static str, String)>) -> String {
        if !matches!(self, Named(..)) && self.plain() {
            return format!("/{}/", self.regex());
        }
        match self {
            Named(name, inner) => {
                if !names.iter().any(|(known, _)| known == name) {
                    // Its place is taken before what is inside of it gets theirs.
                    names.push((name, String::new()));
                    let body = inner.lark(names);
                    if let Some(slot) = names.iter_mut().find(|(known, _)| known == name) {
                        slot.1 = body;
                    }
                }
                (*name).to_owned()
            }
            Seq(parts) => {
                let parts: Vec<String> = parts.iter().map(|p| p.lark(names)).collect();
                parts.join(" ")
            }
            Any(parts) => {
                let parts: Vec<String> = parts.iter().map(|p| p.lark(names)).collect();
                format!("({})", parts.join(" | "))
            }
            Times(inner, least, most) => {
                let inner = inner.lark(names);
                format!("({inner}){{{least},{most}}}")
            }
            Text(_) | Chars(..) => format!("/{}/", self.regex()),
        }
    }

    /// Whether nothing in it has a name, so that it is one regular expression.
    fn plain(&self) -> bool {
        match self {
            Text(_) | Chars(..) => true,
            Seq(parts) | Any(parts) => parts.iter().all(Self::plain),
            Times(inner, ..) => inner.plain(),
            Named(..) => false,
        }
    }

    fn regex(&self) -> String {
        match self {
            Text(text) => escaped(text),
            Chars(ranges, least, most) => {
                let class: String = ranges
                    .iter()
                    .map(|(from, to)| match from == to {
                        true => escaped(&from.to_string()),
                        false => format!(
                            "{}-{}",
                            escaped(&from.to_string()),
                            escaped(&to.to_string())
                        ),
                    })
                    .collect();
                match (least, most) {
                    (1, 1) => format!("[{class}]"),
                    _ => format!("[{class}]{{{least},{most}}}"),
                }
            }
            Seq(parts) => parts.iter().map(Self::regex).collect(),
            Any(parts) => {
                let parts: Vec<String> = parts.iter().map(Self::regex).collect();
                format!("({})", parts.join("|"))
            }
            Times(inner, least, most) => format!("({}){{{least},{most}}}", inner.regex()),
            Named(_, inner) => inner.regex(),
        }
    }
}

/// A text as a regular expression between slashes reads it.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            // With a backslash these two are borders of words.
            c if c.is_ascii_punctuation() && !matches!(c, '<' | '>') => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
