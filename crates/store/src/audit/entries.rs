//! Entries in the database: written, bounded, read page by page.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::{
    AUDIT_CHANGES_MAX, AUDIT_EXPORTS_KEPT, AUDIT_KEPT, AUDIT_LOOKED_EVERY, AUDIT_REFUSED_KEPT,
    AUDIT_RELAYS_KEPT, AuditAction, AuditActor, AuditChange, AuditEntry,
};
use crate::error::StoreError;
use crate::health::now_ms;
use crate::reader::Reader;
use crate::store::Store;

/// Longest text of an entry, bytes.
const TEXT_MAX: usize = 300;

/// Column `details`.
#[derive(Serialize, Deserialize)]
struct Details {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changes: Vec<(String, Option<String>, Option<String>)>,
}

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAuditEntry {
    /// Its number; newer entries have greater ones.
    pub id: i64,
    /// When it was written, Unix milliseconds.
    pub time_ms: i64,
    /// Code of an [`ActorKind`](super::ActorKind).
    pub actor: String,
    /// Where the request came from.
    pub address: Option<String>,
    /// Code of an [`AuditAction`].
    pub action: String,
    /// What it is about.
    pub subject: Option<String>,
    /// The code of a failure; `None` = it was done.
    pub failure: Option<String>,
    /// What is different now.
    pub changes: Vec<AuditChange>,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Older than this id.
    pub before: Option<i64>,
    /// From this time on, Unix milliseconds.
    pub from_ms: Option<i64>,
    /// Before this time, Unix milliseconds.
    pub to_ms: Option<i64>,
    /// These actions; empty = all.
    pub actions: BTreeSet<AuditAction>,
    /// With this text in subject or address, whatever the case.
    pub text: Option<String>,
}

/// A page of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The newest first.
    pub entries: Vec<StoredAuditEntry>,
    /// Whether there are older ones that fit.
    pub more: bool,
    /// Time of the oldest entry of all, Unix milliseconds.
    pub oldest_ms: Option<i64>,
}

/// A text without secrets, of a length that a table shows.
fn clean(text: &str) -> String {
    redaction::mask_bounded(text, TEXT_MAX)
}

/// Writes an entry in the transaction of the change that it tells of.
pub(crate) fn record(conn: &Connection, entry: &AuditEntry) -> Result<(), StoreError> {
    let maybe = |text: &Option<String>| text.as_deref().map(clean);
    let mut changes: Vec<_> = entry
        .changes
        .iter()
        .take(AUDIT_CHANGES_MAX)
        .map(|change| (clean(&change.field), maybe(&change.before), maybe(&change.after)))
        .collect();
    if let Some(more) = entry.changes.len().checked_sub(AUDIT_CHANGES_MAX).filter(|more| *more > 0) {
        changes.push(("more_changes".to_owned(), None, Some(more.to_string())));
    }
    let details = Details { code: maybe(&entry.failure), changes };
    let details = serde_json::to_string(&details).map_err(|error| StoreError::Internal(error.to_string()))?;
    conn.prepare_cached(
        "INSERT INTO audit_entries (time_ms, actor, address, action, subject, outcome, details) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute((
        now_ms(),
        entry.actor.kind.code(),
        entry.actor.address.map(|address| address.to_string()),
        entry.action.code(),
        maybe(&entry.subject),
        if entry.failure.is_some() { "failed" } else { "done" },
        details,
    ))?;
    let count: i64 = conn
        .prepare_cached("UPDATE state SET audit_entries = audit_entries + 1 RETURNING audit_entries")?
        .query_row((), |row| row.get(0))?;
    let mut removed = 0;
    if entry.action == AuditAction::SessionRefused {
        removed += conn
            .prepare_cached(
                "DELETE FROM audit_entries WHERE action = 'session.refused' AND id <= \
                 (SELECT id FROM audit_entries WHERE action = 'session.refused' ORDER BY id DESC LIMIT 1 OFFSET ?)",
            )?
            .execute([AUDIT_REFUSED_KEPT])?;
    }
    if conn.last_insert_rowid() % AUDIT_LOOKED_EVERY == 0 {
        // Whoever only asks the gateway or exports, however often, pushes nothing else out.
        let bounds =
            [(AuditAction::RelayWrite, AUDIT_RELAYS_KEPT), (AuditAction::ExportDownload, AUDIT_EXPORTS_KEPT)];
        for (action, kept) in bounds {
            removed += conn
                .prepare_cached(
                    "DELETE FROM audit_entries WHERE action = ?1 AND id <= (SELECT id FROM audit_entries \
                     WHERE action = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                )?
                .execute((action.code(), kept))?;
        }
    }
    let over = count - removed as i64 - AUDIT_KEPT;
    if over > 0 {
        removed += conn
            .prepare_cached(
                "DELETE FROM audit_entries WHERE id IN (SELECT id FROM audit_entries ORDER BY id LIMIT ?)",
            )?
            .execute([over])?;
    }
    if removed > 0 {
        conn.prepare_cached("UPDATE state SET audit_entries = audit_entries - ?")?
            .execute([removed as i64])?;
    }
    Ok(())
}

