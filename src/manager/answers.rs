//! Documents of the HTTP contract, made from what the rooms know.

use api::ApiError;
use api::types::config::ConnectionCheck;
use api::types::status::{
    CollectorErrorDocument, CountersDocument, GapDocument, GatewayDocument, QueueDepthsDocument,
    RivalDocument, WarningDocument,
};
use collector::{Code, CollectorStatus, Failure, Gap, GatewayFacts, LastError, ProbeReport, State, Warning};
use http::StatusCode;
use store::StoredGap;

/// A gap as `/status` shows it.
pub fn gap_document(stored: StoredGap) -> GapDocument {
    let gap = stored.gap;
    GapDocument {
        id: stored.id,
        kind: gap.kind,
        from_ms: gap.from_ms,
        to_ms: gap.to_ms,
        retention_seconds: gap.retention_s.and_then(|seconds| u64::try_from(seconds).ok()),
        detail: gap.detail,
        lost_estimate: gap.lost_estimate,
        lossy: !gap.covered,
    }
}

/// The gap that lasts, as it would be if it ended now.
pub fn open_gap_document(gap: Gap) -> GapDocument {
    GapDocument {
        id: 0,
        kind: gap.kind.as_str().to_owned(),
        from_ms: gap.from_ms,
        to_ms: None,
        retention_seconds: Some(u64::from(gap.retention_s)),
        detail: gap.detail,
        lost_estimate: gap.lost_estimate.map(|lost| i64::try_from(lost).unwrap_or(i64::MAX)),
        lossy: !gap.covered,
    }
}

/// The finer state of the collector.
pub fn state_name(state: State) -> &'static str {
    match state {
        State::Stopped => "stopped",
        State::Starting => "starting",
        State::Running => "running",
        State::Error => "error",
        State::KeyRefused | State::Held { .. } => "key_refused",
        State::Banned { .. } => "banned",
    }
}

fn stage_name(error: &LastError) -> &'static str {
    use collector::Stage;
    match error.stage {
        Stage::Connect => "connect",
        Stage::Auth => "auth",
        Stage::Subscribe => "subscribe",
        Stage::Http => "http",
        Stage::Consume => "consume",
    }
}

/// The last error in parts.
pub fn error_document(error: &LastError) -> CollectorErrorDocument {
    CollectorErrorDocument {
        stage: stage_name(error).to_owned(),
        code: error.code.to_owned(),
        text: error.text.clone(),
        hint: error.hint.to_owned(),
        at_ms: error.at_ms,
    }
}

/// A warning as it is shown.
pub fn warning_document(warning: &Warning) -> WarningDocument {
    WarningDocument {
        code: warning.code.to_owned(),
        text: warning.text.clone(),
        hint: warning.hint.to_owned(),
    }
}

/// What the gateway said of itself.
pub fn gateway_document(facts: &GatewayFacts) -> GatewayDocument {
    GatewayDocument {
        version: facts.version.clone(),
        retention_seconds: facts.retention_s.map(u64::from),
        usage_statistics_enabled: facts.usage_statistics_enabled,
        checked_at: facts.checked_at_ms,
        warnings: facts.warnings.iter().map(warning_document).collect(),
    }
}

/// Signs of a rival consumer.
pub fn rival_document(status: &CollectorStatus) -> Option<RivalDocument> {
    status.rival_suspected.as_ref().map(|rival| RivalDocument {
        since_ms: rival.since_ms,
        text: rival.warning.text.clone(),
        hint: rival.warning.hint.to_owned(),
    })
}

/// What waits in memory.
pub fn depths(status: &CollectorStatus, capacity: u64, writer_events: u64) -> QueueDepthsDocument {
    QueueDepthsDocument {
        intake_items: status.queue_items,
        intake_bytes: status.queue_bytes,
        intake_limit_bytes: capacity,
        intake_high_water_bytes: status.queue_high_water_bytes,
        writer_events,
    }
}

/// The collector's own counters; the recorder's are added by the caller.
pub fn counters(status: &CollectorStatus) -> CountersDocument {
    CountersDocument {
        received: status.received,
        lost_estimate: status.lost_estimate,
        reconnects: status.reconnects,
        ..CountersDocument::default()
    }
}

