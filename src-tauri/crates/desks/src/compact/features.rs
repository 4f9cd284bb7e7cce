//! What a small network is told of a value instead of the value itself: its size, its sort, its sound.

use inkstone_manuscript::Language;

/// Display width: wide and full-width characters count two.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

fn wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
        | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD)
}

/// Upper bounds of the size classes, by display width, and their names.
const SIZES: [(usize, &str, &str); 8] = [
    (8, "tiny", "极短"),
    (14, "short", "短"),
    (20, "medium", "中"),
    (30, "long", "长"),
    (45, "broad", "较长"),
    (60, "wide", "很长"),
    (90, "vast", "超长"),
    (usize::MAX, "huge", "极长"),
];

/// The size class of a value.
pub fn size(text: &str, language: Language) -> &'static str {
    let w = width(text);
    let (_, en, zh) = SIZES
        .iter()
        .find(|(most, ..)| w <= *most)
        .unwrap_or(&SIZES[7]);
    match language {
        Language::English => en,
        Language::Chinese => zh,
    }
}

/// The widest a value of this class can be; `None` where there is no bound.
pub fn bound(class: &str) -> Option<usize> {
    SIZES
        .iter()
        .find(|(_, en, zh)| *en == class || *zh == class)
        .and_then(|(most, ..)| (*most != usize::MAX).then_some(*most))
}

/// English words plus one for each Chinese character.
pub fn words(text: &str) -> usize {
    let han = text
        .chars()
        .filter(|c| wide(*c) && c.is_alphabetic())
        .count();
    let latin = text
        .split(|c: char| c.is_whitespace() || (wide(c) && c.is_alphabetic()))
        .filter(|w| w.chars().any(|c| c.is_alphanumeric() && !wide(c)))
        .count();
    han + latin
}

/// A class, its name in both languages, and what in a value speaks for it.
type Class = (&'static str, &'static str, &'static str);

fn classify(text: &str, language: Language, classes: &[Class]) -> &'static str {
    let text = text.to_lowercase();
    let tokens: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    // Latin cues match from the start of a word, Chinese ones anywhere.
    let found = |cue: &str| match cue.is_ascii() {
        true if cue.contains(' ') => text.contains(cue),
        true => tokens.iter().any(|t| t.starts_with(cue)),
        false => text.contains(cue),
    };
    let score = |c: &Class| {
        c.2.split('|')
            .filter(|cue| !cue.is_empty() && found(cue))
            .count()
    };
    // The first class is the one for values that say nothing; the earlier of two equals wins.
    let mut best = (&classes[0], score(&classes[0]));
    for class in &classes[1..] {
        let n = score(class);
        if n > best.1 {
            best = (class, n);
        }
    }
    match language {
        Language::English => best.0.0,
        Language::Chinese => best.0.1,
    }
}

/// How the text is to sound.
pub const TONES: &[Class] = &[
    (
        "neutral",
        "平实",
        "neutral|objective|plain|factual|平实|客观|中立",
    ),
    (
        "warm",
        "温暖",
        "warm|friendly|kind|gentle|caring|human|personal|heartfelt|tender|cosy|cozy|温暖|温馨|亲切|友好|柔和|治愈|真诚|走心|温柔",
    ),
    (
        "urgent",
        "紧迫",
        "urgent|breaking|alarming|tense|now|dramatic|紧迫|紧急|紧张|急|突发",
    ),
    (
        "playful",
        "活泼",
        "play|fun|witty|light|humor|humour|cheeky|quirky|casual|young|活泼|轻松|幽默|俏皮|有趣|年轻|可爱|诙谐",
    ),
    (
        "formal",
        "正式",
        "formal|serious|official|professional|sober|analytical|authoritative|正式|严肃|专业|庄重|权威|严谨",
    ),
    (
        "bold",
        "有力",
        "bold|confident|strong|punchy|energetic|direct|inspir|motivat|有力|大胆|自信|热血|激昂|鼓舞|直接|硬朗",
    ),
];

