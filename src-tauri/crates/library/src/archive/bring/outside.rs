//! What was written into the files since they were exported: it comes back as an edit, or beside what
//! is there.

use super::*;

impl Bringing<'_, '_> {
    /// Takes in what was worked on outside, as one operation after all that the library had.
    pub(super) fn outside(&mut self, to: &Incoming<'_>, draft: &DraftRecord) -> Result<()> {
        let id = self.drafts[&draft.id].clone();
        self.take_edits(to.folder, draft, &id).map(drop)
    }

    /// Takes in what was worked on outside. Where the draft was worked on here since it went out,
    /// both go together; if they can't, the other comes as a new draft that begins with what went
    /// out.
    pub(super) fn take_edits(
        &mut self,
        folder: &str,
        draft: &DraftRecord,
        id: &str,
    ) -> Result<Taken> {
        let path = |file: &str| format!("{folder}/{file}");
        let (text, sheet) = (path(&draft.file), path(&draft.sheet_file));
        let edited = &self.checked.edited;
        if !edited.contains(&text) && !edited.contains(&sheet) {
            return Ok(Taken::Nothing);
        }
        let mut line = Line::load(self.here, id)?;
        let went_out = self.as_it_was_at(&line, draft.revision)?;
        let new_text = self.edited_text(&text, &went_out.body)?;
        let new_sheet = self.edited_sheet(&sheet, &went_out.sheet)?;
        // What came in before, and was perhaps worked on since, does not come again.
        let new_text = match new_text {
            Some(new) if new == line.body || self.was_kept(&line, draft.revision, &new)? => None,
            other => other,
        };
        let new_sheet = new_sheet.filter(|new| *new != line.sheet);
        if new_text.is_none() && new_sheet.is_none() {
            return Ok(Taken::Nothing);
        }
        let together = match &new_text {
            None => Some(line.body.clone()),
            Some(new) => together(&went_out.body, &line.body, new),
        };
        if new_sheet.is_none() && together.as_ref() == Some(&line.body) {
            return Ok(Taken::Nothing);
        }
        for (path, is_new) in [(&text, new_text.is_some()), (&sheet, new_sheet.is_some())] {
            if is_new {
                self.done.edited.push(path.clone());
            }
        }
        let sheets_differ = new_sheet.is_some() && line.sheet != went_out.sheet;
        let taken = match together {
            Some(body) if !sheets_differ => {
                self.edit(&text, &mut line, &body, new_sheet, draft)?;
                Taken::In
            }
            _ => {
                let body = new_text.unwrap_or_else(|| went_out.body.clone());
                let sql = "SELECT document_id FROM drafts WHERE id = ?1";
                let document: String =
                    crate::library::one(self.here, "draft", id, sql, |row| row.get(0))?;
                let name = format!("{} · {}", draft.name, self.mark);
                let head = line.head_key;
                let made = draft::begin(self.here, &document, &name, went_out, head, self.now)?;
                let mut line = Line::load(self.here, &made.id)?;
                self.edit(&text, &mut line, &body, new_sheet, draft)?;
                Taken::AsDraft
            }
        };
        Ok(taken)
    }

    /// A draft at a revision that it has passed.
    pub(super) fn as_it_was_at(&self, line: &Line, revision: u32) -> Result<State> {
        let mut state = line.state();
        let mut journal = crate::journal::Journal::of(self.here, line.key);
        for revision in (revision.saturating_add(1)..=line.revision).rev() {
            let entry = journal.entry(revision)?;
            let before = edit::splice(&state.body, &state.runs, &entry.inverse)?;
            (state.body, state.runs) = (before.body, before.runs);
            if let Some(splice) = &entry.sheet {
                state.sheet = splice.taken_back(&state.sheet)?;
            }
        }
        Ok(state)
    }

