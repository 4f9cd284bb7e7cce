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

#[test]
fn reports_are_printed_in_both_languages() {
    let home = Home::new();
    let file = home.file("ferry.fountain", FERRY);
    for language in ["en", "zh-CN"] {
        let out = home.file("report.pdf", "");
        let arguments = [
            "report",
            &file,
            "--kind",
            "all",
            "--format",
            "pdf",
            "--out",
            &out,
            "--language",
            language,
        ];
        let run = home.ink(&arguments).with(0);
        assert!(run.err.contains("report.pdf"), "{}", run.err);
        let bytes = std::fs::read(&out).unwrap();
        assert!(bytes.starts_with(b"%PDF"));
    }
    let run = home
        .ink(&["report", &file, "--format", "pdf", "--json"])
        .with(1);
    assert_eq!(run.error_code(), "bad_request");
    let run = home
        .ink(&["report", &file, "--kind", "all", "--json"])
        .with(1);
    assert_eq!(run.error_code(), "bad_request");
    let out = home.file("scenes.csv", "");
    home.ink(&["report", &file, "--bom", "-o", &out]).with(0);
    assert!(
        std::fs::read_to_string(out)
            .unwrap()
            .starts_with("\u{feff}Scene,")
    );
}

#[test]
fn two_scripts_are_compared_by_scene_and_element() {
    let home = Home::new();
    let old = home.file("old.fountain", FERRY);
    let new = home.file(
        "new.fountain",
        "INT. BOOTH - DAY\n= She opens.\n\nRain.\n\nMARA\nIt always sticks.\n\n\
         EXT. BRIDGE - DAWN\n\nFog, and nobody there.\n",
    );
    let run = home.ink(&["compare", &old, &new]).with(0);
    assert_eq!(
        run.out,
        "Scenes: 1 added, 1 removed, 0 moved, 1 changed\n\n~ INT. BOOTH - DAY (1)\n    - It sticks.\n    \
         + It always sticks.\n\n+ EXT. BRIDGE - DAWN (2)\n\n- EXT. QUAY - NIGHT (2)\n"
    );
    let found = home.ink(&["compare", &old, &new, "--json"]).with(0).json();
    assert_eq!(found["scenes"][0]["change"], "changed");
    let run = home
        .ink(&["compare", &old, &old, "--language", "zh-CN"])
        .with(0);
    assert_eq!(run.out, "各场都相同。\n");
    let fdx = home.file("quay.fdx", FDX);
    let found = home
        .ink(&["compare", &fdx, &new, "--scenes", "--json"])
        .with(0)
        .json();
    assert!(found["added"].as_u64().unwrap() > 0);
    let run = home
        .ink(&["compare", &old, "nowhere.fdx", "--json"])
        .with(1);
    assert_eq!(run.error_code(), "file_unreadable");
}
