//! Settings in two steps: what was typed (`raw`), what it means ([`Settings`]). Only this module reads the
//! environment.
//!
//! For callers:
//! - [`load`]`(&LoadRequest, &dyn Strings) -> Result<Settings, SettingsError>`; the process uses [`Environment`].
//! - [`Settings`] has typed fields. Values that the panel can save are [`Resolved`]: `value`, `source`;
//!   `is_locked()` says that the saved value does not count, `or_saved(…)` applies it.
//! - `Settings::data_key` is a [`DataKeyChoice`]: a given key, or the path for `vault::load_or_create`.
//! - `Settings::locked_members()` lists the members of `/usage-service/config` that the panel cannot change.
//! - `Settings::notices` are to be logged as warnings once logging is up.
//! - Strength: flags, environment, `config.json`, mounted secrets, (database), defaults.

mod config_file;
mod document;
mod error;
mod flags;
mod parse;
mod paths;
mod raw;
mod secrets;
pub mod table;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::control::IpNetwork;
use pricing::CostBasis;
use url::Url;
use vault::{DataKey, DataKeySource, SecretString};

pub use collector::{Mode as CollectorMode, PopSide};
pub use document::settings_document;
pub use error::SettingsError;
pub use raw::{Environment, Flags, Source, Strings};

use config_file::ConfigFile;
use error::{quote, shown_default};
use raw::{Layers, RawValue};
use table::{Kind, Setting};

/// A value and what decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved<T> {
    /// The value; the default when the source says so.
    pub value: T,
    /// What decided it.
    pub source: Source,
}

impl<T> Resolved<T> {
    /// Whether a value saved in the database does not count.
    pub fn is_locked(&self) -> bool {
        self.source.is_explicit()
    }

    /// The value in force: this one when it was set, else the saved one, else the default.
    pub fn or_saved(&self, saved: Option<T>) -> T
    where
        T: Clone,
    {
        if self.is_locked() { self.value.clone() } else { saved.unwrap_or_else(|| self.value.clone()) }
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Log output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// A level or a filter that `tracing_subscriber::EnvFilter` accepts.
    pub filter: String,
    /// The form of lines.
    pub format: LogFormat,
    /// Whether colours were switched off (`NO_COLOR`).
    pub no_colour: bool,
}

/// Prices and costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceSettings {
    /// What costs are computed from.
    pub basis: CostBasis,
    /// Whether bundled list prices stand in where none is stored.
    pub bundled: bool,
    /// Where the catalogues are: models.dev, LiteLLM, OpenRouter.
    pub catalogues: [Url; 3],
}

/// Limits of resumable imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSettings {
    /// Where unfinished uploads are kept.
    pub directory: PathBuf,
    /// Largest chunk, bytes.
    pub chunk_bytes: u64,
    /// Disk space for all of them, bytes.
    pub disk_quota_bytes: u64,
    /// Sessions at the same time.
    pub max_sessions: usize,
    /// Life of an untouched session.
    pub session_ttl: Duration,
}

/// Where the data key is to come from.
#[derive(Debug, Clone)]
pub enum DataKeyChoice {
    /// Given by the operator.
    Given {
        /// The key.
        key: DataKey,
        /// Where it was given.
        source: DataKeySource,
    },
    /// To be read from, or made at, this path.
    KeyFile(PathBuf),
}

/// Something worth a warning that does not stop the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The variable it is about.
    pub setting: &'static str,
    /// What to know.
    pub text: String,
}

/// What to load.
#[derive(Debug, Clone, Default)]
pub struct LoadRequest {
    /// Flags of the command line.
    pub flags: Flags,
    /// Make a missing `config.json` where the rules say so. Only the server does.
    pub create_config_file: bool,
}

/// Everything the program is told from outside.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen.
    pub http_addr: SocketAddr,
    /// The data directory, absolute.
    pub data_dir: PathBuf,
    /// The database, absolute.
    pub db_path: PathBuf,
    /// The data key.
    pub data_key: DataKeyChoice,
    /// The admin key for the first start.
    pub admin_key: Option<SecretString>,
    /// The gateway.
    pub upstream_url: Resolved<Option<Url>>,
    /// The gateway's management key.
    pub management_key: Resolved<Option<SecretString>>,
    /// How to collect.
    pub collector_mode: Resolved<CollectorMode>,
    /// Queue and channel name.
    pub queue: Resolved<String>,
    /// RESP pop command.
    pub pop_side: Resolved<PopSide>,
    /// Records per batch, 1 to 10,000.
    pub batch_size: Resolved<usize>,
    /// Shortest pause between idle polls.
    pub poll_interval: Resolved<Duration>,
    /// Events of `GET /v0/management/usage`.
    pub query_limit: Resolved<usize>,
    /// Whether the gateway's TLS certificate is not checked.
    pub tls_skip_verify: Resolved<bool>,
    /// Origins of other sites that may read answers; `*` for any. Empty = same origin only.
    pub cors_origins: Vec<String>,
    /// Peers whose forwarding headers count.
    pub trusted_proxies: Vec<IpNetwork>,
    /// A panel file to serve instead of the embedded one.
    pub panel_path: Option<PathBuf>,
    /// Prices and costs.
    pub prices: PriceSettings,
    /// Limits of resumable imports.
    pub imports: ImportSettings,
    /// Log output.
    pub log: LogSettings,
    /// The configuration file in use.
    pub config_file: Option<PathBuf>,
    /// To be logged as warnings.
    pub notices: Vec<Notice>,
    /// Settings that are set outside the database.
    pub given: Vec<Given>,
}

