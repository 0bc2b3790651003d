//! Tests that need a hand inside: full and read-only disks, background steps, query plans.

#[path = "../../tests/common/mod.rs"]
#[expect(dead_code, reason = "a part is used here")]
mod common;
mod search;
mod steps;
mod trouble;
