//! The generator: requests become one or more records.

use std::collections::VecDeque;

use bytes::Bytes;
use jiff::Timestamp;

use super::catalogue::{MODELS, Model, Provider};
use super::day::{self, FIVE_HOURS_MS, Slot};
use super::failures::{self, Failure};
use super::headers::{self, Answer};
use super::history::History;
use super::json;
use super::random::{Random, mix};
use super::tokens::{Conversation, Tokens};
use super::world::{Account, Client, Habit, Kind, World};

/// Attempts that one request gets at most.
const MAX_ATTEMPTS: usize = 3;

/// The chance that a further attempt fails as well.
const FAILS_AGAIN: f64 = 0.25;

/// Share of requests whose first attempt fails, relative to the share of failed records that is wanted: some
/// requests fail more than once, and their further attempts are records too.
const FIRST_FAILURES: f64 = 0.84;

/// Settings of a generator. The same settings give the same records, on every machine and in every version.
#[derive(Debug, Clone, PartialEq)]
pub struct TrafficConfig {
    /// Decides everything that looks random. A gateway whose `world_seed` is the same knows the accounts.
    pub seed: u64,
    /// The directory that the accounts' `auth_index` values are derived from; the gateway's `auth_dir`.
    pub auth_dir: String,
    /// Share of failed records, 0 to 1.
    pub failure_rate: f64,
    /// The offset in which records write their times, minutes east of Greenwich.
    pub utc_offset_minutes: i32,
}

impl Default for TrafficConfig {
    fn default() -> Self {
        Self { seed: 1, auth_dir: "/data/auths".to_owned(), failure_rate: 0.03, utc_offset_minutes: 0 }
    }
}

/// Makes usage records as CPA publishes them.
pub struct TrafficGenerator {
    config: TrafficConfig,
    pub(super) world: World,
    pub(super) random: Random,
    pub(super) slot: Slot,
    mean: f64,
    conversations: Vec<Conversation>,
    /// Cumulated weights of each client's models.
    tastes: Vec<Vec<f64>>,
    by_provider: Vec<(Provider, Vec<usize>)>,
    /// Hash of the access token in use and the eight-hour period it belongs to, per account.
    tokens: Vec<(i64, String)>,
    waiting: VecDeque<Bytes>,
}

/// When a request has to happen.
#[derive(Clone, Copy)]
pub(super) enum When {
    StartsAt(i64),
    EndsAt(i64),
}

/// One record before it is written.
struct Attempt {
    account: usize,
    failure: Option<Failure>,
    latency_ms: i64,
    ttft_ms: i64,
    tokens: Tokens,
    start_ms: i64,
}

/// What all attempts of a request have in common.
struct Plan {
    client: usize,
    model: usize,
    effort: &'static str,
    tier: &'static str,
    endpoint: &'static str,
    streams: bool,
    request_id: u64,
}

impl TrafficGenerator {
    /// Prepares a generator; costs a millisecond or so.
    #[must_use]
    pub fn new(config: TrafficConfig) -> Self {
        let world = World::new(config.seed, &config.auth_dir);
        let mut by_provider: Vec<(Provider, Vec<usize>)> = Vec::new();
        for (index, account) in world.accounts.iter().enumerate() {
            match by_provider.iter_mut().find(|(provider, _)| *provider == account.provider) {
                Some((_, accounts)) => accounts.push(index),
                None => by_provider.push((account.provider, vec![index])),
            }
        }
        let tastes = world
            .clients
            .iter()
            .map(|client| {
                let mut total = 0.0;
                client
                    .models
                    .iter()
                    .map(|(_, weight)| {
                        total += weight;
                        total
                    })
                    .collect()
            })
            .collect();
        Self {
            random: Random::new(mix(&[config.seed, 3])),
            slot: Slot::at(&world, 0),
            mean: day::mean(&world),
            conversations: vec![Conversation::default(); world.clients.len() * MODELS.len()],
            tokens: vec![(i64::MIN, String::new()); world.accounts.len()],
            tastes,
            by_provider,
            waiting: VecDeque::new(),
            world,
            config,
        }
    }

