//! What is said while a model writes, and of what it wrote.

use inkstone_studio::{
    judging::EvaluationDto,
    waiting::{WaitDto, WaitingDto},
};

use super::Words;

impl Words {
    pub fn loading(self) -> &'static str {
        self.pick("Loading the model", "正在载入模型")
    }

    pub fn writing(self) -> &'static str {
        self.pick("Writing", "正在写作")
    }

    pub fn tokens(self) -> &'static str {
        self.pick("tokens", "词元")
    }

    pub fn variant_ended(self, variant: u32, tokens: u32) -> String {
        let number = variant + 1;
        self.pick(
            format!("Variant {number}: {tokens} tokens"),
            format!("第 {number} 稿：{tokens} 个词元"),
        )
    }

    pub fn waits(self, waiting: WaitingDto) -> String {
        let WaitingDto {
            why,
            seconds,
            attempt,
        } = waiting;
        match why {
            WaitDto::FirstToken => self.pick(
                format!("Nothing yet after {seconds} s; the server is still at it"),
                format!("已等 {seconds} 秒，服务器还没有开始写"),
            ),
            WaitDto::Retry => self.pick(
                format!("The server had trouble; asking again in {seconds} s (attempt {attempt})"),
                format!("服务器出了问题，{seconds} 秒后再试（第 {attempt} 次）"),
            ),
            WaitDto::Loading => self.pick(
                format!(
                    "The server is loading its model; asking again in {seconds} s (attempt {attempt})"
                ),
                format!("服务器正在加载模型，{seconds} 秒后再问（第 {attempt} 次）"),
            ),
            WaitDto::Asked => self.pick(
                format!("The server asked for a pause; going on in {seconds} s (attempt {attempt})"),
                format!("服务器要求稍等，{seconds} 秒后继续（第 {attempt} 次）"),
            ),
        }
    }

    pub fn handed_on(self, model: &str, why: &str) -> String {
        self.pick(
            format!("{model} did not write it: {why} The next model is asked."),
            format!("{model} 没有写成：{why}改由下一个模型来写。"),
        )
    }

    pub fn judging(self) -> &'static str {
        self.pick("Judging", "正在评审")
    }

    /// One line for each text, the best first: its place, number and score, and what they come from.
    pub fn ranked(self, one: &EvaluationDto, variant: usize) -> String {
        let EvaluationDto {
            place,
            score,
            checks,
            ..
        } = one;
        let number = variant + 1;
        let by = match one.judge.as_ref().filter(|_| one.judged) {
            Some(judge) => self.pick(
                format!(
                    "checks {checks}, {} {}",
                    judge.model_name, judge.given.score
                ),
                format!(
                    "检查 {checks} 分，{} {} 分",
                    judge.model_name, judge.given.score
                ),
            ),
            None => self.pick(
                format!("by the checks alone, {checks}"),
                format!("只按检查，{checks} 分"),
            ),
        };
        let breaks = if one.breaks {
            self.pick("; it breaks a hard rule", "；违反了硬性规定")
        } else {
            ""
        };
        self.pick(
            format!("{place}. variant {number}: {score} of 100 ({by}{breaks})"),
            format!("{place}. 第 {number} 稿：{score} 分（{by}{breaks}）"),
        )
    }

    pub fn criterion(self, name: &str) -> &str {
        match name {
            "fits_brief" => self.pick("fits the brief", "合乎要求"),
            "facts_kept" => self.pick("facts kept", "事实准确"),
            "length" => self.pick("length", "长度"),
            "voice" => self.pick("voice", "语气"),
            "language" => self.pick("language", "语言"),
            "freshness" => self.pick("freshness", "新意"),
            other => other,
        }
    }

    pub fn judge_failed(self, variant: usize, why: &str) -> String {
        let number = variant + 1;
        self.pick(
            format!("Variant {number}: the judge gave no grades: {why}"),
            format!("第 {number} 稿：评审没有给出评分：{why}"),
        )
    }
}