/// What a screenplay is.
pub const GENRES: &[Class] = &[
    ("drama", "剧情", "drama|family|剧情|家庭|文艺|现实"),
    (
        "comedy",
        "喜剧",
        "comed|funny|satire|farce|喜剧|搞笑|幽默|荒诞",
    ),
    (
        "thriller",
        "悬疑",
        "thrill|myster|crime|noir|horror|detective|suspense|spy|悬疑|惊悚|犯罪|推理|恐怖|谍战|侦探",
    ),
    ("romance", "爱情", "roman|love|爱情|恋爱|言情|浪漫"),
    (
        "science fiction",
        "科幻",
        "sci|future|space|cyber|dystop|科幻|未来|太空|赛博",
    ),
    (
        "adventure",
        "冒险",
        "advent|action|fantas|war|western|quest|histor|冒险|动作|奇幻|武侠|战争|历史|古装",
    ),
];

/// What a piece of news is about.
pub const BEATS: &[Class] = &[
    ("general", "综合", ""),
    (
        "transport",
        "交通",
        "bus|tram|train|rail|metro|subway|road|traffic|bridge|cycl|bike|ferry|airport|parking|transport|station|公交|地铁|铁路|公路|交通|大桥|车站|高铁|停车|骑行|轮渡|机场|道路",
    ),
    (
        "education",
        "教育",
        "school|universit|student|teacher|pupil|college|class|library|librar|education|学校|大学|学生|教师|老师|小学|中学|课程|图书馆|教育|校园",
    ),
    (
        "culture",
        "文化",
        "museum|festival|concert|theatre|theater|film|art|music|book|exhibit|cinema|heritage|博物馆|音乐|戏剧|电影|艺术|展览|文化|演出|非遗|书展|剧院",
    ),
    (
        "business",
        "商业",
        "compan|market|shop|factor|job|business|invest|trade|bank|startup|econom|price|rent|公司|企业|市场|商店|工厂|就业|投资|贸易|银行|经济|价格|创业",
    ),
    (
        "health",
        "健康",
        "health|hospital|doctor|clinic|patient|vaccin|nurs|medic|care|医院|医生|健康|诊所|患者|疫苗|护士|医疗|养老",
    ),
    (
        "environment",
        "环境",
        "river|park|tree|climate|flood|water|energy|solar|wind|waste|recycl|weather|storm|forest|garden|air|河|公园|树|气候|洪水|水|能源|光伏|风电|垃圾|天气|暴雨|森林|环保|湿地|空气",
    ),
    (
        "sport",
        "体育",
        "team|match|league|sport|football|marathon|stadium|coach|club|swim|run|球队|比赛|联赛|体育|足球|马拉松|篮球|教练|俱乐部|游泳|跑步",
    ),
    (
        "technology",
        "科技",
        "software|app|robot|internet|data|digital|satellite|chip|research|scien|laborator|软件|应用|机器人|互联网|数据|数字|卫星|芯片|科研|科学|实验室|人工智能",
    ),
];

