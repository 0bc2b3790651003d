//! What the gateway says of itself: version, retention, publishing, credentials, and signs of a rival.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use model::Transport;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use crate::{
    clock::{millis, now_ms},
    events::CollectorEvent,
    failure::Failure,
    http::{ConfigFacts, Management},
    refusals::Code,
    run::Run,
    settings::CollectorSettings,
    status::{GatewayFacts, RivalSuspicion, State, Warning},
};

/// Needed for the HTTP queue.
const NEEDED: [u64; 3] = [6, 10, 8];
/// Advised: refresh messages.
const ADVISED: [u64; 3] = [7, 1, 39];
/// Requests counted without a record before a rival is suspected.
const RIVAL_REQUESTS: u64 = 5;
/// Bodies longer than this are parsed off the reading thread, bytes.
const PARSE_ELSEWHERE: usize = 256 * 1024;

impl Warning {
    pub(crate) fn new(code: Code, detail: &str) -> Self {
        let row = code.refusal();
        let text = if detail.is_empty() { row.text.to_owned() } else { format!("{}: {detail}", row.text) };
        Self { code: row.code, text, hint: row.remedy }
    }
}

/// The numbers of a version like `7.2.140` or `v7.2.140-rc1`; `None` for `dev` and anything else.
pub(crate) fn parse_version(text: &str) -> Option<[u64; 3]> {
    let text = text.trim();
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let text = text.split(['-', '+']).next()?;
    let mut parts = text.split('.').map(|part| part.parse::<u64>().ok());
    let version = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(version)
}

/// What should be changed about a gateway with these facts.
pub(crate) fn warnings(facts: &ConfigFacts, settings: &CollectorSettings) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let shown = facts.version.as_deref().unwrap_or("unknown");
    match facts.version.as_deref().and_then(parse_version) {
        Some(version) if version < NEEDED => warnings.push(Warning::new(Code::VersionTooOld, shown)),
        Some(version) if version < ADVISED => warnings.push(Warning::new(Code::VersionAdvised, shown)),
        _ => {}
    }
    if facts.usage_statistics_enabled == Some(false) {
        warnings.push(Warning::new(Code::PublishingOff, ""));
    }
    if let Some(retention_s) = facts.retention_s {
        let interval_ms = millis(settings.poll_interval);
        if interval_ms > i64::from(retention_s) * 1000 {
            let detail = format!("{interval_ms} ms against {retention_s} s");
            warnings.push(Warning::new(Code::PollIntervalTooLong, &detail));
        }
    }
    warnings
}

/// Reads the facts, and switches publishing on if that is wanted; tells `switched_on` then.
pub(crate) async fn read_facts(
    management: &Management,
    settings: &CollectorSettings,
    switched_on: impl FnOnce(),
) -> Result<GatewayFacts, Failure> {
    let mut facts = management.config().await?;
    if facts.usage_statistics_enabled == Some(false) && settings.ensure_publishing {
        management.enable_publishing().await?;
        switched_on();
        facts.usage_statistics_enabled = management.config().await?.usage_statistics_enabled;
        tracing::info!("switched the gateway's usage publishing on");
    }
    Ok(GatewayFacts {
        warnings: warnings(&facts, settings),
        version: facts.version,
        retention_s: facts.retention_s,
        usage_statistics_enabled: facts.usage_statistics_enabled,
        checked_at_ms: now_ms(),
    })
}

#[derive(Deserialize)]
struct AuthFiles {
    #[serde(default)]
    files: Vec<AuthFile>,
}

#[derive(Deserialize)]
struct AuthFile {
    #[serde(default)]
    auth_index: String,
    #[serde(default)]
    success: Option<u64>,
    #[serde(default)]
    failed: Option<u64>,
}

/// The requests that the gateway has counted since it was started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Counted {
    /// Over all credentials.
    total: u64,
    /// By `auth_index`.
    by_credential: HashMap<String, u64>,
}

