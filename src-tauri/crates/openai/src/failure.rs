//! What a server's refusal means, and what of its words may be repeated.

use std::time::Duration;

use inkstone_generation::{GenerationError, GenerationErrorKind as Kind, Wait};
use serde_json::Value;

/// The most of a server's sentence that goes into an error.
const LONGEST_MESSAGE: usize = 300;
/// So many characters of the request in a server's sentence are a quotation.
const QUOTATION: usize = 24;

/// Why one attempt failed.
#[derive(Debug)]
pub struct Failure {
    /// What the person is told.
    pub error: GenerationError,
    /// Sending the same again after a while may help.
    pub again: bool,
    /// How long the server asks to wait before that.
    pub retry_after: Option<Duration>,
    /// What the server may not accept, in its own words.
    pub refusal: Option<Box<Said>>,
}

impl From<GenerationError> for Failure {
    fn from(error: GenerationError) -> Self {
        Self {
            error,
            again: false,
            retry_after: None,
            refusal: None,
        }
    }
}

impl Failure {
    /// A failure that sending again does not mend.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        GenerationError::new(kind, detail).into()
    }

    /// What the pause before the next attempt is called.
    pub fn wait(&self) -> Wait {
        match self.error.kind {
            _ if self.retry_after.is_some() => Wait::Asked,
            Kind::Loading => Wait::Loading,
            _ => Wait::Retry,
        }
    }

    /// The same with the time that the server asks to wait.
    pub fn asked(mut self, retry_after: Option<Duration>) -> Self {
        self.retry_after = retry_after;
        self
    }

    /// A failure that may pass.
    pub fn passing(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            again: true,
            ..Self::new(kind, detail)
        }
    }

    /// An answer with an HTTP status that is no success.
    pub fn of_status(status: u16, body: &[u8], sent: &Sent<'_>) -> Self {
        Self::with_status(status, Said::read(body), sent)
    }

    fn with_status(status: u16, said: Said, sent: &Sent<'_>) -> Self {
        let detail = match said.message(sent) {
            Some(message) => format!("HTTP {status}: {message}"),
            None => format!("HTTP {status}"),
        };
        let kind = said.kind_by_words().unwrap_or_else(|| kind_of(status));
        let kind = match kind {
            Kind::ServerTrouble if status == 503 && said.is_loading() => Kind::Loading,
            kind => kind,
        };
        // An empty purse fills no faster for being asked again.
        let again = matches!(status, 408 | 409 | 429 | 500..=599) && kind != Kind::QuotaUsedUp;
        // llama-cpp-python says 500 for a value that it does not know.
        let refusal = matches!(status, 400 | 422 | 500).then(|| Box::new(said));
        Self {
            error: GenerationError::new(kind, detail),
            again,
            retry_after: None,
            refusal,
        }
    }

    /// An error that comes in an answer with status 200, as a body or as an event.
    pub fn in_answer(value: &Value, sent: &Sent<'_>) -> Self {
        let said = Said::of(value);
        let status = said.words.iter().find_map(|word| word.parse::<u16>().ok());
        if let Some(status) = status.filter(|status| (400..600).contains(status)) {
            return Self::with_status(status, said, sent);
        }
        let kind = said.kind_by_words().unwrap_or(Kind::Refused);
        let message = said
            .message(sent)
            .unwrap_or_else(|| "an error without a message".to_owned());
        let again = matches!(
            kind,
            Kind::RateLimited | Kind::ServerTrouble | Kind::Loading
        );
        let refusal = (kind == Kind::Refused).then(|| Box::new(said));
        Self {
            error: GenerationError::new(kind, message),
            again,
            retry_after: None,
            refusal,
        }
    }
}

fn kind_of(status: u16) -> Kind {
    match status {
        401 => Kind::Unauthorized,
        403 => Kind::Forbidden,
        404 | 410 => Kind::RemoteNotFound,
        402 => Kind::QuotaUsedUp,
        407 => Kind::Proxy,
        429 => Kind::RateLimited,
        408 | 409 | 500..=599 => Kind::ServerTrouble,
        300..=399 | 405 | 406 | 415 => Kind::NotAnApi,
        400..=499 => Kind::Refused,
        _ => Kind::NotAnApi,
    }
}

/// What was sent and must not come back in an error's words.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The key.
    pub key: Option<&'a str>,
    /// All texts of the prompt.
    pub texts: &'a [String],
}

/// What an error body says, whatever its shape.
#[derive(Debug, Default)]
pub struct Said {
    message: Option<String>,
    /// Codes and types, lower-case.
    words: Vec<String>,
    /// Names of fields of the request that the server points at.
    fields: Vec<String>,
}

