//! The product binary.

mod os;
mod settings;

fn main() {}