    /// The next record, of an attempt that ended at or shortly before this time. Further attempts of the same
    /// request follow in the next calls.
    pub fn next_record(&mut self, at: Timestamp) -> Bytes {
        loop {
            if let Some(record) = self.waiting.pop_front() {
                return record;
            }
            for (_, record) in self.request(When::EndsAt(at.as_millisecond())) {
                self.waiting.push_back(record);
            }
        }
    }

    /// How busy this moment is, compared with the mean of a month; between about 0.1 and 4.
    pub fn intensity(&mut self, at: Timestamp) -> f64 {
        self.enter(at.as_millisecond());
        self.slot.total() / self.mean.max(f64::MIN_POSITIVE)
    }

    /// Exactly `events` records between two times (Unix milliseconds), in time order, spread as believable days
    /// spread them, as fast as they are taken.
    pub fn history(&mut self, from_ms: i64, to_ms: i64, events: u64) -> History<'_> {
        History::new(self, from_ms, to_ms, events)
    }

    fn enter(&mut self, at_ms: i64) {
        if !self.slot.covers(at_ms) {
            self.slot = Slot::at(&self.world, at_ms);
        }
    }

    /// All records of one request with their start times.
    pub(super) fn request(&mut self, when: When) -> Vec<(i64, Bytes)> {
        let (When::StartsAt(at_ms) | When::EndsAt(at_ms)) = when;
        self.enter(at_ms);
        let plan = self.plan();
        let mut attempts: Vec<Attempt> = Vec::with_capacity(1);
        let mut start_ms = at_ms;
        loop {
            let chance =
                if attempts.is_empty() { self.config.failure_rate * FIRST_FAILURES } else { FAILS_AGAIN };
            let failure = (self.random.chance(chance))
                .then(|| failures::draw(MODELS[plan.model].provider, &mut self.random));
            let tried: Vec<usize> = attempts.iter().map(|attempt| attempt.account).collect();
            let account = self.account(&plan, failure, &tried, at_ms);
            let attempt = self.attempt(&plan, account, failure, start_ms);
            start_ms += attempt.latency_ms + 1;
            let again = failure.is_some_and(|failure| failure.retryable);
            attempts.push(attempt);
            if !again || attempts.len() >= MAX_ATTEMPTS {
                break;
            }
        }
        let shift = match when {
            When::StartsAt(_) => 0,
            When::EndsAt(_) => start_ms - at_ms,
        };
        attempts
            .into_iter()
            .map(|mut attempt| {
                attempt.start_ms -= shift;
                (attempt.start_ms, self.write(&plan, &attempt))
            })
            .collect()
    }

    fn plan(&mut self) -> Plan {
        let random = &mut self.random;
        let client_index = self.slot.pick(random.unit());
        let client = &self.world.clients[client_index];
        let taste = &self.tastes[client_index];
        let wanted = random.unit() * taste.last().copied().unwrap_or_default();
        let chosen = taste.partition_point(|sum| *sum <= wanted).min(taste.len() - 1);
        let model_index = client.models[chosen].0;
        let model = &MODELS[model_index];
        let effort = effort(client, model, random);
        let tier = match model.provider {
            Provider::Codex if client.wants_priority && random.chance(0.4) => "priority",
            Provider::Codex | Provider::Xai if random.chance(0.02) => "default",
            _ => "auto",
        };
        Plan {
            client: client_index,
            model: model_index,
            effort,
            tier,
            endpoint: endpoint(client, model, random),
            streams: random.chance(if client.habit == Habit::Service { 0.35 } else { 0.9 }),
            request_id: random.bits() & 0xffff_ffff,
        }
    }

    fn account(&mut self, plan: &Plan, failure: Option<Failure>, tried: &[usize], at_ms: i64) -> usize {
        let provider = MODELS[plan.model].provider;
        let accounts =
            self.by_provider.iter().find(|(of, _)| *of == provider).map_or(&[][..], |(_, list)| list);
        let revoked = |index: &usize| self.world.accounts[*index].revoked;
        if failure.is_some_and(|failure| failure.status == 401)
            && let Some(sick) = accounts.iter().find(|index| revoked(index))
            && !tried.contains(sick)
        {
            return *sick;
        }
        // Mostly the account that this client used in this hour already, for the sake of its prompt cache.
        let hour = at_ms.div_euclid(3_600_000).cast_unsigned();
        let start = if tried.is_empty() && self.random.chance(0.85) {
            mix(&[self.config.seed, 31, plan.client as u64, provider as u64, hour])
        } else {
            self.random.bits()
        };
        let start = usize::try_from(start % accounts.len().max(1) as u64).unwrap_or(0);
        let mut candidates = accounts.iter().cycle().skip(start).take(accounts.len());
        let fallback = accounts.get(start).copied().unwrap_or_default();
        candidates.find(|index| !revoked(index) && !tried.contains(index)).copied().unwrap_or(fallback)
    }

    fn attempt(&mut self, plan: &Plan, account: usize, failure: Option<Failure>, start_ms: i64) -> Attempt {
        let model = &MODELS[plan.model];
        let random = &mut self.random;
        if let Some(failure) = failure {
            let (latency_ms, ttft_ms) = match failure.status {
                499 => (random.count(9_000.0, 0.9, 300), 0),
                408 => (random.count(30_000.0, 0.5, 2_000), random.count(model.first_byte_ms, 0.4, 50)),
                504 => (120_000, 0),
                _ => {
                    let first = random.count(260.0, 0.5, 20);
                    (first + 1, first)
                }
            };
            return Attempt {
                account,
                failure: Some(failure),
                latency_ms,
                ttft_ms,
                tokens: Tokens::default(),
                start_ms,
            };
        }
        let chats = self.world.clients[plan.client].habit != Habit::Service;
        let conversation = &mut self.conversations[plan.client * MODELS.len() + plan.model];
        let tokens = conversation.turn(model, plan.effort, chats, start_ms, random);
        // Reading a long prompt anew costs about a second per forty thousand tokens.
        let reading = tokens.read() as f64 / 40.0;
        let first = random.count(model.first_byte_ms + reading, 0.35, 30);
        let writing = tokens.produced() as f64 / model.speed * 1000.0;
        let latency_ms = first + random.count(writing.max(1.0), 0.2, 1);
        let ttft_ms = match plan.streams {
            // Not everything that answers says when it began.
            _ if random.chance(0.01) => 0,
            true => first,
            false => latency_ms - 1,
        };
        Attempt { account, failure: None, latency_ms, ttft_ms, tokens, start_ms }
    }

    /// The record as JSON text, members in CPA's order.
    fn write(&mut self, plan: &Plan, attempt: &Attempt) -> Bytes {
        let model = &MODELS[plan.model];
        let client = &self.world.clients[plan.client];
        let account = &self.world.accounts[attempt.account];
        let random = &mut self.random;
        let mut out = String::with_capacity(2_048);
        out.push_str("{\"timestamp\":\"");
        let nanos = i64::try_from(random.below(1_000_000)).unwrap_or(0);
        json::timestamp(&mut out, attempt.start_ms, nanos, i64::from(self.config.utc_offset_minutes));
        out.push('"');
        json::int_member(&mut out, "latency_ms", attempt.latency_ms);
        json::int_member(&mut out, "ttft_ms", attempt.ttft_ms);
        json::text_member(&mut out, "source", source(account, client));
        json::text_member(&mut out, "auth_index", &account.auth_index);
        if matches!(account.kind, Kind::OAuth { .. }) {
            let period = attempt.start_ms.div_euclid(8 * 3_600_000);
            let cached = &mut self.tokens[attempt.account];
            if cached.0 != period {
                *cached = (period, account.token_hash(attempt.start_ms));
            }
            json::text_member(&mut out, "access_token_sha256", &cached.1);
        }
        json::text_member(&mut out, "client_ip", &client.address);
        json::text_member(&mut out, "x_forwarded_for", &client.forwarded_for);
        json::text_member(&mut out, "user_agent", client.user_agent);
        attempt.tokens.write(&mut out);
        let status = attempt.failure.map_or(200, |failure| failure.status);
        out.push_str(if attempt.failure.is_some() { ",\"failed\":true" } else { ",\"failed\":false" });
        out.push_str(",\"generate\":true,\"fail\":{\"status_code\":");
        json::int(&mut out, i64::from(status));
        out.push_str(",\"body\":");
        let mut length =
            (!plan.streams).then_some(300 + usize::try_from(attempt.tokens.output * 4).unwrap_or(0));
        if attempt.failure.is_some() {
            let (_, resets_at_ms) = day::quota(account.number, FIVE_HOURS_MS, attempt.start_ms);
            let body =
                failures::body(model.provider, status, account.plan, resets_at_ms, attempt.start_ms, random);
            json::string(&mut out, &body);
            length = (!matches!(status, 408 | 499)).then_some(body.len());
        } else {
            out.push_str("\"\"");
        }
        out.push('}');
        // Without an answer of the upstream there are no headers.
        if status != 504 {
            let answer = Answer {
                account,
                status,
                at_ms: attempt.start_ms + attempt.ttft_ms,
                length,
                took_ms: attempt.ttft_ms,
            };
            headers::write(&mut out, &answer, random);
        }
        attempt.tokens.write_breakdown(&mut out);
        json::text_member(&mut out, "provider", model.provider.record_name());
        json::text_member(&mut out, "executor_type", model.provider.executor());
        json::text_member(&mut out, "model", model.name);
        json::text_member(&mut out, "alias", model.alias);
        json::text_member(&mut out, "endpoint", plan.endpoint);
        json::text_member(
            &mut out,
            "auth_type",
            if matches!(account.kind, Kind::OAuth { .. }) { "oauth" } else { "apikey" },
        );
        json::text_member(&mut out, "api_key", &client.key);
        out.push_str(",\"request_id\":\"");
        json::hex(&mut out, plan.request_id, 8);
        out.push('"');
        json::text_member(&mut out, "reasoning_effort", plan.effort);
        json::text_member(&mut out, "service_tier", plan.tier);
        if let Some(tier) = response_tier(model.provider, plan, attempt.failure.is_some()) {
            json::text_member(&mut out, "response_service_tier", tier);
        }
        out.push('}');
        Bytes::from(out)
    }
}

