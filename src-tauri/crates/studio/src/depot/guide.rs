//! A guide to models that fit the machine: a short list as a data file, and what each would be like
//! here.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    inputs::Nothing,
    machine::{Fit, USUAL_CONTEXT, fit, needed},
    models::LONGEST_ADDRESS,
    projects::bounded,
};

/// Which hub the person uses, as an address.
const HUB: &str = "model_hub";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Guide {
    hubs: Vec<HubDto>,
    models: Vec<Entry>,
}

/// A model in the guide, as the file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    family: String,
    name: String,
    repository: String,
    file: String,
    /// In bytes, rounded as its page says.
    bytes: u64,
    parameters: u64,
    quantization: String,
    context: u32,
    license: String,
    /// What restricts its use, if anything does.
    restricted: bool,
    languages: Vec<String>,
    /// `draft`, `chinese`, `large`, `quick`.
    good_for: Vec<String>,
}

static GUIDE: LazyLock<Guide> = LazyLock::new(|| {
    // A test reads it, so it can be read.
    let text = include_str!("../../../../../assets/model-guide.json");
    serde_json::from_str(text).unwrap_or(Guide {
        hubs: Vec::new(),
        models: Vec::new(),
    })
});

/// A host of models, to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HubDto {
    /// Its name.
    pub name: String,
    /// Its address.
    pub base_url: String,
}

/// What is known of this machine.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct MachineDto {
    /// Memory in bytes, where the system tells.
    pub memory: Option<f64>,
    /// What of it could be used now.
    pub free: Option<f64>,
    /// Cores.
    pub cores: u32,
    /// Bytes that are free where models are kept.
    pub disk: Option<f64>,
}

/// What speeds are estimated from.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct SpeedBasisDto {
    /// Name of the model that was measured.
    pub model: String,
    /// Size of its file.
    pub bytes: f64,
    /// Tokens a second that it wrote.
    pub tokens_per_second: f64,
}

/// A model of the guide on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct GuideEntryDto {
    /// Its family, as `Qwen`.
    pub family: String,
    /// Its name.
    pub name: String,
    /// Where it is on a hub, as `OWNER/REPOSITORY/FILE`.
    pub what: String,
    /// Size of the file in bytes, about.
    pub bytes: f64,
    /// Weights in millions.
    pub parameters_millions: u32,
    /// How the weights are stored.
    pub quantization: String,
    /// Tokens that it can read.
    pub context_length: u32,
    /// Its licence.
    pub license: String,
    /// The licence restricts what it may be used for.
    pub restricted: bool,
    /// Languages it is good in, as `en`.
    pub languages: Vec<String>,
    /// What it is good for: `draft`, `chinese`, `large`, `quick`.
    pub good_for: Vec<String>,
    /// About the memory that it takes, in bytes.
    pub needed: f64,
    /// How that goes with this machine.
    pub fit: Fit,
    /// Tokens a second that may be expected, from the slowest to the fastest; none where nothing was
    /// measured.
    pub expected: Option<[f64; 2]>,
}

/// The guide on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct GuideDto {
    /// The machine.
    pub machine: MachineDto,
    /// What speeds are estimated from; none where nothing was measured.
    pub basis: Option<SpeedBasisDto>,
    /// The tokens for which memory is reckoned.
    pub tokens: u32,
    /// Hosts of models to choose from.
    pub hubs: Vec<HubDto>,
    /// The one that is chosen, as an address.
    pub hub: String,
    /// The models, those that fit first.
    pub models: Vec<GuideEntryDto>,
}

/// Chooses a host of models.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetHub {
    /// Its address; empty for the usual one.
    pub base_url: String,
}

