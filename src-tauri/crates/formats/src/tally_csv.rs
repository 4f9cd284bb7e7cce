//! Reports over a script as CSV.
//!
//! Lengths are whole eighths of a page: spreadsheets would take `3/8` for the third of August.
//! Cells with a script's own text are guarded against formulas. Amounts are words, or characters
//! for a script in Chinese; the column says which.
//!
//! Left out, as a table has no place for it: where in the file a scene stands.

use inkstone_manuscript::{
    Language,
    fountain::{Light, Setting},
    pages::Eighths,
    tally::{Amount, Group, Matter, SceneTally, Tally},
};

use crate::{
    FormatError,
    table::{guarded, table},
};

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Report {
    /// Each scene.
    Scenes,
    /// Who speaks.
    Characters,
    /// Where it plays.
    Locations,
    /// Dialogue against action and the rest.
    Dialogue,
    /// Day and night.
    DayNight,
    /// Inside and outside.
    IntExt,
}

impl Report {
    /// All, in the order they are offered.
    pub const ALL: [Self; 6] = [
        Self::Scenes,
        Self::Characters,
        Self::Locations,
        Self::Dialogue,
        Self::DayNight,
        Self::IntExt,
    ];

    /// Its name in commands and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scenes => "scenes",
            Self::Characters => "characters",
            Self::Locations => "locations",
            Self::Dialogue => "dialogue",
            Self::DayNight => "day-night",
            Self::IntExt => "int-ext",
        }
    }

    /// The report of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|report| report.name() == name)
    }
}

/// A report as a table with headings in a language; with `mark` it begins with the byte order mark
/// that Excel wants.
///
/// # Errors
/// [`FormatError::Table`] if the table could not be written.
pub fn report(
    tally: &Tally,
    report: Report,
    language: Language,
    mark: bool,
) -> Result<String, FormatError> {
    let words = Words {
        language,
        script: tally.language,
    };
    let (header, rows) = match report {
        Report::Scenes => scenes(tally, words),
        Report::Characters => characters(tally, words),
        Report::Locations => locations(tally, words),
        Report::Dialogue => shares(tally, words),
        Report::DayNight => (
            words.header(&[Column::Light, Column::Scenes, Column::Eighths]),
            groups(&tally.lights, |light| words.light(light)),
        ),
        Report::IntExt => (
            words.header(&[Column::Setting, Column::Scenes, Column::Eighths]),
            groups(&tally.settings, |setting| words.setting(setting)),
        ),
    };
    table(header, rows.into_iter(), mark)
}

type Table = (Vec<String>, Vec<Vec<String>>);

fn scenes(tally: &Tally, words: Words) -> Table {
    let header = words.header(&[
        Column::Scene,
        Column::Heading,
        Column::Setting,
        Column::Location,
        Column::Time,
        Column::Light,
        Column::Eighths,
        Column::Speeches,
        Column::DialogueAmount,
        Column::ActionAmount,
        Column::Characters,
        Column::Synopsis,
        Column::Omitted,
    ]);
    let text = |part: &Option<String>| guarded(part.as_deref().unwrap_or_default());
    let row = |scene: &SceneTally| {
        let place = if scene.omitted {
            &None
        } else {
            &scene.location
        };
        vec![
            guarded(&scene.number),
            guarded(&scene.heading),
            scene
                .setting
                .map(|s| words.setting(Some(s)))
                .unwrap_or_default(),
            text(place),
            text(&scene.time),
            scene
                .light
                .map(|l| words.light(Some(l)))
                .unwrap_or_default(),
            eighths(scene.length),
            scene.speeches.to_string(),
            words.amount(scene.dialogue),
            words.amount(scene.action),
            guarded(&words.list(&scene.characters)),
            text(&scene.synopsis),
            if scene.omitted {
                words.yes()
            } else {
                String::new()
            },
        ]
    };
    (header, tally.scenes.iter().map(row).collect())
}

fn characters(tally: &Tally, words: Words) -> Table {
    let header = words.header(&[
        Column::Character,
        Column::Speeches,
        Column::Amount,
        Column::Scenes,
        Column::InScenes,
    ]);
    let rows = tally.characters.iter().map(|who| {
        vec![
            guarded(&who.name),
            who.speeches.to_string(),
            words.amount(who.dialogue),
            who.scenes.len().to_string(),
            words.numbers(tally, &who.scenes),
        ]
    });
    (header, rows.collect())
}

fn locations(tally: &Tally, words: Words) -> Table {
    let header = words.header(&[
        Column::Location,
        Column::Setting,
        Column::Scenes,
        Column::ByDay,
        Column::ByNight,
        Column::Eighths,
        Column::InScenes,
    ]);
    let rows = tally.locations.iter().map(|place| {
        let settings: Vec<String> = place
            .settings
            .iter()
            .map(|setting| words.setting(Some(*setting)))
            .collect();
        vec![
            guarded(&place.name),
            words.list(&settings),
            place.scenes.len().to_string(),
            place.by_day.to_string(),
            place.by_night.to_string(),
            eighths(place.length),
            words.numbers(tally, &place.scenes),
        ]
    });
    (header, rows.collect())
}

