//! A report from a running server: `POST /api/v1/query`.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::figures::{Figures, Partial, Report, Row};
use super::period::Period;
use super::{By, Question};
use crate::cli::Problem;
use crate::cli::remote::Server;

/// The most groups that the server gives.
const MAX_ROWS: usize = 10_000;
/// 24 hours, milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Days of a question by hour: its groups are fewer than the server gives.
const HOURLY_DAYS_MS: i64 = 400 * DAY_MS;
/// A server that still makes its column index gets so long to complete an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at it.
const PAUSE: Duration = Duration::from_millis(250);

/// Stands for a key that no call has.
const NOBODY: &str = "?";

const MEASURES: [&str; 11] = [
    "calls",
    "failures",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "cache_read_tokens",
    "cache_creation_tokens",
    "reasoning_tokens",
    "total_tokens",
    "cost",
    "average_latency_ms",
];

#[derive(Deserialize)]
struct Answer {
    rows: Vec<Group>,
    total_rows: usize,
    totals: Group,
    #[serde(default)]
    unpriced_models: Vec<String>,
    partial: Option<Partial>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    keys: Vec<Value>,
    values: Map<String, Value>,
}

#[derive(Deserialize)]
struct Aliases {
    items: Vec<Alias>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alias {
    api_key_hash: String,
    alias: String,
}

impl Group {
    fn figures(&self) -> Figures {
        let real = |name: &str| self.values.get(name).and_then(Value::as_f64);
        let whole = |name: &str| self.values.get(name).and_then(Value::as_i64).unwrap_or_default();
        Figures {
            calls: whole("calls"),
            failures: whole("failures"),
            input_tokens: whole("input_tokens"),
            output_tokens: whole("output_tokens"),
            cached_tokens: whole("cached_tokens").saturating_add(whole("cache_read_tokens")),
            cache_creation_tokens: whole("cache_creation_tokens"),
            reasoning_tokens: whole("reasoning_tokens"),
            total_tokens: whole("total_tokens"),
            cost_usd: real("cost").unwrap_or_default(),
            unpriced_calls: whole("unpriced_calls"),
            average_latency_ms: real("average_latency_ms"),
        }
    }

    fn text(&self) -> &str {
        self.keys.first().and_then(Value::as_str).unwrap_or_default()
    }

