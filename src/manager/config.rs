//! The saved configuration: defaults, validation, presence-aware merging (`manager-http-api.md` §6.2).
//!
//! Absent members of a save keep their value, also those that the reference resets; nothing is lost by a client that
//! knows fewer members.

use api::types::config::{
    CollectorConfig, ExternalUsageService, InspectionConfig, InspectionSchedule, ManagerConfig,
};
use api::{ApiError, ApiResult};
use http::StatusCode;

/// The defaults of account inspection; the part that inspects comes later, its settings are kept from the first day.
fn default_inspection() -> InspectionConfig {
    InspectionConfig {
        enabled: Some(false),
        schedule: Some(InspectionSchedule {
            mode: Some("interval".to_owned()),
            interval_minutes: Some(60),
            ..InspectionSchedule::default()
        }),
        target_types: Some(vec!["codex".to_owned()]),
        target_type: Some("codex".to_owned()),
        workers: Some(4),
        delete_workers: Some(4),
        timeout: Some(15_000),
        user_agent: Some("codex_cli_rs/0.76.0 (Debian 13.0.0; x86_64) WindowsTerminal".to_owned()),
        xai_inference_user_agent: Some("xai-grok-workspace/0.2.101".to_owned()),
        xai_inference_model: Some("grok-4.5".to_owned()),
        xai_inference_prompt: Some("Reply with exactly OK.".to_owned()),
        used_percent_threshold: Some(100.0),
        auto_action_mode: Some("none".to_owned()),
        ..InspectionConfig::default()
    }
}

/// Fills every member that a saved configuration lacks.
pub fn with_defaults(mut config: ManagerConfig) -> ManagerConfig {
    let saved = config.codex_inspection.take().unwrap_or_default();
    // Merging what was saved before cannot fail; if a file was edited by hand, the defaults stand in.
    let inspection = merge_inspection(default_inspection(), saved).unwrap_or_else(|_| default_inspection());
    config.codex_inspection = Some(inspection);
    config.external_usage_service = Some(ExternalUsageService::default());
    config
}

/// Replaces what the update carries.
///
/// # Errors
/// 400 with a stable code for a value that cannot be used.
pub fn merge(saved: ManagerConfig, update: ManagerConfig) -> ApiResult<ManagerConfig> {
    let mut merged = with_defaults(saved);
    if let Some(collector) = update.collector {
        merged.collector = Some(merge_collector(merged.collector.unwrap_or_default(), collector));
    }
    if let Some(inspection) = update.codex_inspection {
        let base = merged.codex_inspection.take().unwrap_or_default();
        merged.codex_inspection = Some(merge_inspection(base, inspection)?);
    }
    Ok(merged)
}

fn text(value: Option<String>) -> Option<String> {
    value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn positive(value: Option<i64>) -> Option<i64> {
    value.filter(|number| *number > 0)
}

/// Unknown modes mean `auto`, as in the reference.
pub fn collector_mode(name: &str) -> collector::Mode {
    match name.trim() {
        "subscribe" => collector::Mode::Subscribe,
        "http" => collector::Mode::Http,
        "resp" => collector::Mode::Resp,
        _ => collector::Mode::Auto,
    }
}

/// The word of the contract for a mode.
pub fn mode_name(mode: collector::Mode) -> &'static str {
    match mode {
        collector::Mode::Auto => "auto",
        collector::Mode::Subscribe => "subscribe",
        collector::Mode::Http => "http",
        collector::Mode::Resp => "resp",
    }
}

fn merge_collector(saved: CollectorConfig, update: CollectorConfig) -> CollectorConfig {
    let mode = text(update.collector_mode).map(|name| mode_name(collector_mode(&name)).to_owned());
    let side = text(update.pop_side).filter(|side| side == "left" || side == "right");
    CollectorConfig {
        enabled: update.enabled.or(saved.enabled),
        collector_mode: mode.or(saved.collector_mode),
        queue: text(update.queue).or(saved.queue),
        pop_side: side.or(saved.pop_side),
        batch_size: positive(update.batch_size).or(saved.batch_size),
        poll_interval_ms: positive(update.poll_interval_ms).or(saved.poll_interval_ms),
        query_limit: positive(update.query_limit).or(saved.query_limit),
        tls_skip_verify: update.tls_skip_verify.or(saved.tls_skip_verify),
        ensure_usage_statistics_enabled: update
            .ensure_usage_statistics_enabled
            .or(saved.ensure_usage_statistics_enabled),
    }
}

