//! What every handler can reach.

use std::sync::Arc;

use index::Index;
use store::Store;
use vault::AdminGuard;

use crate::audit::AuditLog;
use crate::auth::Sessions;
use crate::control::{ApiSettings, Control};
use crate::imports::ImportSessions;
use crate::live::Live;
use crate::page::PageServer;
use crate::prices::Prices;

/// Shared state of the HTTP face; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// What the state is made of.
pub struct Parts {
    /// Fixed settings.
    pub settings: ApiSettings,
    /// The product behind the HTTP face.
    pub control: Arc<dyn Control>,
    /// Checks admin keys.
    pub guard: AdminGuard,
    /// Browser sessions.
    pub sessions: Sessions,
    /// The database.
    pub store: Store,
    /// The column index.
    pub index: Arc<Index>,
    /// Chunked imports.
    pub imports: Arc<ImportSessions>,
    /// Forwards to the gateway.
    pub proxy: proxy::UpstreamClient,
    /// Serialises changes of credential files.
    pub auth_files: proxy::auth_files::AuthFileGate,
    /// The panel's page.
    pub page: PageServer,
    /// The live stream.
    pub live: Live,
    /// Records what is no change of the database.
    pub audit: AuditLog,
    /// The prices in force.
    pub prices: Arc<Prices>,
    /// Fetches published prices.
    pub catalogues: catalogues::Catalogues,
    /// Reads the wall clock, Unix milliseconds.
    pub clock: fn() -> i64,
}

impl AppState {
    /// Puts the state together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Fixed settings.
    pub fn settings(&self) -> &ApiSettings {
        &self.0.settings
    }

    /// The product behind the HTTP face.
    pub fn control(&self) -> &Arc<dyn Control> {
        &self.0.control
    }

    /// Checks admin keys.
    pub fn guard(&self) -> &AdminGuard {
        &self.0.guard
    }

    /// Browser sessions.
    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The column index.
    pub fn index(&self) -> &Arc<Index> {
        &self.0.index
    }

    /// Chunked imports.
    pub fn imports(&self) -> &Arc<ImportSessions> {
        &self.0.imports
    }

    /// Forwards to the gateway.
    pub fn proxy(&self) -> &proxy::UpstreamClient {
        &self.0.proxy
    }

    /// Serialises changes of credential files.
    pub fn auth_files(&self) -> &proxy::auth_files::AuthFileGate {
        &self.0.auth_files
    }

    /// The panel's page.
    pub fn page(&self) -> &PageServer {
        &self.0.page
    }

    /// The live stream.
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    /// Records what is no change of the database; changes of it record themselves.
    pub fn audit(&self) -> &AuditLog {
        &self.0.audit
    }

    /// The prices in force.
    pub fn prices(&self) -> &Arc<Prices> {
        &self.0.prices
    }

    /// Fetches published prices.
    pub fn catalogues(&self) -> &catalogues::Catalogues {
        &self.0.catalogues
    }

    /// The wall clock, Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        (self.0.clock)()
    }
}
