//! The questions that the panel asks, each with another range in every run.

use std::time::Duration;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::data::{DAY_MS, Span};
use super::sql::{Database, Target};
use super::{Bars, ZONE};

/// Phrases that searches look for; all of them stand in the names of models, accounts, clients or keys.
const PHRASES: [&str; 4] = ["sonnet", "codex_cli", "example.net", "gemini"];

/// Rows of a page of events, as the panel asks for them.
const PAGE: i64 = 100;

/// The page that is far back.
const FAR_PAGE: i64 = 1_000;

/// Rows of a preview.
const PREVIEW: i64 = 20;

const HOUR_MS: i64 = 3_600_000;

const ANALYTICS: &str = "/v0/management/monitoring/analytics";

/// What one run asks about.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Start, Unix milliseconds.
    pub from_ms: i64,
    /// End; for the dashboard, now.
    pub to_ms: i64,
    /// The number of the run.
    pub run: usize,
    /// Where the page of events begins: strictly before this place.
    pub before: (i64, i64),
}

impl Range {
    /// The quota windows that accounts are asked about: name, start, end.
    pub fn windows(&self) -> [(&'static str, i64, i64); 2] {
        [("5h", self.to_ms - 5 * HOUR_MS, self.to_ms), ("7d", self.to_ms - 7 * DAY_MS, self.to_ms)]
    }

    /// Where the preview begins: the last day.
    pub fn preview_from(&self) -> i64 {
        self.from_ms.max(self.to_ms - DAY_MS)
    }

    /// The phrase that this run looks for.
    pub fn phrase(&self) -> &'static str {
        PHRASES[self.run % PHRASES.len()]
    }

    /// Rows of the page.
    pub fn limit(&self) -> i64 {
        PAGE
    }
}

/// Which answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dashboard,
    Tab(&'static [&'static str]),
    Everything,
    FilterOptions,
    Search,
    FilterFigures,
    Page,
    FarPage,
    History,
    Windows,
    Headers,
}

/// A question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its name in the table.
    pub name: &'static str,
    /// The file in `benches/sql` that answers it.
    pub sql: &'static str,
    /// Bars at a million and at ten million events, milliseconds.
    bars: (u64, u64),
    kind: Kind,
    targets: Vec<Target>,
    /// Where each run's far page begins.
    far: Vec<(i64, i64)>,
}

const DASHBOARD: (u64, u64) = (5, 30);
const EVERYTHING: (u64, u64) = (50, 400);
const OVERVIEW: (u64, u64) = (50, 400);
const TAB: (u64, u64) = (25, 200);

const QUESTIONS: [(&str, &str, (u64, u64), Kind); 16] = [
    ("dashboard", include_str!("../../../../benches/sql/dashboard.sql"), DASHBOARD, Kind::Dashboard),
    (
        "monitoring, everything included",
        include_str!("../../../../benches/sql/monitoring.sql"),
        EVERYTHING,
        Kind::Everything,
    ),
    (
        "analytics: overview",
        include_str!("../../../../benches/sql/overview.sql"),
        OVERVIEW,
        Kind::Tab(&[
            "summary_percentiles",
            "summary_comparison",
            "timeline",
            "model_stats",
            "channel_share",
            "api_key_stats",
            "anomaly_points",
        ]),
    ),
    (
        "analytics: trends",
        include_str!("../../../../benches/sql/trends.sql"),
        OVERVIEW,
        Kind::Tab(&["summary_comparison", "timeline", "model_stats", "api_key_stats", "anomaly_points"]),
    ),
    (
        "analytics: models",
        include_str!("../../../../benches/sql/models.sql"),
        OVERVIEW,
        Kind::Tab(&["timeline", "model_stats", "api_key_stats"]),
    ),
    (
        "analytics: API keys",
        include_str!("../../../../benches/sql/keys.sql"),
        TAB,
        Kind::Tab(&["api_key_stats"]),
    ),
    (
        "analytics: credentials",
        include_str!("../../../../benches/sql/credentials.sql"),
        TAB,
        Kind::Tab(&["credential_stats"]),
    ),
    (
        "analytics: heatmap",
        include_str!("../../../../benches/sql/heatmap.sql"),
        OVERVIEW,
        Kind::Tab(&["heatmap"]),
    ),
    (
        "filter options, names",
        include_str!("../../../../benches/sql/filter_options.sql"),
        TAB,
        Kind::FilterOptions,
    ),
    (
        "filter options, with figures",
        include_str!("../../../../benches/sql/filter_options_full.sql"),
        OVERVIEW,
        Kind::FilterFigures,
    ),
    ("text search", include_str!("../../../../benches/sql/search.sql"), OVERVIEW, Kind::Search),
    ("events, page 1", include_str!("../../../../benches/sql/events_page_1.sql"), TAB, Kind::Page),
    ("events, page 1,000", include_str!("../../../../benches/sql/events_page_1000.sql"), TAB, Kind::FarPage),
    (
        "account history, 60 accounts",
        include_str!("../../../../benches/sql/account_history.sql"),
        TAB,
        Kind::History,
    ),
    (
        "quota windows, 60 accounts, two each",
        include_str!("../../../../benches/sql/account_windows.sql"),
        TAB,
        Kind::Windows,
    ),
    ("header snapshots", include_str!("../../../../benches/sql/header_snapshots.sql"), TAB, Kind::Headers),
];

