//! Saved views: what a page of the panel remembers under a name.

use rusqlite::OptionalExtension;

use crate::audit::{self, AuditAction, AuditActor, AuditChange, AuditEntry};
use crate::error::StoreError;
use crate::health::now_ms;
use crate::reader::Reader;
use crate::store::Store;

/// Most saved views; a page of names is a menu, not an archive.
pub const SAVED_VIEWS_MAX: i64 = 500;

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its number.
    pub id: i64,
    /// The page that it belongs to.
    pub page: String,
    /// Its name; unique on its page.
    pub name: String,
    /// The page's own JSON.
    pub state: String,
    /// When it was made, Unix milliseconds.
    pub created_at_ms: i64,
    /// When it was last changed, Unix milliseconds.
    pub updated_at_ms: i64,
}

impl Reader<'_> {
    /// The views of a page, or all, by page and name.
    ///
    /// # Errors
    /// Those of any read.
    pub fn saved_views(&self, page: Option<&str>) -> Result<Vec<SavedView>, StoreError> {
        let mut select = self.conn().prepare_cached(
            "SELECT id, page, name, state, created_at_ms, updated_at_ms FROM saved_views \
             WHERE ?1 IS NULL OR page = ?1 ORDER BY page, name COLLATE NOCASE, id",
        )?;
        let rows = select.query_map([page], |row| {
            Ok(SavedView {
                id: row.get(0)?,
                page: row.get(1)?,
                name: row.get(2)?,
                state: row.get(3)?,
                created_at_ms: row.get(4)?,
                updated_at_ms: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Store {
    /// Saves a view under its name, replacing the state of the one that has it, and records who did; one that is
    /// saved as it was is left alone. Gives its number,
    /// or `None` when there are [`SAVED_VIEWS_MAX`] already.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn save_view(
        &self,
        page: String,
        name: String,
        state: String,
        by: AuditActor,
    ) -> Result<Option<i64>, StoreError> {
        let now = now_ms();
        self.write(false, move |transaction| {
            let conn = transaction.conn;
            let known: Option<(i64, String)> = conn
                .query_row(
                    "SELECT id, state FROM saved_views WHERE page = ? AND name = ?",
                    (&page, &name),
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            if let Some((id, _)) = known.filter(|(_, known)| *known == state) {
                return Ok(Some(id));
            }
            let changed = conn.execute(
                "UPDATE saved_views SET state = ?, updated_at_ms = ? WHERE page = ? AND name = ?",
                (&state, now, &page, &name),
            )?;
            if changed == 0 {
                let count: i64 = conn.query_row("SELECT count(*) FROM saved_views", (), |row| row.get(0))?;
                if count >= SAVED_VIEWS_MAX {
                    return Ok(None);
                }
                conn.execute(
                    "INSERT INTO saved_views (page, name, state, created_at_ms, updated_at_ms) \
                     VALUES (?, ?, ?, ?, ?)",
                    (&page, &name, &state, now, now),
                )?;
            }
            let id = conn.query_row(
                "SELECT id FROM saved_views WHERE page = ? AND name = ?",
                (&page, &name),
                |row| row.get(0),
            )?;
            let before = (changed > 0).then(|| page.clone());
            let entry = AuditEntry::new(by, AuditAction::ViewSave).about(name);
            audit::record(conn, &entry.with(AuditChange::new("page", before, Some(page))))?;
            Ok(Some(id))
        })
        .await
    }

    /// Deletes a view and records who did; `false` if there is none with this number.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn delete_view(&self, id: i64, by: AuditActor) -> Result<bool, StoreError> {
        self.write(false, move |transaction| {
            let conn = transaction.conn;
            let deleted: Option<(String, String)> = conn
                .query_row("DELETE FROM saved_views WHERE id = ? RETURNING page, name", [id], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            let Some((page, name)) = deleted else { return Ok(false) };
            let entry = AuditEntry::new(by, AuditAction::ViewRemove).about(name);
            audit::record(conn, &entry.with(AuditChange::new("page", Some(page), None)))?;
            Ok(true)
        })
        .await
    }
}
