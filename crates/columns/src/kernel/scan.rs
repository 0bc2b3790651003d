//! The scans of a plan over one segment: which blocks, which rows of them, and who gets them.

use fearless_simd::Level;

use super::block::{Mask, Needs, Source, View};
use super::filter;
use super::group;
use super::keys;
use super::percentile::Found;
use super::rows;
use super::sums::Lanes;
use super::{Cancel, ScanError};
use crate::answer::ScanAnswer;
use crate::bits::BLOCK;
use crate::column::{Column, ColumnError};
use crate::plan::{Plan, Rows, Scan};
use crate::row::RowKey;
use crate::segment::{Segment, partition_point};

/// Columns whose sums could leave 64 bits.
const SUMMED: [Column; 8] = [
    Column::Input,
    Column::Output,
    Column::Cached,
    Column::CacheRead,
    Column::CacheCreation,
    Column::Reasoning,
    Column::Total,
    Column::Latency,
];

/// Rows that all groups take before the next ones: what they add then stays in the nearest cache.
const AT_ONCE: usize = 256;

/// What a scan has found so far.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    matched: i64,
    groups: Vec<group::State>,
    rows: Vec<rows::State>,
    /// No sum of rows that were added fast can have a larger magnitude.
    reach: u64,
    /// In a further pass: by group.
    found: Vec<Vec<Found>>,
}

impl State {
    /// Groups that were found and take a place each.
    pub(super) fn groups(&self) -> usize {
        self.groups.iter().map(group::State::found).sum()
    }