/// What a caller is told when the gateway, or our own limit, refuses.
///
/// Answers of the gateway's management API keep the contract's code `management_api_validation_failed`; `reason` says
/// which refusal it was.
pub fn refusal(code: &str, text: &str, hint: &str, wait: Option<std::time::Duration>) -> ApiError {
    const OF_THE_API: [&str; 5] = [
        "wrong_key",
        "remote_management_disabled",
        "management_disabled",
        "management_key_not_set",
        "home_mode",
    ];
    let status = match code {
        "attempts_spent" | "banned" => StatusCode::TOO_MANY_REQUESTS,
        "invalid_url" => StatusCode::BAD_REQUEST,
        _ => StatusCode::BAD_GATEWAY,
    };
    let contract = if OF_THE_API.contains(&code) { "management_api_validation_failed" } else { code };
    let error = ApiError::new(status, contract, text).with_reason(code).with_hint(hint);
    match wait {
        Some(wait) => error.with_retry_after(wait.as_secs().max(1)),
        None => error,
    }
}

/// [`refusal`] for a failure of the collector's kind.
pub fn failure(failure: &Failure) -> ApiError {
    let row = failure.code.refusal();
    refusal(row.code, &failure.to_string(), row.remedy, failure.wait)
}

/// A line of a test.
pub fn line(name: &str, state: &str, text: impl Into<String>) -> ConnectionCheck {
    let (name, state) = (name.to_owned(), state.to_owned());
    ConnectionCheck { name, state, code: None, text: text.into(), hint: None }
}

/// A line about something that failed, with its next step.
pub fn failed_line(name: &str, error: &LastError) -> ConnectionCheck {
    let (code, hint) = (Some(error.code.to_owned()), Some(error.hint.to_owned()));
    ConnectionCheck { code, hint, ..line(name, "failed", error.text.clone()) }
}

/// The lines of a connection test.
pub fn checks(report: &ProbeReport) -> Vec<ConnectionCheck> {
    let skipped = |name: &str| line(name, "skipped", "not tested".to_owned());
    let warned = |name: &str, codes: &[Code]| {
        let found =
            report.warnings.iter().find(|warning| codes.iter().any(|code| code.as_str() == warning.code));
        found.map(|warning| ConnectionCheck {
            code: Some(warning.code.to_owned()),
            hint: Some(warning.hint.to_owned()),
            ..line(name, "warn", warning.text.clone())
        })
    };
    if let Some(error) = &report.failure {
        let about_key =
            ["wrong_key", "attempts_spent", "banned", "remote_management_disabled"].contains(&error.code);
        let (http, key) = if about_key {
            (line("http", "ok", "the gateway answers over HTTP".to_owned()), failed_line("key", error))
        } else {
            (failed_line("http", error), skipped("key"))
        };
        return [http, key]
            .into_iter()
            .chain(["version", "publishing", "retention", "resp"].map(skipped))
            .collect();
    }
    let version = report.version.as_deref().unwrap_or("unknown");
    let publishing = match report.usage_statistics_enabled {
        Some(true) => line("publishing", "ok", "the gateway publishes usage".to_owned()),
        _ => line(
            "publishing",
            "warn",
            "the gateway does not publish usage yet; it is switched on at set-up".to_owned(),
        ),
    };
    let retention = match report.retention_s {
        Some(seconds) => format!("the gateway keeps records for {seconds} s"),
        None => "the gateway does not say how long it keeps records; 60 s is assumed".to_owned(),
    };
    let resp = match (&report.resp_failure, report.resp_available) {
        (Some(error), _) => ConnectionCheck { state: "warn".to_owned(), ..failed_line("resp", error) },
        (None, Some(true)) => line("resp", "ok", "records can be pushed to the manager".to_owned()),
        (None, _) => skipped("resp"),
    };
    vec![
        line("http", "ok", "the gateway answers over HTTP".to_owned()),
        line("key", "ok", "the gateway accepts the management key".to_owned()),
        warned("version", &[Code::VersionTooOld, Code::VersionAdvised])
            .unwrap_or_else(|| line("version", "ok", format!("version {version}"))),
        publishing,
        warned("retention", &[Code::PollIntervalTooLong])
            .unwrap_or_else(|| line("retention", "ok", retention)),
        resp,
    ]
}
