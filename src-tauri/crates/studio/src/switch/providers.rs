//! Services and programs that speak the OpenAI protocol, as forms to start from: a data file, so
//! that an address that changes is a line that changes.

use std::sync::{Arc, LazyLock};

use super::dto::ProviderDto;
use crate::{Studio, StudioError, inputs::Nothing};

static PROVIDERS: LazyLock<Vec<ProviderDto>> = LazyLock::new(|| {
    // A test reads it, so it can be read.
    serde_json::from_str(include_str!("../../../../../assets/providers.json")).unwrap_or_default()
});

/// All of them, in the order in which they are offered.
pub fn all() -> &'static [ProviderDto] {
    &PROVIDERS
}

/// The one that a base URL belongs to.
pub fn of(base_url: &str) -> Option<&'static ProviderDto> {
    let host = host(base_url)?;
    all().iter().find(|provider| {
        let urls = std::iter::once(&provider.base_url).chain(&provider.also);
        urls.filter_map(|url| self::host(url))
            .any(|own| own == host)
    })
}

/// Host and port of a URL, as they are written.
pub(crate) fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit('@').next().filter(|host| !host.is_empty())
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn providers(self: &Arc<Self>, _: Nothing) -> Result<Vec<ProviderDto>, StudioError> {
        Ok(all().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_file_is_sound() {
        let text = include_str!("../../../../../assets/providers.json");
        let all: Vec<ProviderDto> = serde_json::from_str(text).expect("a list of providers");
        let ids: BTreeSet<&str> = all.iter().map(|p| p.id.as_str()).collect();
        assert_eq!(ids.len(), all.len());
        for wanted in [
            "openai",
            "ollama",
            "lm-studio",
            "llama-server",
            "vllm",
            "deepseek",
            "qwen",
            "moonshot",
            "mistral",
            "openrouter",
        ] {
            assert!(ids.contains(wanted), "{wanted}");
        }
        for provider in &all {
            let id = &provider.id;
            for url in std::iter::once(&provider.base_url).chain(&provider.also) {
                let scheme = if provider.local {
                    "http://localhost:"
                } else {
                    "https://"
                };
                assert!(
                    url.starts_with(scheme) && !url.ends_with('/'),
                    "{id}: {url}"
                );
                assert_eq!(of(url).map(|p| &p.id), Some(id), "{url}");
            }
            assert_eq!(provider.keys_at.is_some(), provider.needs_key, "{id}");
            assert!(provider.docs_at.starts_with("https://"), "{id}");
            assert_eq!(
                provider.apis.first().map(String::as_str),
                Some("chat"),
                "{id}"
            );
            for api in &provider.apis {
                assert!(
                    ["chat", "completions", "responses"].contains(&api.as_str()),
                    "{id}: {api}"
                );
            }
        }
    }

    #[test]
    fn a_providers_host_is_known_by_any_path_and_no_strangers_is() {
        let id = |url| of(url).map(|p| p.id.as_str());
        assert_eq!(id("https://api.openai.com/v1"), Some("openai"));
        assert_eq!(id("https://api.openai.com"), Some("openai"));
        assert_eq!(id("https://api.openai.com.example/v1"), None);
        assert_eq!(id("https://openai@models.example/v1"), None);
        assert_eq!(id("http://127.0.0.1:9/v1"), None);
        assert_eq!(id("nonsense"), None);
    }
}
