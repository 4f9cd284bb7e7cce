//! Requests, in async-openai's types where it has them.

use async_openai::types::{
    chat::{
        ChatCompletionRequestAssistantMessage, ChatCompletionRequestAssistantMessageContent,
        ChatCompletionRequestMessage, ChatCompletionRequestSystemMessage,
        ChatCompletionRequestUserMessage, ChatCompletionStreamOptions, CreateChatCompletionRequest,
        Prompt as RawPrompt, ResponseFormat, ResponseFormatJsonSchema, StopConfiguration,
    },
    completions::CreateCompletionRequest,
};
use inkstone_generation::{
    Api, CapName, Form, GenerationError,
    GenerationErrorKind::{Internal, InvalidRequest},
    Message, Prompt, Role, TextRequest,
};
use serde_json::{Value, json};

use crate::profile::{Field, Profile};

/// The API takes no more; the answer's own filter sees to the rest.
const MOST_STOPS: usize = 4;

/// Whether a request can be sent at all.
pub fn check(request: &TextRequest) -> Result<(), GenerationError> {
    let bad = |detail: &str| Err(GenerationError::new(InvalidRequest, detail));
    if texts(request).iter().all(|text| text.trim().is_empty()) {
        return bad("the prompt is empty");
    }
    if request.max_tokens == Some(0) {
        return bad("no token may be written");
    }
    let sampling = &request.sampling;
    if !(sampling.temperature.is_finite() && sampling.temperature >= 0.0) {
        return bad("the temperature is no number of at least 0");
    }
    if sampling.top_p.is_some_and(|p| !(p > 0.0 && p <= 1.0)) {
        return bad("top_p is not above 0 and at most 1");
    }
    Ok(())
}

/// All texts of the prompt.
pub fn texts(request: &TextRequest) -> Vec<String> {
    match &request.prompt {
        Prompt::Chat(messages) => messages
            .iter()
            .map(|message| message.content.clone())
            .collect(),
        Prompt::Raw(text) => vec![text.clone()],
    }
}

/// The way in which a prompt is asked. Text that is to be continued as it stands has no other way
/// than the older one.
pub fn way(api: Api, prompt: &Prompt) -> Api {
    match prompt {
        Prompt::Raw(_) => Api::Completions,
        Prompt::Chat(_) => api,
    }
}

/// The path of a way.
pub fn path(way: Api) -> &'static [&'static str] {
    match way {
        Api::Chat => &["chat", "completions"],
        Api::Completions => &["completions"],
        Api::Responses => &["responses"],
    }
}

/// The body of a request.
pub fn body(
    model: &str,
    api: Api,
    request: &TextRequest,
    profile: &Profile,
) -> Result<Vec<u8>, GenerationError> {
    let body = match (&request.prompt, api) {
        (Prompt::Raw(text), _) => serde_json::to_vec(&raw(model, text, request, profile)),
        (Prompt::Chat(messages), Api::Chat) => {
            serde_json::to_vec(&chat(model, messages, request, profile))
        }
        (Prompt::Chat(messages), Api::Completions) => {
            serde_json::to_vec(&raw(model, &joined(messages), request, profile))
        }
        (Prompt::Chat(messages), Api::Responses) => {
            serde_json::to_vec(&responses(model, messages, request, profile))
        }
    };
    let body = body.map_err(internal)?;
    let beside = schema(request)
        .filter(|_| way(api, &request.prompt) == Api::Chat && profile.sends(Field::ObjectSchema));
    let chances = chances(way(api, &request.prompt), request, profile);
    if !profile.thinking_off && beside.is_none() && chances.is_empty() {
        return Ok(body);
    }
    // What async-openai's types have no place for, or one that is too narrow.
    let mut body: Value = serde_json::from_slice(&body).map_err(internal)?;
    for (name, value) in chances {
        body[name] = value;
    }
    if profile.thinking_off {
        body["enable_thinking"] = json!(false);
    }
    if let Some(schema) = beside
        && body["response_format"].is_object()
    {
        body["response_format"]["schema"] = schema.clone();
    }
    serde_json::to_vec(&body).map_err(internal)
}

