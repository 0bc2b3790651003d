//! How many tests a test program says it ran, read from its output.

use std::ops::AddAssign;

/// Tests that passed and tests that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Counts {
    /// One check that counts as one test.
    pub const ONE: Counts = Counts { passed: 1, failed: 0 };

    /// The counts that one line of output reports; `None` for every other line.
    ///
    /// Understood are cargo's `test result: …`, Vitest's `Tests  …`, a plain `N passed, N failed`, and the two lines of
    /// Node's test runner, `# pass N` and `# fail N` (with another mark on a terminal).
    pub fn of_line(line: &str) -> Option<Counts> {
        let text = without_colour(line);
        let text = text.trim();
        let mut words = text.split(' ');
        if let (Some("#" | "ℹ"), Some(kind), Some(number), None) =
            (words.next(), words.next(), words.next(), words.next())
        {
            let number = number.parse().ok()?;
            return match kind {
                "pass" => Some(Counts { passed: number, failed: 0 }),
                "fail" => Some(Counts { passed: 0, failed: number }),
                _ => None,
            };
        }
        let plain = text.split_once(" passed, ").is_some_and(|(n, rest)| {
            n.parse::<u64>().is_ok()
                && rest.split_whitespace().nth(1).is_some_and(|w| w.starts_with("failed"))
        });
        if !(plain || text.starts_with("test result:") || text.starts_with("Tests ")) {
            return None;
        }
        let counts = Counts { passed: before(text, "passed"), failed: before(text, "failed") };
        (counts != Counts::default()).then_some(counts)
    }
}

/// The number in front of a word, 0 when there is none.
fn before(text: &str, word: &str) -> u64 {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let number = words.windows(2).find(|pair| pair[1] == word).map(|pair| pair[0]);
    number.and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// A line without terminal escape sequences.
fn without_colour(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        if c == '\u{1b}' {
            for c in characters.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_runners_that_we_use() {
        let cases = [
            ("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out", 12, 0),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored", 3, 2),
            ("\u{1b}[2m      Tests \u{1b}[22m \u{1b}[32m45 passed\u{1b}[39m (45)", 45, 0),
            ("      Tests  1 failed | 44 passed (45)", 44, 1),
            ("7 passed, 1 failed", 7, 1),
            ("# pass 12", 12, 0),
            ("ℹ fail 2", 0, 2),
        ];
        for (line, passed, failed) in cases {
            assert_eq!(Counts::of_line(line), Some(Counts { passed, failed }), "{line}");
        }
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in [
            " Test Files  3 passed (3)",
            "running 3 tests",
            "12 passed",
            "test result: ok. 0 passed; 0 failed",
        ] {
            assert_eq!(Counts::of_line(line), None, "{line}");
        }
    }
}
