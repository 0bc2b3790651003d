//! Events that look like a year of coding agents.

use std::time::Instant;

use cpamp_columns::{ColumnError, Flags, Outcome, Profile, Row, SEGMENT_ROWS, Segment};

/// Time that this thread has worked, in nanoseconds: other programs do not count, where the system tells (Linux).
pub fn worked(started: Instant) -> f64 {
    let read = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = read.and_then(|text| text.split(' ').next()?.parse().ok());
    told.unwrap_or_else(|| started.elapsed().as_nanos() as f64)
}

/// What the questions need to know.
pub struct World {
    pub profiles: Vec<Profile>,
    pub from: i64,
    pub to: i64,
}

struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, below: u64) -> u64 {
        (self.unit() * below as f64) as u64
    }

    /// Around a median, by a factor that is rarely more than ten.
    fn around(&mut self, median: f64) -> i64 {
        let normal = (0..6).map(|_| self.unit()).sum::<f64>() - 3.0;
        (median * (normal * 1.2).exp()) as i64
    }
}

fn row(random: &mut Random, id: i64, timestamp_ms: i64, profiles: u64) -> Row {
    // A few profiles make most of the traffic.
    let profile = (profiles as f64).powf(random.unit()) as u32 - 1;
    let failed = random.unit() < 0.03;
    let cache_read = if random.unit() < 0.8 { random.around(40_000.0) } else { 0 };
    let cache_creation = if random.unit() < 0.3 { random.around(3000.0) } else { 0 };
    let (input, output) = (cache_read + cache_creation + random.around(1500.0), random.around(600.0));
    let reasoning = if random.unit() < 0.4 { random.around(400.0) } else { 0 };
    let priced = random.unit() < 0.95;
    let mut flags = u8::from(failed) | if priced { Flags::PRICED } else { 0 };
    if cache_read + cache_creation > 0 {
        flags |= Flags::CACHE_ANY;
    }
    let tokens = |value: i64| if failed { 0 } else { value };
    Row {
        id,
        timestamp_ms,
        profile,
        outcome: if failed { 1 + random.below(6) as u32 } else { 0 },
        route: 1 + random.below(5) as u32,
        client: 1 + random.below(60) as u32,
        flags: Flags(flags),
        input: tokens(input),
        output: tokens(output),
        cached: 0,
        cache_read: tokens(cache_read),
        cache_creation: tokens(cache_creation),
        reasoning: tokens(reasoning),
        total: tokens(input + output),
        latency_ms: Some(random.around(8000.0)),
        ttft_ms: (!failed).then(|| random.around(900.0)),
        billed_beyond: [0; 5],
        cost_usd: if priced { tokens(input) as f64 * 3e-6 + tokens(output) as f64 * 15e-6 } else { 0.0 },
        request_id: format!("{:08x}", random.bits() as u32),
        trace_id: if random.unit() < 0.5 {
            String::new()
        } else {
            format!("{:032x}", u128::from(random.bits()) << 64 | u128::from(random.bits()))
        },
    }
}

/// Segments of so many events over so many days.
pub fn segments(
    events: usize,
    days: i64,
    profiles: u32,
    encoding: &mut f64,
) -> Result<(World, Vec<Segment>), ColumnError> {
    let started = Instant::now();
    let mut random = Random(1);
    let from = 1_793_000_000_000 / 86_400_000 * 86_400_000;
    let to = from + days * 86_400_000;
    let all: Vec<Profile> = (0..profiles)
        .map(|i| {
            let mix = i.wrapping_mul(2_654_435_761) >> 7;
            Profile {
                gateway: 1,
                credential: mix % 100,
                model: mix / 100 % 40,
                api_key: mix / 4000 % 200,
                tier: i % 4,
            }
        })
        .collect();
    let outcomes = vec![Outcome::default(); 8];
    let mut segments = Vec::new();
    let mut rows = Vec::with_capacity(SEGMENT_ROWS);
    let step = (to - from) as f64 / events as f64;
    for i in 0..events {
        let time = from + (i as f64 * step + random.unit() * step) as i64;
        rows.push(row(&mut random, i as i64 + 1, time, u64::from(profiles)));
        if rows.len() == SEGMENT_ROWS || i + 1 == events {
            rows.sort_by_key(Row::key);
            let before = worked(started);
            segments.push(Segment::in_memory(&rows, &all, &outcomes)?);
            *encoding += worked(started) - before;
            rows.clear();
        }
    }
    Ok((World { profiles: all, from, to }, segments))
}
