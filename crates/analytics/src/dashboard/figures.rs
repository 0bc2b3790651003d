//! The figures of the dashboard.

use columns::Sums;

use super::{
    ChannelHealth, CostRank, DashboardToday, FailingSource, HealthPoint, HealthTimeline, HourActivity,
    SLOT_MS, TokenShare, TopModel, TrafficSlot,
};
use crate::buckets::{DAY_MS, HOUR_MS};
use crate::dictionary::Member;
use crate::sections::accounts::{channels, failing};
use crate::sections::models::by_calls;
use crate::sections::{average_latency, descending, rate, successes, total_of};

/// Slots of an hour.
const SLOTS_PER_HOUR: usize = (HOUR_MS / SLOT_MS) as usize;
/// Channels and failure sources listed.
const LISTED: usize = 5;

pub(super) fn today(sums: &Sums, unpriced_models: Vec<String>) -> DashboardToday {
    DashboardToday {
        total_calls: sums.calls,
        success_calls: successes(sums),
        failure_calls: sums.failures,
        success_rate: rate(successes(sums), sums.calls),
        input_tokens: sums.input,
        output_tokens: sums.output,
        cached_tokens: sums.cached,
        cache_read_tokens: sums.cache_read,
        cache_creation_tokens: sums.cache_creation,
        reasoning_tokens: sums.reasoning,
        total_tokens: sums.total,
        total_cost: sums.cost_usd,
        unpriced_calls: sums.unpriced_calls,
        unpriced_models,
        average_latency_ms: average_latency(sums),
        zero_token_calls: sums.zero_token_calls,
    }
}

/// Most calls first, then by name.
pub(super) fn top_models(members: &[Member<'_>]) -> Vec<TopModel> {
    let model = |(name, folded): (&str, crate::sections::Folded<'_>)| TopModel {
        model: name.to_owned(),
        calls: folded.sums.calls,
        tokens: folded.sums.total,
        cost: folded.sums.cost_usd,
        unpriced_calls: folded.sums.unpriced_calls,
        success_rate: rate(successes(&folded.sums), folded.sums.calls),
    };
    by_calls(members).into_iter().map(model).collect()
}

/// Most cost first, then calls, then by name.
pub(super) fn cost_rank(members: &[Member<'_>], limit: usize) -> Vec<CostRank> {
    let mut models = top_models(members);
    models.sort_by(|a, b| descending(a.cost, b.cost));
    let most = models.first().map_or(0.0, |model| model.cost);
    let share = |cost: f64| if most > 0.0 { cost / most } else { 0.0 };
    models.into_iter().take(limit).map(|model| CostRank { cost_share: share(model.cost), model }).collect()
}

pub(super) fn traffic(start: i64, slots: &[Sums]) -> Vec<TrafficSlot> {
    let hours: Vec<Sums> = slots.chunks(SLOTS_PER_HOUR).map(total_of).collect();
    let busiest = hours.iter().map(|hour| hour.calls).max().unwrap_or(0);
    let heaviest = hours.iter().map(|hour| hour.total).max().unwrap_or(0);
    (0_i64..)
        .zip(&hours)
        .map(|(hour, sums)| TrafficSlot {
            bucket_ms: start.saturating_add(hour * HOUR_MS),
            calls: sums.calls,
            tokens: sums.total,
            success: successes(sums),
            failure: sums.failures,
            calls_share: rate(sums.calls, busiest),
            tokens_share: rate(sums.total, heaviest),
            failure_rate: rate(sums.failures, sums.calls),
        })
        .collect()
}

pub(super) fn activity(traffic: &[TrafficSlot]) -> Vec<HourActivity> {
    let hour = |(hour_index, slot): (usize, &TrafficSlot)| HourActivity {
        hour_index,
        bucket_ms: slot.bucket_ms,
        calls: slot.calls,
        tokens: slot.tokens,
        intensity: slot.calls_share.max(slot.tokens_share),
    };
    traffic.iter().enumerate().map(hour).collect()
}

pub(super) fn health(start: i64, now: i64, slots: &[Sums]) -> HealthTimeline {
    let all = total_of(slots);
    let busiest = slots.iter().map(|slot| slot.calls).max().unwrap_or(0);
    let points = (0_i64..).zip(slots).map(|(slot, sums)| {
        let bucket_ms = start.saturating_add(slot * SLOT_MS);
        let failure_rate = rate(sums.failures, sums.calls);
        let future = bucket_ms > now;
        HealthPoint {
            bucket_ms,
            calls: sums.calls,
            tokens: sums.total,
            success: successes(sums),
            failure: sums.failures,
            success_rate: rate(successes(sums), sums.calls),
            failure_rate,
            tone: health_tone(future, sums.calls, failure_rate),
            intensity: rate(sums.calls, busiest),
            future,
        }
    });
    HealthTimeline {
        from_ms: start,
        to_ms: start.saturating_add(DAY_MS),
        bucket_ms: SLOT_MS,
        success_calls: successes(&all),
        failure_calls: all.failures,
        total_calls: all.calls,
        success_rate: rate(successes(&all), all.calls),
        points: points.collect(),
    }
}

fn health_tone(future: bool, calls: i64, failure_rate: f64) -> &'static str {
    match () {
        () if future => "future",
        () if calls == 0 => "empty",
        () if failure_rate >= 0.1 => "bad",
        () if failure_rate > 0.0 => "warn",
        () => "good",
    }
}

/// Input, cached, output and reasoning tokens that do not overlap: what they have beyond the recorded total is taken from
/// the output (up to the reasoning in it), then the rest of the output, then the input.
pub(super) fn token_mix(sums: &Sums) -> Vec<TokenShare> {
    let cached = sums.cached.saturating_add(sums.cache_read).saturating_add(sums.cache_creation);
    let mut input = sums.input.saturating_sub(cached).max(0);
    let mut output = sums.output;
    let all = |input: i64, output: i64| {
        input.saturating_add(cached).saturating_add(output).saturating_add(sums.reasoning)
    };
    if sums.total > 0 {
        let mut surplus = all(input, output).saturating_sub(sums.total).max(0);
        let mut take = |from: &mut i64, most: i64| {
            let taken = surplus.min(most).max(0);
            *from -= taken;
            surplus -= taken;
        };
        let doubled = output.min(sums.reasoning);
        take(&mut output, doubled);
        let rest = output;
        take(&mut output, rest);
        let rest = input;
        take(&mut input, rest);
    }
    let whole = all(input, output);
    [("input", input), ("cached", cached), ("output", output), ("reasoning", sums.reasoning)]
        .map(|(key, tokens)| TokenShare { key, tokens, share: rate(tokens, whole) })
        .to_vec()
}

fn channel_tone(success_rate: f64, failures: i64, latency: Option<f64>) -> &'static str {
    let latency = latency.unwrap_or(0.0);
    if success_rate < 0.85 || failures >= 5 || latency >= 30_000.0 {
        "bad"
    } else if success_rate < 0.95 || failures > 0 || latency >= 15_000.0 {
        "warn"
    } else {
        "good"
    }
}

