//! Everything that xtask prints, in one place: what is being done, how long it took, what went wrong.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "xtask talks to the person who runs it; this module is where it does"
)]

use std::time::Duration;

/// A heading: a step begins.
pub fn heading(text: &str) {
    println!("\n==> {text}");
}

/// One line below a heading.
pub fn line(text: &str) {
    println!("    {text}");
}

/// A line without indentation: passed-on output, lists, the closing line.
pub fn plain(text: &str) {
    println!("{text}");
}

/// What ended the command.
pub fn error(text: &str) {
    eprintln!("error: {text}");
}

/// A duration as a person reads it: `0.4 s`, `12.3 s`, `3 min 5 s`.
pub fn duration(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    if seconds < 60 {
        format!("{:.1} s", elapsed.as_secs_f64())
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_millis(420)), "0.4 s");
        assert_eq!(duration(Duration::from_millis(59_940)), "59.9 s");
        assert_eq!(duration(Duration::from_secs(185)), "3 min 5 s");
    }
}
