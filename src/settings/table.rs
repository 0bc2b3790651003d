//! Every setting, once. Parsing, `serve --help` and `docs/manager-server.md` are made from this table.

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `host:port` to listen on.
    Address,
    /// A directory or a file that may not exist yet.
    Path,
    /// A file that must be readable when it is named.
    File,
    /// A secret text.
    Secret,
    /// The path of a file that holds a secret.
    SecretFile,
    /// An `http` or `https` address.
    Url,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number in this range (inclusive).
    Integer {
        /// Smallest usable value.
        min: u64,
        /// Largest usable value.
        max: u64,
        /// What is counted.
        unit: &'static str,
    },
    /// On or off.
    Bool,
    /// A short text without white space.
    Word,
    /// A comma-separated list of web origins, or `*`.
    Origins,
    /// A comma-separated list of addresses and networks.
    Networks,
    /// A log level or a filter of `target=level` parts.
    LogFilter,
    /// Set or not; the content does not count.
    Presence,
    /// Accepted for compatibility; never looked at.
    Ignored,
}

/// The chapter of the guide in which a setting is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Where the server listens and keeps its data.
    Server,
    /// Keys.
    Secrets,
    /// The gateway and how its records are collected.
    Gateway,
    /// Browser and proxy related.
    Access,
    /// Prices and costs.
    Prices,
    /// Size limits of imports.
    Import,
    /// Log output.
    Log,
    /// Known, accepted, without effect.
    NoEffect,
}

/// One row of the table.
#[derive(Debug)]
pub struct Setting {
    /// Environment variable.
    pub env: &'static str,
    /// Long flag of `serve`, without dashes. Secrets have none: a command line is visible to every local user.
    pub flag: Option<&'static str>,
    /// Member of `config.json`.
    pub key: Option<&'static str>,
    /// Default as text; empty = none.
    pub default: &'static str,
    /// What a value looks like.
    pub kind: Kind,
    /// Chapter.
    pub group: Group,
    /// The member of `/usage-service/config` that shows the value in the panel. Where it is named, the panel can
    /// save a value in the database, which counts unless a stronger source sets one.
    pub saved_as: Option<&'static str>,
    /// What it does, for operators.
    pub doc: &'static str,
}

impl Setting {
    /// Whether the value itself is a secret that must never be shown.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret)
    }

    /// Whether a change needs a restart. Saved settings are applied when they are saved.
    pub fn needs_restart(&self) -> bool {
        self.saved_as.is_none() && self.kind != Kind::Ignored
    }
}

macro_rules! settings {
    ($($id:ident = $group:ident, $kind:expr, flag $flag:expr, key $key:expr, default $default:expr, saved $saved:expr, $doc:expr;)*) => {
        $(
            #[doc = $doc]
            pub static $id: Setting = Setting {
                env: stringify!($id),
                flag: $flag,
                key: $key,
                default: $default,
                kind: $kind,
                group: Group::$group,
                saved_as: $saved,
                doc: $doc,
            };
        )*
        /// Every setting, in the order of the guide.
        pub static ALL: &[&Setting] = &[$(&$id),*];
    };
}

/// What costs are computed from, as people type it.
pub const COST_BASES: &[&str] = &["breakdown", "counters"];

/// Ways to collect, strongest first.
pub const COLLECTOR_MODES: &[&str] = &["auto", "subscribe", "http", "resp"];

