//! What is said of actions that people write.

use inkstone_studio::actions::ActionProblemDto;

use super::Words;

impl Words {
    pub fn no_actions(self, folder: &str) -> String {
        self.pick(
            format!("No actions of your own. They are files in {folder}"),
            format!("还没有自定操作。它们是这个文件夹里的文件：{folder}"),
        )
    }

    pub fn action_problem(self, problem: &ActionProblemDto) -> String {
        let ActionProblemDto {
            word, value, may, ..
        } = problem;
        let what = match problem.what.as_str() {
            "no_header" => self.pick(
                "the file has to begin with a comment, {# ... #}, that says what the action is"
                    .to_owned(),
                "文件开头要有一段注释 {# … #}，说明这是什么操作".to_owned(),
            ),
            "no_name" => self.pick(
                "the action has no name: write `name: ...` in the comment".to_owned(),
                "这个操作没有名称，请在注释里写 name: …".to_owned(),
            ),
            "unknown_word" => self.pick(
                format!("`{word}` is not known here"),
                format!("这里不认识“{word}”"),
            ),
            "bad_value" => self.pick(
                format!("`{word}` can't be `{value}`; possible: {may}"),
                format!("“{word}”不能是“{value}”，可以是：{may}"),
            ),
            "no_block" => self.pick(
                format!("the block `{word}` is missing"),
                format!("缺少“{word}”块"),
            ),
            "syntax" => self.pick(
                format!("the template can't be read: {word}"),
                format!("模板读不懂：{word}"),
            ),
            "unknown" => self.pick(
                format!("the template uses something that there is not: {word}"),
                format!("模板用到了不存在的内容：{word}"),
            ),
            "endless" => self.pick(
                "the template runs in circles".to_owned(),
                "模板陷入了循环".to_owned(),
            ),
            "too_large" => self.pick(
                "the file is too large: 64 KB at most".to_owned(),
                "文件太大，最多 64 KB".to_owned(),
            ),
            _ => self.pick(
                format!("the file can't be read: {word}"),
                format!("文件无法读取：{word}"),
            ),
        };
        match problem.line {
            Some(line) => self.pick(
                format!("line {line}: {what}"),
                format!("第 {line} 行：{what}"),
            ),
            None => what,
        }
    }
}