fn shares(tally: &Tally, words: Words) -> Table {
    let header = words.header(&[
        Column::Matter,
        Column::Count,
        Column::Amount,
        Column::Percent,
    ]);
    let counted = |amount: Amount| amount.counted(tally.language);
    let total: usize = tally.shares.iter().map(|s| counted(s.amount)).sum();
    let rows = tally.shares.iter().map(|share| {
        let part = counted(share.amount);
        // Tenths of a percent, rounded.
        let tenths = (part * 2_000 + total) / (2 * total).max(1);
        vec![
            words.matter(share.matter),
            share.count.to_string(),
            part.to_string(),
            format!("{}.{}", tenths / 10, tenths % 10),
        ]
    });
    (header, rows.collect())
}

fn groups<T: Copy>(groups: &[Group<T>], name: impl Fn(Option<T>) -> String) -> Vec<Vec<String>> {
    let row = |group: &Group<T>| {
        vec![
            name(group.value),
            group.scenes.to_string(),
            eighths(group.length),
        ]
    };
    groups.iter().map(row).collect()
}

fn eighths(length: Eighths) -> String {
    length.0.to_string()
}

#[derive(Debug, Clone, Copy)]
enum Column {
    Scene,
    Heading,
    Setting,
    Location,
    Time,
    Light,
    Eighths,
    Speeches,
    DialogueAmount,
    ActionAmount,
    Characters,
    Synopsis,
    Omitted,
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
struct Words {
    language: Language,
    script: Language,
}

impl Words {
    fn pick(self, english: &str, chinese: &str) -> String {
        match self.language {
            Language::English => english.to_owned(),
            Language::Chinese => chinese.to_owned(),
        }
    }

    fn header(self, columns: &[Column]) -> Vec<String> {
        columns.iter().map(|column| self.column(*column)).collect()
    }

    fn column(self, column: Column) -> String {
        let counted_in_words = self.script == Language::English;
        let (english, chinese) = match column {
            Column::Scene => ("Scene", "场次"),
            Column::Heading => ("Heading", "场景标题"),
            Column::Setting => ("Int/Ext", "内外景"),
            Column::Location => ("Location", "地点"),
            Column::Time => ("Time", "时间"),
            Column::Light => ("Day/Night", "日夜"),
            Column::Eighths => ("Eighths of a page", "篇幅（八分之一页）"),
            Column::Speeches => ("Lines of dialogue", "台词段数"),
            Column::DialogueAmount if counted_in_words => ("Dialogue (words)", "对白（词数）"),
            Column::DialogueAmount => ("Dialogue (characters)", "对白（字数）"),
            Column::ActionAmount if counted_in_words => ("Action (words)", "动作（词数）"),
            Column::ActionAmount => ("Action (characters)", "动作（字数）"),
            Column::Amount if counted_in_words => ("Words", "词数"),
            Column::Amount => ("Characters of text", "字数"),
            Column::Characters => ("Speaking", "有台词的人物"),
            Column::Synopsis => ("Synopsis", "梗概"),
            Column::Omitted => ("Omitted", "已删"),
            Column::Character => ("Character", "人物"),
            Column::Scenes => ("Scenes", "场数"),
            Column::InScenes => ("In scenes", "所在场次"),
            Column::ByDay => ("By day", "日戏"),
            Column::ByNight => ("By night", "夜戏"),
            Column::Matter => ("Part", "部分"),
            Column::Count => ("Count", "段数"),
            Column::Percent => ("Percent", "百分比"),
        };
        self.pick(english, chinese)
    }

    fn setting(self, setting: Option<Setting>) -> String {
        match setting {
            Some(Setting::Interior) => self.pick("INT", "内景"),
            Some(Setting::Exterior) => self.pick("EXT", "外景"),
            Some(Setting::Both) => self.pick("INT/EXT", "内外景"),
            Some(Setting::Establishing) => self.pick("EST", "定场"),
            None => self.unsaid(),
        }
    }

    fn light(self, light: Option<Light>) -> String {
        match light {
            Some(Light::Day) => self.pick("Day", "日"),
            Some(Light::Night) => self.pick("Night", "夜"),
            Some(Light::Dawn) => self.pick("Dawn", "晨"),
            Some(Light::Dusk) => self.pick("Dusk", "黄昏"),
            None => self.unsaid(),
        }
    }

