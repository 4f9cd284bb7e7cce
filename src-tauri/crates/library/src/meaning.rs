//! Search by meaning: the present texts as passages, each with the vector that an embedding model
//! gave it.
//!
//! The library cuts and keeps, whoever has the model embeds: [`Library::cut_some`] cuts what was
//! written, [`Library::without_vector`] names passages that no vector is known of,
//! [`Library::keep_vectors`] takes theirs, and [`Library::by_meaning`] compares them all with the
//! vector of a query. A passage is known by the hash of its text, so that one that moved, or that
//! stands in two drafts, is embedded once. Vectors are kept as signed bytes, which changes a cosine
//! by less than 0.01.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use inkstone_manuscript::{DocumentKind, passages};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::Library;
use crate::library::{Result, many};
use crate::row::{Name, Offset};
use crate::texts::sha256;

/// Bytes of a text's SHA-256 that tell passages apart.
const HASH: usize = 12;

/// Vectors that are read at a time, so that nobody who writes waits for a search.
const PAGE: usize = 1_000;

/// What the vectors were made with. With another one all are made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeaningModel {
    /// SHA-256 of the model's files, in lower-case hex.
    pub sha256: String,
    /// Letters that a passage may have; see [`inkstone_manuscript::passages`].
    pub room: usize,
}

/// A passage that no vector is known of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmeasured {
    /// What its vector is kept under.
    pub hash: Vec<u8>,
    /// What is to be embedded.
    pub text: String,
}

/// What to look through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeaningFilter {
    /// Only this project.
    pub project_id: Option<String>,
    /// Only this kind of document.
    pub kind: Option<DocumentKind>,
}

/// A passage that is near to what was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct MeaningHit {
    /// The document.
    pub document_id: String,
    /// The draft; of several that have the passage the one written last.
    pub draft_id: String,
    /// The project.
    pub project_id: String,
    /// The document's title.
    pub title: String,
    /// The document's kind.
    pub kind: DocumentKind,
    /// The passage as it stands.
    pub text: String,
    /// Where it stands, in bytes of the body.
    pub at: usize,
    /// The cosine of the angle between query and passage: 1 is the same.
    pub cosine: f32,
    /// How many standard deviations that is above the mean of all passages. Models differ in how
    /// near everything is to everything; this can be compared between them.
    pub standing: f32,
}

/// Has a draft cut into passages again.
pub(crate) fn to_cut(connection: &Connection, draft_key: i64) -> Result<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO meaning_pending (draft_key) VALUES (?1)")?
        .execute([draft_key])?;
    Ok(())
}

/// Takes a draft's passages out.
pub(crate) fn forget(connection: &Connection, draft_key: i64) -> Result<()> {
    for sql in [
        "DELETE FROM meaning_pending WHERE draft_key = ?1",
        "DELETE FROM meaning_passages WHERE draft_key = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([draft_key])?;
    }
    Ok(())
}

/// Forgets vectors that no passage has any more.
pub(crate) fn forget_unused(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "DELETE FROM meaning_vectors WHERE hash NOT IN (SELECT hash FROM meaning_passages);
         DELETE FROM meaning_wanted WHERE hash NOT IN (SELECT hash FROM meaning_passages);",
    )?;
    Ok(())
}

/// Has everything made anew.
pub(crate) fn rebuild(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "DELETE FROM meaning_model;
         DELETE FROM meaning_passages;
         DELETE FROM meaning_vectors;
         DELETE FROM meaning_wanted;
         INSERT OR IGNORE INTO meaning_pending (draft_key) SELECT key FROM drafts;",
    )?;
    Ok(())
}

/// Sees to it that passages and vectors are of this model.
fn adopt(connection: &Connection, model: &MeaningModel) -> Result<()> {
    if !is_of(connection, model)? {
        rebuild(connection)?;
        connection.execute(
            "INSERT INTO meaning_model (sha256, room) VALUES (?1, ?2)",
            params![model.sha256, Offset(model.room)],
        )?;
    }
    Ok(())
}

fn is_of(connection: &Connection, model: &MeaningModel) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM meaning_model WHERE sha256 = ?1 AND room = ?2)";
    Ok(connection
        .prepare_cached(sql)?
        .query_row(params![model.sha256, Offset(model.room)], |row| row.get(0))?)
}