/// A setting that a flag, the environment or the configuration file sets; the value stays where it is.
#[derive(Debug, Clone, Copy)]
pub struct Given {
    /// The variable.
    pub setting: &'static Setting,
    /// What set it.
    pub source: Source,
}

impl Settings {
    /// Whether the connection comes from outside the database: the address and the key both do.
    pub fn connection_is_managed(&self) -> bool {
        self.upstream_url.is_locked() && self.management_key.is_locked()
    }

    /// Members of `/usage-service/config` that the panel cannot change, because a stronger source sets them. The
    /// connection is listed as a whole when it is managed outside.
    pub fn locked_members(&self) -> Vec<&'static str> {
        let single = [
            (self.upstream_url.is_locked(), &table::CPA_UPSTREAM_URL),
            (self.management_key.is_locked(), &table::CPA_MANAGEMENT_KEY),
            (self.collector_mode.is_locked(), &table::USAGE_COLLECTOR_MODE),
            (self.queue.is_locked(), &table::USAGE_RESP_QUEUE),
            (self.pop_side.is_locked(), &table::USAGE_RESP_POP_SIDE),
            (self.batch_size.is_locked(), &table::USAGE_BATCH_SIZE),
            (self.poll_interval.is_locked(), &table::USAGE_POLL_INTERVAL_MS),
            (self.query_limit.is_locked(), &table::USAGE_QUERY_LIMIT),
            (self.tls_skip_verify.is_locked(), &table::USAGE_RESP_TLS_SKIP_VERIFY),
        ];
        let whole = self.connection_is_managed().then_some("cpaConnection");
        let members =
            single.into_iter().filter(|(locked, _)| *locked).filter_map(|(_, setting)| setting.saved_as);
        whole.into_iter().chain(members).collect()
    }
}

/// Reads every source and makes sense of it.
///
/// # Errors
/// When an explicit value cannot be used. The message names it, its place and the default.
pub fn load(request: &LoadRequest, environment: &dyn Strings) -> Result<Settings, SettingsError> {
    let program = std::env::current_exe().ok();
    let places =
        Places { program: program.as_deref().and_then(Path::parent), mounts: Path::new("/run/secrets") };
    load_from(request, environment, places)
}

/// Fixed places that tests put elsewhere.
#[derive(Debug, Clone, Copy)]
struct Places<'a> {
    /// The directory in which the program lies.
    program: Option<&'a Path>,
    /// The directory of mounted secrets.
    mounts: &'a Path,
}