/// What a product belongs to.
pub const TRADES: &[Class] = &[
    ("general", "综合", ""),
    (
        "food",
        "餐饮",
        "food|coffee|tea|snack|drink|restaurant|bakery|bread|chocolate|kitchen|meal|juice|noodle|咖啡|茶|零食|饮料|餐|面包|巧克力|美食|果汁|面|糕|酒",
    ),
    (
        "travel",
        "旅行",
        "travel|trip|hotel|luggage|suitcase|backpack|flight|tour|camp|hostel|旅行|酒店|行李|背包|航班|旅游|露营|民宿",
    ),
    (
        "technology",
        "数码",
        "app|software|phone|laptop|headphone|earbud|speaker|camera|smart|cloud|keyboard|tracker|软件|手机|耳机|音箱|相机|智能|云|键盘|电脑|平板",
    ),
    (
        "home",
        "家居",
        "home|lamp|chair|sofa|desk|bed|mattress|furniture|clean|vacuum|garden|plant|kettle|家|灯|椅|沙发|桌|床|床垫|清洁|吸尘|园艺|水壶|收纳",
    ),
    (
        "beauty",
        "美妆",
        "skin|cream|serum|shampoo|soap|beauty|perfume|sunscreen|makeup|护肤|面霜|精华|洗发|香皂|美妆|香水|防晒|口红|面膜",
    ),
    (
        "fitness",
        "运动",
        "fit|gym|yoga|run|sport|bike|bicycle|shoe|protein|workout|健身|瑜伽|跑|运动|自行车|鞋|蛋白|锻炼",
    ),
    (
        "fashion",
        "服饰",
        "dress|shirt|jacket|coat|bag|fashion|jean|wool|scarf|ring|watch|裙|衬衫|夹克|外套|包|时尚|牛仔|羊毛|围巾|戒指|手表",
    ),
    (
        "learning",
        "学习",
        "course|learn|school|class|book|tutor|language|exam|workshop|课程|学习|课|书|辅导|英语|考试|培训|工作坊",
    ),
    (
        "service",
        "服务",
        "service|insur|bank|clinic|repair|deliver|consult|agency|law|account|subscription|服务|保险|银行|诊所|维修|配送|咨询|代理|会员|理财",
    ),
];

/// The tone asked for, as one of [`TONES`].
pub fn tone(text: &str, language: Language) -> &'static str {
    classify(text, language, TONES)
}

/// The genre asked for, as one of [`GENRES`].
pub fn genre(text: &str, language: Language) -> &'static str {
    classify(text, language, GENRES)
}

/// What the news is about, as one of [`BEATS`].
pub fn beat(text: &str, language: Language) -> &'static str {
    classify(text, language, BEATS)
}

/// What the product belongs to, as one of [`TRADES`].
pub fn trade(text: &str, language: Language) -> &'static str {
    classify(text, language, TRADES)
}

/// One line, without the stop at its end: the network sets its own.
pub fn value(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let trimmed = line.trim_end_matches(|c: char| ".。；;，,".contains(c) || c.is_whitespace());
    // "etc." and "1.5 l." keep nothing they need; an ellipsis does.
    if line.ends_with("...") {
        line
    } else {
        trimmed.to_owned()
    }
}

/// As [`value`], fit to open a sentence.
pub fn opening(text: &str) -> String {
    let text = value(text);
    let mut chars = text.chars();
    match chars.next() {
        // "iPhone" and "eBay" keep their own spelling.
        Some(c)
            if c.is_lowercase()
                && !text[c.len_utf8()..].starts_with(|d: char| d.is_uppercase()) =>
        {
            c.to_uppercase().chain(chars).collect()
        }
        _ => text,
    }
}

/// Words that open a value but are no names: they lose their capital inside a sentence.
const COMMON: &str = "the|a|an|our|all|new|young|local|people|readers|parents|students|families|commuters|women|men|owners|busy|first-time|small|everyone|anyone|residents|visitors|travellers|travelers|teachers|workers|shift|general|older|elderly|children|kids|teenagers|teens|professionals|freelancers|runners|cyclists|shoppers|home|homeowners|renters|developers|designers|managers|business|frequent|urban|city|rural|pet|dog|cat|coffee|tea|music|film|sports|outdoor|office|remote|university|college|high|school|working|health|budget|tech|gamers|fans|neighbours|neighbors|taxpayers|voters|patients|farmers|drivers|passengers|subscribers|interview|press|report|statement|study|survey|minutes|notes|website|letter|official|annual|internal|public|data|figures|court|police|company";

/// Words for a document, not for whoever speaks in it: English wants an article before them.
const DOCUMENTS: &str = "interview|press|report|statement|study|survey|minutes|website|letter|official|annual|internal|notes|data|figures|company";

