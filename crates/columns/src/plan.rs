//! A question to the columns.

use std::ops::Range;
use std::sync::Arc;

use crate::dictionary::Profile;
use crate::row::{Quantity, RowKey};

/// A dimension's value that means: this event is not part of the group.
pub const SKIP: u32 = u32::MAX;

/// What to find out, in one pass over the events. Scans are independent of each other; each is answered as if alone.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The scans; answers stand in the same order.
    pub scans: Vec<Scan>,
    /// Groups that may be found, over all scans, before the question is given up: each takes some hundred bytes until
    /// it is answered. Combinations that fit into a few megabytes of array do not count.
    pub most_groups: usize,
}

/// [`Plan::most_groups`] of a plan that says nothing else: every hour of a year for a hundred credentials.
pub const MOST_GROUPS: usize = 1_000_000;

impl Plan {
    /// A plan of these scans, with [`MOST_GROUPS`].
    pub fn new(scans: Vec<Scan>) -> Self {
        Self { scans, most_groups: MOST_GROUPS }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

/// Events of a span that pass a filter, and what is wanted of them.
#[derive(Debug, Clone)]
pub struct Scan {
    /// `[from, to)`, Unix milliseconds.
    pub range: Range<i64>,
    /// Which of them.
    pub filter: Filter,
    /// Sums by group.
    pub groups: Vec<Group>,
    /// Single events.
    pub rows: Vec<Rows>,
}

/// A set of codes: a bit per code. Codes beyond its end are not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeSet(Vec<u64>);

impl CodeSet {
    /// The empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a code.
    pub fn insert(&mut self, code: u32) {
        let word = code as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (code % 64);
    }

    /// Adds the codes of another set.
    pub fn extend(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }

    /// Whether a code is in it.
    pub fn contains(&self, code: u32) -> bool {
        self.0.get(code as usize / 64).is_some_and(|word| word >> (code % 64) & 1 == 1)
    }

    /// Whether no code is in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

impl FromIterator<u32> for CodeSet {
    fn from_iter<I: IntoIterator<Item = u32>>(codes: I) -> Self {
        let mut set = Self::new();
        codes.into_iter().for_each(|code| set.insert(code));
        set
    }
}

/// Bounds of a number, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberRange {
    /// Of what.
    pub quantity: Quantity,
    /// At least.
    pub min: i64,
    /// At most.
    pub max: i64,
}

/// Conditions that must all hold. The default holds for every event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Profiles that pass; `None` = all.
    pub profiles: Option<Arc<CodeSet>>,
    /// Outcomes that pass.
    pub outcomes: Option<Arc<CodeSet>>,
    /// Routes that pass.
    pub routes: Option<Arc<CodeSet>>,
    /// Clients that pass.
    pub clients: Option<Arc<CodeSet>>,
    /// Bits of [`Flags`](crate::Flags) that must be set.
    pub flags_set: u8,
    /// Bits of [`Flags`](crate::Flags) that must not be set.
    pub flags_clear: u8,
    /// Bounds of numbers.
    pub numbers: Vec<NumberRange>,
    /// Exactly these trace ids (upstream `header_trace_id`), sorted; `None` = all.
    pub trace_ids: Option<Arc<Vec<String>>>,
    /// Exactly these request ids, sorted; `None` = all.
    pub request_ids: Option<Arc<Vec<String>>>,
    /// At least one of these; `None` = no such condition.
    pub any: Option<Arc<AnyOf>>,
}

/// A phrase looked for in request and trace ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    /// Lower case (ASCII), not empty. Found anywhere in the lower-cased request id or trace id.
    pub lower: String,
}

