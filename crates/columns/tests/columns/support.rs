//! Random events and questions, and the slow, obvious way to answer them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use cpamp_columns::{
    Answer, AnyOf, CodeSet, Dimension, Filter, Flags, Group, GroupAnswer, GroupRow, Needle, NumberRange,
    Outcome, Part, Percentile, Plan, Profile, Quantity, Row, RowKey, Rows, SKIP, Scan, ScanAnswer, Segment,
    Sums,
};
use proptest::prelude::*;

pub const PROFILES: u32 = 13;
pub const OUTCOMES: u32 = 5;
pub const ROUTES: u32 = 4;
pub const CLIENTS: u32 = 6;

/// The dictionaries of the tests.
pub fn profiles() -> Vec<Profile> {
    (0..PROFILES)
        // One model has an id that is too large to be numbered: its segments group by whole profiles.
        .map(|i| Profile { gateway: 1, credential: i % 3, model: model(i), api_key: i, tier: 1 })
        .collect()
}

fn model(profile: u32) -> u32 {
    if profile == PROFILES - 1 { 1 << 21 } else { profile % 4 }
}

pub fn outcomes() -> Vec<Outcome> {
    (0..OUTCOMES)
        .map(|i| Outcome {
            status_code: (i > 0).then_some(i64::from(i) * 100),
            error_code: format!("code {i}"),
            has_metadata: i % 2 == 0,
            ..Outcome::default()
        })
        .collect()
}

/// How wild the numbers of a data set are.
#[derive(Debug, Clone, Copy)]
pub enum Mood {
    Plain,
    Huge,
}

/// Numbers that follow from a seed; much faster than a strategy for each of a row's fields.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, below: u64) -> i64 {
        (self.bits() % below) as i64
    }

    fn code(&mut self, codes: u32) -> u32 {
        self.below(codes.into()) as u32
    }

    fn tokens(&mut self, mood: Mood) -> i64 {
        match (mood, self.below(6)) {
            (_, 0) => 0,
            (Mood::Plain, 1..=3) => self.below(3000),
            (Mood::Plain, 4) => self.below(200_000),
            (Mood::Plain, _) => self.below(100) - 50,
            (Mood::Huge, 1) => i64::MAX,
            (Mood::Huge, 2) => i64::MIN,
            (Mood::Huge, 3) => self.below(100),
            (Mood::Huge, 4) => self.bits() as i64,
            (Mood::Huge, _) => (1 << 61) + self.below(1 << 61),
        }
    }

    fn duration(&mut self, mood: Mood) -> Option<i64> {
        match (mood, self.below(10)) {
            (_, 0..=1) => None,
            (_, 2) => Some(0),
            (_, 3..=6) => Some(1 + self.below(5000)),
            (_, 7) => Some(12_345),
            (_, 8) => Some(self.below(10) - 5),
            (Mood::Plain, _) => Some(self.below(1 << 20)),
            (Mood::Huge, _) => Some((self.bits() >> 1) as i64),
        }
    }

    fn time(&mut self) -> i64 {
        match self.below(25) {
            0 => self.bits() as i64,
            1 => i64::MIN,
            2 => i64::MAX,
            3 => -self.below(5000),
            _ => self.below(100_000),
        }
    }

    fn text(&mut self) -> String {
        let bits = self.bits();
        match self.below(6) {
            0 => String::new(),
            1 => format!("{:08x}", bits as u32),
            2 => format!("{:08x}-{:04x}-4000-8000-{:012x}", bits as u32, bits >> 48, bits >> 16),
            3 => format!("req_{:06X}", bits >> 40),
            4 => format!("{bits:032x}"),
            _ => ["a", "b", "%", "_", "É", "é", "aB", "Zz", "7"][self.below(9) as usize]
                .repeat(1 + bits as usize % 3),
        }
    }

    fn row(&mut self, mood: Mood) -> Row {
        let flags = Flags(self.bits() as u8);
        Row {
            id: 0,
            timestamp_ms: self.time(),
            profile: self.code(PROFILES),
            outcome: self.code(OUTCOMES),
            route: self.code(ROUTES),
            client: self.code(CLIENTS),
            flags,
            input: self.tokens(mood),
            output: self.tokens(mood),
            cached: self.tokens(mood),
            cache_read: self.tokens(mood),
            cache_creation: self.tokens(mood),
            reasoning: self.tokens(mood),
            total: self.tokens(mood),
            latency_ms: self.duration(mood),
            ttft_ms: self.duration(mood),
            billed_beyond: std::array::from_fn(|_| self.tokens(mood)),
            // Quarters: their sums are the same in any order.
            cost_usd: if flags.has(Flags::PRICED) { (self.below(4000) - 100) as f64 / 4.0 } else { 0.0 },
            request_id: self.text(),
            trace_id: self.text(),
        }
    }
}

