//! Chinese scripts: numbered scenes with place, time and light, `角色：台词`, `△` before action.

use super::Reading;
use crate::script::Kind;

/// A longer line is no heading.
const LONGEST_HEADING: usize = 40;
/// A longer name is none.
const LONGEST_NAME: usize = 12;

/// What stands before a colon without speaking.
const LABELS: [&str; 24] = [
    "人物",
    "出场人物",
    "出场",
    "人",
    "时间",
    "地点",
    "场景",
    "字幕",
    "音效",
    "音乐",
    "镜头",
    "备注",
    "注",
    "道具",
    "服装",
    "片名",
    "剧名",
    "编剧",
    "作者",
    "导演",
    "类型",
    "集数",
    "梗概",
    "特写",
];

/// Times of day, the longer ones first.
const TIMES: [&str; 22] = [
    "白天", "夜晚", "清晨", "早晨", "上午", "中午", "下午", "傍晚", "黄昏", "凌晨", "深夜", "午后",
    "拂晓", "次日", "同时", "日", "夜", "晨", "昏", "晚", "午", "早",
];

/// From where somebody speaks, which belongs to the name.
const FROM: [&str; 11] = [
    "画外音",
    "画外",
    "旁白",
    "内心独白",
    "独白",
    "OS",
    "VO",
    "O.S.",
    "V.O.",
    "O.S",
    "V.O",
];

const TRANSITIONS: [&str; 12] = [
    "淡入",
    "淡出",
    "切至",
    "切",
    "叠化",
    "化出",
    "化入",
    "黑场",
    "闪回",
    "闪回结束",
    "转场",
    "渐隐",
];

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}

/// Whether a text is a script written the Chinese way: numbered scenes or names with a colon, and
/// no forced marks of Fountain.
pub(super) fn recognises(text: &str) -> bool {
    let (mut han, mut letters) = (0_usize, 0_usize);
    for c in text.chars().take(20_000).filter(|c| c.is_alphabetic()) {
        letters += 1;
        han += usize::from(is_han(c));
    }
    if han * 3 < letters || han < 8 {
        return false;
    }
    let (mut scenes, mut speeches, mut forced) = (0, 0, 0);
    for line in text.lines().take(2_000).map(str::trim) {
        scenes += usize::from(heading(line).is_some());
        speeches += usize::from(speech(line).is_some());
        forced += usize::from(
            (line.starts_with('@') && line.chars().count() <= LONGEST_NAME + 8)
                || (line.starts_with('.') && !line.starts_with("..")),
        );
    }
    forced == 0 && scenes + speeches >= 2
}

/// The title page as keys and values, if the first page is one, and the text behind it.
fn title_page(text: &str) -> (String, &str) {
    let none = (String::new(), text);
    let Some((page, rest)) = text.split_once('\u{c}') else {
        return none;
    };
    let lines: Vec<&str> = page
        .split(['\n'])
        .flat_map(|line| line.split("   "))
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let fits = |line: &&str| {
        line.chars().count() <= LONGEST_HEADING && heading(line).is_none() && speech(line).is_none()
    };
    if lines.is_empty() || lines.len() > 12 || !lines.iter().all(fits) {
        return none;
    }
    let mut out = format!("标题：{}\n", lines[0]);
    let mut key = "联系方式";
    for line in &lines[1..] {
        if line.ends_with("编剧") || line.ends_with("作者") {
            key = "编剧";
            continue;
        }
        let dated = line.contains(['年', '月']) && line.ends_with(['年', '月', '日', '稿']);
        let of = if dated { "日期" } else { key };
        out.push_str(&format!("{of}：{line}\n"));
        key = "联系方式";
    }
    (out, rest)
}

