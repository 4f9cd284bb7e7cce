//! What a prompt is made of, for whoever looks at it before it is sent.

use std::ops::Range;

use inkstone_generation::{Message, Role};

use crate::{budget, templates::TAGS};

/// A part of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptPart {
    /// The message, from 0.
    pub message: usize,
    /// Its bytes in the message.
    pub range: Range<usize>,
    /// What it is: the name of the tag around it (`brief`, `house_rules`, `voice` ...), or
    /// `instructions` (in a system message) or `request`.
    pub of: &'static str,
    /// Tokens, guessed.
    pub tokens: usize,
}

/// The parts of messages, in their order. What a person wrote stands between tags, which nothing in
/// it can close; so this holds for our own prompts, and for edited ones as far as their tags do.
pub fn prompt_parts(messages: &[Message]) -> Vec<PromptPart> {
    let mut parts = Vec::new();
    for (message, Message { role, content }) in messages.iter().enumerate() {
        let rest = match role {
            Role::System => "instructions",
            Role::User | Role::Assistant => "request",
        };
        let mut put = |range: Range<usize>, of| {
            if !content[range.clone()].trim().is_empty() {
                parts.push(PromptPart {
                    message,
                    tokens: budget::tokens(content[range.clone()].trim()),
                    range,
                    of,
                });
            }
        };
        let mut at = 0;
        while let Some((start, end, of)) = next_tag(content, at) {
            put(at..start, rest);
            put(start..end, of);
            at = end;
        }
        put(at..content.len(), rest);
    }
    parts
}

/// The next tagged part: a tag on a line of its own, and its end on another.
fn next_tag(content: &str, from: usize) -> Option<(usize, usize, &'static str)> {
    let mut start = from;
    for line in content[from..].split_inclusive('\n') {
        let bare = line.trim();
        let tag = bare
            .strip_prefix('<')
            .and_then(|bare| bare.strip_suffix('>'))
            .and_then(|name| TAGS.iter().find(|tag| **tag == name));
        if let Some(tag) = tag {
            let after = start + line.len();
            let close = format!("</{tag}>");
            if let Some(end) = content[after..].find(&close) {
                return Some((start, after + end + close.len(), tag));
            }
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_and_cover_what_is_said() {
        let system = "You write.\n\n<house_rules>\ncheap\n</house_rules>\n\nAnd <b>so</b> on.";
        let user = "<brief>\nTopic: x\n</brief>\n<selection>\nA <brief> b\n</selection>\n\nGo.";
        let messages =
            [(Role::System, system), (Role::User, user)].map(|(role, content)| Message {
                role,
                content: content.to_owned(),
            });
        let parts = prompt_parts(&messages);
        let names: Vec<_> = parts.iter().map(|p| (p.message, p.of)).collect();
        assert_eq!(
            names,
            [
                (0, "instructions"),
                (0, "house_rules"),
                (0, "instructions"),
                (1, "brief"),
                (1, "selection"),
                (1, "request"),
            ]
        );
        assert_eq!(
            &user[parts[4].range.clone()],
            "<selection>\nA <brief> b\n</selection>"
        );
    }

    #[test]
    fn a_tag_without_an_end_is_no_part() {
        let message = Message {
            role: Role::User,
            content: "<brief>\nnever closed".to_owned(),
        };
        let parts = prompt_parts(&[message]);
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].of, "request");
    }
}
