//! Import files: any bytes are read to the end or refused, without a panic, and counts add up.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use model::CredentialMap;
use normaliser::{Context, import};

fuzz_target!(|bytes: &[u8]| {
    let credentials = CredentialMap::default();
    let context = Context { gateway_id: 1, received_at_ms: 1_795_425_600_000, credentials: &credentials };
    let mut taken = 0_u64;
    let report = import::import(Cursor::new(bytes), &context, |events| {
        taken += events.len() as u64;
        Ok::<(), std::convert::Infallible>(())
    });
    if let Ok(report) = report {
        assert_eq!(report.total, taken);
        assert!(report.line_errors.len() <= import::LINE_ERRORS_MAX);
    }
});
