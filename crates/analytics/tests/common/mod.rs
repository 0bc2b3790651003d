//! Stored events as the index shows them to analytics: rows, dictionaries, costs.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses another part of this module")]

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use columns::{
    Answer, ApiKey, Client, Credential, Dictionaries, Flags, ModelNames, Never, Outcome, Plan, Profile,
    Route, Row, Segment, Table, Tier, answer,
};
use cpamp_analytics::accounts::history::{AccountHistories, AccountHistoryRequest};
use cpamp_analytics::accounts::windows::{AccountWindowRequest, AccountWindows};
use cpamp_analytics::dashboard::{Dashboard, DashboardRequest};
use cpamp_analytics::headers::HeaderSnapshots;
use cpamp_analytics::{Analysis, AnalyticsRequest, Events, Extent, Lookups, RequestError, is_hash_prefix};
use model::{CacheInputMode, EventHash, EventTime, HeaderSummary, TimeQuality, TokenCounts, UsageEvent};
use pricing::{CostBasis, PriceBook};
use serde_json::Value;

/// An event about which nothing is known but its time.
pub fn event(ms: i64) -> UsageEvent {
    UsageEvent {
        gateway_id: 1,
        event_hash: EventHash([0; 32]),
        time: EventTime { ms, sub_ms_ns: 0 },
        time_quality: TimeQuality::Reported,
        request_id: String::new(),
        provider: String::new(),
        executor_type: String::new(),
        model: "-".to_owned(),
        requested_model: String::new(),
        resolved_model: String::new(),
        endpoint: "POST /v1/messages".to_owned(),
        method: "POST".to_owned(),
        path: "/v1/messages".to_owned(),
        client_ip: String::new(),
        x_forwarded_for: String::new(),
        user_agent: String::new(),
        auth_type: String::new(),
        auth_index: String::new(),
        source: String::new(),
        source_hash: String::new(),
        api_key_hash: String::new(),
        account_snapshot: String::new(),
        auth_label_snapshot: String::new(),
        auth_file_snapshot: String::new(),
        auth_provider_snapshot: String::new(),
        auth_project_id_snapshot: String::new(),
        auth_snapshot_at_ms: None,
        reasoning_effort: String::new(),
        service_tier: String::new(),
        request_service_tier: String::new(),
        response_service_tier: String::new(),
        cache_input_mode: CacheInputMode::Included,
        tokens: TokenCounts::default(),
        breakdown: None,
        generate: true,
        latency_ms: None,
        ttft_ms: None,
        failed: false,
        fail_status_code: None,
        fail_body: String::new(),
        response_metadata: Default::default(),
        header: HeaderSummary::default(),
        created_at_ms: ms,
    }
}

/// Distinct values with ids from 1 on, as a table of the database has them.
struct Ids<T>(HashMap<T, u32>);

impl<T: Hash + Eq + Clone> Ids<T> {
    fn of(&mut self, value: T) -> u32 {
        let next = self.0.len() as u32 + 1;
        *self.0.entry(value).or_insert(next)
    }

    fn table(self) -> Table<T> {
        let mut values = vec![None; self.0.len() + 1];
        for (value, id) in self.0 {
            values[id as usize] = Some(value);
        }
        Table(Arc::new(values))
    }
}

impl<T> Default for Ids<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

/// Stored events.
pub struct World {
    pub events: Events,
    pub dictionaries: Dictionaries,
    pub lookups: Lookups,
    segment: Segment,
}

