//! A look at a gateway for the setup: can it be reached, is the key good, and which ways of collecting are there.

use std::sync::Arc;

use serde::Serialize;

use crate::{
    clock::now_ms,
    failure::Failure,
    gateway::warnings,
    http::Management,
    ledger::KeyGuard,
    resp::RespConnection,
    settings::{CollectorSettings, Timings},
    status::{LastError, Warning},
    upstream::Upstream,
};

/// What [`probe`] found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProbeReport {
    /// Whether the management API took the key over HTTP; everything that the setup needs.
    pub ok: bool,
    /// Why not.
    pub failure: Option<LastError>,
    /// The gateway's version as it spells it.
    pub version: Option<String>,
    /// How long it keeps records, seconds.
    pub retention_s: Option<u32>,
    /// Whether it publishes records.
    pub usage_statistics_enabled: Option<bool>,
    /// Whether RESP logins work, so that subscribing can; `None` when that was not tried.
    pub resp_available: Option<bool>,
    /// Why RESP does not work.
    pub resp_failure: Option<LastError>,
    /// What should be changed.
    pub warnings: Vec<Warning>,
}

/// Tries the gateway: `GET config` with the key, then, if that worked, a RESP login. Nothing is popped, subscribed to or
/// changed. Every use of the key goes through the guard.
pub async fn probe(
    upstream: &Upstream,
    settings: &CollectorSettings,
    timings: &Timings,
    guard: &Arc<KeyGuard>,
) -> ProbeReport {
    let mut report = probe_http(upstream, settings, timings, guard).await;
    if report.ok {
        // The report says why not.
        login(upstream, settings, timings, guard, &mut report).await.ok();
    }
    report
}

/// The half over HTTP.
pub(crate) async fn probe_http(
    upstream: &Upstream,
    settings: &CollectorSettings,
    timings: &Timings,
    guard: &Arc<KeyGuard>,
) -> ProbeReport {
    let mut report = ProbeReport {
        ok: false,
        failure: None,
        version: None,
        retention_s: None,
        usage_statistics_enabled: None,
        resp_available: None,
        resp_failure: None,
        warnings: Vec::new(),
    };
    let facts = match Management::new(upstream, guard, timings, settings.in_container) {
        Ok(management) => management.config().await,
        Err(failure) => Err(failure),
    };
    match facts {
        Ok(facts) => {
            report.ok = true;
            report.warnings = warnings(&facts, settings);
            report.version = facts.version;
            report.retention_s = facts.retention_s;
            report.usage_statistics_enabled = facts.usage_statistics_enabled;
        }
        Err(failure) => report.failure = Some(LastError::new(&failure, now_ms())),
    }
    report
}

/// The half over RESP. The report has the outcome too.
pub(crate) async fn login(
    upstream: &Upstream,
    settings: &CollectorSettings,
    timings: &Timings,
    guard: &Arc<KeyGuard>,
    report: &mut ProbeReport,
) -> Result<RespConnection, Failure> {
    let opened = RespConnection::open(upstream, guard, timings, settings.in_container).await;
    report.resp_available = Some(opened.is_ok());
    report.resp_failure = opened.as_ref().err().map(|failure| LastError::new(failure, now_ms()));
    opened
}
