//! Reports over scripts of our own.

use inkstone_manuscript::{
    pages::{PageOptions, Paper},
    tally::tally,
};
use proptest::prelude::*;

use super::*;
use crate::pdf::PdfInfo;

fn english(text: &str, wanted: Report) -> String {
    let tally = tally(text, &PageOptions::of(Language::English));
    csv(&tally, wanted, Language::English, false).expect("a table")
}

const QUAY: &str = "INT. BOOTH - DAY #4#\n= She opens.\n\nRain falls.\n\nMARA\nIt sticks, \
    always.\n\nOLLE\nYes.\n\nEXT. QUAY - NIGHT\n\nFog.\n\nMARA\nGo.\n\n.OMITTED #9#\n";

#[test]
fn every_report_is_a_table() {
    assert_eq!(
        english(QUAY, Report::Scenes),
        "Scene,Heading,Int/Ext,Location,Time,Day/Night,Page,Eighths of a page,Lines of dialogue,\
         Dialogue (words),Action (words),Speaking,Named in action,Synopsis,Omitted\r\n\
         4,INT. BOOTH - DAY,INT,BOOTH,DAY,Day,1,1,2,4,2,MARA; OLLE,,She opens.,\r\n\
         5,EXT. QUAY - NIGHT,EXT,QUAY,NIGHT,Night,1,1,1,1,1,MARA,,,\r\n\
         9,OMITTED,,,,,1,1,0,0,0,,,,yes\r\n"
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
        csv(&tally, Report::Characters, Language::Chinese, true),
        Ok("\u{feff}人物,台词段数,字数,场数,所在场次\r\n玛拉,2,6,2,1、2\r\n".into())
    );
    let light = csv(&tally, Report::DayNight, Language::Chinese, false).expect("a table");
    assert!(
        light.starts_with("日夜,场数,篇幅（八分之一页）\r\n日,1,"),
        "{light}"
    );
    // The headings are the person's, the measure is the script's.
    let mixed = csv(&tally, Report::Characters, Language::English, false).expect("a table");
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
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
            for row in reader.records() {
                let row = row.expect("a sound row");
                prop_assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t'])));
            }
        }
    }
}

fn long_script() -> String {
    let scene = |n: usize| {
        format!(
            "INT. ROOM {n} WITH A LONG NAME THAT GOES ON - DAY\n= She looks for the letter under the tin and \
             finds nothing at all there.\n\nRain.\n\nMARA\nWhere?\n\nOLLE\nHere.\n\n"
        )
    };
    (1..60).map(scene).collect()
}

fn printed(text: &str, reports: &[Report], language: Language, title: &str) -> PrintedReport {
    let tally = tally(text, &PageOptions::of(language));
    pages(&tally, reports, title, Paper::A4, language)
}

#[test]
fn what_is_printed_stays_on_its_sheets_and_is_all_there() {
    for (reports, title) in [(&Report::ALL[..], "The Ferry"), (&[Report::Scenes], "")] {
        let found = printed(&long_script(), reports, Language::English, title);
        let (pages, setting) = found.parts();
        assert!(pages.pages.len() > 2);
        assert_eq!(pages.pages.len(), setting.roles.len());
        let mut rows = 0;
        for (page, roles) in pages.pages.iter().zip(&setting.roles) {
            assert_eq!(page.lines.len(), roles.len());
            for line in &page.lines {
                assert!(line.y > 0 && line.y < pages.sheet.height, "{line:?}");
                let last = line
                    .letters(pages.language)
                    .last()
                    .map_or(0, |l| l.x + l.advance);
                assert!(line.x >= 540 && last <= pages.sheet.width - 500, "{line:?}");
            }
            rows += page
                .lines
                .iter()
                .filter(|line| line.text().starts_with("INT. ROOM"))
                .count();
        }
        assert!(rows >= 59, "{rows}");
        assert_eq!(pages.outline.len(), reports.len());
        let made = print(&found, &PdfInfo::default(), &[]).expect("a file");
        assert_eq!(made.report.pages, pages.pages.len());
        assert!(made.bytes.starts_with(b"%PDF"));
        assert_eq!(
            made.bytes,
            print(&found, &PdfInfo::default(), &[])
                .expect("again")
                .bytes
        );
    }
}

#[test]
fn any_text_ends_on_paper() {
    let word = "x".repeat(3_000);
    let han = "墨石雨夜，".repeat(4_000);
    for text in [
        String::new(),
        format!("INT. {word} - DAY\n= {han}\n"),
        format!(".内景 {han} 日\n\n@{han}\n嗯。\n"),
    ] {
        for language in Language::ALL {
            let found = printed(&text, &Report::ALL, language, &han);
            let said: usize = found
                .parts()
                .0
                .pages
                .iter()
                .map(|page| page.lines.len())
                .sum();
            assert!(said >= Report::ALL.len());
            print(&found, &PdfInfo::default(), &[]).expect("a file");
        }
    }
}

#[test]
fn a_chinese_report_breaks_between_characters_and_not_before_a_stop() {
    let text = ".内景 售票亭 日\n= 她打开一只旧铁盒，里面是一沓信，最上面那封没有写地址，她看了很久，又把它放回去，盖上了盖子。窗外的雨一直没有停，灯在雾里一明一暗，像有人在数数。\n\n@玛拉\n别说话。\n";
    let found = printed(text, &[Report::Scenes], Language::Chinese, "渡口");
    let lines: Vec<String> = found.parts().0.pages[0]
        .lines
        .iter()
        .map(inkstone_manuscript::pages::Line::text)
        .collect();
    assert_eq!(lines[0], "场景表");
    assert!(lines[1].starts_with("渡口   全剧"), "{}", lines[1]);
    assert!(
        lines.iter().all(|line| !line.starts_with(['，', '。'])),
        "{lines:?}"
    );
    assert!(lines.iter().any(|line| line.contains("旧铁盒")));
}
