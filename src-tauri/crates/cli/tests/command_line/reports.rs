//! Scripts in numbers.

use crate::home::Home;

const FDX: &str = include_str!("../../../formats/tests/fixtures/quay.fdx");
const FERRY: &str = "INT. BOOTH - DAY\n= She opens.\n\nRain.\n\nMARA\nIt sticks.\n\n\
                     EXT. QUAY - NIGHT\n\nMARA\nGo.\n";

#[test]
fn a_script_is_counted_without_a_library() {
    let home = Home::new();
    let file = home.file("ferry.fountain", FERRY);
    let run = home.ink(&["report", &file, "--kind", "characters"]).with(0);
    assert_eq!(
        run.out,
        "Character,Lines of dialogue,Words,Scenes,In scenes\r\nMARA,2,3,2,1; 2\r\n"
    );
    let run = home.ink(&["report", &file, "--bom"]).with(0);
    assert!(run.out.starts_with("\u{feff}Scene,Heading,"), "{}", run.out);
    assert_eq!(run.out.lines().count(), 3);
    for kind in [
        "scenes",
        "characters",
        "locations",
        "dialogue",
        "day-night",
        "int-ext",
    ] {
        let arguments = ["report", &file, "--kind", kind, "--format", "json"];
        let report = home.ink(&arguments).with(0).json();
        assert_eq!(report["kind"], kind);
        assert_eq!(report["language"], "en");
        assert!(!report["rows"].as_array().unwrap().is_empty());
        // The same, said in the way of all commands.
        let arguments = ["report", &file, "--kind", kind, "--json"];
        assert_eq!(home.ink(&arguments).with(0).json(), report);
    }
    assert!(!home.library().exists());
}

#[test]
fn a_chinese_script_is_counted_in_characters() {
    let home = Home::new();
    let text = ".内景 售票亭 日\n\n雾。\n\n@玛拉\n别说话。\n";
    let arguments = ["report", "-", "--kind", "characters", "--language", "zh-CN"];
    let run = home.ink_reading(&arguments, text).with(0);
    assert_eq!(
        run.out,
        "人物,台词段数,字数,场数,所在场次\r\n玛拉,1,4,1,1\r\n"
    );
    let arguments = ["report", "-", "--kind", "int-ext", "--json"];
    let report = home.ink_reading(&arguments, text).with(0).json();
    assert_eq!(report["language"], "zh-CN");
    assert_eq!(report["rows"][0]["value"], "interior");
    assert_eq!(report["rows"][0]["scenes"], 1);
}

#[test]
fn scripts_of_other_programs_are_counted_too() {
    let home = Home::new();
    let file = home.file("quay.fdx", FDX);
    let report = home.ink(&["report", &file, "--json"]).with(0).json();
    assert!(!report["rows"].as_array().unwrap().is_empty());
    let run = home.ink(&["report", "nowhere.fountain", "--json"]).with(1);
    assert_eq!(run.error_code(), "file_unreadable");
}
