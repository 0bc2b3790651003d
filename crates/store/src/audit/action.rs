//! What the audit trail knows to record. The codes are stored and part of the contract: never rename one.

/// Something that was done. `docs/data.md` says when each is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuditAction {
    /// A browser logged in.
    SessionSignIn,
    /// A browser logged out, or was logged out.
    SessionSignOut,
    /// A wrong admin key was shown.
    SessionRefused,
    /// The admin key was made at the first start.
    AdminKeyCreate,
    /// The admin key was replaced.
    AdminKeyReset,
    /// A gateway was connected.
    GatewayConnect,
    /// Saved settings of the gateway, the collector or the inspection were changed.
    GatewayChange,
    /// A refused management key was released for another attempt.
    GatewayRetry,
    /// A price was stored.
    PriceSave,
    /// A price was removed with all its versions.
    PriceRemove,
    /// One version of a price was removed.
    PriceRemoveVersion,
    /// A price was locked or unlocked.
    PriceLock,
    /// A price was made to hold for all of history.
    PriceAllHistory,
    /// The whole table of prices was replaced.
    PriceReplaceAll,
    /// Prices were looked up in the catalogues.
    PriceSync,
    /// Versions of prices were switched on or off.
    PriceVersions,
    /// Names of client keys were set.
    AliasSave,
    /// The name of a client key was removed.
    AliasRemove,
    /// A view was saved.
    ViewSave,
    /// A view was removed.
    ViewRemove,
    /// A chunked import was opened.
    ImportStart,
    /// An import ended.
    ImportFinish,
    /// An import was cancelled.
    ImportCancel,
    /// Usage data was exported.
    ExportDownload,
    /// A request that may change something was relayed to the gateway.
    RelayWrite,
    /// The database was brought to a newer schema.
    DatabaseMigrated,
}

impl AuditAction {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 26] = [
        Self::SessionSignIn,
        Self::SessionSignOut,
        Self::SessionRefused,
        Self::AdminKeyCreate,
        Self::AdminKeyReset,
        Self::GatewayConnect,
        Self::GatewayChange,
        Self::GatewayRetry,
        Self::PriceSave,
        Self::PriceRemove,
        Self::PriceRemoveVersion,
        Self::PriceLock,
        Self::PriceAllHistory,
        Self::PriceReplaceAll,
        Self::PriceSync,
        Self::PriceVersions,
        Self::AliasSave,
        Self::AliasRemove,
        Self::ViewSave,
        Self::ViewRemove,
        Self::ImportStart,
        Self::ImportFinish,
        Self::ImportCancel,
        Self::ExportDownload,
        Self::RelayWrite,
        Self::DatabaseMigrated,
    ];

    /// The stable code: a group, a point, and what was done.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SessionSignIn => "session.sign_in",
            Self::SessionSignOut => "session.sign_out",
            Self::SessionRefused => "session.refused",
            Self::AdminKeyCreate => "admin_key.create",
            Self::AdminKeyReset => "admin_key.reset",
            Self::GatewayConnect => "gateway.connect",
            Self::GatewayChange => "gateway.change",
            Self::GatewayRetry => "gateway.retry",
            Self::PriceSave => "price.save",
            Self::PriceRemove => "price.remove",
            Self::PriceRemoveVersion => "price.remove_version",
            Self::PriceLock => "price.lock",
            Self::PriceAllHistory => "price.all_history",
            Self::PriceReplaceAll => "price.replace_all",
            Self::PriceSync => "price.sync",
            Self::PriceVersions => "price.versions",
            Self::AliasSave => "alias.save",
            Self::AliasRemove => "alias.remove",
            Self::ViewSave => "view.save",
            Self::ViewRemove => "view.remove",
            Self::ImportStart => "import.start",
            Self::ImportFinish => "import.finish",
            Self::ImportCancel => "import.cancel",
            Self::ExportDownload => "export.download",
            Self::RelayWrite => "relay.write",
            Self::DatabaseMigrated => "database.migrated",
        }
    }

    /// The part of the code before the point.
    pub fn group(self) -> &'static str {
        self.code().split_once('.').map_or(self.code(), |(group, _)| group)
    }

    /// The action with this code.
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_lead_back_and_are_documented() {
        let documented = include_str!("../../../../docs/data.md");
        for (place, action) in AuditAction::ALL.into_iter().enumerate() {
            assert_eq!(AuditAction::named(action.code()), Some(action));
            assert_eq!(AuditAction::ALL.iter().position(|other| *other == action), Some(place));
            assert!(action.code().starts_with(&format!("{}.", action.group())));
            assert!(
                documented.contains(&format!("`{}`", action.code())),
                "{} in docs/data.md",
                action.code()
            );
        }
        assert_eq!(AuditAction::named("price"), None, "a group is no action");
    }
}
