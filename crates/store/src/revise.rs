//! Changes of events after they were stored: late account names, deletions. All of it goes through the feed.

use std::collections::HashMap;

use model::{CredentialFacts, GatewayId};

use crate::dictionary::CREDENTIAL_COLUMNS;
use crate::error::StoreError;
use crate::feed::{ChangeKind, IdRanges};
use crate::store::Store;
use crate::writer::Transaction;

/// Events looked at in one transaction of a patch, or deleted in one; keeps the writer free for appends.
pub const CHUNK_EVENTS: usize = 10_000;

/// Late facts about a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotPatch {
    /// The gateway.
    pub gateway_id: GatewayId,
    /// The credential.
    pub auth_index: String,
    /// What is known of it; empty fields fill nothing.
    pub facts: CredentialFacts,
    /// When the gateway said so, Unix milliseconds.
    pub read_at_ms: i64,
    /// Only events with a higher id are looked at; the older ones belong to another time.
    pub after_id: i64,
}

/// What a change did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Revision {
    /// Events that were changed or deleted.
    pub events: u64,
    /// Whether there is more to do.
    pub more: bool,
    /// The newest generation of the change feed.
    pub generation: i64,
}

/// Where the snapshot fields stand in [`CREDENTIAL_COLUMNS`].
const FIRST_SNAPSHOT: usize = 6;

impl Store {
    /// Fills the empty snapshot fields of a credential's events, in short transactions.
    ///
    /// # Errors
    /// Those of any write; what was filled before stays filled.
    pub async fn patch_snapshots(&self, patch: SnapshotPatch) -> Result<Revision, StoreError> {
        let last_id = self.counts().last_event_id;
        let mut total = Revision::default();
        let mut patch = patch;
        loop {
            let chunk = patch.clone();
            let (events, seen, generation) =
                self.write(false, move |transaction| patch_chunk(transaction, &chunk)).await?;
            total.events += events;
            total.generation = generation;
            match seen {
                Some(seen) if seen < last_id => patch.after_id = seen,
                _ => return Ok(total),
            }
        }
    }

    /// Deletes at most [`CHUNK_EVENTS`] events of a time range, oldest first; ask again while there are more. Their ids are
    /// not used again. An event that was deleted and is delivered once more counts as new.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn delete_events(&self, from_ms: i64, before_ms: i64) -> Result<Revision, StoreError> {
        self.write(false, move |transaction| delete_chunk(transaction, from_ms, before_ms)).await
    }

    /// Gives at most `pages` free pages (of 4 KiB) at the end of the file back to the file system.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn release_space(&self, pages: u32) -> Result<(), StoreError> {
        self.write(false, move |transaction| {
            let mut vacuum = transaction.conn.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
            let mut rows = vacuum.query(())?;
            while rows.next()?.is_some() {}
            Ok(())
        })
        .await
    }
}

/// Old credential row → the row with the filled fields.
fn filled_credentials(
    transaction: &mut Transaction<'_>,
    patch: &SnapshotPatch,
) -> Result<HashMap<i64, i64>, StoreError> {
    let facts = &patch.facts;
    let values = [&facts.account, &facts.label, &facts.file, &facts.provider, &facts.project_id];
    let mut known: Vec<(i64, Vec<String>)> = Vec::new();
    {
        let sql =
            format!("SELECT id, {} FROM credentials WHERE auth_index = ?", CREDENTIAL_COLUMNS.join(", "));
        let mut select = transaction.conn.prepare_cached(&sql)?;
        let mut rows = select.query([&patch.auth_index])?;
        while let Some(row) = rows.next()? {
            let fields = (1..=CREDENTIAL_COLUMNS.len())
                .map(|column| Ok(crate::codec::hex_column(row.get_ref(column)?)?))
                .collect::<Result<_, StoreError>>()?;
            known.push((row.get(0)?, fields));
        }
    }
    let mut filled = HashMap::new();
    for (id, mut fields) in known {
        let mut changed = false;
        for (field, value) in fields[FIRST_SNAPSHOT..].iter_mut().zip(values) {
            if field.is_empty() && !value.is_empty() {
                field.clone_from(value);
                changed = true;
            }
        }
        if changed {
            let borrowed: [&str; CREDENTIAL_COLUMNS.len()] = std::array::from_fn(|i| fields[i].as_str());
            filled.insert(id, transaction.dictionaries.credential(transaction.conn, &borrowed)?);
        }
    }
    Ok(filled)
}