    pub(super) fn new(scan: &Scan, refine: Option<&Refine>) -> Self {
        match refine {
            None => Self {
                groups: scan.groups.iter().map(group::State::new).collect(),
                rows: scan.rows.iter().map(rows::State::new).collect(),
                ..Self::default()
            },
            Some(refine) => {
                Self { found: refine.groups.iter().map(|g| g.targets.start()).collect(), ..Self::default() }
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.matched += other.matched;
        self.groups.iter_mut().zip(other.groups).for_each(|(group, other)| group.merge(other));
        self.rows.iter_mut().zip(other.rows).for_each(|(rows, other)| rows.merge(other));
        // Rows that are added after a merge must not meet sums that are larger than they know.
        self.reach = self.reach.saturating_add(other.reach);
        for (found, other) in self.found.iter_mut().zip(other.found) {
            found.iter_mut().zip(other).for_each(|(found, other)| found.merge(other));
        }
    }

    pub(super) fn finish(self, scan: &Scan) -> Refine {
        let groups = scan.groups.iter().zip(self.groups);
        let rows: Vec<Vec<RowKey>> =
            scan.rows.iter().zip(self.rows).map(|(rows, state)| state.finish(rows)).collect();
        let groups = groups.map(|(group, state)| state.finish(group)).collect();
        Refine { matched: self.matched, groups, rows }
    }
}

/// The answer of a scan, with percentiles that may be open.
#[derive(Debug, Clone)]
pub(super) struct Refine {
    matched: i64,
    groups: Vec<group::Refine>,
    rows: Vec<Vec<RowKey>>,
}

impl Refine {
    pub(super) fn resolve(self, state: State) -> Self {
        let groups = self.groups.into_iter().zip(state.found);
        Self { groups: groups.map(|(group, found)| group.resolve(found)).collect(), ..self }
    }

    pub(super) fn is_done(&self) -> bool {
        self.groups.iter().all(group::Refine::is_done)
    }

    pub(super) fn into_answer(self) -> ScanAnswer {
        let groups = self.groups.into_iter().map(group::Refine::into_answer).collect();
        ScanAnswer { matched: self.matched, groups, rows: self.rows }
    }
}

/// A scan, for one segment.
struct Prepared<'p> {
    scan: &'p Scan,
    /// Which of the plan's scans.
    number: usize,
    refine: Option<&'p Refine>,
    /// Rows of the span.
    from: usize,
    to: usize,
    filter: filter::Prepared,
    groups: Vec<(usize, group::Prepared)>,
    group_needs: Needs,
    rows: Vec<Option<keys::Prepared>>,
    /// Whether sums may leave 64 bits.
    watched: bool,
}

/// Scratch space of a scan.
struct Scratch {
    lanes: Lanes,
    places: Box<[u64; BLOCK]>,
}

/// Adds what a segment has to say; gives the bytes of its columns that were read.
pub(super) fn scan(
    plan: &Plan,
    level: Level,
    refine: Option<&[Refine]>,
    states: &mut [State],
    segment: &Segment,
    cancel: &dyn Cancel,
) -> Result<u64, ScanError> {
    let mut source = Source::new(segment);
    let mut scans = Vec::new();
    for (number, scan) in plan.scans.iter().enumerate() {
        let refine = refine.map(|refine| &refine[number]);
        if cancel.is_cancelled() {
            return Err(ScanError::Cancelled);
        }
        if let Some(prepared) = prepare(number, scan, refine, &mut states[number], &mut source)? {
            scans.push(prepared);
        }
    }
    let Some(from) = scans.iter().map(|scan| scan.from).min() else { return Ok(source.read_bytes) };
    let to = scans.iter().map(|scan| scan.to).max().unwrap_or(from);
    let mut scratch = Scratch { lanes: Lanes::new(level), places: Box::new([0; BLOCK]) };
    // The newest first, unless only the oldest are asked for: what is found early makes the rest needless.
    let wanted = || plan.scans.iter().flat_map(|scan| &scan.rows);
    let ascending = wanted().any(|rows| matches!(rows, Rows::Oldest { .. }))
        && !wanted().any(|rows| matches!(rows, Rows::Newest { .. }));
    let blocks = from / BLOCK..to.div_ceil(BLOCK);
    let last = blocks.end;
    for block in blocks.clone() {
        let block = if ascending { block } else { last - 1 - (block - blocks.start) };
        if cancel.is_cancelled() {
            return Err(ScanError::Cancelled);
        }
        source.enter(block);
        for scan in &scans {
            scan.block(block, &mut states[scan.number], &mut source, &mut scratch)?;
        }
    }
    Ok(source.read_bytes)
}

/// Translates a scan for a segment; `None` if there is nothing left to do.
fn prepare<'p>(
    number: usize,
    scan: &'p Scan,
    refine: Option<&'p Refine>,
    state: &mut State,
    source: &mut Source<'_>,
) -> Result<Option<Prepared<'p>>, ColumnError> {
    let segment = source.segment;
    let (first, last) = (segment.header().first.timestamp_ms, segment.header().last.timestamp_ms);
    if refine.is_some_and(Refine::is_done) || last < scan.range.start || first >= scan.range.end {
        return Ok(None);
    }
    let (mut from, mut to) = (0, segment.len());
    if first < scan.range.start || last >= scan.range.end {
        let times = source.open(Column::Time)?;
        from = partition_point(to, |row| times.get(row) < scan.range.start);
        to = partition_point(to, |row| times.get(row) < scan.range.end);
    }
    let Some(filter) = filter::Prepared::new(&scan.filter, source)? else { return Ok(None) };
    if from >= to {
        return Ok(None);
    }
    let mut groups = Vec::new();
    for (i, group) in scan.groups.iter().enumerate() {
        let targets = refine.map(|refine| &refine.groups[i].targets);
        if targets.is_none_or(|targets| !targets.is_empty()) {
            groups.push((i, group::Prepared::new(group, source, targets)));
        }
    }
    let group_needs = groups.iter().fold(Needs::default(), |needs, (_, group)| needs.and(group.needs));
    let wanted = if refine.is_none() { &scan.rows[..] } else { &[] };
    let mut watched = false;
    if refine.is_none() && !groups.is_empty() {
        let mut magnitude = 0;
        for column in SUMMED.into_iter().filter(|column| group_needs.has(*column)) {
            magnitude = source.open(column)?.magnitude().max(magnitude);
        }
        state.reach = state.reach.saturating_add(magnitude.saturating_mul((to - from) as u64));
        watched = state.reach > i64::MAX as u64;
    }
    Ok(Some(Prepared {
        scan,
        number,
        refine,
        from,
        to,
        filter,
        groups,
        group_needs,
        rows: wanted.iter().map(|rows| rows::prepare(rows, source)).collect(),
        watched,
    }))
}

