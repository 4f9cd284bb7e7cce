//! A script in numbers: who, where and how much, as tables in the window and in files.

use std::{path::Path, sync::Arc};

use inkstone_formats::{
    import,
    pdf::{Pdf, PdfInfo},
    report,
};
use inkstone_manuscript::{
    Language,
    fountain::{Light, Setting},
    pages::{PageOptions, Paper},
    tally::{Group, LocationTally, Matter, SceneTally, Tally, tally, tally_revised},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    drafts::{LONGEST_TEXT, Units, to_u32, write_file},
    imports::{language_of, read_file},
    inputs::Id,
    pages::{PdfDone, SystemFonts, date, pdf_error},
};

pub use inkstone_formats::report::Report;

/// A script in numbers.
#[derive(Debug, Clone)]
pub struct ScriptTally {
    tally: Tally,
    /// The paper its pages are for.
    paper: Paper,
}

/// Writes a report over a draft to a file.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportTally {
    /// The draft.
    pub draft_id: String,
    /// The reports; a CSV holds one.
    #[ts(type = "ReportKind[]")]
    pub reports: Vec<ReportName>,
    /// What it is written as.
    pub format: TallyFormat,
    /// Whether a CSV begins with a byte order mark, which Excel wants.
    pub mark: bool,
    /// The language of headings.
    #[ts(type = "Language")]
    pub language: Language,
    /// Where to.
    pub path: String,
}

/// A report by its name on the wire.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct ReportName(pub Report);

impl TryFrom<String> for ReportName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Report::named(&name)
            .map(Self)
            .ok_or_else(|| format!("no report `{name}`"))
    }
}

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum TallyFormat {
    /// A table for spreadsheets.
    Csv,
    /// A table on paper.
    Pdf,
}

/// A draft in numbers. Amounts are words, in a Chinese script characters.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TallyDto {
    /// The revision that was counted.
    pub revision: u32,
    /// The script's language: what amounts are counted in.
    #[ts(type = "Language")]
    pub language: Language,
    /// How long it is, in eighths of a page.
    pub eighths: u32,
    /// How many pages it has.
    pub pages: u32,
    /// Its scenes, in order, omitted ones too.
    pub scenes: Vec<SceneTallyDto>,
    /// Who speaks; who speaks most often first.
    pub characters: Vec<CharacterTallyDto>,
    /// Where it plays; the place with most scenes first.
    pub locations: Vec<LocationTallyDto>,
    /// Day, night, dawn, dusk, and `null` for the scenes that don't say.
    pub lights: Vec<SceneGroupDto>,
    /// Inside, outside and so on, and `null` for the scenes that don't say.
    pub settings: Vec<SceneGroupDto>,
    /// Dialogue against action and the rest.
    pub shares: Vec<MatterShareDto>,
}

/// A scene in numbers.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SceneTallyDto {
    /// Its place, from 1.
    pub ordinal: u32,
    /// Its number: the one that the script gives, or one counted on from those.
    pub number: String,
    /// Its heading.
    pub heading: String,
    /// Inside or outside.
    #[ts(type = "SceneSetting | null")]
    pub setting: Option<Setting>,
    /// Where.
    pub location: Option<String>,
    /// The time as it is written.
    pub time: Option<String>,
    /// What the time says of the light.
    #[ts(type = "SceneLight | null")]
    pub light: Option<Light>,
    /// Whether only its number is left.
    pub omitted: bool,
    /// What happens in it.
    pub synopsis: Option<String>,
    /// How long it is, in eighths of a page.
    pub eighths: u32,
    /// The number of the page it begins on.
    pub page: String,
    /// Where its heading stands, in UTF-16 units.
    pub at: u32,
    /// Who speaks in it, by their places in the list of characters.
    pub speaking: Vec<u32>,
    /// Who is named in its action and does not speak.
    pub named: Vec<u32>,
    /// How often somebody speaks.
    pub speeches: u32,
    /// How much is said.
    pub dialogue: u32,
    /// How much is seen and heard.
    pub action: u32,
}

/// Who speaks, in numbers.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CharacterTallyDto {
    /// The name.
    pub name: String,
    /// How often they speak.
    pub speeches: u32,
    /// How much they say.
    pub dialogue: u32,
    /// The scenes they speak in, by ordinal.
    pub scenes: Vec<u32>,
}

