//! What the person writes and the model answers in a walk through a story, in each language.

use inkstone_tests::loopback::{Answer, Recorded};

/// The words of a walk.
pub struct Words {
    /// Of the settings and of pictures.
    pub language: &'static str,
    pub logline: &'static str,
    pub other_logline: &'static str,
    /// What the person adds to the premise.
    pub premise: &'static str,
    /// Who is interviewed.
    pub name: &'static str,
    /// The name as it stands in a cue.
    pub cue: &'static str,
    /// What the person makes of the first one's voice.
    pub voice: &'static str,
    /// The second beat as the person changes it, before and after the scenes were written.
    pub beat: &'static str,
    pub other_beat: &'static str,
    /// The first synopsis as the person changes it.
    pub synopsis: &'static str,
    /// Typed at the end of the script: a speech whose cue has a slip.
    pub slip: &'static str,
    /// What is to be better in a scene.
    pub note: &'static str,
    pub question: &'static str,
    /// Marks of some answers.
    pub entry: &'static str,
    pub way: &'static str,
    pub interview: &'static str,
    /// An answer by a mark in what was asked; the first mark that is found counts.
    pub answers: &'static [(&'static str, &'static str)],
}

impl Words {
    /// The answer to a request.
    pub fn answer(&self, request: &Recorded) -> Answer {
        let text = request.text();
        let found = self.answers.iter().find(|(mark, _)| text.contains(mark));
        Answer::text(found.map_or("?", |(_, answer)| answer))
    }

    /// What the model answers where this stands in the prompt.
    pub fn answered(&self, mark: &str) -> &'static str {
        let found = self.answers.iter().find(|(known, _)| *known == mark);
        found.map_or("?", |(_, answer)| answer)
    }
}

