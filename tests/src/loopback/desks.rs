//! Text in the notation of the desk that asks. The desk, the job and the language are read off
//! the prompt; the seed makes siblings differ.

use std::time::Duration;

use super::{Answer, Recorded};

/// Slow enough to be seen to stream.
const DELAY: Duration = Duration::from_millis(4);

/// An answer for whichever desk asks.
pub fn answer(request: &Recorded) -> Answer {
    Answer::slow_text(&text(request), DELAY)
}

/// The text of [`answer`].
pub fn text(request: &Recorded) -> String {
    let prompt = request.text();
    let seed = request.json()["seed"].as_u64().unwrap_or(0);
    let chinese = ["简体中文", "现在的任务"]
        .iter()
        .any(|mark| prompt.contains(mark));
    let job = job(&prompt);
    let has = |marks: &[&str]| marks.iter().any(|mark| job.contains(mark));
    let is = |english: &'static str, han: &'static str| if chinese { han } else { english };
    if has(&[
        "continue",
        "往下写",
        "rewrite",
        "改写",
        "shorten",
        "压缩",
        "expand",
        "扩",
        "tone",
        "语气",
        "plainly",
        "浅白",
        "mend slips",
        "改正",
        "translate",
        "译成",
    ]) {
        return passage(chinese, seed).to_owned();
    }
    if prompt.contains("screenwriter") || prompt.contains("编剧") {
        if has(&["beats", "情节点"]) {
            return is(BEATS, BEATS_ZH).to_owned();
        }
        if has(&["break the story", "分成"]) {
            return is(OUTLINE, OUTLINE_ZH).to_owned();
        }
        let scene = is(SCENE, SCENE_ZH);
        if has(&["write out scene", "写出第"]) {
            return scene.to_owned();
        }
        return format!(
            "{}\n\n{scene}",
            is("INT. FERRY LANDING - DAWN", "内景 渡口 - 黎明")
        );
    }
    if prompt.contains("copywriter") || prompt.contains("广告文案") {
        return ad(&prompt, chinese, seed);
    }
    is(ARTICLE, ARTICLE_ZH).replace("{}", passage(chinese, seed))
}

/// The line that says what is to be done now.
fn job(prompt: &str) -> &str {
    let marks = ["Your job now:", "现在的任务："];
    let line = prompt
        .lines()
        .find(|line| marks.iter().any(|mark| line.contains(mark)));
    line.unwrap_or_default()
}

/// The lines that the prompt shows with an ellipsis for a value, with values.
fn ad(prompt: &str, chinese: bool, seed: u64) -> String {
    let mut lines = Vec::new();
    let mut count = usize::try_from(seed % 5).unwrap_or(0);
    for line in prompt.lines().map(str::trim) {
        let label = line.strip_suffix("...").or_else(|| line.strip_suffix("……"));
        let Some(label) = label.filter(|label| label.trim_end().ends_with([':', '：'])) else {
            let is_head = line.starts_with("## ") || line.starts_with("Channel:");
            if (is_head || line.starts_with("渠道：")) && !lines.contains(&line.to_owned()) {
                lines.push(line.to_owned());
            }
            continue;
        };
        let values = if chinese { VALUES_ZH } else { VALUES };
        let round = count / values.len();
        let suffix = if round == 0 {
            String::new()
        } else {
            format!(" {}", round + 1)
        };
        lines.push(format!("{label}{}{suffix}", values[count % values.len()]));
        count += 1;
    }
    lines.join("\n") + "\n"
}

fn passage(chinese: bool, seed: u64) -> &'static str {
    let passages = if chinese { PASSAGES_ZH } else { PASSAGES };
    let at = usize::try_from(seed % 3).unwrap_or(0);
    passages[at]
}

const PASSAGES: [&str; 3] = [
    "The last boat left the pier at midnight, and for once it was full.",
    "Nobody on the quay had expected the timetable to change overnight.",
    "Two nurses stood at the rail and counted the lights of the harbour.",
];
const PASSAGES_ZH: [&str; 3] = [
    "午夜的最后一班船离开码头时，难得坐满了人。",
    "岸上没有人料到，时刻表一夜之间就变了。",
    "两名护士站在船舷边，数着港口的灯火。",
];
const ARTICLE: &str = "# Harbour ferry runs through the night\n\n\
    *Shift workers get a way home after the last tram.*\n\n{}\n\n\
    The city transport office said the service would run every hour.\n";