/// Includes that ask for everything at once, beside those with parameters.
const EVERY_SECTION: [&str; 18] = [
    "summary",
    "summary_percentiles",
    "summary_comparison",
    "timeline",
    "hourly_distribution",
    "heatmap",
    "anomaly_points",
    "model_share",
    "model_stats",
    "channel_share",
    "failure_sources",
    "account_stats",
    "credential_stats",
    "credential_timeline",
    "api_key_timeline",
    "api_key_stats",
    "task_buckets",
    "filter_options",
];

/// All questions about a database.
pub fn all(database: &Database, span: &Span) -> Result<Vec<Question>> {
    let targets = database.targets(60)?;
    let mut questions: Vec<Question> = QUESTIONS
        .iter()
        .map(|(name, sql, bars, kind)| Question {
            name,
            sql,
            bars: *bars,
            kind: *kind,
            targets: targets.clone(),
            far: Vec::new(),
        })
        .collect();
    for question in questions.iter_mut().filter(|question| question.kind == Kind::FarPage) {
        // Far enough for every run; the cursor is what a client would have after so many pages.
        let place = database.place_before(span.to_ms, (FAR_PAGE - 1) * PAGE)?;
        question.far.push(place);
    }
    Ok(questions)
}

impl Question {
    /// The time that it may take on a dataset, if there is a bar.
    pub fn bar(&self, bars: Bars) -> Option<Duration> {
        match bars {
            Bars::None => None,
            Bars::Million => Some(Duration::from_millis(self.bars.0)),
            Bars::TenMillion => Some(Duration::from_millis(self.bars.1)),
        }
    }

    /// Whether the ratio to SQL is held against it: what design names is. The others are look-ups for a few accounts.
    pub fn ratio_counts(&self) -> bool {
        !matches!(self.kind, Kind::Windows | Kind::Headers)
    }

