//! The store as its users see it. One binary, so that SQLite is linked once.

mod audit;
mod books;
#[path = "../common/mod.rs"]
mod common;
mod events;
mod fixture;
mod index_rows;
mod names;
mod opening;
mod pages;
mod prices;
#[path = "../common/recorded.rs"]
mod recorded;
mod revise;
mod running;
mod size;
