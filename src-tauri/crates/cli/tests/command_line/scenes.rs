//! Scenes as a list, and beat sheets.

use crate::home::Home;

const FERRY: &str = "# One\n\nINT. BOOTH - DAY #3#\n[[color: blue]]\n= She opens.\n\nRain.\n\nMARA\nIt sticks.\n\n\
                     .OMITTED #4#\n\n/* omitted\nEXT. QUAY - NIGHT #4#\n\nMARA\nGo.\n\n*/\n";

#[test]
fn scenes_are_listed_without_a_library() {
    let home = Home::new();
    let file = home.file("ferry.fountain", FERRY);
    let run = home.ink(&["scenes", &file]).with(0);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines[0], "# One");
    assert!(
        lines[1].starts_with("    3     1/8  INT. BOOTH - DAY  · blue  · MARA"),
        "{}",
        lines[1]
    );
    assert_eq!(lines[2].trim(), "= She opens.");
    assert!(
        lines[3].ends_with("EXT. QUAY - NIGHT  (omitted)"),
        "{}",
        lines[3]
    );
    let board = home
        .ink_reading(&["scenes", "-", "--json"], FERRY)
        .with(0)
        .json();
    assert_eq!(board["cards"][1]["kind"], "omitted");
    assert_eq!(board["cards"][0]["color"], "blue");
    assert!(!home.library().exists());
}

#[test]
fn beat_sheets_are_shown_and_put_into_a_script() {
    let home = Home::new();
    let run = home.ink(&["beats"]).with(0);
    assert_eq!(run.out.lines().count(), 12, "{}", run.out);
    let run = home
        .ink(&["beats", "fifteen-beats", "--pages", "100"])
        .with(0);
    assert!(
        run.out.contains("11–11") || run.out.contains("  11  The knock"),
        "{}",
        run.out
    );
    let arguments = ["beats", "起承转合", "--language", "zh-CN"];
    let run = home.ink(&arguments).with(0);
    assert!(run.out.contains("# 转  (从第 61 页起)"), "{}", run.out);
    let run = home
        .ink_reading(&["beats", "three-acts", "-"], FERRY)
        .with(0);
    assert!(
        run.out.starts_with("# One\n\n= Ordinary life: "),
        "{}",
        run.out
    );
    assert!(run.out.ends_with("*/\n"), "{}", run.out);
    let run = home.ink(&["beats", "nine-acts"]).with(1);
    assert!(run.err.contains("nine-acts"), "{}", run.err);
}
