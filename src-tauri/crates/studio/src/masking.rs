//! Masking: in a project that wants it, names and numbers give way to placeholders before a request
//! reaches a server, and come back in the answer while it streams.

use std::sync::Arc;

use futures::StreamExt as _;
use inkstone_desks::masking::{
    LONGEST_NAME, MOST_NAMES, Mask, MaskRules, Masked, Unmasker, people,
};
use inkstone_generation::{
    CancellationToken, Capabilities, GenerationError, GenerationErrorKind, ModelDescription,
    Prompt, TextEvent, TextModel, TextRequest, TextStream,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{Studio, StudioError, projects::bounded};

/// Documents of a project whose people are looked for.
const MOST_DOCUMENTS: usize = 200;
/// Values that are shown beforehand.
const MOST_SHOWN: usize = 200;

/// Names a project, and the draft whose values are shown.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MaskingOf {
    /// The project.
    pub project_id: String,
    /// The draft that is open.
    pub draft_id: Option<String>,
}

/// What is masked in a project from now on.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetMasking {
    /// The project.
    pub project_id: String,
    /// The rules.
    pub rules: MaskRules,
}

/// What is masked in a project.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MaskingDto {
    /// The rules.
    pub rules: MaskRules,
    /// Names that were found in briefs and scripts of the project.
    pub people: Vec<String>,
    /// What of the open draft, its brief and its text, would be masked.
    pub masked: Vec<Masked>,
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn masking(self: &Arc<Self>, i: MaskingOf) -> Result<MaskingDto, StudioError> {
        self.blocking(move |s| s.masking_now(&i.project_id, i.draft_id.as_deref()))
            .await
    }

    fn masking_now(&self, project: &str, draft: Option<&str>) -> Result<MaskingDto, StudioError> {
        let rules = self.mask_rules(project)?;
        let people = self.people_of(project)?;
        let mut masked = Vec::new();
        if let Some(draft) = draft {
            let (draft, _) = self.not_deleted(draft)?;
            let brief = draft.fields.get("brief").map(Value::to_string);
            let texts = [brief.unwrap_or_default(), draft.body];
            let mut mask = Mask::of(&rules, &people, texts.iter().map(String::as_str));
            for text in &texts {
                // What can't be masked is not sent; here it shows nothing.
                let _ = mask.mask(text);
            }
            masked = mask.masked();
            masked.truncate(MOST_SHOWN);
        }
        Ok(MaskingDto {
            rules,
            people,
            masked,
        })
    }

    /// See [`crate::commands`].
    pub async fn set_masking(self: &Arc<Self>, i: SetMasking) -> Result<MaskingDto, StudioError> {
        let SetMasking { project_id, rules } = i;
        if rules.names.len() > MOST_NAMES || rules.keep_names.len() > MOST_NAMES {
            return Err(StudioError::TooLong {
                field: "names".to_owned(),
                limit: MOST_NAMES,
            });
        }
        for name in rules.names.iter().chain(&rules.keep_names) {
            bounded("names", name, LONGEST_NAME)?;
        }
        let value =
            serde_json::to_value(&rules).map_err(|e| StudioError::Internal(e.to_string()))?;
        let now = self.blocking(move |s| {
            s.library.project(&project_id)?;
            s.library.set_setting(&setting(&project_id), &value)?;
            s.masking_now(&project_id, None)
        });
        let now = now.await?;
        self.changed(&["projects"]);
        Ok(now)
    }

    /// The rules of a project. Where they can't be read nothing may be sent, so that is an error.
    fn mask_rules(&self, project: &str) -> Result<MaskRules, StudioError> {
        match self.library.setting(&setting(project))? {
            None => Ok(MaskRules::default()),
            Some(value) => serde_json::from_value(value).map_err(|e| {
                StudioError::Internal(format!("the rules of masking can't be read: {e}"))
            }),
        }
    }

    /// The names that a project knows: its people, and those that were listed to be masked. Blocks.
    pub(crate) fn names_of(&self, project: &str) -> Result<Vec<String>, StudioError> {
        let mut names = self.people_of(project)?;
        names.extend(self.mask_rules(project)?.names);
        Ok(names)
    }

    /// The people that the documents of a project name, each once.
    fn people_of(&self, project: &str) -> Result<Vec<String>, StudioError> {
        let mut found = Vec::new();
        for document in self
            .library
            .documents(project)?
            .into_iter()
            .take(MOST_DOCUMENTS)
        {
            for summary in self.library.drafts(&document.id)? {
                let draft = self.library.draft(&summary.id)?;
                // A brief that is not whole yet names people all the same, in its text.
                let brief = Self::brief(document.kind, document.language, &draft.fields)
                    .unwrap_or_else(|_| {
                        inkstone_desks::Brief::empty(document.kind, document.language)
                    });
                found.extend(people(&brief, &draft.body));
            }
        }
        let mut seen = std::collections::HashSet::new();
        found.retain(|name| seen.insert(name.clone()));
        found.truncate(MOST_NAMES);
        Ok(found)
    }

    /// What masks the requests of a project, if it wants that. Blocks.
    pub(crate) fn mask_of(&self, project: &str) -> Result<Option<Masking>, StudioError> {
        let rules = self.mask_rules(project)?;
        if !rules.on {
            return Ok(None);
        }
        let people = self.people_of(project)?;
        Ok(Some(Masking { rules, people }))
    }
}

fn setting(project: &str) -> String {
    format!("masking:{project}")
}

/// What masks the requests of a project.
#[derive(Debug, Clone)]
pub(crate) struct Masking {
    rules: MaskRules,
    people: Vec<String>,
}

impl Masking {
    /// The same model, behind the mask.
    pub fn over(self, model: Arc<dyn TextModel>) -> Arc<dyn TextModel> {
        Arc::new(Behind {
            model,
            masking: self,
        })
    }

