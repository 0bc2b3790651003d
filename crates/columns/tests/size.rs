//! How many bytes an event of the simulator's traffic takes.

use std::collections::HashMap;
use std::hash::Hash;

use cpamp_columns::{Column, ColumnBytes, Encoded, Flags, Outcome, Profile, Row};
use model::{CredentialMap, UsageEvent};
use normaliser::Context;
use simulator::traffic::{TrafficConfig, TrafficGenerator};

const EVENTS: u64 = 100_000;
const FROM: i64 = 1_793_000_000_000;

/// Bytes per event that must not be exceeded: numbers with costs and heads, and text.
const NUMBERS: f64 = 34.0;
const TEXT: f64 = 30.0;

struct Codes<T>(HashMap<T, u32>);

impl<T: Hash + Eq> Codes<T> {
    fn code(&mut self, value: T) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(value).or_insert(next)
    }
}

/// Dictionaries as the store would fill them.
#[derive(Default)]
struct World {
    ids: HashMap<&'static str, Codes<String>>,
    profiles: HashMap<Profile, u32>,
    outcomes: HashMap<Outcome, u32>,
}

impl World {
    fn id(&mut self, table: &'static str, parts: &[&str]) -> u32 {
        self.ids.entry(table).or_insert_with(|| Codes(HashMap::new())).code(parts.join("|"))
    }

    fn row(&mut self, id: i64, event: &UsageEvent) -> Row {
        let e = event;
        let profile = Profile {
            gateway: 1,
            credential: self.id("credentials", &[&e.auth_index, &e.auth_type, &e.provider, &e.source]),
            model: self.id("models", &[&e.model, &e.requested_model, &e.resolved_model]),
            api_key: self.id("api_keys", &[&e.api_key_hash]),
            tier: self.id("tiers", &[&e.reasoning_effort, &e.service_tier, &e.response_service_tier]),
        };
        let outcome = Outcome {
            status_code: e.fail_status_code,
            quota_plan: e.header.quota_plan_type.clone(),
            error_kind: e.header.error_kind.clone(),
            error_code: e.header.error_code.clone(),
            has_metadata: !e.response_metadata.0.is_empty(),
        };
        let (profiles, outcomes) = (self.profiles.len() as u32, self.outcomes.len() as u32);
        let input = e.tokens.normalised(e.cache_input_mode);
        let any = e.tokens.cache_read > 0 || e.tokens.cache_creation > 0 || e.tokens.cached > 0;
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        Row {
            id,
            timestamp_ms: e.time.ms,
            profile: *self.profiles.entry(profile).or_insert(profiles),
            outcome: *self.outcomes.entry(outcome).or_insert(outcomes),
            route: self.id("routes", &[&e.endpoint, &e.method, &e.path]),
            client: self.id("clients", &[&e.client_ip, &e.x_forwarded_for, &e.user_agent]),
            flags: Flags(
                Flags::PRICED
                    | flag(e.failed, Flags::FAILED)
                    | flag(any, Flags::CACHE_ANY)
                    | flag(e.tokens.cache_read > 0, Flags::CACHE_READ)
                    | flag(e.tokens.cache_creation > 0, Flags::CACHE_CREATION)
                    | flag(!e.generate, Flags::NO_GENERATION),
            ),
            input: input.total,
            output: e.tokens.output,
            cached: e.tokens.cached_remainder(),
            cache_read: e.tokens.cache_read,
            cache_creation: e.tokens.cache_creation,
            reasoning: e.tokens.reasoning,
            total: e.tokens.total,
            latency_ms: e.latency_ms,
            ttft_ms: e.ttft_ms,
            // Families differ; some bill thinking beyond the output.
            billed_beyond: [0, 0, 0, 0, if e.provider.contains("gemini") { e.tokens.reasoning } else { 0 }],
            cost_usd: input.total as f64 * 3e-6 + e.tokens.output as f64 * 15e-6,
            request_id: e.request_id.clone(),
            trace_id: e.header.trace_id.clone(),
        }
    }
}

fn in_order<T: Clone + Default>(codes: &HashMap<T, u32>) -> Vec<T> {
    let mut values = vec![T::default(); codes.len()];
    codes.iter().for_each(|(value, code)| values[*code as usize] = value.clone());
    values
}

#[test]
fn an_event_of_the_generated_traffic_fits_its_budget() {
    let mut generator = TrafficGenerator::new(TrafficConfig::default());
    let credentials = CredentialMap::default();
    let context = Context { gateway_id: 1, received_at_ms: FROM, credentials: &credentials };
    let mut world = World::default();
    let mut rows = Vec::new();
    // As dense as ten million events a year.
    let span = 365 * 86_400_000 / 100;
    for record in generator.history(FROM, FROM + span, EVENTS) {
        if let normaliser::Outcome::Event(event) = normaliser::normalise(&record, &context) {
            rows.push(world.row(rows.len() as i64 + 1, &event));
        }
    }
    rows.sort_by_key(Row::key);
    let (profiles, outcomes) = (in_order(&world.profiles), in_order(&world.outcomes));
    let encoded = Encoded::new(&rows, &profiles, &outcomes, [0; 16], [0; 4]).expect("rows are in order");

    let events = rows.len() as f64;
    let mut report = format!("{} profiles, {} outcomes\n", profiles.len(), outcomes.len());
    let (mut numbers, mut text) = (0, 0);
    for column in Column::ALL {
        let bytes = encoded.columns().column(column).expect("all columns are there").len();
        *(if column.is_text() { &mut text } else { &mut numbers }) += bytes;
        report += &format!("{column:?}: {:.2}\n", bytes as f64 / events);
    }
    let heads = encoded.header().encode().len();
    let (numbers, text) = ((numbers + heads) as f64 / events, text as f64 / events);
    report += &format!(
        "heads: {:.2}\nnumbers: {numbers:.2}, text: {text:.2} bytes per event\n",
        heads as f64 / events
    );
    assert!(numbers <= NUMBERS && text <= TEXT, "{report}");
    assert!(events > 90_000.0, "{report}");
    // Shown by `cargo test -- --nocapture`.
    let mut out = std::io::stdout().lock();
    std::io::Write::write_all(&mut out, report.as_bytes()).expect("the report is printed");
}