impl World {
    /// Events get the ids 1, 2, … in their order.
    pub fn new(events: Vec<UsageEvent>, prices: &PriceBook) -> Self {
        let (mut credentials, mut models, mut keys) = (Ids::default(), Ids::default(), Ids::default());
        let (mut tiers, mut routes, mut clients) = (Ids::default(), Ids::default(), Ids::default());
        let (mut profiles, mut outcomes) = (Vec::<Profile>::new(), Vec::<Outcome>::new());
        let mut rows = Vec::new();
        for (id, e) in (1_i64..).zip(&events) {
            let profile = Profile {
                gateway: 1,
                credential: credentials.of(credential(e)),
                model: models.of(ModelNames {
                    model: e.model.clone(),
                    requested_model: e.requested_model.clone(),
                    resolved_model: e.resolved_model.clone(),
                    analytics_model: e.analytics_model().to_owned(),
                }),
                api_key: keys.of(ApiKey { api_key_hash: e.api_key_hash.clone() }),
                tier: tiers.of(Tier {
                    reasoning_effort: e.reasoning_effort.clone(),
                    service_tier: e.service_tier.clone(),
                    request_service_tier: e.request_service_tier.clone(),
                    response_service_tier: e.response_service_tier.clone(),
                }),
            };
            let outcome = Outcome {
                status_code: e.fail_status_code,
                quota_plan: e.header.quota_plan_type.clone(),
                error_kind: e.header.error_kind.clone(),
                error_code: e.header.error_code.clone(),
                has_metadata: !e.response_metadata.is_empty(),
            };
            let t = &e.tokens;
            let cost = prices.cost_of(e, CostBasis::Counters);
            let mut flags = 0;
            for (bit, set) in [
                (Flags::FAILED, e.failed),
                (Flags::CACHE_ANY, t.cached.max(t.cache).max(t.cache_read).max(t.cache_creation) > 0),
                (Flags::CACHE_READ, t.cache_read > 0),
                (Flags::CACHE_CREATION, t.cache_creation > 0),
                (Flags::PRICED, cost.is_some()),
            ] {
                flags |= if set { bit } else { 0 };
            }
            rows.push(Row {
                id,
                timestamp_ms: e.time.ms,
                profile: code(&mut profiles, profile),
                outcome: code(&mut outcomes, outcome),
                route: routes.of(Route {
                    endpoint: e.endpoint.clone(),
                    method: e.method.clone(),
                    path: e.path.clone(),
                }),
                client: clients.of(Client {
                    client_ip: e.client_ip.clone(),
                    x_forwarded_for: e.x_forwarded_for.clone(),
                    user_agent: e.user_agent.clone(),
                }),
                flags: Flags(flags),
                input: t.normalised(e.cache_input_mode).total,
                output: t.output,
                cached: t.cached_remainder(),
                cache_read: t.cache_read,
                cache_creation: t.cache_creation,
                reasoning: t.reasoning,
                total: t.total,
                latency_ms: e.latency_ms,
                ttft_ms: e.ttft_ms,
                billed_beyond: [0; 5],
                cost_usd: cost.map_or(0.0, |cost| cost.usd),
                request_id: e.request_id.clone(),
                trace_id: e.header.trace_id.clone(),
            });
        }
        rows.sort_by_key(Row::key);
        let segment = Segment::in_memory(&rows, &profiles, &outcomes).expect("encodes");
        let dictionaries = Dictionaries {
            credentials: credentials.table(),
            models: models.table(),
            api_keys: keys.table(),
            tiers: tiers.table(),
            routes: routes.table(),
            clients: clients.table(),
            profiles: Arc::new(profiles),
            outcomes: Arc::new(outcomes),
        };
        let whole = rows.first().zip(rows.last()).map(|(a, b)| (a.timestamp_ms, b.timestamp_ms));
        let plausible = || {
            let good = events.iter().filter(|event| event.time_quality != TimeQuality::Implausible);
            good.map(|event| event.time.ms)
        };
        let spans = whole.map(|whole| {
            let extent = Extent::new(whole, plausible().min().zip(plausible().max()));
            let ask = |plan: &Plan| answer(Arc::new(plan.clone()), std::slice::from_ref(&segment), &Never);
            extent.spans(&extent.plan().map(|plan| ask(plan).expect("answers")).unwrap_or_default())
        });
        let lookups = Lookups { spans: Some(spans.unwrap_or_default()), ..Lookups::default() };
        Self { events: (1_i64..).zip(events).collect(), dictionaries, lookups, segment }
    }

    pub fn run(&self, plan: &Plan) -> Answer {
        answer(Arc::new(plan.clone()), std::slice::from_ref(&self.segment), &Never).expect("answers")
    }

