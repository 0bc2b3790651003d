//! Building plans: scans and groups get slots, so that answers are found again.

use std::ops::Range;

use columns::{Answer, Filter, Group, GroupRow, Percentile, Plan, Quantity, RowKey, Rows, Scan, ScanAnswer};

/// Where a group or a list of rows stands in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    scan: usize,
    place: usize,
}

/// The 95th percentiles of latency and time to first token, in this order.
pub(crate) const P95: [Percentile; 2] = [
    Percentile { quantity: Quantity::Latency, percent: 95 },
    Percentile { quantity: Quantity::Ttft, percent: 95 },
];

/// Collects what a request needs.
#[derive(Debug, Default)]
pub(crate) struct Planner(Plan);

impl Planner {
    /// A scan; its number is for [`group`](Self::group) and [`rows`](Self::rows). What was asked for before is found
    /// again: sections need not know of each other to share the work.
    pub fn scan(&mut self, range: Range<i64>, filter: Filter) -> usize {
        let scans = &mut self.0.scans;
        scans.iter().position(|scan| scan.range == range && scan.filter == filter).unwrap_or_else(|| {
            scans.push(Scan { range, filter, groups: Vec::new(), rows: Vec::new() });
            scans.len() - 1
        })
    }

    /// A group of a scan; the same one again if it was asked for before.
    pub fn group(&mut self, scan: usize, group: Group) -> Slot {
        let groups = &mut self.0.scans[scan].groups;
        let place = groups.iter().position(|known| *known == group).unwrap_or_else(|| {
            groups.push(group);
            groups.len() - 1
        });
        Slot { scan, place }
    }

    pub fn rows(&mut self, scan: usize, rows: Rows) -> Slot {
        let list = &mut self.0.scans[scan].rows;
        list.push(rows);
        Slot { scan, place: list.len() - 1 }
    }

    pub fn finish(self) -> Plan {
        self.0
    }
}

/// Finds slots in an answer. What is not there is empty.
#[derive(Clone, Copy)]
pub(crate) struct Found<'a>(pub &'a Answer);

impl<'a> Found<'a> {
    pub fn group(self, slot: Slot) -> &'a [GroupRow] {
        let group = self.0.scans.get(slot.scan).and_then(|scan| scan.groups.get(slot.place));
        group.map_or(&[], |group| &group.rows)
    }

    pub fn rows(self, slot: Slot) -> &'a [RowKey] {
        self.0.scans.get(slot.scan).and_then(|scan| scan.rows.get(slot.place)).map_or(&[], |rows| rows)
    }

    pub fn scan(self, scan: usize) -> Option<&'a ScanAnswer> {
        self.0.scans.get(scan)
    }
}