impl Said {
    fn read(body: &[u8]) -> Self {
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            return Self::of(&value);
        }
        let text = String::from_utf8_lossy(body);
        let text = text.trim();
        let message = match text {
            "" => None,
            _ if text.starts_with('<') => Some("the body is an HTML page".to_owned()),
            _ => Some(text.to_owned()),
        };
        Self {
            message,
            ..Self::default()
        }
    }

    pub(crate) fn of(value: &Value) -> Self {
        let mut said = Self::default();
        // Gemini wraps its error into a list.
        let value = value
            .as_array()
            .and_then(|list| list.first())
            .unwrap_or(value);
        said.add(value);
        if let Some(text) = value.as_str() {
            said.message = Some(text.to_owned());
        }
        for error in [&value["error"], &value["response"]["error"]] {
            match error {
                Value::String(text) => said.message = Some(text.clone()),
                error => said.add(error),
            }
        }
        said
    }

    /// Takes what is known of one object; what is deeper is more precise and wins.
    fn add(&mut self, value: &Value) {
        let texts = [
            &value["message"],
            &value["detail"],
            &value["error_description"],
        ];
        if let Some(text) = texts.iter().find_map(|value| value.as_str()) {
            self.message = Some(text.to_owned());
        }
        for word in [&value["code"], &value["type"], &value["status"]] {
            match word {
                Value::String(word) => self.words.push(word.to_lowercase()),
                Value::Number(number) => self.words.push(number.to_string()),
                _ => {}
            }
        }
        if let Some(field) = value["param"].as_str() {
            self.fields.push(field.to_owned());
        }
        // FastAPI lists what it does not like as `{loc, msg, input}`; the input is ours.
        for item in value["detail"].as_array().into_iter().flatten() {
            let path = item["loc"].as_array().into_iter().flatten();
            self.fields
                .extend(path.filter_map(Value::as_str).map(str::to_owned));
            if let (None, Some(text)) = (&self.message, item["msg"].as_str()) {
                self.message = Some(text.to_owned());
            }
        }
    }

    /// Whether a model is being loaded, in the words of llama.cpp, Ollama, TGI and others.
    fn is_loading(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default().to_lowercase();
        message.contains("loading") || message.contains("warming up")
    }

    /// Whether the server points at this field of the request.
    pub fn names(&self, field: &str) -> bool {
        let message = self.message.as_deref().unwrap_or_default();
        let quoted = ['\'', '"', '`']
            .iter()
            .any(|q| message.contains(&format!("{q}{field}{q}")));
        // `stop` and `temperature` are words of the language too; a name with `_` is always a name.
        quoted
            || self.fields.iter().any(|known| known == field)
            || field.contains('_') && message.contains(field)
    }

    fn kind_by_words(&self) -> Option<Kind> {
        let message = self.message.as_deref().unwrap_or_default().to_lowercase();
        // OpenAI and vLLM; llama.cpp; others.
        const TOO_LONG: [&str; 5] = [
            "maximum context length",
            "exceeds the context",
            "exceeds the available context",
            "exceed context window",
            "prompt is too long",
        ];
        if TOO_LONG.iter().any(|words| message.contains(words)) {
            return Some(Kind::ContextOverflow);
        }
        self.words.iter().find_map(|word| match word.as_str() {
            "context_length_exceeded" | "exceed_context_size_error" => Some(Kind::ContextOverflow),
            "invalid_api_key" | "authentication_error" => Some(Kind::Unauthorized),
            "permission_error" | "permission_denied" => Some(Kind::Forbidden),
            "model_not_found" | "not_found_error" => Some(Kind::RemoteNotFound),
            "insufficient_quota"
            | "billing_not_active"
            | "billing_hard_limit_reached"
            | "exceeded_current_quota_error"
            | "insufficient_balance"
            | "arrearage" => Some(Kind::QuotaUsedUp),
            "rate_limit_exceeded" | "rate_limit_error" => Some(Kind::RateLimited),
            "server_error" | "internal_error" | "overloaded_error" | "unavailable_error" => {
                Some(Kind::ServerTrouble)
            }
            _ => None,
        })
    }

    /// The server's sentence, if it can be repeated.
    fn message(&self, sent: &Sent<'_>) -> Option<String> {
        let mut message = self.message.clone()?;
        if let Some(key) = sent.key.filter(|key| !key.is_empty()) {
            message = message.replace(key, "(the key)");
        }
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let mut message: String = message
            .chars()
            .take(LONGEST_MESSAGE)
            .map(printable)
            .collect();
        if quotes(&message, sent.texts) {
            message = "the server's message quotes the request and is left out".to_owned();
        }
        let message = message.trim();
        (!message.is_empty()).then(|| message.to_owned())
    }
}

