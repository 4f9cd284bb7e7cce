use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use inkstone_generation::{
    GenerationError,
    GenerationErrorKind::{Internal, Unauthorized},
    Secret,
};
use reqwest::{Client, ClientBuilder, header::HeaderValue, redirect};

use crate::address::Address;

/// Named so that a server's operator can tell who asks.
const USER_AGENT: &str = concat!("Inkstone/", env!("CARGO_PKG_VERSION"));

/// The HTTP clients, each made when an address first needs it.
#[derive(Debug, Default)]
pub struct Clients {
    made: Mutex<HashMap<(bool, bool), Client>>,
}

impl Clients {
    /// The client that suits an address.
    pub fn get(&self, address: &Address, connect: Duration) -> Result<Client, GenerationError> {
        let which = (address.is_secure(), address.is_loopback());
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get(&which) {
            return Ok(client.clone());
        }
        let client = make(which.0, which.1, connect).map_err(|error| {
            GenerationError::new(Internal, format!("no HTTP client: {}", in_words(error)))
        })?;
        made.insert(which, client.clone());
        Ok(client)
    }
}

fn make(secure: bool, loopback: bool, connect: Duration) -> reqwest::Result<Client> {
    let builder = || {
        let builder: ClientBuilder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(connect)
            // A redirect would carry the key and the draft to an address nobody agreed to.
            .redirect(redirect::Policy::none())
            // Each request asks the gate, so none is sent again behind its back.
            .retry(reqwest::retry::never())
            .referer(false);
        // Elsewhere the system's proxy applies, as the person set it for all programs.
        if loopback {
            builder.no_proxy()
        } else {
            builder
        }
    };
    // Without the system's certificates no client can be built at all, and a server that is
    // spoken to in the clear needs none.
    if secure {
        builder().build()
    } else {
        builder().tls_certs_only([]).build()
    }
}

/// The header that carries a key; `None` where there is no key.
pub fn authorization(key: Option<&Secret>) -> Result<Option<HeaderValue>, GenerationError> {
    let Some(key) = key
        .map(|key| key.expose().trim())
        .filter(|key| !key.is_empty())
    else {
        return Ok(None);
    };
    let mut value = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| {
        GenerationError::new(
            Unauthorized,
            "the key holds characters that no key can hold",
        )
    })?;
    value.set_sensitive(true);
    Ok(Some(value))
}

/// An error of the HTTP client with its causes, without the address (a query may hold a key).
pub fn in_words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !words.contains(&text) {
            words.push_str(": ");
            words.push_str(&text);
        }
        cause = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_trimmed_and_marked_and_a_broken_one_is_not_repeated() {
        let header = |key: &str| authorization(Some(&Secret::new(key)));
        let value = header(" sk-1\n").unwrap().unwrap();
        assert_eq!(value.as_bytes(), b"Bearer sk-1");
        assert!(value.is_sensitive());
        assert!(header(" ").unwrap().is_none() && authorization(None).unwrap().is_none());
        let error = header("sk-\n1").unwrap_err();
        assert_eq!(error.kind, Unauthorized);
        assert!(!error.detail.contains("sk-"));
    }
}
