//! The voice sample of a project: a passage of a person's own writing, which prompts take the voice
//! from. Kept in the library's settings, so that it goes along when a project is written as files.

use std::sync::Arc;

use inkstone_desks::tokens;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Studio, StudioError, drafts::to_u32, inputs::Id, projects::bounded};

/// The longest sample that is kept, in characters; prompts show the beginning of it that has room.
const LONGEST_SAMPLE: usize = 20_000;

/// The voice sample of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct VoiceSample {
    /// The passage; empty where there is none.
    pub text: String,
    /// Where it was taken from, in the person's words: a document's title, say.
    pub from: String,
    /// It stays and goes along with no prompt.
    pub off: bool,
}

/// A project's voice sample, to be kept.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetVoice {
    /// The project.
    pub project_id: String,
    /// The sample.
    pub sample: VoiceSample,
}

/// A project's voice sample, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct VoiceDto {
    /// The sample.
    pub sample: VoiceSample,
    /// All of it in tokens, guessed.
    pub tokens: u32,
    /// The most tokens of it that a prompt shows.
    pub most: u32,
}

fn setting(project: &str) -> String {
    format!("voice:{project}")
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn voice(self: &Arc<Self>, i: Id) -> Result<VoiceDto, StudioError> {
        self.blocking(move |s| {
            s.library.project(&i.id)?;
            s.voice_dto(&i.id)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn set_voice(self: &Arc<Self>, i: SetVoice) -> Result<VoiceDto, StudioError> {
        bounded("voice", &i.sample.text, LONGEST_SAMPLE)?;
        let set = self
            .blocking(move |s| {
                s.library.project(&i.project_id)?;
                let sample = VoiceSample {
                    text: i.sample.text.trim().to_owned(),
                    from: i.sample.from.trim().chars().take(300).collect(),
                    off: i.sample.off,
                };
                let value = serde_json::to_value(&sample)
                    .map_err(|e| StudioError::Internal(e.to_string()))?;
                s.library.set_setting(&setting(&i.project_id), &value)?;
                s.voice_dto(&i.project_id)
            })
            .await?;
        self.changed(&["projects"]);
        Ok(set)
    }

    fn voice_dto(&self, project: &str) -> Result<VoiceDto, StudioError> {
        let sample: VoiceSample = self.setting(&setting(project))?.unwrap_or_default();
        Ok(VoiceDto {
            tokens: match sample.text.as_str() {
                "" => 0,
                text => to_u32(tokens(text)),
            },
            most: to_u32(inkstone_desks::MOST_VOICE),
            sample,
        })
    }

    /// The passage that goes along with a project's prompts; empty where none does. Blocks.
    pub(crate) fn voice_of(&self, project: &str) -> Result<String, StudioError> {
        let sample: VoiceSample = self.setting(&setting(project))?.unwrap_or_default();
        Ok(if sample.off {
            String::new()
        } else {
            sample.text
        })
    }
}