/// Conditions of which one suffices: a text search. What the phrase matched in the dictionaries is here as codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnyOf {
    /// Profiles that match.
    pub profiles: CodeSet,
    /// Outcomes that match.
    pub outcomes: CodeSet,
    /// Routes that match.
    pub routes: CodeSet,
    /// Clients that match.
    pub clients: CodeSet,
    /// Ids of single events that match (found through indexes of the database), ascending.
    pub ids: Vec<i64>,
    /// Looked for in the text that is unique per event.
    pub needle: Option<Needle>,
}

/// A database id of a [`Profile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// [`Profile::credential`]
    Credential,
    /// [`Profile::model`]
    Model,
    /// [`Profile::api_key`]
    ApiKey,
    /// [`Profile::tier`]
    Tier,
}

impl Part {
    /// This id of a profile.
    pub fn of(self, profile: &Profile) -> u32 {
        match self {
            Self::Credential => profile.credential,
            Self::Model => profile.model,
            Self::ApiKey => profile.api_key,
            Self::Tier => profile.tier,
        }
    }
}

/// Something to group by: gives each event a value from 0 to `len` − 1, or [`SKIP`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// By profile: `values[code]`; codes beyond its end are skipped.
    Profile {
        /// Value of each code.
        values: Arc<Vec<u32>>,
        /// Number of values.
        len: u32,
    },
    /// By one of the database ids that a profile is made of.
    Part {
        /// Which of them.
        part: Part,
        /// Value of each id; ids beyond its end are skipped.
        values: Arc<Vec<u32>>,
        /// Number of values.
        len: u32,
    },
    /// By outcome.
    Outcome {
        /// Value of each code.
        values: Arc<Vec<u32>>,
        /// Number of values.
        len: u32,
    },
    /// By route.
    Route {
        /// Value of each code.
        values: Arc<Vec<u32>>,
        /// Number of values.
        len: u32,
    },
    /// By client.
    Client {
        /// Value of each code.
        values: Arc<Vec<u32>>,
        /// Number of values.
        len: u32,
    },
    /// By time: an event in `[bounds[i], bounds[i + 1])` has `values[i]`; outside of all it is skipped. `bounds` ascend
    /// and are one longer than `values`. A value may stand for several intervals (a weekday, the hour that comes twice).
    Time {
        /// Unix milliseconds.
        bounds: Arc<Vec<i64>>,
        /// Value of each interval.
        values: Arc<Vec<u32>>,
        /// Number of values.
        len: u32,
    },
    /// 0 = succeeded, 1 = failed.
    Failed,
}

/// An exact nearest-rank percentile over values above zero: the element ⌈p·n/100⌉ of the ascending list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Percentile {
    /// Of what: [`Quantity::Latency`] or [`Quantity::Ttft`], or any other.
    pub quantity: Quantity,
    /// 1 to 100.
    pub percent: u8,
}

/// Sums by group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// One value each; none = a single group of all events.
    pub by: Vec<Dimension>,
    /// Wanted besides the sums, per group.
    pub percentiles: Vec<Percentile>,
    /// Only calls, failures, total tokens, cost and unpriced calls are wanted; the other sums may stay 0.
    pub light: bool,
}

/// Single events, by key.
#[derive(Debug, Clone)]
pub enum Rows {
    /// The newest that stand strictly before `before`.
    Newest {
        /// How many.
        limit: usize,
        /// Where the page begins.
        before: Option<RowKey>,
        /// Only failures.
        failed_only: bool,
    },
    /// The oldest that stand strictly after `after`.
    Oldest {
        /// How many.
        limit: usize,
        /// Where the page begins.
        after: Option<RowKey>,
    },
    /// Those with the largest (or smallest) number, ties newest first; `offset` are left out.
    Ranked {
        /// How many.
        limit: usize,
        /// How many of the first are left out.
        offset: usize,
        /// By what; `None` = by cost. Events without the number come last.
        quantity: Option<Quantity>,
        /// Smallest first.
        ascending: bool,
    },
    /// The newest of each value.
    NewestOfEach {
        /// Of what.
        by: Dimension,
        /// How many of each.
        limit: usize,
    },
}