/// Pages on which paragraphs open two characters in, and what is said goes on behind its colon, with
/// each paragraph in one line.
pub(super) fn unwrapped(text: &str) -> String {
    let (mut out, text) = title_page(text);
    let rows: Vec<(usize, &str)> = text
        .split(['\n', '\u{c}'])
        .map(|line| (super::layout::indent(line), line.trim()))
        .collect();
    let margin = rows.iter().filter(|(_, line)| !line.is_empty());
    let margin = margin.map(|(indent, _)| *indent).min().unwrap_or(0);
    // Where the paragraph that may go on opens, and whether it is said.
    let mut open: Option<(usize, bool)> = None;
    for (indent, line) in rows {
        if line.is_empty() {
            continue;
        }
        if is_page_number(line) {
            out.push_str(&format!("\n{line}"));
            continue;
        }
        let opens = heading(line).is_some() || is_transition(line);
        let goes_on = !opens
            && open.is_some_and(|(first, said)| {
                (indent <= margin + 1 && first >= margin + 3) || (said && indent >= first + 2)
            });
        if goes_on {
            let start = out.rfind('\n').map_or(0, |end| end + 1);
            let whole = super::layout::joined(&[&out[start..], line]);
            out.replace_range(start.., &whole);
            continue;
        }
        out.push_str(if opens { "\n\n" } else { "\n" });
        out.push_str(&" ".repeat(indent - margin));
        out.push_str(line);
        open = (!opens).then(|| (indent, speech(line).is_some()));
    }
    out.push('\n');
    out
}

pub(super) fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut begun = false;
    let mut paragraph: Option<usize> = None;
    for (index, (_, raw)) in crate::script::lines(text).enumerate() {
        let line = raw.trim_matches(|c: char| c.is_whitespace() || c == '\u{c}' || c == '\u{feff}');
        if line.is_empty() {
            paragraph = None;
            continue;
        }
        if is_page_number(line) {
            reading.page_marks += 1;
            continue;
        }
        if let Some(heading) = heading(line) {
            begun = true;
            paragraph = None;
            match heading {
                Heading::Scene { text, number, sure } => {
                    reading.heading(&text, number);
                    if !sure {
                        reading.guess(index + 1, line, "heading");
                    }
                }
                Heading::Part(text) => reading.push(Kind::Section(1), &text),
            }
            continue;
        }
        if !begun && title(line, index, &mut reading) {
            continue;
        }
        if let Some((name, aside, said)) = speech(line) {
            begun = true;
            let (from, aside): (Vec<&str>, Vec<&str>) =
                aside.into_iter().partition(|aside| FROM.contains(aside));
            let from: String = from.iter().map(|from| format!("（{from}）")).collect();
            reading.push(Kind::Character, &format!("{name}{from}"));
            for aside in aside {
                reading.push(Kind::Parenthetical, &format!("（{aside}）"));
            }
            said_with_asides(said, &mut reading);
            paragraph = None;
            continue;
        }
        if is_transition(line) {
            reading.push(Kind::Transition, line);
            paragraph = None;
            continue;
        }
        let action = line
            .trim_start_matches(['△', '▲', '▵', '◆', '●'])
            .trim_start();
        let marked = action.len() != line.len();
        // A line that goes on where the one before was cut by its width.
        let wraps = !marked
            && paragraph.is_some_and(|length| length >= 30)
            && !raw.starts_with(['\u{3000}', ' ', '\t']);
        let length = line.chars().count();
        match reading.blocks.last_mut() {
            Some(last) if wraps && last.kind == Kind::Action => {
                if let Some(piece) = last.content.last_mut()
                    && !piece.text.ends_with(['。', '！', '？', '”'])
                {
                    piece.text.push_str(action);
                } else {
                    reading.push(Kind::Action, action);
                }
            }
            _ => reading.push(Kind::Action, action),
        }
        begun = true;
        paragraph = Some(length);
    }
    reading
}

pub(super) fn is_transition(line: &str) -> bool {
    TRANSITIONS.contains(&line.trim_end_matches(['。', '：', ':', '.', '…']))
}

