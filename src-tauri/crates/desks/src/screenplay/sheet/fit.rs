//! A beat sheet put into a script: around what stands there, and never over it.

use inkstone_manuscript::{
    Language,
    board::{Board, BoardError, Rearranged},
};

use super::{BeatSheet, SheetBeat, SheetPart};

/// A script with a sheet in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The change of the text.
    pub change: Rearranged,
    /// How many sections were added.
    pub sections: usize,
    /// How many beats.
    pub beats: usize,
}

/// Puts a sheet into a script. `None`: all of it is there. `lengths` are those of its scenes, in
/// order, in eighths of a page.
///
/// A script without sections gets the sheet's parts as sections, each before the scene that begins
/// nearest to where the part falls; one without scenes, at its end. A script that has sections
/// keeps them: each beat goes into the section of its part's name, else into the one in which it
/// falls. Beats stand at the head of their section, as `= name: explanation`. One whose name begins
/// a synopsis of the script already is not added again.
///
/// # Errors
/// [`BoardError::ReadsOtherwise`], if the text is such that nothing can be put there.
pub fn fit(
    sheet: &BeatSheet,
    text: &str,
    lengths: &[u32],
    language: Language,
) -> Result<Option<Fitted>, BoardError> {
    let board = Board::of(text);
    let known = |beat: &&SheetBeat| {
        !board.cards.iter().any(|card| {
            let said = card.synopsis.lines();
            said.into_iter().any(|line| begins(line, beat))
        })
    };
    let (mut sections, mut beats) = (0, 0);
    let mut inserts: Vec<(usize, String)> = Vec::new();
    if board.columns.len() == 1 {
        let mut at = board.columns[0].head;
        for (n, part) in sheet.parts.iter().enumerate() {
            if n > 0 {
                at = at.max(nearest_scene(&board, text, lengths, part.from));
            }
            let mut said = format!("# {}", part.name.of(language));
            for beat in part.beats.iter().filter(known) {
                beats += 1;
                said.push_str("\n\n");
                said.push_str(&line(beat, language));
            }
            sections += 1;
            inserts.push((at, said));
        }
    } else {
        let starts = starts(&board, lengths);
        for part in &sheet.parts {
            let own = board.columns.iter().position(|c| is(&c.title, part));
            for beat in part.beats.iter().filter(known) {
                let column = own.unwrap_or_else(|| column_at(&board, &starts, beat.from));
                let at = board.beat_place(column).ok_or(BoardError::NoPlace)?;
                beats += 1;
                inserts.push((at, line(beat, language)));
            }
        }
        inserts.sort_by_key(|(at, _)| *at);
    }
    if inserts.is_empty() {
        return Ok(None);
    }
    Ok(Some(Fitted {
        change: board.insert(text, &inserts)?,
        sections,
        beats,
    }))
}

fn line(beat: &SheetBeat, language: Language) -> String {
    let colon = match language {
        Language::English => ": ",
        Language::Chinese => "：",
    };
    let (name, about) = (beat.name.of(language), beat.about.of(language));
    if about.is_empty() {
        format!("= {name}")
    } else {
        format!("= {name}{colon}{about}")
    }
}

