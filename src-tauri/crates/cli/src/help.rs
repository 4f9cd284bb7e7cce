//! The help, in both languages. The English stands beside each argument in [`Arguments`].

use clap::{Arg, ArgAction, Command, CommandFactory as _};
use inkstone_studio::Language;

use crate::arguments::Arguments;

/// What can be typed, with its help in a language.
pub fn command(language: Language) -> Command {
    let command = Arguments::command();
    match language {
        Language::English => command,
        Language::Chinese => {
            chinese(command)
                .disable_version_flag(true)
                .arg(own("version", 'V', ActionOf::Version))
        }
    }
}

enum ActionOf {
    Help,
    Version,
}

/// The arguments that clap would add by itself, in English.
fn own(name: &'static str, short: char, action: ActionOf) -> Arg {
    let (action, help) = match action {
        ActionOf::Help => (ArgAction::Help, "显示帮助"),
        ActionOf::Version => (ArgAction::Version, "显示版本"),
    };
    Arg::new(name)
        .short(short)
        .long(name)
        .action(action)
        .help(help)
        .help_heading("选项")
}

fn chinese(command: Command) -> Command {
    let about = command
        .get_about()
        .map(|about| translated(&about.to_string()));
    let command = match about {
        Some(about) => command.about(about),
        None => command,
    };
    command
        .help_template("{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("命令")
        .disable_help_flag(true)
        .mut_args(|arg| {
            let heading = if arg.is_positional() {
                "参数"
            } else {
                "选项"
            };
            let help = arg.get_help().map(|help| translated(&help.to_string()));
            let arg = arg.help_heading(heading);
            match help {
                Some(help) => arg.help(help),
                None => arg,
            }
        })
        .arg(own("help", 'h', ActionOf::Help))
        .mut_subcommands(chinese)
}

fn translated(english: &str) -> String {
    let all = CHINESE.iter().chain(crate::sampling::CHINESE);
    let found = all.into_iter().find(|(known, _)| *known == english);
    found.map_or(english, |(_, chinese)| chinese).to_owned()
}

const CHINESE: &[(&str, &str)] = &[
    (
        "Shows and checks actions that people write",
        "查看和检查自定操作",
    ),
    (
        "Asks by an action of your own in place of a draft: the name of its file, or its own",
        "不起草，改用自定操作：写文件名或操作名称",
    ),
    (
        "The text that the action works on; `-` reads it from stdin",
        "操作所针对的文字；`-` 从标准输入读取",
    ),
    (
        "Lists your actions, and says what is wrong with those that can't be used",
        "列出自定操作，并说明不能用的哪里有误",
    ),
    ("Prints the file of an action", "输出操作的文件"),
    ("The name of its file, or its own", "文件名或操作名称"),
    (
        "Checks the file of an action as it would be used, without a model",
        "不用模型，按实际使用的方式检查操作文件",
    ),
    (
        "The file; `-` reads it from stdin",
        "文件；`-` 从标准输入读取",
    ),
    (
        "Sizes, licences, what fits this machine, and measured speeds",
        "列出大小、许可、是否适合本机，以及测得的速度",
    ),
    (
        "Looks for model files that other programs have on this machine",
        "查找本机上其他程序的模型文件",
    ),
    (
        "Folders whose model files are on the list by themselves",
        "模型文件夹：其中的文件自动列入",
    ),
    (
        "Downloads a model file; run again, it goes on where it was",
        "下载模型文件；中断后再次运行即可续传",
    ),
    (
        "Takes a model off the list; its file stays",
        "从列表移除模型，文件保留",
    ),
    ("A model's id or name", "模型的编号或名称"),
    (
        "Runs a model for a moment, and keeps how fast it wrote",
        "试写片刻，测量并记下速度",
    ),
    ("Models that fit this machine", "适合本机的模型"),
    (
        "Lists the folders, and what in them is no model",
        "列出文件夹，以及其中不能用的文件",
    ),
    (
        "Puts a folder on the list, with all that lies in it",
        "添加一个文件夹及其中的模型",
    ),
    ("The folder", "文件夹"),
    (
        "Takes a folder off the list; its files stay",
        "移除一个文件夹，文件保留",
    ),
    (
        "The address of a GGUF file; or OWNER/REPOSITORY/FILE on a hub",
        "GGUF 文件的地址；或站点上的 所有者/仓库/文件名",
    ),
    (
        "The address of the hub, or of a mirror; otherwise the one chosen in the window",
        "站点或镜像的地址；不写则用窗口中选定的",
    ),
    (
        "The SHA-256 that the file must have",
        "文件应有的 SHA-256 校验值",
    ),
    (
        "Copies the file into the program's own folder",
        "把文件复制到本程序自己的文件夹",
    ),
    (
        "Measures how fast a model file runs on this machine, and what it takes",
        "测量模型文件在本机上的运行速度和内存占用",
    ),
    (
        "Turns a text from stdin into a model's tokens, as a JSON list of ids",
        "把标准输入的文本转换成模型的词元，输出编号的 JSON 列表",
    ),
    (
        "The path of a GGUF file, or of a model's folder",
        "GGUF 文件或模型文件夹的路径",
    ),
    (
        "Random weights in the shape and type of a real model, as llama-3.2-1b:Q4_K_M",
        "用随机权重仿造真实模型的结构和类型，例如 llama-3.2-1b:Q4_K_M",
    ),
    (
        "Where to keep the file with random weights; otherwise it is deleted",
        "把随机权重的文件存到这里；不写则用后删除",
    ),
    (
        "Tokens of the prompt; otherwise 512",
        "提示的词元数；不写为 512",
    ),
    ("Tokens to write; otherwise 64", "要写的词元数；不写为 64"),
    (
        "Tokens that lie before what is written; otherwise none",
        "所写内容之前已有的词元数；不写为 0",
    ),
    (
        "Texts that are written at once; otherwise 8",
        "同时写几篇；不写为 8",
    ),
    (
        "Threads that compute; otherwise one for each core",
        "计算用的线程数；不写则每个核心一个",
    ),
    (
        "The other way: ids as JSON on stdin, their text on stdout",
        "反过来：从标准输入读取 JSON 编号，输出对应的文本",
    ),
    (
        "Reads the texts of control tokens as these, as in what a chat template wrote",
        "把控制词元的文字当作控制词元，如同对话模板写出的内容",
    ),
    (
        "Sums up what models used and cost, by month (UTC), project and model",
        "按月份（UTC）、项目和模型汇总用量与费用",
    ),
    (
        "Only of this project, by its id or name",
        "只看这个项目，用编号或名称指定",
    ),
    ("As CSV", "输出 CSV"),
    (
        "How the server is asked: chat (the usual), completions or responses",
        "请求方式：chat（常用）、completions 或 responses",
    ),
    (
        "Lists the scenes of a script: number, length, heading, who speaks, synopsis",
        "列出剧本的场次：场号、长度、场景标题、说话的人物、梗概",
    ),
    (
        "Shows beat sheets, and puts one into a script",
        "查看节拍表，或把节拍表放进剧本",
    ),
    (
        "The script, a file of any format that can be imported, or the id of a document or draft in the library; `-` reads Fountain from stdin",
        "剧本：任何可导入格式的文件，或文稿库中文档或稿本的编号；`-` 从标准输入读取 Fountain",
    ),
    (
        "The sheet, by id or name; otherwise all are listed",
        "节拍表的编号或名称；不写则列出全部",
    ),
    (
        "A script in Fountain, printed with the sheet in it; `-` reads it from stdin",
        "Fountain 剧本，放进节拍表后输出；`-` 从标准输入读取",
    ),
    (
        "How many pages the beats fall on; otherwise 110",
        "节拍按多少页来排；不写为 110 页",
    ),
    (
        "Drafts news, ads and screenplays with a language model, on this machine or on a server",
        "用语言模型起草新闻、广告和剧本，模型可在本机，也可在服务器上",
    ),
    (
        "The library file; otherwise $INKSTONE_LIBRARY, otherwise the one that the window uses",
        "文稿库文件；默认取 $INKSTONE_LIBRARY，再默认与窗口使用同一个",
    ),
    (
        "The language of messages: en or zh-CN; otherwise that of the system",
        "消息的语言：en 或 zh-CN；默认随系统",
    ),
    (
        "Prints one JSON value instead of text",
        "输出一个 JSON 值，而不是文本",
    ),
    ("Drafts a text from a brief", "根据写作要求起草"),
    (
        "Asks even if the budget of the month is passed by it",
        "即使会超出本月预算也照常请求",
    ),
    (
        "Writes so many, ranks them by the checks, and prints the best with the reasons",
        "写出这么多稿，按检查结果排序，输出最好的一稿并说明理由",
    ),
    (
        "Has a model judge them too: this one, or the one that writes",
        "再由模型评审：用这里写的模型，不写则由写作的模型自己评",
    ),
    ("Continues a prompt as it stands", "按原样续写提示词"),
    ("Shows and adds models", "查看和添加模型"),
    (
        "Tells what left this machine, word for word",
        "逐字查看离开本机的内容",
    ),
    (
        "Lists what was sent, newest first",
        "列出发送过的内容，最新的在前",
    ),
    ("Prints what was sent, as it left", "输出实际发送的原文"),
    ("Writes entries to a file", "把条目写入文件"),
    ("The id of an entry", "条目的编号"),
    ("The ids of entries", "若干条目的编号"),
    (
        "csv, a table without texts; or jsonl, an entry a line with its text",
        "csv：不含原文的表格；jsonl：每行一条，含原文",
    ),
    (
        "Deletes texts that were sent; the entries stay, with length and SHA-256",
        "删除发送过的原文；条目仍保留长度和 SHA-256",
    ),
    ("All texts", "全部原文"),
    (
        "Only with these words in what was sent",
        "只要发送内容里有这些词的",
    ),
    (
        "Only of this project, by its id or name",
        "只要这个项目的（编号或名称）",
    ),
    ("Only to this host", "只要发往这个主机的"),
    (
        "Only what was sent on this day or later (UTC)",
        "只要这一天或之后发送的（UTC）",
    ),
    (
        "Only what was sent on this day or before (UTC)",
        "只要这一天或之前发送的（UTC）",
    ),
    (
        "Tells where the keys of servers are kept, and keeps them elsewhere",
        "查看服务器密钥存在哪里，并改换存放处",
    ),
    (
        "Lists the models on servers, and where their keys are",
        "列出服务器上的模型及其密钥的存放处",
    ),
    (
        "Keeps a key: that of --key-env, of INKSTONE_API_KEY, or from stdin",
        "保存密钥：取自 --key-env、INKSTONE_API_KEY 或标准输入",
    ),
    (
        "Where to keep it; the file takes its passphrase from INKSTONE_PASSPHRASE",
        "存放处；文件的口令取自 INKSTONE_PASSPHRASE",
    ),
    (
        "Keeps a key in the other place from now on",
        "把密钥移到另一处存放",
    ),
    ("Forgets a key", "删除密钥"),
    (
        "Gives the file of keys the passphrase in INKSTONE_NEW_PASSPHRASE; makes the file if there is none",
        "把密钥文件的口令改为 INKSTONE_NEW_PASSPHRASE 中的口令；没有文件则新建",
    ),
    ("The model's id or name", "模型的编号或名称"),
    ("Looks into the library", "查看文稿库"),
    (
        "Makes documents of files and folders: Word, Markdown, HTML, text, FDX, Fountain, Highland, PDF, ads CSV",
        "把文件和文件夹导入为文稿：Word、Markdown、HTML、纯文本、FDX、Fountain、Highland、PDF、广告 CSV",
    ),
    (
        "Files and folders; they stay where they lie. Hidden files and links in folders are passed over",
        "文件和文件夹；留在原处不动。文件夹中的隐藏文件和链接会略过",
    ),
    (
        "The encoding of texts, as \"big5\"; otherwise found out",
        "文本的编码，如“big5”；默认自动识别",
    ),
    (
        "What the files are; otherwise found out",
        "文件的种类；默认自动识别",
    ),
    (
        "Writes a draft to a file, or everything to plain files",
        "把稿子写入文件，或把全部内容导出为普通文件",
    ),
    (
        "Everything as plain files, with all of its history, to this folder: a new or an empty one, or one with an older export, which is brought up to date",
        "把全部内容连同历史导出为普通文件，写入这个文件夹：新的或空的均可，以前导出过的会更新到最新",
    ),
    (
        "Only this project, by its id or name",
        "只导出这个项目，用编号或名称指定",
    ),
    (
        "As one zip file instead of a folder",
        "写成一个 zip 文件，而不是文件夹",
    ),
    (
        "Tells where the words of a document came from",
        "说明文稿中的文字从何而来",
    ),
    (
        "As a table: one line for each run of words with one origin",
        "输出表格：同一来源的连续文字为一行",
    ),
    (
        "Prints a document with the labels that rules ask for on what a model wrote",
        "输出带标识的文稿，标识按生成内容的有关规定",
    ),
    (
        "Which label: the AIGC fields of GB 45438-2025 in the file's head, a hint at its beginning, a sentence at its end, or JSON for machines; may be given more than once",
        "哪种标识：aigc 为 GB 45438-2025 的文件元数据，mark 为开头的提示，sentence 为结尾的说明，json 供程序读取；可多次给出",
    ),
    (
        "Name or code of who offers the generating service; otherwise the models' names",
        "生成服务提供者的名称或编码；默认用模型名",
    ),
    (
        "Merges one draft of a document into another",
        "把文稿的一份稿件并入另一份",
    ),
    (
        "The id, or its beginning, of a document",
        "文稿的编号或其开头",
    ),
    (
        "The draft that is merged, by its id or name",
        "要并入的稿件，用编号或名称指定",
    ),
    (
        "The draft that it is merged into, by its id or name",
        "并到哪份稿件，用编号或名称指定",
    ),
    (
        "What is taken where both changed the same: `ours` is the draft that is merged into; without it such a merge is refused",
        "两边都改了同一处时取哪边：ours 为并到的稿件，theirs 为并入的稿件；不给出则拒绝合并",
    ),
    (
        "Saves it as plain files into this folder instead",
        "改为存成普通文件，放入这个文件夹",
    ),
    (
        "Brings back what was exported as plain files, beside what is there",
        "取回导出的普通文件，现有内容不变",
    ),
    ("The folder, or the zip file", "文件夹，或 zip 文件"),
    (
        "The id or name of a project; otherwise the only one, or a new one named after the file",
        "项目的编号或名称；默认用唯一的项目，没有时以文件名新建",
    ),
    ("Where to write it", "写到哪里"),
    (
        "The format; otherwise by the file's ending, else the text as it stands",
        "格式；默认按文件扩展名，否则按原文",
    ),
    (
        "Runs a generation of a local model again and compares it byte for byte",
        "重新运行本机模型的一次生成，并逐字节比较",
    ),
    (
        "The id of a generation, as `ink draft --json` prints it",
        "一次生成的编号，由 ink draft --json 输出",
    ),
    (
        "Checks a text against a brief and the rules of its kind",
        "按写作要求和该类文本的规则检查",
    ),
    (
        "Counts a script: scenes, characters, locations, dialogue, day and night",
        "统计剧本：场次、人物、地点、对白、日夜",
    ),
    (
        "The script, in any format that can be imported; `-` reads Fountain from stdin",
        "剧本文件，可导入的格式均可；- 表示从标准输入读取 Fountain",
    ),
    ("The format", "格式"),
    (
        "What to count; `all` goes into a PDF alone",
        "统计什么；all 表示全部，只能输出为 PDF",
    ),
    (
        "Where to write it; a PDF needs a place",
        "写到哪个文件；PDF 必须指定",
    ),
    (
        "Compares two scripts by scene and element",
        "按场次和元素比较两个剧本",
    ),
    (
        "The old script, in any format that can be imported",
        "旧剧本，可导入的格式均可",
    ),
    ("The new script", "新剧本"),
    (
        "Tells of the scenes alone, not of what is in them",
        "只列场次，不列场内的改动",
    ),
    (
        "Begins a CSV with a byte order mark, which Excel needs to read Chinese",
        "在 CSV 开头加字节顺序标记，Excel 需要它才能正确显示中文",
    ),
    ("Tells what a brief may hold", "说明写作要求可以写些什么"),
    (
        "A model's id or name from `ink models`, or the path of a GGUF file or a model's folder; otherwise the starter. Given more than once: where one cannot write, the next is asked",
        "ink models 中模型的编号或名称，或 GGUF 文件、模型文件夹的路径；默认用自带模型。可写多次：前一个写不成时，由下一个来写",
    ),
    (
        "The environment variable that holds the server's key; otherwise INKSTONE_API_KEY",
        "存放服务器密钥的环境变量；默认 INKSTONE_API_KEY",
    ),
    ("What to write", "写什么"),
    (
        "The brief, in TOML or JSON; `-` reads it from stdin",
        "写作要求，TOML 或 JSON；- 表示从标准输入读取",
    ),
    (
        "How many to write; otherwise as many as the brief asks for",
        "写几稿；默认按写作要求",
    ),
    (
        "The seed of the first variant, the others count on from it; otherwise drawn by chance",
        "第一稿的随机种子，其余依次递增；默认随机",
    ),
    (
        "The text to go on from; `-` reads it from stdin",
        "要续写的文本；- 表示从标准输入读取",
    ),
    ("The most tokens to write", "最多写多少词元"),
    (
        "0 always takes the likeliest word, 2 is wild; otherwise 0.8",
        "0 总取最可能的词，2 最发散；默认 0.8",
    ),
    ("The seed; otherwise drawn by chance", "随机种子；默认随机"),
    (
        "Ends before this text; may be given more than once",
        "遇到这段文本即止；可多次给出",
    ),
    ("Lists the models to choose from", "列出可选的模型"),
    (
        "Adds a model file, or a model on a server",
        "添加模型文件或服务器上的模型",
    ),
    (
        "Tells what a model file, or a model of the list, is",
        "说明某个模型文件或列表中的模型",
    ),
    (
        "The path of a GGUF file or a model's folder, or a model's id or name",
        "GGUF 文件或模型文件夹的路径，或模型的编号或名称",
    ),
    (
        "The path of a GGUF file or a model's folder; it stays where it lies",
        "GGUF 文件或模型文件夹的路径；留在原处",
    ),
    (
        "The base URL of a server that speaks the OpenAI API, with its path",
        "兼容 OpenAI 接口的服务器的基础地址，含路径",
    ),
    ("The model's name on that server", "该服务器上的模型名"),
    (
        "The name to show; otherwise the model's own",
        "显示的名称；默认用模型自己的名字",
    ),
    (
        "Lists projects, documents and drafts",
        "列出项目、文档和草稿",
    ),
    ("Prints the text of a draft", "输出草稿的文本"),
    (
        "The id, or its beginning, of a draft or a document; or the id of a generation",
        "草稿或文档的编号或其开头；也可以是一次生成的编号",
    ),
    (
        "A point of the draft's history; otherwise the text as it is now",
        "草稿历史中的一个节点；默认为当前文本",
    ),
    (
        "Lists the history of a draft, newest first",
        "列出草稿的历史，新的在前",
    ),
    (
        "The id, or its beginning, of a draft or a document",
        "草稿或文档的编号或其开头",
    ),
    (
        "Shows what changed since a point of a draft's history",
        "显示自草稿历史某个节点以来的改动",
    ),
    ("The older point", "较早的节点"),
    (
        "The newer point; otherwise the text as it is now",
        "较新的节点；默认为当前文本",
    ),
    (
        "Brings a point of a draft's history back, or a backup; what is there now is kept",
        "恢复草稿历史中的一个节点，或一份备份；现有内容会保留",
    ),
    (
        "A backup, by its path or by its name in `ink library backups`",
        "一份备份：其路径，或 ink library backups 列出的名称",
    ),
    (
        "Only this document of the backup, beside what is there; may be given more than once",
        "只取回备份中的这份文稿，现有内容不变；可多次给出",
    ),
    (
        "What is there too comes as a document of its own, instead of as new drafts",
        "现在也有的文稿另存为一份，而不是作为新稿",
    ),
    ("Makes a backup of the library", "备份文稿库"),
    (
        "Lists the backups of the library, or what is in one",
        "列出文稿库的备份，或一份备份的内容",
    ),
    (
        "A backup, by its path or by its name",
        "一份备份：其路径或名称",
    ),
    (
        "Prints the text of this draft in the backup",
        "输出备份中这份草稿的文本",
    ),
    (
        "Saves what can be read of a damaged library into a new one beside it",
        "把已损坏的文稿库中还能读出的内容存入旁边的新文稿库",
    ),
    (
        "Copies the library to another place, compares it, and uses it there from now on",
        "把文稿库复制到新位置并逐一核对，之后就用那里的",
    ),
    ("The new file", "新文件"),
    ("The point to bring back", "要恢复的节点"),
    (
        "Searches titles, texts, fields, notes and the history",
        "搜索标题、正文、栏目、笔记和历史",
    ),
    (
        "The words to look for; in quotes as one: 'tide \"night ferry\" -bus'",
        "要找的词；整体加引号，如 '潮水 \"夜航\" -公交'",
    ),
    (
        "Only in this project, by its id or name",
        "只在这个项目中找（编号或名称）",
    ),
    ("Only in documents of this kind", "只找这一类文稿"),
    (
        "Only what was changed or kept on this day or later (UTC)",
        "只找这一天及以后改过或存下的（UTC）",
    ),
    (
        "Only what was changed or kept on this day or before (UTC)",
        "只找这一天及以前改过或存下的（UTC）",
    ),
    (
        "Where to look; everywhere if nothing is named",
        "在哪里找；默认到处找",
    ),
    ("Only words that came from there", "只找这样来的文字"),
    (
        "Compares every kept text with its hash",
        "逐一核对存稿与其校验值",
    ),
    (
        "Mends what can be mended after a backup, and keeps aside what can't be verified",
        "先备份，再修复能修复的内容；无法核实的另行保存",
    ),
    (
        "Prints a screenplay as PDF, in the layout of the trade",
        "按行业版式把剧本打印为 PDF",
    ),
    (
        "The script, in Fountain; `-` reads it from stdin",
        "剧本，Fountain 格式；- 表示从标准输入读取",
    ),
    ("Where the PDF goes", "PDF 写到哪里"),
    (
        "The paper; otherwise letter for English, a4 for Chinese",
        "纸张；英文默认 letter，中文默认 a4",
    ),
    (
        "How pages are set; otherwise by the script's language",
        "版式；默认按剧本语言",
    ),
    ("Which scene numbers are printed", "印哪些场号"),
    (
        "The language of the script: en or zh-CN; otherwise told by its letters",
        "剧本的语言：en 或 zh-CN；默认按文字判断",
    ),
    ("Leaves the title page out", "不印扉页"),
    (
        "Leaves out (CONT'D) where somebody speaks again after action",
        "同一人物在动作后再次说话时不标（续）",
    ),
    (
        "Prints CONTINUED where a scene goes over a page",
        "场景跨页时标“接上页”",
    ),
    ("Prints notes", "印出备注"),
    ("Prints sections", "印出段落标题"),
    ("Prints synopses", "印出梗概"),
    ("Large and grey across each page", "每页的灰色水印"),
    ("At the head of each page", "页眉"),
    ("At the foot of each page", "页脚"),
    ("What the text is", "文本的类别"),
    (
        "The text; `-` reads it from stdin",
        "文本；- 表示从标准输入读取",
    ),
    ("The brief it was written from", "写作时所用的写作要求"),
    (
        "Prints the JSON Schema of a brief",
        "输出写作要求的 JSON Schema",
    ),
    ("What is to be written", "要写什么"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(command: &Command, out: &mut Vec<String>) {
        out.extend(command.get_about().map(ToString::to_string));
        for arg in command.get_arguments() {
            out.push(arg.get_help().map(ToString::to_string).unwrap_or_default());
        }
        command
            .get_subcommands()
            .for_each(|command| texts(command, out));
    }

    #[test]
    fn every_line_of_help_has_its_translation_and_every_translation_its_line() {
        let mut english = Vec::new();
        texts(&Arguments::command(), &mut english);
        let all: Vec<_> = CHINESE.iter().chain(crate::sampling::CHINESE).collect();
        for text in &english {
            assert!(
                all.iter().any(|(known, _)| known == text),
                "untranslated: {text:?}"
            );
        }
        for (text, _) in all {
            assert!(
                english.iter().any(|known| known == text),
                "unused: {text:?}"
            );
        }
    }

    #[test]
    fn both_helps_are_sound() {
        for language in Language::ALL {
            command(language).debug_assert();
        }
        let help = command(Language::Chinese).render_help().to_string();
        assert!(
            help.contains("用法：ink") && !help.contains("Usage"),
            "{help}"
        );
        assert!(
            !help.contains("Options:") && !help.contains("Print help"),
            "{help}"
        );
    }
}
