//! A script's scenes as a list, and beat sheets.

use std::path::Path;

use inkstone_studio::{
    Studio,
    board::{CardKind, dto::BoardDto, sheets::Sheets},
    inputs::Id,
};

use crate::{
    arguments::{Beats, Scenes},
    failure::Failure,
    input,
    output::Output,
    session::Session,
};

/// What beats are laid out on, unless a number is given.
const USUAL_PAGES: u32 = 110;

/// `ink scenes`
pub async fn scenes(wanted: Scenes, session: &Session, output: &Output) -> Result<(), Failure> {
    let path = Path::new(&wanted.script);
    let board = if path == Path::new("-") {
        Studio::board_of_text(&input::text(path)?)
    } else if path.is_file() {
        Studio::board_of_file(path)?
    } else {
        let studio = session.open_reading().await?;
        let id = studio.find_draft(wanted.script).await?;
        studio.board(Id { id }).await?
    };
    if output.json {
        return output.value(&board);
    }
    output.text(&listed(&board, output))
}

/// One line for each scene, under the titles of the columns; beats are left to `--json`.
fn listed(board: &BoardDto, output: &Output) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    let mut line = |text: &str| {
        // A string takes whatever is written to it.
        let _ = writeln!(out, "{}", text.trim_end());
    };
    for (column, at) in board.columns.iter().zip(0..) {
        if column.depth > 0 {
            line(&format!(
                "{} {}",
                "#".repeat(column.depth as usize),
                column.title
            ));
        }
        for card in board.cards.iter().filter(|card| card.column == at) {
            if card.kind == CardKind::Beat {
                continue;
            }
            let mut said = format!(
                "{:>5}  {:>6}  {}",
                card.number,
                eighths(card.eighths),
                card.heading
            );
            if card.kind == CardKind::Omitted {
                said = format!("{said}  ({})", output.words.omitted());
            }
            for more in [
                card.color.map(|color| color.name().to_owned()),
                Some(card.characters.join(", ")).filter(|names| !names.is_empty()),
            ]
            .into_iter()
            .flatten()
            {
                said.push_str("  · ");
                said.push_str(&more);
            }
            line(&said);
            for synopsis in card.synopsis.lines() {
                line(&format!("{:15}= {synopsis}", ""));
            }
        }
    }
    out
}

fn eighths(length: u32) -> String {
    match (length / 8, length % 8) {
        (0, 0) => String::new(),
        (whole, 0) => whole.to_string(),
        (0, part) => format!("{part}/8"),
        (whole, part) => format!("{whole} {part}/8"),
    }
}

/// `ink beats`
pub fn beats(wanted: &Beats, session: &Session, output: &Output) -> Result<(), Failure> {
    let sheets = Sheets::beside(&session.library_path()?);
    let pages = wanted.pages.unwrap_or(USUAL_PAGES);
    let Some(name) = &wanted.sheet else {
        let all = sheets.dto(output.language, pages);
        for bad in &all.unreadable {
            output.note(&output.words.bad_sheet(&bad.file, &bad.reason));
        }
        if output.json {
            return output.value(&all);
        }
        let mut out = String::new();
        for sheet in &all.sheets {
            out.push_str(&format!(
                "{:20}{}\n{:20}{}\n",
                sheet.id, sheet.name, "", sheet.about
            ));
        }
        return output.text(&out);
    };
    let sheet = sheets.named(name)?;
    if let Some(file) = &wanted.file {
        let text = input::text(file)?;
        let (text, sections, beats) = Studio::with_beats(sheet, &text)?;
        output.note(&output.words.beats_put_in(sections, beats));
        if output.json {
            return output.value(&serde_json::json!({
                "sheet": sheet.id, "sections": sections, "beats": beats, "text": text,
            }));
        }
        return output.text(&text);
    }
    let all = sheets.dto(output.language, pages);
    let Some(shown) = all.sheets.iter().find(|s| s.id == sheet.id) else {
        return Ok(());
    };
    if output.json {
        return output.value(shown);
    }
    let page = |first: u32, last: u32| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}–{last}")
        }
    };
    let mut out = format!("{}\n{}\n", shown.name, shown.about);
    for part in &shown.parts {
        out.push_str(&format!(
            "\n# {}  ({})\n",
            part.name,
            output.words.page(&part.page.to_string())
        ));
        for beat in &part.beats {
            out.push_str(&format!(
                "{:>9}  {}\n",
                page(beat.first, beat.last),
                beat.name
            ));
            if !beat.about.is_empty() {
                out.push_str(&format!("{:11}{}\n", "", beat.about));
            }
        }
    }
    output.text(&out)
}
