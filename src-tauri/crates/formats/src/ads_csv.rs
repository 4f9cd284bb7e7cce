//! Ad sets as CSV: for Google Ads Editor, and for spreadsheets and everything else.
//!
//! Both are RFC 4180 (CRLF, quotes doubled) in UTF-8 with a byte order mark: without the mark
//! Excel takes a CSV for the system's old encoding and shows Chinese as garbage. Google Ads
//! Editor and every CSV reader in use skip it.

use inkstone_manuscript::{
    DocumentKind, Language,
    adset::{Ad, AdField, AdSet},
};

use crate::{
    FormatError,
    import::{Found, Imported, Report},
    table::{guarded, table, unguarded},
};

/// How many headlines and descriptions a responsive search ad has.
const RSA_COLUMNS: [(AdField, usize); 2] = [(AdField::Headline, 15), (AdField::Description, 4)];

/// One row per ad with the columns `Ad`, `Channel` and the fields that occur, numbered
/// (`Headline 1`, `Headline 2`, ..., `Call to action 1`).
///
/// A cell that a spreadsheet would run as a formula (`=`, `+`, `-`, `@`, a tab or a line break
/// first) gets a `'` in front, which spreadsheets take for "this is text".
///
/// # Errors
/// [`FormatError::Table`] if the table could not be written.
pub fn generic(set: &AdSet, channel: &str) -> Result<String, FormatError> {
    let columns = AdField::ALL.map(|field| (field, most(set, field)));
    let mut header = vec!["Ad".to_owned(), "Channel".to_owned()];
    header.extend(numbered(&columns));
    let rows = set.ads.iter().zip(1..).map(|(ad, number): (&Ad, usize)| {
        let mut row = vec![number.to_string(), guarded(channel)];
        row.extend(cells(ad, &columns).map(guarded));
        row
    });
    table(header, rows, true)
}

/// Responsive search ads for Google Ads Editor, one row per ad. `Path 1`, `Path 2` and
/// `Final URL` are left empty for the person to fill in there, and the ads are paused, so that
/// nothing runs unread. Text stands as it is written: a guard against formulas would be imported
/// as part of the ad.
///
/// Primary text and calls to action have no place in such an ad and are left out. Headlines past
/// the 15th and descriptions past the 4th get columns of their own, which Editor reports as
/// unknown: nothing is dropped in silence.
///
/// # Errors
/// [`FormatError::Table`] if the table could not be written.
pub fn google_editor(set: &AdSet, campaign: &str, ad_group: &str) -> Result<String, FormatError> {
    let columns = RSA_COLUMNS.map(|(field, count)| (field, count.max(most(set, field))));
    let mut header: Vec<String> = ["Campaign", "Ad Group", "Ad type"]
        .map(str::to_owned)
        .to_vec();
    header.extend(numbered(&columns));
    header.extend(["Path 1", "Path 2", "Final URL", "Status"].map(str::to_owned));
    let rows = set.ads.iter().map(|ad| {
        let mut row = [campaign, ad_group, "Responsive search ad"]
            .map(str::to_owned)
            .to_vec();
        row.extend(cells(ad, &columns).map(str::to_owned));
        row.extend(["", "", "", "Paused"].map(str::to_owned));
        row
    });
    table(header, rows, true)
}