fn hash(passage: &str) -> Vec<u8> {
    sha256(passage.as_bytes())[..HASH].to_vec()
}

const ALIVE: &str = "drafts.deleted_at IS NULL AND documents.deleted_at IS NULL
    AND projects.deleted_at IS NULL";
const JOINED: &str = "JOIN documents ON documents.id = drafts.document_id
    JOIN projects ON projects.id = documents.project_id";

fn cut_one(connection: &Connection, draft_key: i64, room: usize) -> Result<usize> {
    forget(connection, draft_key)?;
    let sql = "SELECT kind, body FROM drafts JOIN documents ON documents.id = document_id
               WHERE drafts.key = ?1";
    let found: Option<(Name<DocumentKind>, String)> = connection
        .prepare_cached(sql)?
        .query_row([draft_key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((Name(kind), body)) = found else {
        return Ok(0);
    };
    let mut insert = connection.prepare_cached(
        "INSERT INTO meaning_passages (draft_key, at, length, hash) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let mut want = connection.prepare_cached(
        "INSERT OR IGNORE INTO meaning_wanted (hash, draft_key)
         SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM meaning_vectors WHERE hash = ?1)",
    )?;
    for range in passages(kind, &body, room) {
        let hash = hash(&body[range.clone()]);
        insert.execute(params![
            draft_key,
            Offset(range.start),
            Offset(range.len()),
            hash
        ])?;
        want.execute(params![hash, draft_key])?;
    }
    Ok(body.len() + 1)
}

/// A vector as it is kept.
fn packed(vector: &[f32]) -> (f64, Vec<u8>) {
    let most = vector.iter().fold(0_f32, |most, n| most.max(n.abs()));
    if !most.is_finite() || most == 0.0 {
        return (0.0, vec![0; vector.len()]);
    }
    let scale = most / 127.0;
    let byte = |n: &f32| ((n / scale).round() as i8).to_ne_bytes()[0];
    (f64::from(scale), vector.iter().map(byte).collect())
}

fn product(query: &[f32], data: &[u8]) -> f32 {
    let pairs = query.iter().zip(data);
    pairs
        .map(|(a, b)| a * f32::from(i8::from_ne_bytes([*b])))
        .sum()
}

fn no_longer_wanted(connection: &Connection, hash: &[u8]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM meaning_wanted WHERE hash = ?1")?
        .execute([hash])?;
    Ok(())
}

/// Passages that a vector is wanted of, and hashes of which there is no passage any more.
fn wanted(connection: &Connection, most: usize) -> Result<(Vec<Unmeasured>, Vec<Vec<u8>>)> {
    let sql = "SELECT hash FROM meaning_wanted ORDER BY draft_key DESC LIMIT ?1";
    let all: Vec<Vec<u8>> = many(connection, sql, [Offset(most)], |row| row.get(0))?;
    let mut bodies: HashMap<i64, String> = HashMap::new();
    let (mut found, mut gone) = (Vec::new(), Vec::new());
    for wanted in all {
        let sql = "SELECT draft_key, at, length FROM meaning_passages WHERE hash = ?1";
        let mut text = None;
        for standing in many(connection, sql, [&wanted], standing)? {
            let body = match bodies.entry(standing.draft_key) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => {
                    let sql = "SELECT body FROM drafts WHERE key = ?1";
                    let mut statement = connection.prepare_cached(sql)?;
                    let body = statement.query_row([standing.draft_key], |row| row.get(0));
                    entry.insert(body.optional()?.unwrap_or_default())
                }
            };
            text = body
                .get(standing.range)
                .filter(|text| hash(text) == wanted)
                .map(str::to_owned);
            if text.is_some() {
                break;
            }
        }
        match text {
            Some(text) => found.push(Unmeasured { hash: wanted, text }),
            None => gone.push(wanted),
        }
    }
    Ok((found, gone))
}

/// Where a passage stands.
struct Standing {
    draft_key: i64,
    range: Range<usize>,
}

