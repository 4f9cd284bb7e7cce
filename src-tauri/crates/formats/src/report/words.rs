//! What stands over columns and in cells.

use inkstone_manuscript::{
    Language,
    fountain::{Light, Setting},
    tally::{Amount, Matter, Tally},
};

use super::{Report, table::Cell};

#[derive(Debug, Clone, Copy)]
pub(super) enum Label {
    Scene,
    Heading,
    Setting,
    Location,
    Time,
    Light,
    Length,
    Speeches,
    DialogueAmount,
    ActionAmount,
    Characters,
    Synopsis,
    Omitted,
    Named,
    Page,
    Character,
    Amount,
    Scenes,
    InScenes,
    ByDay,
    ByNight,
    Matter,
    Count,
    Percent,
}

/// What stands in headings and cells: in the person's language, counted as in the script's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub language: Language,
    pub script: Language,
}

impl Words {
    fn pick(self, english: &str, chinese: &str) -> String {
        match self.language {
            Language::English => english.to_owned(),
            Language::Chinese => chinese.to_owned(),
        }
    }

    /// Over a column of a CSV.
    pub fn label(self, label: Label) -> String {
        let counted_in_words = self.script == Language::English;
        let (english, chinese) = match label {
            Label::Scene => ("Scene", "场次"),
            Label::Heading => ("Heading", "场景标题"),
            Label::Setting => ("Int/Ext", "内外景"),
            Label::Location => ("Location", "地点"),
            Label::Time => ("Time", "时间"),
            Label::Light => ("Day/Night", "日夜"),
            Label::Length => ("Eighths of a page", "篇幅（八分之一页）"),
            Label::Speeches => ("Lines of dialogue", "台词段数"),
            Label::DialogueAmount if counted_in_words => ("Dialogue (words)", "对白（词数）"),
            Label::DialogueAmount => ("Dialogue (characters)", "对白（字数）"),
            Label::ActionAmount if counted_in_words => ("Action (words)", "动作（词数）"),
            Label::ActionAmount => ("Action (characters)", "动作（字数）"),
            Label::Amount if counted_in_words => ("Words", "词数"),
            Label::Amount => ("Characters of text", "字数"),
            Label::Characters => ("Speaking", "有台词的人物"),
            Label::Synopsis => ("Synopsis", "梗概"),
            Label::Omitted => ("Omitted", "已删"),
            Label::Named => ("Named in action", "动作中提到的人物"),
            Label::Page => ("Page", "页码"),
            Label::Character => ("Character", "人物"),
            Label::Scenes => ("Scenes", "场数"),
            Label::InScenes => ("In scenes", "所在场次"),
            Label::ByDay => ("By day", "日戏"),
            Label::ByNight => ("By night", "夜戏"),
            Label::Matter => ("Part", "部分"),
            Label::Count => ("Count", "段数"),
            Label::Percent => ("Percent", "百分比"),
        };
        self.pick(english, chinese)
    }

    /// Over a column on paper, where there is less room.
    pub fn printed(self, label: Label) -> String {
        match label {
            Label::Length => self.pick("Length", "篇幅"),
            Label::Speeches => self.pick("Lines", "台词段数"),
            Label::DialogueAmount if self.script == Language::English => {
                self.pick("Words said", "对白词数")
            }
            Label::DialogueAmount => self.pick("Characters said", "对白字数"),
            Label::ActionAmount if self.script == Language::English => {
                self.pick("Action words", "动作词数")
            }
            Label::ActionAmount => self.pick("Action characters", "动作字数"),
            Label::Amount if self.script == Language::Chinese => self.pick("Characters", "字数"),
            _ => self.label(label),
        }
    }

    /// What a report is called.
    pub fn report(self, report: Report) -> String {
        match report {
            Report::Scenes => self.pick("Scenes", "场景表"),
            Report::Characters => self.pick("Characters", "人物表"),
            Report::Locations => self.pick("Locations", "地点表"),
            Report::Dialogue => self.pick("Dialogue and action", "对白与动作"),
            Report::DayNight => self.pick("Day and night", "日夜统计"),
            Report::IntExt => self.pick("Interior and exterior", "内外景统计"),
        }
    }

    /// The line beneath a report's title.
    pub fn summary(self, tally: &Tally) -> String {
        let scenes = tally.scenes.iter().filter(|scene| !scene.omitted).count();
        let people = tally.characters.len();
        let pages = tally.length;
        let plural = |count: usize, one: &str, more: &str| {
            format!("{count} {}", if count == 1 { one } else { more })
        };
        match self.language {
            Language::English => format!(
                "{}, {}, {}",
                if pages.0 == 8 {
                    "1 page".to_owned()
                } else {
                    format!("{pages} pages")
                },
                plural(scenes, "scene", "scenes"),
                plural(people, "speaking part", "speaking parts"),
            ),
            Language::Chinese => {
                format!("全剧 {pages} 页，{scenes} 场，有台词的人物 {people} 名")
            }
        }
    }

    /// What stands where there is nothing to list.
    pub fn nothing(self) -> String {
        self.pick("Nothing to list.", "没有可列的内容。")
    }

    pub fn setting(self, setting: Option<Setting>) -> String {
        match setting {
            Some(Setting::Interior) => self.pick("INT", "内景"),
            Some(Setting::Exterior) => self.pick("EXT", "外景"),
            Some(Setting::Both) => self.pick("INT/EXT", "内外景"),
            Some(Setting::Establishing) => self.pick("EST", "定场"),
            None => self.unsaid(),
        }
    }

    pub fn light(self, light: Option<Light>) -> String {
        match light {
            Some(Light::Day) => self.pick("Day", "日"),
            Some(Light::Night) => self.pick("Night", "夜"),
            Some(Light::Dawn) => self.pick("Dawn", "晨"),
            Some(Light::Dusk) => self.pick("Dusk", "黄昏"),
            None => self.unsaid(),
        }
    }

    pub fn matter(self, matter: Matter) -> String {
        match matter {
            Matter::Dialogue => self.pick("Dialogue", "对白"),
            Matter::Action => self.pick("Action", "动作"),
            Matter::Parenthetical => self.pick("Parentheticals", "括号提示"),
            Matter::Heading => self.pick("Headings", "场景标题"),
            Matter::Transition => self.pick("Transitions", "转场"),
        }
    }

    fn unsaid(self) -> String {
        self.pick("Not said", "未注明")
    }

    pub fn yes(self) -> String {
        self.pick("yes", "是")
    }

    pub fn amount(self, amount: Amount) -> Cell {
        Cell::Count(amount.counted(self.script))
    }

    pub fn list(self, items: &[String]) -> String {
        items.join(&self.pick("; ", "、"))
    }
}
