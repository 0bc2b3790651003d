//! A report from a running server: `POST /api/v1/query`.

use std::collections::HashMap;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::figures::{Figures, Report, Row};
use super::period::Period;
use super::{By, Question};
use crate::cli::Problem;
use crate::cli::remote::Server;

/// The most groups that the server gives.
const MAX_ROWS: usize = 10_000;

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
    totals: Group,
    #[serde(default)]
    unpriced_models: Vec<String>,
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
    let ask = async |dimension: &str, include: &Map<String, Value>| -> Result<Answer, Problem> {
        let body = json!({
            "from_ms": period.from_ms,
            "to_ms": period.to_ms,
            "time_zone": zone,
            "measures": MEASURES,
            "dimensions": [dimension],
            "filters": { "include": include },
            "limit": MAX_ROWS,
        });
        server.ask_json("/api/v1/query", &body).await
    };
    if !filters.key.is_empty() {
        // What was typed is an alias or the beginning of a hash; the server compares whole hashes.
        let all = ask("api_key", &include).await?;
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
    let answer = ask(dimension, &include).await?;
    let label = |group: &Group| match question.by {
        By::Day => period.day(group.keys.first().and_then(Value::as_i64).unwrap_or_default()),
        By::Hour => period.hour(group.keys.first().and_then(Value::as_i64).unwrap_or_default()),
        By::Key => {
            let hash = known(group.text());
            super::key_label(hash, aliases.get(hash).map(String::as_str))
        }
        By::Model | By::Account | By::Provider => group.text().to_owned(),
    };
    let rows = answer.rows.iter().map(|group| Row { key: label(group), figures: group.figures() });
    Ok(Report::new(
        rows.collect(),
        answer.totals.figures(),
        answer.unpriced_models,
        question.by.is_time(),
        question.limit,
    ))
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
