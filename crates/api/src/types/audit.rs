//! The audit trail: who changed what, when and from where.

use serde::Serialize;
use store::{AuditAction, StoredAuditEntry};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A stable code: a group, a point, and what was done. The list is in the data page of the documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AuditActionCode(pub String);

impl PartialSchema for AuditActionCode {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .description(Some("What was done: a group, a point, and the action."))
            .enum_values(Some(AuditAction::ALL.map(AuditAction::code)))
            .into()
    }
}

impl ToSchema for AuditActionCode {}

/// How somebody acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditActorKind {
    /// With the session of a browser.
    Browser,
    /// With the admin key.
    Bearer,
    /// With a command on the manager's machine.
    CommandLine,
    /// The manager by itself.
    Manager,
}

/// Who acted. Everybody has the same admin key, so an address is all that tells people apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditActorView {
    /// How.
    pub kind: AuditActorKind,
    /// The address of the client; null for commands and for the manager itself.
    #[schema(example = "10.0.0.7", required)]
    pub address: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was tried and failed.
    Failed,
}

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditChangeView {
    /// The name of the field; with several models or keys at once, `name/field`.
    #[schema(example = "input_per_million")]
    pub field: String,
    /// The value before; null when there was none. Of a fact, such as how many events were added, always null.
    #[schema(required)]
    pub before: Option<String>,
    /// The value afterwards; null when there is none. Of a secret, only `changed`.
    #[schema(required)]
    pub after: Option<String>,
}

/// An entry of the audit trail. It holds no key, no query value and no body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditEntryView {
    /// Its number; newer entries have greater ones.
    pub id: i64,
    /// When it was written, Unix milliseconds.
    pub time_ms: i64,
    /// Who.
    pub actor: AuditActorView,
    /// What.
    pub action: AuditActionCode,
    /// About what: a model, an address, a name, a file, a method with its path; null when there is nothing to name.
    #[schema(required)]
    pub subject: Option<String>,
    /// What became of it.
    pub outcome: AuditOutcome,
    /// The stable code of the failure; null when it was done.
    #[schema(required)]
    pub code: Option<String>,
    /// What is different now, and how much.
    pub changes: Vec<AuditChangeView>,
}

impl From<StoredAuditEntry> for AuditEntryView {
    fn from(entry: StoredAuditEntry) -> Self {
        let kind = match entry.actor.as_str() {
            "browser" => AuditActorKind::Browser,
            "bearer" => AuditActorKind::Bearer,
            "command_line" => AuditActorKind::CommandLine,
            _ => AuditActorKind::Manager,
        };
        let change = |change: store::AuditChange| AuditChangeView {
            field: change.field,
            before: change.before,
            after: change.after,
        };
        Self {
            id: entry.id,
            time_ms: entry.time_ms,
            actor: AuditActorView { kind, address: entry.address },
            action: AuditActionCode(entry.action),
            subject: entry.subject,
            outcome: if entry.failure.is_some() { AuditOutcome::Failed } else { AuditOutcome::Done },
            code: entry.failure,
            changes: entry.changes.into_iter().map(change).collect(),
        }
    }
}

/// Answer of `GET /api/v1/audit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditTrail {
    /// The newest first.
    pub entries: Vec<AuditEntryView>,
    /// The `before` of the next page; null when there are no older entries that fit.
    #[schema(required)]
    pub next_before: Option<i64>,
    /// When the oldest entry of all was written, Unix milliseconds; null without entries.
    #[schema(required)]
    pub oldest_ms: Option<i64>,
    /// Most entries that are kept; the oldest go.
    pub kept: i64,
    /// Entries of the server that could not be written since it was started.
    pub dropped: u64,
}