fn standing(row: &Row<'_>) -> rusqlite::Result<Standing> {
    let (Offset(at), Offset(length)) = (row.get(1)?, row.get(2)?);
    Ok(Standing {
        draft_key: row.get(0)?,
        range: at..at.saturating_add(length),
    })
}

impl Library {
    /// Cuts about as many bytes of what was written since as were asked for into passages. True if
    /// more waits.
    ///
    /// # Errors
    /// What the file says.
    pub fn cut_some(&self, model: &MeaningModel, bytes: usize) -> Result<bool> {
        let waits = "SELECT EXISTS (SELECT 1 FROM meaning_pending)";
        let idle = self.read(|c| {
            let waits: bool = c.query_row(waits, [], |row| row.get(0))?;
            Ok(!waits && is_of(c, model)?)
        })?;
        if idle {
            return Ok(false);
        }
        self.write(|tx| {
            adopt(tx, model)?;
            let mut done = 0;
            while done < bytes {
                let sql = "SELECT draft_key FROM meaning_pending ORDER BY draft_key DESC LIMIT 1";
                let next: Option<i64> = tx
                    .prepare_cached(sql)?
                    .query_row([], |row| row.get(0))
                    .optional()?;
                let Some(key) = next else {
                    return Ok(false);
                };
                done += cut_one(tx, key, model.room)?;
            }
            Ok(tx.query_row(waits, [], |row| row.get(0))?)
        })
    }

    /// Some passages that no vector is known of, those of the draft made last first. May be fewer
    /// than were asked for; none if there is none.
    ///
    /// # Errors
    /// What the file says.
    pub fn without_vector(&self, most: usize) -> Result<Vec<Unmeasured>> {
        loop {
            let (found, gone) = self.read(|c| wanted(c, most))?;
            if gone.is_empty() || !found.is_empty() || self.is_reading() {
                return Ok(found);
            }
            // What was written over since it was cut.
            self.write(|tx| gone.iter().try_for_each(|hash| no_longer_wanted(tx, hash)))?;
        }
    }

    /// Keeps the vectors of passages, by the hash of each. Vectors of another model than the one
    /// that passages were cut for last are dropped.
    ///
    /// # Errors
    /// What the file says.
    pub fn keep_vectors(
        &self,
        model: &MeaningModel,
        vectors: &[(Vec<u8>, Vec<f32>)],
    ) -> Result<()> {
        self.write(|tx| {
            if !is_of(tx, model)? {
                return Ok(());
            }
            let mut insert = tx.prepare_cached(
                "INSERT OR REPLACE INTO meaning_vectors (hash, scale, data) VALUES (?1, ?2, ?3)",
            )?;
            for (hash, vector) in vectors {
                let (scale, data) = packed(vector);
                insert.execute(params![hash, scale, data])?;
                no_longer_wanted(tx, hash)?;
            }
            Ok(())
        })
    }

    /// How many passages there are, and how many of them have a vector of this model.
    ///
    /// # Errors
    /// What the file says.
    pub fn meaning_known(&self, model: &MeaningModel) -> Result<(u32, u32)> {
        self.read(|c| {
            if !is_of(c, model)? {
                return Ok((0, 0));
            }
            let sql = "SELECT count(*), count(meaning_vectors.hash) FROM meaning_passages
                       LEFT JOIN meaning_vectors ON meaning_vectors.hash = meaning_passages.hash";
            Ok(c.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
        })
    }

    /// Forgets vectors that no passage has any more. For the times when nobody waits.
    ///
    /// # Errors
    /// What the file says.
    pub fn forget_unused_vectors(&self) -> Result<()> {
        let sql = "SELECT EXISTS (SELECT 1 FROM meaning_vectors
                   WHERE hash NOT IN (SELECT hash FROM meaning_passages))";
        match self.read(|c| Ok(c.query_row(sql, [], |row| row.get(0))?))? {
            true => self.write(|tx| forget_unused(tx)),
            false => Ok(()),
        }
    }