fn merge_inspection(saved: InspectionConfig, update: InspectionConfig) -> ApiResult<InspectionConfig> {
    let targets = match (update.target_types, text(update.target_type)) {
        (Some(list), _) => Some(inspection_targets(&list)?),
        (None, Some(one)) => Some(inspection_targets(&[one])?),
        (None, None) => saved.target_types,
    };
    let schedule = match update.schedule {
        Some(schedule) => Some(merge_schedule(saved.schedule.unwrap_or_default(), schedule)?),
        None => saved.schedule,
    };
    let action = text(update.auto_action_mode)
        .map(|mode| mode.to_ascii_lowercase())
        .filter(|mode| ["none", "enable", "disable", "delete"].contains(&mode.as_str()));
    Ok(InspectionConfig {
        enabled: update.enabled.or(saved.enabled),
        schedule,
        target_type: targets.as_ref().and_then(|list| list.first().cloned()),
        target_types: targets,
        delete_workers: positive(update.delete_workers).or(positive(update.workers)).or(saved.delete_workers),
        workers: positive(update.workers).or(saved.workers),
        timeout: positive(update.timeout).or(saved.timeout),
        retries: update.retries.filter(|retries| *retries >= 0).or(saved.retries),
        sample_size: update.sample_size.filter(|size| *size >= 0).or(saved.sample_size),
        user_agent: text(update.user_agent).or(saved.user_agent),
        xai_inference_user_agent: text(update.xai_inference_user_agent).or(saved.xai_inference_user_agent),
        xai_inference_enabled: update.xai_inference_enabled.or(saved.xai_inference_enabled),
        xai_inference_model: text(update.xai_inference_model).or(saved.xai_inference_model),
        xai_inference_prompt: text(update.xai_inference_prompt).or(saved.xai_inference_prompt),
        used_percent_threshold: update
            .used_percent_threshold
            .and_then(usable_percent)
            .or(saved.used_percent_threshold),
        auto_action_mode: action.or(saved.auto_action_mode),
        auto_recover_enabled: update.auto_recover_enabled.or(saved.auto_recover_enabled),
    })
}

/// Values up to 1 are shares of one, as in the reference; 0 and values outside 0 to 100 are not used.
fn usable_percent(value: f64) -> Option<f64> {
    let percent = if value > 0.0 && value <= 1.0 { value * 100.0 } else { value };
    (percent > 0.0 && percent <= 100.0).then_some(percent)
}

fn inspection_targets(list: &[String]) -> ApiResult<Vec<String>> {
    const KNOWN: [&str; 2] = ["codex", "xai"];
    let wanted: Vec<String> = list.iter().map(|target| target.trim().to_ascii_lowercase()).collect();
    if wanted.is_empty() || wanted.iter().any(|target| !KNOWN.contains(&target.as_str())) {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "invalid_target_types",
            "targetTypes must name codex, xai or both",
        ));
    }
    Ok(KNOWN
        .iter()
        .filter(|known| wanted.iter().any(|target| target == *known))
        .map(|s| (*s).to_owned())
        .collect())
}