fn is_page_number(line: &str) -> bool {
    let text = line
        .trim_matches(|c: char| matches!(c, '-' | '—' | '–' | '第' | '页') || c.is_whitespace());
    let stripped = text.len() < line.len();
    !text.is_empty()
        && text.len() <= 4
        && text.bytes().all(|b| b.is_ascii_digit())
        && (stripped || text.len() <= 3)
}

/// `剧名：渡口`, `《渡口》`, `编剧：某某` before the first scene.
fn title(line: &str, index: usize, reading: &mut Reading) -> bool {
    if let Some(name) = line
        .strip_prefix('《')
        .and_then(|rest| rest.split_once('》'))
        .filter(|(_, rest)| rest.chars().count() <= 8)
    {
        reading.title("Title", name.0);
        return true;
    }
    let Some((key, value)) = line.split_once(['：', ':']) else {
        return false;
    };
    let key = match key.trim() {
        "剧名" | "片名" | "剧本" | "标题" => "Title",
        "编剧" | "作者" => "Author",
        "改编自" | "原著" => "Source",
        "联系方式" | "联系人" | "电话" | "邮箱" => "Contact",
        "日期" => "Draft date",
        _ => return false,
    };
    if index > 40 || value.trim().is_empty() {
        return false;
    }
    reading.title(key, value.trim());
    true
}

enum Heading {
    Scene {
        text: String,
        number: Option<String>,
        sure: bool,
    },
    /// An act or an episode.
    Part(String),
}

fn heading(line: &str) -> Option<Heading> {
    if line.chars().count() > LONGEST_HEADING || line.ends_with(['。', '！', '？', '…', '”', '，'])
    {
        return None;
    }
    let line = line.trim_matches(['【', '】', '[', ']', '*']).trim();
    let (number, part, rest) = numbered(line);
    if part {
        return Some(Heading::Part(line.to_owned()));
    }
    let rest = rest.trim_matches(|c: char| c.is_whitespace() || is_gap(c));
    let words: Vec<&str> = rest
        .split(|c: char| c.is_whitespace() || is_gap(c))
        .filter(|word| !word.is_empty())
        .collect();
    let mut place: Vec<&str> = Vec::new();
    let (mut inside, mut time) = (None, None);
    for word in words {
        if let (None, Some(found)) = (inside, setting(word)) {
            inside = Some(found);
            continue;
        }
        // `夜内`, `日外`: both in one word.
        if let (None, None, Some((first, second))) = (inside, time, split_word(word)) {
            time = Some(first);
            inside = setting(second);
            continue;
        }
        if time.is_none() && TIMES.contains(&word) {
            time = Some(word);
            continue;
        }
        place.push(word);
    }
    let known = usize::from(inside.is_some()) + usize::from(time.is_some());
    let named = place
        .iter()
        .any(|word| word.contains(char::is_alphanumeric));
    if !named || (number.is_none() && known < 2) || known == 0 {
        // A bare number with nothing but a place: a scene, but said to be a guess.
        return match number {
            Some(number) if named && place.len() == 1 && line.contains('场') => {
                Some(Heading::Scene {
                    text: place.concat(),
                    number: Some(number),
                    sure: false,
                })
            }
            _ => None,
        };
    }
    let place = place.join(" ");
    let text: Vec<&str> = [inside, Some(place.as_str()), time]
        .into_iter()
        .flatten()
        .collect();
    Some(Heading::Scene {
        text: text.join(" "),
        number,
        sure: known == 2,
    })
}

fn is_gap(c: char) -> bool {
    matches!(
        c,
        '，' | ','
            | '、'
            | '。'
            | '.'
            | '．'
            | '/'
            | '／'
            | '-'
            | '—'
            | '－'
            | '·'
            | '|'
            | '：'
            | ':'
            | '（'
            | '）'
            | '('
            | ')'
    )
}

