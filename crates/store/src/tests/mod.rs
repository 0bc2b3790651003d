//! Tests that need a hand inside: full and read-only disks, background steps, query plans.

#[path = "../../tests/common/mod.rs"]
mod common;
mod steps;
mod trouble;
