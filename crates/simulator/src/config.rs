//! What a simulated gateway is started with.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The management key of [`SimulatorConfig::default`].
pub const DEFAULT_MANAGEMENT_KEY: &str = "mgmt-test-key";

/// CPA's own default for `redis-usage-queue-retention-seconds`.
pub const DEFAULT_RETENTION: Duration = Duration::from_secs(60);

/// CPA's upper limit for `redis-usage-queue-retention-seconds`.
pub const MAX_RETENTION: Duration = Duration::from_secs(3600);

/// Settings of one simulated gateway. The default is a sane one for tests: loopback, a free port, the key
/// [`DEFAULT_MANAGEMENT_KEY`], usage statistics on, no bcrypt.
#[derive(Clone)]
pub struct SimulatorConfig {
    /// Where to listen. Port 0 takes a free one; see [`crate::Simulator::address`].
    pub listen: SocketAddr,
    /// The plain management key. `None` is a gateway without `secret-key`: every management route answers 404
    /// and RESP closes the connection without a byte.
    pub management_key: Option<String>,
    /// `remote-management.allow-remote`: whether addresses other than 127.0.0.1 and ::1 may manage.
    pub allow_remote: bool,
    /// How long queued records live; whole seconds, at most [`MAX_RETENTION`], zero means [`DEFAULT_RETENTION`].
    pub retention: Duration,
    /// `usage-statistics-enabled`: whether records are published at all (CPA's own default is `false`).
    pub usage_statistics_enabled: bool,
    /// Spend one real bcrypt comparison (cost 10) per HTTP management call and per RESP `AUTH`, as CPA does.
    pub bcrypt: bool,
    /// The value of `X-Cpa-Version`, for example `v7.2.140` or `dev`.
    pub version: String,
    /// The value of `X-Cpa-Commit`.
    pub commit: String,
    /// The value of `X-Cpa-Build-Date`.
    pub build_date: String,
    /// `api-keys`: the client keys that `/v1/models` accepts. Empty means open to all, as in CPA.
    pub client_keys: Vec<String>,
    /// Home (cluster) mode: management answers 404 and RESP refuses.
    pub home_mode: bool,
    /// Serve over TLS. The first byte decides between RESP and HTTP only where ALPN chose no HTTP version.
    pub tls: Option<TlsOptions>,
    /// Treat every connection as HTTP, as behind a reverse proxy: RESP is answered with an HTTP 400.
    pub http_only: bool,
    /// Serve everything below this path (for example `/cpa`); other paths answer 404.
    pub path_prefix: Option<String>,
    /// Answer `/_simulator/…`, the control routes for other processes.
    pub control: bool,
    /// Keep the delivery log (about 40 bytes per hand-over).
    pub delivery_log: bool,
    /// The seed of the accounts, models and people that this gateway knows; the traffic generator with the same
    /// seed produces records of exactly these accounts.
    pub world_seed: u64,
    /// Whether the gateway starts with the generator's accounts, keys and provider entries. Without it there
    /// are no credentials.
    pub accounts: bool,
    /// `auth-dir`: the directory from which the `auth_index` values are derived. Nothing is read or written there.
    pub auth_dir: String,
    /// `logging-to-file`: whether `GET logs` answers lines.
    pub logging_to_file: bool,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            management_key: Some(DEFAULT_MANAGEMENT_KEY.to_owned()),
            allow_remote: false,
            retention: DEFAULT_RETENTION,
            usage_statistics_enabled: true,
            bcrypt: false,
            version: "v7.2.140".to_owned(),
            commit: "a7e3596b".to_owned(),
            build_date: "2026-08-22T13:04:11Z".to_owned(),
            client_keys: vec!["client-key-a".to_owned()],
            home_mode: false,
            tls: None,
            http_only: false,
            path_prefix: None,
            control: false,
            delivery_log: true,
            world_seed: 1,
            accounts: true,
            auth_dir: "/data/auths".to_owned(),
            logging_to_file: true,
        }
    }
}

impl fmt::Debug for SimulatorConfig {
    // Keys stay out of test output and logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatorConfig")
            .field("listen", &self.listen)
            .field("management_key", &self.management_key.as_ref().map(|_| "***"))
            .field("allow_remote", &self.allow_remote)
            .field("retention", &self.retention)
            .field("usage_statistics_enabled", &self.usage_statistics_enabled)
            .field("version", &self.version)
            .field("home_mode", &self.home_mode)
            .field("tls", &self.tls.is_some())
            .field("path_prefix", &self.path_prefix)
            .finish_non_exhaustive()
    }
}

/// A certificate with its key, both PEM.
#[derive(Clone)]
pub struct TlsOptions {
    /// The certificate chain; also what a client has to trust when it is self-signed.
    pub certificate_pem: String,
    /// The private key.
    pub key_pem: String,
}

impl TlsOptions {
    /// Makes a self-signed certificate for the given names and addresses.
    ///
    /// # Errors
    /// When a name cannot be part of a certificate.
    pub fn self_signed(names: &[&str]) -> std::io::Result<Self> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names).map_err(std::io::Error::other)?;
        Ok(Self { certificate_pem: made.cert.pem(), key_pem: made.signing_key.serialize_pem() })
    }
}

impl fmt::Debug for TlsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsOptions").finish_non_exhaustive()
    }
}