pub const ENGLISH: Words = Words {
    language: "en",
    logline: "A ferry pilot hides the letter that would close her harbour",
    other_logline: "A ferry pilot hides a letter from the man it concerns",
    premise: " She wants one more winter.",
    name: "Mara",
    cue: "MARA",
    voice: "Short. Never answers a question; talks of the boat instead.",
    beat: "Tom finds the letter and puts it back.",
    other_beat: "Tom finds the letter and burns it.",
    synopsis: "Mara hides the letter while Tom watches.",
    slip: "\n\nMARRA\nIt was open when I came.",
    note: "More silence",
    question: "Have you read the letter?",
    entry: "rewrite the synopsis of one scene",
    way: "This is way 2 of",
    interview: "being interviewed",
    answers: &[
        (
            "write the premise of the story",
            "Mara Holm, 52, steers the last ferry. When a letter says that the line will be closed, she \
             hides it, and Tom, who keeps the tickets, pays for it.",
        ),
        (
            "write the pages of the people",
            r#"{"characters": [{"name": "Mara", "description": "Steers the ferry.", "role": "52, pilot", "want": "One more winter on the water.", "need": "To be forgiven.", "flaw": "She decides for others.", "voice": "Brief.", "facts": ["She has read the letter."]}, {"name": "Tom", "description": "Keeps the tickets.", "role": "48, deckhand", "want": "To keep the house.", "need": "To say no.", "flaw": "He waits.", "voice": "Asks back.", "facts": ["The house is mortgaged."]}]}"#,
        ),
        (
            "find the beats of the story",
            "# Act One\n\n= Mara hides the letter that would end the ferry.\n\n= Tom finds the letter and \
             says nothing.\n\n# Act Two\n\n= Mara sells the boat, but the buyer is Tom.",
        ),
        (
            "break the story into",
            "INT. FERRY KITCHEN - NIGHT\n\n= Mara wants to burn the letter, but Tom is awake.\n\n\
             EXT. FERRY LANDING - DAWN\n\n= Tom waits for Mara to tell him. She sells him a ticket.",
        ),
        (
            "rewrite the synopsis of one scene",
            "= Tom burns the letter before Mara can speak.",
        ),
        (
            "write out scene",
            "Rain ticks at the glass. Mara slides a letter under the bread tin.\n\nTOM\n(from the \
             door)\nYou're up.\n\nMARA\nThe kettle was.\n\nHe looks at the bread tin.",
        ),
        (
            "because what it is written from has changed",
            "Rain ticks at the glass. The letter is gone from under the tin.\n\nMARA\nWhere is it?\n\n\
             TOM\nThe stove was cold.",
        ),
        ("This is way 1 of", "It was open."),
        ("This is way 2 of", "Who leaves a door open in this rain?"),
        ("This is way 3 of", "I have only the one key."),
        ("another way to say the selected line", "Ask the door."),
        (
            "Your turn is an obstacle",
            "EXT. PIER - NIGHT\n\n= The ferry is chained before Mara can leave.",
        ),
        (
            "Your turn is a reversal",
            "INT. OFFICE - DAY\n\n= Tom, who came to ask for his wages, gives her his savings.",
        ),
        (
            "Your turn is a revelation",
            "INT. FERRY SALOON - NIGHT\n\n= A passenger reads the letter aloud.",
        ),
        (
            "Your turn is a decision",
            "INT. BANK - DAY\n\n= Tom signs the house away for the boat.",
        ),
        (
            "Your turn is a consequence",
            "EXT. HARBOUR - DAWN\n\n= The harbour master asks who signed for the letter.",
        ),
        (
            "punch up scene",
            "Rain ticks at the glass. Mara slides a letter under the bread tin.\n\nTOM\n(from the \
             door)\nYou're up.\n\nHe waits. The kettle begins to sing.\n\nMARA\nThe kettle was.",
        ),
        (
            "write what Mara says next",
            "MARA\nThe boat pulls to port since Tuesday.",
        ),
        (
            "script reader",
            r#"{"logline": "A pilot hides a letter from the man it concerns.", "synopsis": "Mara hides a letter. Tom has seen it.", "premise": {"grade": "good", "reason": "The lie is small and costs much.", "quotes": ["Mara slides a letter under the bread tin."]}, "characters": {"grade": "fair", "reason": "Tom waits for too long.", "quotes": []}, "dialogue": {"grade": "excellent", "reason": "Nobody says what they mean.", "quotes": ["The kettle was."]}, "structure": {"grade": "poor", "reason": "The landing repeats the kitchen.", "quotes": ["They all go home."]}, "strengths": [{"text": "The kitchen.", "quote": "You're up."}], "weaknesses": [{"text": "Nobody wants anything on the landing.", "quote": ""}], "verdict": "consider", "reason": "Worth another look when Tom acts."}"#,
        ),
        (
            "script supervisor",
            r#"{"findings": [{"who": "TOM", "problem": "Tom came when she was already up, and cannot know it.", "quote": "You're up."}]}"#,
        ),
        (
            "being interviewed",
            "MARA: The wind got up. I never read other people's post.",
        ),
    ],
};

