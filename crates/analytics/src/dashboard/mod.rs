//! `GET /v0/management/dashboard/summary`. The server does not know the zone: slots are fixed offsets from the start of
//! the caller's day.

mod answer;
mod figures;

use std::sync::Arc;

pub use answer::*;
use columns::{Answer, Dictionaries, Dimension, Filter, Group, Plan, Rows, Sums};
use figures::{
    activity, channel_health, cost_rank, failing_sources, health, today, token_mix, top_models, traffic,
};

use crate::buckets::DAY_MS;
use crate::dictionary::{MEMBERS, Profiles};
use crate::error::RequestError;
use crate::plan::{Found, Planner, Slot};
use crate::sections::events::{Events, failures};
use crate::sections::models::unpriced;
use crate::sections::summary::ROLLING_MINUTES;
use crate::sections::{total, total_of_members};

/// Width of a slot of the health timeline, milliseconds.
const SLOT_MS: i64 = 600_000;
/// Slots of a day.
const SLOTS: usize = (DAY_MS / SLOT_MS) as usize;
/// Models and failures listed unless asked otherwise.
const DEFAULT_LISTED: i64 = 5;
/// Most models and failures listed.
pub const MAX_LISTED: usize = 1000;

/// What the dashboard is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DashboardRequest {
    /// Start of the caller's day, Unix milliseconds.
    pub today_start_ms: i64,
    /// Now.
    pub now_ms: i64,
    /// Models of the rankings; 5 when not positive.
    pub top_models: i64,
    /// Failures listed; 5 when not positive.
    pub recent_failures: i64,
}

/// A request with its plan.
pub struct Dashboard {
    request: DashboardRequest,
    dictionaries: Dictionaries,
    plan: Plan,
    members: Slot,
    slots: Slot,
    failures: Slot,
    rolling: Slot,
    top: usize,
}

impl Dashboard {
    /// Plans a request.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn new(request: DashboardRequest, dictionaries: Dictionaries) -> Result<Self, RequestError> {
        let DashboardRequest { today_start_ms: start, now_ms: now, .. } = request;
        if start <= 0 {
            return Err(RequestError::invalid("today_start_ms must be a positive integer"));
        }
        if now < start {
            return Err(RequestError::invalid("now_ms must not be before today_start_ms"));
        }
        let listed = |name, asked: i64| {
            let asked = if asked > 0 { asked } else { DEFAULT_LISTED };
            let listed = usize::try_from(asked).unwrap_or(usize::MAX);
            if listed > MAX_LISTED {
                return Err(RequestError::TooLarge { name, most: MAX_LISTED });
            }
            Ok(listed)
        };
        let top = listed("top_models", request.top_models)?;
        let limit = listed("recent_failures", request.recent_failures)?;
        let mut planner = Planner::default();
        let today = planner.scan(start..now, Filter::default());
        let by = Profiles::new(&dictionaries).all_ids(&MEMBERS);
        let members = planner.group(today, Group { by, ..Group::default() });
        let bounds = (0..=SLOTS as i64).map(|slot| start.saturating_add(slot * SLOT_MS)).collect();
        let values = Arc::new((0..SLOTS as u32).collect());
        let time = Dimension::Time { bounds: Arc::new(bounds), values, len: SLOTS as u32 };
        let light = |by| Group { by, percentiles: Vec::new(), light: true };
        let slots = planner.group(today, light(vec![time]));
        let failures = planner.rows(today, Rows::Newest { limit, before: None, failed_only: true });
        let window = now.saturating_sub(ROLLING_MINUTES * 60_000)..now;
        let recent = planner.scan(window, Filter::default());
        let rolling = planner.group(recent, light(Vec::new()));
        let plan = planner.finish();
        Ok(Self { request, dictionaries, plan, members, slots, failures, rolling, top })
    }

    /// The question to the columns.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Row ids of the events that the answer needs in full.
    pub fn wanted(&self, answer: &Answer) -> Vec<i64> {
        Found(answer).rows(self.failures).iter().map(|key| key.id).collect()
    }

    /// The response.
    pub fn answer(&self, answer: &Answer, events: &Events, generated_at_ms: i64) -> DashboardAnswer {
        let found = Found(answer);
        let members = Profiles::new(&self.dictionaries).members(&MEMBERS, found.group(self.members));
        let DashboardRequest { today_start_ms: start, now_ms: now, .. } = self.request;
        let sums = total_of_members(&members);
        let rolling = total(found.group(self.rolling));
        let mut slots = vec![Sums::default(); SLOTS];
        for row in found.group(self.slots) {
            if let Some(slot) = row.key.first().and_then(|slot| slots.get_mut(*slot as usize)) {
                slot.merge(&row.sums);
            }
        }
        let traffic = traffic(start, &slots);
        DashboardAnswer {
            generated_at_ms,
            window: DashboardWindow {
                today_start_ms: start,
                now_ms: now,
                rolling_30m_start_ms: now.saturating_sub(ROLLING_MINUTES * 60_000),
            },
            today: today(&sums, unpriced(&members)),
            rolling_30m: Rolling {
                rpm: rolling.calls as f64 / ROLLING_MINUTES as f64,
                tpm: rolling.total as f64 / ROLLING_MINUTES as f64,
                total_calls: rolling.calls,
                total_tokens: rolling.total,
            },
            model_cost_rank: cost_rank(&members, self.top),
            top_models_today: top_models(&members).into_iter().take(self.top).collect(),
            hourly_activity: activity(&traffic),
            traffic_timeline: traffic,
            today_request_health_timeline: health(start, now, &slots),
            token_mix: token_mix(&sums),
            channel_health: channel_health(&members),
            failure_sources: failing_sources(&members),
            recent_failures: failures(found.rows(self.failures), events, true),
        }
    }
}