    fn matter(self, matter: Matter) -> String {
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

    fn yes(self) -> String {
        self.pick("yes", "是")
    }

    fn amount(self, amount: Amount) -> String {
        amount.counted(self.script).to_string()
    }

    fn list(self, items: &[String]) -> String {
        items.join(&self.pick("; ", "、"))
    }

    /// The numbers of scenes that are known by their ordinals.
    fn numbers(self, tally: &Tally, ordinals: &[usize]) -> String {
        let numbers: Vec<String> = ordinals
            .iter()
            .filter_map(|ordinal| tally.scenes.get(ordinal.checked_sub(1)?))
            .map(|scene| scene.number.clone())
            .collect();
        guarded(&self.list(&numbers))
    }
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::{pages::PageOptions, tally::tally};
    use proptest::prelude::*;

    use super::*;

    fn english(text: &str, wanted: Report) -> String {
        let tally = tally(text, &PageOptions::of(Language::English));
        report(&tally, wanted, Language::English, false).expect("a table")
    }

    const QUAY: &str = "INT. BOOTH - DAY #4#\n= She opens.\n\nRain falls.\n\nMARA\nIt sticks, \
        always.\n\nOLLE\nYes.\n\nEXT. QUAY - NIGHT\n\nFog.\n\nMARA\nGo.\n\n.OMITTED #9#\n";

    #[test]
    fn every_report_is_a_table() {
        assert_eq!(
            english(QUAY, Report::Scenes),
            "Scene,Heading,Int/Ext,Location,Time,Day/Night,Eighths of a page,Lines of dialogue,\
             Dialogue (words),Action (words),Speaking,Synopsis,Omitted\r\n\
             4,INT. BOOTH - DAY,INT,BOOTH,DAY,Day,1,2,4,2,MARA; OLLE,She opens.,\r\n\
             5,EXT. QUAY - NIGHT,EXT,QUAY,NIGHT,Night,1,1,1,1,MARA,,\r\n\
             9,OMITTED,,,,,1,0,0,0,,,yes\r\n"
        );
        assert_eq!(
            english(QUAY, Report::Characters),
            "Character,Lines of dialogue,Words,Scenes,In scenes\r\n\
             MARA,2,4,2,4; 5\r\nOLLE,1,1,1,4\r\n"
        );
        assert_eq!(
            english(QUAY, Report::Locations),
            "Location,Int/Ext,Scenes,By day,By night,Eighths of a page,In scenes\r\n\
             BOOTH,INT,1,1,0,1,4\r\nQUAY,EXT,1,0,1,1,5\r\n"
        );
        assert_eq!(
            english(QUAY, Report::Dialogue),
            "Part,Count,Words,Percent\r\nDialogue,3,5,33.3\r\nAction,2,3,20.0\r\n\
             Parentheticals,0,0,0.0\r\nHeadings,3,7,46.7\r\nTransitions,0,0,0.0\r\n"
        );
        assert_eq!(
            english(QUAY, Report::DayNight),
            "Day/Night,Scenes,Eighths of a page\r\nDay,1,1\r\nNight,1,1\r\nDawn,0,0\r\nDusk,0,0\r\n"
        );
        assert_eq!(
            english(QUAY, Report::IntExt),
            "Int/Ext,Scenes,Eighths of a page\r\nINT,1,1\r\nEXT,1,1\r\nINT/EXT,0,0\r\nEST,0,0\r\n"
        );
        for wanted in Report::ALL {
            assert_eq!(Report::named(wanted.name()), Some(wanted));
            assert_eq!(english("", wanted).matches("0.0").count() % 5, 0);
        }
    }

    #[test]
    fn a_chinese_script_is_counted_in_characters_under_chinese_headings() {
        let text = ".内景 售票亭 日\n\n雾。\n\n@玛拉\n别说话。\n\n.外景 码头 夜\n\n@玛拉\n走。\n";
        let tally = tally(text, &PageOptions::of(Language::Chinese));
        assert_eq!(
            report(&tally, Report::Characters, Language::Chinese, true),
            Ok("\u{feff}人物,台词段数,字数,场数,所在场次\r\n玛拉,2,6,2,1、2\r\n".into())
        );
        let light = report(&tally, Report::DayNight, Language::Chinese, false).expect("a table");
        assert!(
            light.starts_with("日夜,场数,篇幅（八分之一页）\r\n日,1,"),
            "{light}"
        );
        // The headings are the person's, the measure is the script's.
        let mixed = report(&tally, Report::Characters, Language::English, false).expect("a table");
        assert!(mixed.starts_with("Character,Lines of dialogue,Characters of text,"));
    }

    #[test]
    fn no_cell_is_a_formula() {
        let text = "INT. =SUM(A1) - DAY\n= +1\n\n@=HYPERLINK\nHi.\n";
        for wanted in [Report::Scenes, Report::Characters, Report::Locations] {
            let table = english(text, wanted);
            let bare = [",=", ",+", ",@", ",\"=", "\n=", "\n@", "\n\"="];
            assert!(!bare.iter().any(|start| table.contains(start)), "{table}");
            assert!(table.contains("'=") || table.contains("'@"), "{table}");
        }
    }

    proptest! {
        #[test]
        fn any_script_gives_rows_of_one_width(
            text in "(INT\\. [A-Z,\"=+@-]{0,6} - DAY\n\n|@[=a-z\",甲]{1,4}\n[a-z]{1,4}\n\n|= [-+=\"]\n|\\.[=@\t]x\n\n){0,12}"
        ) {
            for wanted in Report::ALL {
                let table = english(&text, wanted);
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
                for row in reader.records() {
                    let row = row.expect("a sound row");
                    prop_assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t'])));
                }
            }
        }
    }
}
