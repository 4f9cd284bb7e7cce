//! Actions that people write, on the command line.

use serde_json::Value;

use crate::home::Home;

const LIST: &str = "{#\nname: As a list\nname.zh-CN: 改成清单\nneeds: selection\n#}\n{% block system %}Make a list.{% endblock %}\n{% block user %}{{ selection }}{% endblock %}\n";

#[test]
fn actions_are_listed_shown_and_checked() {
    let home = Home::new();
    let none = home.ink(&["actions"]).with(0);
    assert!(none.err.contains("-actions"), "{}", none.err);
    let folder = format!("{}-actions", home.library().display());
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(format!("{folder}/list.jinja"), LIST).unwrap();
    let bad = LIST.replace("{{ selection }}", "{{ sellection }}");
    std::fs::write(format!("{folder}/worse.jinja"), &bad).unwrap();
    let run = home.ink(&["actions", "--language", "zh-CN"]).with(0);
    assert!(
        run.out.contains("改成清单") && run.out.contains("第 7 行"),
        "{}",
        run.out
    );
    let all = home.ink(&["actions", "list", "--json"]).with(0).json();
    assert_eq!(all["actions"][0]["problem"], Value::Null);
    assert_eq!(all["actions"][1]["problem"]["line"], 7);
    let shown = home.ink(&["actions", "show", "as a list"]).with(0);
    assert_eq!(shown.out.trim_end(), LIST.trim_end());
    let file = home.file("bad.jinja", &bad);
    let run = home.ink(&["actions", "check", &file]).with(1);
    assert!(run.err.contains("line 7"), "{}", run.err);
    home.ink(&["actions", "check", &home.file("good.jinja", LIST)])
        .with(0);
    let run = home.ink(&["actions", "show", "sonnet", "--json"]).with(1);
    assert_eq!(run.error_code(), "no_action");
    // The starter was not taught to follow free instructions.
    let brief = home.file("brief.toml", "topic = 'Ferry'");
    let text = home.file("text.md", "One and two.");
    let asked = [
        "write", "news", "--brief", &brief, "--action", "list", "--text", &text, "--json",
    ];
    assert_eq!(home.ink(&asked).with(1).error_code(), "needs_larger_model");
}