/// Whether a sentence repeats a passage of the texts.
fn quotes(sentence: &str, texts: &[String]) -> bool {
    let starts: Vec<usize> = sentence.char_indices().map(|(at, _)| at).collect();
    starts.iter().enumerate().any(|(i, &from)| {
        let to = match starts.get(i + QUOTATION) {
            Some(&to) => to,
            None if starts.len() - i == QUOTATION => sentence.len(),
            None => return false,
        };
        texts.iter().any(|text| text.contains(&sentence[from..to]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOTHING: Sent<'_> = Sent {
        key: None,
        texts: &[],
    };

    fn of(status: u16, body: &str) -> (Kind, bool, String) {
        let failure = Failure::of_status(status, body.as_bytes(), &NOTHING);
        (failure.error.kind, failure.again, failure.error.detail)
    }

    #[test]
    fn the_status_counts_whatever_the_body_is() {
        let bodies = [
            r#"{"error":{"message":"no","type":"x","code":"y"}}"#,
            r#"{"error":{"message":"no","code":17}}"#,
            r#"{"message":"no","code":17}"#,
            r#"{"error":"no"}"#,
            r#""no""#,
            r#"{"detail":"no"}"#,
            r#"{"detail":[{"loc":["body","x"],"msg":"no","input":"secret"}]}"#,
            r#"[{"error":{"message":"no","status":"INVALID_ARGUMENT"}}]"#,
            "no",
        ];
        for (status, kind, again) in [
            (400, Kind::Refused, false),
            (401, Kind::Unauthorized, false),
            (402, Kind::QuotaUsedUp, false),
            (407, Kind::Proxy, false),
            (403, Kind::Forbidden, false),
            (404, Kind::RemoteNotFound, false),
            (405, Kind::NotAnApi, false),
            (408, Kind::ServerTrouble, true),
            (409, Kind::ServerTrouble, true),
            (422, Kind::Refused, false),
            (429, Kind::RateLimited, true),
            (500, Kind::ServerTrouble, true),
            (503, Kind::ServerTrouble, true),
            (599, Kind::ServerTrouble, true),
        ] {
            for body in bodies {
                assert_eq!(
                    of(status, body),
                    (kind, again, format!("HTTP {status}: no")),
                    "{body}"
                );
            }
            assert_eq!(of(status, ""), (kind, again, format!("HTTP {status}")));
            let (html, _, detail) = of(status, "<html><body>no</body></html>");
            assert_eq!((html, detail.contains("HTML")), (kind, true));
        }
    }

    #[test]
    fn codes_that_say_more_than_the_status() {
        let body = |code: &str| json!({"error": {"message": "no", "code": code}}).to_string();
        assert_eq!(
            of(400, &body("context_length_exceeded")).0,
            Kind::ContextOverflow
        );
        assert_eq!(of(400, &body("invalid_api_key")).0, Kind::Unauthorized);
        assert_eq!(of(400, &body("model_not_found")).0, Kind::RemoteNotFound);
        let (kind, again, _) = of(429, &body("insufficient_quota"));
        assert_eq!((kind, again), (Kind::QuotaUsedUp, false));
        let loading = json!({"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}});
        let (kind, again, _) = of(503, &loading.to_string());
        assert_eq!((kind, again), (Kind::Loading, true));
    }

    #[test]
    fn an_error_inside_an_answer() {
        let of = |value: Value| {
            let failure = Failure::in_answer(&value, &NOTHING);
            (failure.error.kind, failure.again)
        };
        assert_eq!(
            of(json!({"error": {"message": "no", "code": 429}})),
            (Kind::RateLimited, true)
        );
        assert_eq!(
            of(json!({"error": {"code": "502"}})),
            (Kind::ServerTrouble, true)
        );
        assert_eq!(
            of(json!({"message": "no", "type": "server_error"})).0,
            Kind::ServerTrouble
        );
        assert_eq!(of(json!({"error": "no"})), (Kind::Refused, false));
        assert_eq!(of(json!({"error": {}})), (Kind::Refused, false));
    }

    #[test]
    fn fields_are_named_by_param_path_or_quotation() {
        let names = |body: Value, field: &str| Said::of(&body).names(field);
        let said = json!({"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "param": "max_tokens"}});
        assert!(names(said.clone(), "max_tokens") && !names(said, "temperature"));
        assert!(names(
            json!({"detail": [{"loc": ["body", "seed"], "msg": "Extra"}]}),
            "seed"
        ));
        assert!(names(json!({"error": "unknown field \"top_p\""}), "top_p"));
        assert!(names(
            json!({"error": "max_completion_tokens: extra field"}),
            "max_completion_tokens"
        ));
        assert!(!names(
            json!({"error": "the server is about to stop"}),
            "stop"
        ));
        assert!(!names(
            json!({"error": "max_completion_tokens: extra field"}),
            "max_tokens"
        ));
    }

    #[test]
    fn neither_key_nor_draft_comes_back() {
        let draft = vec!["The ferry to the island runs again after two years.".to_owned()];
        let sent = Sent {
            key: Some("sk-abc"),
            texts: &draft,
        };
        let detail = |message: &str| {
            let body = json!({"error": {"message": message}}).to_string();
            Failure::of_status(400, body.as_bytes(), &sent).error.detail
        };
        assert_eq!(detail("bad key sk-abc!"), "HTTP 400: bad key (the key)!");
        assert!(!detail("cannot read 'ferry to the island runs again'").contains("ferry"));
        assert!(detail("the ferry is fine").contains("ferry"));
        assert!(detail(&"雨".repeat(9_000)).chars().count() < 400);
        assert_eq!(detail("a\nb\u{1b}[31m"), "HTTP 400: a b [31m");
    }
}