    fn start(&self) -> i64 {
        self.keys.first().and_then(Value::as_i64).unwrap_or_default()
    }
}

/// The report.
pub async fn report(server: &Server, question: &Question, period: &Period) -> Result<Report, Problem> {
    let Some(zone) = period.zone.iana_name() else {
        return Err(Problem::new("the name of this computer's time zone is not known").hint("use --zone"));
    };
    let needs_keys = question.by == By::Key || !question.filters.key.is_empty();
    let aliases = if needs_keys { aliases(server).await? } else { HashMap::new() };
    let mut include = Map::new();
    let filters = &question.filters;
    for (field, values) in
        [("model", &filters.model), ("account", &filters.account), ("provider", &filters.provider)]
    {
        if !values.is_empty() {
            include.insert(field.to_owned(), json!(values));
        }
    }
    if filters.failed {
        include.insert("status".to_owned(), json!(["failed"]));
    }
    let until = Instant::now() + PATIENCE;
    let ask = async |dimension: &str, include: &Map<String, Value>, span: (i64, i64)| {
        let body = json!({
            "from_ms": span.0,
            "to_ms": span.1,
            "time_zone": zone,
            "measures": MEASURES,
            "dimensions": [dimension],
            "filters": { "include": include },
            "limit": MAX_ROWS,
        });
        loop {
            let answer: Answer = server.ask_json("/api/v1/query", &body).await?;
            if answer.partial.is_none() || Instant::now() >= until {
                return Ok::<Answer, Problem>(answer);
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let whole = (period.from_ms, period.to_ms);
    if !filters.key.is_empty() {
        // What was typed is an alias or the beginning of a hash; the server compares whole hashes.
        let all = ask("api_key", &include, whole).await?;
        let mut meant: Vec<&str> =
            all.rows.iter().map(Group::text).filter(|hash| is_meant(filters, hash, &aliases)).collect();
        if meant.is_empty() {
            meant.push(NOBODY);
        }
        include.insert("api_key".to_owned(), json!(meant));
    }
    let dimension = match question.by {
        By::Key => "api_key",
        other => other.name(),
    };
    let answer = if question.by == By::Hour && whole.1.saturating_sub(whole.0) > HOURLY_DAYS_MS {
        let mut answer = ask("day", &include, whole).await?;
        let mut days: Vec<i64> = answer.rows.iter().map(Group::start).collect();
        days.sort_unstable();
        answer.rows.clear();
        answer.total_rows = 0;
        for span in spans(whole, &days) {
            let mut part = ask(dimension, &include, span).await?;
            answer.rows.append(&mut part.rows);
            answer.total_rows += part.total_rows;
            answer.partial = answer.partial.or(part.partial);
        }
        answer
    } else {
        ask(dimension, &include, whole).await?
    };
    let label = |group: &Group| match question.by {
        By::Day => period.day(group.start()),
        By::Hour => period.hour(group.start()),
        By::Key => {
            let hash = known(group.text());
            super::key_label(hash, aliases.get(hash).map(String::as_str))
        }
        By::Model | By::Account | By::Provider => group.text().to_owned(),
    };
    let rows = answer.rows.iter().map(|group| Row { key: label(group), figures: group.figures() });
    let mut report = Report::new(
        rows.collect(),
        answer.totals.figures(),
        answer.unpriced_models,
        question.by.is_time(),
        question.limit,
    );
    report.hidden += answer.total_rows.saturating_sub(answer.rows.len());
    report.partial = answer.partial;
    Ok(report)
}

/// A period in spans of [`HOURLY_DAYS_MS`] at most, as far as days have calls. Each begins with a day, so that no hour is
/// cut, and ends where the next one begins or after the last of its days.
fn spans(whole: (i64, i64), days: &[i64]) -> Vec<(i64, i64)> {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for day in days {
        // Longer than any local day; there are no calls in what lies beyond it.
        let end = day.saturating_add(2 * DAY_MS);
        match spans.last_mut() {
            Some(span) if end - span.0 <= HOURLY_DAYS_MS => span.1 = end,
            Some(span) => {
                span.1 = span.1.min(*day);
                spans.push((*day, end));
            }
            None => spans.push((*day, end)),
        }
    }
    // The first day may have begun before the period, the last one ends after it.
    spans.iter().map(|(from, to)| ((*from).max(whole.0), (*to).min(whole.1))).collect()
}

/// The server writes `-` for what is not known.
fn known(hash: &str) -> &str {
    if hash == "-" { "" } else { hash }
}

fn is_meant(filters: &super::Filters, hash: &str, aliases: &HashMap<String, String>) -> bool {
    let (hash, alias) = (known(hash), aliases.get(hash).map(String::as_str));
    filters.key.iter().any(|wanted| super::is_key(wanted, hash, alias))
}

async fn aliases(server: &Server) -> Result<HashMap<String, String>, Problem> {
    let aliases: Aliases = server.ask(Method::GET, "/v0/management/api-key-aliases", None).await?;
    Ok(aliases.items.into_iter().map(|alias| (alias.api_key_hash, alias.alias)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_periods_by_hour_are_asked_for_in_spans_that_begin_with_a_day() {
        let days: Vec<i64> = (0..1000).map(|n| n * DAY_MS).collect();
        let whole = (5, 1000 * DAY_MS - 7);
        let spans = spans(whole, &days);
        assert_eq!((spans[0].0, spans[spans.len() - 1].1), whole);
        assert!(spans.windows(2).all(|pair| pair[0].1 == pair[1].0 && pair[1].0 % DAY_MS == 0));
        assert!(spans.iter().all(|(from, to)| (1..=HOURLY_DAYS_MS).contains(&(to - from))), "{spans:?}");
        // A day of 1970, and one of today: two questions, not fifty years of them.
        let sparse = super::spans((1, 20_000 * DAY_MS), &[0, 19_999 * DAY_MS]);
        assert_eq!(sparse, [(1, 2 * DAY_MS), (19_999 * DAY_MS, 20_000 * DAY_MS)]);
        assert!(super::spans(whole, &[]).is_empty());
    }
}
