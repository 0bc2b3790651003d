//! The kernels: a plan over segments.
//!
//! ```text
//! let mut pass = Pass::first(plan)?;
//! loop {
//!     let mut partial = pass.start();
//!     for segment in segments { pass.scan(&mut partial, segment, cancel)?; }   // in any order, on any thread
//!     match pass.next(partial) { Next::Pass(again) => pass = again, Next::Answer(answer) => break answer }
//! }
//! ```
//!
//! Each thread has a partial answer of its own and scans into it; they are merged in the end. Exact percentiles of large
//! groups need a second pass over the same segments, rarely a third.

mod block;
mod filter;
mod group;
mod keys;
mod percentile;
mod rows;
mod scan;
mod sums;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fearless_simd::Level;

use crate::answer::{Answer, ScanAnswer};
use crate::column::ColumnError;
use crate::plan::Plan;
use crate::segment::Segment;

/// Asked once per block of 1,024 rows whether the answer is still wanted.
pub trait Cancel: Sync {
    /// Whether to stop.
    fn is_cancelled(&self) -> bool;
}

impl Cancel for AtomicBool {
    fn is_cancelled(&self) -> bool {
        self.load(Ordering::Relaxed)
    }
}

/// Never stops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Never;

impl Cancel for Never {
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Nobody wants it any more.
    #[error("the question was withdrawn")]
    Cancelled,
    /// A column could not be read.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// The dimensions of a group make more combinations than can be numbered (2⁶³), or more of them have events than
    /// [`Plan::most_groups`].
    #[error("there are too many groups")]
    TooManyGroups,
}

/// One pass over the segments of a plan.
#[derive(Debug, Clone)]
pub struct Pass {
    plan: Arc<Plan>,
    /// The vector instructions that are used: what the processor has.
    level: Level,
    /// What earlier passes found out; `None` in the first.
    refine: Option<Arc<Vec<scan::Refine>>>,
}

/// What a pass has found so far. Partial answers of one pass can be merged in any order.
#[derive(Debug, Clone)]
pub struct Partial {
    scans: Vec<scan::State>,
    read_bytes: u64,
}

/// What follows a pass.
#[derive(Debug)]
pub enum Next {
    /// All of the same segments must be scanned once more.
    Pass(Pass),
    /// Done.
    Answer(Answer),
}

impl Pass {
    /// The first pass.
    ///
    /// # Errors
    ///
    /// [`ScanError::TooManyGroups`].
    pub fn first(plan: Arc<Plan>) -> Result<Self, ScanError> {
        let mut groups = plan.scans.iter().flat_map(|scan| &scan.groups);
        if groups.any(|group| keys::product(&group.by).is_none()) {
            return Err(ScanError::TooManyGroups);
        }
        Ok(Self { plan, level: Level::new(), refine: None })
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Nothing found yet. Cheap, but worth keeping for several segments.
    pub fn start(&self) -> Partial {
        let refine = |number: usize| self.refine.as_ref().map(|refine| &refine[number]);
        let scans = self.plan.scans.iter().enumerate();
        let scans = scans.map(|(number, scan)| scan::State::new(scan, refine(number))).collect();
        Partial { scans, read_bytes: 0 }
    }

    /// Adds what a segment has to say. Segments should come newest first if the plan asks for the newest rows. After an error
    /// the partial answer is of no use.
    ///
    /// # Errors
    ///
    /// [`ScanError`].
    pub fn scan(
        &self,
        partial: &mut Partial,
        segment: &Segment,
        cancel: &dyn Cancel,
    ) -> Result<(), ScanError> {
        let refine = self.refine.as_deref().map(Vec::as_slice);
        partial.read_bytes +=
            scan::scan(&self.plan, self.level, refine, &mut partial.scans, segment, cancel)?;
        // A segment at a time: it has no more groups than rows.
        self.check_groups(partial)
    }

    /// Whether what was found, or merged, has no more groups than the plan allows.
    ///
    /// # Errors
    ///
    /// [`ScanError::TooManyGroups`].
    pub fn check_groups(&self, partial: &Partial) -> Result<(), ScanError> {
        let found: usize = partial.scans.iter().map(scan::State::groups).sum();
        if found > self.plan.most_groups { Err(ScanError::TooManyGroups) } else { Ok(()) }
    }

    /// What follows when all segments were scanned and the partial answers merged.
    pub fn next(self, partial: Partial) -> Next {
        let refines: Vec<scan::Refine> = match self.refine {
            None => {
                let scans = self.plan.scans.iter().zip(partial.scans);
                scans.map(|(scan, state)| state.finish(scan)).collect()
            }
            Some(refines) => {
                let refines = Arc::unwrap_or_clone(refines).into_iter();
                refines.zip(partial.scans).map(|(refine, state)| refine.resolve(state)).collect()
            }
        };
        if refines.iter().all(scan::Refine::is_done) {
            let scans: Vec<ScanAnswer> = refines.into_iter().map(scan::Refine::into_answer).collect();
            return Next::Answer(Answer { scans });
        }
        Next::Pass(Self { refine: Some(Arc::new(refines)), ..self })
    }
}

impl Partial {
    /// Bytes of columns that this pass has read so far, as they are encoded: what a question moves. A block counts once
    /// a segment, whatever number of scans looks at it; blocks that are only searched for a moment do not count.
    pub fn read_bytes(&self) -> u64 {
        self.read_bytes
    }

