//! Settings: values by key, whose meaning is their owner's.

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use crate::Library;
use crate::library::Result;
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
        drop(desk.library);
        let library = open(&path);
        assert_eq!(library.setting("theme").unwrap(), Some(shelf));
        assert_eq!(library.setting("Theme").unwrap(), Some(json!(null)));
    }
}