/// Reads ads from a table whose first row names the columns: `Headline 1`, `Description 2`,
/// `Primary text`, `Call to action`, in English or Chinese, as both tables here and the ad platforms
/// write them. Rows without any of these are left out, and so are other columns.
///
/// # Errors
/// [`FormatError::NotThis`] without a column of an ad, [`FormatError::Table`] for a broken table.
pub fn read(text: &str) -> Result<Imported, FormatError> {
    let text = text.trim_start_matches('\u{feff}');
    let failed = |error: csv::Error| FormatError::Table(error.to_string());
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = records
        .next()
        .transpose()
        .map_err(failed)?
        .unwrap_or_default();
    let columns: Vec<Option<AdField>> = header.iter().map(field_of).collect();
    if columns.iter().all(Option::is_none) {
        return Err(FormatError::NotThis {
            format: "CSV",
            detail: "no column of an ad (Headline 1, Description 1 ...)".to_owned(),
        });
    }
    let chinese = header.iter().any(|name| name.trim().starts_with("标题"));
    let channel = header.iter().position(|name| name.trim() == "Channel");
    let mut set = AdSet::parse("");
    for record in records {
        let record = record.map_err(failed)?;
        let mut ad = Ad {
            fields: Vec::new(),
            ..Ad::default()
        };
        for (cell, field) in record.iter().zip(&columns) {
            if let Some(field) = field
                && !cell.trim().is_empty()
            {
                ad.fields.push((*field, unguarded(cell).trim().to_owned()));
            }
        }
        if let Some(channel) = channel.and_then(|at| record.get(at))
            && set.channel.is_none()
            && !channel.trim().is_empty()
        {
            set.channel = Some(unguarded(channel).trim().to_owned());
        }
        if !ad.fields.is_empty() {
            set.ads.push(ad);
        }
    }
    let language = if chinese {
        Language::Chinese
    } else {
        Language::English
    };
    Ok(Imported {
        kind: DocumentKind::Ads,
        text: set.print(language),
        title: None,
        keeps_file: false,
        report: Report {
            format: "csv",
            found: vec![(Found::Ads, set.ads.len())],
            ..Report::default()
        },
    })
}

/// The field that a column is of.
fn field_of(name: &str) -> Option<AdField> {
    let name = name
        .trim()
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .trim();
    AdField::ALL.into_iter().find(|field| {
        [Language::English, Language::Chinese]
            .iter()
            .any(|language| field.label(*language).eq_ignore_ascii_case(name))
    })
}

/// The most values that one ad has for a field.
fn most(set: &AdSet, field: AdField) -> usize {
    set.ads
        .iter()
        .map(|ad| values(ad, field).count())
        .max()
        .unwrap_or(0)
}

fn values(ad: &Ad, field: AdField) -> impl Iterator<Item = &str> {
    ad.fields
        .iter()
        .filter(move |(found, _)| *found == field)
        .map(|(_, value)| value.as_str())
}

/// Columns are named in English in every language: Editor knows no other names.
fn numbered(columns: &[(AdField, usize)]) -> impl Iterator<Item = String> {
    columns.iter().flat_map(|&(field, count)| {
        (1..=count).map(move |n| format!("{} {n}", field.label(Language::English)))
    })
}

