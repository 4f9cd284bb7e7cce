use inkstone_generation::{GenerationError, GenerationErrorKind::BadAddress};
use reqwest::Url;

/// A server's address, with the path that the person gave it.
#[derive(Debug, Clone)]
pub struct Address {
    base: Url,
}

impl Address {
    /// Reads an address as a person writes it.
    pub fn parse(text: &str) -> Result<Self, GenerationError> {
        let bad = |detail: &str| Err(GenerationError::new(BadAddress, detail));
        let text = text.trim();
        let Ok(base) = Url::parse(text) else {
            return bad("not a URL; it begins with https:// or http://");
        };
        // `localhost:8080` parses too, with the scheme `localhost`.
        if !matches!(base.scheme(), "http" | "https") {
            return bad("not an http or https URL; it begins with https:// or http://");
        }
        if base.host_str().is_none_or(str::is_empty) {
            return bad("names no host");
        }
        // Such a key would be shown and stored with the address.
        if !base.username().is_empty() || base.password().is_some() {
            return bad("holds a user name or a password; the key has a field of its own");
        }
        Ok(Self { base })
    }

    /// Host, and port where one was given.
    pub fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        match self.base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// The base with the API's own path behind it; a query stays.
    pub fn with_path(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        url.set_fragment(None);
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// The address itself, with its query.
    pub fn whole(&self) -> Url {
        let mut url = self.base.clone();
        url.set_fragment(None);
        url
    }

    /// Whether the connection is encrypted.
    pub fn is_secure(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// Whether the server is this machine, which no proxy can reach.
    pub fn is_loopback(&self) -> bool {
        let host = self.base.host_str().unwrap_or_default();
        let ip = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<std::net::IpAddr>();
        ip.map_or(host == "localhost" || host.ends_with(".localhost"), |ip| {
            ip.is_loopback()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_the_persons_own() {
        for (base, want) in [
            (
                "https://api.example.com/v1",
                "https://api.example.com/v1/chat/completions",
            ),
            (
                "https://api.example.com/v1/",
                "https://api.example.com/v1/chat/completions",
            ),
            (
                "http://localhost:8080",
                "http://localhost:8080/chat/completions",
            ),
            (
                " http://[::1]:1/a/b#c ",
                "http://[::1]:1/a/b/chat/completions",
            ),
            (
                "https://h/openai?api-version=1",
                "https://h/openai/chat/completions?api-version=1",
            ),
        ] {
            let url = Address::parse(base)
                .unwrap()
                .with_path(&["chat", "completions"]);
            assert_eq!(url.as_str(), want);
        }
    }

    #[test]
    fn host_and_port() {
        for (base, host, loopback) in [
            ("https://api.example.com/v1", "api.example.com", false),
            ("http://LOCALHOST:8080/", "localhost:8080", true),
            ("http://127.0.0.9:1", "127.0.0.9:1", true),
            ("http://[::1]:1", "[::1]:1", true),
            (
                "http://localhost.example.com",
                "localhost.example.com",
                false,
            ),
            ("http://192.168.1.2:11434/v1", "192.168.1.2:11434", false),
        ] {
            let address = Address::parse(base).unwrap();
            assert_eq!(
                (address.host().as_str(), address.is_loopback()),
                (host, loopback)
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for bad in [
            "",
            "   ",
            "api.example.com/v1",
            "localhost:8080",
            "ftp://example.com",
            "file:///etc/passwd",
            "http://",
            "https://user:hunter2@example.com",
            "https://hunter2@example.com",
            "http://exa mple.com",
            "http://example.com:99999",
        ] {
            let error = Address::parse(bad).unwrap_err();
            assert_eq!(error.kind, BadAddress, "{bad}");
            assert!(!error.detail.contains("hunter2"));
        }
    }
}
