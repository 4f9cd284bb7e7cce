//! Plain scripts: any text becomes a script of about its size, and what was a guess is named by a
//! line that is there.

use inkstone_formats::script_text;

/// The bytes are a text.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found = script_text::read(&text);
    // Marks are added and characters escaped; nothing is said twice.
    assert!(
        found.text.len() <= 8 * text.len() + 256,
        "{}",
        found.text.len()
    );
    // A form feed or a bare return ends a line, too.
    let ends = |c: char| {
        matches!(
            c,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let lines = text.split(ends).count();
    for unsure in &found.report.unsure {
        assert!(
            (1..=lines.max(1)).contains(&unsure.line),
            "{} of {lines}",
            unsure.line
        );
    }
}

/// What gives a line its meaning.
pub const TYPED: &[&str] = &[
    "\n",
    "\n\n",
    "\u{c}",
    "    ",
    "          ",
    "                      ",
    "INT. ",
    "EXT. ",
    "CUT TO:",
    "(MORE)",
    "(CONT'D)",
    "CONTINUED:",
    "BO",
    "1.",
    "第1场",
    "第二场 ",
    "内景",
    "外景",
    "日",
    "夜",
    "：",
    ":",
    "（",
    "）",
    "△",
    "▲",
    "【",
    "】",
    "人物：",
    "场景：",
    "旁白",
    "OS",
    "V.O.",
    "\t",
    "\r\n",
    "\u{3000}",
    "\u{feff}",
    "*",
    "12",
    "A",
    "汉",
    "老秦",
];

/// Texts to begin with.
pub const SEEDS: &[&str] = &[
    "第1场 渡口 夜 外\n人物：老秦、小梅\n△ 雨。\n老秦：船呢？\n小梅（低声）：没有了。\n\n第2场 茶馆 日 内\n老秦坐着。\n",
    "                                                            1.\n\nEXT. QUAY - NIGHT\n\nRain on the planks. MARA counts the\nlamps.\n\n                      MARA\n               (to nobody)\n          You are late again and you\n          know it.\n                      (MORE)\n\n                                          CUT TO:\n",
    "INT. HUT - DAY\n\nBO\nYes.\n",
];