impl Counted {
    /// Reads a credential list; `None` when it is none.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let list: AuthFiles = serde_json::from_slice(body).ok()?;
        let mut counted = Self::default();
        for file in list.files {
            let requests = file.success.unwrap_or(0).saturating_add(file.failed.unwrap_or(0));
            counted.total = counted.total.saturating_add(requests);
            if !file.auth_index.is_empty() {
                counted.by_credential.insert(file.auth_index, requests);
            }
        }
        Some(counted)
    }

    /// Whether the gateway was started anew since `earlier`: the counters live as long as its process. Their sum fell, or
    /// half of them did where little had been counted. Only credentials that both know count, because a removed one takes its
    /// requests along. `None`: there was nothing to compare.
    pub(crate) fn restarted_since(&self, earlier: &Self) -> Option<bool> {
        let known: Vec<_> = earlier
            .by_credential
            .iter()
            .filter_map(|(index, before)| self.by_credential.get(index).map(|now| (*before, *now)))
            .collect();
        let sum = |total: u64, one: u64| total.saturating_add(one);
        let before = known.iter().fold(0, |total, (before, _)| sum(total, *before));
        let now = known.iter().fold(0, |total, (_, now)| sum(total, *now));
        let used = known.iter().filter(|(before, _)| *before > 0).count();
        let fallen = known.iter().filter(|(before, now)| now < before).count();
        (before > 0).then_some(now < before || fallen * 2 >= used)
    }
}

/// What is remembered from one look at the credential list to the next.
#[derive(Debug, Default)]
struct Looks {
    rival: RivalWatch,
    last: Option<(Instant, i64, Counted)>,
}

/// Compares the gateway's request counters with the records that arrive. Pure.
#[derive(Debug, Default)]
pub(crate) struct RivalWatch {
    last: Option<Observation>,
    silent_since_ms: i64,
    silent_requests: u64,
}

#[derive(Debug, Clone, Copy)]
struct Observation {
    at_ms: i64,
    counted: u64,
    received: u64,
}

impl RivalWatch {
    /// Takes one look. `connected_since_ms` is the beginning of the connection that should have delivered.
    pub(crate) fn observe(
        &mut self,
        at_ms: i64,
        counted: u64,
        received: u64,
        connected_since_ms: i64,
    ) -> Option<RivalSuspicion> {
        let last = self.last.replace(Observation { at_ms, counted, received });
        let last = last.filter(|last| last.at_ms >= connected_since_ms);
        // Counters start from zero when the gateway restarts.
        let rise = last.and_then(|last| counted.checked_sub(last.counted));
        let silent = last.is_some_and(|last| last.received == received);
        let (Some(last), Some(rise), true) = (last, rise, silent) else {
            self.silent_requests = 0;
            return None;
        };
        if self.silent_requests == 0 {
            self.silent_since_ms = last.at_ms;
        }
        self.silent_requests += rise;
        (self.silent_requests >= RIVAL_REQUESTS).then(|| RivalSuspicion {
            since_ms: self.silent_since_ms,
            counted_requests: self.silent_requests,
            warning: Warning::new(Code::RivalSuspected, ""),
        })
    }
}

impl Run {
    /// Reads facts and credentials while connected: at once, every few minutes, and after a refresh message.
    pub(crate) async fn keep_house(self: Arc<Self>) {
        let Ok(management) = self.management.clone() else { return };
        let timings = self.shared.timings.clone();
        let mut core = self.shared.core();
        let mut looks = Looks::default();
        loop {
            if core.wait_for(|core| core.state == State::Running).await.is_err() {
                return;
            }
            let (mut facts_due, mut list_due) = (Instant::now(), Instant::now());
            while core.borrow().state == State::Running && self.speaks() {
                let now = Instant::now();
                if facts_due <= now {
                    facts_due = now + timings.facts_every;
                    self.refresh_facts(&management).await;
                }
                if list_due <= now {
                    list_due = now + timings.auth_files_every;
                    self.refresh_credentials(&management, &mut looks).await;
                }
                tokio::select! {
                    () = self.stop.cancelled() => return,
                    () = sleep_until(facts_due.min(list_due)) => {}
                    () = self.shared.refresh.notified() => {
                        list_due = list_due.min(Instant::now() + timings.refresh_debounce);
                    }
                    changed = core.wait_for(|core| core.state != State::Running) => {
                        if changed.is_err() {
                            return;
                        }
                    }
                }
            }
            if self.stop.is_cancelled() || !self.speaks() {
                return;
            }
        }
    }