fn load_from(
    request: &LoadRequest,
    environment: &dyn Strings,
    places: Places<'_>,
) -> Result<Settings, SettingsError> {
    let mut notices = Vec::new();
    let mut layers = Layers::new(&request.flags, environment, places.mounts);
    let file = config_file(&layers, request.create_config_file, places.program, &mut notices)?;
    layers.file = file.as_ref();
    collect_notices(&layers, &mut notices);

    let data_dir = path(&layers, &table::USAGE_DATA_DIR)?
        .unwrap_or_else(|| PathBuf::from(table::USAGE_DATA_DIR.default));
    let db_path = db_path(&layers)?.unwrap_or_else(|| data_dir.join("usage.sqlite"));
    let key_path =
        path(&layers, &table::CPA_MANAGER_DATA_KEY_PATH)?.unwrap_or_else(|| data_dir.join("data.key"));
    let data_key = secrets::data_key(&layers, key_path, &mut notices)?;
    let admin_key = secrets::text(
        &layers,
        &table::CPA_MANAGER_ADMIN_KEY,
        &table::CPA_MANAGER_ADMIN_KEY_FILE,
        &mut notices,
    )?;
    let management_key =
        secrets::text(&layers, &table::CPA_MANAGEMENT_KEY, &table::CPA_MANAGEMENT_KEY_FILE, &mut notices)?;
    let upstream = optional(&layers, &table::CPA_UPSTREAM_URL, parse::upstream_url)?;
    if upstream.is_some() != management_key.is_some() {
        let (set, missing) = if upstream.is_some() {
            (&table::CPA_UPSTREAM_URL, &table::CPA_MANAGEMENT_KEY)
        } else {
            (&table::CPA_MANAGEMENT_KEY, &table::CPA_UPSTREAM_URL)
        };
        let text =
            format!("set without {}; the other half of the connection comes from the panel", missing.env);
        notices.push(Notice { setting: set.env, text });
    }

    let given = table::ALL.iter().filter_map(|setting| layers.get(setting));
    Ok(Settings {
        given: given.map(|raw| Given { setting: raw.setting, source: raw.source }).collect(),
        http_addr: value(&layers, &table::HTTP_ADDR, parse::address)?.value,
        db_path,
        data_key,
        admin_key: admin_key.map(|(key, _)| key),
        upstream_url: upstream.map_or(Resolved { value: None, source: Source::Default }, some),
        management_key: management_key
            .map_or(Resolved { value: None, source: Source::Default }, |(value, source)| {
                some(Resolved { value, source })
            }),
        collector_mode: value(&layers, &table::USAGE_COLLECTOR_MODE, parse::collector_mode)?,
        queue: value(&layers, &table::USAGE_RESP_QUEUE, parse::word)?,
        pop_side: value(&layers, &table::USAGE_RESP_POP_SIDE, parse::pop_side)?,
        batch_size: count(&layers, &table::USAGE_BATCH_SIZE)?,
        poll_interval: map(integer(&layers, &table::USAGE_POLL_INTERVAL_MS)?, Duration::from_millis),
        query_limit: count(&layers, &table::USAGE_QUERY_LIMIT)?,
        tls_skip_verify: value(&layers, &table::USAGE_RESP_TLS_SKIP_VERIFY, parse::boolean)?,
        cors_origins: value(&layers, &table::USAGE_CORS_ORIGINS, parse::origins)?.value,
        trusted_proxies: value(&layers, &table::CPAMP_TRUSTED_PROXIES, parse::networks)?.value,
        panel_path: readable_file(&layers, &table::PANEL_PATH)?,
        prices: price_settings(&layers)?,
        imports: ImportSettings {
            directory: data_dir.join("usage-imports"),
            chunk_bytes: integer(&layers, &table::USAGE_IMPORT_CHUNK_BYTES)?.value,
            disk_quota_bytes: integer(&layers, &table::USAGE_IMPORT_DISK_QUOTA_BYTES)?.value,
            max_sessions: count(&layers, &table::USAGE_IMPORT_MAX_SESSIONS)?.value,
            session_ttl: Duration::from_secs(
                60 * integer(&layers, &table::USAGE_IMPORT_SESSION_TTL_MINUTES)?.value,
            ),
        },
        log: LogSettings {
            filter: value(&layers, &table::CPAMP_LOG, parse::log_filter)?.value,
            format: value(&layers, &table::CPAMP_LOG_FORMAT, parse::log_format)?.value,
            no_colour: layers.get(&table::NO_COLOR).is_some(),
        },
        data_dir,
        config_file: file.as_ref().map(|file| file.path().to_owned()),
        notices,
    })
}

/// With the reference's cost basis, a price that nobody has stored is no price, as there.
fn price_settings(layers: &Layers<'_>) -> Result<PriceSettings, SettingsError> {
    let basis = value(layers, &table::CPAMP_COST_BASIS, parse::cost_basis)?.value;
    let bundled = value(layers, &table::CPAMP_BUNDLED_PRICES, parse::boolean)?;
    let address = |setting| Ok(value(layers, setting, parse::web_url)?.value);
    Ok(PriceSettings {
        basis,
        bundled: bundled.value && (bundled.is_locked() || basis == CostBasis::Breakdown),
        catalogues: [
            address(&table::CPAMP_MODELS_DEV_URL)?,
            address(&table::CPAMP_LITELLM_URL)?,
            address(&table::CPAMP_OPENROUTER_URL)?,
        ],
    })
}

/// Finds, and where the rules say so makes, `config.json`.
fn config_file(
    layers: &Layers<'_>,
    create: bool,
    program_dir: Option<&Path>,
    notices: &mut Vec<Notice>,
) -> Result<Option<ConfigFile>, SettingsError> {
    let (path, named) = match layers.get(&table::CPA_MANAGER_CONFIG) {
        Some(named) => (paths::absolute(layers, &named)?, true),
        None => match program_dir {
            Some(directory) => (directory.join("config.json"), false),
            None => return Ok(None),
        },
    };
    if let Some(file) = ConfigFile::read(&path)? {
        return Ok(Some(file));
    }
    let placed = layers.get(&table::USAGE_DATA_DIR).is_some() || layers.get(&table::USAGE_DB_PATH).is_some();
    if !create || (!named && placed) {
        return Ok(None);
    }
    match ConfigFile::create(&path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if named => Err(error),
        Err(error) => {
            // Installed where only an administrator writes: the defaults do without the file.
            notices.push(Notice {
                setting: table::CPA_MANAGER_CONFIG.env,
                text: format!("{error}; going on without it"),
            });
            Ok(None)
        }
    }
}

