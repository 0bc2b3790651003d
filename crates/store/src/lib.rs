//! usage.sqlite: schema, one writer, readers, settings, change feed, backup.
//!
//! The only room that sees SQL. One thread owns the connection that writes; a few connections read, and neither waits for
//! the other. A commit is durable (`synchronous=FULL`) before its caller hears of it. Every change of events goes into a
//! durable feed that the column index follows.

// The shared test events name this crate from outside.
#[cfg(test)]
extern crate self as cpamp_store;

mod aliases;
mod append;
mod audit;
mod backup;
mod batches;
mod billing;
mod breakdown;
mod check;
mod checkpoint;
mod codec;
mod connection;
mod dictionary;
mod error;
mod facets;
mod facts;
mod feed;
mod file;
mod filter;
mod health;
mod index_rows;
mod ledger;
mod lock;
mod metadata;
mod prices;
mod query;
mod queue;
mod reader;
mod revise;
mod row;
mod schema;
mod search;
mod settings;
mod steps;
mod store;
#[cfg(test)]
mod tests;
mod unnamed;
mod usage_rows;
mod views;
mod wait;
mod writer;

pub use aliases::{AliasOutcome, ApiKeyAlias};
pub use append::{AppendOutcome, DEAD_LETTER_MAX_BYTES, DEAD_LETTERS_KEPT, Rejected};
pub use audit::{
    AUDIT_CHANGES_MAX, AUDIT_EXPORTS_KEPT, AUDIT_KEPT, AUDIT_LOOKED_EVERY, AUDIT_REFUSED_KEPT,
    AUDIT_RELAYS_KEPT, ActorKind, AuditAction, AuditActor, AuditChange, AuditEntry, AuditFilter, AuditPage,
    StoredAuditEntry,
};
pub use backup::BackupReport;
pub use batches::Batches;
pub use billing::{ModelUse, StoredModelNames};
pub use checkpoint::Checkpoint;
pub use error::{OpenError, StoreError};
pub use facets::{Facet, Facets};
pub use facts::HeaderFacts;
pub use feed::{CHANGES_KEPT, Change, ChangeKind, FeedPosition, FeedStep, IdRanges};
pub use file::{Inspection, inspect};
pub use filter::{EventFilter, Order, PAGE_MAX_EVENTS, PAGE_TIME, Page};
pub use health::{CheckState, Health, StoreState};
pub use index_rows::{IndexRow, NameTable};
pub use ledger::{ATTEMPTS_KEPT, GAPS_KEPT, Gap, StoredDeadLetter, StoredGap};
pub use lock::ProcessLock;
pub use prices::PriceSource;
pub use query::{EventKey, ExportPlan};
pub use reader::{READ_LIMIT, Reader};
pub use revise::{CHUNK_EVENTS, Revision, SnapshotPatch};
pub use row::StoredEvent;
pub use schema::VERSION as SCHEMA_VERSION;
pub use search::FoundEvents;
pub use settings::{PRODUCT, Setting, SettingChange};
pub use store::{OpenOptions, QUEUE_PLACES, Role, Storage, Store};
pub use unnamed::Unnamed;
pub use usage_rows::UsageRow;
pub use views::{SAVED_VIEWS_MAX, SavedView};
pub use wait::wait;
pub use writer::Counts;
