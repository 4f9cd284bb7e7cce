//! What the command line itself says, in both languages. All else is the studio's.

mod actions;
mod depot;
mod run;

use std::io;

use inkstone_machine::system_language;
use inkstone_studio::{
    KeyPlace, Language,
    archive::ExportedDto,
    doorway::dto::{BackupReason, Came, RescuedDto, Standing},
    import_list::SkipReason,
    replay::{ReplayOutcome, ReplaySubject},
    sentences::with_currency,
};

use crate::{failure::Failure, keys};

/// The language of messages: the one that the arguments choose, or that of the system's locale.
/// Known before the arguments are read, because their help is in it.
pub fn language(arguments: impl Iterator<Item = String>) -> Language {
    of_arguments(arguments).unwrap_or_else(system_language)
}

fn of_arguments(mut arguments: impl Iterator<Item = String>) -> Option<Language> {
    const OPTION: &str = "--language";
    let mut chosen = None;
    while let Some(argument) = arguments.next() {
        let tag = match argument.strip_prefix(OPTION) {
            Some("") => arguments.next(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None if argument == "--" => break,
            None => None,
        };
        chosen = tag.and_then(|tag| tag.parse().ok()).or(chosen);
    }
    chosen
}

/// Our own words in a language.
#[derive(Debug, Clone, Copy)]
pub struct Words(pub Language);

impl Words {
    fn pick<T>(self, english: T, chinese: T) -> T {
        match self.0 {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }

    pub fn tokens_a_second(self, rate: f64) -> String {
        self.pick(format!("{rate:.1} tokens/s"), format!("{rate:.1} 词元/秒"))
    }

    /// What `ink bench` measured.
    pub fn measured(self, what: &str) -> &'static str {
        match what {
            "model" => self.pick("Model", "模型"),
            "threads" => self.pick("Threads", "线程"),
            "engine" => self.pick("Engine", "引擎"),
            "load" => self.pick("Loading", "加载"),
            "first" => self.pick("First token", "首个词元"),
            "prefill" => self.pick("Reading a prompt", "读取提示"),
            "decode" => self.pick("Writing one text", "写一篇"),
            "batch" => self.pick("Writing several at once", "同时写多篇"),
            "file" => self.pick("File", "文件"),
            "resident" => self.pick("Memory after loading", "加载后的内存"),
            _ => self.pick("Most memory", "最高内存"),
        }
    }

    pub fn imported(self, title: &str, draft: &str) -> String {
        self.pick(
            format!("Imported as “{title}”: ink library show {draft}"),
            format!("已导入为“{title}”：ink library show {draft}"),
        )
    }

    pub fn found(self, what: &str, count: u32) -> String {
        let name = match what {
            "scenes" => self.pick("scenes", "场戏"),
            "speeches" => self.pick("speeches", "段台词"),
            "action" => self.pick("paragraphs of action", "段动作"),
            "notes" => self.pick("notes", "条批注"),
            "page_marks" => self.pick("page marks left out", "处页码等标记已略去"),
            "continued" => self.pick("(MORE) and (CONT'D) left out", "处“续”标记已略去"),
            "kept" => self.pick("elements kept beside the text", "个元素保留在原文件中"),
            "headings" => self.pick("headings", "个标题"),
            "paragraphs" => self.pick("paragraphs", "个段落"),
            "tables" => self.pick("tables", "个表格"),
            "footnotes" => self.pick("footnotes", "条脚注"),
            "images" => self.pick("pictures, named and not taken in", "张图片，只留名称"),
            "comments" => self.pick("comments", "条评论"),
            "changes" => self.pick("tracked changes, taken as accepted", "处修订，视为已接受"),
            "ads" => self.pick("ads", "条广告"),
            other => other,
        };
        format!("{count} {name}")
    }

    pub fn not_imported(self, name: &str, why: &str) -> String {
        self.pick(
            format!("Not imported: {name}. {why}"),
            format!("未导入：{name}。{why}"),
        )
    }

    pub fn encoding_guessed(self, encoding: &str) -> String {
        self.pick(
            format!("Read as {encoding}, which is a guess; choose another with --encoding:"),
            format!("按 {encoding} 读取，未必准确；可用 --encoding 另选："),
        )
    }

    pub fn skipped(self, name: &str, why: SkipReason) -> String {
        let why = match why {
            SkipReason::Hidden => self.pick("hidden", "隐藏文件"),
            SkipReason::Link => self.pick("a link to another place", "指向别处的链接"),
            SkipReason::Unknown => self.pick("not a kind that is read", "不支持的类型"),
            SkipReason::Unreadable => self.pick("not a file that can be read", "无法读取"),
            SkipReason::TooDeep => self.pick("too deep in folders", "文件夹层级过深"),
            SkipReason::TooMany => self.pick("more than are taken at once", "超出一次可导入的数量"),
        };
        self.pick(
            format!("Passed over: {name} ({why})"),
            format!("已略过：{name}（{why}）"),
        )
    }

    pub fn unsure(self, line: u32, taken_for: &str, text: &str) -> String {
        let name = match taken_for {
            "heading" => self.pick("a heading", "场景标题"),
            "speech" => self.pick("a speech", "台词"),
            "centered" => self.pick("centred text", "居中文字"),
            _ => self.pick("action", "动作"),
        };
        self.pick(
            format!("Line {line}, taken for {name}: {text}"),
            format!("第 {line} 行，当作{name}：{text}"),
        )
    }

    pub fn written_to(self, path: &str) -> String {
        self.pick(format!("Written to {path}."), format!("已写入 {path}。"))
    }

    pub fn leaves(self, host: &str) -> String {
        self.pick(
            format!("The text goes to {host}. The library's ledger keeps a note of it."),
            format!("文本将发送到 {host}，文稿库的外发记录中会留下一笔。"),
        )
    }

    pub fn stopped(self, id: &str) -> String {
        self.pick(
            format!("Stopped. What had been written is kept: ink library show {id}"),
            format!("已停止。写好的部分已保存：ink library show {id}"),
        )
    }

    pub fn cut_off(self, reason: &str) -> String {
        self.pick(
            format!("The text may be cut off: the model ended with `{reason}`."),
            format!("文本可能不完整：模型以“{reason}”结束。"),
        )
    }

    pub fn on_the_shelf(self, id: &str) -> String {
        self.pick(
            format!("This file is now in `ink models` as {id}."),
            format!("该文件已列入 ink models，编号为 {id}。"),
        )
    }

    pub fn key_lasts_for_a_run(self) -> String {
        let variable = keys::VARIABLE;
        self.pick(
            format!(
                "The key is not kept. `ink keys set` keeps it; or give it to each run in \
                 {variable} or with --key-env."
            ),
            format!(
                "密钥没有保存。可用 ink keys set 保存，或每次运行时通过 {variable} 或 --key-env 提供。"
            ),
        )
    }

    pub fn key_place(self, place: Option<KeyPlace>) -> &'static str {
        match place {
            None => self.pick("no key", "无密钥"),
            Some(KeyPlace::Session) => self.pick("for this run", "仅本次运行"),
            Some(KeyPlace::Keychain) => self.pick("keychain", "系统钥匙串"),
            Some(KeyPlace::File) => self.pick("file of keys", "密钥文件"),
        }
    }

    pub fn cleared(self, count: u32) -> String {
        self.pick(
            format!("{count} texts cleared. The entries stay."),
            format!("已清除 {count} 段原文，条目保留。"),
        )
    }

    pub fn passphrase_is_set(self) -> &'static str {
        self.pick(
            "The file of keys has its new passphrase.",
            "密钥文件已改用新口令。",
        )
    }

    pub fn local(self) -> &'static str {
        self.pick("this machine", "本机")
    }

    pub fn for_search(self) -> &'static str {
        self.pick("for search", "用于检索")
    }

    pub fn empty_library(self) -> &'static str {
        self.pick(
            "There is nothing in the library yet.",
            "文稿库里还没有内容。",
        )
    }

    pub fn nothing_found(self) -> &'static str {
        self.pick("Nothing found.", "没有找到。")
    }

    /// Kept texts that are not searched yet.
    pub fn unread(self, count: u32) -> String {
        self.pick(
            "{} kept texts have not been read for search yet and may have it too.",
            "还有 {} 份存稿尚未编入检索，其中也可能有。",
        )
        .replace("{}", &count.to_string())
    }

    /// More documents than are printed.
    pub fn documents_found(self, count: u32, more: bool) -> String {
        let sentence = match more {
            true => self.pick("More than {} documents have it.", "超过 {} 份文稿中有。"),
            false => self.pick("{} documents have it.", "共 {} 份文稿中有。"),
        };
        sentence.replace("{}", &count.to_string())
    }

    /// A place to find something in.
    pub fn report(self) -> &'static str {
        self.pick("report", "报告")
    }

    /// Of a passage in the history.
    pub fn otherwise_now(self) -> &'static str {
        self.pick(", reads otherwise now", "，现已改写")
    }

    /// Of a passage in the history.
    pub fn gone_now(self) -> &'static str {
        self.pick(", no longer in the text", "，现稿已无")
    }

    pub fn no_findings(self) -> &'static str {
        self.pick("Nothing to remark.", "没有发现问题。")
    }

    pub fn untitled(self) -> &'static str {
        self.pick("Untitled", "无标题")
    }

    pub fn main_draft(self) -> &'static str {
        self.pick("main draft", "主稿")
    }

    pub fn privacy(self, local_only: bool) -> &'static str {
        if local_only {
            self.pick("local only", "仅限本机")
        } else {
            self.pick("remote allowed", "允许远程")
        }
    }

    pub fn node_label(self, label: &str) -> &str {
        match label {
            "autosave" => self.pick("saved by itself", "自动保存"),
            "named" => self.pick("version", "版本"),
            "accepted" => self.pick("suggestion accepted", "采纳了建议"),
            "before_restore" => self.pick("before a restore", "恢复之前"),
            "restored" => self.pick("restored", "恢复"),
            "branch" => self.pick("branch", "分支"),
            other => other,
        }
    }

    pub fn characters(self, count: u32) -> String {
        self.pick(format!("{count} characters"), format!("{count} 字符"))
    }

    pub fn restored(self, draft_id: &str) -> String {
        self.pick(
            format!("Restored in draft {draft_id}. What was there is in its history."),
            format!("已恢复到草稿 {draft_id}，原来的内容仍在其历史记录中。"),
        )
    }

    pub fn replay_change(self, subject: ReplaySubject, then: &str, now: &str) -> String {
        let what = match subject {
            ReplaySubject::ModelFile => self.pick("The model's file", "模型文件"),
            ReplaySubject::Engine => self.pick("What computes", "运算程序"),
            ReplaySubject::Template => self.pick("The prompt template", "提示模板"),
        };
        let now = if now.is_empty() {
            self.pick("gone", "已不存在")
        } else {
            now
        };
        self.pick(
            format!("{what} has changed: {then} then, {now} now."),
            format!("{what}已改变：当时为 {then}，现在为 {now}。"),
        )
    }

    pub fn replayed(self, outcome: ReplayOutcome, characters: u32) -> String {
        match outcome {
            ReplayOutcome::Identical => self.pick(
                format!("Identical, byte for byte: {characters} characters."),
                format!("逐字节相同：{characters} 字符。"),
            ),
            ReplayOutcome::IdenticalSoFar => self.pick(
                format!(
                    "The recorded generation was cut short; identical up to there: {characters} characters."
                ),
                format!("原记录曾中断，到中断处为止逐字节相同：{characters} 字符。"),
            ),
            ReplayOutcome::Different => self.pick(
                format!("Different after {characters} characters:"),
                format!("从第 {characters} 个字符之后开始不同："),
            ),
            ReplayOutcome::Stopped => self.pick(
                format!("Stopped. Identical so far: {characters} characters."),
                format!("已停止。到此为止相同：{characters} 字符。"),
            ),
        }
    }

    pub fn verified(self, nodes: u32) -> String {
        self.pick(
            format!("{nodes} kept texts checked. All is well."),
            format!("已检查 {nodes} 份存稿，一切正常。"),
        )
    }

    pub fn verified_badly(self, nodes: u32, problems: usize) -> String {
        self.pick(
            format!("{nodes} kept texts checked, {problems} problems:"),
            format!("已检查 {nodes} 份存稿，发现 {problems} 处问题："),
        )
    }

    pub fn repaired(self, aside: usize, left: usize) -> String {
        self.pick(
            format!(
                "Repaired: {aside} kept aside, {left} problems left. A backup was made first.\n"
            ),
            format!("修复完成：另存 {aside} 处，仍有 {left} 处问题。修复前已备份。\n"),
        )
    }

    pub fn pictures_left_out(self, names: &[String]) -> String {
        self.pick(
            format!("Images not taken along: {}.", names.join(", ")),
            format!("没有带上的图片：{}。", names.join("、")),
        )
    }

    /// How far a month's budget is used.
    pub fn of_budget(self, spent: f64, budget: f64, currency: &str) -> String {
        let [spent, budget] =
            [spent, budget].map(|sum| with_currency(&format!("{sum:.2}"), currency, self.0));
        self.pick(
            format!("{spent} of {budget} of this month's budget are spent."),
            format!("本月预算 {budget}，已用 {spent}。"),
        )
    }

    pub fn printed(self, pages: u32, path: &str) -> String {
        self.pick(
            format!("{pages} pages written to {path}."),
            format!("已将 {pages} 页写入 {path}。"),
        )
    }

    pub fn no_font_has(self, characters: &str) -> String {
        self.pick(
            format!("No font has {characters}; they are printed as their numbers."),
            format!("没有字体包含 {characters}，这些字符以编码印出。"),
        )
    }

    pub fn fonts_used(self, fonts: &str) -> String {
        self.pick(
            format!("Also used: {fonts}."),
            format!("另外用到的字体：{fonts}。"),
        )
    }

    pub fn severity(self, severity: inkstone_studio::dto::FindingSeverity) -> &'static str {
        use inkstone_studio::dto::FindingSeverity::{Error, Info, Warning};
        match severity {
            Error => self.pick("error", "错误"),
            Warning => self.pick("warning", "注意"),
            Info => self.pick("note", "提示"),
        }
    }

    pub fn read_beside(self) -> &'static str {
        self.pick(
            "ink: The library is open in another program; it is only read.",
            "ink: 文稿库正由另一个程序写入，这里只读取。",
        )
    }

    pub fn backed_up(self, path: &str) -> String {
        self.pick(format!("Backed up: {path}"), format!("已备份：{path}"))
    }

    pub fn no_backups(self) -> &'static str {
        self.pick("There is no backup yet.", "还没有备份。")
    }

    pub fn reason(self, reason: BackupReason) -> &'static str {
        match reason {
            BackupReason::Daily => self.pick("daily", "每日"),
            BackupReason::ByHand => self.pick("by hand", "手动"),
            BackupReason::BeforeUpdate => self.pick("before an update", "升级之前"),
            BackupReason::BeforeRestore => self.pick("before a restore", "恢复之前"),
        }
    }

    pub fn unsound(self) -> &'static str {
        self.pick("copied from a damaged library", "复制自已损坏的文稿库")
    }

    pub fn standing(self, standing: Standing) -> &'static str {
        match standing {
            Standing::Same => self.pick("as it is now", "与现在相同"),
            Standing::WorkedOnSince => self.pick("worked on since", "之后又改过"),
            Standing::NewerInBackup => self.pick("newer in the backup", "备份里的更新"),
            Standing::InBin => self.pick("in the bin now", "现在在回收站"),
            Standing::Missing => self.pick("missing now", "现在没有"),
        }
    }

    pub fn put_back(self, aside: Option<&str>) -> String {
        match aside {
            Some(aside) => self.pick(
                format!("The backup is the library now. What was there is kept in {aside}"),
                format!("备份已成为现在的文稿库，原来的保存在 {aside}"),
            ),
            None => self.pick(
                "The backup is the library now.".to_owned(),
                "备份已成为现在的文稿库。".to_owned(),
            ),
        }
    }

    pub fn came(self, came: Came) -> &'static str {
        match came {
            Came::PutBack => self.pick("put back", "已放回"),
            Came::AsCopy => self.pick("as a document of its own", "另存为一份文稿"),
            Came::AsDrafts => self.pick("as new drafts", "作为新稿"),
            Came::WasThere => self.pick("is there as it was", "与现在相同"),
            Came::Edited => self.pick("is there, changes came in", "已在库中，改动已取回"),
        }
    }

    pub fn exported(self, done: &ExportedDto) -> String {
        let ExportedDto {
            path,
            documents,
            drafts,
            versions,
            files,
            ..
        } = done;
        self.pick(
            format!(
                "Written to {path}: {documents} documents, {drafts} drafts, {versions} kept texts, in {files} files."
            ),
            format!(
                "已写入 {path}：{documents} 份文稿、{drafts} 个稿本、{versions} 份存稿，共 {files} 个文件。"
            ),
        )
    }

    pub fn was_edited(self) -> &'static str {
        self.pick("Changed outside, and taken in:", "在外面改过，改动已取回：")
    }

    pub fn was_emptied(self) -> &'static str {
        self.pick(
            "Emptied outside; the library's text stays:",
            "在外面被清空，文稿库中的文本保留：",
        )
    }

    pub fn not_read_back(self) -> &'static str {
        self.pick(
            "Changed, but for readers only, so not taken in:",
            "有改动，但仅供阅读，没有取回：",
        )
    }

    pub fn not_known(self) -> &'static str {
        self.pick(
            "Not part of the export, not read:",
            "不属于导出内容，没有读取：",
        )
    }

    pub fn merged(self, draft_id: &str) -> String {
        self.pick(
            format!("Merged into {draft_id}."),
            format!("已并入 {draft_id}。"),
        )
    }

    pub fn merge_refused(self, count: usize) -> String {
        self.pick(
            format!(
                "ink: Both drafts changed the same in {count} places. Say --prefer ours or --prefer theirs, or merge in the window, where each can be chosen."
            ),
            format!(
                "ink: 两份稿件有 {count} 处改到了一起。请加 --prefer ours 或 --prefer theirs，或在窗口里逐处选择。"
            ),
        )
    }

    pub fn rescued(self, saved: &RescuedDto) -> String {
        let RescuedDto {
            path,
            projects,
            documents,
            drafts,
            versions,
            lost_versions,
            ..
        } = saved;
        let mut said = self.pick(
            format!(
                "Saved into {path}: {projects} projects, {documents} documents, {drafts} drafts, {versions} kept texts. The damaged library was not changed.\n"
            ),
            format!(
                "已存入 {path}：{projects} 个项目、{documents} 份文稿、{drafts} 个稿本、{versions} 份存稿。损坏的文稿库没有被改动。\n"
            ),
        );
        if *lost_versions > 0 {
            said.push_str(&self.pick(
                format!("{lost_versions} kept texts could not be read any more.\n"),
                format!("有 {lost_versions} 份存稿已无法读出。\n"),
            ));
        }
        for title in &saved.doubtful {
            said.push_str(&self.pick(
                format!("Not sure to be the latest text: {title}\n"),
                format!("不能确定是最新内容：{title}\n"),
            ));
        }
        for title in &saved.without_journal {
            said.push_str(&self.pick(
                format!("Text is there, earlier steps can't be undone: {title}\n"),
                format!("内容完好，但无法撤销早先的操作：{title}\n"),
            ));
        }
        said
    }

    pub fn moved(self, path: &str) -> String {
        self.pick(
            format!("The library lies in {path} now. The old file is still where it was."),
            format!("文稿库现在位于 {path}，旧文件仍在原处。"),
        )
    }

    pub fn omitted(self) -> &'static str {
        self.pick("omitted", "删去")
    }

    pub fn page(self, page: &str) -> String {
        self.pick(format!("from page {page}"), format!("从第 {page} 页起"))
    }

    pub fn beats_put_in(self, sections: u32, beats: u32) -> String {
        if beats == 0 && sections == 0 {
            let all = self.pick(
                "All of it is in the script already.",
                "剧本里已经有了，未作改动。",
            );
            return all.to_owned();
        }
        self.pick(
            format!("Put in: {sections} sections, {beats} beats"),
            format!("已放入：{sections} 个段落，{beats} 个节拍"),
        )
    }

    pub fn bad_sheet(self, file: &str, reason: &str) -> String {
        self.pick(
            format!("{file} is no beat sheet: {reason}"),
            format!("{file} 不是节拍表：{reason}"),
        )
    }

    pub fn library_in_use(self) -> String {
        self.pick(
            "Close the window, or name another library with --library.",
            "请先关闭窗口，或用 --library 指定另一个文稿库。",
        )
        .to_owned()
    }

    pub fn no_key_in(self, variable: &str) -> Failure {
        Failure::Ours {
            code: "key_missing",
            message: self.pick(
                format!("The environment variable {variable} holds no key."),
                format!("环境变量 {variable} 中没有密钥。"),
            ),
            hint: self.pick(
                "Set it, or leave --key-env out for a server that wants no key.".to_owned(),
                "请设置它；若服务器不需要密钥，请去掉 --key-env。".to_owned(),
            ),
        }
    }

    pub fn no_passphrase_in(self, variable: &str) -> Failure {
        Failure::Ours {
            code: "passphrase_missing",
            message: self.pick(
                format!("The environment variable {variable} holds no passphrase."),
                format!("环境变量 {variable} 中没有口令。"),
            ),
            hint: self.pick(
                "Set it for this command; it is read from nowhere else, so it stands in no list of \
                 commands."
                    .to_owned(),
                "请为此命令设置它；口令只从这里读取，不会留在命令记录里。".to_owned(),
            ),
        }
    }

    pub fn needs_a_place(self) -> Failure {
        Failure::Ours {
            code: "bad_request",
            message: self.pick(
                "A PDF is not printed into the terminal.".to_owned(),
                "PDF 不能输出到终端。".to_owned(),
            ),
            hint: self.pick(
                "Say where it goes: --out report.pdf".to_owned(),
                "请指定文件：--out 报表.pdf".to_owned(),
            ),
        }
    }

    pub fn one_report(self) -> Failure {
        Failure::Ours {
            code: "bad_request",
            message: self.pick(
                "All reports go into a PDF alone.".to_owned(),
                "全部报表只能输出为 PDF。".to_owned(),
            ),
            hint: self.pick(
                "Choose one with --kind, or --format pdf.".to_owned(),
                "请用 --kind 选一种，或用 --format pdf。".to_owned(),
            ),
        }
    }

    /// How two scripts differ, in one line.
    pub fn scenes_differ(self, added: u32, removed: u32, moved: u32, changed: u32) -> String {
        if added + removed + moved + changed == 0 {
            return self.pick("No scene differs.".to_owned(), "各场都相同。".to_owned());
        }
        self.pick(
            format!("Scenes: {added} added, {removed} removed, {moved} moved, {changed} changed"),
            format!("场次：新增 {added}，删去 {removed}，移动 {moved}，改动 {changed}"),
        )
    }

    /// What stands before the first scene.
    pub fn before_scenes(self) -> String {
        self.pick("Before the first scene".to_owned(), "第一场之前".to_owned())
    }

    pub fn cannot_print(self, error: &io::Error) -> Failure {
        Failure::Ours {
            code: "output_failed",
            message: self.pick(
                format!("The result cannot be written out: {error}"),
                format!("结果无法输出：{error}"),
            ),
            hint: self.pick(
                "Is the disk full? What a model wrote is kept in the library.".to_owned(),
                "磁盘是否已满？模型写的内容已保存在文稿库中。".to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_may_choose() {
        let of = |line: &str| of_arguments(line.split(' ').map(str::to_owned));
        assert_eq!(of("ink models"), None);
        assert_eq!(of("ink --language zh-CN models"), Some(Language::Chinese));
        assert_eq!(of("ink models --language=en"), Some(Language::English));
        assert_eq!(of("ink models --language"), None);
        assert_eq!(of("ink library search -- --language=en"), None);
    }
}