/// Worst first, then failures, then calls, then handle; at most five.
pub(super) fn channel_health(members: &[Member<'_>]) -> Vec<ChannelHealth> {
    let mut all: Vec<ChannelHealth> = channels(members)
        .into_iter()
        .map(|(index, folded)| {
            let sums = &folded.sums;
            let success_rate = rate(successes(sums), sums.calls);
            let latency = average_latency(sums);
            ChannelHealth {
                auth_index: index.to_owned(),
                source: folded.newest(|p| &p.credential.source),
                snapshots: folded.snapshots(),
                calls: sums.calls,
                failures: sums.failures,
                failure_rate: rate(sums.failures, sums.calls),
                success_rate,
                tokens: sums.total,
                cost: sums.cost_usd,
                unpriced_calls: sums.unpriced_calls,
                average_latency_ms: latency,
                tone: channel_tone(success_rate, sums.failures, latency),
            }
        })
        .collect();
    let severity = |tone: &str| ["bad", "warn", "good"].iter().position(|known| *known == tone);
    all.sort_by(|a, b| {
        severity(a.tone)
            .cmp(&severity(b.tone))
            .then_with(|| descending(a.failures, b.failures))
            .then_with(|| descending(a.calls, b.calls))
    });
    all.truncate(LISTED);
    all
}

/// Most failures first, then newest; at most five.
pub(super) fn failing_sources(members: &[Member<'_>]) -> Vec<FailingSource> {
    let source = |failing: crate::sections::accounts::Failing<'_>| {
        let sums = &failing.folded.sums;
        let failure_rate = rate(sums.failures, sums.calls);
        FailingSource {
            source: failing.folded.newest(|p| &p.credential.source),
            source_hash: failing.source_hash.to_owned(),
            auth_index: failing.auth_index.to_owned(),
            snapshots: failing.folded.snapshots(),
            calls: sums.calls,
            failures: sums.failures,
            failure_rate,
            last_seen_ms: sums.last_ms,
            average_latency_ms: average_latency(sums),
            tone: if failure_rate >= 0.5 || sums.failures >= 5 { "bad" } else { "warn" },
        }
    };
    failing(members).into_iter().take(LISTED).map(source).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Golden example M14.
    #[test]
    fn token_kinds_do_not_overlap() {
        let mix = |input, output, cached, cache_read, cache_creation, reasoning, total| {
            let sums = Sums {
                input,
                output,
                cached,
                cache_read,
                cache_creation,
                reasoning,
                total,
                ..Sums::default()
            };
            token_mix(&sums).iter().map(|part| part.tokens).collect::<Vec<_>>()
        };
        assert_eq!(mix(1800, 200, 300, 400, 100, 150, 2150), [1000, 800, 200, 150]);
        assert_eq!(mix(20_700, 245, 18_300, 0, 0, 90, 20_945), [2400, 18_300, 155, 90]);
        assert_eq!(mix(1500, 400, 500, 0, 0, 150, 1950), [1000, 500, 300, 150]);
    }

    /// Golden example M15.
    #[test]
    fn tones_of_channels() {
        let cases = [
            (0.96, 4, Some(500.0), "warn"),
            (0.99, 5, Some(500.0), "bad"),
            (1.0, 0, Some(15_000.0), "warn"),
            (1.0, 0, None, "good"),
            (0.84, 1, Some(1.0), "bad"),
        ];
        for (success, failures, latency, tone) in cases {
            assert_eq!(channel_tone(success, failures, latency), tone, "{success} {failures} {latency:?}");
        }
    }
}