/// Tells of a migration, in its last transaction. A database that is being made has no history.
pub(crate) fn record_migration(conn: &Connection, from: u32, to: u32) -> Result<(), StoreError> {
    if from == 0 {
        return Ok(());
    }
    let versions = AuditChange::new("schema", Some(from.to_string()), Some(to.to_string()));
    record(conn, &AuditEntry::new(AuditActor::MANAGER, AuditAction::DatabaseMigrated).with(versions))
}

impl Store {
    /// Records what is no change of this database, in one transaction. Changes of it record themselves.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn record_audit(&self, entries: Vec<AuditEntry>) -> Result<(), StoreError> {
        self.write(true, move |transaction| {
            entries.iter().try_for_each(|entry| record(transaction.conn, entry))
        })
        .await
    }
}

impl Reader<'_> {
    /// Entries of the audit trail, the newest first, at most `limit`.
    ///
    /// # Errors
    /// Those of any read.
    pub fn audit_page(&self, filter: &AuditFilter, limit: usize) -> Result<AuditPage, StoreError> {
        let conn = self.conn();
        let oldest_ms = conn
            .prepare_cached("SELECT time_ms FROM audit_entries ORDER BY id LIMIT 1")?
            .query_row((), |row| row.get(0))
            .optional()?;
        let mut select = conn.prepare_cached(
            "SELECT id, time_ms, actor, address, action, subject, details, outcome FROM audit_entries \
             WHERE id < ?1 AND time_ms >= ?2 AND time_ms < ?3 ORDER BY id DESC",
        )?;
        let mut rows = select.query((
            filter.before.unwrap_or(i64::MAX),
            filter.from_ms.unwrap_or(i64::MIN),
            filter.to_ms.unwrap_or(i64::MAX),
        ))?;
        let actions: BTreeSet<&str> = filter.actions.iter().map(|action| action.code()).collect();
        let wanted = filter.text.as_deref().map(str::to_lowercase);
        let holds = |text: &Option<String>| {
            let wanted = wanted.as_deref().unwrap_or_default();
            text.as_deref().is_some_and(|text| text.to_lowercase().contains(wanted))
        };
        let (mut entries, mut more) = (Vec::new(), false);
        while let Some(row) = rows.next()? {
            let action: String = row.get(4)?;
            if !actions.is_empty() && !actions.contains(action.as_str()) {
                continue;
            }
            let (address, subject): (Option<String>, Option<String>) = (row.get(3)?, row.get(5)?);
            if wanted.is_some() && !holds(&subject) && !holds(&address) {
                continue;
            }
            if entries.len() == limit {
                more = true;
                break;
            }
            let details: String = row.get(6)?;
            let (id, outcome): (i64, String) = (row.get(0)?, row.get(7)?);
            // One that cannot be read takes nothing from the others.
            let details: Details = serde_json::from_str(&details).unwrap_or_else(|error| {
                tracing::warn!(id, %error, "the details of an entry of the audit trail cannot be read");
                let code = (outcome == "failed").then(|| "unreadable".to_owned());
                Details { code, changes: Vec::new() }
            });
            let change = |(field, before, after)| AuditChange { field, before, after };
            entries.push(StoredAuditEntry {
                id,
                time_ms: row.get(1)?,
                actor: row.get(2)?,
                address,
                action,
                subject,
                failure: details.code,
                changes: details.changes.into_iter().map(change).collect(),
            });
        }
        Ok(AuditPage { entries, more, oldest_ms })
    }
}