/// What is asked of repetition, of single tokens and of likelihoods, as far as it differs from what is
/// usual.
fn chances(way: Api, request: &TextRequest, profile: &Profile) -> Vec<(&'static str, Value)> {
    let mut all = Vec::new();
    if way == Api::Responses {
        return all;
    }
    let sampling = &request.sampling;
    if profile.sends(Field::Penalties) {
        for (name, by) in [
            ("frequency_penalty", sampling.frequency_penalty),
            ("presence_penalty", sampling.presence_penalty),
        ] {
            if by != 0.0 {
                all.push((name, number(by)));
            }
        }
        if !sampling.logit_bias.is_empty() {
            let biases = sampling.logit_bias.iter();
            let biases = biases.map(|(token, by)| (token.to_string(), number(*by)));
            all.push(("logit_bias", Value::Object(biases.collect())));
        }
    }
    if let Some(others) = request.odds.filter(|_| profile.sends(Field::Logprobs)) {
        if way == Api::Chat {
            all.push(("logprobs", json!(true)));
            all.push(("top_logprobs", json!(others)));
        } else {
            all.push(("logprobs", json!(others)));
        }
    }
    all
}

/// A number as it was meant: 0.7, not the 0.699999988 that it is in memory.
fn number(number: f32) -> Value {
    serde_json::from_str(&number.to_string()).unwrap_or_else(|_| json!(number))
}

fn internal(error: serde_json::Error) -> GenerationError {
    GenerationError::new(Internal, format!("no request: {error}"))
}

/// Messages as one text, for a model that knows no chat.
fn joined(messages: &[Message]) -> String {
    let mut text = String::new();
    for message in messages {
        text.push_str(message.content.trim_end());
        text.push_str("\n\n");
    }
    text
}

#[expect(
    deprecated,
    reason = "servers know `max_tokens` and `seed` by these names"
)]
fn chat(
    model: &str,
    messages: &[Message],
    request: &TextRequest,
    profile: &Profile,
) -> CreateChatCompletionRequest {
    let cap = |name: CapName| request.max_tokens.filter(|_| profile.cap() == name);
    CreateChatCompletionRequest {
        model: model.to_owned(),
        messages: messages.iter().map(message).collect(),
        max_tokens: cap(CapName::MaxTokens),
        max_completion_tokens: cap(CapName::MaxCompletionTokens),
        temperature: profile
            .sends(Field::Temperature)
            .then_some(request.sampling.temperature),
        top_p: request
            .sampling
            .top_p
            .filter(|_| profile.sends(Field::TopP)),
        seed: seed(request, profile),
        stop: stop(request, profile),
        stream: Some(profile.sends(Field::Stream)),
        stream_options: stream_options(profile),
        response_format: response_format(request, profile),
        ..CreateChatCompletionRequest::default()
    }
}

fn raw(
    model: &str,
    text: &str,
    request: &TextRequest,
    profile: &Profile,
) -> CreateCompletionRequest {
    CreateCompletionRequest {
        model: model.to_owned(),
        prompt: RawPrompt::String(text.to_owned()),
        // This endpoint is older than the other name.
        max_tokens: request.max_tokens,
        temperature: profile
            .sends(Field::Temperature)
            .then_some(request.sampling.temperature),
        top_p: request
            .sampling
            .top_p
            .filter(|_| profile.sends(Field::TopP)),
        seed: seed(request, profile),
        stop: stop(request, profile),
        stream: Some(profile.sends(Field::Stream)),
        stream_options: stream_options(profile),
        ..CreateCompletionRequest::default()
    }
}

