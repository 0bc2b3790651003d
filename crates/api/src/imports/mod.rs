//! Imports: one-shot bodies and chunked, resumable sessions.

mod files;
mod run;
mod sessions;

pub use run::{ImportError, Importer, import_entry, start_entry};
pub use sessions::{ImportLimits, ImportSessions, is_session_id};
