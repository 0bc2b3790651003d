//! How fast the kernels are and how much the columns take:
//! `cargo run --release -p cpamp-columns --example speed [millions of events] [days] [profiles] [name]`.

mod data;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use cpamp_columns::{
    AnyOf, CodeSet, Column, Dimension, Filter, Group, Needle, Never, Next, NumberRange, Pass, Percentile,
    Plan, Quantity, Rows, Scan, Segment,
};
use data::{World, worked};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const HOUR: i64 = 3_600_000;

/// Answers and says how many passes it took.
fn run(plan: &Arc<Plan>, segments: &[Segment]) -> Result<(cpamp_columns::Answer, u32)> {
    let mut pass = Pass::first(Arc::clone(plan))?;
    let mut passes = 1;
    loop {
        let mut partial = pass.start();
        for segment in segments.iter().rev() {
            pass.scan(&mut partial, segment, &Never)?;
        }
        match pass.next(partial) {
            Next::Answer(answer) => return Ok((answer, passes)),
            Next::Pass(again) => pass = again,
        }
        passes += 1;
    }
}

struct Questions {
    world: World,
}

impl Questions {
    fn scan(&self, groups: Vec<Group>) -> Scan {
        Scan { range: self.world.from..self.world.to, filter: Filter::default(), groups, rows: Vec::new() }
    }

    fn time(&self, step: i64, values: impl Fn(i64) -> u32, len: u32) -> Dimension {
        let (from, to) = (self.world.from, self.world.to);
        let bounds: Vec<i64> = (0..=(to - from) / step).map(|i| from + i * step).collect();
        let values = (0..bounds.len() as i64 - 1).map(values).collect();
        Dimension::Time { bounds: Arc::new(bounds), values: Arc::new(values), len }
    }

    fn hours(&self) -> Dimension {
        let len = ((self.world.to - self.world.from) / HOUR) as u32;
        self.time(HOUR, |i| i as u32, len)
    }

    fn days(&self) -> Dimension {
        let len = ((self.world.to - self.world.from) / (24 * HOUR)) as u32;
        self.time(24 * HOUR, |i| i as u32, len)
    }

    fn by(&self, value: fn(&cpamp_columns::Profile) -> u32) -> Dimension {
        let values: Vec<u32> = self.world.profiles.iter().map(value).collect();
        let len = values.iter().max().map_or(1, |max| max + 1);
        Dimension::Profile { values: Arc::new(values), len }
    }

    fn by_profile(&self) -> Dimension {
        let len = self.world.profiles.len() as u32;
        Dimension::Profile { values: Arc::new((0..len).collect()), len }
    }

    fn percentiles() -> Vec<Percentile> {
        [Quantity::Latency, Quantity::Ttft].map(|quantity| Percentile { quantity, percent: 95 }).into()
    }

    fn all(&self) -> Vec<(&'static str, Scan)> {
        let full = |by: Vec<Dimension>| Group { by, ..Group::default() };
        let light = |by: Vec<Dimension>| Group { by, light: true, ..Group::default() };
        let with = |by: Vec<Dimension>| Group { by, percentiles: Self::percentiles(), light: false };
        // One array for all groups that mean the same hours, as a caller would have it.
        let week = self.time(HOUR, |i| (i % 168) as u32, 168);
        let days = self.days();
        let groups = [
            ("total", full(vec![])),
            ("total, 2 percentiles", with(vec![])),
            ("by profile", full(vec![self.by_profile()])),
            ("by hour", full(vec![self.hours()])),
            ("by hour, 2 percentiles", with(vec![self.hours()])),
            ("hour of week x model, light", light(vec![week.clone(), self.by(|p| p.model)])),
            ("hour of week x key, light", light(vec![week.clone(), self.by(|p| p.api_key)])),
            ("hour of week x provider, light", light(vec![week, self.by(|p| p.credential % 8)])),
            ("day x credential", full(vec![days.clone(), self.by(|p| p.credential)])),
            ("day x key", full(vec![days, self.by(|p| p.api_key)])),
        ];
        let every = [1, 2, 4, 5, 6, 7, 8, 9].map(|i: usize| groups[i].1.clone());
        let mut all: Vec<_> =
            groups.into_iter().map(|(name, group)| (name, self.scan(vec![group]))).collect();
        all.push(("MONITORING, all of these", self.scan(every.into())));
        let mut dashboard = self.scan(vec![full(vec![]), light(vec![self.by(|p| p.model)])]);
        dashboard.range.start = self.world.to - 7 * 24 * HOUR;
        all.push(("last 7 days: total, by model", dashboard));
        all.extend(self.filtered(&full));
        all
    }

