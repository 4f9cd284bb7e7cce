//! Checks, and the ads of a text as a grid.

use std::sync::Arc;

use inkstone_desks::{Brief, Channel, Finding, Severity, check};
use inkstone_manuscript::adset::{AdField, AdSet};

use crate::{
    Studio, StudioError,
    drafts::{Units, to_u32},
    dto::*,
    inputs::Id,
};

impl Studio {
    /// See [`crate::commands`].
    pub async fn check(self: &Arc<Self>, i: Id) -> Result<Vec<FindingDto>, StudioError> {
        self.blocking(move |s| {
            let draft = s.library.draft(&i.id)?;
            let document = s.library.document(&draft.document_id)?;
            let project = s.library.project(&document.project_id)?;
            let brief = Self::brief(document.kind, document.language, &draft.fields)?;
            let mut found = findings(&brief, &project.house_rules, &draft.body);
            found.extend(dtos(&draft.body, s.knowledge(&draft)?));
            Ok(found)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn ad_grid(self: &Arc<Self>, i: Id) -> Result<AdGrid, StudioError> {
        self.blocking(move |s| {
            let draft = s.library.draft(&i.id)?;
            let document = s.library.document(&draft.document_id)?;
            match Self::brief(document.kind, document.language, &draft.fields)? {
                Brief::Ads(brief) => Ok(grid(&draft.body, brief.channel, brief.language)),
                _ => Err(StudioError::BadRequest("not an ad set".into())),
            }
        })
        .await
    }
}

/// What the desk finds in a text, in its order.
pub(crate) fn findings(brief: &Brief, house_rules: &str, text: &str) -> Vec<FindingDto> {
    dtos(text, check(brief, house_rules, text))
}

pub(crate) fn dtos(text: &str, findings: Vec<Finding>) -> Vec<FindingDto> {
    let mut at = Units::of(text);
    findings
        .into_iter()
        .map(
            |Finding {
                 rule,
                 severity,
                 range,
                 values,
             }| {
                let range = range.map(|r| (at.at(r.start), at.at(r.end)));
                FindingDto {
                    rule: rule.to_owned(),
                    severity: match severity {
                        Severity::Error => FindingSeverity::Error,
                        Severity::Warning => FindingSeverity::Warning,
                        Severity::Info => FindingSeverity::Info,
                    },
                    from: range.map(|(from, _)| from),
                    to: range.map(|(_, to)| to),
                    values,
                }
            },
        )
        .collect()
}

/// The ads of a text. A channel that the text names goes before the brief's.
fn grid(text: &str, channel: Channel, language: inkstone_manuscript::Language) -> AdGrid {
    let set = AdSet::parse(text);
    let channel = set
        .channel
        .as_deref()
        .and_then(Channel::from_name)
        .unwrap_or(channel);
    let spec = channel.limits(language);
    let mut at = Units::of(text);
    let ads = set.ads.into_iter().map(|ad| AdDto {
        fields: ad
            .fields
            .into_iter()
            .map(|(field, text)| {
                let spec = spec.field(field);
                let unit = spec.map_or(inkstone_desks::Unit::Characters, |s| s.unit);
                AdFieldDto {
                    field: name(field).to_owned(),
                    size: to_u32(unit.measure(&text)),
                    limit: spec.map(|s| to_u32(s.limit)),
                    hard: spec.is_some_and(|s| s.hard),
                    text,
                }
            })
            .collect(),
        from: at.at(ad.range.start),
        to: at.at(ad.range.end),
    });
    AdGrid {
        ads: ads.collect(),
        channel: channel.name().to_owned(),
    }
}

fn name(field: AdField) -> &'static str {
    match field {
        AdField::Headline => "headline",
        AdField::Description => "description",
        AdField::PrimaryText => "primary_text",
        AdField::CallToAction => "call_to_action",
    }
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::Language;

    use super::*;

    #[test]
    fn the_grid_counts_as_the_channel_does() {
        let text = "雨😀\nChannel: x\n\n## Ad 1\nHeadline: 雨天\nDescription: none there\n";
        let grid = grid(text, Channel::GoogleRsa, Language::English);
        assert_eq!(grid.channel, "x");
        let ad = &grid.ads[0];
        assert_eq!(
            (ad.fields[0].field.as_str(), ad.fields[0].limit),
            ("headline", Some(70))
        );
        assert_eq!(ad.fields[1].limit, None, "X has no description");
        let from = text.find("## Ad").expect("a heading");
        assert_eq!(ad.from as usize, text[..from].encode_utf16().count());
        let wide = super::grid(
            "## Ad 1\nHeadline: 雨天",
            Channel::GoogleRsa,
            Language::Chinese,
        );
        assert_eq!(
            (wide.ads[0].fields[0].size, wide.ads[0].fields[0].hard),
            (4, true)
        );
    }
}