fn setting(word: &str) -> Option<&'static str> {
    match word {
        "内" | "内景" => Some("内景"),
        "外" | "外景" => Some("外景"),
        "内外" | "外内" | "内外景" => Some("内外景"),
        _ => None,
    }
}

fn split_word(word: &str) -> Option<(&str, &str)> {
    TIMES.iter().find_map(|time| {
        if let Some(rest) = word.strip_prefix(time)
            && setting(rest).is_some()
        {
            return Some((&word[..time.len()], rest));
        }
        let rest = word.strip_suffix(time)?;
        setting(rest).map(|_| (&word[rest.len()..], rest))
    })
}

/// The number of a scene, whether the line names an act or episode, and what follows.
fn numbered(line: &str) -> (Option<String>, bool, &str) {
    if let Some(rest) = line.strip_prefix('第') {
        let end = rest
            .char_indices()
            .find(|&(_, c)| !(c.is_ascii_digit() || digit(c).is_some() || c == '十' || c == '百'))
            .map_or(rest.len(), |(at, _)| at);
        let (number, after) = rest.split_at(end);
        if let Some(value) = value(number) {
            if let Some(rest) = after.strip_prefix('场') {
                return (Some(value.to_string()), false, rest);
            }
            if after.starts_with(['幕', '集', '章']) {
                return (None, true, "");
            }
        }
        return (None, false, line);
    }
    for prefix in ["场景", "场次", "场", "S", "s", "Scene ", "SCENE "] {
        if let Some(rest) = line.strip_prefix(prefix) {
            let (number, after) = leading_number(rest.trim_start());
            if let Some(number) = number {
                return (Some(number), false, after);
            }
        }
    }
    let (number, after) = leading_number(line);
    match number {
        Some(number) if after.starts_with(|c: char| c.is_whitespace() || is_gap(c)) => {
            (Some(number), false, after)
        }
        _ => (None, false, line),
    }
}

fn leading_number(line: &str) -> (Option<String>, &str) {
    let end = line
        .char_indices()
        .find(|&(_, c)| !c.is_ascii_digit())
        .map_or(line.len(), |(at, _)| at);
    if (1..=4).contains(&end) {
        let rest = &line[end..];
        // `12A`, and `3-12` for the twelfth scene of the third episode.
        let extra = rest
            .char_indices()
            .take_while(|&(at, c)| {
                (at == 0 && c.is_ascii_uppercase())
                    || (rest.starts_with('-') && (at == 0 || c.is_ascii_digit()))
            })
            .map(|(at, c)| at + c.len_utf8())
            .last()
            .unwrap_or(0);
        let extra = if rest[..extra] == *"-" { 0 } else { extra };
        return (Some(line[..end + extra].to_owned()), &rest[extra..]);
    }
    let end = line
        .char_indices()
        .find(|&(_, c)| !(digit(c).is_some() || c == '十' || c == '百'))
        .map_or(line.len(), |(at, _)| at);
    match value(&line[..end]) {
        Some(value) => (Some(value.to_string()), &line[end..]),
        None => (None, line),
    }
}

fn digit(c: char) -> Option<u32> {
    let at = "零一二三四五六七八九".chars().position(|d| d == c);
    match c {
        '〇' => Some(0),
        '两' => Some(2),
        _ => at.and_then(|at| u32::try_from(at).ok()),
    }
}

/// A number in digits or in Chinese, up to 999.
fn value(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let (mut total, mut last) = (0, None);
    for c in text.chars() {
        match c {
            '百' => total += last.take().unwrap_or(1) * 100,
            '十' => total += last.take().unwrap_or(1) * 10,
            c => {
                let digit = digit(c)?;
                // `一二` is twelve as well.
                last = Some(last.map_or(digit, |before: u32| before * 10 + digit));
            }
        }
        if total > 9_999 || last.is_some_and(|last| last > 9_999) {
            return None;
        }
    }
    Some(total + last.unwrap_or(0))
}

