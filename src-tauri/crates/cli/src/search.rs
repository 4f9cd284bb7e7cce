//! `ink library search`

use std::{fmt::Write as _, sync::Arc};

use inkstone_studio::{
    Studio,
    searching::{
        FoundInDto, Search, SearchGroupDto, SearchHitDto, SearchOrigin, SearchPlace, StillDto,
    },
};

use crate::{
    arguments::{LibrarySearch, OriginName, Place},
    failure::Failure,
    library::{date, one_line},
    output::Output,
    words::Words,
};

const A_DAY: f64 = 86_400_000.0;

/// Documents printed; whoever wants more narrows the search or reads JSON page by page.
const PRINTED: u32 = 50;

/// A project by its id or name; what is neither is passed on, and nothing is found in it.
pub(crate) async fn project(
    studio: &Arc<Studio>,
    wanted: Option<String>,
) -> Result<Option<String>, Failure> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let projects = studio.list_library().await?;
    let found = projects
        .into_iter()
        .map(|listing| listing.project)
        .find(|project| project.id == wanted || project.name == wanted);
    Ok(Some(found.map_or(wanted, |project| project.id)))
}

/// Prints what was found.
pub async fn search(
    studio: &Arc<Studio>,
    wanted: LibrarySearch,
    output: &Output,
) -> Result<(), Failure> {
    #[allow(clippy::cast_precision_loss, reason = "days of the calendar")]
    let ms = |at: i64| at as f64;
    let i = Search {
        query: wanted.words.join(" "),
        project_id: project(studio, wanted.project).await?,
        kind: wanted.kind,
        since: wanted.since.map(ms),
        until: wanted.until.map(|day| ms(day) + A_DAY),
        places: wanted
            .places
            .into_iter()
            .map(|place| match place {
                Place::Texts => SearchPlace::Texts,
                Place::History => SearchPlace::History,
                Place::Fields => SearchPlace::Fields,
            })
            .collect(),
        origin: wanted.origin.map(|origin| match origin {
            OriginName::Typed => SearchOrigin::Typed,
            OriginName::Pasted => SearchOrigin::Pasted,
            OriginName::Imported => SearchOrigin::Imported,
            OriginName::Generated => SearchOrigin::Generated,
        }),
        most: PRINTED,
        ..Search::default()
    };
    let page = studio.search(i).await?;
    if output.json {
        return output.value(&page);
    }
    if page.unread > 0 {
        output.note(&output.words.unread(page.unread));
    }
    if page.groups.is_empty() {
        output.note(output.words.nothing_found());
        return Ok(());
    }
    let mut out = String::new();
    for group in &page.groups {
        print(&mut out, group, output.words);
    }
    output.text(&out)?;
    let shown = u32::try_from(page.groups.len()).unwrap_or(u32::MAX);
    if page.more || page.documents > shown {
        output.note(&output.words.documents_found(page.documents, page.more));
    }
    Ok(())
}

fn print(out: &mut String, group: &SearchGroupDto, words: Words) {
    let title = match one_line(&group.title) {
        title if title.is_empty() => words.untitled().to_owned(),
        title => title,
    };
    let _ = writeln!(
        out,
        "{}\t{}\t{title}\t{}",
        group.draft_id,
        group.kind,
        one_line(&group.project)
    );
    for hit in &group.hits {
        let place = place(hit, words);
        let gap = if place.is_empty() { "" } else { "  " };
        let _ = writeln!(out, "    {place}{gap}{}", one_line(&hit.line));
    }
}

/// Where a hit is, if it is not the text.
fn place(hit: &SearchHitDto, words: Words) -> String {
    match &hit.found_in {
        FoundInDto::Text => String::new(),
        FoundInDto::Field { name } => format!("[{name}]"),
        FoundInDto::Report { .. } => format!("[{}]", words.report()),
        FoundInDto::Interview { character, .. } => format!("[{}]", one_line(character)),
        FoundInDto::History {
            node_id,
            name,
            at,
            still,
            ..
        } => {
            let name = match name {
                Some(name) => format!("{}, ", one_line(name)),
                None => String::new(),
            };
            let still = match still {
                StillDto::Passage => "",
                StillDto::Words => words.otherwise_now(),
                StillDto::Gone => words.gone_now(),
            };
            format!("[{node_id}: {name}{}{still}]", date(*at))
        }
    }
}
