//! Settings: values by key, whose meaning is their owner's.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use crate::Library;
use crate::library::{Result, many};
use crate::row::Json;

impl Library {
    /// A setting; none if it was never set.
    pub fn setting(&self, key: &str) -> Result<Option<Value>> {
        self.read(|c| {
            let sql = "SELECT value FROM settings WHERE key = ?1";
            let value = c.query_row(sql, [key], |row| row.get(0)).optional()?;
            Ok(value.map(|Json(value)| value))
        })
    }

    /// The settings whose keys begin like this, by what follows.
    pub fn settings_under(&self, start: &str) -> Result<BTreeMap<String, Value>> {
        self.read(|c| {
            let sql = "SELECT key, value FROM settings WHERE substr(key, 1, ?2) = ?1";
            let length = i64::try_from(start.chars().count()).unwrap_or(i64::MAX);
            let found: Vec<(String, Json<Value>)> = many(c, sql, params![start, length], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
            let rest = |key: String| key.get(start.len()..).unwrap_or_default().to_owned();
            Ok(found
                .into_iter()
                .map(|(key, Json(value))| (rest(key), value))
                .collect())
        })
    }

    /// Takes a setting out, as if it had never been set.
    pub fn remove_setting(&self, key: &str) -> Result<()> {
        self.write(|tx| {
            tx.execute("DELETE FROM settings WHERE key = ?1", [key])?;
            Ok(())
        })
    }

    /// Sets a setting.
    pub fn set_setting(&self, key: &str, value: &Value) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO settings (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                params![key, Json(value)],
            )?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Desk, open};

    #[test]
    fn what_was_set_last_stands_after_reopening() {
        let desk = Desk::new();
        assert_eq!(desk.library.setting("theme").unwrap(), None);
        desk.library.set_setting("theme", &json!("dark")).unwrap();
        let shelf = json!([{ "id": "m1", "名": 1.5, "none": null }]);
        desk.library.set_setting("theme", &shelf).unwrap();
        desk.library.set_setting("Theme", &json!(null)).unwrap();
        let path = desk.library.path().to_owned();
        desk.library.set_setting("them", &json!(1)).unwrap();
        desk.library.set_setting("them", &json!(2)).unwrap();
        let under = desk.library.settings_under("them").unwrap();
        assert_eq!(under.keys().collect::<Vec<_>>(), ["", "e"]);
        desk.library.remove_setting("them").unwrap();
        assert_eq!(desk.library.setting("them").unwrap(), None);
        drop(desk.library);
        let library = open(&path);
        assert_eq!(library.setting("theme").unwrap(), Some(shelf));
        assert_eq!(library.setting("Theme").unwrap(), Some(json!(null)));
    }
}