fn collect_notices(layers: &Layers<'_>, notices: &mut Vec<Notice>) {
    for setting in table::ALL.iter().filter(|setting| setting.kind == Kind::Ignored) {
        if let Some(raw) = layers.get(setting) {
            notices.push(Notice {
                setting: setting.env,
                text: format!("{} has no effect: {}", raw.name(), setting.doc),
            });
        }
    }
    if let Some(file) = layers.file {
        let known: Vec<&str> = table::ALL.iter().filter_map(|setting| setting.key).collect();
        for member in file.unknown_members(&known) {
            let text = format!("{}: unknown member {} is not used", file.path().display(), quote(member));
            notices.push(Notice { setting: table::CPA_MANAGER_CONFIG.env, text });
        }
    }
}

fn db_path(layers: &Layers<'_>) -> Result<Option<PathBuf>, SettingsError> {
    let setting = &table::USAGE_DB_PATH;
    let dir_is_stronger = layers.get(&table::USAGE_DATA_DIR).is_some_and(|raw| raw.source < Source::File);
    match layers.get(setting) {
        Some(raw) if raw.source == Source::File && dir_is_stronger => Ok(None),
        _ => path(layers, setting),
    }
}

fn path(layers: &Layers<'_>, setting: &'static Setting) -> Result<Option<PathBuf>, SettingsError> {
    layers.get(setting).map(|raw| paths::absolute(layers, &raw)).transpose()
}

fn readable_file(layers: &Layers<'_>, setting: &'static Setting) -> Result<Option<PathBuf>, SettingsError> {
    let Some(raw) = layers.get(setting) else { return Ok(None) };
    let path = paths::absolute(layers, &raw)?;
    match std::fs::File::open(&path).and_then(|file| file.metadata()) {
        Ok(metadata) if metadata.is_file() => Ok(Some(path)),
        Ok(_) => Err(unusable(&raw, "a file".to_owned())),
        Err(source) => Err(SettingsError::UnreadableFile {
            name: raw.name(),
            path,
            source,
            default: shown_default(setting.default),
        }),
    }
}

/// The typed value, if somebody set one.
fn optional<T>(
    layers: &Layers<'_>,
    setting: &'static Setting,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<Resolved<T>>, SettingsError> {
    let Some(raw) = layers.get(setting) else { return Ok(None) };
    let text = raw.text.to_str().ok_or_else(|| unusable(&raw, "valid UTF-8".to_owned()))?;
    let value = parse(text).map_err(|expected| unusable(&raw, expected))?;
    Ok(Some(Resolved { value, source: raw.source }))
}

/// The typed value, or the default of the table.
fn value<T>(
    layers: &Layers<'_>,
    setting: &'static Setting,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Resolved<T>, SettingsError> {
    if let Some(resolved) = optional(layers, setting, &parse)? {
        return Ok(resolved);
    }
    let value = parse(setting.default).map_err(|expected| SettingsError::Unusable {
        name: setting.env.to_owned(),
        value: quote(setting.default),
        expected,
        default: shown_default(setting.default),
    })?;
    Ok(Resolved { value, source: Source::Default })
}

fn integer(layers: &Layers<'_>, setting: &'static Setting) -> Result<Resolved<u64>, SettingsError> {
    let (min, max, unit) = match setting.kind {
        Kind::Integer { min, max, unit } => (min, max, unit),
        _ => (0, u64::MAX, ""),
    };
    value(layers, setting, |text| parse::integer(text, min, max, unit))
}

fn count(layers: &Layers<'_>, setting: &'static Setting) -> Result<Resolved<usize>, SettingsError> {
    integer(layers, setting).map(|number| map(number, |value| usize::try_from(value).unwrap_or(usize::MAX)))
}

fn map<T, U>(resolved: Resolved<T>, f: impl FnOnce(T) -> U) -> Resolved<U> {
    Resolved { value: f(resolved.value), source: resolved.source }
}

fn some<T>(resolved: Resolved<T>) -> Resolved<Option<T>> {
    map(resolved, Some)
}

fn unusable(raw: &RawValue, expected: String) -> SettingsError {
    let text = raw.text.to_string_lossy();
    let value = match raw.setting.kind {
        _ if raw.setting.is_secret() => secrets::HIDDEN.to_owned(),
        Kind::Url => quote(&parse::without_user_info(&text)),
        _ => quote(&text),
    };
    SettingsError::Unusable { name: raw.name(), value, expected, default: shown_default(raw.setting.default) }
}