pub const CHINESE: Words = Words {
    language: "zh-CN",
    logline: "渡船女船长藏起一封会让码头关闭的信",
    other_logline: "渡船女船长瞒着一个人藏起了与他有关的信",
    premise: "她只想再开一个冬天。",
    name: "林晓",
    cue: "林晓",
    voice: "句子短，从不直接回答，总把话岔到船上。",
    beat: "老唐发现了信，又放了回去。",
    other_beat: "老唐发现了信，一把火烧了。",
    synopsis: "林晓当着老唐的面藏信。",
    slip: "\n\n@林小\n我来的时候就开着。",
    note: "多一点沉默",
    question: "那封信你看了吗？",
    entry: "重写大纲里一场戏的梗概",
    way: "这是第 2 种",
    interview: "正在接受写你的编剧的采访",
    answers: &[
        (
            "写出故事前提",
            "林晓，五十二岁，开着最后一条渡船。来信说航线要停，她把信藏了起来，替她付出代价的是卖票的老唐。",
        ),
        (
            "写人物小传，三到六个人",
            r#"{"characters": [{"name": "林晓", "description": "开渡船。", "role": "五十二岁，船长", "want": "在水上再过一个冬天。", "need": "被人原谅。", "flaw": "替别人做主。", "voice": "话少。", "facts": ["信她看过了。"]}, {"name": "老唐", "description": "卖票。", "role": "四十八岁，船工", "want": "保住房子。", "need": "学会说不。", "flaw": "总在等。", "voice": "爱反问。", "facts": ["房子已经抵押。"]}]}"#,
        ),
        (
            "列出故事的情节点",
            "# 第一幕\n\n= 林晓把会让渡船停航的信藏了起来。\n\n= 老唐发现了信，什么也没说。\n\n# 第二幕\n\n= 林晓卖掉了船，买主却是老唐。",
        ),
        (
            "把故事分成",
            ".内景 渡船厨房 - 夜\n\n= 林晓想烧掉那封信，老唐却醒着。\n\n.外景 渡口 - 清晨\n\n= 老唐等林晓开口，林晓卖给他一张船票。",
        ),
        ("重写大纲里一场戏的梗概", "= 老唐抢在林晓开口之前把信烧了。"),
        (
            "现在的任务：写出第",
            "雨点敲着玻璃。林晓把一封信塞到面包罐底下。\n\n@老唐\n(在门口)\n你还没睡。\n\n@林晓\n水刚开。\n\n他看了看面包罐。",
        ),
        (
            "因为它的依据改了",
            "雨点敲着玻璃。面包罐底下的信不见了。\n\n@林晓\n信呢？\n\n@老唐\n炉子凉了。",
        ),
        ("这是第 1 种", "门是开的。"),
        ("这是第 2 种", "这么大的雨，谁不关门？"),
        ("这是第 3 种", "我只有这一把钥匙。"),
        ("选中的这句话换一种说法", "你问门去。"),
        (
            "你要写的是阻碍",
            ".外景 栈桥 - 夜\n\n= 林晓还没来得及走，渡船已被锁上。",
        ),
        (
            "你要写的是反转",
            ".内景 办公室 - 日\n\n= 来讨工钱的老唐，把积蓄给了她。",
        ),
        (
            "你要写的是揭露",
            ".内景 船舱 - 夜\n\n= 一个乘客把信念了出来。",
        ),
        (
            "你要写的是有代价",
            ".内景 银行 - 日\n\n= 老唐为了船，签字卖掉了房子。",
        ),
        (
            "你要写的是后果",
            ".外景 港口 - 清晨\n\n= 港务长追问信是谁签收的。",
        ),
        (
            "现在的任务：打磨第",
            "雨点敲着玻璃。林晓把一封信塞到面包罐底下。\n\n@老唐\n(在门口)\n你还没睡。\n\n他等着。水壶响了。\n\n@林晓\n水刚开。",
        ),
        ("写林晓接下来说的话", "@林晓\n礼拜二起，船老往左偏。"),
        (
            "剧本审读",
            r#"{"logline": "船长瞒着一个人藏起了与他有关的信。", "synopsis": "林晓藏信，老唐看见了。", "premise": {"grade": "good", "reason": "谎不大，代价大。", "quotes": ["林晓把一封信塞到面包罐底下。"]}, "characters": {"grade": "fair", "reason": "老唐等得太久。", "quotes": []}, "dialogue": {"grade": "excellent", "reason": "没有人说真话。", "quotes": ["水刚开。"]}, "structure": {"grade": "poor", "reason": "渡口重复了厨房。", "quotes": ["他们都回家了。"]}, "strengths": [{"text": "厨房那场。", "quote": "你还没睡。"}], "weaknesses": [{"text": "渡口没有人想要什么。", "quote": ""}], "verdict": "consider", "reason": "等老唐动起来，值得再看。"}"#,
        ),
        (
            "你是场记",
            r#"{"findings": [{"who": "老唐", "problem": "老唐来的时候她已经起来了，他不可能知道。", "quote": "你还没睡。"}]}"#,
        ),
        ("正在接受写你的编剧的采访", "林晓：起风了。别人的信我不看。"),
    ],
};