/// Events with different ids, in no order.
pub fn events(mood: Mood, most: usize) -> BoxedStrategy<Vec<Row>> {
    let special = any::<u8>();
    (0..most, any::<u64>(), special)
        .prop_map(move |(count, seed, special)| {
            let mut random = Random(seed);
            let mut rows: Vec<Row> = (0..count).map(|_| random.row(mood)).collect();
            for (i, row) in rows.iter_mut().enumerate() {
                // A bijection, so that ids neither repeat nor follow time.
                row.id = (i as i64 * 7919) % 1_000_003;
                match special {
                    0..40 => row.flags.0 |= Flags::FAILED,
                    40..80 => {
                        row.flags.0 &= !Flags::PRICED;
                        row.cost_usd = 0.0;
                    }
                    80..120 => row.timestamp_ms = 5000 + row.timestamp_ms % 2,
                    _ => {}
                }
            }
            rows
        })
        .boxed()
}

fn set(codes: u32) -> BoxedStrategy<Arc<CodeSet>> {
    proptest::collection::vec(0..codes + 2, 0..codes as usize)
        .prop_map(|c| Arc::new(c.into_iter().collect()))
        .boxed()
}

fn quantity() -> BoxedStrategy<Quantity> {
    proptest::sample::select(vec![
        Quantity::Input,
        Quantity::Output,
        Quantity::Cached,
        Quantity::CacheRead,
        Quantity::CacheCreation,
        Quantity::Reasoning,
        Quantity::Total,
        Quantity::Latency,
        Quantity::Ttft,
    ])
    .boxed()
}

/// Something rarely, nothing mostly.
fn rarely<T: Clone + std::fmt::Debug + 'static>(
    strategy: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    prop_oneof![4 => Just(None), 1 => strategy.prop_map(Some)].boxed()
}

fn any_of() -> BoxedStrategy<Arc<AnyOf>> {
    let needle = proptest::sample::select(vec!["a", "b", "7", "-", "req_", "é", "zz", "%"]);
    (rarely(set(PROFILES)), rarely(set(OUTCOMES)), rarely(set(ROUTES)), rarely(set(CLIENTS)))
        .prop_flat_map(move |(profiles, outcomes, routes, clients)| {
            (rarely(needle.clone()), proptest::collection::btree_set(0..300_i64, 0..5)).prop_map(
                move |(needle, ids)| {
                    let some = |set: &Option<Arc<CodeSet>>| set.as_deref().cloned().unwrap_or_default();
                    Arc::new(AnyOf {
                        profiles: some(&profiles),
                        outcomes: some(&outcomes),
                        routes: some(&routes),
                        clients: some(&clients),
                        ids: ids
                            .into_iter()
                            .map(|i| i * 7919 % 1_000_003)
                            .collect::<std::collections::BTreeSet<_>>()
                            .into_iter()
                            .collect(),
                        needle: needle.map(|n| Needle { lower: n.to_owned() }),
                    })
                },
            )
        })
        .boxed()
}

fn filter(texts: Vec<String>) -> BoxedStrategy<Filter> {
    let wanted =
        proptest::sample::subsequence(texts.clone(), 0..=texts.len().min(20)).prop_map(|mut texts| {
            texts.sort();
            Arc::new(texts)
        });
    let numbers =
        (quantity(), prop_oneof![Just(i64::MIN), -10..2000_i64], prop_oneof![Just(i64::MAX), 0..5000_i64])
            .prop_map(|(quantity, min, max)| NumberRange { quantity, min, max });
    let flag =
        || prop_oneof![6 => Just(0_u8), 1 => Just(Flags::FAILED), 1 => Just(Flags::PRICED), 1 => any::<u8>()];
    (
        (rarely(set(PROFILES)), rarely(set(OUTCOMES)), rarely(set(ROUTES)), rarely(set(CLIENTS))),
        (flag(), flag(), rarely(proptest::collection::vec(numbers, 1..3))),
        (rarely(wanted.clone()), rarely(wanted), rarely(any_of())),
    )
        .prop_map(
            |((profiles, outcomes, routes, clients), (set, clear, numbers), (traces, requests, any))| {
                Filter {
                    profiles,
                    outcomes,
                    routes,
                    clients,
                    flags_set: set,
                    flags_clear: clear,
                    numbers: numbers.unwrap_or_default(),
                    trace_ids: traces,
                    request_ids: requests,
                    any,
                }
            },
        )
        .boxed()
}

