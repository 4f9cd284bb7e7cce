//! A file from a server: the head of the answer read, the bytes as they come.

use std::time::Duration;

use futures::future::BoxFuture;
use inkstone_generation::{
    FileAnswer, FileAsk, FileBody, FileFacts, Gate, GenerationError, GenerationErrorKind as Kind,
};
use reqwest::{
    Response,
    header::{
        CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, LAST_MODIFIED, LOCATION,
    },
};
use tokio::time::timeout;

use crate::{
    Shared,
    address::Address,
    door::{Incoming, Wanted},
};

/// Asks for a file once.
pub async fn file(
    shared: &Shared,
    ask: FileAsk,
    gate: &dyn Gate,
) -> Result<FileAnswer, GenerationError> {
    let address = Address::parse(&ask.url)?;
    let wanted = Wanted {
        address: &address,
        from: ask.from,
        same: ask.same.as_deref(),
        key: ask.key.as_ref(),
    };
    let answer = shared.door.fetch(gate, wanted, shared.quick()).await;
    let mut incoming = answer.map_err(|failure| match failure.retry_after {
        Some(asked) => failure.error.with_wait(asked),
        None => failure.error,
    })?;
    let head = incoming.head();
    let status = head.status();
    if status.is_redirection() {
        let url = sent_on(head);
        let facts = facts(head.headers());
        incoming.finished();
        return match url {
            Some(url) => Ok(FileAnswer::SentOn { url, facts }),
            None => {
                let detail = format!("HTTP {}: sent on to nowhere", status.as_u16());
                Err(GenerationError::new(Kind::Redirected, detail))
            }
        };
    }
    let mut facts = facts(head.headers());
    if status.as_u16() == 416 {
        facts.bytes = range(head.headers()).and_then(|(_, whole)| whole);
        incoming.finished();
        return Ok(FileAnswer::NothingThere { facts });
    }
    let comes = length(head.headers());
    let from = if status.as_u16() == 206 {
        let Some((from, whole)) = range(head.headers()) else {
            incoming.failed(Kind::NotAnApi);
            let detail = "a part of a file without its place in it";
            return Err(GenerationError::new(Kind::NotAnApi, detail));
        };
        facts.bytes = whole.or(comes.and_then(|comes| from_to(from, comes)));
        from.unwrap_or_default()
    } else {
        facts.bytes = comes;
        0
    };
    let idle = shared.timeouts.idle;
    let body = Box::new(Body { incoming, idle });
    Ok(FileAnswer::File { from, facts, body })
}

fn from_to(from: Option<u64>, comes: u64) -> Option<u64> {
    from?.checked_add(comes)
}

struct Body {
    incoming: Incoming,
    /// The longest that nothing may come.
    idle: Duration,
}

impl FileBody for Body {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<u8>>, GenerationError>> {
        Box::pin(async move {
            match timeout(self.idle, self.incoming.chunk()).await {
                Ok(Ok(bytes)) => Ok(bytes),
                Ok(Err(failure)) => Err(failure.error),
                Err(_) => {
                    self.incoming.failed(Kind::Stalled);
                    let detail = format!("nothing came for {} s", self.idle.as_secs_f32());
                    Err(GenerationError::new(Kind::Stalled, detail))
                }
            }
        })
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn length(headers: &HeaderMap) -> Option<u64> {
    text(headers, CONTENT_LENGTH.as_str())?.parse().ok()
}

/// Where a redirect leads, as a whole address.
fn sent_on(head: &Response) -> Option<String> {
    let to = text(head.headers(), LOCATION.as_str())?;
    Some(head.url().join(to).ok()?.into())
}

/// The first byte of `bytes 7-9/10` and the size of the whole; `bytes */10` has no first byte.
fn range(headers: &HeaderMap) -> Option<(Option<u64>, Option<u64>)> {
    let range = text(headers, CONTENT_RANGE.as_str())?.strip_prefix("bytes")?;
    let (part, whole) = range.trim().split_once('/')?;
    let from = match part.trim() {
        "*" => None,
        part => Some(part.split_once('-')?.0.trim().parse().ok()?),
    };
    Some((from, whole.trim().parse().ok()))
}

/// What is said of the file. A weak mark (`W/"..."`) says nothing of bytes; the time of the last
/// change stands in where there is no mark at all.
fn facts(headers: &HeaderMap) -> FileFacts {
    let quoted = |text: &&str| text.len() > 2 && text.starts_with('"') && text.ends_with('"');
    let sum = |text: &str| {
        let hex = text.trim_start_matches("W/").trim_matches('"');
        let sound = hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        sound.then(|| hex.to_ascii_lowercase())
    };
    FileFacts {
        mark: match text(headers, ETAG.as_str()) {
            Some(mark) => Some(mark).filter(quoted).map(str::to_owned),
            None => text(headers, LAST_MODIFIED.as_str()).map(str::to_owned),
        },
        sha256: text(headers, "x-linked-etag").and_then(sum),
        bytes: text(headers, "x-linked-size").and_then(|size| size.parse().ok()),
        content: text(headers, CONTENT_TYPE.as_str())
            .and_then(|kind| kind.split(';').next())
            .map(|kind| kind.trim().to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair =
            |(name, value): &(&'static str, &str)| (name.parse().unwrap(), value.parse().unwrap());
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn places_in_a_file() {
        let range = |value: &str| range(&headers(&[("content-range", value)]));
        assert_eq!(range("bytes 7-9/10"), Some((Some(7), Some(10))));
        assert_eq!(range("bytes 7-9/*"), Some((Some(7), None)));
        assert_eq!(range("bytes */10"), Some((None, Some(10))));
        for bad in ["", "bytes", "bytes 7/10", "bytes x-9/10", "items 1-2/3"] {
            assert_eq!(range(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_said_of_a_file() {
        let sum = "A".repeat(64);
        let said = facts(&headers(&[
            ("etag", "\"5f-1\""),
            ("x-linked-etag", &format!("\"{sum}\"")),
            ("x-linked-size", "12"),
            ("content-type", "Text/HTML; charset=utf-8"),
        ]));
        let expected = FileFacts {
            mark: Some("\"5f-1\"".into()),
            sha256: Some("a".repeat(64)),
            bytes: Some(12),
            content: Some("text/html".into()),
        };
        assert_eq!(said, expected);
        // A git object's mark is no SHA-256, and a weak mark is no mark.
        let weak = facts(&headers(&[
            ("etag", "W/\"1\""),
            ("x-linked-etag", "\"abc\""),
        ]));
        assert_eq!(weak, FileFacts::default());
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let dated = facts(&headers(&[("last-modified", date)]));
        assert_eq!(dated.mark.as_deref(), Some(date));
    }
}