/// Whether a synopsis begins with a beat's name, in either language.
fn begins(line: &str, beat: &SheetBeat) -> bool {
    beat.name.both().iter().any(|name| {
        let rest = line.trim().strip_prefix(name);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

fn is(title: &str, part: &SheetPart) -> bool {
    let title = title.trim().to_lowercase();
    !title.is_empty()
        && part
            .name
            .both()
            .iter()
            .any(|name| name.to_lowercase() == title)
}

/// Where scenes begin, as parts of the whole, by card; and the whole.
fn scene_starts(board: &Board, lengths: &[u32]) -> Vec<(usize, f64)> {
    let whole: u32 = lengths.iter().sum();
    let mut before = 0_u32;
    let mut found = Vec::new();
    for (n, card) in board.cards.iter().enumerate() {
        // What stands behind an omitted scene without heading is read as the scene's before it.
        let Some(scene) = card.scene else {
            continue;
        };
        found.push((n, f64::from(before) / f64::from(whole.max(1))));
        before = before.saturating_add(lengths.get(scene).copied().unwrap_or(0));
    }
    found
}

/// The border of scenes that is nearest to a place of the script, in bytes.
fn nearest_scene(board: &Board, text: &str, lengths: &[u32], percent: f64) -> usize {
    let starts = scene_starts(board, lengths);
    if starts.is_empty() {
        return text.len();
    }
    let wanted = percent / 100.0;
    starts
        .iter()
        .map(|(card, start)| (board.cards[*card].range.start, *start))
        .chain([(text.len(), 1.0)])
        .min_by(|a, b| (a.1 - wanted).abs().total_cmp(&(b.1 - wanted).abs()))
        .map_or(text.len(), |(at, _)| at)
}

/// Where columns begin, as parts of the whole: with their first scene, or the next one's.
fn starts(board: &Board, lengths: &[u32]) -> Vec<f64> {
    let scenes = scene_starts(board, lengths);
    let columns = board.columns.len();
    if scenes.is_empty() {
        // Nothing says how long they are: each has as much as the others.
        let named = u32::try_from(columns - 1).unwrap_or(1).max(1);
        return (0..=named)
            .map(|n| f64::from(n.saturating_sub(1)) / f64::from(named))
            .collect();
    }
    board
        .columns
        .iter()
        .map(|column| {
            let first = scenes.iter().find(|(card, _)| *card >= column.cards.start);
            first.map_or(1.0, |(_, start)| *start)
        })
        .collect()
}

/// The last named column that begins before a place.
fn column_at(board: &Board, starts: &[f64], percent: f64) -> usize {
    let at = percent / 100.0;
    // A place on a border belongs to what begins there.
    let reached = |n: &usize| starts.get(*n).is_some_and(|start| *start <= at + 1e-9);
    (1..board.columns.len()).rfind(reached).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::{board::CardKind, fountain, pages::PageOptions, tally::tally};
    use proptest::prelude::*;

    use super::*;

    fn sheet(id: &str) -> BeatSheet {
        let mut all = BeatSheet::shipped().into_iter();
        all.find(|sheet| sheet.id == id).expect("a sheet")
    }

    fn lengths(text: &str) -> Vec<u32> {
        let found = tally(text, &PageOptions::of(Language::English));
        found.scenes.iter().map(|scene| scene.length.0).collect()
    }

    fn fitted(id: &str, text: &str, language: Language) -> Option<String> {
        let found = fit(&sheet(id), text, &lengths(text), language).expect("it fits");
        found.map(|found| found.change.apply(text))
    }

    fn script(scenes: usize) -> String {
        (0..scenes)
            .map(|n| format!("INT. ROOM {n} - DAY\n\nThey talk.\n\n"))
            .collect()
    }

    #[test]
    fn an_empty_script_gets_sections_and_beats() {
        let text = fitted("three-acts", "", Language::English).expect("put in");
        assert!(
            text.starts_with("# Act One\n\n= Ordinary life: Who this is about"),
            "{text}"
        );
        let board = Board::of(&text);
        let columns: Vec<(&str, usize)> = board
            .columns
            .iter()
            .map(|c| (c.title.as_str(), c.cards.len()))
            .collect();
        assert_eq!(
            columns,
            [("", 0), ("Act One", 3), ("Act Two", 4), ("Act Three", 3)]
        );
        // Once is enough.
        assert_eq!(fitted("three-acts", &text, Language::English), None);
        assert_eq!(fitted("three-acts", &text, Language::Chinese), None);
        let chinese =
            fitted("qi-cheng-zhuan-he", "Title: 渡口\n", Language::Chinese).expect("put in");
        assert!(
            chinese.starts_with("Title: 渡口\n\n# 起\n\n= 破题：开门见山"),
            "{chinese}"
        );
    }

    #[test]
    fn parts_stand_before_the_scenes_that_are_nearest() {
        let text = fitted(
            "three-acts",
            &format!("FADE IN:\n\n{}", script(8)),
            Language::English,
        );
        let text = text.expect("put in");
        let board = Board::of(&text);
        let scenes: Vec<usize> = board
            .columns
            .iter()
            .map(|c| {
                board.cards[c.cards.clone()]
                    .iter()
                    .filter(|c| c.scene.is_some())
                    .count()
            })
            .collect();
        assert_eq!(scenes, [0, 2, 4, 2]);
        assert!(text.starts_with("# Act One\n\n= Ordinary life"), "{text}");
        assert!(text.contains("\n\nFADE IN:\n\nINT. ROOM 0"), "{text}");
    }

    #[test]
    fn sections_that_are_there_stay_and_beats_go_where_they_fall() {
        let own = format!(
            "# Beginning\n\n= Mine.\n\n{}# END\n\n{}",
            script(4),
            script(4)
        );
        let text = fitted("three-acts", &own, Language::English).expect("put in");
        let board = Board::of(&text);
        let columns: Vec<(&str, usize)> = board
            .columns
            .iter()
            .map(|c| {
                let beats = board.cards[c.cards.clone()].iter();
                (
                    c.title.as_str(),
                    beats.filter(|c| c.kind == CardKind::Beat).count(),
                )
            })
            .collect();
        // Beats at 48 percent and before stand in the first half.
        assert_eq!(columns, [("", 0), ("Beginning", 6), ("END", 5)]);
        assert!(text.contains("= Mine.\n\n= Ordinary life"), "{text}");
        // A section of a part's name takes that part's beats, wherever it stands.
        let named = format!("# act three\n\n{}# Other\n\n{}", script(4), script(4));
        let text = fitted("three-acts", &named, Language::English).expect("put in");
        assert!(text.starts_with("# act three\n\n= Ordinary life"), "{text}");
        assert!(text.find("= What is left").unwrap() < text.find("# Other").unwrap());
    }

    proptest! {
        #[test]
        fn nothing_of_the_text_is_lost_whatever_it_is(
            lines in prop::collection::vec(prop_oneof![
                Just("INT. A - DAY"), Just(".丙 夜 外"), Just(".OMITTED #3#"), Just("# Act"),
                Just("## 段落"), Just("= What happens."), Just("MARA"), Just("Words here."),
                Just("[[n]]"), Just("/* a\nb */"), Just("Title: X"), Just("FADE IN:"),
                Just("/* omitted\nINT. B - DAY\n\nx\n*/"), Just(""), Just(""), Just(""),
            ], 0..30),
            which in 0..6_usize,
            crlf in any::<bool>(),
        ) {
            let text = lines.join(if crlf { "\r\n" } else { "\n" });
            let sheet = &BeatSheet::shipped()[which];
            let Ok(Some(found)) = fit(sheet, &text, &lengths(&text), Language::English) else {
                return Ok(());
            };
            let new = found.change.apply(&text);
            let headings = |text: &str| -> Vec<(String, bool)> {
                let scenes = fountain::scenes(text).into_iter();
                scenes.map(|s| (s.heading, s.has_text)).collect()
            };
            prop_assert_eq!(headings(&text), headings(&new));
            // Taking out what came in gives the text back.
            let mut rest = String::new();
            for piece in found.change.pieces() {
                if let inkstone_manuscript::board::Piece::Kept(range) = piece {
                    rest.push_str(&text[range.clone()]);
                }
            }
            prop_assert_eq!(rest, text);
            prop_assert_eq!(fit(sheet, &new, &lengths(&new), Language::English), Ok(None));
        }
    }
}