    /// `GET` or `POST`.
    pub fn method(&self) -> &'static str {
        if matches!(self.kind, Kind::Dashboard | Kind::Headers) { "GET" } else { "POST" }
    }

    /// Accounts whose history is asked for.
    pub fn targets(&self, range: Range) -> impl Iterator<Item = &Target> {
        // Another order in each run: no two requests are alike.
        self.targets.iter().cycle().skip(range.run % self.targets.len().max(1)).take(self.targets.len())
    }

    /// What a run asks about: nearly everything that there is, each run a little less; the dashboard asks about yesterday
    /// until late in the evening, each run until another moment.
    pub fn range(&self, span: &Span, run: usize) -> Range {
        let step = run as i64;
        if self.kind == Kind::Dashboard {
            // Also a day of 23 hours is that long.
            let from_ms = midnight(span.to_ms - DAY_MS);
            let to_ms = from_ms + 23 * HOUR_MS - step * 17_000;
            return Range { from_ms, to_ms, run, before: (i64::MAX, i64::MAX) };
        }
        let before = self.far.first().copied().unwrap_or((i64::MAX, i64::MAX));
        // A place that differs in each run and still is the place of an event or next to one.
        let before = if before.0 == i64::MAX { before } else { (before.0 - step * 1_009, i64::MAX) };
        Range { from_ms: span.from_ms + step * 61_000, to_ms: span.to_ms - step * 13_000, run, before }
    }

    /// Path and body of a run.
    pub fn request(&self, range: Range) -> (String, Option<Value>) {
        let mut body = json!({
            "from_ms": range.from_ms, "to_ms": range.to_ms, "now_ms": range.to_ms, "time_zone": ZONE, "filters": {},
        });
        let mut include = serde_json::Map::new();
        match self.kind {
            Kind::Dashboard => {
                let Range { from_ms, to_ms, .. } = range;
                let path =
                    format!("/v0/management/dashboard/summary?today_start_ms={from_ms}&now_ms={to_ms}");
                return (path, None);
            }
            Kind::History => {
                let accounts: Vec<Value> = self.targets(range).map(Target::to_json).collect();
                let body = json!({ "accounts": accounts });
                return ("/v0/management/monitoring/account-history".to_owned(), Some(body));
            }
            Kind::Windows => {
                let windows: Vec<Value> = self
                    .targets(range)
                    .flat_map(|target| {
                        range.windows().map(|(name, from_ms, to_ms)| {
                            let mut window = target.to_json();
                            window["provider_window_id"] = name.into();
                            window["from_ms"] = from_ms.into();
                            window["to_ms"] = to_ms.into();
                            window
                        })
                    })
                    .collect();
                let path = "/v0/management/monitoring/account-window-usage";
                return (path.to_owned(), Some(json!({ "windows": windows })));
            }
            Kind::Headers => {
                // All of them; another limit in each run, as there is no range.
                let limit = 1_000 + range.run;
                let path = format!("/v0/management/monitoring/header-snapshots?days=365&limit={limit}");
                return (path, None);
            }
            Kind::Tab(sections) => {
                include.extend(sections.iter().map(|section| ((*section).to_owned(), Value::Bool(true))));
                include.insert("summary".to_owned(), Value::Bool(true));
                include.insert("summary_profile".to_owned(), "compact".into());
                include.insert("granularity".to_owned(), "day".into());
            }
            Kind::Everything => {
                include
                    .extend(EVERY_SECTION.iter().map(|section| ((*section).to_owned(), Value::Bool(true))));
                include.insert("granularity".to_owned(), "day".into());
                include.insert("recent_failures".to_owned(), 20.into());
                include.insert("events_page".to_owned(), json!({ "limit": PAGE }));
                let (from_ms, to_ms) = (range.preview_from(), range.to_ms);
                let preview = json!({ "from_ms": from_ms, "to_ms": to_ms, "limit": PREVIEW });
                include.insert("drilldown_preview".to_owned(), preview);
            }
            Kind::FilterOptions => {
                include.insert("filter_selectors".to_owned(), Value::Bool(true));
            }
            Kind::FilterFigures => {
                include.insert("filter_options".to_owned(), Value::Bool(true));
            }
            Kind::Search => {
                body["search_query"] = range.phrase().into();
                include.insert("summary".to_owned(), Value::Bool(true));
                include.insert("summary_profile".to_owned(), "compact".into());
                include.insert("events_page".to_owned(), json!({ "limit": PAGE }));
            }
            Kind::Page => {
                include.insert("events_page".to_owned(), json!({ "limit": PAGE }));
            }
            Kind::FarPage => {
                let (before_ms, before_id) = range.before;
                let page = json!({ "limit": PAGE, "before_ms": before_ms, "before_id": before_id });
                include.insert("events_page".to_owned(), page);
            }
        }
        body["include"] = include.into();
        (ANALYTICS.to_owned(), Some(body))
    }
}

/// The start of the local day on which a moment lies.
fn midnight(at_ms: i64) -> i64 {
    let day = || -> Result<i64> {
        let zone = TimeZone::get(ZONE)?;
        let at = Timestamp::from_millisecond(at_ms)?.to_zoned_datetime(zone);
        Ok(at.start_of_day().context("a day without a start")?.timestamp().as_millisecond())
    };
    // In the range of every clock there is; a day's start of Greenwich is as good for measuring.
    day().unwrap_or(at_ms - at_ms.rem_euclid(DAY_MS))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn question(kind: Kind) -> Question {
        Question {
            name: "",
            sql: "",
            bars: TAB,
            kind,
            targets: Vec::new(),
            far: vec![(2_000_000_000_000, 7)],
        }
    }

    #[test]
    fn no_two_runs_ask_the_same() {
        let span = Span { from_ms: 1_790_000_000_000, to_ms: 1_792_592_000_000 };
        for (name, _, _, kind) in QUESTIONS {
            // Without an account there is nothing that could differ.
            if matches!(kind, Kind::History | Kind::Windows) {
                continue;
            }
            let question = question(kind);
            let asked: HashSet<String> =
                (0..30).map(|run| format!("{:?}", question.request(question.range(&span, run)))).collect();
            assert_eq!(asked.len(), 30, "{name}");
        }
    }

    #[test]
    fn the_dashboard_begins_at_local_midnight() {
        // 2026-10-25: the day on which the clock is put back.
        let at = |text: &str| text.parse::<Timestamp>().expect("a time").as_millisecond();
        assert_eq!(midnight(at("2026-10-25T12:00:00Z")), at("2026-10-24T22:00:00Z"));
        assert_eq!(midnight(at("2026-10-26T12:00:00Z")), at("2026-10-25T23:00:00Z"));
    }
}