fn values(codes: u32) -> BoxedStrategy<(Arc<Vec<u32>>, u32)> {
    (1..5_u32)
        .prop_flat_map(move |len| {
            let value = prop_oneof![6 => 0..len, 1 => Just(SKIP)];
            proptest::collection::vec(value, 0..codes as usize + 2).prop_map(move |v| (Arc::new(v), len))
        })
        .boxed()
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![Just(Part::Credential), Just(Part::Model), Just(Part::ApiKey), Just(Part::Tier)]
}

fn dimension() -> BoxedStrategy<Dimension> {
    let time = (proptest::collection::btree_set(-10_000..110_000_i64, 1..40), 1..6_u32, any::<bool>())
        .prop_flat_map(|(bounds, len, wide)| {
            // Many values: what does not fit at once is found by hash.
            let len = if wide { len * 100_000 } else { len };
            let value = prop_oneof![6 => 0..len, 1 => Just(SKIP)];
            proptest::collection::vec(value, bounds.len() - 1).prop_map(move |values| Dimension::Time {
                bounds: Arc::new(bounds.iter().copied().collect()),
                values: Arc::new(values),
                len,
            })
        });
    prop_oneof![
        1 => values(PROFILES).prop_map(|(values, len)| Dimension::Profile { values, len }),
        2 => (part(), values(PROFILES)).prop_map(|(part, (values, len))| Dimension::Part { part, values, len }),
        1 => values(OUTCOMES).prop_map(|(values, len)| Dimension::Outcome { values, len }),
        1 => values(ROUTES).prop_map(|(values, len)| Dimension::Route { values, len }),
        1 => values(CLIENTS).prop_map(|(values, len)| Dimension::Client { values, len }),
        3 => time,
        1 => Just(Dimension::Failed),
    ]
    .boxed()
}

fn group() -> BoxedStrategy<Group> {
    let percentile = (quantity(), prop_oneof![1..=100_u8, Just(50), Just(95)])
        .prop_map(|(quantity, percent)| Percentile { quantity, percent });
    (proptest::collection::vec(dimension(), 0..3), proptest::collection::vec(percentile, 0..3), any::<bool>())
        .prop_map(|(by, percentiles, light)| Group { by, percentiles, light })
        .boxed()
}

fn rows() -> BoxedStrategy<Rows> {
    let key =
        || rarely((0..100_000_i64, 0..1000_i64).prop_map(|(timestamp_ms, id)| RowKey { timestamp_ms, id }));
    prop_oneof![
        (0..30_usize, key(), any::<bool>()).prop_map(|(limit, before, failed_only)| Rows::Newest {
            limit,
            before,
            failed_only
        }),
        (0..30_usize, key()).prop_map(|(limit, after)| Rows::Oldest { limit, after }),
        (0..30_usize, 0..10_usize, proptest::option::of(quantity()), any::<bool>()).prop_map(
            |(limit, offset, quantity, ascending)| Rows::Ranked { limit, offset, quantity, ascending }
        ),
        (dimension(), 0..5_usize).prop_map(|(by, limit)| Rows::NewestOfEach { by, limit }),
    ]
    .boxed()
}

/// Questions about events whose unique texts are among these.
pub fn plan(texts: Vec<String>) -> BoxedStrategy<Plan> {
    let range = prop_oneof![
        3 => Just(i64::MIN..i64::MAX),
        2 => (-1000..60_000_i64, 0..60_000_i64).prop_map(|(from, len)| from..from + len),
        1 => Just(5..5),
    ];
    let scan = (
        range,
        prop_oneof![1 => Just(Filter::default()), 3 => filter(texts)],
        proptest::collection::vec(group(), 0..4),
        proptest::collection::vec(rows(), 0..3),
    )
        .prop_map(|(range, filter, groups, rows)| Scan { range, filter, groups, rows });
    proptest::collection::vec(scan, 1..4).prop_map(Plan::new).boxed()
}