    /// The events that were wanted, and no others.
    pub fn read(&self, wanted: &[i64]) -> Events {
        wanted.iter().map(|id| (*id, self.events[id].clone())).collect()
    }

    /// What the layer above looks up in the database for a phrase.
    pub fn look_up(&self, request: &AnalyticsRequest) -> Lookups {
        let phrase = request.phrase();
        let mut lookups = self.lookups.clone();
        if phrase.is_empty() {
            return lookups;
        }
        for (id, event) in &self.events {
            let hash = is_hash_prefix(&phrase) && event.event_hash.to_string().starts_with(&phrase);
            if hash || event.fail_summary().to_ascii_lowercase().contains(&phrase) {
                lookups.event_ids.push(*id);
            }
        }
        lookups
    }

    pub fn try_analytics(&self, request: &Value) -> Result<Value, RequestError> {
        let request: AnalyticsRequest = serde_json::from_value(request.clone()).expect("a request");
        let lookups = self.look_up(&request);
        let analysis = Analysis::new(request, 0, self.dictionaries.clone(), &lookups)?;
        let answer = self.run(analysis.plan());
        let events = self.read(&analysis.wanted(&answer));
        Ok(serde_json::to_value(analysis.answer(&answer, &events, 7)).unwrap())
    }

    pub fn analytics(&self, request: &Value) -> Value {
        self.try_analytics(request).expect("a valid request")
    }

    pub fn dashboard(&self, request: DashboardRequest) -> Value {
        let dashboard = Dashboard::new(request, self.dictionaries.clone()).expect("a valid request");
        let answer = self.run(dashboard.plan());
        let events = self.read(&dashboard.wanted(&answer));
        serde_json::to_value(dashboard.answer(&answer, &events, 7)).unwrap()
    }

    pub fn headers(&self, now_ms: i64) -> Value {
        let headers = HeaderSnapshots::new(0, 0, now_ms, &self.dictionaries);
        let answer = self.run(headers.plan());
        let events = self.read(&headers.wanted(&answer));
        serde_json::to_value(headers.answer(&answer, &events, 7)).unwrap()
    }

    pub fn history(&self, request: &Value) -> Result<Value, RequestError> {
        let request: AccountHistoryRequest = serde_json::from_value(request.clone()).expect("a request");
        let histories = AccountHistories::new(&request, self.dictionaries.clone())?;
        let answer = self.run(histories.plan());
        let events = self.read(&histories.wanted(&answer));
        let latest = self.events.keys().max().copied().unwrap_or(0);
        Ok(serde_json::to_value(histories.answer(&answer, &events, latest, false, 7)).unwrap())
    }

    pub fn windows(&self, request: &Value) -> Result<Value, RequestError> {
        let request: AccountWindowRequest = serde_json::from_value(request.clone()).expect("a request");
        let windows = AccountWindows::new(request, &self.dictionaries)?;
        let answer = self.run(windows.plan());
        Ok(serde_json::to_value(windows.answer(&answer, 7)).unwrap())
    }
}

fn code<T: PartialEq>(known: &mut Vec<T>, value: T) -> u32 {
    match known.iter().position(|other| *other == value) {
        Some(code) => code as u32,
        None => {
            known.push(value);
            known.len() as u32 - 1
        }
    }
}

fn credential(e: &UsageEvent) -> Credential {
    Credential {
        auth_index: e.auth_index.clone(),
        auth_type: e.auth_type.clone(),
        provider: e.provider.clone(),
        executor_type: e.executor_type.clone(),
        source: e.source.clone(),
        source_hash: e.source_hash.clone(),
        account_snapshot: e.account_snapshot.clone(),
        auth_label_snapshot: e.auth_label_snapshot.clone(),
        auth_file_snapshot: e.auth_file_snapshot.clone(),
        auth_provider_snapshot: e.auth_provider_snapshot.clone(),
        auth_project_id_snapshot: e.auth_project_id_snapshot.clone(),
    }
}
