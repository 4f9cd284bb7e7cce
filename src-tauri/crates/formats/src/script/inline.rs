//! Text with emphasis, notes and cuts in it.

use inkstone_manuscript::fountain::{self, Line, RunKind};

pub use fountain::Style;

/// A run of text in one style, or a note or cut that stands inside of a line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Piece {
    /// The text. Lines are separated by `\n`. Of a hidden piece the source, marks included.
    pub text: String,
    /// How it looks.
    pub style: Style,
    /// Whether it does not print: `[[note]]` or `/* cut */`.
    pub hidden: bool,
}

impl Piece {
    /// Text without emphasis.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            style: Style::default(),
            hidden: false,
        }
    }
}

/// The text of the pieces that print.
pub fn plain_text(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .filter(|piece| !piece.hidden)
        .map(|piece| piece.text.as_str())
        .collect()
}

/// Reads the inside of an element: emphasis, notes and cuts, as [`fountain::lines`] has them.
pub fn read(source: &str) -> Vec<Piece> {
    joined(
        fountain::lines_inside(source)
            .iter()
            .map(|line| of_line(source, line)),
    )
}

/// Lines one under the other.
pub(super) fn joined(lines: impl IntoIterator<Item = Vec<Piece>>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, line) in lines.into_iter().enumerate() {
        if index > 0 {
            push(&mut pieces, Piece::plain("\n"));
        }
        line.into_iter().for_each(|piece| push(&mut pieces, piece));
    }
    pieces
}

/// A line of an element of a text.
pub(super) fn of_line(text: &str, line: &Line) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut end = None;
    for run in &line.runs {
        // White space beside what is hidden is of no run.
        let gap = end.and_then(|end| text.get(end..run.range.start));
        if gap.is_some_and(|gap| gap.contains(parts_words)) {
            push(&mut pieces, Piece::plain(" "));
        }
        end = Some(run.range.end);
        let hidden = run.kind != RunKind::Text;
        let raw = if hidden {
            text.get(run.range.clone()).unwrap_or_default()
        } else {
            run.text
        };
        push(
            &mut pieces,
            Piece {
                text: raw.replace("\r\n", "\n").replace('\r', "\n"),
                style: run.style,
                hidden,
            },
        );
    }
    pieces
}

fn parts_words(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\n' | '\r')
}

/// Text that looks as the text before it joins that.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match pieces.last_mut() {
        Some(last) if !last.hidden && !piece.hidden && last.style == piece.style => {
            last.text.push_str(&piece.text);
        }
        _ if piece.text.is_empty() => {}
        _ => pieces.push(piece),
    }
}

/// The lines of a content; one inside of something hidden is none.
pub(crate) fn lines(content: &[Piece]) -> Vec<Vec<Piece>> {
    let mut lines: Vec<Vec<Piece>> = vec![Vec::new()];
    for piece in content {
        let parts = if piece.hidden {
            vec![piece.text.as_str()]
        } else {
            piece.text.split('\n').collect()
        };
        for (index, text) in parts.into_iter().enumerate() {
            if index > 0 {
                lines.push(Vec::new());
            }
            if let (false, Some(line)) = (text.is_empty(), lines.last_mut()) {
                line.push(Piece {
                    text: text.to_owned(),
                    ..piece.clone()
                });
            }
        }
    }
    lines
}

/// Writes pieces as Fountain. What the notation can't say (emphasis on white space alone, styles that
/// change right beside a literal `*` or `_`) is written plainly.
pub fn write(pieces: &[Piece]) -> String {
    let lines = lines(pieces);
    let written: Vec<String> = lines.iter().map(|line| write_line(line)).collect();
    written.join("\n")
}