const ARTICLE_ZH: &str = "# 港口渡轮开行通宵班次\n\n\
    *末班电车之后，夜班工人也能回家。*\n\n{}\n\n市交通局说，夜间每小时开一班。\n";
const BEATS: &str = "# Act One\n\n= Mara hides the letter that would end the ferry.\n\n\
    = Tom finds the letter and says nothing.\n\n# Act Two\n\n\
    = Mara sells the boat, but the buyer is Tom.\n";
const BEATS_ZH: &str = "# 第一幕\n\n= 林晓把会让渡船停航的信藏了起来。\n\n\
    = 老唐发现了信，什么也没说。\n\n# 第二幕\n\n= 林晓卖掉了船，买主却是老唐。\n";
const OUTLINE: &str = "INT. LIGHTHOUSE KITCHEN - NIGHT\n\n\
    = Mara wants to burn the letter, but Tom is awake.\n\n\
    EXT. FERRY LANDING - DAWN\n\n= Tom waits for Mara to tell him. She sells him a ticket.\n";
const OUTLINE_ZH: &str = "内景 灯塔厨房 - 夜\n\n= 林晓想烧掉信，老唐却醒着。\n\n\
    外景 渡口 - 黎明\n\n= 老唐等林晓开口，她却卖给他一张船票。\n";
const SCENE: &str = "Rain ticks at the glass. Mara slides a letter under the bread tin.\n\n\
    TOM\n(from the door)\nYou're up.\n\nMARA\nThe kettle was.\n\nHe looks at the bread tin.\n";
const SCENE_ZH: &str = "雨点敲着玻璃。林晓把一封信塞到面包盒下面。\n\n\
    老唐\n（在门口）\n你还没睡。\n\n林晓\n水刚烧开。\n\n他看了看面包盒。\n";
const VALUES: [&str; 5] = [
    "Tea on any train",
    "Hot water in a minute",
    "Light as a book",
    "Made to last",
    "See how it works",
];
const VALUES_ZH: [&str; 5] = [
    "火车上也能泡茶",
    "一分钟烧开水",
    "轻得像一本书",
    "经久耐用",
    "看看怎么用",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(prompt: &str, seed: u64) -> String {
        let body = json!({ "messages": [{ "role": "system", "content": prompt }], "seed": seed });
        text(&Recorded {
            method: "POST".to_owned(),
            path: "/v1/chat/completions".to_owned(),
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        })
    }

    #[test]
    fn each_desk_gets_its_notation() {
        let news = "You write for the news desk.\nYour job now: write the whole article.";
        assert!(ask(news, 0).starts_with("# Harbour"));
        assert_ne!(ask(news, 0), ask(news, 1));
        let scene = "You are a screenwriter.\nYour job now: write one scene.";
        assert!(ask(scene, 0).starts_with("INT. "));
        let beats = "你是编剧，用简体中文写作。\n现在的任务：列出故事的情节点，9 个左右。";
        assert!(ask(beats, 0).starts_with("# 第一幕"));
        let shorter = "You are a screenwriter.\nYour job now: shorten a passage to 9 words.";
        assert_eq!(ask(shorter, 3), PASSAGES[0]);
    }

    #[test]
    fn an_ad_has_the_fields_that_were_shown() {
        let prompt = "You are a copywriter.\nYour job now: write one ad.\n\nChannel: google_rsa\n\
                      ## Ad 1\nHeadline: ...\nHeadline: ...\nDescription: ...\n\nfor example\n\
                      Headline: Boil water";
        let want = "Channel: google_rsa\n## Ad 1\nHeadline: Tea on any train\n\
                    Headline: Hot water in a minute\nDescription: Light as a book\n";
        assert_eq!(ask(prompt, 0), want);
        let zh = "资深广告文案，用简体中文\n现在的任务：写一条广告。\n渠道：wechat_moments\n## 广告 1\n标题：……\n";
        assert_eq!(
            ask(zh, 1),
            "渠道：wechat_moments\n## 广告 1\n标题：一分钟烧开水\n"
        );
    }
}
