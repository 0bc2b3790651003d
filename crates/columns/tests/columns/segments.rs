//! Segments as bytes: what goes in comes out, and damaged bytes are noticed.

use std::sync::Arc;

use cpamp_columns::{
    Column, ColumnBytes, ColumnError, Encoded, Filter, Flags, Group, MemoryColumns, Never, Percentile, Plan,
    Quantity, Row, Rows, Scan, Segment, SegmentHeader, answer, costs_file, encode_costs, open_costs,
};
use proptest::prelude::*;

use crate::support::{self, Mood, OUTCOMES, PROFILES, outcomes, profiles};

const DATABASE: [u8; 16] = *b"a database's id.";

fn encode(rows: &[Row]) -> Encoded {
    Encoded::new(rows, &profiles(), &outcomes(), DATABASE, [1, 2, 3, u64::MAX]).expect("rows are in order")
}

/// What a program does that has a segment's two files.
fn open(file: &[u8], costs: &[u8]) -> Result<Segment, ColumnError> {
    let length = SegmentHeader::length(file)?;
    let header = SegmentHeader::parse(file.get(..length).ok_or(ColumnError::Foreign)?)?;
    let mut columns = Vec::new();
    for entry in &header.columns {
        let (from, to) = (entry.offset as usize, (entry.offset + entry.length) as usize);
        let bytes = file.get(from..to).ok_or(ColumnError::Damaged("the file is too short"))?;
        header.check(entry.column, bytes)?;
        columns.push((entry.column, bytes.into()));
    }
    columns.push((Column::Cost, open_costs(&header, costs)?.1));
    let codes = |all: usize, find: &dyn Fn(usize) -> usize| (0..all).map(|i| find(i) as u32).collect();
    let known = (profiles(), outcomes());
    let held = header.profiles.unpacked();
    let profile = |i: usize| known.0.iter().position(|p| *p == held[i]).unwrap_or(usize::MAX);
    let outcome = |i: usize| known.1.iter().position(|p| *p == header.outcomes[i]).unwrap_or(usize::MAX);
    let profiles = codes(held.len(), &profile);
    let outcomes = codes(header.outcomes.len(), &outcome);
    Segment::open(Arc::new(header), Arc::new(MemoryColumns(columns)), profiles, outcomes)
}

fn everything() -> Arc<Plan> {
    let percentiles = vec![Percentile { quantity: Quantity::Latency, percent: 95 }];
    Arc::new(Plan::new(vec![Scan {
        range: i64::MIN..i64::MAX,
        filter: Filter::default(),
        groups: vec![Group { percentiles, ..Group::default() }],
        rows: vec![Rows::Newest { limit: 10, before: None, failed_only: false }],
    }]))
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(Row::key);
    rows
}

