//! How often each stored combination of model names occurs.

use columns::{Answer, Dictionaries, Filter, Group, ModelNames, Part, Plan};

use crate::dictionary::Profiles;
use crate::plan::{Found, Planner, Slot};

/// A combination of model names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelUse<'a> {
    /// The names.
    pub names: &'a ModelNames,
    /// Events.
    pub calls: i64,
    /// The latest of them, Unix milliseconds.
    pub last_ms: i64,
}

/// The question over all events, with its plan.
pub struct ModelUses {
    dictionaries: Dictionaries,
    plan: Plan,
    slot: Slot,
}

impl ModelUses {
    /// Plans it.
    pub fn new(dictionaries: Dictionaries) -> Self {
        let mut planner = Planner::default();
        let scan = planner.scan(i64::MIN..i64::MAX, Filter::default());
        let by = vec![Profiles::new(&dictionaries).ids(Part::Model)];
        let slot = planner.group(scan, Group { by, ..Group::default() });
        Self { plan: planner.finish(), dictionaries, slot }
    }

    /// The question to the columns.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The combinations that occur.
    pub fn answer(&self, answer: &Answer) -> Vec<ModelUse<'_>> {
        let rows = Found(answer).group(self.slot).iter();
        rows.filter_map(|row| {
            let names = self.dictionaries.models.get(*row.key.first()?)?;
            Some(ModelUse { names, calls: row.sums.calls, last_ms: row.sums.last_ms })
        })
        .collect()
    }
}