fn write_line(pieces: &[Piece]) -> String {
    let plain = pieces
        .iter()
        .all(|piece| piece.hidden || piece.style == Style::default());
    let marks = pieces
        .iter()
        .any(|piece| !piece.hidden && piece.text.contains(['*', '_', '\\']));
    if plain && !marks && !opens_a_cut(&cells_of(pieces)) {
        return pieces.iter().map(|piece| piece.text.as_str()).collect();
    }
    let wanted = tightened(pieces);
    let mut without = wanted.clone();
    for (_, style) in &mut without {
        *style = Style::default();
    }
    for (cells, escaped) in [
        (&wanted, false),
        (&wanted, true),
        (&without, false),
        (&without, true),
    ] {
        // What opens here may be closed further down.
        if !escaped && (opens_a_cut(cells) || emphasis_opens_a_cut(cells)) {
            continue;
        }
        let line = marked(cells, escaped);
        if cells_of(&read(&line)) == *cells {
            return line;
        }
    }
    marked(&without, true)
}

/// Whether signs that print would hide what follows: a slash right before a star, two brackets before
/// a note.
fn opens_a_cut(cells: &[Cell]) -> bool {
    let mut pairs = cells.windows(2);
    pairs.any(|two| two[0].0 == "/" && two[1].0 == "*") || brackets_before_a_note(cells)
}

/// Whether the stars of emphasis would stand right behind a slash that prints.
fn emphasis_opens_a_cut(cells: &[Cell]) -> bool {
    let stars = |style: Style| (style.bold, style.italic);
    let none = ("", Style::default());
    let nexts = cells.iter().skip(1).chain([&none]);
    cells
        .iter()
        .zip(nexts)
        .any(|(cell, next)| cell.0 == "/" && stars(cell.1) != stars(next.1))
}

fn brackets_before_a_note(cells: &[Cell]) -> bool {
    let mut pairs = cells.windows(2);
    let brackets = pairs.position(|two| two[0].0 == "[" && two[1].0 == "[");
    brackets.is_some_and(|at| cells[at..].iter().any(|cell| cell.0.len() > 4))
}

/// A character or something hidden, and how it looks.
type Cell<'a> = (&'a str, Style);

fn cells_of(pieces: &[Piece]) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    for piece in pieces {
        if piece.hidden {
            cells.push((piece.text.as_str(), Style::default()));
        } else {
            for (at, c) in piece.text.char_indices() {
                cells.push((&piece.text[at..at + c.len_utf8()], piece.style));
            }
        }
    }
    cells
}

/// The cells with emphasis that neither starts nor ends in white space.
fn tightened(pieces: &[Piece]) -> Vec<Cell<'_>> {
    let mut cells = cells_of(pieces);
    let flags: [fn(&mut Style) -> &mut bool; 3] =
        [|s| &mut s.bold, |s| &mut s.italic, |s| &mut s.underline];
    for flag in flags {
        let mut at = 0;
        while at < cells.len() {
            let end = (at..cells.len())
                .find(|&i| !*flag(&mut cells[i].1))
                .unwrap_or(cells.len());
            let space = |cell: &Cell| cell.0.chars().all(char::is_whitespace);
            let first = (at..end).find(|&i| !space(&cells[i])).unwrap_or(end);
            let last = (first..end)
                .rfind(|&i| !space(&cells[i]))
                .map_or(first, |i| i + 1);
            for cell in cells[at..first].iter_mut() {
                *flag(&mut cell.1) = false;
            }
            for cell in cells[last..end].iter_mut() {
                *flag(&mut cell.1) = false;
            }
            at = end + 1;
        }
    }
    // Hidden pieces have no look of their own.
    for cell in &mut cells {
        if cell.0.len() > 3 && (cell.0.starts_with("[[") || cell.0.starts_with("/*")) {
            cell.1 = Style::default();
        }
    }
    cells
}

