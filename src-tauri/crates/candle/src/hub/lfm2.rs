//! What the config of LFM2 says, as `configuration_lfm2.py` reads it: names of its makers beside those
//! that others use, and a feed-forward part whose size is worked out.

use serde_json::{Value as Json, json};

use crate::failure::{Result, broken, unsupported};

/// The config in the words that others use.
pub(super) fn usual(config: &Json) -> Result<Json> {
    let mut out = config.clone();
    let first = |names: &[&str], usual: Json| {
        let found = names.iter().map(|name| &config[*name]);
        let mut found = found.filter(|value| !value.is_null());
        found.next().cloned().unwrap_or(usual)
    };
    out["rms_norm_eps"] = first(&["norm_eps"], json!(1e-5));
    out["rope_theta"] = first(&["theta", "rope_theta"], json!(1e6));
    let hidden = first(&["block_ff_dim", "intermediate_size"], json!(12_288));
    let hidden = hidden.as_u64().filter(|n| *n <= 1 << 24);
    let mut hidden =
        hidden.ok_or_else(|| broken("config.json: intermediate_size is impossible"))?;
    if config["block_auto_adjust_ff_dim"].as_bool().unwrap_or(true) {
        hidden = 2 * hidden / 3;
        let by = first(&["block_ffn_dim_multiplier"], json!(1.0)).as_f64();
        let of = first(&["block_multiple_of"], json!(256)).as_u64();
        let (Some(by), Some(of)) = (by, of.filter(|of| (1..=1 << 24).contains(of))) else {
            return Err(broken("config.json: block_multiple_of is impossible"));
        };
        if !config["block_ffn_dim_multiplier"].is_null()
            || config.get("block_ffn_dim_multiplier").is_none()
        {
            if !(by > 0.0 && by <= 1024.0) {
                return Err(broken(
                    "config.json: block_ffn_dim_multiplier is impossible",
                ));
            }
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "both are bounded, and the makers cut off what is behind the point"
            )]
            let wider = (by * hidden as f64) as u64;
            hidden = wider.next_multiple_of(of);
        }
    }
    out["intermediate_size"] = json!(hidden);
    Ok(out)
}

/// The heads of each layer's keys: none where it convolves.
pub(super) fn heads(config: &Json, layers: u64, heads: u64) -> Result<Vec<i64>> {
    let attends = |i: u64| match (
        config["layer_types"].as_array(),
        config["full_attn_idxs"].as_array(),
    ) {
        (Some(kinds), _) => match kinds.get(i as usize).and_then(Json::as_str) {
            Some("full_attention") => Ok(true),
            Some("conv") => Ok(false),
            Some(other) => Err(unsupported(format!("layers of type {other}"))),
            None => Err(broken(
                "config.json: layer_types do not fit the number of layers",
            )),
        },
        (None, Some(listed)) => Ok(listed.iter().any(|n| n.as_u64() == Some(i))),
        (None, None) => Ok(true),
    };
    let heads = i64::try_from(heads).map_err(|_| broken("config.json: too many heads"))?;
    let all = 0..layers.min(super::shapes::MOST_LAYERS);
    all.map(|i| Ok(if attends(i)? { heads } else { 0 }))
        .collect()
}
