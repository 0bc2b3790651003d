//! Connecting a gateway and changing the configuration.

use std::sync::Arc;
use std::time::Duration;

use api::control::{Control as _, UpstreamUse};
use api::types::config::{
    CollectorConfig, ConfigAnswer, ConfigUpdate, ConnectionTestAnswer, ConnectionTestRequest, CpaConnection,
    CpaUsage, KEY_PLACEHOLDER, ManagerConfig, SetupAnswer, SetupRequest,
};
use api::{ApiError, ApiResult, Pending};
use collector::{Code, Failure, Permit, ProbeReport, Stage};
use http::StatusCode;
use proxy::{ManagementClient, ManagementError, Refusal};
use store::{AuditAction, AuditActor};
use vault::SecretString;

use super::audit::{self, Besides};
use super::connection::{Connection, Ready, Source};
use super::{Manager, answers, config, connection};
use crate::clock::now_ms;

/// The gateway's default retention when it does not say, seconds.
const DEFAULT_RETENTION_S: u32 = 60;
/// How long the configuration page waits for the gateway's queue settings.
const LIVE_LOOK: Duration = Duration::from_secs(5);

impl Manager {
    /// The saved address and key, when both can be read.
    fn saved_pair(&self) -> Option<(String, SecretString)> {
        let ready = self.connection().ready().cloned()?;
        Some((ready.base_url(), ready.proxied.key.clone()))
    }

    /// Whether the management key is another one than the known one.
    fn is_new(&self, key: &SecretString) -> bool {
        self.saved_pair().is_none_or(|(_, known)| !known.matches(key.expose()))
    }

    /// Checks a connection the way set-up does: address, key, retention.
    async fn check(&self, ready: &Ready, config: &ManagerConfig) -> ApiResult<ProbeReport> {
        self.key_guard.check(&ready.upstream).map_err(|failure| answers::failure(&failure))?;
        let settings = connection::collector_settings(&self.settings, config);
        let report = collector::probe(&ready.upstream, &settings, &self.timings, &self.key_guard).await;
        if let Some(error) = &report.failure {
            return Err(answers::refusal(error.code, &error.text, error.hint, None));
        }
        if connection::is_enabled(config) {
            let retention = Duration::from_secs(u64::from(report.retention_s.unwrap_or(DEFAULT_RETENTION_S)));
            if retention.is_zero() {
                return Err(ApiError::new(
                    StatusCode::BAD_REQUEST,
                    "cpa_usage_retention_invalid",
                    "the gateway does not keep usage records",
                ));
            }
            if settings.poll_interval > retention {
                return Err(ApiError::new(
                    StatusCode::BAD_REQUEST,
                    "poll_interval_exceeds_retention",
                    format!(
                        "{} ms is longer than the {} ms that the gateway keeps records",
                        settings.poll_interval.as_millis(),
                        retention.as_millis()
                    ),
                )
                .with_hint(format!("use {} ms or less", retention.as_millis())));
            }
        }
        Ok(report)
    }