/// The newer way knows neither a seed nor stop strings; the answer's own filter ends the text. The
/// server is told not to keep what it is asked.
fn responses(model: &str, messages: &[Message], request: &TextRequest, profile: &Profile) -> Value {
    let input: Vec<Value> = messages
        .iter()
        .map(|message| json!({ "role": message.role, "content": message.content }))
        .collect();
    let mut body = json!({
        "model": model,
        "input": input,
        "stream": profile.sends(Field::Stream),
        "store": false,
    });
    if let Some(most) = request.max_tokens {
        body["max_output_tokens"] = json!(most);
    }
    if profile.sends(Field::Temperature) {
        body["temperature"] = number(request.sampling.temperature);
    }
    if let Some(top_p) = request
        .sampling
        .top_p
        .filter(|_| profile.sends(Field::TopP))
    {
        body["top_p"] = number(top_p);
    }
    let format = match response_format(request, profile) {
        Some(ResponseFormat::JsonSchema { json_schema }) => json!({
            "type": "json_schema", "name": json_schema.name, "schema": json_schema.schema,
        }),
        Some(ResponseFormat::JsonObject) => json!({ "type": "json_object" }),
        _ => return body,
    };
    body["text"] = json!({ "format": format });
    body
}

fn message(message: &Message) -> ChatCompletionRequestMessage {
    let content = message.content.clone();
    match message.role {
        Role::System => ChatCompletionRequestSystemMessage::from(content).into(),
        Role::User => ChatCompletionRequestUserMessage::from(content).into(),
        Role::Assistant => {
            let content = ChatCompletionRequestAssistantMessageContent::Text(content);
            ChatCompletionRequestAssistantMessage::from(content).into()
        }
    }
}

fn seed(request: &TextRequest, profile: &Profile) -> Option<i64> {
    i64::try_from(request.sampling.seed)
        .ok()
        .filter(|_| profile.sends(Field::Seed))
}

fn stop(request: &TextRequest, profile: &Profile) -> Option<StopConfiguration> {
    let stops = request.stop.iter().filter(|stop| !stop.is_empty());
    let stops: Vec<String> = stops.take(MOST_STOPS).cloned().collect();
    (!stops.is_empty() && profile.sends(Field::Stop))
        .then_some(StopConfiguration::StringArray(stops))
}

fn schema(request: &TextRequest) -> Option<&Value> {
    let constraint = request.constraint.as_ref()?;
    match constraint.form.as_ref()? {
        // No server can be told that half of it is written.
        Form::JsonSchema(schema) if constraint.begun.is_empty() => Some(schema),
        _ => None,
    }
}

/// Of a constraint a server can be asked for JSON alone; who asked for more checks the answer.
fn response_format(request: &TextRequest, profile: &Profile) -> Option<ResponseFormat> {
    let schema = schema(request)?;
    if !profile.sends(Field::JsonSchema) {
        let any = profile.sends(Field::JsonObject);
        return any.then_some(ResponseFormat::JsonObject);
    }
    let json_schema = ResponseFormatJsonSchema {
        name: "answer".to_owned(),
        schema: schema.clone(),
        ..ResponseFormatJsonSchema::default()
    };
    Some(ResponseFormat::JsonSchema { json_schema })
}