/// Puts events into segments: each goes where `picks` says. Each segment hides some events that nobody asked for.
pub fn segments(events: &[Row], picks: &[prop::sample::Index], count: usize, hidden: usize) -> Vec<Segment> {
    let mut parts: Vec<Vec<(Row, bool)>> = vec![Vec::new(); count];
    for (i, event) in events.iter().enumerate() {
        let part = picks.get(i % picks.len().max(1)).map_or(0, |pick| pick.index(count));
        parts[part].push((event.clone(), true));
        if hidden > 0 && i % hidden == 0 {
            let mut other = event.clone();
            other.id += 2_000_000;
            other.timestamp_ms = other.timestamp_ms.saturating_add(1);
            parts[part].push((other, false));
        }
    }
    let mut segments = Vec::new();
    for mut part in parts.into_iter().filter(|part| !part.is_empty()) {
        part.sort_by_key(|(row, _)| row.key());
        let rows: Vec<Row> = part.iter().map(|(row, _)| row.clone()).collect();
        let deleted = part.iter().enumerate().filter(|(_, (_, live))| !live).map(|(row, _)| row).collect();
        let segment = Segment::in_memory(&rows, &profiles(), &outcomes()).expect("rows are in order");
        segments.push(segment.with_deleted(Arc::new(deleted)));
    }
    segments
}

fn number(row: &Row, quantity: Quantity) -> Option<i64> {
    match quantity {
        Quantity::Input => Some(row.input),
        Quantity::Output => Some(row.output),
        Quantity::Cached => Some(row.cached),
        Quantity::CacheRead => Some(row.cache_read),
        Quantity::CacheCreation => Some(row.cache_creation),
        Quantity::Reasoning => Some(row.reasoning),
        Quantity::Total => Some(row.total),
        Quantity::Latency => row.latency_ms,
        Quantity::Ttft => row.ttft_ms,
    }
}

fn passes(filter: &Filter, row: &Row) -> bool {
    let holds = |set: &Option<Arc<CodeSet>>, code: u32| set.as_ref().is_none_or(|set| set.contains(code));
    let listed =
        |list: &Option<Arc<Vec<String>>>, text: &String| list.as_ref().is_none_or(|l| l.contains(text));
    let any = |any: &AnyOf| {
        any.profiles.contains(row.profile)
            || any.outcomes.contains(row.outcome)
            || any.routes.contains(row.route)
            || any.clients.contains(row.client)
            || any.ids.contains(&row.id)
            || any.needle.as_ref().is_some_and(|needle| {
                [&row.request_id, &row.trace_id]
                    .iter()
                    .any(|t| t.to_ascii_lowercase().contains(&needle.lower))
            })
    };
    holds(&filter.profiles, row.profile)
        && holds(&filter.outcomes, row.outcome)
        && holds(&filter.routes, row.route)
        && holds(&filter.clients, row.client)
        && row.flags.has(filter.flags_set)
        && row.flags.0 & filter.flags_clear == 0
        && filter.numbers.iter().all(|r| number(row, r.quantity).is_some_and(|v| r.min <= v && v <= r.max))
        && listed(&filter.trace_ids, &row.trace_id)
        && listed(&filter.request_ids, &row.request_id)
        && filter.any.as_ref().is_none_or(|a| any(a))
}

fn value(by: &Dimension, row: &Row) -> Option<u32> {
    let of = |values: &Vec<u32>, code: u32| values.get(code as usize).copied().filter(|v| *v != SKIP);
    match by {
        Dimension::Profile { values, .. } => of(values, row.profile),
        Dimension::Part { part, values, .. } => {
            of(values, profiles().get(row.profile as usize).map(|profile| part.of(profile))?)
        }
        Dimension::Outcome { values, .. } => of(values, row.outcome),
        Dimension::Route { values, .. } => of(values, row.route),
        Dimension::Client { values, .. } => of(values, row.client),
        Dimension::Time { bounds, values, .. } => {
            let at = |i: &usize| bounds[*i] <= row.timestamp_ms && row.timestamp_ms < bounds[*i + 1];
            let interval = (0..values.len()).find(at)?;
            Some(values[interval]).filter(|v| *v != SKIP)
        }
        Dimension::Failed => Some(u32::from(row.flags.has(Flags::FAILED))),
    }
}

