//! Names that people give to client keys.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::OptionalExtension;

use crate::audit::{self, AuditAction, AuditActor, AuditChange, AuditEntry};
use crate::error::StoreError;
use crate::health::now_ms;
use crate::reader::Reader;
use crate::store::Store;

/// The name of a client key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyAlias {
    /// SHA-256 of the key, lower-case hexadecimal.
    pub api_key_hash: String,
    /// The name, trimmed; unique whatever the case.
    pub alias: String,
    /// Last change, Unix milliseconds; 0 or less lets the store set it.
    pub updated_at_ms: i64,
}

/// What became of a change of aliases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AliasOutcome {
    /// It is stored.
    Stored,
    /// A name is taken; nothing was changed.
    Duplicate,
}

impl Reader<'_> {
    /// All aliases, by name whatever the case.
    ///
    /// # Errors
    /// Those of any read.
    pub fn api_key_aliases(&self) -> Result<Vec<ApiKeyAlias>, StoreError> {
        let mut select = self.conn().prepare_cached(
            "SELECT api_key_hash, alias, updated_at_ms FROM api_key_aliases ORDER BY folded, api_key_hash",
        )?;
        let rows = select.query_map((), |row| {
            Ok(ApiKeyAlias { api_key_hash: row.get(0)?, alias: row.get(1)?, updated_at_ms: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Store {
    /// Sets the aliases of the listed keys, all or none; two keys may swap theirs. A name that another key has is a
    /// duplicate, unless `active` names the keys that still exist and that key is not among them: then it loses it.
    /// Who did it is recorded, if a name changed.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn put_api_key_aliases(
        &self,
        items: Vec<ApiKeyAlias>,
        active: Option<BTreeSet<String>>,
        by: AuditActor,
    ) -> Result<AliasOutcome, StoreError> {
        let now = now_ms();
        self.write(false, move |transaction| {
            let conn = transaction.conn;
            let folded: Vec<String> = items.iter().map(|item| item.alias.to_lowercase()).collect();
            // What the batch holds wins over itself only when the same key is named again.
            let listed: BTreeSet<&str> = items.iter().map(|item| item.api_key_hash.as_str()).collect();
            let mut owners = BTreeMap::new();
            for (item, folded) in items.iter().zip(&folded) {
                if owners.insert(folded, &item.api_key_hash).is_some_and(|owner| *owner != item.api_key_hash)
                {
                    return Ok(AliasOutcome::Duplicate);
                }
            }
            let mut orphans = Vec::new();
            for folded in &folded {
                let mut select =
                    conn.prepare_cached("SELECT api_key_hash FROM api_key_aliases WHERE folded = ?")?;
                let mut rows = select.query([folded])?;
                let Some(row) = rows.next()? else { continue };
                let owner: String = row.get(0)?;
                if listed.contains(owner.as_str()) {
                    continue;
                }
                if active.as_ref().is_none_or(|active| active.contains(&owner)) {
                    return Ok(AliasOutcome::Duplicate);
                }
                orphans.push(owner);
            }
            let mut delete =
                conn.prepare_cached("DELETE FROM api_key_aliases WHERE api_key_hash = ? RETURNING alias")?;
            let mut names = Names::new();
            for hash in listed.into_iter().chain(orphans.iter().map(String::as_str)) {
                let before = delete.query_row([hash], |row| row.get(0)).optional()?;
                names.insert(hash, (before, None));
            }
            for (item, folded) in items.iter().zip(&folded) {
                let updated = if item.updated_at_ms > 0 { item.updated_at_ms } else { now };
                conn.prepare_cached(
                    "INSERT INTO api_key_aliases (api_key_hash, alias, folded, updated_at_ms) VALUES (?, ?, ?, ?) \
                     ON CONFLICT (api_key_hash) DO UPDATE SET alias = excluded.alias, folded = excluded.folded, \
                     updated_at_ms = excluded.updated_at_ms",
                )?
                .execute((&item.api_key_hash, &item.alias, folded, updated))?;
                names.entry(&item.api_key_hash).or_default().1 = Some(item.alias.clone());
            }
            if let Some(entry) = told(by, names) {
                audit::record(conn, &entry)?;
            }
            Ok(AliasOutcome::Stored)
        })
        .await
    }

    /// Deletes the alias of a key and records who did; nothing happens if there is none.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn delete_api_key_alias(&self, api_key_hash: String, by: AuditActor) -> Result<(), StoreError> {
        self.write(false, move |transaction| {
            let conn = transaction.conn;
            let alias: Option<String> = conn
                .prepare_cached("DELETE FROM api_key_aliases WHERE api_key_hash = ? RETURNING alias")?
                .query_row([&api_key_hash], |row| row.get(0))
                .optional()?;
            let Some(alias) = alias else { return Ok(()) };
            let entry = AuditEntry::new(by, AuditAction::AliasRemove).about(alias.clone());
            let entry = entry.with(AuditChange::new("alias", Some(alias), None));
            audit::record(conn, &entry.with(AuditChange::new(KEY, Some(api_key_hash), None)))
        })
        .await
    }
}

/// The field that tells which key a name belongs to: its SHA-256, never the key.
const KEY: &str = "key_sha256";

/// By key: its name before and afterwards.
type Names<'k> = BTreeMap<&'k str, (Option<String>, Option<String>)>;

/// What the audit trail says of changed names: one by its name, several with their keys; nothing of none.
fn told(by: AuditActor, mut names: Names<'_>) -> Option<AuditEntry> {
    names.retain(|_, (before, after)| before != after);
    let entry = AuditEntry::new(by, AuditAction::AliasSave);
    if names.len() > 1 {
        let count = names.len();
        let changes = names
            .into_iter()
            .map(|(hash, (before, after))| AuditChange::new(format!("{hash}/alias"), before, after));
        return Some(entry.fact("keys", count).with_all(changes));
    }
    let (hash, (before, after)) = names.pop_first()?;
    let owned = |there: bool| there.then(|| hash.to_owned());
    let key = AuditChange::new(KEY, owned(before.is_some()), owned(after.is_some()));
    let name = after.clone().or_else(|| before.clone()).unwrap_or_default();
    Some(entry.about(name).with(AuditChange::new("alias", before, after)).with(key))
}
