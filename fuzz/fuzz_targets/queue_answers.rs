//! Bodies of the usage queue: however the network cuts them into pieces, the same items come out.
#![no_main]

use collector::{ArraySplitter, split_queue_array};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let [size, body @ ..] = bytes else { return };
    let whole = split_queue_array(body);
    let mut splitter = ArraySplitter::default();
    let mut items = Vec::new();
    for piece in body.chunks(usize::from(*size).max(1)) {
        splitter.feed(piece, &mut items);
    }
    let end = splitter.finish(&mut items);
    assert_eq!((items, end), whole);
});