/// A place in numbers.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LocationTallyDto {
    /// The name.
    pub name: String,
    /// Its settings.
    #[ts(type = "SceneSetting[]")]
    pub settings: Vec<Setting>,
    /// The scenes that play there, by ordinal.
    pub scenes: Vec<u32>,
    /// How many of them are by day.
    pub by_day: u32,
    /// How many are by night.
    pub by_night: u32,
    /// How long they are, in eighths of a page.
    pub eighths: u32,
}

/// Scenes that have something in common.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SceneGroupDto {
    /// What.
    #[ts(type = "SceneSetting | SceneLight | null")]
    pub value: Value,
    /// How many.
    pub scenes: u32,
    /// How long they are, in eighths of a page.
    pub eighths: u32,
}

/// How much of a script is of one kind.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MatterShareDto {
    /// Which.
    #[ts(type = "ScriptMatter")]
    pub matter: Matter,
    /// How many: speeches, paragraphs.
    pub count: u32,
    /// How much text.
    pub amount: u32,
}

impl Studio {
    /// Counts a script in a file of any kind that can be imported. Nothing is kept of it.
    ///
    /// # Errors
    /// `file_unreadable`, and what the file's format says.
    pub fn tally_file(path: &Path) -> Result<ScriptTally, StudioError> {
        Ok(Self::tally_text(&script_in(path)?))
    }

    /// Counts a script. Its pages are those that are usual for its language.
    pub fn tally_text(text: &str) -> ScriptTally {
        let options = PageOptions::of(language_of(text));
        ScriptTally {
            tally: tally(text, &options),
            paper: options.paper,
        }
    }

