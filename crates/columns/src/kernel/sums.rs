//! Sums by slot. All counters of a slot stand side by side, so that adding an event touches one or two cache lines.

use fearless_simd::{Level, Simd, dispatch};

use super::block::{Needs, View};
use super::keys::Map;
use crate::answer::Sums;
use crate::bits::BLOCK;
use crate::column::Column;
use crate::numbers::NONE;
use crate::row::Flags;

/// Calls in the low half, failures in the high half. Four billion of each are more than an index can hold.
const CALLS: usize = 0;
/// Zero-token calls low, unpriced calls high.
const ODD: usize = 1;
const SAMPLES: usize = 2;
const TOKENS: usize = 3;
const TOTAL: usize = TOKENS + 6;
const LATENCY: usize = 10;
/// Bits of an `f64`. Lane 11 stays 0: so many lanes are added as whole vectors.
const COST: usize = 12;
/// Lanes of which the largest is kept; all start at 0 and only grow: see [`ordered`].
const LATENCY_MAX: usize = 13;
const FIRST: usize = 14;
const LAST: usize = 15;
/// Lanes of an accumulator, and of a record: what one event adds.
const FULL: usize = 16;

/// Lanes of a light accumulator.
const LIGHT: usize = 4;
const LIGHT_UNPRICED: usize = 1;
const LIGHT_TOTAL: usize = 2;
const LIGHT_COST: usize = 3;

/// The token columns, in the order of their lanes.
const TOKEN_COLUMNS: [Column; 7] = [
    Column::Input,
    Column::Output,
    Column::Cached,
    Column::CacheRead,
    Column::CacheCreation,
    Column::Reasoning,
    Column::Total,
];

/// A number as one whose unsigned order is the same.
fn ordered(value: i64) -> u64 {
    value as u64 ^ 1 << 63
}

fn unordered(value: u64) -> i64 {
    (value ^ 1 << 63) as i64
}

/// The columns that sums need.
pub(super) fn needs(light: bool) -> Needs {
    let mut needs = Needs::of(&[Column::Flags, Column::Total, Column::Cost]);
    if !light {
        TOKEN_COLUMNS.iter().chain(&[Column::Time, Column::Latency]).for_each(|column| needs.add(*column));
    }
    needs
}

/// What the selected rows of a block add, made once for all groups.
pub(super) struct Lanes {
    /// The vector instructions of this processor: the same code is compiled for each kind.
    level: Level,
    calls: Box<[u64; BLOCK]>,
    odd: Box<[u64; BLOCK]>,
    samples: Box<[u64; BLOCK]>,
    latency: Box<[i64; BLOCK]>,
    records: Vec<[u64; FULL]>,
    light: Vec<[u64; LIGHT]>,
}

impl Lanes {
    pub(super) fn new(level: Level) -> Self {
        Self {
            level,
            calls: Box::new([0; BLOCK]),
            odd: Box::new([0; BLOCK]),
            samples: Box::new([0; BLOCK]),
            latency: Box::new([0; BLOCK]),
            records: vec![[0; FULL]; BLOCK],
            light: vec![[0; LIGHT]; BLOCK],
        }
    }

    /// Prepares the lanes of a view: `full` if sums beyond the light ones are wanted, the others if sums of such groups
    /// are added row by row.
    pub(super) fn fill(&mut self, view: &View<'_>, full: bool, records: bool, light: bool) {
        dispatch!(self.level, simd => self.fill_with(simd, view, full, records, light));
    }

    #[inline(always)]
    fn fill_with<S: Simd>(&mut self, _: S, view: &View<'_>, full: bool, records: bool, light: bool) {
        let rows = view.rows.min(BLOCK);
        let column = |column: Column| &view.get(column)[..rows];
        let dollars = &view.dollars[..rows];
        let (flags, totals) = (column(Column::Flags), column(Column::Total));
        let (calls, odd) = (&mut self.calls[..rows], &mut self.odd[..rows]);
        for i in 0..rows {
            let flags = flags[i] as u64;
            let failed = flags & u64::from(Flags::FAILED);
            let unpriced = u64::from(flags & u64::from(Flags::PRICED) == 0);
            let zero = u64::from(totals[i] == 0) & !failed & 1;
            calls[i] = 1 | failed << 32;
            odd[i] = zero | unpriced << 32;
        }
        if full {
            let (latencies, samples) = (&mut self.latency[..rows], &mut self.samples[..rows]);
            for (i, latency) in column(Column::Latency).iter().enumerate() {
                let latency = if *latency == NONE { 0 } else { *latency };
                latencies[i] = latency;
                samples[i] = u64::from(latency != 0);
            }
        }
        if records {
            let tokens = TOKEN_COLUMNS.map(column);
            let (latencies, times) = (column(Column::Latency), column(Column::Time));
            let (latency, samples) = (&self.latency[..rows], &self.samples[..rows]);
            for (i, record) in self.records[..rows].iter_mut().enumerate() {
                let mut lanes = [0; FULL];
                lanes[CALLS] = calls[i];
                lanes[ODD] = odd[i];
                lanes[SAMPLES] = samples[i];
                for (lane, tokens) in tokens.iter().enumerate() {
                    lanes[TOKENS + lane] = tokens[i] as u64;
                }
                lanes[LATENCY] = latency[i] as u64;
                lanes[COST] = dollars[i].to_bits();
                lanes[LATENCY_MAX] = ordered(latencies[i]);
                lanes[FIRST] = !ordered(times[i]);
                lanes[LAST] = ordered(times[i]);
                *record = lanes;
            }
        }
        if light {
            for (i, light) in self.light[..rows].iter_mut().enumerate() {
                *light = [calls[i], odd[i] >> 32, totals[i] as u64, dollars[i].to_bits()];
            }
        }
    }
}