fn events(most: usize) -> impl Strategy<Value = Vec<Row>> {
    (prop_oneof![Just(Mood::Plain), Just(Mood::Huge)])
        .prop_flat_map(move |mood| support::events(mood, most))
        .prop_map(sorted)
        .prop_filter("a segment has rows", |rows| !rows.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 500, ..ProptestConfig::default() })]

    #[test]
    fn rows_come_back_from_files(rows in events(2500), hidden in 1..7_usize) {
        let encoded = encode(&rows);
        let costs = costs_file(encoded.header(), [9; 4], encoded.costs());
        let segment = open(&encoded.file(), &costs)?;
        prop_assert_eq!(segment.rows()?, rows.clone());
        prop_assert_eq!(segment.header().opaque, [1, 2, 3, u64::MAX]);
        let deleted = Arc::new((0..rows.len()).step_by(hidden).collect());
        let segment = segment.with_deleted(deleted);
        let live: Vec<Row> =
            rows.iter().enumerate().filter(|(i, _)| i % hidden != 0).map(|(_, row)| row.clone()).collect();
        prop_assert_eq!(segment.live(), live.len());
        prop_assert_eq!(segment.rows()?, live);
    }

    #[test]
    fn what_several_segments_hold_becomes_one(
        rows in events(2500), parts in 1..5_usize, hidden in 2..7_usize, from in 0..1_000_003_i64, more in 0..4_000_000_i64,
    ) {
        let ids = from..=from + more;
        let part = |number: usize| {
            let own: Vec<Row> = rows.iter().skip(number).step_by(parts).cloned().collect();
            let deleted = Arc::new((0..own.len()).step_by(hidden).collect());
            (!own.is_empty()).then(|| encode(&own).into_segment().with_deleted(deleted))
        };
        let parts: Vec<Segment> = (0..parts).filter_map(part).collect();
        let mut expected = Vec::new();
        for part in &parts {
            expected.extend(part.rows()?.into_iter().filter(|row| ids.contains(&row.id)));
        }
        expected.sort_by_key(Row::key);
        expected.iter_mut().for_each(|row| row.total = row.total.wrapping_add(1));
        let codes = (&profiles()[..], &outcomes()[..]);
        let change = |row: &mut Row| row.total = row.total.wrapping_add(1);
        let merged = Encoded::merged(&parts, ids, codes, [7; 16], [1, 2, 3, u64::MAX], change)?;
        prop_assert_eq!(merged.is_none(), expected.is_empty());
        if let Some(merged) = merged {
            let at_once = encode(&expected);
            prop_assert_eq!(merged.header().first, at_once.header().first);
            prop_assert_eq!(merged.header().ids, at_once.header().ids);
            prop_assert_eq!(merged.into_segment().rows()?, expected);
        }
    }

    #[test]
    fn rows_are_found_by_key_and_by_id(rows in events(2500), wanted in proptest::collection::btree_set(0..1_000_003_i64, 0..20)) {
        let segment = encode(&rows).into_segment();
        for (i, row) in rows.iter().enumerate().step_by(7) {
            prop_assert_eq!(segment.find(row.key())?, Some(i));
            let mut near = row.key();
            near.id += 3_000_000;
            prop_assert_eq!(segment.find(near)?, None);
        }
        let mut wanted: Vec<i64> = wanted.into_iter().chain(rows.iter().step_by(5).map(|row| row.id)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = Vec::new();
        segment.find_ids(&wanted, |row| found.push(row))?;
        let expected: Vec<usize> = (0..rows.len()).filter(|i| wanted.contains(&rows[*i].id)).collect();
        prop_assert_eq!(found, expected);
    }

    /// Without the checksums, as if the memory that holds the columns were at fault.
    #[test]
    fn wrong_columns_never_panic(
        rows in events(1300),
        column in proptest::sample::select(Column::ALL.to_vec()),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let encoded = encode(&rows);
        let mut columns = encoded.columns().clone();
        for (have, data) in &mut columns.0 {
            if *have == column && !data.is_empty() {
                let mut bytes = data.to_vec();
                for (at, value) in &changes {
                    let at = at.index(bytes.len());
                    bytes[at] = *value;
                }
                *data = bytes.into();
            }
        }
        let segment = encoded.into_segment().with_bytes(Arc::new(columns));
        let _ = segment.rows();
        let _ = answer(everything(), std::slice::from_ref(&segment), &Never);
        let _ = segment.find_ids(&[1, 2, 3], |_| ());
    }

    #[test]
    fn any_question_to_wrong_columns_is_survived(
        (rows, plan) in events(300).prop_flat_map(|rows| (Just(rows), support::plan(vec!["a".to_owned()]))),
        changes in proptest::collection::vec(
            (proptest::sample::select(Column::ALL.to_vec()), any::<prop::sample::Index>(), any::<u8>()), 1..9),
    ) {
        let encoded = encode(&rows);
        let mut columns = encoded.columns().clone();
        for (column, at, value) in changes {
            let (_, data) = &mut columns.0[column as usize];
            let mut bytes = data.to_vec();
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            *data = bytes.into();
        }
        let segment = encoded.into_segment().with_bytes(Arc::new(columns));
        let _ = answer(Arc::new(plan), &[segment], &Never);
    }
}

/// A segment that has something of everything.
fn example() -> Vec<Row> {
    let row = |i: i64| Row {
        id: 1000 + i,
        timestamp_ms: 1_793_000_000_000 + i * 250,
        // The one with a large id came after the fixture.
        profile: i as u32 % (PROFILES - 1),
        outcome: i as u32 % OUTCOMES,
        route: 1 + i as u32 % 3,
        client: i as u32 % 7,
        flags: Flags(i as u8 & 0x7F),
        input: i * 100,
        output: i * 7 % 50,
        cached: -i % 3,
        cache_read: i * 90,
        cache_creation: i % 10,
        reasoning: i % 4 * 100,
        total: if i == 17 { i64::MAX } else { i * 107 },
        latency_ms: (i % 5 != 0).then_some(i * 13),
        ttft_ms: (i % 2 == 0).then_some(i),
        billed_beyond: [0, 0, i % 2, 0, -i],
        cost_usd: if Flags(i as u8).has(Flags::PRICED) { i as f64 / 3.0 } else { 0.0 },
        request_id: format!("{:08x}", i * 7_919_777 % 0xFFFF_FFFF),
        trace_id: match i % 4 {
            0 => String::new(),
            1 => format!("{i:032x}"),
            2 => format!("{i:08x}-0000-4000-8000-{i:012x}"),
            _ => format!("Trace {i}"),
        },
    };
    (0..1500).map(row).collect()
}

#[test]
fn every_flipped_bit_and_every_cut_of_the_files_is_noticed() {
    let rows: Vec<Row> = example().into_iter().take(40).collect();
    let encoded = encode(&rows);
    let (file, costs) = (encoded.file(), costs_file(encoded.header(), [0; 4], encoded.costs()));
    assert_eq!(open(&file, &costs).and_then(|segment| segment.rows()), Ok(rows.clone()));
    for at in 0..file.len() {
        for bit in [0, 3, 7] {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << bit;
            match open(&damaged, &costs).and_then(|segment| segment.rows()) {
                Err(_) => {}
                Ok(same) => assert_eq!(same, rows, "byte {at} bit {bit}"),
            }
        }
    }
    for at in 0..costs.len() {
        let mut damaged = costs.clone();
        damaged[at] ^= 16;
        match open(&file, &damaged).and_then(|segment| segment.rows()) {
            Err(_) => {}
            Ok(same) => assert_eq!(same, rows, "byte {at} of the costs"),
        }
    }
    for cut in 0..file.len() {
        assert!(open(&file[..cut], &costs).is_err(), "{cut}");
    }
    for cut in 0..costs.len() {
        assert!(open(&file, &costs[..cut]).is_err(), "{cut}");
    }
}