fn stream_options(profile: &Profile) -> Option<ChatCompletionStreamOptions> {
    (profile.sends(Field::Stream) && profile.sends(Field::StreamOptions)).then_some(
        ChatCompletionStreamOptions {
            include_usage: Some(true),
            ..ChatCompletionStreamOptions::default()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Said;
    use inkstone_generation::{Constraint, Sampling};
    use serde_json::{Value, json};

    fn request(prompt: Prompt) -> TextRequest {
        TextRequest {
            prompt,
            sampling: Sampling {
                temperature: 0.7,
                seed: 42,
                ..Sampling::default()
            },
            max_tokens: Some(99),
            stop: ["a", "", "b", "c", "d", "e"].map(str::to_owned).to_vec(),
            constraint: None,
            odds: None,
        }
    }

    fn sent(request: &TextRequest) -> Value {
        let profile = Profile::default();
        serde_json::from_slice(&body("m", Api::Chat, request, &profile).unwrap()).unwrap()
    }

    fn message_of(role: Role, content: &str) -> Message {
        Message {
            role,
            content: content.to_owned(),
        }
    }

    #[test]
    fn the_newer_way_says_it_in_its_own_words() {
        let messages = vec![
            message_of(Role::System, "S"),
            message_of(Role::User, "U 雨"),
        ];
        let mut request = request(Prompt::Chat(messages));
        let schema = json!({"type": "object"});
        request.constraint = Some(Constraint::form(Form::JsonSchema(schema.clone())));
        let body = |request: &TextRequest| -> Value {
            let body = body("m", Api::Responses, request, &Profile::default()).unwrap();
            serde_json::from_slice(&body).unwrap()
        };
        let mut want = json!({
            "model": "m",
            "input": [{"role": "system", "content": "S"}, {"role": "user", "content": "U 雨"}],
            "stream": true,
            "store": false,
            "max_output_tokens": 99,
            "temperature": 0.7,
            "top_p": 0.95,
            "text": {"format": {"type": "json_schema", "name": "answer", "schema": schema}},
        });
        assert_eq!(body(&request), want);
        request.constraint = None;
        want.as_object_mut().unwrap().remove("text");
        assert_eq!(body(&request), want);
        request.prompt = Prompt::Raw("Once".to_owned());
        assert_eq!(path(way(Api::Responses, &request.prompt)), ["completions"]);
        assert_eq!(body(&request)["prompt"], "Once");
    }

    #[test]
    fn a_base_model_gets_one_text() {
        let messages = vec![message_of(Role::System, "S\n"), message_of(Role::User, "U")];
        let request = request(Prompt::Chat(messages));
        let body = body("m", Api::Completions, &request, &Profile::default()).unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (&body["prompt"], &body["max_tokens"]),
            (&json!("S\n\nU\n\n"), &json!(99))
        );
        assert_eq!(
            path(way(Api::Completions, &request.prompt)),
            ["completions"]
        );
    }

    #[test]
    fn penalties_and_likelihoods_are_asked_for_where_they_are_wanted() {
        let mut request = request(Prompt::Chat(vec![message_of(Role::User, "U")]));
        let plain = sent(&request);
        for name in [
            "frequency_penalty",
            "presence_penalty",
            "logit_bias",
            "logprobs",
        ] {
            assert!(plain.get(name).is_none(), "{name}");
        }
        request.sampling.frequency_penalty = 0.7;
        request.sampling.logit_bias = [(50256, -100.0), (7, 1.5)].into();
        request.odds = Some(3);
        let chat = sent(&request);
        assert_eq!(chat["frequency_penalty"], json!(0.7));
        assert!(chat.get("presence_penalty").is_none());
        assert_eq!(chat["logit_bias"], json!({ "7": 1.5, "50256": -100 }));
        assert_eq!(
            (&chat["logprobs"], &chat["top_logprobs"]),
            (&json!(true), &json!(3))
        );
        let as_body = |api, profile: &Profile| -> Value {
            serde_json::from_slice(&body("m", api, &request, profile).unwrap()).unwrap()
        };
        let older = as_body(Api::Completions, &Profile::default());
        assert_eq!(
            (&older["logprobs"], older.get("top_logprobs")),
            (&json!(3), None)
        );
        let newer = as_body(Api::Responses, &Profile::default());
        assert!(newer.get("frequency_penalty").is_none() && newer.get("logprobs").is_none());
        // Who refuses is asked without.
        let said = |message: &str| Said::of(&json!({"error": {"message": message}}));
        let profile = Profile::default()
            .yielding(&said("Unsupported parameter: 'logit_bias'"), true)
            .and_then(|p| p.yielding(&said("'logprobs' is not available here"), true))
            .unwrap();
        let less = as_body(Api::Chat, &profile);
        assert!(less.get("logit_bias").is_none() && less.get("logprobs").is_none());
    }

    #[test]
    fn who_cannot_stream_is_not_asked_to() {
        let request = request(Prompt::Chat(vec![message_of(Role::User, "U")]));
        let said = |message: &str| Said::of(&json!({"error": {"message": message}}));
        let profile = Profile::default()
            .yielding(&said("'stream' is not known"), true)
            .unwrap();
        let refusal =
            said("parameter.enable_thinking must be set to false for non-streaming calls");
        let profile = profile.yielding(&refusal, true).unwrap();
        assert!(profile.yielding(&refusal, true).is_none());
        let body = body("m", Api::Chat, &request, &profile).unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (&body["stream"], &body["enable_thinking"]),
            (&json!(false), &json!(false))
        );
        assert!(body.get("stream_options").is_none());
    }

    #[test]
    fn a_chat_says_all_that_the_api_can_say_and_no_more() {
        let messages = vec![
            message_of(Role::System, "S"),
            message_of(Role::User, "U 雨"),
            message_of(Role::Assistant, "A"),
        ];
        assert_eq!(
            sent(&request(Prompt::Chat(messages))),
            json!({
                "model": "m",
                "messages": [
                    {"role": "system", "content": "S"},
                    {"role": "user", "content": "U 雨"},
                    {"role": "assistant", "content": "A"},
                ],
                "max_tokens": 99,
                "temperature": 0.7,
                "top_p": 0.95,
                "seed": 42,
                "stop": ["a", "b", "c", "d"],
                "stream": true,
                "stream_options": {"include_usage": true},
            })
        );
    }

    #[test]
    fn a_raw_prompt_is_passed_on_as_it_stands() {
        let body = sent(&request(Prompt::Raw("Once <|x|> ".to_owned())));
        assert_eq!(body["prompt"], "Once <|x|> ");
        assert_eq!((&body["seed"], &body["stream"]), (&json!(42), &json!(true)));
        assert!(body.get("messages").is_none());
    }

    #[test]
    fn a_schema_is_passed_on_as_far_as_the_server_takes_it() {
        let schema = json!({"type": "object", "properties": {"title": {"type": "string"}}});
        let mut request = request(Prompt::Chat(vec![Message {
            role: Role::User,
            content: "U".to_owned(),
        }]));
        request.constraint = Some(Constraint::form(Form::JsonSchema(schema.clone())));
        let with = |request: &TextRequest, profile: &Profile| -> Value {
            serde_json::from_slice(&body("m", Api::Chat, request, profile).unwrap()).unwrap()
        };
        let mut profile = Profile::default();
        let format = with(&request, &profile)["response_format"].clone();
        assert_eq!(format["type"], "json_schema");
        assert_eq!(format["json_schema"]["schema"], schema);
        let said = |message: &str| Said::of(&json!({"error": {"message": message}}));
        profile = profile
            .yielding(&said("json_schema is not supported"), true)
            .unwrap();
        assert_eq!(
            with(&request, &profile)["response_format"],
            json!({"type": "json_object", "schema": schema})
        );
        profile = profile
            .yielding(&said("unknown parameter: 'response_format.schema'"), true)
            .unwrap();
        assert_eq!(
            with(&request, &profile)["response_format"],
            json!({"type": "json_object"})
        );
        profile = profile
            .yielding(&said("unknown field response_format"), true)
            .unwrap();
        assert!(with(&request, &profile).get("response_format").is_none());
        request.constraint = Some(Constraint::form(Form::Regex("a+".to_owned())));
        assert!(
            with(&request, &Profile::default())
                .get("response_format")
                .is_none()
        );
    }

    #[test]
    fn what_cannot_be_sent() {
        let good = request(Prompt::Raw("x".to_owned()));
        assert!(check(&good).is_ok());
        let with = |change: fn(&mut TextRequest)| {
            let mut bad = good.clone();
            change(&mut bad);
            check(&bad).unwrap_err().kind
        };
        assert_eq!(
            with(|r| r.prompt = Prompt::Chat(Vec::new())),
            InvalidRequest
        );
        assert_eq!(
            with(|r| r.prompt = Prompt::Raw(" \n".to_owned())),
            InvalidRequest
        );
        assert_eq!(with(|r| r.max_tokens = Some(0)), InvalidRequest);
        assert_eq!(with(|r| r.sampling.temperature = f32::NAN), InvalidRequest);
        assert_eq!(with(|r| r.sampling.temperature = -0.1), InvalidRequest);
        assert_eq!(with(|r| r.sampling.top_p = Some(0.0)), InvalidRequest);
    }
}