fn marked(cells: &[Cell], escaped: bool) -> String {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        Underline,
        Bold,
        Italic,
    }
    let sign = |mark| match mark {
        Mark::Underline => "_",
        Mark::Bold => "**",
        Mark::Italic => "*",
    };
    let has = |style: Style, mark| match mark {
        Mark::Underline => style.underline,
        Mark::Bold => style.bold,
        Mark::Italic => style.italic,
    };
    let bracketed = brackets_before_a_note(cells);
    let mut out = String::new();
    let mut open: Vec<Mark> = Vec::new();
    let none = ("", Style::default());
    for (index, &(text, style)) in cells.iter().chain([&none]).enumerate() {
        let mut marks = String::new();
        while let Some(lowest) = open.iter().position(|&mark| !has(style, mark)) {
            marks.extend(open.drain(lowest..).rev().map(sign));
        }
        let mut opening: Vec<(usize, Mark)> = [Mark::Underline, Mark::Bold, Mark::Italic]
            .into_iter()
            .filter(|&mark| has(style, mark) && !open.contains(&mark))
            .map(|mark| {
                let length = cells[index..]
                    .iter()
                    .take_while(|cell| has(cell.1, mark))
                    .count();
                (length, mark)
            })
            .collect();
        opening.sort_by_key(|&(length, _)| std::cmp::Reverse(length));
        for (_, mark) in opening {
            marks.push_str(sign(mark));
            open.push(mark);
        }
        if escaped && matches!(text, "*" | "_") {
            marks.push('\\');
        }
        if escaped && !marks.is_empty() {
            // Backslashes right before a mark count double.
            let slashes = out.len() - out.trim_end_matches('\\').len();
            out.push_str(&"\\".repeat(slashes));
        }
        // For these there is no escape: a word joiner parts them.
        if escaped
            && (out.ends_with('/') && marks.starts_with('*')
                || bracketed && out.ends_with('[') && text == "[")
        {
            out.push('\u{2060}');
        }
        out.push_str(&marks);
        out.push_str(text);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(source: &str) -> String {
        read(source)
            .iter()
            .map(|piece| {
                let s = piece.style;
                let marks: String = [(s.bold, 'b'), (s.italic, 'i'), (s.underline, 'u')]
                    .into_iter()
                    .filter_map(|(on, c)| on.then_some(c))
                    .collect();
                match (piece.hidden, marks.as_str()) {
                    (true, _) => format!("<{}>", piece.text),
                    (_, "") => piece.text.clone(),
                    (_, marks) => format!("{marks}({})", piece.text),
                }
            })
            .collect()
    }

    #[test]
    fn emphasis_reads_as_the_notation_has_it() {
        for (source, expected) in [
            ("plain", "plain"),
            ("*it* **bo** ***both*** _un_", "i(it) b(bo) bi(both) u(un)"),
            ("**bold *both***", "b(bold )bi(both)"),
            ("*it **both***", "i(it )bi(both)"),
            ("_u *ui* u_", "u(u )iu(ui)u( u)"),
            ("5 * 3 * 2", "5 * 3 * 2"),
            ("*over\na line*", "*over\na line*"),
            (r"\*not\* \_it\_", "*not* _it_"),
            ("*open", "*open"),
            ("****", "****"),
            ("He [[why?]] *runs*", "He <[[why?]]> i(runs)"),
            ("a /* cut */ b", "a </* cut */> b"),
            ("[[open *it*", "[[open i(it)"),
            ("*他*来了", "i(他)来了"),
        ] {
            assert_eq!(shown(source), expected, "{source}");
        }
    }

    #[test]
    fn many_marks_without_an_end_take_no_longer() {
        let long = "*a _b **c ".repeat(40_000);
        assert_eq!(plain_text(&read(&long)), long);
        let hidden = "[[ /* ".repeat(40_000);
        assert_eq!(plain_text(&read(&hidden)), hidden);
    }

    fn piece() -> impl Strategy<Value = Piece> {
        (r"[a-c *_ \\汉]{1,4}", any::<[bool; 3]>()).prop_map(|(text, [bold, italic, underline])| {
            Piece {
                text,
                style: Style {
                    bold,
                    italic,
                    underline,
                },
                hidden: false,
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_as_the_same_text(pieces in prop::collection::vec(piece(), 0..6)) {
            let source = write(&pieces);
            let text = plain_text(&pieces);
            prop_assert_eq!(plain_text(&read(&source)), text, "{}", source);
        }

        #[test]
        fn reading_and_writing_settles(source in r"[a-b*_ \\]{0,24}") {
            let once = read(&source);
            let again = read(&write(&once));
            prop_assert_eq!(plain_text(&once), plain_text(&again));
            // Beside literal marks a look may be lost.
            if !plain_text(&once).contains(['*', '_', '\\']) {
                prop_assert_eq!(tightened(&once), cells_of(&again));
            }
        }
    }
}
