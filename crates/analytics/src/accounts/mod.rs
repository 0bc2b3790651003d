//! Figures of named accounts: all-time history, and use in quota windows.

pub mod history;
pub mod scope;
pub mod target;
pub mod windows;

use columns::SKIP;

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
