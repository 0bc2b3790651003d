//! Changes of events after they were stored: late account names, deletions. All of it goes through the feed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use model::{CredentialFacts, GatewayId};

use crate::dictionary::{CREDENTIAL_COLUMNS, TIER_COLUMNS};
use crate::error::StoreError;
use crate::feed::{ChangeKind, IdRanges};
use crate::store::Store;
use crate::unnamed;
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

impl Store {
    /// Fills the empty snapshot fields of a credential's events and settles their service tiers, in short transactions: the
    /// events are then as if the facts had been known when they came. Strikes the credential off [`Reader::unnamed`](
    /// crate::Reader::unnamed) in the transaction that finds nothing more, if it was listed for no earlier events.
    ///
    /// # Errors
    /// Those of any write; what was filled before stays filled, and the credential stays listed.
    pub async fn patch_snapshots(&self, patch: SnapshotPatch) -> Result<Revision, StoreError> {
        let mut total = Revision::default();
        let mut seen_id = patch.after_id;
        loop {
            let patch = patch.clone();
            let (events, more, generation) =
                self.write(false, move |transaction| patch_chunk(transaction, &patch, seen_id)).await?;
            total.events += events;
            total.generation = generation;
            match more {
                Some(seen) => seen_id = seen,
                None => return Ok(total),
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

/// A credential row with the filled fields.
struct Filled {
    credential: i64,
    codex: bool,
}

/// Old credential row → the row with the filled fields.
fn filled_credentials(
    transaction: &mut Transaction<'_>,
    patch: &SnapshotPatch,
) -> Result<HashMap<i64, Filled>, StoreError> {
    let mut known: Vec<(i64, [String; CREDENTIAL_COLUMNS.len()])> = Vec::new();
    {
        let sql =
            format!("SELECT id, {} FROM credentials WHERE auth_index = ?", CREDENTIAL_COLUMNS.join(", "));
        let mut select = transaction.conn.prepare_cached(&sql)?;
        let mut rows = select.query([&patch.auth_index])?;
        while let Some(row) = rows.next()? {
            let mut fields = <[String; CREDENTIAL_COLUMNS.len()]>::default();
            for (i, field) in fields.iter_mut().enumerate() {
                *field = crate::codec::hex_column(row.get_ref(i + 1)?)?;
            }
            known.push((row.get(0)?, fields));
        }
    }
    let mut filled = HashMap::new();
    for (id, mut fields) in known {
        let [_, _, _, _, _, _, account, label, file, provider, project] = &mut fields;
        if patch.facts.fill([account, label, file, provider, project]) {
            let fields: [&str; CREDENTIAL_COLUMNS.len()] = std::array::from_fn(|i| fields[i].as_str());
            let [_, auth_type, provider, executor, _, _, _, _, _, auth_provider, _] = fields;
            let codex = model::bills_as_codex([executor, provider, auth_provider, auth_type]);
            let credential = transaction.dictionaries.credential(transaction.conn, &fields)?;
            filled.insert(id, Filled { credential, codex });
        }
    }
    Ok(filled)
}

/// The row of `tiers` that an event with this one has once its credential is known.
fn settled_tier(transaction: &mut Transaction<'_>, tier: i64, codex: bool) -> Result<i64, StoreError> {
    let sql = format!("SELECT {} FROM tiers WHERE id = ?", TIER_COLUMNS.join(", "));
    let (effort, mut service, mut asked, given): (String, String, String, String) = transaction
        .conn
        .prepare_cached(&sql)?
        .query_row([tier], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    model::settle_tiers(codex, &mut service, &mut asked, &given);
    Ok(transaction.dictionaries.tier(transaction.conn, &[&effort, &service, &asked, &given])?)
}

/// A changed event: id, credential, tier, the time of the names.
type Hit = (i64, i64, i64, Option<i64>);

/// Gives the changed events, the last id looked at (`None` at the end), and the generation. The end strikes the credential
/// off the list of those without names: what is committed later with an older map lists it anew.
fn patch_chunk(
    transaction: &mut Transaction<'_>,
    patch: &SnapshotPatch,
    seen_id: i64,
) -> Result<(u64, Option<i64>, i64), StoreError> {
    let filled = filled_credentials(transaction, patch)?;
    let (mut seen, mut rows_seen, mut found) = (None, 0, Vec::new());
    if !filled.is_empty() {
        let mut select = transaction.conn.prepare_cached(
            "SELECT id, gateway_id, credential_id, tier_id, timestamp_ms FROM events WHERE id > ? ORDER BY id LIMIT ?",
        )?;
        let mut rows = select.query((seen_id, CHUNK_EVENTS as i64))?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            (seen, rows_seen) = (Some(id), rows_seen + 1);
            if row.get::<_, i64>(1)? == patch.gateway_id
                && let Some(filled) = filled.get(&row.get(2)?)
            {
                let (tier, time_ms): (i64, i64) = (row.get(3)?, row.get(4)?);
                found.push((id, filled, tier, time_ms));
            }
        }
    }
    let (mut tiers, mut hits) = (HashMap::new(), Vec::<Hit>::with_capacity(found.len()));
    for (id, filled, tier, time_ms) in found {
        let settled = match tiers.entry((tier, filled.codex)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(settled_tier(transaction, tier, filled.codex)?),
        };
        let read_after = Some(patch.read_at_ms).filter(|at_ms| *at_ms > 0).map(|at| at.wrapping_sub(time_ms));
        hits.push((id, filled.credential, settled, read_after));
    }
    let mut update = transaction.conn.prepare_cached(
        "UPDATE events SET credential_id = ?2, tier_id = ?3, snapshot_after_ms = ?4 WHERE id = ?1",
    )?;
    for hit in &hits {
        update.execute(*hit)?;
    }
    drop(update);
    let ids = hits.iter().map(|(id, ..)| *id).collect();
    transaction.record(ChangeKind::Updated, &IdRanges::from_ids(ids))?;
    let more = seen.filter(|_| rows_seen == CHUNK_EVENTS);
    if more.is_none() {
        unnamed::strike(transaction.conn, patch.gateway_id, &patch.auth_index, patch.after_id)?;
    }
    Ok((hits.len() as u64, more, transaction.state.generation))
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