    async fn refresh_facts(&self, management: &Management) {
        let settings = self.settings();
        let switched_on = || self.shared.emit(CollectorEvent::PublishingEnabled);
        let facts = match read_facts(management, &settings, switched_on).await {
            Ok(facts) => facts,
            Err(failure) => {
                tracing::debug!(code = failure.code.as_str(), "gateway facts: {failure}");
                let known = self.shared.core().borrow().gateway.clone().unwrap_or_default();
                let mut warnings = known.warnings;
                warnings.retain(|warning| warning.code != Code::FactsUnavailable.as_str());
                warnings.push(Warning::new(Code::FactsUnavailable, &failure.to_string()));
                GatewayFacts { warnings, checked_at_ms: now_ms(), ..known }
            }
        };
        if !self.speaks() {
            return;
        }
        let known = self.shared.core().borrow().gateway.clone().unwrap_or_default();
        for warning in facts.warnings.iter().filter(|warning| !known.warnings.contains(warning)) {
            tracing::warn!(code = warning.code, hint = warning.hint, "collector: {}", warning.text);
        }
        self.shared.update(|core| core.gateway = Some(facts.clone()));
        self.shared.emit(CollectorEvent::Facts(facts));
    }

    async fn refresh_credentials(&self, management: &Management, looks: &mut Looks) {
        let began = self.connected_since();
        let body = management.auth_files().await;
        let counted = match &body {
            Ok(body) => count_elsewhere(body.clone()).await,
            Err(_) => None,
        };
        // A look that the connection did not outlive says nothing about the time after it.
        if self.speaks() && began.is_some() && began == self.connected_since() {
            self.judge_restart(looks, counted.clone());
        }
        let body = match body {
            Ok(body) => body,
            Err(failure) => {
                tracing::debug!(%failure, "credential list");
                return;
            }
        };
        self.shared.emit(CollectorEvent::AuthFiles(body));
        let (since, publishes) = {
            let core = self.shared.core();
            let core = core.borrow();
            let facts = core.gateway.as_ref();
            (core.connected_since_ms, facts.and_then(|facts| facts.usage_statistics_enabled) == Some(true))
        };
        let (Some(counted), Some(since), true) = (counted, since, publishes) else { return };
        let suspicion = looks.rival.observe(now_ms(), counted.total, self.shared.received(), since);
        if self.shared.core().borrow().rival != suspicion {
            if let Some(suspicion) = &suspicion {
                tracing::warn!(hint = suspicion.warning.hint, "collector: {}", suspicion.warning.text);
            }
            self.shared.update(|core| core.rival.clone_from(&suspicion));
            self.shared.emit(CollectorEvent::Rival(suspicion));
        }
    }

    fn connected_since(&self) -> Option<i64> {
        self.shared.core().borrow().connected_since_ms
    }

    /// Tells the book of gaps whether the gateway was restarted since the last look, and reports a restart that no
    /// failure has shown: a poller that waits between two polls does not notice it.
    fn judge_restart(&self, looks: &mut Looks, counted: Option<Counted>) {
        let restarted = match (&counted, &looks.last) {
            (Some(counted), Some((_, _, earlier))) => counted.restarted_since(earlier),
            _ => None,
        };
        let unnoticed = restarted == Some(true)
            && matches!(self.shared.core().borrow().transport, Some(Transport::Http | Transport::Resp));
        if let Some((at, at_ms, _)) = looks.last.as_ref().filter(|_| unnoticed)
            && !self.shared.book().had_gap_since(at.into_std())
        {
            self.shared.report_restart(*at_ms);
        }
        self.shared.book().gateway_seen(restarted);
        if let Some(counted) = counted {
            looks.last = Some((Instant::now(), now_ms(), counted));
        }
    }
}

