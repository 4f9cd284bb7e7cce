//! Scripts and what they are counted as.

use proptest::prelude::*;

use super::*;

fn english(text: &str) -> Tally {
    tally(text, &PageOptions::of(Language::English))
}

const FERRY: &str = "Title: The Ferry\n\nFADE IN:\n\n# One\n\nINT. BOOTH - DAY #4#\n= She opens.\n\n\
    Rain falls. [[how much?]]\n\nMARA (V.O.)\n(low)\nIt *always* sticks.\n\nOLLE ^\n~Row, row\n\n\
    MARA (CONT'D)\nDon't.\n\nCUT TO:\n\nEXT. QUAY - NIGHT\n\nFog.\n\nINT. Booth - LATER\n\nmara waits.\n\n\
    # Two\n\nA gull.\n\n.OMITTED #9#\n\n.THE LETTER\n\n> Closed <\n";

#[test]
fn a_script_is_counted_scene_by_scene() {
    let found = english(FERRY);
    let rows: Vec<String> = found
        .scenes
        .iter()
        .map(|s| {
            format!(
                "{} {} {:?} {:?} {:?} {} {} {} {} {}",
                s.number,
                s.heading,
                s.setting,
                s.location,
                s.light,
                s.omitted,
                s.speeches,
                s.dialogue.words,
                s.action.words,
                s.line
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            "4 INT. BOOTH - DAY Some(Interior) Some(\"BOOTH\") Some(Day) false 3 6 2 7",
            "5 EXT. QUAY - NIGHT Some(Exterior) Some(\"QUAY\") Some(Night) false 0 0 1 24",
            "6 INT. Booth - LATER Some(Interior) Some(\"Booth\") None false 0 0 2 28",
            "9 OMITTED None Some(\"OMITTED\") None true 0 0 0 36",
            "10 THE LETTER None Some(\"THE LETTER\") None false 0 0 1 38",
        ]
    );
    assert_eq!(found.scenes[0].synopsis.as_deref(), Some("She opens."));
    assert_eq!(found.scenes[0].characters, ["MARA", "OLLE"]);
    assert!(found.scenes.iter().all(|scene| scene.length.0 >= 1));
    assert!(found.scenes.iter().all(|scene| scene.page == "1"));
    assert!(FERRY[found.scenes[1].at..].starts_with("EXT. QUAY"));
    assert_eq!(
        found.characters,
        [
            CharacterTally {
                name: "MARA".into(),
                speeches: 2,
                dialogue: Amount::of("It always sticks. Don't."),
                scenes: vec![1],
            },
            CharacterTally {
                name: "OLLE".into(),
                speeches: 1,
                dialogue: Amount::of("Row, row"),
                scenes: vec![1],
            },
        ]
    );
}

#[test]
fn places_light_and_shares_leave_out_what_is_omitted() {
    let found = english(FERRY);
    let places: Vec<(&str, &[usize])> = found
        .locations
        .iter()
        .map(|place| (place.name.as_str(), place.scenes.as_slice()))
        .collect();
    assert_eq!(
        places,
        [("BOOTH", &[1, 3][..]), ("QUAY", &[2]), ("THE LETTER", &[5])]
    );
    assert_eq!(
        (found.locations[0].by_day, found.locations[0].by_night),
        (1, 0)
    );
    let lights: Vec<_> = found.lights.iter().map(|g| (g.value, g.scenes)).collect();
    assert_eq!(
        lights,
        [
            (Some(Light::Day), 1),
            (Some(Light::Night), 1),
            (Some(Light::Dawn), 0),
            (Some(Light::Dusk), 0),
            (None, 2)
        ]
    );
    let settings: Vec<usize> = found.settings.iter().map(|g| g.scenes).collect();
    assert_eq!(settings, [2, 1, 0, 0, 1]);
    let shares: Vec<(usize, usize)> = found
        .shares
        .iter()
        .map(|share| (share.count, share.amount.words))
        .collect();
    assert_eq!(shares, [(3, 6), (6, 10), (1, 1), (5, 12), (1, 2)]);
}

#[test]
fn who_is_named_without_speaking_is_told_apart() {
    let found = english(
        "INT. A - DAY\n\nMARA and Olle sit.\n\nMARA\nOlle?\n\nINT. B - DAY\n\nMara, alone.\n\n\
         INT. C - DAY\n\nOLLE\nMara!\n",
    );
    let named: Vec<&[String]> = found.scenes.iter().map(|s| s.named.as_slice()).collect();
    assert_eq!(named, [&["OLLE".to_owned()][..], &["MARA".to_owned()], &[]]);
    assert_eq!(found.characters[0].scenes, [1]);
}

#[test]
fn chinese_is_counted_in_characters() {
    let text = ".内景 售票亭 日\n\n雾。\n\n@玛拉\n（低声）\n**别**说话。\n\n@老奥（画外音）\n说什么？\n\n\
                .外景 码头 夜\n\n@玛拉\n走。\n";
    let found = tally(text, &PageOptions::of(Language::Chinese));
    assert_eq!(found.characters[0].name, "玛拉");
    assert_eq!(found.characters[0].speeches, 2);
    assert_eq!(found.characters[0].scenes, [1, 2]);
    assert_eq!(found.characters[0].dialogue.counted(found.language), 6);
    assert_eq!(found.characters[1].dialogue.characters, 4);
    assert_eq!(found.scenes[1].location.as_deref(), Some("码头"));
    assert_eq!(found.scenes[1].light, Some(Light::Night));
    assert_eq!(found.settings[0].scenes, 1);
    assert_eq!(found.settings[1].scenes, 1);
    assert_eq!(found.scenes[0].action.counted(Language::Chinese), 2);
}

#[test]
fn nothing_is_nothing() {
    let found = english("");
    assert_eq!(found.scenes, []);
    assert_eq!(found.length, Eighths(0));
    assert!(found.shares.iter().all(|share| share.count == 0));
}

proptest! {
    #[test]
    fn sums_agree_whatever_the_text(
        lines in prop::collection::vec(prop_oneof![
            Just("INT. A - DAY"), Just("EXT. B - NIGHT"), Just(".丙 夜 外"), Just(".OMITTED"),
            Just("# Act"), Just("MARA"), Just("@老秦"), Just("@"), Just("Words here."),
            Just("(beat)"), Just("/* a\nb */"), Just("[[n]]"), Just("> x <"), Just("~ la"),
            Just(""), Just(""), Just(""),
        ], 0..60),
    ) {
        let found = english(&lines.join("\n"));
        let played = found.scenes.iter().filter(|scene| !scene.omitted).count();
        let count = |all: &[usize]| all.iter().sum::<usize>();
        prop_assert_eq!(count(&found.lights.iter().map(|g| g.scenes).collect::<Vec<_>>()), played);
        prop_assert_eq!(count(&found.settings.iter().map(|g| g.scenes).collect::<Vec<_>>()), played);
        let in_scenes: usize = found.scenes.iter().map(|s| s.dialogue.words).sum();
        prop_assert!(in_scenes <= found.shares[0].amount.words);
        let spoken: usize = found.characters.iter().map(|c| c.speeches).sum();
        prop_assert!(spoken <= found.shares[0].count);
        for who in &found.characters {
            prop_assert!(who.scenes.windows(2).all(|two| two[0] < two[1]));
            for scene in &who.scenes {
                prop_assert!(found.scenes[scene - 1].characters.contains(&who.name));
            }
        }
    }
}
