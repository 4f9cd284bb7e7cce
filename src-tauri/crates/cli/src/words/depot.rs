//! What is said of model files: where they are, what fits, and how they come in.

use inkstone_studio::machine::Fit;

use super::Words;

impl Words {
    pub fn fit(self, fit: Fit) -> &'static str {
        match fit {
            Fit::Fits => self.pick("fits", "可用"),
            Fit::Tight => self.pick("tight", "较紧张"),
            Fit::TooBig => self.pick("too big", "太大"),
            Fit::Unknown => "-",
        }
    }

    /// A size as people say it.
    pub fn size(self, bytes: f64) -> String {
        match bytes {
            bytes if bytes >= 1e9 => format!("{:.1} GB", bytes / 1e9),
            bytes => format!("{:.0} MB", (bytes / 1e6).max(1.0)),
        }
    }

    pub fn missing(self) -> &'static str {
        self.pick("the file is gone", "文件已不在原处")
    }

    pub fn pace(self, tokens_per_second: f64) -> String {
        self.pick(
            format!("{tokens_per_second:.1} tokens/s measured"),
            format!("实测每秒 {tokens_per_second:.1} 词元"),
        )
    }

    pub fn expected(self, [low, high]: [f64; 2]) -> String {
        self.pick(
            format!("about {low:.1} to {high:.1} tokens/s, estimated"),
            format!("估计每秒 {low:.1} 至 {high:.1} 词元"),
        )
    }

    pub fn no_files_found(self) -> &'static str {
        self.pick(
            "No other program has model files where such programs keep them.",
            "在其他程序的常用位置没有找到模型文件。",
        )
    }

    pub fn add_found(self) -> &'static str {
        self.pick(
            "To use one where it lies: ink models add FILE",
            "原地使用：ink models add 文件",
        )
    }

    pub fn already(self, id: &str) -> String {
        self.pick(format!("on the list as {id}"), format!("已列入，编号 {id}"))
    }

    pub fn own_folder(self) -> &'static str {
        self.pick("the program's own", "本程序的文件夹")
    }

    pub fn not_here(self) -> &'static str {
        self.pick("not there now", "目前不在")
    }

    pub fn same_bytes(self, other: &str) -> String {
        self.pick(format!("the same as {other}"), format!("与 {other} 相同"))
    }

    pub fn taken_off(self, id: &str) -> String {
        self.pick(
            format!("{id} is off the list. Its file stays."),
            format!("{id} 已移出列表，文件保留。"),
        )
    }

    pub fn asks_for(self, url: &str) -> String {
        self.pick(format!("Asking for {url}"), format!("正在请求 {url}"))
    }

    pub fn sent_on(self, host: &str) -> String {
        self.pick(format!("Sent on to {host}"), format!("转到 {host} 下载"))
    }

    pub fn waits_for_host(self, seconds: u32, why: &str) -> String {
        self.pick(
            format!("{why} Again in {seconds} s."),
            format!("{why}{seconds} 秒后重试。"),
        )
    }

    pub fn checking(self) -> &'static str {
        self.pick("Checking", "正在校验")
    }

    pub fn stopped_download(self) -> &'static str {
        self.pick(
            "Stopped. What came in is kept; the same command goes on from there.",
            "已停止。已下载的部分会保留，再次运行同一命令即可续传。",
        )
    }

    pub fn machine(self, memory: &str, free: &str, cores: u32) -> String {
        self.pick(
            format!("This machine: {memory} of memory, {free} of it free, {cores} cores"),
            format!("本机：内存 {memory}，可用 {free}，{cores} 个核心"),
        )
    }

    pub fn needs(self, needed: &str) -> String {
        self.pick(format!("needs {needed}"), format!("需要 {needed} 内存"))
    }
}