    /// Whether a text that was imported since is this one.
    pub(super) fn was_kept(&self, line: &Line, since: u32, body: &str) -> Result<bool> {
        let sql = "SELECT text_key FROM nodes WHERE draft_key = ?1 AND revision > ?2
                   AND label = 'imported'";
        let values = params![line.key, since];
        let keys: Vec<i64> = crate::library::many(self.here, sql, values, |row| row.get(0))?;
        for key in keys {
            let kept = texts::read(self.here, key).and_then(|content| State::read(&content));
            if kept.is_ok_and(|state| state.body == body) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The text of a file that was worked on; none if nothing of it is to come in.
    pub(super) fn edited_text(&mut self, path: &str, was: &str) -> Result<Option<String>> {
        if !self.checked.edited.contains(path) {
            return Ok(None);
        }
        let bytes = self.bytes(path)?;
        let read = String::from_utf8(bytes);
        let body = as_it_was(was, &read.map_err(|_| broken(path, "it is not UTF-8"))?);
        if body.trim().is_empty() && !was.trim().is_empty() {
            self.done.emptied.push(path.to_owned());
            return Ok(None);
        }
        Ok(Some(body).filter(|body| body != was))
    }

    /// The same of title and fields.
    pub(super) fn edited_sheet(&mut self, path: &str, was: &Sheet) -> Result<Option<Sheet>> {
        if !self.checked.edited.contains(path) {
            return Ok(None);
        }
        let bytes = self.bytes(path)?;
        let file: SheetFile = parsed(&bytes).map_err(|why| broken(path, why))?;
        if !file.fields.is_object() {
            return Err(broken(path, "`fields` is no object"));
        }
        let (title, _) = was.read()?;
        let title = match file.title.trim() {
            "" => title,
            _ => file.title,
        };
        let new = Sheet::of(&title, &file.fields)?;
        Ok(Some(new).filter(|new| new != was))
    }

    /// One operation, with what was there before it and what is there after it kept.
    pub(super) fn edit(
        &self,
        path: &str,
        line: &mut Line,
        body: &str,
        sheet: Option<Sheet>,
        draft: &DraftRecord,
    ) -> Result<()> {
        let origin = Origin::Imported {
            file: draft.file.clone(),
        };
        let change = Change {
            pieces: pieces(&line.body, body, &origin),
            sheet,
            ..Change::default()
        };
        let operation = Operation {
            kind: OperationKind::Import,
            origin,
        };
        history::keep_if_new(self.here, line, "before_import", self.now)?;
        let done = edit::perform(self.here, line, change, &operation, self.now);
        Self::fits(path, done)?;
        let keep = Keep::version("imported", None);
        history::keep(self.here, line, keep, self.now)?;
        Ok(())
    }

    /// Whether all that the archive has of a document is here, as it is or as it was.
    pub(super) fn is_known(
        &mut self,
        entry: &DocumentEntry,
        record: &DocumentRecord,
    ) -> Result<bool> {
        for draft in &record.drafts {
            if !self.is_known_draft(entry, draft)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn is_known_draft(
        &mut self,
        entry: &DocumentEntry,
        draft: &DraftRecord,
    ) -> Result<bool> {
        let sql =
            "SELECT revision, sha256, sheet, document_id, created_at FROM drafts WHERE id = ?1";
        let here: Option<(u32, String, String, String, i64)> = self
            .here
            .query_row(sql, [&draft.id], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            })
            .optional()?;
        let Some((revision, sha, sheet, document, created_at)) = here else {
            return Ok(false);
        };
        if document != entry.id || created_at != draft.created_at || draft.unsound {
            return Ok(false);
        }
        if revision == draft.revision {
            return Ok(sha == draft.sha256 && sheet == draft.sheet);
        }
        if revision < draft.revision {
            return Ok(false);
        }
        if draft.revision == 0 {
            return Ok(true);
        }
        // Worked on here since: what the archive has is a step of the way that led here.
        let path = format!("{}/{}", entry.folder, draft.journal_file);
        let last = self.entries(&path, draft.revision)?.pop();
        let line = draft::summary(self.here, &draft.id)?;
        let mut journal = crate::journal::Journal::of(self.here, line.key);
        let step = journal.entry(draft.revision)?;
        Ok(last.as_ref() == Some(step))
    }

    /// A document that is here: what was worked on outside comes into its drafts.
    pub(super) fn worked_on(
        &mut self,
        entry: &DocumentEntry,
        record: &DocumentRecord,
    ) -> Result<()> {
        let mut came = Came::WasThere;
        for draft in &record.drafts {
            came = match self.take_edits(&entry.folder, draft, &draft.id)? {
                Taken::Nothing => came,
                Taken::In if came == Came::WasThere => Came::Edited,
                Taken::In => came,
                Taken::AsDraft => Came::AsDrafts,
            };
        }
        if came != Came::WasThere {
            let sql = "UPDATE documents SET deleted_at = NULL WHERE id = ?1";
            self.here.execute(sql, [&entry.id])?;
        }
        self.done.documents.push(Returned {
            document_id: entry.id.clone(),
            title: title_of(self.here, &entry.id)?,
            came,
        });
        Ok(())
    }
}

/// What became of a file that was worked on outside.
pub(super) enum Taken {
    /// There was nothing new in it.
    Nothing,
    /// It came into the draft.
    In,
    /// It came as a draft of its own.
    AsDraft,
}

/// What two texts that grew out of one are together; none if both changed the same.
fn together(was: &str, here: &str, outside: &str) -> Option<String> {
    if was == here {
        return Some(outside.to_owned());
    }
    let merged = merge::merge(was, here, outside);
    if merged.conflicts().next().is_some() {
        return None;
    }
    let given = merged.resolve(here, outside, &[]);
    Some(merge::text_of(&given, here, outside))
}

/// What editors do to a file by themselves is no change of the text: a mark at the beginning,
/// another kind of line ends, a line end at the end.
fn as_it_was(was: &str, is: &str) -> String {
    let mut is = is.to_owned();
    if !was.starts_with('\u{feff}')
        && let Some(rest) = is.strip_prefix('\u{feff}')
    {
        is = rest.to_owned();
    }
    if !was.contains('\r') && is.contains("\r\n") {
        is = is.replace("\r\n", "\n");
    }
    if !was.ends_with('\n') && is.ends_with('\n') && !is.ends_with("\n\n") {
        is.pop();
    }
    is
}

/// What makes one text of another: only what differs counts as new.
fn pieces(was: &str, is: &str, origin: &Origin) -> Vec<Piece> {
    if was == is {
        return Vec::new();
    }
    if was.len() + is.len() > COMPARED {
        return vec![Piece::of(&edit::replacement(was, is), origin)];
    }
    let mut edits: Vec<edit::Edit> = Vec::new();
    let mut at = 0;
    for part in prose_diff(was, is) {
        let length = part.text.len();
        match part.change {
            Difference::Equal => {}
            Difference::Delete | Difference::Insert => {
                let deleted = part.change == Difference::Delete;
                let to = if deleted { at + length } else { at };
                let insert = if deleted { "" } else { part.text.as_str() };
                match edits.last_mut() {
                    Some(last) if last.to == at => {
                        last.to = to;
                        last.insert.push_str(insert);
                    }
                    _ => edits.push(edit::Edit {
                        from: at,
                        to,
                        insert: insert.to_owned(),
                    }),
                }
            }
        }
        if part.change != Difference::Insert {
            at += length;
        }
    }
    edits.iter().map(|edit| Piece::of(edit, origin)).collect()
}
