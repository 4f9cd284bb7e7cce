//! The models that a server offers.

use inkstone_generation::{Endpoint, Gate, GenerationError, GenerationErrorKind as Kind};
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    Shared,
    address::Address,
    door::{Door, Question, Times},
    failure::{Failure, Sent},
    retry::Attempts,
    watch::Watch,
};

/// OpenRouter's list of some hundred models has half a MiB.
const LARGEST_LIST: usize = 16 << 20;

/// Asks for the list, again if that may help.
pub async fn models(
    shared: &Shared,
    endpoint: &Endpoint,
    gate: &dyn Gate,
) -> Result<Vec<String>, GenerationError> {
    let address = Address::parse(&endpoint.base_url)?;
    let mut attempts = Attempts::new(&shared.timeouts, 0);
    loop {
        match once(&shared.door, shared.quick(), &address, endpoint, gate).await {
            Ok(models) => return Ok(models),
            Err(failure) => attempts.wait(failure, &Watch::default()).await?,
        }
    }
}

/// Asks for the list once.
pub async fn once(
    door: &Door,
    times: Times,
    address: &Address,
    endpoint: &Endpoint,
    gate: &dyn Gate,
) -> Result<Vec<String>, Failure> {
    let key = endpoint.api_key.as_ref();
    let question = Question {
        address,
        path: &["models"],
        body: None,
        accept: "application/json",
        key,
    };
    let sent = Sent {
        key: key.map(|key| key.expose().trim()),
        texts: &[],
    };
    let watch = Watch::default();
    let mut answer = door.send(gate, question, &sent, times, &watch).await?;
    let (body, whole) = answer.whole(LARGEST_LIST).await;
    if !whole && Instant::now() >= answer.deadline {
        answer.failed(Kind::Timeout);
        return Err(Failure::new(Kind::Timeout, "no list of models in time"));
    }
    if !whole {
        let detail = "the list of models was cut off";
        return Err(Failure::passing(Kind::Interrupted, detail));
    }
    match serde_json::from_slice::<Value>(&body) {
        Ok(value) => names(&value, &sent),
        Err(_) => Err(Failure::new(
            Kind::NotAnApi,
            "the list of models is no JSON",
        )),
    }
}

/// Names, in the server's order. A list is `{"data": [..]}`, `{"models": [..]}` or bare, of
/// objects or of names.
fn names(value: &Value, sent: &Sent<'_>) -> Result<Vec<String>, Failure> {
    let lists = [&value["data"], &value["models"], value];
    let Some(list) = lists.into_iter().find_map(Value::as_array) else {
        if value["error"].is_null() {
            return Err(Failure::new(
                Kind::NotAnApi,
                "JSON that is no list of models",
            ));
        }
        return Err(Failure::in_answer(value, sent));
    };
    let mut names: Vec<String> = Vec::new();
    for model in list {
        let fields = [model, &model["id"], &model["name"], &model["model"]];
        let name = fields.into_iter().find_map(Value::as_str).map(str::trim);
        if let Some(name) = name.filter(|name| !name.is_empty())
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_of_all_shapes() {
        let names = |value: Value| {
            names(
                &value,
                &Sent {
                    key: None,
                    texts: &[],
                },
            )
        };
        for value in [
            json!({"object": "list", "data": [{"id": "b", "object": "model"}, {"id": "a"}]}),
            json!({"models": [{"name": "b"}, {"model": "a"}], "object": null}),
            json!([{"id": "b", "created": "x"}, {"id": "a"}, {"id": "b"}, {"id": " "}, {"id": 7}, {}]),
            json!(["b", "a"]),
        ] {
            assert_eq!(names(value.clone()).unwrap(), ["b", "a"], "{value}");
        }
        assert!(names(json!({"data": []})).unwrap().is_empty());
        let kind = |value: Value| names(value).unwrap_err().error.kind;
        assert_eq!(kind(json!({"ok": true})), Kind::NotAnApi);
        assert_eq!(kind(json!("x")), Kind::NotAnApi);
        assert_eq!(
            kind(json!({"error": {"message": "no", "code": 401}})),
            Kind::Unauthorized
        );
    }
}
