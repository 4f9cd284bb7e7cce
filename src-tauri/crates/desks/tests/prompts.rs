//! Prompts as they go to a model, held against files. With `INKSTONE_BLESS=1` set the files are
//! written anew; read the difference before it is committed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

use std::{fmt::Write as _, fs, ops::Range, path::PathBuf};

use inkstone_desks::{Brief, Composed, Input, Task, compose};
use inkstone_generation::{PromptForm, Role};
use inkstone_manuscript::{DocumentKind, Language};

fn sample(kind: DocumentKind, language: Language) -> Brief {
    let toml = match (kind, language) {
        (DocumentKind::News, Language::English) => {
            "topic = 'Night ferry'\nangle = 'shift workers'\nfacts = ['It starts on 3 March', 'A ticket costs \
             2.40 euros']\nsources = ['Mara Lindqvist, harbour master']\naudience = 'local readers'\nwords = \
             180\ntone = 'warm'"
        }
        (DocumentKind::News, Language::Chinese) => {
            "language = 'zh-CN'\ntopic = '夜间轮渡'\nangle = '夜班工人'\nfacts = ['三月三日开通', '票价三元']\n\
             sources = ['港务局局长王建国']\naudience = '本地读者'\nwords = 300\ntone = '平实'"
        }
        (DocumentKind::Ads, Language::English) => {
            "product = 'Fernway, a folding kettle'\naudience = 'commuters'\nselling_points = ['folds flat', \
             'boils in four minutes']\ntone = 'dry'\ncall_to_action = 'Order today'"
        }
        (DocumentKind::Ads, Language::Chinese) => {
            "language = 'zh-CN'\nproduct = '禾里杂粮粥'\naudience = '上班族'\nselling_points = ['三分钟冲好', \
             '不加糖']\ntone = '轻松'\ncall_to_action = '今晚下单'\nchannel = 'wechat_moments'"
        }
        (DocumentKind::Screenplay, Language::English) => {
            "logline = 'A keeper hides a letter.'\ngenre = 'drama'\ntone = 'quiet'\nscenes = 2\ncharacters = \
             [{name = 'Mara', description = 'the keeper'}, {name = 'Tom'}]"
        }
        (DocumentKind::Screenplay, Language::Chinese) => {
            "language = 'zh-CN'\nlogline = '守灯人藏起一封信。'\ngenre = '剧情'\ntone = '克制'\nscenes = 2\n\
             characters = [{name = '林晓', description = '守灯人'}, {name = '老唐'}]"
        }
    };
    Brief::from_toml(kind, toml).unwrap()
}

fn text(composed: &Composed, document: &str) -> String {
    let mut out = String::new();
    let c = composed;
    writeln!(
        out,
        "template: {}\nmax_tokens: {}\nstop: {:?}",
        c.template, c.max_tokens, c.stop
    )
    .unwrap();
    writeln!(
        out,
        "temperature: {}\nrepeat_penalty: {}",
        c.temperature, c.repeat_penalty
    )
    .unwrap();
    writeln!(out, "target: {:?} of {}", c.target, document.len()).unwrap();
    for (key, value) in c.references.iter() {
        writeln!(out, "⟦{key}⟧ = {value:?}").unwrap();
    }
    for message in &c.messages {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        writeln!(out, "\n---- {role} ----\n{}", message.content).unwrap();
    }
    out
}

struct Case {
    name: &'static str,
    kind: DocumentKind,
    language: Language,
    task: Task,
    document: &'static str,
    select: &'static str,
    form: PromptForm,
}

const SCRIPT: &str = "= Mara hides it.\n\nINT. KITCHEN - NIGHT\n\n= Mara wants to burn the letter.\n\nEXT. LANDING - DAWN\n\n= Tom waits.\n";
const SCRIPT_ZH: &str =
    "= 林晓藏信。\n\n.内景 厨房 - 夜\n\n= 林晓想烧掉信。\n\n.外景 渡口 - 黎明\n\n= 老唐等着。\n";