    /// The passages nearest to a query's vector, the nearest first; nothing that lies in the bin,
    /// and of a text that stands in several drafts of a document one place. What was written since
    /// passages were cut is looked up where it stands now.
    ///
    /// # Errors
    /// What the file says.
    pub fn by_meaning(
        &self,
        model: &MeaningModel,
        query: &[f32],
        filter: &MeaningFilter,
        most: usize,
    ) -> Result<Vec<MeaningHit>> {
        if !self.read(|c| is_of(c, model))? {
            return Ok(Vec::new());
        }
        let mut scores = self.scores(query)?;
        let count = scores.len().max(1) as f64;
        let mean = scores.iter().map(|(s, _)| f64::from(*s)).sum::<f64>() / count;
        let spread = scores.iter().map(|(s, _)| (f64::from(*s) - mean).powi(2));
        let deviation = (spread.sum::<f64>() / count).sqrt().max(1e-6);
        scores.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut found: Vec<MeaningHit> = Vec::new();
        let mut cuts = HashMap::new();
        for (cosine, vector) in scores {
            if found.len() >= most {
                break;
            }
            let standing = ((f64::from(cosine) - mean) / deviation) as f32;
            self.read(|c| {
                for place in places(c, vector, filter)? {
                    if let Some(mut hit) = hit(c, model, &place, vector, &mut cuts)?
                        && !found
                            .iter()
                            .any(|f| f.document_id == hit.document_id && f.text == hit.text)
                    {
                        (hit.cosine, hit.standing) = (cosine, standing);
                        found.push(hit);
                    }
                }
                Ok(())
            })?;
        }
        found.truncate(most);
        Ok(found)
    }

    /// The product of the query with every vector, with the vector's key.
    fn scores(&self, query: &[f32]) -> Result<Vec<(f32, i64)>> {
        let mut scores = Vec::new();
        let mut after = 0_i64;
        loop {
            let sql =
                "SELECT key, scale, data FROM meaning_vectors WHERE key > ?1 ORDER BY key LIMIT ?2";
            let before = scores.len();
            self.read(|c| {
                let mut statement = c.prepare_cached(sql)?;
                let mut rows = statement.query(params![after, Offset(PAGE)])?;
                while let Some(row) = rows.next()? {
                    after = row.get(0)?;
                    let scale: f64 = row.get(1)?;
                    let data = row.get_ref(2)?.as_blob().unwrap_or_default();
                    if data.len() == query.len() {
                        scores.push((product(query, data) * scale as f32, after));
                    }
                }
                Ok(())
            })?;
            if scores.len() == before {
                return Ok(scores);
            }
        }
    }
}

/// Where a vector's passage stands, what was written last first.
fn places(connection: &Connection, vector: i64, filter: &MeaningFilter) -> Result<Vec<Standing>> {
    let sql = format!(
        "SELECT meaning_passages.draft_key, meaning_passages.at, meaning_passages.length
         FROM meaning_vectors JOIN meaning_passages ON meaning_passages.hash = meaning_vectors.hash
         JOIN drafts ON drafts.key = meaning_passages.draft_key {JOINED}
         WHERE meaning_vectors.key = ?1 AND {ALIVE}
            AND (?2 IS NULL OR documents.project_id = ?2) AND (?3 IS NULL OR documents.kind = ?3)
         ORDER BY drafts.updated_at DESC, drafts.key DESC, meaning_passages.at"
    );
    let kind = filter.kind.map(Name);
    let values = params![vector, filter.project_id, kind];
    many(connection, &sql, values, standing)
}

/// A draft as it is now, for hits.
struct Now {
    hit: MeaningHit,
    body: String,
    /// Cut when something in it has moved.
    passages: Option<Vec<Range<usize>>>,
}

fn now(connection: &Connection, draft_key: i64) -> Result<Now> {
    let sql = format!(
        "SELECT documents.id, drafts.id, project_id, title, kind, drafts.body
         FROM drafts {JOINED} WHERE drafts.key = ?1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([draft_key], |row| {
        let Name(kind) = row.get(4)?;
        let hit = MeaningHit {
            document_id: row.get(0)?,
            draft_id: row.get(1)?,
            project_id: row.get(2)?,
            title: row.get(3)?,
            kind,
            text: String::new(),
            at: 0,
            cosine: 0.0,
            standing: 0.0,
        };
        Ok(Now {
            hit,
            body: row.get(5)?,
            passages: None,
        })
    })?)
}