fn cells<'a>(ad: &'a Ad, columns: &[(AdField, usize)]) -> impl Iterator<Item = &'a str> {
    columns
        .iter()
        .flat_map(|&(field, count)| {
            values(ad, field)
                .map(Some)
                .chain(std::iter::repeat(None))
                .take(count)
        })
        .map(Option::unwrap_or_default)
        .collect::<Vec<_>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ad(fields: &[(AdField, &str)]) -> Ad {
        let fields = fields
            .iter()
            .map(|&(field, value)| (field, value.to_owned()))
            .collect();
        Ad {
            fields,
            ..Ad::default()
        }
    }

    fn set(ads: Vec<Ad>) -> AdSet {
        AdSet { channel: None, ads }
    }

    /// Reads a table back with the mark taken off.
    fn read(table: &str) -> Vec<Vec<String>> {
        let text = table.strip_prefix('\u{feff}').expect("a byte order mark");
        csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes())
            .records()
            .map(|row| row.expect("a row").iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn the_generic_table_has_a_column_for_every_value() {
        let ads = set(vec![
            ad(&[
                (AdField::Headline, "新鲜, \"热\""),
                (AdField::PrimaryText, "Two\nlines"),
                (AdField::Headline, "Second"),
            ]),
            ad(&[(AdField::CallToAction, "Shop")]),
        ]);
        assert_eq!(
            generic(&ads, "meta_feed").as_deref(),
            Ok(concat!(
                "\u{feff}Ad,Channel,Headline 1,Headline 2,Primary text 1,Call to action 1\r\n",
                "1,meta_feed,\"新鲜, \"\"热\"\"\",Second,\"Two\nlines\",\r\n",
                "2,meta_feed,,,,Shop\r\n",
            ))
        );
    }

    #[test]
    fn both_tables_are_read_back() {
        let set = set(vec![
            ad(&[
                (AdField::Headline, "新鲜, \"热\""),
                (AdField::Headline, "-50% off"),
                (AdField::PrimaryText, "One\ntwo"),
            ]),
            ad(&[(AdField::Description, "Warm.")]),
        ]);
        let imported = super::read(&generic(&set, "meta").unwrap()).unwrap();
        let fields = |set: &AdSet| {
            set.ads
                .iter()
                .map(|ad| ad.fields.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(fields(&AdSet::parse(&imported.text)), fields(&set));
        assert_eq!(imported.report.found, [(Found::Ads, 2)]);
        let editor = super::read(&google_editor(&set, "C", "G").unwrap()).unwrap();
        let ads = AdSet::parse(&editor.text).ads;
        assert_eq!(ads[0].fields, set.ads[0].fields[..2]);
        assert!(super::read("a,b\r\n1,2\r\n").is_err());
        assert!(super::read("").is_err());
    }

    #[test]
    fn formulas_are_text_in_the_generic_table() {
        let formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"];
        for formula in formulas {
            let ads = set(vec![ad(&[(AdField::Headline, formula)])]);
            let rows = read(&generic(&ads, "x").expect("a table"));
            assert_eq!(rows[1][2], format!("'{formula}"));
        }
        let ads = set(vec![ad(&[(AdField::Headline, "a=1")])]);
        assert_eq!(read(&generic(&ads, "x").expect("a table"))[1][2], "a=1");
    }

    #[test]
    fn the_editor_finds_its_columns() {
        let ads = set(vec![ad(&[
            (AdField::Headline, "-50% off"),
            (AdField::CallToAction, "Shop"),
            (AdField::Description, "Baked daily."),
        ])]);
        let rows = read(&google_editor(&ads, "Bread", "Rolls").expect("a table"));
        let mut header: Vec<String> = ["Campaign", "Ad Group", "Ad type"]
            .map(str::to_owned)
            .to_vec();
        header.extend((1..=15).map(|n| format!("Headline {n}")));
        header.extend((1..=4).map(|n| format!("Description {n}")));
        header.extend(["Path 1", "Path 2", "Final URL", "Status"].map(str::to_owned));
        assert_eq!(rows[0], header);
        assert_eq!(
            rows[1][..5],
            ["Bread", "Rolls", "Responsive search ad", "-50% off", ""]
        );
        assert_eq!(
            rows[1][18..],
            ["Baked daily.", "", "", "", "", "", "", "Paused"]
        );
        assert!(!rows[1].contains(&"Shop".to_owned()));
    }

    #[test]
    fn more_than_the_editor_takes_is_not_dropped() {
        let fields: Vec<_> = (0..17).map(|_| (AdField::Headline, "h")).collect();
        let rows = read(&google_editor(&set(vec![ad(&fields)]), "c", "g").expect("a table"));
        assert_eq!(rows[0].len(), 3 + 17 + 4 + 4);
        assert_eq!(rows[1].iter().filter(|cell| *cell == "h").count(), 17);
    }

    #[test]
    fn no_ads_are_a_header() {
        assert_eq!(
            generic(&AdSet::default(), "x").as_deref(),
            Ok("\u{feff}Ad,Channel\r\n")
        );
        assert_eq!(
            read(&google_editor(&AdSet::default(), "c", "g").expect("a table")).len(),
            1
        );
    }

    proptest! {
        #[test]
        fn every_cell_comes_back(
            values in prop::collection::vec((0usize..4, any::<String>()), 0..12), channel in "[a-z_]{1,9}"
        ) {
            let fields: Vec<_> =
                values.iter().map(|(n, value)| (AdField::ALL[*n], value.as_str())).collect();
            let rows = read(&generic(&set(vec![ad(&fields)]), &channel).expect("a table"));
            prop_assert_eq!(rows.len(), 2);
            prop_assert_eq!(rows[1].len(), 2 + values.len());
            let mut expected: Vec<_> = fields.iter().collect();
            expected.sort_by_key(|(field, _)| *field);
            for (cell, (_, value)) in rows[1][2..].iter().zip(expected) {
                prop_assert!(cell == value || cell.strip_prefix('\'') == Some(value));
            }
        }
    }
}
