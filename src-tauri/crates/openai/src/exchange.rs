//! One request and its response, with a bound on time and size.

use std::time::Duration;

use inkstone_generation::GenerationErrorKind as Kind;
use reqwest::{RequestBuilder, Response};
use tokio::time::{Instant, timeout_at};

use crate::{
    client::in_words,
    failure::{Failure, Sent},
    retry,
};

/// The most that is read of the body of an error.
const LARGEST_ERROR: usize = 64 << 10;
/// How long the body of an error may take; the status is known already.
const ERROR_BODY: Duration = Duration::from_secs(5);

/// Sends a request and gives the response, if its status is a success.
pub async fn send(
    request: RequestBuilder,
    deadline: Instant,
    sent: &Sent<'_>,
) -> Result<Response, Failure> {
    let response = match timeout_at(deadline, request.send()).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(not_sent(error)),
        Err(_) => return Err(Failure::new(Kind::Timeout, "no answer in time")),
    };
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status.is_redirection() {
        let to = response.headers().get(reqwest::header::LOCATION);
        // The path of a redirect may hold anything; where it leads to is enough.
        let to = to.and_then(|to| reqwest::Url::parse(to.to_str().ok()?).ok());
        let to = to.map(|to| to.origin().ascii_serialization());
        let to = to.unwrap_or_else(|| "another address".to_owned());
        let detail = format!("HTTP {}: the server sends on to {to}", status.as_u16());
        return Err(Failure::new(Kind::NotAnApi, detail));
    }
    let retry_after = retry::asked(response.headers());
    let (body, _) = body(response, LARGEST_ERROR, Instant::now() + ERROR_BODY).await;
    Err(Failure {
        retry_after,
        ..Failure::of_status(status.as_u16(), &body, sent)
    })
}

/// Reads a body up to `limit`; says too whether that was all of it.
pub async fn body(mut response: Response, limit: usize, deadline: Instant) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        match timeout_at(deadline, response.chunk()).await {
            Ok(Ok(Some(bytes))) if body.len() + bytes.len() <= limit => {
                body.extend_from_slice(&bytes);
            }
            Ok(Ok(None)) => return (body, true),
            _ => return (body, false),
        }
    }
}

fn not_sent(error: reqwest::Error) -> Failure {
    if error.is_builder() {
        return Failure::new(Kind::BadAddress, in_words(error));
    }
    let connecting = error.is_connect();
    let words = in_words(error);
    // A program that listens there and speaks something else.
    if !connecting && words.contains("invalid HTTP") {
        return Failure::new(Kind::NotAnApi, words);
    }
    Failure::passing(Kind::Unreachable, words)
}