/// `角色（语气）：台词`.
fn speech(line: &str) -> Option<(&str, Vec<&str>, &str)> {
    let colon = line.find(['：', ':'])?;
    let said = line[colon..].trim_start_matches(['：', ':']).trim_start();
    let mut name = line[..colon].trim();
    let mut asides = Vec::new();
    while let Some(stripped) = name.strip_suffix(['）', ')']) {
        let open = stripped.rfind(['（', '('])?;
        asides.insert(0, stripped[open..].trim_start_matches(['（', '(']).trim());
        name = stripped[..open].trim_end();
    }
    let length = name.chars().count();
    let is_name = (1..=LONGEST_NAME).contains(&length)
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '·' | ' ' | '、' | '&' | '-'))
        && name.chars().any(char::is_alphabetic)
        && !LABELS.contains(&name);
    (is_name && !said.is_empty()).then_some((name, asides, said))
}

/// What is said, with `（笑）` at its start as a parenthetical.
fn said_with_asides(said: &str, reading: &mut Reading) {
    let mut said = said;
    while let Some(rest) = said.strip_prefix(['（', '(']) {
        let Some(close) = rest.find(['）', ')']) else {
            break;
        };
        let aside = &rest[..close];
        if aside.chars().count() > 20 {
            break;
        }
        reading.push(Kind::Parenthetical, &format!("（{aside}）"));
        said = rest[close..].trim_start_matches(['）', ')']).trim_start();
    }
    if !said.is_empty() {
        reading.push(Kind::Dialogue, said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script_text::read;

    #[test]
    fn a_chinese_script_becomes_fountain() {
        let text = "《夜渡》\n编剧：潮生\n\n第一场　渡口　夜　外\n人物：老秦、小梅\n\n△ 雨下得很大，灯只剩一盏。\n老秦（低声）：船呢？\n小梅：（笑）没有船了。\n\n2、内景 船舱 日\n老秦坐着。\n切至：\n场景3：茶馆，日/内\n第十二场 街上 黄昏外\n字幕：三年后\n旁白：他没有再来。\n- 12 -\n";
        let read = read(text);
        assert_eq!(
            read.text,
            "Title: 夜渡\nAuthor: 潮生\n\n.外景 渡口 夜 #1#\n\n人物：老秦、小梅\n\n雨下得很大，灯只剩一盏。\n\n@老秦\n（低声）\n船呢？\n\n@小梅\n（笑）\n没有船了。\n\n.内景 船舱 日 #2#\n\n老秦坐着。\n\n> 切至：\n\n.内景 茶馆 日 #3#\n\n.外景 街上 黄昏 #12#\n\n字幕：三年后\n\n@旁白\n他没有再来。\n"
        );
        assert_eq!(read.title.as_deref(), Some("夜渡"));
        assert!(read.report.unsure.is_empty(), "{:?}", read.report.unsure);
    }

    #[test]
    fn prose_and_fountain_are_no_chinese_script() {
        for text in [
            "今天早上，记者来到渡口。他说：“船没有来。”\n\n下午，雨停了。\n",
            ".内景 渡口 夜\n\n@老秦\n船呢？\n\n@小梅\n没有了。\n",
            "INT. HOUSE - DAY\n\nMARA\nHello there.\n",
        ] {
            assert!(!recognises(text), "{text}");
            assert_eq!(read(text).text, text);
        }
    }

    #[test]
    fn numbers_are_read_in_both_ways() {
        for (text, number) in [
            ("十二", 12),
            ("二十", 20),
            ("一百零三", 103),
            ("一二", 12),
            ("7", 7),
            ("两", 2),
        ] {
            assert_eq!(value(text), Some(number), "{text}");
        }
        assert_eq!(value("船"), None);
        assert_eq!(
            leading_number("3-12 渡口"),
            (Some("3-12".to_owned()), " 渡口")
        );
        assert_eq!(
            leading_number("12A 渡口"),
            (Some("12A".to_owned()), " 渡口")
        );
    }
}
