//! The same question to the same snapshot has the same answer, to the last digit of a cost.

use cpamp_index::Settings;

use crate::oracle;
use crate::support::{Fixture, complete, small};

#[test]
fn sums_of_costs_do_not_depend_on_which_thread_was_faster() {
    let fixture = Fixture::new();
    fixture.append(0..3000);
    let index = fixture.start(Settings { threads: 4, ..small() });
    complete(&index, &fixture.store);
    let ask = || oracle::ask_index(&index).expect("answers").expect("nothing is missing");
    let first = ask();
    for _ in 0..300 {
        assert_eq!(ask(), first);
    }
    // While others ask too, and threads take turns.
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..60).for_each(|_| assert_eq!(ask(), first)));
        }
    });
    fixture.assert_agrees(&index);
}
