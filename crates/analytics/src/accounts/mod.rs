//! Figures of named accounts: all-time history, and use in quota windows.

pub mod history;
pub mod scope;
pub mod target;
pub mod windows;

use std::collections::BTreeSet;

use columns::{Dictionaries, Filter, Flags, GroupRow, SKIP};

/// Events without a price.
pub(crate) fn unpriced() -> Filter {
    Filter { flags_clear: Flags::PRICED, ..Filter::default() }
}

/// The analytics models of the rows with a value, sorted; rows are grouped by the value and the id of the model.
pub(crate) fn models_of(rows: &[GroupRow], value: u32, dictionaries: &Dictionaries) -> Vec<String> {
    let own = rows.iter().filter(|row| row.key.first() == Some(&value));
    let name = |row: &GroupRow| {
        let model = row.key.get(1).and_then(|id| dictionaries.models.get(*id));
        model.map_or("", |model| model.analytics_model.as_str())
    };
    let names: BTreeSet<&str> = own.map(|row| crate::dictionary::or_dash(name(row))).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// Sets of codes laid out in as few dimensions as possible: sets in one layer do not overlap, so a code has at most one
/// value in each.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    /// Value of each code, by layer.
    pub layers: Vec<Vec<u32>>,
    /// Values of each layer.
    pub lens: Vec<u32>,
    /// Layer and value of each set, in the order of [`add`](Self::add).
    pub places: Vec<(usize, u32)>,
}

impl Layers {
    /// Adds a set of codes, of which there are `known`.
    pub fn add(&mut self, known: usize, members: &[u32]) {
        let free = |layer: &Vec<u32>| members.iter().all(|code| layer[*code as usize] == SKIP);
        let layer = self.layers.iter().position(free).unwrap_or_else(|| {
            self.layers.push(vec![SKIP; known]);
            self.lens.push(0);
            self.layers.len() - 1
        });
        let value = self.lens[layer];
        self.lens[layer] += 1;
        for code in members {
            self.layers[layer][*code as usize] = value;
        }
        self.places.push((layer, value));
    }
}