/// Tokens a second for a file, from those of another. Each token reads all weights once, so the time
/// it takes grows with the file; what a token costs besides weighs more in a small file (then the
/// large one is faster than that says), and what is larger than the caches is read more slowly. So it
/// is a range, and the wider the further the sizes are apart.
fn expected(bytes: u64, (of, tokens): (u64, f64)) -> Option<[f64; 2]> {
    if bytes == 0 || of == 0 || tokens <= 0.0 {
        return None;
    }
    let ratio = bytes as f64 / of as f64;
    let plain = tokens / ratio;
    // The further away, the less is known.
    let doubt = 1.0 + ratio.max(1.0 / ratio).log2().min(8.0) / 8.0;
    Some([plain / doubt, plain * doubt * doubt])
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn model_guide(self: &Arc<Self>, _: Nothing) -> Result<GuideDto, StudioError> {
        self.blocking(|s| {
            let machine = s.shelf.machine();
            let memory = machine.and_then(|machine| machine.memory());
            let basis = s.shelf.best_known();
            let mut models: Vec<GuideEntryDto> = GUIDE
                .models
                .iter()
                .map(|entry| {
                    let needed = needed(entry.bytes, entry.parameters);
                    GuideEntryDto {
                        family: entry.family.clone(),
                        name: entry.name.clone(),
                        what: format!("{}/{}", entry.repository, entry.file),
                        bytes: entry.bytes as f64,
                        parameters_millions: u32::try_from(entry.parameters / 1_000_000)
                            .unwrap_or(u32::MAX),
                        quantization: entry.quantization.clone(),
                        context_length: entry.context,
                        license: entry.license.clone(),
                        restricted: entry.restricted,
                        languages: entry.languages.clone(),
                        good_for: entry.good_for.clone(),
                        needed: needed as f64,
                        fit: fit(needed, memory),
                        expected: basis
                            .as_ref()
                            .and_then(|(_, of, tokens)| expected(entry.bytes, (*of, *tokens))),
                    }
                })
                .collect();
            let rank = |fit: Fit| match fit {
                Fit::Fits | Fit::Unknown => 0,
                Fit::Tight => 1,
                Fit::TooBig => 2,
            };
            // In their own order within.
            models.sort_by_key(|model| rank(model.fit));
            let hub: Option<String> = s.setting(HUB)?;
            let usual = GUIDE.hubs.first().map(|hub| hub.base_url.clone());
            Ok(GuideDto {
                machine: MachineDto {
                    memory: memory.map(|memory| memory.total as f64),
                    free: memory.map(|memory| memory.free as f64),
                    cores: machine.map_or(0, |machine| machine.cores()),
                    disk: machine
                        .and_then(|machine| machine.free_space(s.shelf.own_folder()))
                        .map(|free| free as f64),
                },
                basis: basis.map(|(model, bytes, tokens_per_second)| SpeedBasisDto {
                    model,
                    bytes: bytes as f64,
                    tokens_per_second,
                }),
                tokens: USUAL_CONTEXT,
                hubs: GUIDE.hubs.clone(),
                hub: hub.or(usual).unwrap_or_default(),
                models,
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn set_model_hub(self: &Arc<Self>, i: SetHub) -> Result<(), StudioError> {
        let url = bounded("base_url", &i.base_url, LONGEST_ADDRESS)?;
        let url = url.trim().trim_end_matches('/').to_owned();
        let usual = GUIDE.hubs.first().map(|hub| hub.base_url.clone());
        let chosen = if url.is_empty() { None } else { Some(url) };
        if let Some(url) = &chosen {
            self.shelf.host(url)?;
        }
        self.keep(HUB, chosen.or(usual)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_is_sound() {
        let text = include_str!("../../../../../assets/model-guide.json");
        let guide: Guide = serde_json::from_str(text).expect("a guide");
        assert!(!guide.hubs.is_empty() && guide.models.len() >= 8);
        for hub in &guide.hubs {
            assert!(hub.base_url.starts_with("https://") && !hub.base_url.ends_with('/'));
        }
        let mut seen = std::collections::BTreeSet::new();
        for model in &guide.models {
            let what = format!("{}/{}", model.repository, model.file);
            assert!(seen.insert(what.clone()), "{what} stands there twice");
            let url = crate::depot::download::address::url_of(&what, Some("https://h"));
            assert!(url.is_ok_and(|url| url.ends_with(&model.file)), "{what}");
            // Between two and nine bits a weight.
            let bits = model.bytes as f64 * 8.0 / model.parameters as f64;
            assert!((2.0..9.5).contains(&bits), "{what}: {bits} bits");
            for good in &model.good_for {
                let known = ["draft", "chinese", "large", "quick"];
                assert!(known.contains(&good.as_str()), "{what}: {good}");
            }
            assert!(model.context >= 2048 && !model.license.is_empty());
        }
    }

    #[test]
    fn an_estimate_is_a_range_that_widens_with_the_distance() {
        let [low, high] = expected(2_000, (1_000, 10.0)).unwrap();
        assert!(low < 5.0 && 5.0 < high, "{low} {high}");
        let [far_low, far_high] = expected(256_000, (1_000, 10.0)).unwrap();
        assert!(far_high / far_low > high / low);
        // The same file is what was measured.
        assert_eq!(expected(1_000, (1_000, 10.0)), Some([10.0, 10.0]));
        assert_eq!(expected(0, (1_000, 10.0)), None);
        assert_eq!(expected(1, (0, 10.0)), None);
    }
}
