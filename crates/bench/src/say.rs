//! Everything that the bench prints, in one place.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to the person who runs it"
)]

/// A step begins.
pub fn heading(text: &str) {
    println!("\n==> {text}");
}

/// A line below a heading.
pub fn line(text: &str) {
    println!("    {text}");
}

/// Text as it is.
pub fn plain(text: &str) {
    println!("{text}");
}

/// What ended the bench.
pub fn error(text: &str) {
    eprintln!("error: {text}");
}
