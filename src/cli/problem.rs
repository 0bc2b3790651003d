//! A failure as the person at the terminal sees it: what went wrong, and what to do.

use std::error::Error;
use std::io::{self, Write};

/// A failure with an optional next step.
#[derive(Debug)]
pub struct Problem {
    text: String,
    hint: Option<String>,
}

impl Problem {
    /// A failure in words.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), hint: None }
    }

    /// A failure from an error and its causes.
    pub fn from_error(error: impl Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            let inner_text = inner.to_string();
            // Many errors repeat their cause in their own text.
            if !text.contains(&inner_text) {
                text.push_str(": ");
                text.push_str(&inner_text);
            }
            cause = inner.source();
        }
        Self::new(text)
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// `error: …` and, on a line of its own, `hint: …`.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "error: {}", self.text)?;
        self.hint.as_ref().map_or(Ok(()), |hint| writeln!(out, "hint: {hint}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] io::Error);

    #[test]
    fn causes_and_hints_are_shown() {
        let problem = Problem::from_error(Outer(io::Error::other("inner"))).hint("do this");
        let mut text = Vec::new();
        problem.print(&mut text).expect("written");
        assert_eq!(String::from_utf8_lossy(&text), "error: outer: inner\nhint: do this\n");
    }
}
