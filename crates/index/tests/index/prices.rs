//! Prices that change.

use std::sync::Arc;

use cpamp_index::Index;

use crate::oracle;
use crate::support::{ByLength, Fixture, eventually, small};

#[test]
fn other_prices_hold_everywhere_at_once() {
    let fixture = Fixture::new();
    fixture.append(0..500);
    let index = fixture.start(small());
    fixture.assert_agrees(&index);
    let read = index.status().rows_read;
    for version in [2, 3, 1, 7] {
        index.set_prices(Arc::new(ByLength(version)));
        fixture.append(1000 * version..1000 * version + 30);
        // Until it is done, the answers are those of the version that they name.
        loop {
            let snapshot = index.fresh_blocking(std::time::Duration::from_secs(5));
            let prices = snapshot.prices;
            let (_, found) = crate::support::whole(&index, &fixture.store);
            if index.snapshot().prices == prices {
                oracle::assert_same(&found, &oracle::ask_sql(&fixture.database(), prices));
            }
            if prices == version {
                break;
            }
        }
        fixture.assert_agrees_with(&index, version);
    }
    assert_eq!(index.status().rows_read - read, 4 * 30, "no event is read again for its price");
    assert!(!index.status().repricing);
}

#[test]
fn prices_that_changed_while_it_was_away_are_made_good() {
    let fixture = Fixture::new();
    fixture.append(0..500);
    drop({
        let index = fixture.start(small());
        fixture.assert_agrees(&index);
        index
    });
    let files = || Arc::new(cpamp_index::Directory::new(fixture.cache()));
    let start = |version| {
        Index::start(fixture.store.clone(), files(), small(), Arc::new(ByLength(version))).expect("starts")
    };
    let index = start(5);
    fixture.assert_agrees_with(&index, 5);
    assert_eq!(index.status().rows_read, 0);
    drop(index);
    let index = start(5);
    fixture.assert_agrees_with(&index, 5);
    assert_eq!(index.status().rows_read, 0);
    assert!(std::fs::read_dir(fixture.cache()).expect("lists").count() < 25, "old costs are removed");
    // Changes that overtake each other.
    for version in [6, 7, 8, 6, 9] {
        index.set_prices(Arc::new(ByLength(version)));
        std::thread::sleep(std::time::Duration::from_millis(version % 3));
    }
    eventually("the last one holds", || index.snapshot().prices == 9);
    fixture.assert_agrees_with(&index, 9);
}