/// Gives the changed events, the last id looked at (`None` at the end), and the generation.
fn patch_chunk(
    transaction: &mut Transaction<'_>,
    patch: &SnapshotPatch,
) -> Result<(u64, Option<i64>, i64), StoreError> {
    let filled = filled_credentials(transaction, patch)?;
    if filled.is_empty() {
        return Ok((0, None, transaction.state.generation));
    }
    let (mut seen, mut hits) = (None, Vec::new());
    {
        let mut select = transaction.conn.prepare_cached(
            "SELECT id, gateway_id, credential_id, timestamp_ms FROM events WHERE id > ? ORDER BY id LIMIT ?",
        )?;
        let mut rows = select.query((patch.after_id, CHUNK_EVENTS as i64))?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            seen = Some(id);
            if row.get::<_, i64>(1)? == patch.gateway_id
                && let Some(credential) = filled.get(&row.get(2)?)
            {
                let time_ms: i64 = row.get(3)?;
                hits.push((id, *credential, patch.read_at_ms.wrapping_sub(time_ms)));
            }
        }
    }
    let mut update = transaction
        .conn
        .prepare_cached("UPDATE events SET credential_id = ?2, snapshot_after_ms = ?3 WHERE id = ?1")?;
    for hit in &hits {
        update.execute(*hit)?;
    }
    drop(update);
    let ids = hits.iter().map(|(id, ..)| *id).collect();
    transaction.record(ChangeKind::Updated, &IdRanges::from_ids(ids))?;
    Ok((hits.len() as u64, seen, transaction.state.generation))
}

fn delete_chunk(
    transaction: &mut Transaction<'_>,
    from_ms: i64,
    before_ms: i64,
) -> Result<Revision, StoreError> {
    let conn = transaction.conn;
    let mut doomed: Vec<(i64, Option<i64>)> = Vec::new();
    {
        let mut select = conn.prepare_cached(
            "SELECT id, failure_id FROM events WHERE timestamp_ms >= ? AND timestamp_ms < ? \
             ORDER BY timestamp_ms, id LIMIT ?",
        )?;
        let rows = select
            .query_map((from_ms, before_ms, CHUNK_EVENTS as i64), |row| Ok((row.get(0)?, row.get(1)?)))?;
        for row in rows {
            doomed.push(row?);
        }
    }
    let mut delete = conn.prepare_cached("DELETE FROM events WHERE id = ?")?;
    for (id, _) in &doomed {
        delete.execute([id])?;
    }
    // Failure texts that nothing refers to any more go too: they may name people.
    let mut failures: Vec<i64> = doomed.iter().filter_map(|(_, failure)| *failure).collect();
    failures.sort_unstable();
    failures.dedup();
    let mut orphan = conn.prepare_cached(
        "DELETE FROM failures WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM events WHERE failure_id = ?1)",
    )?;
    for failure in &failures {
        orphan.execute([failure])?;
    }
    if !doomed.is_empty() {
        transaction.dictionaries.forget_failures();
        transaction.state.event_count -= doomed.len() as i64;
        let end = |sql: &str| -> rusqlite::Result<Option<i64>> {
            use rusqlite::OptionalExtension;
            conn.prepare_cached(sql)?.query_row((), |row| row.get(0)).optional()
        };
        transaction.state.first_ms =
            end("SELECT timestamp_ms FROM events WHERE time_quality <> 2 ORDER BY timestamp_ms LIMIT 1")?;
        transaction.state.last_ms = end(
            "SELECT timestamp_ms FROM events WHERE time_quality <> 2 ORDER BY timestamp_ms DESC LIMIT 1",
        )?;
    }
    let ids = doomed.iter().map(|(id, _)| *id).collect();
    transaction.record(ChangeKind::Deleted, &IdRanges::from_ids(ids))?;
    Ok(Revision {
        events: doomed.len() as u64,
        more: doomed.len() == CHUNK_EVENTS,
        generation: transaction.state.generation,
    })
}