/// As [`value`], fit to stand inside a sentence.
pub fn inside(text: &str, language: Language) -> String {
    let text = value(text);
    if language == Language::Chinese {
        return text;
    }
    // "Small-business owners" open with a common word as well.
    let first = text
        .split([' ', '-'])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let mut chars = text.chars();
    match chars.next() {
        Some(c) if COMMON.split('|').any(|w| w == first) => c.to_lowercase().chain(chars).collect(),
        _ => text,
    }
}

/// The name of a product, and what is said of it after a comma, a dash or in brackets.
pub fn named(product: &str) -> (String, String) {
    let text = value(product);
    let marks = [
        ", ", "，", " (", "（", " – ", " - ", "——", ": ", "：", "; ", "；",
    ];
    let found = marks
        .iter()
        .filter_map(|m| text.find(m).map(|at| (at, m.len())))
        .min();
    match found {
        Some((at, len)) if at > 0 => {
            let about = text[at + len..].trim_end_matches([')', '）']);
            (text[..at].trim().to_owned(), opening(about))
        }
        _ => (text, String::new()),
    }
}

/// What is said of somebody up to the first semicolon or stop, fit to stand inside a sentence.
pub fn brief(about: &str, language: Language) -> String {
    let text = value(about);
    let end = [";", "；", "。", ". "]
        .iter()
        .filter_map(|m| text.find(m))
        .min();
    inside(&text[..end.unwrap_or(text.len())], language)
}

/// A source inside a sentence: "according to the interview with ..."
pub fn source(text: &str, language: Language) -> String {
    let text = inside(text, language);
    let first = text.split(' ').next().unwrap_or_default();
    match language {
        Language::English if DOCUMENTS.split('|').any(|w| w == first) => format!("the {text}"),
        _ => text,
    }
}

/// At most `most` values; what is over joins the last ones as further sentences, so none is lost.
pub fn gather(values: Vec<String>, most: usize, language: Language) -> Vec<String> {
    if values.len() <= most {
        return values;
    }
    let stop = if language == Language::English {
        ". "
    } else {
        "。"
    };
    let (share, rest) = (values.len() / most, values.len() % most);
    let mut values = values.into_iter();
    (0..most)
        .map(|i| {
            values
                .by_ref()
                .take(share + usize::from(i < rest))
                .collect::<Vec<_>>()
                .join(stop)
        })
        .collect()
}

/// Sentences (or, in a script, blocks) of a selection.
pub fn sentences(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut now) = (Vec::new(), String::new());
    for (i, &c) in chars.iter().enumerate() {
        now.push(if c == '\n' { ' ' } else { c });
        let next = chars.get(i + 1).copied();
        let ends = match c {
            '。' | '！' | '？' => !next.is_some_and(|n| "”’」』）。！？".contains(n)),
            '.' | '!' | '?' => {
                next.is_none_or(char::is_whitespace) && !abbreviation(now.trim_end())
            }
            '”' | '’' | '」' | '"' => {
                // What follows in lower case still belongs to the sentence: "Why?" she asked.
                let after = chars[i + 1..].iter().find(|n| !n.is_whitespace());
                i > 0
                    && "。！？.!?".contains(chars[i - 1])
                    && next.is_none_or(|n| n.is_whitespace() || wide(n))
                    && after.is_none_or(|n| !n.is_lowercase())
            }
            '\n' => next == Some('\n') || now.trim().is_empty(),
            _ => false,
        };
        if ends {
            push_sentence(&mut out, &now);
            now.clear();
        }
    }
    push_sentence(&mut out, &now);
    out
}

fn push_sentence(out: &mut Vec<String>, text: &str) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !text.is_empty() {
        out.push(text);
    }
}

fn abbreviation(text: &str) -> bool {
    const SHORT: &[&str] = &[
        "mr.", "mrs.", "ms.", "dr.", "st.", "prof.", "no.", "vs.", "e.g.", "i.e.", "inc.", "co.",
    ];
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    SHORT.contains(&last.to_lowercase().as_str())
        || (last.chars().count() == 2 && last.chars().all(|c| c.is_uppercase() || c == '.'))
}

