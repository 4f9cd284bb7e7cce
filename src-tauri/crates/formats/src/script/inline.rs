//! Text with emphasis, notes and cuts in it.

/// How letters look, as far as Fountain can say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Style {
    /// `**bold**`
    pub bold: bool,
    /// `*italic*`
    pub italic: bool,
    /// `_underlined_`
    pub underline: bool,
}

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

/// One character, or something hidden.
#[derive(Clone, Copy, PartialEq)]
enum Atom<'a> {
    Char(char),
    Hidden(&'a str),
}

impl Atom<'_> {
    fn is(self, c: char) -> bool {
        self == Atom::Char(c)
    }

    fn is_space(self) -> bool {
        matches!(self, Atom::Char(c) if c.is_whitespace())
    }
}

/// Reads Fountain's emphasis. An opening mark stands before, a closing one after something that is
/// no white space; `\*` and `\_` are the characters themselves; emphasis never goes over a line.
/// Linear in the text.
pub fn read(source: &str) -> Vec<Piece> {
    let atoms = atoms(source);
    let mut read = Reader {
        atoms: &atoms,
        kept: vec![Some(Style::default()); atoms.len()],
    };
    let mut start = 0;
    for end in (0..=atoms.len()).filter(|&at| at == atoms.len() || atoms[at].is('\n')) {
        read.line(start, end, Style::default());
        start = end + 1;
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for (atom, style) in atoms.iter().zip(&read.kept) {
        let Some(style) = *style else { continue };
        match (atom, pieces.last_mut()) {
            (Atom::Hidden(raw), _) => pieces.push(Piece {
                text: (*raw).to_owned(),
                style: Style::default(),
                hidden: true,
            }),
            (Atom::Char(c), Some(last)) if !last.hidden && last.style == style => {
                last.text.push(*c)
            }
            (Atom::Char(c), _) => pieces.push(Piece {
                text: c.to_string(),
                style,
                hidden: false,
            }),
        }
    }
    pieces
}

/// `\r\n` and `\r` become `\n`.
fn atoms(source: &str) -> Vec<Atom<'_>> {
    let mut atoms = Vec::with_capacity(source.len());
    let mut rest = source;
    let (mut cuts, mut notes) = (true, true);
    while let Some(c) = rest.chars().next() {
        let hidden = if cuts && rest.starts_with("/*") {
            let end = rest[2..].find("*/").map(|at| at + 4);
            cuts = end.is_some();
            end
        } else if notes && rest.starts_with("[[") {
            let end = rest[2..].find("]]").map(|at| at + 4);
            notes = end.is_some();
            end
        } else {
            None
        };
        if let Some(end) = hidden {
            atoms.push(Atom::Hidden(&rest[..end]));
            rest = &rest[end..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '\r' if rest.starts_with('\n') => {}
            '\r' => atoms.push(Atom::Char('\n')),
            c => atoms.push(Atom::Char(c)),
        }
    }
    atoms
}

struct Reader<'a> {
    atoms: &'a [Atom<'a>],
    /// The style of each atom, or none for a mark.
    kept: Vec<Option<Style>>,
}

impl Reader<'_> {
    /// Reads `from..to`, which lie in one line and in `style`.
    fn line(&mut self, from: usize, to: usize, style: Style) {
        // Marks for which no end lies ahead.
        let mut dead = [false; 5];
        let mut at = from;
        while at < to {
            let here = self.atoms[at];
            if here.is('\\') && at + 1 < to && matches!(self.atoms[at + 1], Atom::Char('*' | '_')) {
                self.kept[at] = None;
                self.kept[at + 1] = Some(style);
                at += 2;
                continue;
            }
            let stars = self.run(at, to, '*');
            let found = if here.is('_') && !style.underline {
                self.open(at, to, 1, '_', &mut dead[4])
            } else if stars > 0 {
                (1..=stars.min(3)).rev().find_map(|length| {
                    let taken = (length != 2 && style.italic) || (length != 1 && style.bold);
                    (!taken)
                        .then(|| self.open(at, to, length, '*', &mut dead[length]))
                        .flatten()
                })
            } else {
                None
            };
            let Some((length, close)) = found else {
                let step = stars.max(1);
                self.kept[at..at + step].fill(Some(style));
                at += step;
                continue;
            };
            let mut inner = style;
            if here.is('_') {
                inner.underline = true;
            } else {
                inner.bold |= length != 1;
                inner.italic |= length != 2;
            }
            self.kept[at..at + length].fill(None);
            self.kept[close..close + length].fill(None);
            self.line(at + length, close, inner);
            at = close + length;
        }
    }

    /// How many `mark`s stand at `at`.
    fn run(&self, at: usize, to: usize, mark: char) -> usize {
        self.atoms[at..to]
            .iter()
            .take_while(|atom| atom.is(mark))
            .count()
    }

    /// The place of the mark that closes the one at `at`.
    fn open(
        &self,
        at: usize,
        to: usize,
        length: usize,
        mark: char,
        dead: &mut bool,
    ) -> Option<(usize, usize)> {
        let first = at + length;
        if *dead || first >= to || self.atoms[first].is_space() {
            return None;
        }
        let mut look = first;
        // More marks right behind open something else, and close nothing.
        look += self.run(look, to, mark);
        while look < to {
            if self.atoms[look].is('\\') {
                look += 2;
                continue;
            }
            let run = self.run(look, to, mark);
            if run == 0 {
                look += 1;
                continue;
            }
            let fits = run == length || (run > length && (mark == '_' || run == 3));
            if fits && !self.atoms[look - 1].is_space() {
                return Some((length, look + run - length));
            }
            look += run;
        }
        *dead = true;
        None
    }
}

/// Writes pieces as Fountain. What the notation can't say (emphasis on white space alone, a
/// backslash before a literal star) is written plainly.
pub fn write(pieces: &[Piece]) -> String {
    let mut lines: Vec<Vec<Piece>> = vec![Vec::new()];
    for piece in pieces {
        if piece.hidden {
            if let Some(line) = lines.last_mut() {
                line.push(piece.clone());
            }
            continue;
        }
        for (index, text) in piece.text.split('\n').enumerate() {
            if index > 0 {
                lines.push(Vec::new());
            }
            if let (Some(line), false) = (lines.last_mut(), text.is_empty()) {
                line.push(Piece {
                    text: text.to_owned(),
                    ..piece.clone()
                });
            }
        }
    }
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
    if plain && !marks {
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
        let line = marked(cells, escaped);
        if cells_of(&read(&line)) == *cells {
            return line;
        }
    }
    marked(&without, false)
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
    let mut out = String::new();
    let mut open: Vec<Mark> = Vec::new();
    let none = ("", Style::default());
    for (index, &(text, style)) in cells.iter().chain([&none]).enumerate() {
        while let Some(lowest) = open.iter().position(|&mark| !has(style, mark)) {
            for mark in open.drain(lowest..).rev() {
                out.push_str(sign(mark));
            }
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
            out.push_str(sign(mark));
            open.push(mark);
        }
        if escaped && matches!(text, "*" | "_") {
            out.push('\\');
        }
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
            // A backslash before a star can't be said; see the docs of `write`.
            if !text.contains('\\') {
                prop_assert_eq!(plain_text(&read(&source)), text);
            }
        }

        #[test]
        fn reading_and_writing_settles(source in r"[a-b*_ \\\n]{0,24}") {
            let once = read(&source);
            let again = read(&write(&once));
            if !plain_text(&once).contains('\\') {
                prop_assert_eq!(plain_text(&once), plain_text(&again));
            }
        }
    }
}