    /// Switches usage publishing on. What is answered tells of it in the audit trail by itself, unless it is taken back
    /// because the change that it belongs to is recorded.
    async fn enable_publishing(&self, ready: &Ready, by: AuditActor) -> ApiResult<Pending<'_>> {
        let pending = self.audit.pending(audit::publishing_enabled(by));
        let permit =
            self.key_guard.begin(&ready.upstream).await.map_err(|failure| answers::failure(&failure))?;
        match self.management_client(&ready.proxied).put_usage_statistics_enabled(true).await {
            Ok(()) => {
                permit.accepted();
                Ok(pending.done())
            }
            Err(error) => {
                pending.known();
                let text = format!("usage publishing cannot be switched on: {error}");
                self.note_client_error(permit, &error);
                Err(ApiError::new(StatusCode::BAD_GATEWAY, "enable_cpa_usage_statistics_failed", text)
                    .with_hint("set `usage-statistics-enabled: true` in CPA's config.yaml"))
            }
        }
    }

    pub(super) fn management_client(&self, upstream: &Arc<api::control::Upstream>) -> ManagementClient {
        ManagementClient::new(self.client.clone(), upstream.target.clone(), upstream.key.clone())
    }

    /// Tells the ledger how a use of the key went.
    pub(super) fn note_client_error(&self, permit: Permit, error: &ManagementError) {
        if let ManagementError::Refused(refusal) = error {
            self.note_refusal(permit, *refusal);
        }
    }

    pub(super) fn note_refusal(&self, permit: Permit, refusal: Refusal) {
        let (code, wait) = match refusal {
            Refusal::WrongKey | Refusal::MissingKey => (Code::WrongKey, None),
            Refusal::Banned { retry_after } => (Code::Banned, retry_after),
            Refusal::RemoteDisabled => (Code::RemoteDisabled, None),
            Refusal::KeyNotSet => (Code::KeyNotSet, None),
        };
        permit.failed(&Failure { stage: Stage::Http, code, detail: String::new(), wait });
        self.changed();
    }

    pub(super) async fn run_setup(&self, request: SetupRequest, by: AuditActor) -> ApiResult<SetupAnswer> {
        let address = request.cpa_base_url.as_deref().map(str::trim).unwrap_or_default().to_owned();
        let key = [request.cpa_management_key, request.management_key]
            .into_iter()
            .flatten()
            .map(|key| SecretString::new(key).trimmed())
            .find(|key| !key.is_blank());
        let (false, Some(mut key)) = (address.is_empty(), key) else {
            return Err(connection_required("cpaBaseUrl and managementKey are required"));
        };
        let _changing = self.changing.lock().await;
        let (saved, current) = self.saved_and_connection();
        let skip_verify = self.skips_verification(request.tls_skip_verify, &saved.config());
        let invalid = |problem: String| {
            answers::refusal("invalid_url", &problem, "enter http://host:8317 or https://host", None)
        };
        if key.matches(KEY_PLACEHOLDER) {
            key = self.key_for_placeholder(&address)?;
        }
        let ready = Ready::new(&address, &key, skip_verify, Source::Database).map_err(invalid)?;
        if let Some(managed) = current.ready().filter(|ready| ready.source == Source::Environment) {
            let same = managed.base_url() == ready.base_url() && managed.proxied.key.matches(key.expose());
            if !same {
                return Err(ApiError::new(
                    StatusCode::CONFLICT,
                    "setup_env_managed",
                    "the environment gives the gateway connection",
                )
                .with_hint("change CPA_UPSTREAM_URL and CPA_MANAGEMENT_KEY, or remove them"));
            }
        }
        if let Some((saved_url, saved_key)) = self.saved_pair()
            && saved_url != ready.base_url()
            && !saved_key.matches(key.expose())
        {
            return Err(ApiError::new(
                StatusCode::CONFLICT,
                "invalid_existing_management_key",
                "another gateway is connected already, with another key",
            )
            .with_hint("change address and key on the configuration page"));
        }
        let update = ManagerConfig {
            collector: Some(CollectorConfig {
                enabled: Some(request.request_monitoring_enabled.unwrap_or(true)),
                collector_mode: request.collector_mode,
                queue: request.queue,
                pop_side: request.pop_side,
                batch_size: request.batch_size,
                poll_interval_ms: request.poll_interval_ms,
                query_limit: request.query_limit,
                tls_skip_verify: request.tls_skip_verify,
                ensure_usage_statistics_enabled: Some(
                    request.ensure_usage_statistics_enabled.unwrap_or(true),
                ),
            }),
            ..ManagerConfig::default()
        };
        let merged = config::merge(saved.config(), update)?;
        self.key_guard.retry(&ready.upstream);
        let report = self.check(&ready, &merged).await?;
        let mut besides = Besides { key_changed: self.is_new(&key), publishing_enabled: false };
        let mut switched = None;
        if connection::is_enabled(&merged) && connection::ensures_publishing(&merged) {
            switched = Some(self.enable_publishing(&ready, by).await?);
            besides.publishing_enabled = true;
        }
        let sealer = self.sealer_for_saving()?;
        let sealed = sealer.seal(&key).map_err(ApiError::internal)?;
        let next = saved.with_config(merged, now_ms()).with_connection(ready.base_url(), sealed);
        let entry = audit::entry(by, AuditAction::GatewayConnect, &saved, &next, besides);
        self.adopt(next, Some(sealer), Some(entry)).await?;
        switched.map(Pending::known);
        Ok(SetupAnswer {
            ok: true,
            upstream: ready.base_url(),
            warnings: report.warnings.iter().map(answers::warning_document).collect(),
        })
    }

    fn saved_and_connection(&self) -> (super::Saved, Connection) {
        let current = super::lock(&self.current);
        (current.saved.clone(), current.connection.clone())
    }

    /// The saved key, for a request that carries the placeholder. Only for the saved address: the key must not be sent
    /// to another machine than the one it was entered for.
    fn key_for_placeholder(&self, address: &str) -> ApiResult<SecretString> {
        let asked = collector::Upstream::parse_url(address).ok();
        match self.connection().ready() {
            Some(ready) if asked.as_ref() == Some(&ready.upstream.base_url) => Ok(ready.proxied.key.clone()),
            Some(_) => Err(ApiError::new(
                StatusCode::BAD_REQUEST,
                "management_key_required",
                "the address is another one, so the management key has to be entered again",
            )
            .with_hint("enter the management key of the new gateway")),
            None => Err(connection_required("the management key is not known; enter it")),
        }
    }

    /// The connection that an update asks for, when it asks for another one than the current one.
    fn wanted_connection(
        &self,
        update: Option<CpaConnection>,
        skip_verify: bool,
    ) -> ApiResult<Option<Ready>> {
        let update = update.unwrap_or_default();
        let clean =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (address, key) = match (clean(update.cpa_base_url), clean(update.management_key)) {
            (None, None) => return Ok(None),
            (Some(address), Some(key)) if key == KEY_PLACEHOLDER => {
                let key = self.key_for_placeholder(&address)?;
                (address, key)
            }
            (Some(address), Some(key)) => (address, SecretString::new(key)),
            (None, Some(key)) if key == KEY_PLACEHOLDER => return Ok(None),
            _ => return Err(connection_required("cpaBaseUrl and managementKey are required together")),
        };
        let ready = Ready::new(&address, &key, skip_verify, Source::Database).map_err(|problem| {
            answers::refusal("invalid_url", &problem, "enter http://host:8317 or https://host", None)
        })?;
        let current = self.connection();
        let Some(known) = current.ready() else { return Ok(Some(ready)) };
        let same =
            known.base_url() == ready.base_url() && known.proxied.key.matches(ready.proxied.key.expose());
        if same {
            return Ok(None);
        }
        if known.source == Source::Environment {
            return Err(env_managed("cpaConnection"));
        }
        Ok(Some(ready))
    }

    /// Refuses to save what a stronger source fixes, unless it says the same.
    fn refuse_locked(&self, update: &CollectorConfig, in_force: &CollectorConfig) -> ApiResult<()> {
        fn differs<T: PartialEq>(asked: &Option<T>, in_force: &Option<T>) -> bool {
            asked.is_some() && asked != in_force
        }
        let fixed = [
            (
                self.settings.collector_mode.is_locked(),
                differs(&update.collector_mode, &in_force.collector_mode),
                "collector.collectorMode",
            ),
            (self.settings.queue.is_locked(), differs(&update.queue, &in_force.queue), "collector.queue"),
            (
                self.settings.pop_side.is_locked(),
                differs(&update.pop_side, &in_force.pop_side),
                "collector.popSide",
            ),
            (
                self.settings.batch_size.is_locked(),
                differs(&update.batch_size, &in_force.batch_size),
                "collector.batchSize",
            ),
            (
                self.settings.poll_interval.is_locked(),
                differs(&update.poll_interval_ms, &in_force.poll_interval_ms),
                "collector.pollIntervalMs",
            ),
            (
                self.settings.query_limit.is_locked(),
                differs(&update.query_limit, &in_force.query_limit),
                "collector.queryLimit",
            ),
            (
                self.settings.tls_skip_verify.is_locked(),
                differs(&update.tls_skip_verify, &in_force.tls_skip_verify),
                "collector.tlsSkipVerify",
            ),
        ];
        match fixed.into_iter().find(|(locked, differs, _)| *locked && *differs) {
            Some((_, _, member)) => Err(env_managed(member)),
            None => Ok(()),
        }
    }

    pub(super) async fn run_save(&self, update: ConfigUpdate, by: AuditActor) -> ApiResult<ConfigAnswer> {
        let _changing = self.changing.lock().await;
        let (saved, _) = self.saved_and_connection();
        if let Some(collector) = &update.config.collector {
            let in_force = self.config_in_force().collector.unwrap_or_default();
            self.refuse_locked(collector, &in_force)?;
        }
        let asked = update.config.cpa_connection.clone();
        let merged = config::merge(saved.config(), update.config)?;
        let skip_verify = merged.collector.as_ref().and_then(|collector| collector.tls_skip_verify);
        let wanted = self.wanted_connection(asked, self.settings.tls_skip_verify.or_saved(skip_verify))?;
        let (mut next, mut sealer) = (saved.with_config(merged.clone(), now_ms()), None);
        let (mut besides, mut switched) = (Besides::default(), None);
        if let Some(ready) = &wanted {
            self.key_guard.retry(&ready.upstream);
            self.check(ready, &merged).await?;
            if connection::is_enabled(&merged) && connection::ensures_publishing(&merged) {
                switched = Some(self.enable_publishing(ready, by).await?);
                besides.publishing_enabled = true;
            }
            besides.key_changed = self.is_new(&ready.proxied.key);
            let new_sealer = self.sealer_for_saving()?;
            let sealed = new_sealer.seal(&ready.proxied.key).map_err(ApiError::internal)?;
            next = next.with_connection(ready.base_url(), sealed);
            sealer = Some(new_sealer);
        } else if let Some(known) = self.retention_in_doubt(&saved.config(), &merged) {
            self.check(&known, &merged).await?;
        }
        let was_ensured = connection::ensures_publishing(&saved.config());
        if wanted.is_none() && !was_ensured && connection::ensures_publishing(&merged) {
            // Not at the next look at the gateway, which may be minutes away.
            let current = self.connection();
            if let Some(known) = current.ready().filter(|_| connection::is_enabled(&merged)) {
                switched = Some(self.enable_publishing(known, by).await?);
                besides.publishing_enabled = true;
            }
        }
        let sealer = sealer.or_else(|| super::lock(&self.current).sealer.clone());
        let entry = audit::entry(by, AuditAction::GatewayChange, &saved, &next, besides);
        self.adopt(next, sealer, Some(entry).filter(|entry| !entry.changes.is_empty())).await?;
        switched.map(Pending::known);
        Ok(self.config_answer(None))
    }

    /// The gateway to ask, when a save makes the poll interval longer or switches collecting on.
    fn retention_in_doubt(&self, before: &ManagerConfig, after: &ManagerConfig) -> Option<Arc<Ready>> {
        let interval = |config| connection::collector_settings(&self.settings, config).poll_interval;
        let switched_on = !connection::is_enabled(before) && connection::is_enabled(after);
        let doubt = switched_on || interval(after) > interval(before);
        self.connection().ready().filter(|_| doubt).cloned()
    }

    /// Whether a connection that is being entered is checked without its certificate: what the request does not say, the
    /// settings do.
    fn skips_verification(&self, asked: Option<bool>, saved: &ManagerConfig) -> bool {
        let saved = saved.collector.as_ref().and_then(|collector| collector.tls_skip_verify);
        self.settings.tls_skip_verify.or_saved(asked.or(saved))
    }

    fn config_in_force(&self) -> ManagerConfig {
        let (saved, current) = self.saved_and_connection();
        let mut config = config::with_defaults(saved.config());
        let settings = connection::collector_settings(&self.settings, &config);
        let saved_collector = config.collector.clone().unwrap_or_default();
        let integer = |number: u128| i64::try_from(number).unwrap_or(i64::MAX);
        config.collector = Some(CollectorConfig {
            enabled: Some(connection::is_enabled(&config)),
            collector_mode: Some(config::mode_name(settings.mode).to_owned()),
            queue: Some(settings.queue),
            pop_side: Some(connection::pop_side_name(settings.pop_side).to_owned()),
            batch_size: Some(integer(settings.batch_size as u128)),
            poll_interval_ms: Some(integer(settings.poll_interval.as_millis())),
            query_limit: Some(self.query_limit() as i64),
            tls_skip_verify: Some(self.settings.tls_skip_verify.or_saved(saved_collector.tls_skip_verify)),
            ensure_usage_statistics_enabled: Some(settings.ensure_publishing),
        });
        let key = current.base_url().map(|_| KEY_PLACEHOLDER.to_owned());
        config.cpa_connection = Some(CpaConnection {
            cpa_base_url: Some(current.base_url().unwrap_or_default()),
            management_key: key.filter(|_| current.ready().is_some()),
        });
        config.updated_at_ms = saved.updated_at_ms();
        config
    }

    pub(super) fn config_answer(&self, cpa_usage: Option<CpaUsage>) -> ConfigAnswer {
        let (saved, current) = self.saved_and_connection();
        let source = match current.ready().map(|ready| ready.source) {
            Some(Source::Environment) => "env",
            Some(Source::Database) => "db",
            None if saved.base_url().is_some() => "db",
            None => "",
        };
        ConfigAnswer {
            config: self.config_in_force(),
            source: source.to_owned(),
            cpa_usage,
            locked: self.settings.locked_members().into_iter().map(str::to_owned).collect(),
        }
    }

    /// What the gateway says of its queue; nothing when it does not answer soon.
    pub(super) async fn live_usage(&self) -> Option<CpaUsage> {
        let used = self.begin().await.ok()?;
        let client = self.management_client(&used.upstream);
        match tokio::time::timeout(LIVE_LOOK, client.get_config()).await.ok()? {
            Ok(answer) => {
                used.permit.accepted();
                let retention = answer.value.redis_usage_queue_retention_seconds;
                Some(CpaUsage {
                    usage_statistics_enabled: answer.value.usage_statistics_enabled.unwrap_or(false),
                    redis_usage_queue_retention_seconds: retention.unwrap_or(i64::from(DEFAULT_RETENTION_S)),
                    retention_source_default: retention.is_none(),
                })
            }
            Err(error) => {
                self.note_client_error(used.permit, &error);
                None
            }
        }
    }

    pub(super) async fn begin(&self) -> ApiResult<UpstreamUse> {
        let connection = self.connection();
        let ready = usable(&connection)?;
        let permit = self.key_guard.begin(&ready.upstream).await.map_err(|failure| {
            let mut error = answers::failure(&failure);
            // A person's request, not a set-up: the manager itself declines.
            error.status = StatusCode::SERVICE_UNAVAILABLE;
            error
        })?;
        Ok(UpstreamUse { upstream: Arc::clone(&ready.proxied), permit })
    }

    pub(super) async fn run_test(&self, request: ConnectionTestRequest) -> ApiResult<ConnectionTestAnswer> {
        let clean =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let address = match clean(request.cpa_base_url) {
            Some(address) => address,
            None => {
                self.connection().base_url().ok_or_else(|| connection_required("cpa_base_url is required"))?
            }
        };
        let key = match clean(request.cpa_management_key).filter(|key| key != KEY_PLACEHOLDER) {
            Some(key) => SecretString::new(key),
            None => self.key_for_placeholder(&address)?,
        };
        let saved = super::lock(&self.current).saved.config();
        let skip_verify = self.skips_verification(request.tls_skip_verify, &saved);
        let ready = Ready::new(&address, &key, skip_verify, Source::Database).map_err(|problem| {
            answers::refusal("invalid_url", &problem, "enter http://host:8317 or https://host", None)
        })?;
        self.key_guard.retry(&ready.upstream);
        let settings = connection::collector_settings(&self.settings, &saved);
        let report = collector::probe(&ready.upstream, &settings, &self.timings, &self.key_guard).await;
        let facts = report.ok.then(|| collector::GatewayFacts {
            version: report.version.clone(),
            retention_s: report.retention_s,
            usage_statistics_enabled: report.usage_statistics_enabled,
            checked_at_ms: now_ms(),
            warnings: report.warnings.clone(),
        });
        Ok(ConnectionTestAnswer {
            ok: report.ok,
            checks: answers::checks(&report),
            gateway: facts.as_ref().map(answers::gateway_document),
        })
    }
}

fn connection_required(text: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "cpa_connection_required", text)
}

fn env_managed(member: &str) -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "connection_env_managed",
        format!("{member} is fixed by the environment, a flag or the configuration file"),
    )
    .with_hint("change it there, or remove it there to change it here")
}

pub(super) fn usable(connection: &Connection) -> ApiResult<&Arc<Ready>> {
    match connection {
        Connection::Ready(ready) => Ok(ready),
        Connection::None => Err(ApiError::not_configured()),
        Connection::Unreadable { .. } => Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "connection_reentry_required",
            "the saved management key cannot be read: data.key is missing or another one",
        )
        .with_hint("restore data.key and restart, or enter the connection again")),
        Connection::Unusable { problem } => {
            Err(answers::refusal("invalid_url", problem, "correct CPA_UPSTREAM_URL", None))
        }
    }
}