    /// See [`crate::commands`].
    pub async fn script_tally(self: &Arc<Self>, i: Id) -> Result<TallyDto, StudioError> {
        self.blocking(move |s| {
            let script = s.script(&i.id)?;
            let options = s.page_options(&script)?;
            let tally = tally_revised(&script.text, &options, &script.revision_layer);
            Ok(dto(&tally, script.revision, &script.text))
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn export_tally(self: &Arc<Self>, i: ExportTally) -> Result<PdfDone, StudioError> {
        self.blocking(move |s| {
            let script = s.script(&i.draft_id)?;
            let options = s.page_options(&script)?;
            let counted = ScriptTally {
                tally: tally_revised(&script.text, &options, &script.revision_layer),
                paper: options.paper,
            };
            let reports: Vec<Report> = i.reports.iter().map(|report| report.0).collect();
            let path = Path::new(&i.path);
            match (i.format, reports.as_slice()) {
                (TallyFormat::Csv, [report]) => {
                    let csv = counted.csv(*report, i.language, i.mark)?;
                    write_file(path, csv.as_bytes())?;
                    Ok(PdfDone::default())
                }
                (TallyFormat::Pdf, [_, ..]) => {
                    let fonts = s.fonts.get().map(AsRef::as_ref);
                    let days = Some(script.days);
                    let made = counted.pdf(&reports, &script.title, i.language, days, fonts)?;
                    write_file(path, &made.bytes)?;
                    Ok(PdfDone::of(&made))
                }
                _ => Err(StudioError::BadRequest("a CSV holds one report".into())),
            }
        })
        .await
    }
}

/// The script in a file of any kind that can be imported, as Fountain.
pub(crate) fn script_in(path: &Path) -> Result<String, StudioError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let known = import::Known {
        kind: Some(inkstone_manuscript::DocumentKind::Screenplay),
        ..import::Known::default()
    };
    let read = import::import_as(&name, &read_file(path)?, known)?;
    if read.text.len() > LONGEST_TEXT {
        return Err(StudioError::TooLong {
            field: "text".into(),
            limit: LONGEST_TEXT,
        });
    }
    Ok(read.text)
}

impl ScriptTally {
    /// A report: the script's language and length, and the rows.
    pub fn json(&self, report: Report) -> Value {
        let tally = &self.tally;
        let rows = match report {
            Report::Scenes => json!(tally.scenes),
            Report::Characters => json!(tally.characters),
            Report::Locations => json!(tally.locations),
            Report::Dialogue => json!(tally.shares),
            Report::DayNight => json!(tally.lights),
            Report::IntExt => json!(tally.settings),
        };
        json!({
            "kind": report.name(),
            "language": tally.language.tag(),
            "eighths": tally.length.0,
            "pages": tally.pages,
            "rows": rows,
        })
    }

    /// A report as CSV with headings in a language; `mark` puts a byte order mark in front.
    ///
    /// # Errors
    /// The table could not be written.
    pub fn csv(
        &self,
        report: Report,
        language: Language,
        mark: bool,
    ) -> Result<String, StudioError> {
        Ok(report::csv(&self.tally, report, language, mark)?)
    }

    /// Reports as a PDF with headings in a language. `days` counts from 1 January 1970; without
    /// it, the file has no date.
    ///
    /// # Errors
    /// [`StudioError::TooLong`] for thousands of pages.
    pub fn pdf(
        &self,
        reports: &[Report],
        title: &str,
        language: Language,
        days: Option<i64>,
        fonts: Option<&dyn SystemFonts>,
    ) -> Result<Pdf, StudioError> {
        let laid = report::pages(&self.tally, reports, title, self.paper, language);
        let missing = laid.missing();
        let extra = match fonts {
            Some(fonts) if !missing.is_empty() => fonts.for_characters(&missing),
            _ => Vec::new(),
        };
        let info = PdfInfo {
            title: title.to_owned(),
            date: days.map(date),
        };
        report::print(&laid, &info, &extra).map_err(pdf_error)
    }
}

fn dto(tally: &Tally, revision: u32, text: &str) -> TallyDto {
    let mut units = Units::of(text);
    let place = |name: &String| tally.characters.iter().position(|c| c.name == *name);
    let places =
        |names: &[String]| -> Vec<u32> { names.iter().filter_map(place).map(to_u32).collect() };
    let scene = |scene: &SceneTally| SceneTallyDto {
        ordinal: to_u32(scene.ordinal),
        number: scene.number.clone(),
        heading: scene.heading.clone(),
        setting: scene.setting,
        location: scene.location.clone().filter(|_| !scene.omitted),
        time: scene.time.clone(),
        light: scene.light,
        omitted: scene.omitted,
        synopsis: scene.synopsis.clone(),
        eighths: scene.length.0,
        page: scene.page.clone(),
        at: units.at(scene.at),
        speaking: places(&scene.characters),
        named: places(&scene.named),
        speeches: to_u32(scene.speeches),
        dialogue: to_u32(scene.dialogue.counted(tally.language)),
        action: to_u32(scene.action.counted(tally.language)),
    };
    TallyDto {
        revision,
        language: tally.language,
        eighths: tally.length.0,
        pages: to_u32(tally.pages),
        scenes: tally.scenes.iter().map(scene).collect(),
        characters: tally
            .characters
            .iter()
            .map(|who| CharacterTallyDto {
                name: who.name.clone(),
                speeches: to_u32(who.speeches),
                dialogue: to_u32(who.dialogue.counted(tally.language)),
                scenes: ordinals(&who.scenes),
            })
            .collect(),
        locations: tally.locations.iter().map(location).collect(),
        lights: groups(&tally.lights),
        settings: groups(&tally.settings),
        shares: tally
            .shares
            .iter()
            .map(|share| MatterShareDto {
                matter: share.matter,
                count: to_u32(share.count),
                amount: to_u32(share.amount.counted(tally.language)),
            })
            .collect(),
    }
}

fn ordinals(scenes: &[usize]) -> Vec<u32> {
    scenes.iter().copied().map(to_u32).collect()
}

fn location(place: &LocationTally) -> LocationTallyDto {
    LocationTallyDto {
        name: place.name.clone(),
        settings: place.settings.clone(),
        scenes: ordinals(&place.scenes),
        by_day: to_u32(place.by_day),
        by_night: to_u32(place.by_night),
        eighths: place.length.0,
    }
}

fn groups<T: Copy + Serialize>(groups: &[Group<T>]) -> Vec<SceneGroupDto> {
    let group = |group: &Group<T>| SceneGroupDto {
        value: json!(group.value),
        scenes: to_u32(group.scenes),
        eighths: group.length.0,
    };
    groups.iter().map(group).collect()
}
