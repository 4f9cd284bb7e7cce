//! Chinese names: who says something, who stands behind a title, works in 《》, and organisations
//! by the ends of their names.

use std::ops::Range;

use inkstone_manuscript::count::is_han;

pub(super) fn strangers(text: &str, known: &[&str]) -> Vec<Range<usize>> {
    let knows = |name: &str| known.iter().any(|text| text.contains(name));
    let mut found: Vec<Range<usize>> = works(text).filter(|r| !knows(&text[r.clone()])).collect();
    for range in han_runs(text) {
        let run = &text[range.clone()];
        let shift = |r: Range<usize>| range.start + r.start..range.start + r.end;
        found.extend(
            people(run)
                .into_iter()
                .filter(|r| !knows(&run[r.clone()]))
                .map(shift),
        );
        found.extend(organisations(run, known).into_iter().map(shift));
    }
    found
}

/// What stands between 《 and 》.
fn works(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices('《').filter_map(|(at, open)| {
        let start = at + open.len();
        let length = text[start..].find(['》', '《', '\n'])?;
        let closed = text[start + length..].starts_with('》');
        (closed && length > 0).then_some(start..start + length)
    })
}

/// Runs of Han characters, and of the dot inside foreign names.
fn han_runs(text: &str) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices() {
        if is_han(c) || c == '·' {
            let end = at + c.len_utf8();
            match runs.last_mut() {
                Some(run) if run.end == at => run.end = end,
                _ => runs.push(at..end),
            }
        }
    }
    runs
}

const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";

/// Characters that a given name hardly holds, and that other words before `说` and `表示` do.
const NOT_IN_NAMES: &str = "们者家客员方局人部会司院所校厂店都也还则就曾又再并均已他她我你其此这那该各某不是的了在对将被把给和与及时候面管头来去上下中后前内外多少些么样什何任先生女士小大老师傅长总业民警官府市县区镇村省国";

const SAYS: &[&str] = &[
    "表示", "介绍", "指出", "认为", "透露", "强调", "坦言", "回忆", "告诉", "说", "称", "道",
];
const BETWEEN: &[&str] = &[
    "还",
    "也",
    "则",
    "就",
    "曾",
    "又",
    "再",
    "并",
    "均",
    "都",
    "向记者",
    "对记者",
    "同时",
    "随后",
    "近日",
    "日前",
];

const TITLES: &[&str] = &[
    "主任",
    "局长",
    "校长",
    "院长",
    "厂长",
    "处长",
    "科长",
    "所长",
    "站长",
    "馆长",
    "会长",
    "社长",
    "船长",
    "队长",
    "市长",
    "省长",
    "县长",
    "镇长",
    "区长",
    "村长",
    "部长",
    "董事长",
    "经理",
    "总裁",
    "主席",
    "书记",
    "教授",
    "博士",
    "研究员",
    "工程师",
    "设计师",
    "医生",
    "记者",
    "发言人",
    "负责人",
    "店主",
    "司机",
    "居民",
    "市民",
    "村民",
    "乘客",
    "游客",
    "店长",
    "创始人",
];

/// Names of people in a run without punctuation.
fn people(run: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // 王建国说 at the start of a clause or behind a title.
    for says in SAYS {
        for (at, _) in run.match_indices(says) {
            let mut front = &run[..at];
            while let Some(shorter) = BETWEEN.iter().find_map(|word| front.strip_suffix(word)) {
                front = shorter;
            }
            let first = front.chars().take(4).count();
            for length in [3, 2] {
                let Some(start) = char_start(front, length) else {
                    continue;
                };
                let name = &front[start..];
                let titled = TITLES.iter().any(|title| front[..start].ends_with(title));
                // Two characters alone are too often another word.
                if is_name(name) && (titled || (start == 0 && first == 3)) {
                    found.push(start..front.len());
                    break;
                }
            }
        }
    }
    // 局长王建国 at the end of a clause.
    for title in TITLES {
        for (at, _) in run.match_indices(title) {
            let start = at + title.len();
            let name = &run[start..];
            if (2..=3).contains(&name.chars().take(4).count()) && is_name(name) {
                found.push(start..run.len());
            }
        }
    }
    found
}

