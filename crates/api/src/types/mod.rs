//! The documents of the HTTP contract.

pub mod config;
pub mod event;
pub mod info;
pub mod metadata;
pub mod status;