fn source<'a>(account: &'a Account, client: &'a Client) -> &'a str {
    match &account.kind {
        Kind::ApiKey { key, .. } => key,
        Kind::OAuth { email: Some(email), .. } => email,
        // CPA falls back to the client's key.
        Kind::OAuth { email: None, .. } => &client.key,
    }
}

fn response_tier(provider: Provider, plan: &Plan, failed: bool) -> Option<&'static str> {
    match provider {
        _ if failed => None,
        Provider::Codex if plan.tier == "priority" => Some("priority"),
        Provider::Codex | Provider::Xai => Some("default"),
        Provider::Kimi | Provider::OpenRouter if !plan.streams => Some("default"),
        _ => None,
    }
}

fn effort(client: &Client, model: &Model, random: &mut Random) -> &'static str {
    if !model.reasons {
        return "";
    }
    let draw = random.unit();
    match (model.provider, client.habit) {
        (_, Habit::Service) => {
            if draw < 0.7 {
                ""
            } else {
                "low"
            }
        }
        (Provider::Codex | Provider::Xai, _) => match draw {
            ..0.05 => "",
            ..0.10 => "minimal",
            ..0.20 => "low",
            ..0.50 => "medium",
            ..0.88 => "high",
            _ => "xhigh",
        },
        (Provider::Claude, _) => match draw {
            ..0.60 => "",
            ..0.80 => "medium",
            ..0.95 => "high",
            _ => "max",
        },
        _ => match draw {
            ..0.30 => "",
            ..0.55 => "auto",
            ..0.85 => "medium",
            _ => "high",
        },
    }
}

fn endpoint(client: &Client, model: &Model, random: &mut Random) -> &'static str {
    if random.chance(0.88) {
        return model.provider.endpoint();
    }
    // CPA translates: the client speaks its own language to any model.
    match client.user_agent {
        agent if agent.starts_with("claude-cli") => "POST /v1/messages",
        agent if agent.starts_with("codex_cli") => "POST /v1/responses",
        agent if agent.starts_with("Gemini") => "POST /v1beta/models/*action",
        _ => "POST /v1/chat/completions",
    }
}
