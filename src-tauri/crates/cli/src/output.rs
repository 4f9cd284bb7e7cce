//! What is printed, and where.

use std::io::{self, IsTerminal as _, Write as _};

use inkstone_studio::{Language, dto::ErrorDto, sentences::sentences};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{failure::Failure, words::Words};

/// Prints.
pub struct Output {
    /// Whether stdout gets JSON.
    pub json: bool,
    /// The person's language.
    pub language: Language,
    /// Our own words in that language.
    pub words: Words,
}

impl Output {
    /// Prints in this form and language.
    pub fn new(json: bool, language: Language) -> Self {
        Self {
            json,
            language,
            words: Words(language),
        }
    }

    /// Prints a text, and ends its last line.
    pub fn text(&self, text: &str) -> Result<(), Failure> {
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        self.print(text, end)
    }

    /// Prints a text as it is.
    pub fn exact(&self, text: &str) -> Result<(), Failure> {
        self.print(text, "")
    }

    fn print(&self, text: &str, end: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let written = out
            .write_all(text.as_bytes())
            .and_then(|()| out.write_all(end.as_bytes()))
            .and_then(|()| out.flush());
        written.map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::NobodyReads,
            _ => self.words.cannot_print(&error),
        })
    }

    /// Prints a JSON value.
    pub fn value(&self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| self.words.cannot_print(&io::Error::other(error)))?;
        self.text(&text)
    }

    /// Says something beside the result.
    pub fn note(&self, text: &str) {
        // Nobody hears that nobody hears.
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Whether stdout is a terminal that wants colours.
    pub fn coloured(&self) -> bool {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        !unwanted && io::stdout().is_terminal()
    }

    /// Says on stderr why something failed, and what can be done.
    pub fn explain(&self, error: &ErrorDto) {
        let (message, hint) = self.sentence(error);
        self.explanation(&message, &hint);
    }

    /// A failed command's last word.
    pub fn fail(&self, failure: &Failure) {
        let (message, hint, value) = match failure {
            Failure::Told | Failure::NobodyReads => return,
            Failure::Studio(error) => {
                let (message, hint) = self.sentence(error);
                (message, hint, self.error_value(error))
            }
            Failure::Ours {
                code,
                message,
                hint,
            } => {
                let value = json!({ "code": code, "message": message, "hint": hint });
                (message.clone(), hint.clone(), value)
            }
        };
        self.explanation(&message, &hint);
        if self.json {
            // If stdout is the trouble, stderr has said so.
            let _ = self.value(&json!({ "error": value }));
        }
    }

    /// An error as `--json` shows it.
    pub fn error_value(&self, error: &ErrorDto) -> Value {
        let (message, hint) = self.sentence(error);
        json!({
            "code": error.code,
            "message": message,
            "hint": hint,
            "values": error.values,
            "detail": error.detail,
        })
    }

    fn explanation(&self, message: &str, hint: &str) {
        let hint = if hint.is_empty() {
            String::new()
        } else {
            format!("\n     {hint}")
        };
        self.note(&format!("ink: {message}{hint}"));
    }

    pub fn sentence(&self, error: &ErrorDto) -> (String, String) {
        let sentence = sentences(self.language).error(error);
        // The one hint that differs from the window's: here another library can be named.
        match error.code.as_str() {
            "in_use" | "in_use_window" => (sentence.message, self.words.library_in_use()),
            _ => (sentence.message, sentence.hint),
        }
    }
}