/// Sums of dollars, with four running sums: one would wait for each addition.
#[inline(always)]
fn sum_dollars(values: &[f64]) -> f64 {
    let (fours, rest) = values.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for four in fours {
        sums.iter_mut().zip(four).for_each(|(sum, value)| *sum += value);
    }
    rest.iter().fold(sums[0] + sums[1] + (sums[2] + sums[3]), |sum, value| sum + value)
}

#[inline(always)]
fn sum_lane(values: &[u64]) -> u64 {
    values.iter().fold(0, |sum, value| sum.wrapping_add(*value))
}

#[inline(always)]
fn sum_column(values: &[i64]) -> u64 {
    values.iter().fold(0_u64, |sum, value| sum.wrapping_add(*value as u64))
}

fn add_dollars(lane: &mut u64, dollars: f64) {
    *lane = (f64::from_bits(*lane) + dollars).to_bits();
}

/// The accumulators of a group.
#[derive(Debug, Clone)]
enum Lines {
    Full(Vec<[u64; FULL]>),
    Light(Vec<[u64; LIGHT]>),
}

/// Accumulators, and how often a lane of one went round.
#[derive(Debug, Clone)]
pub(super) struct Accumulators {
    lines: Lines,
    /// By slot and lane; the sum is the lane plus so many times 2⁶⁴.
    rounds: Map<(u32, u32), i64>,
}

/// Bytes that the accumulators of one slot take.
pub(super) fn bytes_per_slot(light: bool) -> u64 {
    if light { LIGHT as u64 * 8 } else { FULL as u64 * 8 }
}

impl Accumulators {
    pub(super) fn new(slots: usize, light: bool) -> Self {
        let lines =
            if light { Lines::Light(vec![[0; LIGHT]; slots]) } else { Lines::Full(vec![[0; FULL]; slots]) };
        Self { lines, rounds: Map::default() }
    }

    /// Makes room for slots that are new.
    pub(super) fn grow(&mut self, slots: usize) {
        match &mut self.lines {
            Lines::Full(lines) => lines.resize(slots, [0; FULL]),
            Lines::Light(lines) => lines.resize(slots, [0; LIGHT]),
        }
    }

    /// Adds rows whose slots change from row to row.
    pub(super) fn scatter(&mut self, lanes: &Lanes, slots: &[u64]) {
        dispatch!(lanes.level, simd => self.scatter_with(simd, lanes, slots));
    }

    #[inline(always)]
    fn scatter_with<S: Simd>(&mut self, _: S, lanes: &Lanes, slots: &[u64]) {
        // `NO_SLOT` is beyond every length.
        match &mut self.lines {
            Lines::Full(lines) => {
                for (slot, record) in slots.iter().zip(&lanes.records) {
                    if let Some(line) = lines.get_mut(*slot as usize) {
                        add_record(line, record);
                    }
                }
            }
            Lines::Light(lines) => {
                for (slot, light) in slots.iter().zip(&lanes.light) {
                    if let Some(line) = lines.get_mut(*slot as usize) {
                        let (old, more) = (*line, *light);
                        let cost = f64::from_bits(old[LIGHT_COST]) + f64::from_bits(more[LIGHT_COST]);
                        let mut new: [u64; LIGHT] =
                            std::array::from_fn(|lane| old[lane].wrapping_add(more[lane]));
                        new[LIGHT_COST] = cost.to_bits();
                        *line = new;
                    }
                }
            }
        }
    }