    fn filtered(&self, full: &dyn Fn(Vec<Dimension>) -> Group) -> Vec<(&'static str, Scan)> {
        let models: CodeSet = self.codes(|p| p.model == 3);
        let search = AnyOf {
            profiles: self.codes(|p| p.model == 7),
            needle: Some(Needle { lower: "ab12".to_owned() }),
            ..AnyOf::default()
        };
        let filters = [
            ("one model: total", Filter { profiles: Some(Arc::new(models)), ..Filter::default() }),
            ("failed: total", Filter { flags_set: cpamp_columns::Flags::FAILED, ..Filter::default() }),
            (
                "latency above 10 s: total",
                Filter {
                    numbers: vec![NumberRange { quantity: Quantity::Latency, min: 10_000, max: i64::MAX }],
                    ..Filter::default()
                },
            ),
            ("search 'ab12': total", Filter { any: Some(Arc::new(search)), ..Filter::default() }),
            (
                "request id: total",
                Filter { request_ids: Some(Arc::new(vec!["0000abcd".to_owned()])), ..Filter::default() },
            ),
        ];
        let mut scans: Vec<(&'static str, Scan)> = Vec::new();
        for (name, filter) in filters {
            scans.push((name, Scan { filter, ..self.scan(vec![full(vec![])]) }));
        }
        let newest = Rows::Newest { limit: 1000, before: None, failed_only: false };
        scans.push(("newest 1,000", Scan { rows: vec![newest.clone()], ..self.scan(vec![]) }));
        let failed = Filter { flags_set: cpamp_columns::Flags::FAILED, ..Filter::default() };
        scans.push(("newest 1,000 failed", Scan { rows: vec![newest], filter: failed, ..self.scan(vec![]) }));
        let ranked = Rows::Ranked { limit: 1000, offset: 0, quantity: None, ascending: false };
        scans.push(("dearest 1,000", Scan { rows: vec![ranked], ..self.scan(vec![]) }));
        let each = Rows::NewestOfEach { by: self.by(|p| p.credential), limit: 1 };
        scans.push(("newest of each credential", Scan { rows: vec![each], ..self.scan(vec![]) }));
        scans
    }

    fn codes(&self, test: fn(&cpamp_columns::Profile) -> bool) -> CodeSet {
        let profiles = self.world.profiles.iter().enumerate();
        profiles.filter(|(_, profile)| test(profile)).map(|(code, _)| code as u32).collect()
    }
}

fn sizes(segments: &[Segment], events: f64, out: &mut impl std::io::Write) -> Result<()> {
    let (mut numbers, mut text) = (0, 0);
    for column in Column::ALL {
        let mut bytes = 0;
        for segment in segments {
            bytes += segment.bytes().column(column)?.len();
        }
        *(if column.is_text() { &mut text } else { &mut numbers }) += bytes;
        writeln!(out, "{:<34}{:>9.2} bytes/event", format!("{column:?}"), bytes as f64 / events)?;
    }
    let heads: usize = segments.iter().map(|segment| segment.header().encode().len()).sum();
    writeln!(
        out,
        "heads {:.2}, numbers {:.2}, text {:.2} bytes/event",
        heads as f64 / events,
        numbers as f64 / events,
        text as f64 / events
    )?;
    Ok(())
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let millions: f64 = arguments.next().map_or(Ok(10.0), |text| text.parse())?;
    let days: i64 = arguments.next().map_or(Ok(365), |text| text.parse())?;
    let profiles: u32 = arguments.next().map_or(Ok(2000), |text| text.parse())?;
    let mut out = std::io::stdout().lock();
    let started = Instant::now();
    let mut encoding = 0.0;
    let events = (millions * 1e6) as usize;
    let (world, segments) = data::segments(events, days, profiles, &mut encoding)?;
    writeln!(
        out,
        "made {events} events in {:.1} s, of it {:.0} ns/event for encoding",
        started.elapsed().as_secs_f64(),
        encoding / events as f64
    )?;
    sizes(&segments, events as f64, &mut out)?;
    let questions = Questions { world };
    let only = arguments.next();
    for (name, scan) in questions.all() {
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let plan = Arc::new(Plan::new(vec![scan]));
        let mut best = f64::MAX;
        let mut seen = (0, 0, 0);
        for _ in 0..3 {
            let before = worked(started);
            let (answer, passes) = run(&plan, &segments)?;
            best = best.min((worked(started) - before) / 1e9);
            let answer = &answer.scans[0];
            seen = (answer.matched, answer.groups.iter().map(|group| group.rows.len()).sum(), passes);
        }
        writeln!(
            out,
            "{name:<34}{:>9.2} ns/event {:>8.1} ms, {} matched, {} groups, {} passes",
            best * 1e9 / events as f64,
            best * 1e3,
            seen.0,
            seen.1,
            seen.2
        )?;
    }
    Ok(())
}