async fn count_elsewhere(body: Bytes) -> Option<Counted> {
    if body.len() < PARSE_ELSEWHERE {
        return Counted::parse(&body);
    }
    tokio::task::spawn_blocking(move || Counted::parse(&body)).await.ok().flatten()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::time::Duration;

    use super::*;

    #[test]
    fn versions_are_compared_as_numbers_and_dev_is_unknown() {
        assert_eq!(parse_version("v7.2.140"), Some([7, 2, 140]));
        assert_eq!(parse_version("6.10.8-rc1"), Some([6, 10, 8]));
        assert_eq!(parse_version("dev"), None);
        assert_eq!(parse_version("7.2"), None);
        let codes = |version: &str| {
            let facts = ConfigFacts {
                version: Some(version.to_owned()),
                retention_s: Some(60),
                usage_statistics_enabled: Some(true),
            };
            warnings(&facts, &CollectorSettings::default()).first().map(|warning| warning.code)
        };
        assert_eq!(codes("6.9.38"), Some("version_too_old"));
        assert_eq!(codes("v6.10.7"), Some("version_too_old"));
        assert_eq!(codes("6.10.8"), Some("version_advised"));
        assert_eq!(codes("7.1.39"), None);
        assert_eq!(codes("dev"), None);
    }

    #[test]
    fn publishing_and_the_poll_interval_are_checked() {
        let facts =
            ConfigFacts { version: None, retention_s: Some(60), usage_statistics_enabled: Some(false) };
        let settings =
            CollectorSettings { poll_interval: Duration::from_secs(61), ..CollectorSettings::default() };
        let codes: Vec<&str> = warnings(&facts, &settings).iter().map(|warning| warning.code).collect();
        assert_eq!(codes, ["publishing_off", "poll_interval_exceeds_retention"]);
    }

    #[test]
    fn counters_are_summed_over_credentials() {
        let body = br#"{"files":[{"success":9,"failed":45,"recent_requests":[{"success":7}]},{"name":"x"}]}"#;
        assert_eq!(Counted::parse(body).unwrap().total, 54);
        assert_eq!(Counted::parse(b"<html>"), None);
    }

    #[test]
    fn counters_that_fall_mean_a_restart_and_a_removed_credential_does_not() {
        let counted = |list: &[(&str, u64)]| {
            let files: Vec<_> = list
                .iter()
                .map(|(index, success)| serde_json::json!({"auth_index": index, "success": success}))
                .collect();
            Counted::parse(serde_json::json!({ "files": files }).to_string().as_bytes()).unwrap()
        };
        let before = counted(&[("a", 20), ("b", 5)]);
        assert_eq!(counted(&[("a", 20), ("b", 6)]).restarted_since(&before), Some(false));
        assert_eq!(counted(&[("a", 2), ("b", 9)]).restarted_since(&before), Some(true));
        assert_eq!(counted(&[("a", 90), ("b", 2)]).restarted_since(&before), Some(true), "half of them fell");
        assert_eq!(counted(&[("b", 5)]).restarted_since(&before), Some(false));
        assert_eq!(counted(&[("c", 3)]).restarted_since(&before), None);
        assert_eq!(before.restarted_since(&counted(&[("a", 0)])), None, "nothing was counted yet");
    }

    #[test]
    fn a_rival_is_suspected_when_requests_are_counted_and_no_record_comes() {
        let mut watch = RivalWatch::default();
        assert_eq!(watch.observe(100, 10, 7, 50), None, "the first look");
        assert_eq!(watch.observe(200, 13, 7, 50), None, "too few");
        let suspicion = watch.observe(300, 16, 7, 50).unwrap();
        assert_eq!((suspicion.since_ms, suspicion.counted_requests), (100, 6));
        assert_eq!(watch.observe(400, 20, 8, 50), None, "a record came");
        assert_eq!(watch.observe(500, 4, 8, 50), None, "the gateway restarted");
        assert_eq!(watch.observe(600, 40, 8, 550), None, "connected in between");
        assert!(watch.observe(700, 50, 8, 550).is_some());
    }
}