#[test]
fn costs_belong_to_their_segment_and_can_be_replaced_alone() {
    let rows = example();
    let encoded = encode(&rows);
    let other = encode(&rows[..1499]);
    let costs = costs_file(other.header(), [0; 4], other.costs());
    assert!(open(&encoded.file(), &costs).is_err());

    let dearer = encode_costs(rows.iter().map(|row| (row.id % 2 == 0).then_some(row.cost_usd + 1.0)));
    let costs = costs_file(encoded.header(), [7; 4], &dearer);
    assert_eq!(open_costs(encoded.header(), &costs).map(|(opaque, _)| opaque), Ok([7; 4]));
    let segment = open(&encoded.file(), &costs).expect("both files are whole");
    for (row, before) in segment.rows().expect("columns are whole").iter().zip(&rows) {
        assert_eq!(row.flags.has(Flags::PRICED), row.id % 2 == 0);
        assert_eq!(row.cost_usd, if row.id % 2 == 0 { before.cost_usd + 1.0 } else { 0.0 });
        assert_eq!(row.total, before.total);
    }
}

#[test]
fn files_of_others_and_of_newer_versions_are_told_apart() {
    let encoded = encode(&example());
    let mut file = encoded.file();
    assert_eq!(SegmentHeader::length(b"SQLite format 3\0"), Err(ColumnError::Foreign));
    file[8] = 2;
    assert_eq!(SegmentHeader::parse(&file), Err(ColumnError::Version(2)));
    let mut costs = costs_file(encoded.header(), [0; 4], encoded.costs());
    costs[8] = 3;
    assert_eq!(open_costs(encoded.header(), &costs).map(|_| ()), Err(ColumnError::Version(3)));
}

#[test]
fn rows_that_make_no_segment_are_refused() {
    let new = |rows: &[Row]| Segment::in_memory(rows, &profiles(), &outcomes()).map(|_| ());
    let mut rows: Vec<Row> = example().into_iter().take(3).collect();
    assert!(matches!(new(&[]), Err(ColumnError::Rows(_))));
    rows.swap(0, 1);
    assert!(matches!(new(&rows), Err(ColumnError::Rows(_))));
    rows.swap(0, 1);
    rows[2].profile = PROFILES;
    assert_eq!(new(&rows), Err(ColumnError::UnknownCode(PROFILES)));
}

/// Written once by `encode(&example())`; never written again. A version that cannot read it needs another version number.
#[test]
fn files_of_version_1_are_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let read = |name: &str| std::fs::read(folder.join(name)).expect("the fixture is there");
    let (file, costs) = (read("segment-v1.bin"), read("costs-v1.bin"));
    let segment = open(&file, &costs).expect("the fixture is whole");
    assert_eq!(segment.rows(), Ok(example()));
    assert_eq!(segment.header().database, DATABASE);
    let encoded = encode(&example());
    assert_eq!(encoded.file(), file, "the same rows give the same bytes");
    assert_eq!(costs_file(encoded.header(), [5; 4], encoded.costs()), costs);
}

#[test]
fn a_source_that_fails_makes_the_answer_fail() {
    struct Broken(MemoryColumns);
    impl ColumnBytes for Broken {
        fn column(&self, column: Column) -> Result<cpamp_columns::ColumnData, ColumnError> {
            match column {
                Column::Output => Err(ColumnError::Unavailable { column, reason: "gone".to_owned() }),
                _ => self.0.column(column),
            }
        }
    }
    let encoded = encode(&example());
    let broken = Arc::new(Broken(encoded.columns().clone()));
    let segment = encoded.into_segment().with_bytes(broken);
    let error = answer(everything(), std::slice::from_ref(&segment), &Never).expect_err("a column is gone");
    assert_eq!(error.to_string(), "column Output is not available: gone");
    let light = Plan::new(vec![Scan {
        range: 0..i64::MAX,
        filter: Filter::default(),
        groups: vec![Group { light: true, ..Group::default() }],
        rows: Vec::new(),
    }]);
    let light = answer(Arc::new(light), &[segment], &Never).expect("a light group does not need it");
    assert_eq!(light.scans[0].matched, 1500);
}

#[test]
fn a_question_that_was_withdrawn_stops() {
    let segment = encode(&example()).into_segment();
    let cancelled = std::sync::atomic::AtomicBool::new(true);
    let error = answer(everything(), &[segment], &cancelled).expect_err("it was withdrawn");
    assert_eq!(error, cpamp_columns::ScanError::Cancelled);
}
