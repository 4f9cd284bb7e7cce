//! Pictures and other files that belong to projects, each kept once by its content.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use crate::library::{Result, hex, many, not_found, one};
use crate::{Library, LibraryError, texts};

/// What one asset may measure.
const LARGEST: usize = 64 << 20;

/// A file that belongs to a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asset {
    /// The SHA-256 of its bytes, in hexadecimal.
    pub id: String,
    /// What it was called when it came.
    pub name: String,
    /// What it is, as `image/png`.
    pub media_type: String,
    /// Its length.
    pub bytes: u64,
    /// When it came into the project, in ms since 1970.
    pub created_at: i64,
}

fn row(row: &Row<'_>) -> rusqlite::Result<Asset> {
    Ok(Asset {
        id: hex(&row.get::<_, Vec<u8>>(0)?),
        name: row.get(1)?,
        media_type: row.get(2)?,
        bytes: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
        created_at: row.get(4)?,
    })
}

/// The bytes of an asset, compared with their hash.
pub(crate) fn read(connection: &Connection, key: i64) -> Result<Vec<u8>> {
    let sql = "SELECT sha256, data FROM assets WHERE key = ?1";
    let (sha, data): (Vec<u8>, Vec<u8>) =
        connection.query_row(sql, [key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if texts::sha256(&data)[..] != sha[..] {
        return Err(LibraryError::Damaged(format!(
            "asset {} is not what was kept (its hash differs)",
            hex(&sha)
        )));
    }
    Ok(data)
}

/// The key of an asset.
fn find(connection: &Connection, id: &str) -> Result<i64> {
    let sql = "SELECT key FROM assets WHERE sha256 = unhex(?1)";
    connection
        .query_row(sql, [id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| not_found("asset", id))
}

impl Library {
    /// Gives a project a file. Bytes that are there already are not kept twice; those that were
    /// kept and are damaged by now are mended.
    ///
    /// # Errors
    /// `TooLarge` above 64 MiB.
    pub fn add_asset(
        &self,
        project_id: &str,
        name: &str,
        media_type: &str,
        data: &[u8],
    ) -> Result<Asset> {
        if data.len() > LARGEST {
            return Err(LibraryError::TooLarge { limit: LARGEST });
        }
        let now = self.now();
        let sha = texts::sha256(data);
        self.write(|tx| {
            let sql = "SELECT 1 FROM projects WHERE id = ?1";
            one(tx, "project", project_id, sql, |_| Ok(()))?;
            tx.execute(
                "INSERT INTO assets (sha256, media_type, bytes, created_at, data)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (sha256) DO UPDATE SET data = excluded.data
                    WHERE data <> excluded.data",
                params![sha, media_type, data.len() as i64, now, data],
            )?;
            tx.execute(
                "INSERT INTO project_assets (project_id, asset_key, name, created_at)
                 VALUES (?1, (SELECT key FROM assets WHERE sha256 = ?2), ?3, ?4)
                 ON CONFLICT DO NOTHING",
                params![project_id, sha, name, now],
            )?;
            let sql = "SELECT sha256, name, media_type, bytes, project_assets.created_at
                       FROM project_assets JOIN assets ON assets.key = asset_key
                       WHERE project_id = ?1 AND sha256 = ?2";
            Ok(tx.query_row(sql, params![project_id, sha], row)?)
        })
    }

    /// The files of a project, oldest first.
    pub fn assets(&self, project_id: &str) -> Result<Vec<Asset>> {
        self.read(|c| {
            let sql = "SELECT sha256, name, media_type, bytes, project_assets.created_at
                       FROM project_assets JOIN assets ON assets.key = asset_key
                       WHERE project_id = ?1 ORDER BY project_assets.key";
            many(c, sql, [project_id], row)
        })
    }

    /// What an asset is, as `image/png`.
    pub fn asset_kind(&self, id: &str) -> Result<String> {
        self.read(|c| {
            let sql = "SELECT media_type FROM assets WHERE key = ?1";
            Ok(c.query_row(sql, [find(c, id)?], |row| row.get(0))?)
        })
    }

    /// Makes a file that the library has belong to a project too, under the name it came with.
    pub fn share_asset(&self, project_id: &str, id: &str) -> Result<()> {
        let has = |c: &Connection| -> Result<bool> {
            let sql = "SELECT 1 FROM project_assets WHERE project_id = ?1 AND asset_key = ?2";
            let found = c.query_row(sql, params![project_id, find(c, id)?], |_| Ok(()));
            Ok(found.optional()?.is_some())
        };
        if self.read(has)? {
            return Ok(());
        }
        let now = self.now();
        self.write(|tx| {
            let sql = "SELECT 1 FROM projects WHERE id = ?1";
            one(tx, "project", project_id, sql, |_| Ok(()))?;
            tx.execute(
                "INSERT INTO project_assets (project_id, asset_key, name, created_at)
                 SELECT ?1, ?2, coalesce((SELECT name FROM project_assets WHERE asset_key = ?2
                                          ORDER BY key LIMIT 1), ''), ?3
                 WHERE true ON CONFLICT DO NOTHING",
                params![project_id, find(tx, id)?, now],
            )?;
            Ok(())
        })
    }

    /// The bytes of an asset.
    ///
    /// # Errors
    /// `Damaged` if they are not what was kept.
    pub fn asset(&self, id: &str) -> Result<Vec<u8>> {
        self.read(|c| read(c, find(c, id)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Desk;
    use inkstone_manuscript::Language;

    #[test]
    fn bytes_are_kept_once_and_belong_to_each_project() {
        let desk = Desk::new();
        let other = desk
            .library
            .create_project("Sea", Language::Chinese)
            .unwrap();
        let pixel = [0x89, b'P', b'N', b'G', 0, 255];
        let first = desk
            .library
            .add_asset(&desk.project, "tide.png", "image/png", &pixel)
            .unwrap();
        let again = desk
            .library
            .add_asset(&desk.project, "other.png", "image/png", &pixel)
            .unwrap();
        assert_eq!(first, again, "the first name stays");
        let there = desk
            .library
            .add_asset(&other.id, "潮.png", "image/png", &pixel)
            .unwrap();
        assert_eq!((there.id.as_str(), there.bytes), (first.id.as_str(), 6));
        assert_eq!(desk.library.asset(&first.id).unwrap(), pixel);
        assert_eq!(
            desk.library.assets(&desk.project).unwrap(),
            std::slice::from_ref(&first)
        );
        let rows: u32 = desk
            .library
            .connection()
            .query_row("SELECT count(*) FROM assets", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 1);

        let spoil = "UPDATE assets SET data = x'00'";
        desk.library.connection().execute(spoil, []).unwrap();
        let error = desk.library.asset(&first.id).unwrap_err();
        assert!(matches!(error, LibraryError::Damaged(_)), "{error}");
        assert_eq!(desk.library.verify().unwrap().problems.len(), 1);
        desk.library
            .add_asset(&desk.project, "tide.png", "image/png", &pixel)
            .unwrap();
        assert_eq!(desk.library.asset(&first.id).unwrap(), pixel, "mended");
    }

    #[test]
    fn a_file_of_one_project_can_belong_to_another_too() {
        let desk = Desk::new();
        let other = desk
            .library
            .create_project("Sea", Language::Chinese)
            .unwrap();
        let asset = desk
            .library
            .add_asset(&desk.project, "tide.png", "image/png", b"tide")
            .unwrap();
        assert_eq!(desk.library.asset_kind(&asset.id).unwrap(), "image/png");
        for _ in 0..2 {
            desk.library.share_asset(&other.id, &asset.id).unwrap();
        }
        let there = desk.library.assets(&other.id).unwrap();
        assert_eq!(there.len(), 1);
        assert_eq!(
            (there[0].name.as_str(), &there[0].id),
            ("tide.png", &asset.id)
        );

        // What one project loses, the other one keeps.
        desk.library.delete_project(&desk.project).unwrap();
        desk.library.empty_bin().unwrap();
        assert_eq!(desk.library.asset(&asset.id).unwrap(), b"tide");
        let none = desk.library.share_asset(&other.id, "00");
        assert_eq!(none.unwrap_err(), not_found("asset", "00"));
    }

    #[test]
    fn what_is_not_there_or_too_large_is_refused() {
        let desk = Desk::new();
        assert_eq!(
            desk.library.asset("00").unwrap_err(),
            not_found("asset", "00")
        );
        let stranger = desk.library.add_asset("x", "a", "b", b"c");
        assert_eq!(stranger.unwrap_err(), not_found("project", "x"));
        let large = vec![0; LARGEST + 1];
        let refused = desk.library.add_asset(&desk.project, "a", "b", &large);
        assert_eq!(
            refused.unwrap_err(),
            LibraryError::TooLarge { limit: LARGEST }
        );
    }
}