    /// Adds what another thread found in the same pass.
    pub fn merge(&mut self, other: Self) {
        self.scans.iter_mut().zip(other.scans).for_each(|(state, other)| state.merge(other));
        self.read_bytes += other.read_bytes;
    }
}

/// Answers a plan over segments, on this thread.
///
/// # Errors
///
/// [`ScanError`].
pub fn answer(plan: Arc<Plan>, segments: &[Segment], cancel: &dyn Cancel) -> Result<Answer, ScanError> {
    let mut pass = Pass::first(plan)?;
    loop {
        let mut partial = pass.start();
        for segment in segments {
            pass.scan(&mut partial, segment, cancel)?;
        }
        match pass.next(partial) {
            Next::Pass(next) => pass = next,
            Next::Answer(answer) => return Ok(answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::levels;
    use crate::dictionary::{Outcome, Profile};
    use crate::plan::{Dimension, Filter, Group, Part, Percentile, Scan};
    use crate::row::{Flags, Quantity, Row};

    #[test]
    fn every_kind_of_vector_instructions_gives_the_same_answer() {
        let rows: Vec<Row> = (0..3000_i64)
            .map(|i| Row {
                id: i,
                timestamp_ms: i * 10,
                profile: (i * 7 % 5) as u32,
                flags: Flags((i % 4) as u8),
                input: i * 3,
                output: i % 17,
                total: (i % 9) * 1000,
                latency_ms: (i % 3 != 0).then_some(i * 11 % 901),
                cost_usd: i as f64 * 0.25,
                ..Row::default()
            })
            .collect();
        let profile = |i: u32| Profile { credential: i % 3, model: i % 2, ..Profile::default() };
        let profiles: Vec<Profile> = (0..5).map(profile).collect();
        let segment = Segment::in_memory(&rows, &profiles, &[Outcome::default()]).expect("rows are in order");
        let ids = |part: Part, len: u32| Dimension::Part { part, values: Arc::new((0..len).collect()), len };
        let both = vec![ids(Part::Credential, 3), ids(Part::Model, 2)];
        let hour = Dimension::Time {
            bounds: Arc::new(vec![0, 9_995, 40_000]),
            values: Arc::new(vec![0, 1]),
            len: 2,
        };
        let median = vec![Percentile { quantity: Quantity::Latency, percent: 50 }];
        let groups = vec![
            Group { by: both.clone(), ..Group::default() },
            Group { by: both, light: true, ..Group::default() },
            Group { by: vec![hour.clone()], percentiles: median, light: false },
            Group { by: vec![hour], light: true, ..Group::default() },
        ];
        let scan = Scan { range: 0..i64::MAX, filter: Filter::default(), groups, rows: Vec::new() };
        let plan = Arc::new(Plan::new(vec![scan]));
        let answers: Vec<Answer> = levels()
            .into_iter()
            .map(|level| {
                let mut pass = Pass { level, ..Pass::first(Arc::clone(&plan)).expect("few groups") };
                loop {
                    let mut partial = pass.start();
                    pass.scan(&mut partial, &segment, &Never).expect("is whole");
                    match pass.next(partial) {
                        Next::Pass(next) => pass = next,
                        Next::Answer(answer) => break answer,
                    }
                }
            })
            .collect();
        assert_eq!(answers[0].scans[0].matched, 3000);
        assert!(answers.iter().all(|answer| *answer == answers[0]));
    }
}
