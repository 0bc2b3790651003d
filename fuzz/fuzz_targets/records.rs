//! Queue records: normalising never panics, is repeatable, and what it makes can be exported and imported again.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use model::CredentialMap;
use normaliser::{Context, Outcome, export, import, normalise};

fuzz_target!(|bytes: &[u8]| {
    let credentials = CredentialMap::default();
    let context = Context { gateway_id: 1, received_at_ms: 1_795_425_600_000, credentials: &credentials };
    let first = normalise(bytes, &context);
    assert_eq!(first, normalise(bytes, &context));
    let Outcome::Event(event) = first else { return };
    let mut line = Vec::new();
    export::write_line(&event, &mut line);
    let mut back = Vec::new();
    let report = import::import(Cursor::new(&line), &context, |events| {
        back.extend(events);
        Ok::<(), std::convert::Infallible>(())
    });
    assert!(report.is_ok_and(|report| report.failed == 0), "{}", String::from_utf8_lossy(&line));
    assert_eq!(back, [*event]);
});
