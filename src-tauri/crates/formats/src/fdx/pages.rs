//! How a file says that its pages are set: paper, `(CONT'D)`, `CONTINUED`, scene numbers, watermark.
//!
//! What Final Draft has no word for (the Chinese page, notes in print, our header and footer) stands
//! in an instruction, `<?inkstone pages ...?>`. Where both say something, Final Draft's own counts,
//! as another program may have changed it.

use std::{fmt::Write as _, ops::Range};

use inkstone_manuscript::pages::{PageOptions, PageStyle, Paper, SceneNumbers};
use roxmltree::Node;

use super::{
    emit,
    source::{child, own, unescaped},
    xml,
};
use crate::FormatError;

/// How far a sheet may be from its paper, in inches: programs round.
const SLACK: f64 = 0.06;

/// The options that a file gives, on top of `usual`, which are those of its language.
///
/// # Errors
/// Those of [`super::read`] where `file` is not what it gave.
pub fn page_options(file: &str, usual: &PageOptions) -> Result<PageOptions, FormatError> {
    let document = xml::parse(file)?;
    Ok(options_of(document.root_element(), usual))
}

/// A path of elements, and the attributes that the last of them gets.
type Step<'a> = (&'a [&'a str], Vec<(&'a str, String)>);

/// The file with these options in it. What it says already stays as it stands.
///
/// # Errors
/// Those of [`super::read`] where `file` is not what it gave.
pub fn with_page_options(file: &str, options: &PageOptions) -> Result<String, FormatError> {
    let usual = PageOptions::of(options.language);
    let document = xml::parse(file)?;
    let root = document.root_element();
    let said = options_of(root, &usual);
    let mut steps: Vec<Step<'_>> = Vec::new();
    if paper(root) != Some(options.paper) {
        let (width, height) = match options.paper {
            Paper::Letter => ("8.50", "11.00"),
            Paper::A4 => ("8.27", "11.69"),
        };
        let size = vec![("Height", height.to_owned()), ("Width", width.to_owned())];
        steps.push((&["PageLayout", "PageSize"], size));
    }
    if said.continued_cues != options.continued_cues {
        let set = vec![("AutomaticCharacterContinueds", yes(options.continued_cues))];
        steps.push((&["MoresAndContinueds", "DialogueBreaks"], set));
    }
    if said.continued_scenes != options.continued_scenes {
        let value = yes(options.continued_scenes);
        let set = vec![
            ("SceneBottomOfPage", value.clone()),
            ("SceneTopOfNext", value),
        ];
        steps.push((&["MoresAndContinueds", "SceneBreaks"], set));
    }
    let shown = |numbers| numbers != SceneNumbers::None;
    if shown(said.scene_numbers) != shown(options.scene_numbers) {
        let value = yes(shown(options.scene_numbers));
        let set = vec![
            ("ShowNumbersOnLeft", value.clone()),
            ("ShowNumbersOnRight", value),
        ];
        steps.push((&["SceneNumberOptions"], set));
    }
    if said.watermark != options.watermark {
        steps.push((&["Watermarking"], vec![("Text", options.watermark.clone())]));
    }
    let mut file = file.to_owned();
    for (path, set) in steps {
        let (range, text) = placed(&file, path, &set)?;
        file.replace_range(range, &text);
    }
    if page_options(&file, &usual)? != *options {
        let (range, text) = instruction(&file, options, &usual)?;
        file.replace_range(range, &text);
    }
    Ok(file)
}

fn yes(is: bool) -> String {
    if is { "Yes" } else { "No" }.to_owned()
}

fn flag(node: Option<Node>, name: &str) -> Option<bool> {
    match node?.attribute(name)?.trim() {
        "Yes" => Some(true),
        "No" => Some(false),
        _ => None,
    }
}

fn paper(root: Node) -> Option<Paper> {
    let size = child(child(root, "PageLayout")?, "PageSize")?;
    let inches = |name: &str| size.attribute(name)?.trim().parse::<f64>().ok();
    let (width, height) = (inches("Width")?, inches("Height")?);
    let is = |w: f64, h: f64| (width - w).abs() < SLACK && (height - h).abs() < SLACK;
    if is(8.5, 11.0) {
        Some(Paper::Letter)
    } else {
        is(8.27, 11.69).then_some(Paper::A4)
    }
}