/// Where the last `length` characters begin.
fn char_start(text: &str, length: usize) -> Option<usize> {
    text.char_indices()
        .rev()
        .nth(length.checked_sub(1)?)
        .map(|(at, _)| at)
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| SURNAMES.contains(c))
        && !chars.any(|c| NOT_IN_NAMES.contains(c) || c == '·')
}

const ORGANISATIONS: &[&str] = &[
    "有限公司",
    "大学",
    "学院",
    "研究院",
    "研究所",
    "协会",
    "银行",
    "医院",
    "集团",
];

/// Roots of authorities: 局 alone ends many other words (结局, 布局).
const AUTHORITIES: &[&str] = &[
    "交通",
    "教育",
    "卫生",
    "公安",
    "环保",
    "城管",
    "水务",
    "气象",
    "统计",
    "税务",
    "财政",
    "市场监管",
    "规划",
    "农业",
    "体育",
    "民政",
    "审计",
    "住建",
    "应急",
    "林业",
    "邮政",
    "铁路",
    "海事",
    "地震",
    "药监",
    "商务",
    "管理",
    "文旅",
];

/// What stands before a name and is no part of it.
const BOUNDARIES: &[&str] = &[
    "的", "在", "和", "与", "及", "由", "对", "从", "向", "是", "为", "了", "到", "据", "按", "被",
    "将", "把", "给", "等", "该", "本", "这", "那", "某", "家", "所", "各", "多", "有", "称", "说",
    "让", "跟", "同", "以", "其", "于", "来自", "前往", "联合", "包括", "以及", "毕业", "根据",
    "就读", "进入", "加入", "考入", "附近",
];

/// Words before `大学` or `医院` that name a sort and not an institution.
const SORTS: &[&str] = &[
    "重点", "综合", "民办", "公办", "公立", "私立", "社区", "老年", "开放", "人民", "中心", "专科",
    "三甲", "当地", "各大", "商业", "国有", "行业", "地方", "上市", "大型", "科技", "物流", "本地",
    "知名", "著名", "相关", "所有", "部分", "职业", "技术", "高等", "名牌", "基层", "乡镇", "县级",
    "市级", "省级", "定点", "央行", "高校", "股份", "投资", "责任", "两所", "附属",
];

fn organisations(run: &str, known: &[&str]) -> Vec<Range<usize>> {
    let knows = |name: &str| known.iter().any(|text| text.contains(name));
    let mut found = Vec::new();
    for end in ORGANISATIONS {
        for (at, _) in run.match_indices(end) {
            let start = name_start(&run[..at]);
            let front = &run[start..at];
            let stop = at + end.len();
            let sort = front.chars().count() < 2 || SORTS.iter().any(|s| front.ends_with(s));
            // Where a name begins is a guess, so a known end of it makes it known.
            let tail = char_start(front, 2).map_or(start, |shift| start + shift);
            if !sort && !knows(&run[tail..stop]) {
                found.push(start..stop);
            }
        }
    }
    for root in AUTHORITIES {
        let name = format!("{root}局");
        for (at, _) in run.match_indices(&name) {
            // 交通局 may stand for the brief's 交通运输局.
            let known = known
                .iter()
                .any(|text| text.contains(root) && text.contains('局'));
            if !known {
                found.push(name_start(&run[..at])..at + name.len());
            }
        }
    }
    found
}

/// Where the name at the end of `front` begins: behind the last boundary, six characters at most.
fn name_start(front: &str) -> usize {
    let least = char_start(front, 6).unwrap_or(0);
    // A boundary may begin before the six characters and end in them.
    let near = char_start(front, 8).unwrap_or(0);
    let ends = |b: &&str| front[near..].rfind(*b).map(|at| near + at + b.len());
    let boundary = BOUNDARIES.iter().filter_map(ends).max();
    boundary.unwrap_or(0).max(least)
}