fn merge_schedule(saved: InspectionSchedule, update: InspectionSchedule) -> ApiResult<InspectionSchedule> {
    let zone = text(update.time_zone);
    if let Some(name) = &zone
        && jiff::tz::TimeZone::get(name).is_err()
    {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "invalid_time_zone",
            "timeZone must be an IANA name such as Europe/Berlin",
        ));
    }
    let points = update.time_points.map(|points| time_points(&points)).filter(|points| !points.is_empty());
    let asked = text(update.mode).filter(|mode| mode == "interval" || mode == "time_points");
    let inferred = match (&points, positive(update.interval_minutes)) {
        (Some(_), _) => Some("time_points".to_owned()),
        (None, Some(_)) => Some("interval".to_owned()),
        (None, None) => None,
    };
    let time_points = points.or(saved.time_points);
    let mode = asked.or(inferred).or(saved.mode).unwrap_or_else(|| "interval".to_owned());
    let mode = if mode == "time_points" && time_points.is_none() { "interval".to_owned() } else { mode };
    Ok(InspectionSchedule {
        mode: Some(mode),
        time_points,
        interval_minutes: positive(update.interval_minutes).or(saved.interval_minutes),
        time_zone: zone.or(saved.time_zone),
    })
}

/// `H:M` texts as sorted, distinct `HH:MM`; others are dropped.
fn time_points(points: &[String]) -> Vec<String> {
    let mut valid: Vec<String> = points
        .iter()
        .filter_map(|point| {
            let (hour, minute) = point.trim().split_once(':')?;
            let (hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
        })
        .collect();
    valid.sort();
    valid.dedup();
    valid
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn merged(update: serde_json::Value) -> ApiResult<ManagerConfig> {
        merge(ManagerConfig::default(), serde_json::from_value(update).unwrap())
    }

    #[test]
    fn absent_members_are_kept() {
        let first = merged(serde_json::json!({
            "collector": {"batchSize": 7, "tlsSkipVerify": true, "collectorMode": "http"},
            "codexInspection": {"retries": 3, "sampleSize": 5, "autoRecoverEnabled": true}
        }))
        .unwrap();
        let update =
            serde_json::json!({"collector": {"batchSize": 0, "popSide": "up", "collectorMode": "odd"}});
        let second = merge(first.clone(), serde_json::from_value(update).unwrap()).unwrap();
        let collector = second.collector.unwrap();
        assert_eq!((collector.batch_size, collector.tls_skip_verify), (Some(7), Some(true)));
        assert_eq!((collector.collector_mode.as_deref(), collector.pop_side), (Some("auto"), None));
        assert_eq!(second.codex_inspection, first.codex_inspection);
    }

    #[test]
    fn schedules_are_normalised() {
        let config = merged(
            serde_json::json!({"codexInspection": {"schedule": {"timePoints": ["9:5", "25:00", "09:05", "x"]}}}),
        );
        let schedule = config.unwrap().codex_inspection.unwrap().schedule.unwrap();
        assert_eq!(schedule.time_points, Some(vec!["09:05".to_owned()]));
        assert_eq!(schedule.mode.as_deref(), Some("time_points"));
        let config = merged(
            serde_json::json!({"codexInspection": {"schedule": {"mode": "time_points", "timePoints": []}}}),
        );
        assert_eq!(
            config.unwrap().codex_inspection.unwrap().schedule.unwrap().mode.as_deref(),
            Some("interval")
        );
    }

    #[test]
    fn unusable_values_name_their_code() {
        let code = |update| merged(update).unwrap_err().body.code;
        let zone = serde_json::json!({"codexInspection": {"schedule": {"timeZone": "Mars/Olympus"}}});
        assert_eq!(code(zone), "invalid_time_zone");
        assert_eq!(code(serde_json::json!({"codexInspection": {"targetTypes": []}})), "invalid_target_types");
        assert_eq!(
            code(serde_json::json!({"codexInspection": {"targetType": "foo"}})),
            "invalid_target_types"
        );
    }

    #[test]
    fn thresholds_up_to_one_are_shares() {
        let threshold = |value: f64| {
            let update = serde_json::json!({"codexInspection": {"usedPercentThreshold": value}});
            merged(update).unwrap().codex_inspection.unwrap().used_percent_threshold
        };
        assert_eq!(threshold(0.5), Some(50.0));
        assert_eq!(threshold(1.0), Some(100.0));
        assert_eq!(threshold(80.0), Some(80.0));
        assert_eq!(threshold(0.0), Some(100.0));
        assert_eq!(threshold(101.0), Some(100.0));
    }
}
