//! Briefs that no run trains on: real values, as a person would fill them in.
//!
//! Training sees no values at all, only what stands for them; these are for measuring the whole way
//! from a brief to a text.

use inkstone_desks::{AdsBrief, Brief, Channel, CharacterBrief, NewsBrief, ScreenplayBrief, Task};
use inkstone_manuscript::{DocumentKind, Language};

use crate::{corpus::bank::Bank, math::Random};

/// A brief, and what is asked for.
pub struct Held {
    /// The brief.
    pub brief: Brief,
    /// The task.
    pub task: Task,
}

const CHANNELS: &[Channel] = &[
    Channel::GoogleRsa,
    Channel::MetaFeed,
    Channel::Linkedin,
    Channel::X,
    Channel::Tiktok,
    Channel::WechatMoments,
    Channel::Xiaohongshu,
];

/// `count` briefs, both languages and the three kinds by turns; the same ones each time.
pub fn briefs(count: u64) -> Vec<Held> {
    let banks = [
        Bank::read(&[include_str!("../material/briefs.en.txt")]),
        Bank::read(&[include_str!("../material/briefs.zh.txt")]),
    ];
    (0..count)
        .map(|i| {
            let which = (i % 2) as usize;
            let kind = DocumentKind::ALL[(i / 2 % 3) as usize];
            let mut fill = Fill {
                bank: &banks[which],
                language: Language::ALL[which],
                random: Random::new(77, i),
            };
            fill.held(kind, (i / 6) as usize)
        })
        .collect()
}

struct Fill<'a> {
    bank: &'a Bank,
    language: Language,
    random: Random,
}

impl Fill<'_> {
    fn one(&mut self, key: &str) -> String {
        let all = self.bank.get(key);
        all[self.random.below(all.len())].to_owned()
    }

    /// The fields of the `nth` entry, its slots filled the same way throughout.
    fn entry(&mut self, key: &str, nth: usize) -> Vec<String> {
        let all = self.bank.get(key);
        let mut text = all[nth % all.len()].to_owned();
        let number = self.random.between(31, 978).to_string();
        text = text.replace("<n>", &number);
        for slot in ["name", "place", "org", "date"] {
            let value = self.one(slot);
            text = text.replace(&format!("<{slot}>"), &value);
        }
        let other = self.one("name");
        text = text.replace("<name2>", &other);
        text.split('§').map(|f| f.trim().to_owned()).collect()
    }

    fn held(&mut self, kind: DocumentKind, nth: usize) -> Held {
        let language = self.language;
        let list = |field: Option<&String>| -> Vec<String> {
            let all = field.map_or("", String::as_str).split(';');
            all.map(|v| v.trim().to_owned()).collect()
        };
        let tone = self.one("tone");
        let (brief, task) = match kind {
            DocumentKind::News => {
                let fields = self.entry("news", nth);
                let brief = NewsBrief {
                    language,
                    topic: fields[0].clone(),
                    angle: fields[1].clone(),
                    facts: list(fields.get(2)),
                    sources: list(fields.get(3)),
                    audience: self.one("reader"),
                    words: [120, 200, 350, 500][nth % 4],
                    tone,
                };
                (Brief::News(brief), Task::Draft)
            }
            DocumentKind::Ads => {
                let fields = self.entry("product", nth);
                let brief = AdsBrief {
                    language,
                    product: fields[0].clone(),
                    audience: fields[2].clone(),
                    selling_points: list(fields.get(1)),
                    tone,
                    call_to_action: fields[3].clone(),
                    channel: CHANNELS[nth % CHANNELS.len()],
                    variants: 1,
                };
                (Brief::Ads(brief), Task::Draft)
            }
            DocumentKind::Screenplay => {
                let fields = self.entry("story", nth);
                let character = |description: String| CharacterBrief {
                    name: self.one("name"),
                    description,
                    ..CharacterBrief::default()
                };
                let mut characters: Vec<CharacterBrief> =
                    list(fields.get(2)).into_iter().map(character).collect();
                characters.dedup_by(|a, b| a.name == b.name);
                let brief = ScreenplayBrief {
                    language,
                    logline: fields[1].clone(),
                    genre: fields[0].clone(),
                    characters,
                    tone,
                    scenes: [4, 6, 8, 12][nth % 4],
                    ..ScreenplayBrief::default()
                };
                let task = match nth % 4 {
                    0 | 1 => Task::Draft,
                    2 => Task::Beats,
                    _ => Task::Outline,
                };
                (Brief::Screenplay(brief), task)
            }
        };
        Held { brief, task }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn briefs_are_whole_and_the_same_each_time() {
        let (all, again) = (briefs(312), briefs(312));
        for (a, b) in all.iter().zip(&again) {
            assert_eq!(a.brief, b.brief);
            a.brief.validate().unwrap();
            let text = format!("{:?}", a.brief);
            assert!(!text.contains(['<', '§']), "{text}");
        }
        let chinese = all
            .iter()
            .filter(|h| h.brief.language() == Language::Chinese);
        assert_eq!(chinese.count(), 156);
        let mut seen: Vec<String> = all.iter().map(|h| format!("{:?}", h.brief)).collect();
        seen.sort();
        seen.dedup();
        assert!(seen.len() > 300, "{}", seen.len());
    }
}
