//! The documents of the HTTP contract.

pub mod audit;
pub mod config;
pub mod costs;
pub mod event;
pub mod gateway;
pub mod import;
pub mod info;
pub mod metadata {
    //! Schema of `response_metadata`.
    pub use analytics::metadata::*;
}
pub mod prices;
pub mod reserved;
pub mod status;
pub mod system;
pub mod usage;