fn options_of(root: Node, usual: &PageOptions) -> PageOptions {
    let mut options = usual.clone();
    if let Some(said) = own(root, "pages") {
        for line in unescaped(said).lines() {
            let (name, value) = line.split_once(' ').unwrap_or((line, ""));
            own_option(&mut options, name, value);
        }
    }
    if let Some(paper) = paper(root) {
        options.paper = paper;
    }
    let breaks = child(root, "MoresAndContinueds");
    let dialogue = breaks.and_then(|breaks| child(breaks, "DialogueBreaks"));
    if let Some(is) = flag(dialogue, "AutomaticCharacterContinueds") {
        options.continued_cues = is;
    }
    let scenes = breaks.and_then(|breaks| child(breaks, "SceneBreaks"));
    let ends = [
        flag(scenes, "SceneBottomOfPage"),
        flag(scenes, "SceneTopOfNext"),
    ];
    if let Some(is) = ends.into_iter().flatten().reduce(|a, b| a || b) {
        options.continued_scenes = is;
    }
    let numbers = child(root, "SceneNumberOptions");
    let sides = [
        flag(numbers, "ShowNumbersOnLeft"),
        flag(numbers, "ShowNumbersOnRight"),
    ];
    match sides.into_iter().flatten().reduce(|a, b| a || b) {
        Some(false) => options.scene_numbers = SceneNumbers::None,
        Some(true) if options.scene_numbers == SceneNumbers::None => {
            options.scene_numbers = SceneNumbers::Given;
        }
        _ => {}
    }
    if let Some(text) = child(root, "Watermarking").and_then(|node| node.attribute("Text")) {
        options.watermark = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    options
}

/// The switches that only we have.
fn switches(options: &mut PageOptions) -> [(&'static str, &mut bool); 9] {
    [
        ("title-page", &mut options.title_page),
        ("page-numbers", &mut options.page_numbers),
        ("continued-cues", &mut options.continued_cues),
        ("continued-scenes", &mut options.continued_scenes),
        ("bold-headings", &mut options.bold_headings),
        ("wide-scenes", &mut options.wide_scenes),
        ("notes", &mut options.notes),
        ("sections", &mut options.sections),
        ("synopses", &mut options.synopses),
    ]
}

fn own_option(options: &mut PageOptions, name: &str, value: &str) {
    match (name, value) {
        ("style", "hollywood") => options.style = PageStyle::Hollywood,
        ("style", "chinese") => options.style = PageStyle::Chinese,
        ("scene-numbers", "none") => options.scene_numbers = SceneNumbers::None,
        ("scene-numbers", "given") => options.scene_numbers = SceneNumbers::Given,
        ("scene-numbers", "all") => options.scene_numbers = SceneNumbers::All,
        ("header", text) => text.clone_into(&mut options.header),
        ("footer", text) => text.clone_into(&mut options.footer),
        ("watermark", text) => text.clone_into(&mut options.watermark),
        (name, value) => {
            let mut all = switches(options).into_iter();
            if let Some((_, is)) = all.find(|(known, _)| *known == name) {
                *is = value == "yes";
            }
        }
    }
}

/// Our instruction, with whatever is not usual.
fn instruction(
    file: &str,
    options: &PageOptions,
    usual: &PageOptions,
) -> Result<(Range<usize>, String), FormatError> {
    let mut said = String::new();
    if options.style != usual.style {
        let style = match options.style {
            PageStyle::Hollywood => "hollywood",
            PageStyle::Chinese => "chinese",
        };
        let _ = writeln!(said, "style {style}");
    }
    if options.scene_numbers != usual.scene_numbers {
        let numbers = match options.scene_numbers {
            SceneNumbers::None => "none",
            SceneNumbers::Given => "given",
            SceneNumbers::All => "all",
        };
        let _ = writeln!(said, "scene-numbers {numbers}");
    }
    let (mut now, mut then) = (options.clone(), usual.clone());
    for ((name, is), (_, was)) in switches(&mut now).into_iter().zip(switches(&mut then)) {
        if is != was {
            let _ = writeln!(said, "{name} {}", if *is { "yes" } else { "no" });
        }
    }
    for (name, text, was) in [
        ("header", &options.header, &usual.header),
        ("footer", &options.footer, &usual.footer),
        ("watermark", &options.watermark, &usual.watermark),
    ] {
        if text != was {
            let _ = writeln!(said, "{name} {text}");
        }
    }
    let text = format!("<?inkstone pages {}?>", emit::data(said.trim_end()));
    let document = xml::parse(file)?;
    let root = document.root_element();
    let old = root.children().find(|node| {
        node.pi().is_some_and(|pi| {
            pi.target == "inkstone" && pi.value.is_some_and(|value| value.starts_with("pages"))
        })
    });
    Ok(match old {
        Some(old) => (old.range(), text),
        None => added(file, root, &format!("\n  {text}")),
    })
}

/// What stands behind the last child of an element from now on.
fn added(file: &str, node: Node, text: &str) -> (Range<usize>, String) {
    let open = emit::start_tag_end(file, node);
    if file[..open].ends_with("/>") {
        let start = emit::start_tag(file, node, &[]);
        let name = node.tag_name().name();
        return (node.range(), format!("{start}{text}</{name}>"));
    }
    let last = node.children().rfind(|node| !node.is_text());
    let at = last.map_or(open, |last| last.range().end);
    (at..at, text.to_owned())
}

/// The edit that gives the element at a path these attributes.
fn placed(
    file: &str,
    path: &[&str],
    set: &[(&str, String)],
) -> Result<(Range<usize>, String), FormatError> {
    let document = xml::parse(file)?;
    let mut node = document.root_element();
    for (depth, name) in path.iter().enumerate() {
        if let Some(next) = child(node, name) {
            node = next;
            continue;
        }
        let mut element = String::new();
        for name in &path[depth..path.len() - 1] {
            let _ = write!(element, "<{name}>");
        }
        let _ = write!(element, "<{}", path[path.len() - 1]);
        for (name, value) in set {
            let _ = write!(element, " {name}=\"");
            xml::attribute(&mut element, value);
            element.push('"');
        }
        element.push_str("/>");
        for name in path[depth..path.len() - 1].iter().rev() {
            let _ = write!(element, "</{name}>");
        }
        return Ok(added(file, node, &format!("\n  {element}")));
    }
    let open = emit::start_tag_end(file, node);
    let set: Vec<(&str, Option<String>)> = set
        .iter()
        .map(|(name, value)| (*name, Some(value.clone())))
        .collect();
    let mut tag = emit::start_tag(file, node, &set);
    if file[..open].ends_with("/>") {
        tag.insert(tag.len() - 1, '/');
    }
    Ok((node.range().start..open, tag))
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::Language;
    use proptest::prelude::*;

    use super::*;

    const FILE: &str = "<FinalDraft DocumentType=\"Script\"><Content/>\n  <PageLayout BackgroundColor=\"#FFFFFFFFFFFF\" TopMargin=\"72\">\n    <PageSize Height=\"11.69\" Width=\"8.26\"/>\n    <AutoCastList AddParentheses=\"Yes\"/>\n  </PageLayout>\n  <MoresAndContinueds>\n    <DialogueBreaks AutomaticCharacterContinueds=\"No\" BottomOfPage=\"Yes\" DialogueBottom=\"(MORE)\"/>\n    <SceneBreaks ContinuedNumber=\"No\" SceneBottomOfPage=\"Yes\" SceneTopOfNext=\"No\"/>\n  </MoresAndContinueds>\n  <SceneNumberOptions LeftLocation=\"0.75\" ShowNumbersOnLeft=\"No\" ShowNumbersOnRight=\"No\"/>\n  <Watermarking Opacity=\"15\" Text=\"For Ada\"/>\n</FinalDraft>\n";

    #[test]
    fn the_pages_of_a_file_are_known_and_set() {
        let usual = PageOptions::of(Language::English);
        let options = page_options(FILE, &usual).unwrap();
        let expected = PageOptions {
            paper: Paper::A4,
            continued_cues: false,
            continued_scenes: true,
            scene_numbers: SceneNumbers::None,
            watermark: "For Ada".to_owned(),
            ..usual.clone()
        };
        assert_eq!(options, expected);
        // What a file says already is left as it is.
        assert_eq!(with_page_options(FILE, &options).unwrap(), FILE);
        let letter = PageOptions {
            paper: Paper::Letter,
            continued_scenes: false,
            scene_numbers: SceneNumbers::Given,
            ..options
        };
        let file = with_page_options(FILE, &letter).unwrap();
        assert_eq!(
            file,
            FILE.replace(
                "<PageSize Height=\"11.69\" Width=\"8.26\"/>",
                "<PageSize Height=\"11.00\" Width=\"8.50\"/>"
            )
            .replace(
                "SceneBottomOfPage=\"Yes\" SceneTopOfNext=\"No\"/>",
                "SceneBottomOfPage=\"No\" SceneTopOfNext=\"No\"/>"
            )
            .replace(
                "ShowNumbersOnLeft=\"No\" ShowNumbersOnRight=\"No\"/>",
                "ShowNumbersOnLeft=\"Yes\" ShowNumbersOnRight=\"Yes\"/>"
            )
        );
        // A sheet that is neither stays, until one is chosen.
        let legal = FILE.replace("11.69", "14.00");
        assert_eq!(page_options(&legal, &usual).unwrap().paper, Paper::Letter);
    }

    #[test]
    fn a_new_file_says_its_paper() {
        let empty = "<FinalDraft><Content/></FinalDraft>";
        let chinese = PageOptions::of(Language::Chinese);
        let file = with_page_options(empty, &chinese).unwrap();
        assert_eq!(
            file,
            "<FinalDraft><Content/>\n  <PageLayout><PageSize Height=\"11.69\" Width=\"8.27\"/></PageLayout></FinalDraft>"
        );
        let closed = "<FinalDraft/>";
        let file = with_page_options(closed, &chinese).unwrap();
        assert_eq!(page_options(&file, &chinese).unwrap(), chinese);
    }

    fn options() -> impl Strategy<Value = PageOptions> {
        let language = prop::sample::select(vec![Language::English, Language::Chinese]);
        let words = "[a-z<&\"?>\\\\ 草稿]{0,8}"
            .prop_map(|text: String| text.split_whitespace().collect::<Vec<_>>().join(" "));
        let words = prop::collection::vec(words, 3);
        let switches_on = prop::collection::vec(any::<bool>(), 9);
        (
            language,
            any::<(bool, bool)>(),
            0..3_usize,
            switches_on,
            words,
        )
            .prop_map(|(language, (a4, style), numbers, on, words)| {
                let mut options = PageOptions::of(language);
                options.paper = if a4 { Paper::A4 } else { Paper::Letter };
                options.style = if style {
                    PageStyle::Chinese
                } else {
                    PageStyle::Hollywood
                };
                options.scene_numbers =
                    [SceneNumbers::None, SceneNumbers::Given, SceneNumbers::All][numbers];
                for ((_, is), on) in switches(&mut options).into_iter().zip(on) {
                    *is = on;
                }
                options.watermark.clone_from(&words[0]);
                options.header.clone_from(&words[1]);
                options.footer.clone_from(&words[2]);
                options
            })
    }

    proptest! {
        #[test]
        fn all_options_come_back(first in options(), then in options(), full in any::<bool>()) {
            let file = if full { FILE } else { "<FinalDraft><Content/></FinalDraft>" };
            let once = with_page_options(file, &first).unwrap();
            prop_assert_eq!(&page_options(&once, &PageOptions::of(first.language)).unwrap(), &first);
            prop_assert_eq!(&with_page_options(&once, &first).unwrap(), &once);
            let twice = with_page_options(&once, &then).unwrap();
            prop_assert_eq!(page_options(&twice, &PageOptions::of(then.language)).unwrap(), then, "{}", twice);
        }
    }
}
