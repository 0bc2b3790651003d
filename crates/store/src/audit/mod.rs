//! The audit trail: who changed what, when and from where.
//!
//! An entry is written in the same transaction as the change that it tells of. What is no change of this database
//! (a login, a request to the gateway) is recorded afterwards by [`Store::record_audit`](crate::Store::record_audit).

mod action;
mod entries;

use std::net::IpAddr;

pub use action::AuditAction;
pub use entries::{AuditFilter, AuditPage, StoredAuditEntry};
pub(crate) use entries::{record, record_migration};

/// Entries that are kept; the oldest go.
pub const AUDIT_KEPT: i64 = 50_000;
/// Refused logins among them that are kept.
pub const AUDIT_REFUSED_KEPT: i64 = 5_000;
/// Requests to the gateway among them that are kept, and up to [`AUDIT_LOOKED_EVERY`] more.
pub const AUDIT_RELAYS_KEPT: i64 = 20_000;
/// Exports among them that are kept, and up to [`AUDIT_LOOKED_EVERY`] more.
pub const AUDIT_EXPORTS_KEPT: i64 = 5_000;
/// After so many entries the bounds of relayed requests and exports are looked at: that reads through the table.
pub const AUDIT_LOOKED_EVERY: i64 = 256;
/// Changes of one entry; what is more is only counted.
pub const AUDIT_CHANGES_MAX: usize = 60;

/// How somebody acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorKind {
    /// With the session of a browser.
    Browser,
    /// With the admin key.
    Bearer,
    /// With a command on this machine.
    CommandLine,
    /// The manager by itself.
    Manager,
}

impl ActorKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Browser, Self::Bearer, Self::CommandLine, Self::Manager];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Bearer => "bearer",
            Self::CommandLine => "command_line",
            Self::Manager => "manager",
        }
    }
}

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditActor {
    /// How.
    pub kind: ActorKind,
    /// From where; `None` = not over the network.
    pub address: Option<IpAddr>,
}

impl AuditActor {
    /// The manager by itself.
    pub const MANAGER: Self = Self { kind: ActorKind::Manager, address: None };
    /// A command on this machine.
    pub const COMMAND_LINE: Self = Self { kind: ActorKind::CommandLine, address: None };
}

/// A field before and after; `None` = it was not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditChange {
    /// The name of the field.
    pub field: String,
    /// Its value before.
    pub before: Option<String>,
    /// Its value afterwards.
    pub after: Option<String>,
}

impl AuditChange {
    /// A field that has another value now.
    pub fn new(field: impl Into<String>, before: Option<String>, after: Option<String>) -> Self {
        Self { field: field.into(), before, after }
    }

    /// A number or a text that goes with the action and was not there before, for example how many events were added.
    pub fn fact(field: impl Into<String>, value: impl ToString) -> Self {
        Self::new(field, None, Some(value.to_string()))
    }
}

/// What is recorded. Secrets in its texts are masked, and long ones cut, when it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Who.
    pub actor: AuditActor,
    /// What.
    pub action: AuditAction,
    /// About what.
    pub subject: Option<String>,
    /// The stable code of the failure; `None` = it was done.
    pub failure: Option<String>,
    /// What is different now.
    pub changes: Vec<AuditChange>,
}

impl AuditEntry {
    /// Something that was done.
    pub fn new(actor: AuditActor, action: AuditAction) -> Self {
        Self { actor, action, subject: None, failure: None, changes: Vec::new() }
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Adds a change.
    #[must_use]
    pub fn with(mut self, change: AuditChange) -> Self {
        self.changes.push(change);
        self
    }

    /// Adds a number or a text.
    #[must_use]
    pub fn fact(self, field: &str, value: impl ToString) -> Self {
        self.with(AuditChange::fact(field, value))
    }

    /// Adds changes.
    #[must_use]
    pub fn with_all(mut self, changes: impl IntoIterator<Item = AuditChange>) -> Self {
        self.changes.extend(changes);
        self
    }

    /// Says that it failed.
    #[must_use]
    pub fn failed(mut self, code: impl Into<String>) -> Self {
        self.failure = Some(code.into());
        self
    }
}
