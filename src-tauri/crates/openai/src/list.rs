//! The models that a server offers.

use inkstone_generation::{Endpoint, GenerationError, GenerationErrorKind as Kind};
use reqwest::header::{ACCEPT, AUTHORIZATION};
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    RETRIES, Shared,
    address::Address,
    client, exchange,
    failure::{Failure, Sent},
    retry,
};

/// OpenRouter's list of some hundred models has half a MiB.
const LARGEST_LIST: usize = 16 << 20;

/// Asks for the list.
pub async fn models(shared: &Shared, endpoint: &Endpoint) -> Result<Vec<String>, GenerationError> {
    let address = Address::parse(&endpoint.base_url)?;
    let mut failed = 0;
    loop {
        let failure = match once(shared, &address, endpoint).await {
            Ok(models) => return Ok(models),
            Err(failure) => failure,
        };
        if !failure.again || failed == RETRIES {
            return Err(failure.error);
        }
        tokio::time::sleep(retry::pause(
            failed,
            failure.retry_after,
            0,
            &shared.timeouts,
        ))
        .await;
        failed += 1;
    }
}

async fn once(
    shared: &Shared,
    address: &Address,
    endpoint: &Endpoint,
) -> Result<Vec<String>, Failure> {
    let ours = |error: GenerationError| Failure::new(error.kind, error.detail);
    let client = client_of(shared, address).map_err(ours)?;
    let key = endpoint.api_key.as_ref();
    let mut request = client
        .get(address.with_path(&["models"]))
        .header(ACCEPT, "application/json");
    if let Some(authorization) = client::authorization(key).map_err(ours)? {
        request = request.header(AUTHORIZATION, authorization);
    }
    let sent = Sent {
        key: key.map(|key| key.expose().trim()),
        texts: &[],
    };
    let deadline = Instant::now() + shared.timeouts.idle;
    let response = exchange::send(request, deadline, &sent).await?;
    let (body, whole) = exchange::body(response, LARGEST_LIST, deadline).await;
    if !whole && Instant::now() >= deadline {
        return Err(Failure::new(Kind::Timeout, "no list of models in time"));
    }
    if !whole {
        return Err(Failure::passing(
            Kind::Interrupted,
            "the list of models was cut off",
        ));
    }
    match serde_json::from_slice::<Value>(&body) {
        Ok(value) => names(&value, &sent),
        Err(_) => Err(Failure::new(
            Kind::NotAnApi,
            "the list of models is no JSON",
        )),
    }
}

fn client_of(shared: &Shared, address: &Address) -> Result<reqwest::Client, GenerationError> {
    shared.clients.get(address, shared.timeouts.connect)
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