    /// Adds rows that share a slot.
    pub(super) fn run(&mut self, view: &View<'_>, lanes: &Lanes, from: usize, to: usize, slot: usize) {
        dispatch!(lanes.level, simd => self.run_with(simd, view, lanes, from, to, slot));
    }

    #[inline(always)]
    fn run_with<S: Simd>(
        &mut self,
        _: S,
        view: &View<'_>,
        lanes: &Lanes,
        from: usize,
        to: usize,
        slot: usize,
    ) {
        let column = |column: Column| &view.get(column)[from..to];
        let dollars = sum_dollars(&view.dollars[from..to]);
        match &mut self.lines {
            Lines::Full(lines) => {
                let Some(line) = lines.get_mut(slot) else { return };
                let mut add = |lane: usize, value: u64| line[lane] = line[lane].wrapping_add(value);
                add(CALLS, sum_lane(&lanes.calls[from..to]));
                add(ODD, sum_lane(&lanes.odd[from..to]));
                add(SAMPLES, sum_lane(&lanes.samples[from..to]));
                for (lane, tokens) in TOKEN_COLUMNS.iter().enumerate() {
                    add(TOKENS + lane, sum_column(column(*tokens)));
                }
                add(LATENCY, sum_column(&lanes.latency[from..to]));
                add_dollars(&mut line[COST], dollars);
                let most = column(Column::Latency).iter().copied().max().unwrap_or(NONE);
                line[LATENCY_MAX] = line[LATENCY_MAX].max(ordered(most));
                let times = column(Column::Time);
                if let (Some(first), Some(last)) = (times.first(), times.last()) {
                    line[FIRST] = line[FIRST].max(!ordered(*first));
                    line[LAST] = line[LAST].max(ordered(*last));
                }
            }
            Lines::Light(lines) => {
                let Some(line) = lines.get_mut(slot) else { return };
                line[CALLS] = line[CALLS].wrapping_add(sum_lane(&lanes.calls[from..to]));
                let odd = sum_lane(&lanes.odd[from..to]);
                line[LIGHT_UNPRICED] = line[LIGHT_UNPRICED].wrapping_add(odd >> 32);
                line[LIGHT_TOTAL] = line[LIGHT_TOTAL].wrapping_add(sum_column(column(Column::Total)));
                add_dollars(&mut line[LIGHT_COST], dollars);
            }
        }
    }

    /// Adds rows that share a slot one by one and watches for lanes that go round: for numbers so large that sums may leave
    /// 64 bits.
    pub(super) fn watched(&mut self, view: &View<'_>, lanes: &Lanes, from: usize, to: usize, slot: usize) {
        let tokens = TOKEN_COLUMNS.map(|column| view.get(column));
        let Self { lines, rounds } = self;
        let mut add = |line: &mut [u64], lane: usize, value: u64| {
            add_watched(&mut line[lane], value, rounds, (slot as u32, lane as u32));
        };
        for i in from..to {
            match lines {
                Lines::Full(lines) => {
                    let line = &mut lines[slot][..];
                    line[CALLS] += lanes.calls[i];
                    line[ODD] += lanes.odd[i];
                    line[SAMPLES] += lanes.samples[i];
                    for (lane, tokens) in tokens.iter().enumerate() {
                        add(line, TOKENS + lane, tokens[i] as u64);
                    }
                    add(line, LATENCY, lanes.latency[i] as u64);
                    add_dollars(&mut line[COST], view.dollars[i]);
                    line[LATENCY_MAX] = line[LATENCY_MAX].max(ordered(view.get(Column::Latency)[i]));
                    line[FIRST] = line[FIRST].max(!ordered(view.get(Column::Time)[i]));
                    line[LAST] = line[LAST].max(ordered(view.get(Column::Time)[i]));
                }
                Lines::Light(lines) => {
                    let line = &mut lines[slot][..];
                    line[CALLS] += lanes.calls[i];
                    line[LIGHT_UNPRICED] += lanes.odd[i] >> 32;
                    add(line, LIGHT_TOTAL, view.get(Column::Total)[i] as u64);
                    add_dollars(&mut line[LIGHT_COST], view.dollars[i]);
                }
            }
        }
    }