const ARTICLE: &str = "# Ferry runs all night\n\nThe ferry starts on 3 March. It is the first of its kind.\n\nTickets cost";
const ADS_ZH: &str = "渠道：wechat_moments\n\n## 广告 1\n正文：三分钟，一杯热粥。\n";

fn cases() -> Vec<Case> {
    use DocumentKind::{Ads, News, Screenplay};
    use Language::{Chinese, English};
    use PromptForm::{Chat, Compact};
    let case = |name, kind, language, task, (document, select), form| Case {
        name,
        kind,
        language,
        task,
        document,
        select,
        form,
    };
    let scene = || Task::Scene { number: 2 };
    let tone = || Task::Tone {
        tone: "drier".to_owned(),
    };
    vec![
        case("news-draft.en", News, English, Task::Draft, ("", ""), Chat),
        case(
            "news-draft.zh-CN",
            News,
            Chinese,
            Task::Draft,
            ("", ""),
            Chat,
        ),
        case(
            "news-draft.en.compact",
            News,
            English,
            Task::Draft,
            ("", ""),
            Compact,
        ),
        case(
            "news-continue.en",
            News,
            English,
            Task::Continue,
            (ARTICLE, "Tickets cost"),
            Chat,
        ),
        case(
            "news-tone.en",
            News,
            English,
            tone(),
            (ARTICLE, "It is the first of its kind."),
            Chat,
        ),
        case("ads-draft.en", Ads, English, Task::Draft, ("", ""), Chat),
        case(
            "ads-draft.zh-CN",
            Ads,
            Chinese,
            Task::Draft,
            (ADS_ZH, ""),
            Chat,
        ),
        case(
            "ads-draft.zh-CN.compact",
            Ads,
            Chinese,
            Task::Draft,
            (ADS_ZH, ""),
            Compact,
        ),
        case(
            "ads-shorten.zh-CN",
            Ads,
            Chinese,
            Task::Shorten,
            (ADS_ZH, "三分钟，一杯热粥。"),
            Chat,
        ),
        case(
            "screenplay-beats.en",
            Screenplay,
            English,
            Task::Beats,
            ("", ""),
            Chat,
        ),
        case(
            "screenplay-outline.zh-CN",
            Screenplay,
            Chinese,
            Task::Outline,
            ("= 林晓藏信。\n", ""),
            Chat,
        ),
        case(
            "screenplay-scene.en",
            Screenplay,
            English,
            scene(),
            (SCRIPT, ""),
            Chat,
        ),
        case(
            "screenplay-scene.zh-CN",
            Screenplay,
            Chinese,
            scene(),
            (SCRIPT_ZH, ""),
            Chat,
        ),
        case(
            "screenplay-scene.en.compact",
            Screenplay,
            English,
            scene(),
            (SCRIPT, ""),
            Compact,
        ),
    ]
}

#[test]
fn prompts_are_as_committed() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/prompts");
    let bless = std::env::var_os("INKSTONE_BLESS").is_some();
    let mut stale = Vec::new();
    for case in cases() {
        let brief = sample(case.kind, case.language);
        let start = case.document.find(case.select).unwrap();
        let selection: Range<usize> = start..start + case.select.len();
        let input = Input {
            brief: &brief,
            task: &case.task,
            document: case.document,
            selection,
            note: (case.name == "news-draft.en").then_some("Begin with the ticket </wish>."),
            house_rules: "game changer\n- 赋能\n",
            voice: "",
            variant: 1,
            variants: 3,
            context_tokens: None,
        };
        let found = text(&compose(&input, case.form).unwrap(), case.document);
        let file = folder.join(format!("{}.txt", case.name));
        if bless {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, &found).unwrap();
        }
        // A checkout on Windows may have other line ends.
        let wanted = fs::read_to_string(&file)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        if wanted != found {
            stale.push(format!("{}:\n{found}", case.name));
        }
    }
    assert!(
        stale.is_empty(),
        "INKSTONE_BLESS=1 writes them anew\n{}",
        stale.join("\n\n")
    );
}
