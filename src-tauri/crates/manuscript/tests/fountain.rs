//! Whole scripts: every `fixtures/NAME.fountain` must give what stands in `NAME.elements`.
//!
//! A new script needs no code: drop it in, run the test, read what it prints, and save that as
//! the `.elements` file once it is right.

use std::{fs, path::Path};

use inkstone_manuscript::fountain::{ElementKind, characters, content, parse, scenes};

fn described(text: &str) -> String {
    let mut out = String::new();
    for element in parse(text)
        .iter()
        .filter(|element| element.kind != ElementKind::Blank)
    {
        let content = content(text, element).replace('\n', "\n    ");
        out.push_str(&format!("{:?}\n    {content}\n", element.kind));
    }
    out.push('\n');
    for scene in scenes(text) {
        let written = if scene.has_text { "written" } else { "planned" };
        let synopsis = scene.synopsis.unwrap_or_default();
        out.push_str(&format!(
            "{} {written}: {} [{synopsis}]\n",
            scene.number, scene.heading
        ));
    }
    out.push_str(&format!("{}\n", characters(text).join(", ")));
    // Editors take white space off line ends.
    out.lines()
        .flat_map(|line| [line.trim_end(), "\n"])
        .collect()
}

#[test]
fn scripts_give_their_elements() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(&folder).expect("the fixtures") {
        let path = entry.expect("an entry").path();
        if path
            .extension()
            .is_none_or(|extension| extension != "fountain")
        {
            continue;
        }
        seen += 1;
        let text = fs::read_to_string(&path).expect("a script");
        let rebuilt: String = parse(&text)
            .iter()
            .map(|element| &text[element.range.clone()])
            .collect();
        assert_eq!(rebuilt, text, "{}", path.display());
        let found = described(&text);
        let expected = fs::read_to_string(path.with_extension("elements")).unwrap_or_default();
        if found != expected.replace("\r\n", "\n") {
            wrong.push(format!("{} gives\n{found}", path.display()));
        }
    }
    assert!(seen >= 3, "only {seen} scripts in {}", folder.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