settings! {
    CPA_MANAGER_CONFIG = Server, Kind::Path, flag Some("config"), key None, default "", saved None,
        "Path of `config.json`. Not set: `config.json` beside the program, when it exists.";
    HTTP_ADDR = Server, Kind::Address, flag Some("http-addr"), key Some("httpAddr"), default "0.0.0.0:18317", saved None,
        "Manager Server listen address. `:18317` means every IPv4 address.";
    USAGE_DATA_DIR = Server, Kind::Path, flag Some("data-dir"), key Some("dataDir"), default "/data", saved None,
        "Data directory. It is made when it does not exist.";
    USAGE_DB_PATH = Server, Kind::Path, flag Some("db-path"), key Some("dbPath"), default "/data/usage.sqlite", saved None,
        "SQLite database path. Unless set, `usage.sqlite` in the data directory. The member of `config.json` does not count when the data directory is set by a flag or a variable.";
    PANEL_PATH = Server, Kind::File, flag Some("panel-path"), key Some("panelPath"), default "", saved None,
        "A `management.html` to serve instead of the embedded one.";
    USAGE_QUERY_LIMIT = Server, Kind::Integer { min: 1, max: 10_000_000, unit: "events" }, flag Some("query-limit"), key Some("queryLimit"),
        default "50000", saved Some("collector.queryLimit"),
        "Max recent usage events returned by `GET /v0/management/usage`. Exports are not capped by it.";

    CPA_MANAGER_ADMIN_KEY = Secrets, Kind::Secret, flag None, key None, default "", saved None,
        "Explicit Manager Server admin key. Used on the first start only; later `reset-admin-key` changes it.";
    CPA_MANAGER_ADMIN_KEY_FILE = Secrets, Kind::SecretFile, flag Some("admin-key-file"), key Some("adminKeyFile"),
        default "/run/secrets/cpa_admin_key", saved None,
        "Read the admin key from a file.";
    CPA_MANAGER_DATA_KEY = Secrets, Kind::Secret, flag None, key None, default "", saved None,
        "Explicit data encryption key: 32 bytes, as they are or in base64; any other text is a passphrase from which the key is derived.";
    CPA_MANAGER_DATA_KEY_FILE = Secrets, Kind::SecretFile, flag Some("data-key-file"), key Some("dataKeyFile"),
        default "/run/secrets/cpa_data_key", saved None,
        "Read the data encryption key from a file.";
    CPA_MANAGER_DATA_KEY_PATH = Secrets, Kind::Path, flag Some("data-key-path"), key Some("dataKeyPath"),
        default "/data/data.key", saved None,
        "Data key path. Unless set, `data.key` in the data directory. The file is made on the first start when no key is given; back it up together with the database.";
    CPA_MANAGEMENT_KEY = Secrets, Kind::Secret, flag None, key None, default "", saved Some("cpaConnection.managementKey"),
        "Optional environment-managed CPA Management Key.";
    CPA_MANAGEMENT_KEY_FILE = Secrets, Kind::SecretFile, flag Some("management-key-file"), key Some("managementKeyFile"),
        default "/run/secrets/cpa_management_key", saved Some("cpaConnection.managementKey"),
        "Read the CPA Management Key from a file.";

    CPA_UPSTREAM_URL = Gateway, Kind::Url, flag Some("upstream-url"), key Some("cpaUpstreamUrl"), default "",
        saved Some("cpaConnection.cpaBaseUrl"),
        "Optional environment-managed CPA URL. The connection is environment-managed when a management key is given too.";
    USAGE_COLLECTOR_MODE = Gateway, Kind::Choice(COLLECTOR_MODES), flag Some("collector-mode"), key Some("collectorMode"), default "auto",
        saved Some("collector.collectorMode"),
        "How records are collected. `auto` subscribes, and falls back to the HTTP queue, then to RESP pop.";
    USAGE_RESP_QUEUE = Gateway, Kind::Word, flag Some("queue"), key Some("queue"), default "usage", saved Some("collector.queue"),
        "Queue and channel name on the RESP port.";
    USAGE_RESP_POP_SIDE = Gateway, Kind::Choice(&["left", "right"]), flag Some("pop-side"), key Some("popSide"), default "right",
        saved Some("collector.popSide"),
        "RESP pop command: `left` sends LPOP, `right` sends RPOP. CPA hands out the oldest record in both cases.";
    USAGE_BATCH_SIZE = Gateway, Kind::Integer { min: 1, max: 10_000, unit: "records" }, flag Some("batch-size"), key Some("batchSize"),
        default "100", saved Some("collector.batchSize"),
        "Max collected records per batch. While collecting is behind up to 1,000 are asked for where this is less, so that none expires in CPA; a killed poller can lose one batch.";
    USAGE_POLL_INTERVAL_MS = Gateway, Kind::Integer { min: 1, max: 3_600_000, unit: "milliseconds" }, flag Some("poll-interval-ms"),
        key Some("pollIntervalMs"), default "500", saved Some("collector.pollIntervalMs"),
        "Idle poll interval. It is the shortest pause; idle polling slows down, but never beyond CPA's retention.";
    USAGE_RESP_TLS_SKIP_VERIFY = Gateway, Kind::Bool, flag Some("tls-skip-verify"), key Some("tlsSkipVerify"), default "false",
        saved Some("collector.tlsSkipVerify"),
        "Do not check the gateway's TLS certificate. Anyone on the way can then read the management key.";

    USAGE_CORS_ORIGINS = Access, Kind::Origins, flag Some("cors-origins"), key Some("corsOrigins"), default "", saved None,
        "Web origins that may read answers, comma-separated (`https://panel.example.com`), or `*` for any. Empty: same origin only.";
    CPAMP_TRUSTED_PROXIES = Access, Kind::Networks, flag Some("trusted-proxies"), key Some("trustedProxies"), default "", saved None,
        "Reverse proxies whose forwarding headers count, as addresses or networks, comma-separated (`10.0.0.0/8,::1`). Empty: nobody's.";

    CPAMP_COST_BASIS = Prices, Kind::Choice(COST_BASES), flag Some("cost-basis"), key Some("costBasis"), default "breakdown", saved None,
        "What costs are computed from. `breakdown` bills what the provider bills, from CPA's own split of the tokens where it is complete; `counters` uses CPA's counters alone, as CPA-Manager-Plus 1.12 does.";
    CPAMP_BUNDLED_PRICES = Prices, Kind::Bool, flag Some("bundled-prices"), key Some("bundledPrices"), default "true", saved None,
        "Price models without a stored price by the list prices that come with the program. With the cost basis `counters` they are off unless this is set.";
    CPAMP_MODELS_DEV_URL = Prices, Kind::Url, flag Some("models-dev-url"), key Some("modelsDevUrl"),
        default "https://models.dev/catalog.json", saved None,
        "Where a price synchronisation finds the models.dev catalogue; another address for a mirror.";
    CPAMP_LITELLM_URL = Prices, Kind::Url, flag Some("litellm-url"), key Some("litellmUrl"),
        default "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json", saved None,
        "The same for LiteLLM's price map.";
    CPAMP_OPENROUTER_URL = Prices, Kind::Url, flag Some("openrouter-url"), key Some("openrouterUrl"),
        default "https://openrouter.ai/api/v1/models", saved None,
        "The same for OpenRouter's model list.";

    USAGE_IMPORT_CHUNK_BYTES = Import, Kind::Integer { min: 1_024, max: 67_108_864, unit: "bytes" }, flag Some("import-chunk-bytes"),
        key Some("usageImportChunkBytes"), default "4194304", saved None,
        "Largest chunk of a resumable import.";
    USAGE_IMPORT_DISK_QUOTA_BYTES = Import, Kind::Integer { min: 1_024, max: 1_125_899_906_842_624, unit: "bytes" },
        flag Some("import-disk-quota-bytes"), key Some("usageImportDiskQuotaBytes"), default "17179869184", saved None,
        "Disk space for resumable imports, by declared size.";
    USAGE_IMPORT_MAX_SESSIONS = Import, Kind::Integer { min: 1, max: 64, unit: "sessions" }, flag Some("import-max-sessions"),
        key Some("usageImportMaxSessions"), default "2", saved None,
        "Resumable imports at the same time.";
    USAGE_IMPORT_SESSION_TTL_MINUTES = Import, Kind::Integer { min: 1, max: 525_600, unit: "minutes" }, flag Some("import-session-ttl-minutes"),
        key Some("usageImportSessionTTLMinutes"), default "1440", saved None,
        "A resumable import that nobody touches for this long is removed.";

    CPAMP_LOG = Log, Kind::LogFilter, flag Some("log"), key Some("log"), default "info", saved None,
        "Log level: `error`, `warn`, `info`, `debug`, `trace` or `off`; or a filter such as `info,cpamp_collector=debug`.";
    CPAMP_LOG_FORMAT = Log, Kind::Choice(&["text", "json"]), flag Some("log-format"), key Some("logFormat"), default "text", saved None,
        "Log lines as text or as JSON objects. Logs go to standard error.";
    NO_COLOR = Log, Kind::Presence, flag None, key None, default "", saved None,
        "Set to anything: no colours. Without a terminal there are none anyway.";

    USAGE_DASHBOARD_HOURLY_ROLLUP_ENABLED = NoEffect, Kind::Ignored, flag None, key None, default "", saved None,
        "There are no roll-ups: answers are computed from the stored events.";
    CPA_MANAGER_PPROF_ADDR = NoEffect, Kind::Ignored, flag None, key Some("pprofAddr"), default "", saved None,
        "There is no Go profiler in this program.";
    USAGE_QUOTA_COOLDOWN_ENABLED = NoEffect, Kind::Ignored, flag None, key Some("quotaCooldownEnabled"), default "", saved None,
        "This version watches no quotas and disables no accounts.";
    USAGE_ACCOUNT_ACTIONS_ENABLED = NoEffect, Kind::Ignored, flag None, key Some("accountActionsEnabled"), default "", saved None,
        "This version proposes no account actions.";
    USAGE_ACCOUNT_ACTIONS_AUTO_DISABLE = NoEffect, Kind::Ignored, flag None, key Some("accountActionsAutoDisable"), default "", saved None,
        "This version takes no account actions.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let mut seen = HashSet::new();
        for setting in ALL {
            assert!(seen.insert(setting.env), "{} twice", setting.env);
        }
        let flags: Vec<_> = ALL.iter().filter_map(|setting| setting.flag).collect();
        assert_eq!(flags.iter().collect::<HashSet<_>>().len(), flags.len());
        let keys: Vec<_> = ALL.iter().filter_map(|setting| setting.key).collect();
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
    }

    #[test]
    fn no_secret_can_be_typed_on_a_command_line_or_into_the_config_file() {
        for setting in ALL.iter().filter(|setting| setting.is_secret()) {
            assert_eq!((setting.flag, setting.key), (None, None), "{}", setting.env);
        }
    }

    /// The table of the deployment page, to the letter.
    #[test]
    fn the_deployment_page_holds() {
        let page = [
            ("HTTP_ADDR", "0.0.0.0:18317"),
            ("USAGE_DATA_DIR", "/data"),
            ("USAGE_DB_PATH", "/data/usage.sqlite"),
            ("CPA_MANAGER_DATA_KEY_PATH", "/data/data.key"),
            ("CPA_MANAGER_ADMIN_KEY", ""),
            ("CPA_MANAGER_ADMIN_KEY_FILE", "/run/secrets/cpa_admin_key"),
            ("CPA_MANAGER_DATA_KEY", ""),
            ("CPA_MANAGER_DATA_KEY_FILE", "/run/secrets/cpa_data_key"),
            ("CPA_UPSTREAM_URL", ""),
            ("CPA_MANAGEMENT_KEY", ""),
            ("CPA_MANAGEMENT_KEY_FILE", "/run/secrets/cpa_management_key"),
            ("USAGE_COLLECTOR_MODE", "auto"),
            ("USAGE_BATCH_SIZE", "100"),
            ("USAGE_POLL_INTERVAL_MS", "500"),
            ("USAGE_QUERY_LIMIT", "50000"),
        ];
        for (name, default) in page {
            let setting = ALL.iter().find(|setting| setting.env == name).expect(name);
            assert_eq!(setting.default, default, "{name}");
        }
    }
}
