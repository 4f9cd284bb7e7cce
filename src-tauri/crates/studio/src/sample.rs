//! A project to try things out in: texts that ship with the program, and briefs that are filled in.
//! It is a project like any other, made when it is asked for and deleted like one.

use std::sync::Arc;

use inkstone_library as lib;
use serde::Serialize;
use serde_json::{Value, json};
use ts_rs::TS;

use crate::{
    Brief, DocumentKind, Language, Studio, StudioError, dto::ProjectDto, inputs::CreateProject,
    projects::name,
};

/// A project to try things out in.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SampleDto {
    /// It, ready.
    pub project: ProjectDto,
    /// The draft that says what to try.
    pub start: String,
    /// Drafts whose brief is filled in and that wait for a first take.
    pub to_write: Vec<String>,
}

/// One document of it.
struct Sample {
    kind: DocumentKind,
    title: &'static str,
    /// As TOML.
    brief: Option<&'static str>,
    text: &'static str,
    /// What its text came from, as its origin says it.
    file: &'static str,
}

/// The documents in the order in which they are made: the newest stands on top of the list.
fn samples(language: Language) -> [Sample; 4] {
    macro_rules! samples {
        ($of:literal: $script:literal, $ads:literal, $news:literal, $start:literal) => {
            [
                Sample {
                    kind: DocumentKind::Screenplay,
                    title: $script,
                    brief: Some(include_str!(concat!(
                        "../../../../assets/samples/screenplay.",
                        $of,
                        ".toml"
                    ))),
                    text: include_str!(concat!(
                        "../../../../assets/tour/script.",
                        $of,
                        ".fountain"
                    )),
                    file: concat!("script.", $of, ".fountain"),
                },
                Sample {
                    kind: DocumentKind::Ads,
                    title: $ads,
                    brief: Some(include_str!(concat!(
                        "../../../../assets/samples/ads.",
                        $of,
                        ".toml"
                    ))),
                    text: "",
                    file: "",
                },
                Sample {
                    kind: DocumentKind::News,
                    title: $news,
                    brief: Some(include_str!(concat!(
                        "../../../../assets/samples/news.",
                        $of,
                        ".toml"
                    ))),
                    text: "",
                    file: "",
                },
                Sample {
                    kind: DocumentKind::News,
                    title: $start,
                    brief: None,
                    text: include_str!(concat!("../../../../assets/tour/start.", $of, ".md")),
                    file: concat!("start.", $of, ".md"),
                },
            ]
        };
    }
    match language {
        Language::English => samples!(
            "en": "The lamp", "A folding kettle", "The night ferry", "Start here"
        ),
        Language::Chinese => samples!(
            "zh-CN": "照相馆", "冻干杂粮粥", "图书馆夜间开放", "从这里开始"
        ),
    }
}

impl Studio {
    /// Makes a project to try things out in, with texts of this language. What could not be made
    /// whole is put into the bin.
    ///
    /// # Errors
    /// What the library says.
    pub async fn sample_project(
        self: &Arc<Self>,
        i: CreateProject,
    ) -> Result<SampleDto, StudioError> {
        let name = name("name", &i.name)?;
        let sample = self
            .blocking(move |s| {
                let project = s.library.create_project(&name, i.language)?;
                match s.fill_sample(&project.id, i.language) {
                    Ok((start, to_write)) => Ok(SampleDto {
                        project: s.project_dto(project),
                        start,
                        to_write,
                    }),
                    Err(error) => {
                        s.library.delete_project(&project.id)?;
                        Err(error)
                    }
                }
            })
            .await?;
        self.changed(&["projects", "documents"]);
        Ok(sample)
    }

    fn fill_sample(
        &self,
        project_id: &str,
        language: Language,
    ) -> Result<(String, Vec<String>), StudioError> {
        let mut start = String::new();
        let mut to_write = Vec::new();
        for sample in samples(language) {
            let fields: Value = match sample.brief {
                Some(brief) => json!({ "brief": Brief::from_toml(sample.kind, brief)?.to_value() }),
                None => json!({}),
            };
            let new = lib::NewDocument {
                project_id,
                kind: sample.kind,
                title: sample.title,
                language,
                fields: &fields,
            };
            let draft = self
                .library
                .import_document(&new, sample.text, sample.file)?;
            if sample.text.is_empty() {
                to_write.push(draft);
            } else {
                start = draft;
            }
        }
        // The article first: it is what one is sent to.
        to_write.reverse();
        Ok((start, to_write))
    }
}
