//! Cutting texts to a size without breaking characters.

use std::borrow::Cow;

use crate::{MARKER, mask};

/// Ends a text that was cut.
pub const ELLIPSIS: &str = "...";

/// How often masking and cutting may alternate before the text is given up.
const ROUNDS: usize = 8;

/// How much longer than the limit a text may be when masking starts; the rest cannot matter.
const SLACK: usize = 4;

/// The longest beginning of `text` that has at most `max_bytes` bytes and ends between characters.
pub fn truncate_at_char_boundary(text: &str, max_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(max_bytes)]
}

/// Cuts a text to `max_bytes` and marks the cut with [`ELLIPSIS`] behind it. A text that was cut so before is
/// returned as it is.
pub fn bounded(text: &str, max_bytes: usize) -> Cow<'_, str> {
    let was_cut = text.len() <= max_bytes + ELLIPSIS.len() && text.ends_with(ELLIPSIS);
    if text.len() <= max_bytes || was_cut {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}{ELLIPSIS}", truncate_at_char_boundary(text, max_bytes)))
}

/// Masks a text and cuts it to `max_bytes` plus [`ELLIPSIS`]. Doing it again changes nothing.
pub fn mask_bounded(text: &str, max_bytes: usize) -> String {
    // A cut may fall inside a marker or a name, so both are repeated until neither finds anything to do.
    let mut text = mask(truncate_at_char_boundary(text, max_bytes.saturating_mul(SLACK))).into_owned();
    for _ in 0..ROUNDS {
        let cut = match bounded(&text, max_bytes) {
            Cow::Borrowed(_) => return text,
            Cow::Owned(cut) => cut,
        };
        match mask(&cut) {
            Cow::Borrowed(_) => return cut,
            Cow::Owned(masked) => text = masked,
        }
    }
    MARKER.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_fall_between_characters() {
        assert_eq!(truncate_at_char_boundary("aé", 2), "a");
        assert_eq!(truncate_at_char_boundary("aé", 3), "aé");
        assert_eq!(bounded("abcdef", 3), "abc...");
        assert_eq!(bounded("abc...", 3), "abc...");
        assert_eq!(bounded("abc", 3), "abc");
    }

    #[test]
    fn a_cut_inside_a_marker_is_stable() {
        let text = format!("{} authorization: Basic Zm9vOmJhcg==", "x".repeat(20));
        for limit in 20..60 {
            let once = mask_bounded(&text, limit);
            assert!(once.len() <= limit + ELLIPSIS.len() || once == MARKER, "{once}");
            assert_eq!(mask_bounded(&once, limit), once, "limit {limit}");
        }
    }

    #[test]
    fn only_the_part_that_can_matter_is_read() {
        let text = "a".repeat(1 << 20);
        assert_eq!(mask_bounded(&text, 16), format!("{}...", "a".repeat(16)));
    }
}