    /// What masks this request: it knows all of its texts, so that no placeholder is one of theirs.
    fn mask(&self, request: &TextRequest) -> Mask {
        let constraint = request.constraint.as_ref();
        // One that can't be shown can't be masked either, and is refused where it is sent.
        let constraint = constraint.and_then(|one| serde_json::to_string(one).ok());
        let mut texts: Vec<&str> = match &request.prompt {
            Prompt::Raw(text) => vec![text],
            Prompt::Chat(messages) => messages.iter().map(|m| m.content.as_str()).collect(),
        };
        texts.extend(request.stop.iter().map(String::as_str));
        texts.extend(constraint.as_deref());
        Mask::of(&self.rules, &self.people, texts.into_iter())
    }

    /// Pieces of a request's messages as they will leave, each with the number of its message. `None`
    /// stands for what is in the piece before it: a value that is masked as one reached into it.
    ///
    /// # Errors
    /// As it would be refused.
    pub fn shown(
        &self,
        request: TextRequest,
        pieces: &[(usize, &str)],
    ) -> Result<Vec<Option<String>>, GenerationError> {
        let mut mask = self.mask(&request);
        let (masked, _) = self.request(request)?;
        let Prompt::Chat(messages) = masked.prompt else {
            return Ok(pieces
                .iter()
                .map(|(_, text)| Some((*text).to_owned()))
                .collect());
        };
        let mut shown: Vec<Option<String>> = Vec::new();
        for group in pieces.chunk_by(|a, b| a.0 == b.0) {
            let whole = messages.get(group[0].0).map(|one| one.content.as_str());
            let apart: Option<Vec<String>> =
                group.iter().map(|(_, text)| mask.mask(text)).collect();
            match (apart, whole) {
                (Some(apart), Some(whole)) if apart.concat() == whole => {
                    shown.extend(apart.into_iter().map(Some));
                }
                (_, whole) => {
                    shown.push(Some(whole.unwrap_or_default().to_owned()));
                    shown.extend(group[1..].iter().map(|_| None));
                }
            }
        }
        Ok(shown)
    }

    /// The request as it may leave, and what undoes that.
    fn request(
        &self,
        mut request: TextRequest,
    ) -> Result<(TextRequest, Unmasker), GenerationError> {
        let refused = || {
            GenerationError::new(
                GenerationErrorKind::NotAllowed,
                "names and numbers in it can't be masked so that they come back",
            )
        };
        let constraint = request
            .constraint
            .as_ref()
            .map(serde_json::to_value)
            .transpose()
            .map_err(|_| refused())?;
        let mut mask = self.mask(&request);
        let mut masked = |text: &mut String| {
            *text = mask.mask(text).ok_or_else(refused)?;
            Ok(())
        };
        match &mut request.prompt {
            Prompt::Raw(text) => masked(text)?,
            Prompt::Chat(messages) => {
                messages
                    .iter_mut()
                    .try_for_each(|m| masked(&mut m.content))?;
            }
        }
        request.stop.iter_mut().try_for_each(&mut masked)?;
        if let Some(mut value) = constraint {
            each_string(&mut value, &mut masked)?;
            request.constraint = Some(serde_json::from_value(value).map_err(|_| refused())?);
        }
        Ok((request, mask.unmasker()))
    }
}

fn each_string(
    value: &mut Value,
    change: &mut impl FnMut(&mut String) -> Result<(), GenerationError>,
) -> Result<(), GenerationError> {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|item| each_string(item, change)),
        Value::Object(fields) => fields
            .iter_mut()
            .try_for_each(|(_, item)| each_string(item, change)),
        _ => Ok(()),
    }
}

/// A server's model that sees placeholders.
struct Behind {
    model: Arc<dyn TextModel>,
    masking: Masking,
}

impl TextModel for Behind {
    fn describe(&self) -> ModelDescription {
        self.model.describe()
    }

    fn generate(&self, request: TextRequest, cancel: CancellationToken) -> TextStream {
        let (request, unmasker) = match self.masking.request(request) {
            Ok(masked) => masked,
            Err(error) => return futures::stream::once(std::future::ready(Err(error))).boxed(),
        };
        let stream = self.model.generate(request, cancel);
        unmasked(stream, unmasker)
    }

    fn learned(&self) -> Option<Capabilities> {
        self.model.learned()
    }
}

/// A stream with its values put back. What is held back when it ends comes before its end.
fn unmasked(stream: TextStream, unmasker: Unmasker) -> TextStream {
    let rest = |unmasker: &mut Unmasker| TextEvent::Delta {
        text: unmasker.finish(),
        tokens: 0,
    };
    let state = Some((stream, unmasker));
    futures::stream::unfold(state, move |state| async move {
        let (mut stream, mut unmasker) = state?;
        let events = match stream.next().await {
            Some(Ok(TextEvent::Delta { text, tokens })) => {
                let text = unmasker.push(&text);
                vec![Ok(TextEvent::Delta { text, tokens })]
            }
            Some(Ok(end @ TextEvent::Finished { .. })) => {
                vec![Ok(rest(&mut unmasker)), Ok(end)]
            }
            Some(Err(error)) => vec![Ok(rest(&mut unmasker)), Err(error)],
            Some(other) => vec![other],
            None => return Some((vec![Ok(rest(&mut unmasker))], None)),
        };
        Some((events, Some((stream, unmasker))))
    })
    .flat_map(futures::stream::iter)
    .filter(|event| {
        let nothing = matches!(event, Ok(TextEvent::Delta { text, tokens: 0 }) if text.is_empty());
        std::future::ready(!nothing)
    })
    .boxed()
}
