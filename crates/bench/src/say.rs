//! Everything that the bench prints, in one place.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to the person who runs it"
)]

use std::sync::OnceLock;
use std::time::Instant;

/// When the first line was said.
static BEGAN: OnceLock<Instant> = OnceLock::new();

/// Minutes and seconds since the first line: `03:07`.
fn elapsed() -> String {
    let seconds = BEGAN.get_or_init(Instant::now).elapsed().as_secs();
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// A step begins.
pub fn heading(text: &str) {
    println!("\n{} ==> {text}", elapsed());
}

/// A line below a heading.
pub fn line(text: &str) {
    println!("{}     {text}", elapsed());
}

/// Text as it is.
pub fn plain(text: &str) {
    println!("{text}");
}

/// What ended the bench.
pub fn error(text: &str) {
    eprintln!("error: {text}");
}
