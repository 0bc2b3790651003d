//! The live test of the collector: what works from here.

use api::ApiResult;
use api::types::config::{CollectorTestAnswer, ConnectionCheck};
use collector::{Code, TrialReport, Tried};

use super::answers::{failed_line, line};
use super::setup::usable;
use super::{Manager, connection};

/// The state of something that was not tried.
const UNKNOWN: &str = "unknown";

impl Manager {
    /// Tries the connected gateway. A person asked, so a key that was refused is tried once more.
    pub(super) async fn run_trial(&self) -> ApiResult<CollectorTestAnswer> {
        let connection = self.connection();
        let ready = usable(&connection)?;
        let saved = super::lock(&self.current).saved.config();
        let settings = connection::collector_settings(&self.settings, &saved);
        self.key_guard.retry(&ready.upstream);
        let report =
            collector::try_everything(&ready.upstream, &settings, &self.timings, &self.key_guard).await;
        if let Some(lost) = report.lost.clone() {
            tracing::warn!(kind = lost.kind.as_str(), "live test: {}", lost.detail);
            self.reports.gap(lost);
        }
        Ok(answer(&report))
    }
}

/// A row of the table of refusals as a failure.
fn refused(name: &str, code: Code) -> ConnectionCheck {
    let row = code.refusal();
    let (code, hint) = (Some(row.code.to_owned()), Some(row.remedy.to_owned()));
    ConnectionCheck { code, hint, ..line(name, "failed", row.text) }
}

fn tried(name: &str, tried: &Tried, works: &str) -> ConnectionCheck {
    match tried {
        Tried::Works => line(name, "ok", works),
        Tried::Failed(error) => failed_line(name, error),
        Tried::Unknown => line(name, UNKNOWN, "not tried"),
    }
}

fn answer(report: &TrialReport) -> CollectorTestAnswer {
    let probe = &report.probe;
    let key = match &probe.failure {
        None => line("key", "ok", "the gateway answers over HTTP and takes the management key"),
        Some(error) => failed_line("key", error),
    };
    let resp = match (&probe.resp_failure, probe.resp_available) {
        (Some(error), _) => failed_line("resp", error),
        (None, Some(true)) => line("resp", "ok", "the gateway takes the management key over RESP"),
        (None, _) => line("resp", UNKNOWN, "not tried"),
    };
    let publishing = match probe.usage_statistics_enabled {
        Some(true) => line("publishing", "ok", "the gateway publishes usage records"),
        Some(false) => refused("publishing", Code::PublishingOff),
        None => line("publishing", UNKNOWN, "the gateway did not say whether it publishes usage records"),
    };
    let too_short = probe.warnings.iter().find(|warning| warning.code == Code::PollIntervalTooLong.as_str());
    let retention = match (too_short, probe.retention_s) {
        (Some(warning), _) => {
            ConnectionCheck { text: warning.text.clone(), ..refused("retention", Code::PollIntervalTooLong) }
        }
        (None, Some(seconds)) => {
            line("retention", "ok", format!("the gateway keeps records that nobody takes for {seconds} s"))
        }
        (None, None) => line("retention", UNKNOWN, "the gateway did not say how long it keeps records"),
    };
    CollectorTestAnswer {
        ok: report.transport.is_some() && probe.usage_statistics_enabled != Some(false),
        transport: report.transport.map(|transport| transport.as_str().to_owned()),
        retention_seconds: probe.retention_s.map(u64::from),
        checks: vec![
            key,
            resp,
            tried("subscribe", &report.subscribe, "records can be pushed to the manager as they come"),
            tried("http", &report.queue, "records can be taken from the HTTP queue"),
            publishing,
            retention,
        ],
    }
}