/// The hit at a place, if the passage is still in the text.
fn hit(
    connection: &Connection,
    model: &MeaningModel,
    place: &Standing,
    vector: i64,
    cuts: &mut HashMap<i64, Now>,
) -> Result<Option<MeaningHit>> {
    let wanted: Vec<u8> = connection
        .prepare_cached("SELECT hash FROM meaning_vectors WHERE key = ?1")?
        .query_row([vector], |row| row.get(0))?;
    let now = match cuts.entry(place.draft_key) {
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => entry.insert(now(connection, place.draft_key)?),
    };
    let is = |range: &Range<usize>| {
        let text = now.body.get(range.clone());
        text.is_some_and(|text| hash(text) == wanted)
    };
    let range = if is(&place.range) {
        Some(place.range.clone())
    } else {
        let cut = || passages(now.hit.kind, &now.body, model.room);
        let all = now.passages.get_or_insert_with(cut);
        all.iter().find(|range| is(range)).cloned()
    };
    Ok(range.map(|range| MeaningHit {
        text: now.body[range.clone()].to_owned(),
        at: range.start,
        ..now.hit.clone()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Edit;
    use crate::testing::{Desk, typing};

    fn model() -> MeaningModel {
        MeaningModel {
            sha256: "ab".repeat(32),
            room: 40,
        }
    }

    /// A number for each of some letters, as a model that knows letters would give it.
    fn vector(text: &str) -> Vec<f32> {
        let mut vector = [0.05_f32; 26];
        for letter in text.bytes().filter(u8::is_ascii_lowercase) {
            vector[usize::from(letter - b'a')] += 1.0;
        }
        let length = vector.iter().map(|n| n * n).sum::<f32>().sqrt();
        vector.iter().map(|n| n / length).collect()
    }

    fn embed_all(library: &Library, model: &MeaningModel) -> usize {
        while library.cut_some(model, 1).unwrap() {}
        let mut count = 0;
        loop {
            let some = library.without_vector(2).unwrap();
            if some.is_empty() {
                return count;
            }
            count += some.len();
            let with: Vec<_> = some
                .into_iter()
                .map(|one| (one.hash, vector(&one.text)))
                .collect();
            library.keep_vectors(model, &with).unwrap();
        }
    }

    fn ask(desk: &Desk, query: &str) -> Vec<MeaningHit> {
        let filter = MeaningFilter::default();
        let query = vector(query);
        desk.library
            .by_meaning(&model(), &query, &filter, 9)
            .unwrap()
    }

    fn edit(desk: &Desk, from: usize, to: usize, insert: &str) {
        let edit = Edit {
            from,
            to,
            insert: insert.to_owned(),
        };
        desk.library
            .apply(&desk.draft, desk.revision(), &[edit], &typing())
            .unwrap();
    }

    const TEXT: &str =
        "zzzz zzz zz.\n\nbbbb bbbb bbbb bbbb bbbb bbbb.\n\nkkkk kkkk kkkk kkkk kkkk.";

    #[test]
    fn the_nearest_passage_comes_first_with_its_place() {
        let desk = Desk::new();
        desk.write(TEXT);
        assert_eq!(embed_all(&desk.library, &model()), 3);
        assert_eq!(desk.library.meaning_known(&model()).unwrap(), (3, 3));
        let hits = ask(&desk, "bb");
        assert_eq!(hits.len(), 3);
        assert_eq!(hits[0].text, "bbbb bbbb bbbb bbbb bbbb bbbb.");
        assert_eq!(&TEXT[hits[0].at..][..hits[0].text.len()], hits[0].text);
        assert!(hits[0].cosine > 0.98 && hits[0].cosine < 1.02, "{hits:?}");
        assert!(hits[0].standing > 1.0 && hits[1].standing < 0.0, "{hits:?}");
    }

    #[test]
    fn what_moved_is_found_where_it_stands_and_embedded_once() {
        let desk = Desk::new();
        desk.write(TEXT);
        embed_all(&desk.library, &model());
        edit(&desk, 0, 0, "New words before it all.\n\n");
        let hit = ask(&desk, "bb").remove(0);
        assert_eq!(&desk.body()[hit.at..][..hit.text.len()], hit.text);
        assert!(hit.text.starts_with("bbbb"));
        // One new passage, the others are known by their hash; the first two go together.
        assert_eq!(embed_all(&desk.library, &model()), 1);
        assert_eq!(embed_all(&desk.library, &model()), 0);
    }

    #[test]
    fn what_is_no_longer_written_is_no_longer_found() {
        let desk = Desk::new();
        desk.write(TEXT);
        embed_all(&desk.library, &model());
        let at = TEXT.find("bbbb").unwrap();
        edit(&desk, at, at + 30, "");
        let texts: Vec<String> = ask(&desk, "bb").into_iter().map(|hit| hit.text).collect();
        assert_eq!(texts.len(), 2, "{texts:?}");
        assert!(!texts.iter().any(|text| text.contains('b')), "{texts:?}");
        embed_all(&desk.library, &model());
        desk.library.forget_unused_vectors().unwrap();
        let sql = "SELECT count(*) FROM meaning_vectors";
        let vectors: u32 = desk
            .library
            .connection()
            .query_row(sql, [], |row| row.get(0))
            .unwrap();
        assert_eq!(vectors, desk.library.meaning_known(&model()).unwrap().1);
    }

    #[test]
    fn a_passage_of_two_drafts_is_one_hit_and_filters_hold() {
        let desk = Desk::new();
        desk.write(TEXT);
        desk.library.branch(&desk.draft, "second").unwrap();
        let other = desk
            .library
            .create_project("Hills", inkstone_manuscript::Language::English)
            .unwrap();
        assert_eq!(embed_all(&desk.library, &model()), 3);
        assert_eq!(ask(&desk, "bb").len(), 3);
        let none = MeaningFilter {
            project_id: Some(other.id),
            kind: None,
        };
        let only_scripts = MeaningFilter {
            project_id: None,
            kind: Some(DocumentKind::Screenplay),
        };
        for filter in [none, only_scripts] {
            let query = vector("bb");
            let hits = desk
                .library
                .by_meaning(&model(), &query, &filter, 9)
                .unwrap();
            assert_eq!(hits, Vec::new());
        }
    }

    #[test]
    fn with_another_model_all_is_made_anew_and_late_vectors_are_dropped() {
        let desk = Desk::new();
        desk.write(TEXT);
        embed_all(&desk.library, &model());
        let other = MeaningModel {
            sha256: "cd".repeat(32),
            room: 400,
        };
        assert!(!desk.library.cut_some(&other, 1 << 20).unwrap());
        assert_eq!(desk.library.meaning_known(&other).unwrap(), (1, 0));
        assert_eq!(ask(&desk, "bb"), Vec::new(), "of the model before");
        let late = (hash(TEXT), vector(TEXT));
        desk.library.keep_vectors(&model(), &[late]).unwrap();
        assert_eq!(desk.library.meaning_known(&other).unwrap(), (1, 0));
        assert_eq!(embed_all(&desk.library, &other), 1);
    }

    #[test]
    fn nothing_of_what_was_deleted_for_good_stays() {
        let desk = Desk::new();
        desk.write(TEXT);
        embed_all(&desk.library, &model());
        desk.library.delete_document(&desk.document).unwrap();
        assert_eq!(ask(&desk, "bb"), Vec::new(), "in the bin");
        desk.library.empty_bin().unwrap();
        let sql = "SELECT (SELECT count(*) FROM meaning_vectors) + (SELECT count(*) FROM meaning_passages)";
        let left: u32 = desk
            .library
            .connection()
            .query_row(sql, [], |row| row.get(0))
            .unwrap();
        assert_eq!(left, 0);
    }

    #[test]
    fn bytes_keep_a_cosine() {
        let (a, b) = (vector("the tide is high"), vector("the night ferry"));
        let exact: f32 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
        let (scale, data) = packed(&b);
        assert!((product(&a, &data) * scale as f32 - exact).abs() < 0.01);
        assert_eq!(packed(&[0.0, 0.0]), (0.0, vec![0, 0]));
        assert_eq!(packed(&[f32::NAN, f32::INFINITY]).1.len(), 2);
    }
}