    /// Adds the accumulators of other events: slot `from` of theirs to slot `to(from)` of these.
    pub(super) fn merge(&mut self, other: &Self, to: &[u32]) {
        let place = |from: usize| to.get(from).map_or(from, |to| *to as usize);
        match (&mut self.lines, &other.lines) {
            (Lines::Full(lines), Lines::Full(others)) => {
                for (from, other) in others.iter().enumerate().filter(|(_, other)| other[CALLS] != 0) {
                    let slot = place(from);
                    let line = &mut lines[slot];
                    for lane in 0..=LATENCY {
                        let at = (slot as u32, lane as u32);
                        if (TOKENS..=LATENCY).contains(&lane) {
                            add_watched(&mut line[lane], other[lane], &mut self.rounds, at);
                        } else {
                            line[lane] += other[lane];
                        }
                    }
                    add_dollars(&mut line[COST], f64::from_bits(other[COST]));
                    for lane in [LATENCY_MAX, FIRST, LAST] {
                        line[lane] = line[lane].max(other[lane]);
                    }
                }
            }
            (Lines::Light(lines), Lines::Light(others)) => {
                for (from, other) in others.iter().enumerate().filter(|(_, other)| other[CALLS] != 0) {
                    let slot = place(from);
                    let line = &mut lines[slot];
                    line[CALLS] += other[CALLS];
                    line[LIGHT_UNPRICED] += other[LIGHT_UNPRICED];
                    let at = (slot as u32, LIGHT_TOTAL as u32);
                    add_watched(&mut line[LIGHT_TOTAL], other[LIGHT_TOTAL], &mut self.rounds, at);
                    add_dollars(&mut line[LIGHT_COST], f64::from_bits(other[LIGHT_COST]));
                }
            }
            // Partial answers of one plan have the same shape.
            _ => {}
        }
        for ((slot, lane), rounds) in &other.rounds {
            *self.rounds.entry((place(*slot as usize) as u32, *lane)).or_default() += rounds;
        }
    }

    /// The sums of a slot; `None` without events.
    pub(super) fn sums(&self, slot: usize) -> Option<Sums> {
        let sum = |lane: usize, value: u64| match self.rounds.get(&(slot as u32, lane as u32)) {
            Some(rounds) if *rounds > 0 => i64::MAX,
            Some(rounds) if *rounds < 0 => i64::MIN,
            _ => value as i64,
        };
        let low = |value: u64| i64::from(value as u32);
        let high = |value: u64| (value >> 32) as i64;
        match &self.lines {
            Lines::Full(lines) => {
                let line = lines.get(slot).filter(|line| line[CALLS] != 0)?;
                let token = |lane: usize| sum(TOKENS + lane, line[TOKENS + lane]);
                Some(Sums {
                    calls: low(line[CALLS]),
                    failures: high(line[CALLS]),
                    zero_token_calls: low(line[ODD]),
                    unpriced_calls: high(line[ODD]),
                    input: token(0),
                    output: token(1),
                    cached: token(2),
                    cache_read: token(3),
                    cache_creation: token(4),
                    reasoning: token(5),
                    total: sum(TOTAL, line[TOTAL]),
                    cost_usd: f64::from_bits(line[COST]),
                    latency_sum_ms: sum(LATENCY, line[LATENCY]),
                    latency_samples: line[SAMPLES] as i64,
                    latency_max_ms: (line[LATENCY_MAX] != 0).then(|| unordered(line[LATENCY_MAX])),
                    first_ms: unordered(!line[FIRST]),
                    last_ms: unordered(line[LAST]),
                })
            }
            Lines::Light(lines) => {
                let line = lines.get(slot).filter(|line| line[CALLS] != 0)?;
                Some(Sums {
                    calls: low(line[CALLS]),
                    failures: high(line[CALLS]),
                    unpriced_calls: line[LIGHT_UNPRICED] as i64,
                    total: sum(LIGHT_TOTAL, line[LIGHT_TOTAL]),
                    cost_usd: f64::from_bits(line[LIGHT_COST]),
                    ..Sums::default()
                })
            }
        }
    }
}

/// All lanes are read before one is written: the compiler cannot know that the two lie apart, and would add one at a time.
#[inline(always)]
fn add_record(line: &mut [u64; FULL], record: &[u64; FULL]) {
    let (old, more) = (*line, *record);
    let cost = f64::from_bits(old[COST]) + f64::from_bits(more[COST]);
    let mut new: [u64; FULL] = std::array::from_fn(|lane| {
        if lane < COST { old[lane].wrapping_add(more[lane]) } else { old[lane].max(more[lane]) }
    });
    new[COST] = cost.to_bits();
    *line = new;
}

/// Adds a signed number to a lane and counts when it goes round.
fn add_watched(lane: &mut u64, value: u64, rounds: &mut Map<(u32, u32), i64>, at: (u32, u32)) {
    let (sum, round) = (*lane as i64).overflowing_add(value as i64);
    if round {
        let entry = rounds.entry(at).or_default();
        *entry += if value as i64 > 0 { 1 } else { -1 };
    }
    *lane = sum as u64;
}