/// What a sentence says up to its first comma or bracket, where that is a sentence too.
pub fn head(sentence: &str) -> Option<String> {
    let at = sentence.find(['，', '；', '（', ';', '—']).or_else(|| {
        [", ", " (", " – ", " - "]
            .iter()
            .filter_map(|mark| sentence.find(mark))
            .min()
    })?;
    let (front, stop) = (
        sentence[..at].trim(),
        if sentence.ends_with(['。', '！', '？']) {
            "。"
        } else {
            "."
        },
    );
    (words(front) >= 5 && words(front) * 5 < words(sentence) * 4).then(|| format!("{front}{stop}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_bounds_that_hold() {
        for text in [
            "tea",
            "旅行水壶",
            "Nimbus travel kettle",
            "a kettle that folds flat in a bag",
            "x".repeat(80).as_str(),
        ] {
            let class = size(text, Language::English);
            assert!(
                bound(class).is_none_or(|b| width(text) <= b),
                "{text}: {class}"
            );
        }
    }

    #[test]
    fn classes_are_read_from_either_language() {
        assert_eq!(tone("warm and personal", Language::Chinese), "温暖");
        assert_eq!(tone("活泼", Language::English), "playful");
        assert_eq!(tone("", Language::English), "neutral");
        assert_eq!(genre("Crime drama", Language::English), "drama");
        assert_eq!(genre("悬疑推理", Language::Chinese), "悬疑");
        assert_eq!(beat("A new night bus", Language::English), "transport");
        assert_eq!(trade("轻便行李箱，旅行必备", Language::Chinese), "旅行");
    }

    #[test]
    fn values_fit_where_they_stand() {
        assert_eq!(opening("boils in 90 seconds."), "Boils in 90 seconds");
        assert_eq!(opening("iPhone case"), "iPhone case");
        assert_eq!(inside("Local readers", Language::English), "local readers");
        assert_eq!(
            inside("Berlin commuters", Language::English),
            "Berlin commuters"
        );
        assert_eq!(
            source("Interview with Mara Lindqvist", Language::English),
            "the interview with Mara Lindqvist"
        );
        assert_eq!(value("票价 2.5 元。"), "票价 2.5 元");
    }

    #[test]
    fn names_come_without_what_is_said_of_them() {
        let of = |p: &str| {
            let (name, about) = named(p);
            format!("{name} | {about}")
        };
        assert_eq!(of("Fold kettle, a small one"), "Fold kettle | A small one");
        assert_eq!(of("杂粮粥，热水一冲就好"), "杂粮粥 | 热水一冲就好");
        assert_eq!(of("Nimbus (2 l)"), "Nimbus | 2 l");
        assert_eq!(of("Nimbus"), "Nimbus | ");
        assert_eq!(
            brief("58, keeper; would rather mend a thing", Language::English),
            "58, keeper"
        );
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        assert_eq!(
            sentences("Dr. Ode left at 2.30. \"Why?\" she asked. 他说：“走吧。”然后走了。"),
            [
                "Dr. Ode left at 2.30.",
                "\"Why?\" she asked.",
                "他说：“走吧。”",
                "然后走了。"
            ]
        );
    }

    #[test]
    fn gathering_loses_nothing() {
        let values: Vec<String> = (0..30).map(|i| format!("v{i}")).collect();
        let gathered = gather(values.clone(), 12, Language::English);
        assert_eq!(gathered.len(), 12);
        let joined = gathered.join(". ");
        assert_eq!(joined.split(". ").collect::<Vec<_>>(), values);
    }

    #[test]
    fn a_head_is_shorter_and_whole() {
        assert_eq!(
            head("The line opens on Friday night, the council said after a long debate.")
                .as_deref(),
            Some("The line opens on Friday night.")
        );
        assert_eq!(head("Short, but fine."), None);
    }
}