fn sums(rows: &[&Row], light: bool) -> Sums {
    let count = |test: fn(&Row) -> bool| rows.iter().filter(|row| test(row)).count() as i64;
    let sum = |value: fn(&Row) -> i64| {
        let sum: i128 = rows.iter().map(|row| i128::from(value(row))).sum();
        sum.clamp(i64::MIN.into(), i64::MAX.into()) as i64
    };
    let few = Sums {
        calls: rows.len() as i64,
        failures: count(|r| r.flags.has(Flags::FAILED)),
        unpriced_calls: count(|r| !r.flags.has(Flags::PRICED)),
        total: sum(|r| r.total),
        cost_usd: rows.iter().map(|r| r.cost_usd).sum(),
        ..Sums::default()
    };
    if light {
        return few;
    }
    Sums {
        zero_token_calls: count(|r| !r.flags.has(Flags::FAILED) && r.total == 0),
        input: sum(|r| r.input),
        output: sum(|r| r.output),
        cached: sum(|r| r.cached),
        cache_read: sum(|r| r.cache_read),
        cache_creation: sum(|r| r.cache_creation),
        reasoning: sum(|r| r.reasoning),
        latency_sum_ms: sum(|r| r.latency_ms.unwrap_or(0)),
        latency_samples: count(|r| r.latency_ms.is_some_and(|v| v != 0)),
        latency_max_ms: rows.iter().filter_map(|r| r.latency_ms).max(),
        first_ms: rows.iter().map(|r| r.timestamp_ms).min().unwrap_or(i64::MAX),
        last_ms: rows.iter().map(|r| r.timestamp_ms).max().unwrap_or(i64::MIN),
        ..few
    }
}

fn percentile(rows: &[&Row], wanted: Percentile) -> Option<i64> {
    let mut values: Vec<i64> =
        rows.iter().filter_map(|row| number(row, wanted.quantity)).filter(|v| *v > 0).collect();
    values.sort_unstable();
    let rank = (usize::from(wanted.percent) * values.len()).div_ceil(100);
    values.get(rank.checked_sub(1)?).copied()
}

fn group_answer(group: &Group, rows: &[&Row]) -> GroupAnswer {
    let mut groups: BTreeMap<Vec<u32>, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        if let Some(key) = group.by.iter().map(|by| value(by, row)).collect::<Option<Vec<u32>>>() {
            groups.entry(key).or_default().push(row);
        }
    }
    let rows = groups.into_iter().map(|(key, rows)| GroupRow {
        key,
        sums: sums(&rows, group.light),
        percentiles: group.percentiles.iter().map(|p| percentile(&rows, *p)).collect(),
    });
    GroupAnswer { rows: rows.collect() }
}

fn keys<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<RowKey> {
    rows.into_iter().map(Row::key).collect()
}

fn picked(wanted: &Rows, rows: &[&Row]) -> Vec<RowKey> {
    let mut rows: Vec<&Row> = rows.to_vec();
    rows.sort_by_key(|row| Reverse(row.key()));
    match wanted {
        Rows::Newest { limit, before, failed_only } => keys(
            rows.into_iter()
                .filter(|r| before.is_none_or(|b| r.key() < b))
                .filter(|r| !failed_only || r.flags.has(Flags::FAILED))
                .take(*limit),
        ),
        Rows::Oldest { limit, after } => {
            rows.reverse();
            keys(rows.into_iter().filter(|r| after.is_none_or(|a| r.key() > a)).take(*limit))
        }
        Rows::Ranked { limit, offset, quantity, ascending } => {
            let key = |row: &Row| match quantity {
                Some(quantity) => number(row, *quantity).map(|v| v as f64),
                None => row.flags.has(Flags::PRICED).then_some(row.cost_usd),
            };
            let exact = |row: &Row| quantity.and_then(|q| number(row, q));
            rows.sort_by(|a, b| {
                let order = match (key(a), key(b)) {
                    (Some(x), Some(y)) if quantity.is_none() => x.total_cmp(&y),
                    (Some(_), Some(_)) => exact(a).cmp(&exact(b)),
                    (a, b) => return b.is_some().cmp(&a.is_some()),
                };
                if *ascending { order } else { order.reverse() }
            });
            keys(rows.into_iter().skip(*offset).take(*limit))
        }
        Rows::NewestOfEach { by, limit } => {
            let mut each: BTreeMap<u32, Vec<&Row>> = BTreeMap::new();
            for row in rows {
                if let Some(value) = value(by, row) {
                    each.entry(value).or_default().push(row);
                }
            }
            each.into_values().flat_map(|rows| keys(rows.into_iter().take(*limit))).collect()
        }
    }
}

/// The answer, row by row.
pub fn expected(plan: &Plan, events: &[Row]) -> Answer {
    let scan = |scan: &Scan| {
        let rows: Vec<&Row> = events
            .iter()
            .filter(|r| scan.range.contains(&r.timestamp_ms) && passes(&scan.filter, r))
            .collect();
        ScanAnswer {
            matched: rows.len() as i64,
            groups: scan.groups.iter().map(|group| group_answer(group, &rows)).collect(),
            rows: scan.rows.iter().map(|wanted| picked(wanted, &rows)).collect(),
        }
    };
    Answer { scans: plan.scans.iter().map(scan).collect() }
}