impl Prepared<'_> {
    fn block(
        &self,
        block: usize,
        state: &mut State,
        source: &mut Source<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), ColumnError> {
        let start = block * BLOCK;
        let from = self.from.saturating_sub(start).min(BLOCK);
        let to = self.to.saturating_sub(start).min(BLOCK);
        if from >= to {
            return Ok(());
        }
        let deleted = source.segment.deleted();
        let mut mask = None;
        if !deleted.is_empty() || !self.filter.is_trivial() {
            let mut selected = span(from, to);
            for (i, word) in selected.iter_mut().enumerate() {
                *word &= !deleted.word(start / 64 + i);
            }
            if !self.filter.apply(source, block, &mut selected)? {
                return Ok(());
            }
            mask = Some(selected);
        }
        let count = mask.map_or(to - from, |mask| mask.iter().map(|word| word.count_ones() as usize).sum());
        if count == 0 {
            return Ok(());
        }
        if self.refine.is_none() {
            state.matched += count as i64;
        }
        let wanted = self.wanted(block, state, source)?;
        let mut needs = self.group_needs;
        for i in &wanted {
            needs = needs.and(rows::needs(&self.scan.rows[*i]));
        }
        if needs == Needs::default() && self.groups.is_empty() {
            return Ok(());
        }
        source.decode(needs)?;
        let view = match mask {
            Some(mask) if count < to - from => source.gather(&mask, needs),
            _ => source.span(from, to),
        };
        self.groups(state, &view, scratch);
        for i in wanted {
            state.rows[i].offer(&self.scan.rows[i], self.rows[i].as_ref(), &view);
        }
        Ok(())
    }

    /// The requests for single events to which this block could matter.
    fn wanted(
        &self,
        block: usize,
        state: &State,
        source: &mut Source<'_>,
    ) -> Result<Vec<usize>, ColumnError> {
        if self.rows.is_empty() {
            return Ok(Vec::new());
        }
        let (least, most) = source.open(Column::Time)?.bounds(block);
        let rows = self.scan.rows.iter().zip(&state.rows).enumerate();
        Ok(rows.filter(|(_, (rows, state))| state.wants(rows, least, most)).map(|(i, _)| i).collect())
    }

    fn groups(&self, state: &mut State, view: &View<'_>, scratch: &mut Scratch) {
        let Scratch { lanes, places } = scratch;
        if let Some(refine) = self.refine {
            for (i, group) in &self.groups {
                refine.groups[*i].add(&mut state.found[*i], group, view, places);
            }
            return;
        }
        if self.groups.is_empty() {
            return;
        }
        let wanted = self.groups.iter().map(|(_, group)| group.lanes());
        let (full, records, light) =
            wanted.fold((false, false, false), |a, b| (a.0 || b.0, a.1 || b.1, a.2 || b.2));
        for from in (0..view.rows).step_by(AT_ONCE) {
            let view = view.slice(from, view.rows.min(from + AT_ONCE));
            lanes.fill(&view, full, records, light);
            for (i, group) in &self.groups {
                state.groups[*i].add(group, &view, lanes, places, self.watched);
            }
        }
    }
}

/// The rows `from..to` of a block.
fn span(from: usize, to: usize) -> Mask {
    std::array::from_fn(|word| {
        let below = |end: usize| match end.saturating_sub(word * 64) {
            0 => 0,
            64.. => u64::MAX,
            bits => (1_u64 << bits) - 1,
        };
        below(to) & !below(from)
    })
}
