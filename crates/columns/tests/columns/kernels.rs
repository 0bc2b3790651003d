//! Every kernel against the slow, obvious way, on random events.

use std::sync::Arc;

use cpamp_columns::{
    Answer, AnyOf, Column, Dimension, Filter, Group, Needle, Never, Next, NumberRange, Pass, Percentile,
    Plan, Quantity, Row, Scan, ScanError, Segment,
};
use proptest::prelude::*;

use crate::support::{self, Mood};

/// Scans on several partial answers that are merged in another order.
fn answer(plan: &Plan, segments: &[Segment], threads: usize) -> Result<Answer, ScanError> {
    let mut pass = Pass::first(Arc::new(plan.clone()))?;
    for _ in 0..10 {
        let mut partials: Vec<_> = (0..threads).map(|_| pass.start()).collect();
        for (i, segment) in segments.iter().enumerate() {
            pass.scan(&mut partials[i % threads], segment, &Never)?;
        }
        let mut merged = pass.start();
        partials.into_iter().rev().for_each(|partial| merged.merge(partial));
        match pass.next(merged) {
            Next::Answer(answer) => return Ok(answer),
            Next::Pass(again) => pass = again,
        }
    }
    panic!("passes do not end");
}

fn case(mood: Mood, most: usize) -> impl Strategy<Value = (Vec<Row>, Plan)> {
    support::events(mood, most).prop_flat_map(|events| {
        let texts = events.iter().flat_map(|row| [row.request_id.clone(), row.trace_id.clone()]);
        let mut texts: Vec<String> = texts.take(40).collect();
        texts.push("nowhere".to_owned());
        (Just(events), support::plan(texts))
    })
}

fn check(
    (events, plan): &(Vec<Row>, Plan),
    picks: &[prop::sample::Index],
    shape: (usize, usize, usize),
) -> Result<(), TestCaseError> {
    let (count, hidden, threads) = shape;
    let segments = support::segments(events, picks, count, hidden);
    let expected = support::expected(plan, events);
    let answer = answer(plan, &segments, threads)?;
    for (i, (answer, expected)) in answer.scans.iter().zip(&expected.scans).enumerate() {
        prop_assert_eq!(answer, expected, "scan {}: {:?}", i, &plan.scans[i]);
    }
    Ok(())
}

fn shape() -> impl Strategy<Value = (usize, usize, usize)> {
    (1..6_usize, prop_oneof![Just(0_usize), 1..5_usize], 1..4_usize)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn few_events(
        case in case(Mood::Plain, 60),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..9),
        shape in shape(),
    ) {
        check(&case, &picks, shape)?;
    }

    #[test]
    fn numbers_that_leave_64_bits(
        case in case(Mood::Huge, 40),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..9),
        shape in shape(),
    ) {
        check(&case, &picks, shape)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 500, ..ProptestConfig::default() })]

    #[test]
    fn several_blocks(
        case in case(Mood::Plain, 3500),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..9),
        shape in shape(),
    ) {
        check(&case, &picks, shape)?;
    }
}

#[test]
fn percentiles_of_many_equal_and_many_different_values() {
    let rows: Vec<Row> = (0..40_000_i64)
        .map(|i| Row {
            id: i,
            timestamp_ms: i,
            latency_ms: Some(if i % 3 == 0 { 777_777 } else { (i * 7919) % 3_000_000 }),
            ttft_ms: (i % 5 != 0).then(|| (i * i) << 20),
            ..Row::default()
        })
        .collect();
    let percentiles = [Quantity::Latency, Quantity::Ttft]
        .into_iter()
        .flat_map(|quantity| [1, 50, 95, 99, 100].map(|percent| Percentile { quantity, percent }))
        .collect();
    let plan = Plan::new(vec![Scan {
        range: 0..i64::MAX,
        filter: Filter::default(),
        groups: vec![Group { by: Vec::new(), percentiles, light: false }],
        rows: Vec::new(),
    }]);
    let segments = support::segments(&rows, &[], 1, 0);
    assert_eq!(answer(&plan, &segments, 1), Ok(support::expected(&plan, &rows)));
}

#[test]
fn more_groups_than_a_plan_allows_end_the_question() {
    let rows: Vec<Row> =
        (0..100_i64).map(|i| Row { id: i, timestamp_ms: i * 10, ..Row::default() }).collect();
    let segments = support::segments(&rows, &[], 1, 0);
    // A place for each of the combinations at once would take too much.
    let instants = Dimension::Time {
        bounds: Arc::new((0..=100).map(|i| i * 10).collect()),
        values: Arc::new((0..100).collect()),
        len: 100_000_000,
    };
    let groups = vec![Group { by: vec![instants], ..Group::default() }];
    let scan = Scan { range: 0..i64::MAX, filter: Filter::default(), groups, rows: Vec::new() };
    let ask = |most_groups| {
        let plan = Plan { most_groups, ..Plan::new(vec![scan.clone()]) };
        cpamp_columns::answer(Arc::new(plan), &segments, &Never)
    };
    assert!(matches!(ask(99), Err(ScanError::TooManyGroups)));
    assert_eq!(ask(100).expect("as many as allowed").scans[0].groups[0].rows.len(), 100);
}

#[test]
fn the_bytes_that_were_read_are_those_of_the_touched_columns() {
    let rows: Vec<Row> = (0..3_000_i64)
        .map(|i| Row {
            id: i,
            timestamp_ms: i * 10,
            latency_ms: Some((i * 7919) % 3_000),
            total: if i % 100 == 0 { 5 } else { 0 },
            request_id: format!("request-{i}"),
            ..Row::default()
        })
        .collect();
    let segments = support::segments(&rows, &[], 1, 0);
    let size = |columns: &[Column]| -> u64 {
        let length = |column| segments[0].header().entry(column).map_or(0, |entry| entry.length);
        columns.iter().map(|column| length(*column)).sum()
    };
    let read = |scans: Vec<Scan>| {
        let pass = Pass::first(Arc::new(Plan::new(scans))).expect("few groups");
        let mut partial = pass.start();
        pass.scan(&mut partial, &segments[0], &Never).expect("it is in memory");
        partial.read_bytes()
    };
    let scan = |filter: Filter| Scan { range: 0..i64::MAX, filter, groups: Vec::new(), rows: Vec::new() };
    let at_least = |quantity| Filter {
        numbers: vec![NumberRange { quantity, min: 0, max: i64::MAX }],
        ..Filter::default()
    };
    assert_eq!(read(vec![scan(Filter::default())]), 0, "every row passes: nothing is looked at");
    let (latency, total) = (at_least(Quantity::Latency), at_least(Quantity::Total));
    assert_eq!(read(vec![scan(latency.clone())]), size(&[Column::Latency]));
    assert_eq!(read(vec![scan(total.clone())]), size(&[Column::Total]), "a column of zeros with exceptions");
    let both = vec![scan(latency.clone()), scan(total), scan(latency)];
    assert_eq!(read(both), size(&[Column::Latency, Column::Total]), "twice looked at, once read");
    let needle = Some(Needle { lower: "nowhere".to_owned() });
    let search = Filter { any: Some(Arc::new(AnyOf { needle, ..AnyOf::default() })), ..Filter::default() };
    assert_eq!(read(vec![scan(search)]), size(&[Column::RequestId, Column::TraceId]));
    let costs = Group { light: true, ..Group::default() };
    let third = Scan { groups: vec![costs], range: 0..10_240, ..scan(Filter::default()) };
    assert!(read(vec![third]) > 1_024 * 8, "costs are eight bytes an event");
}
