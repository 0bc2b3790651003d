//! Hygiene of texts that clients chose: addresses, forwarding headers, user agents.

use crate::{ELLIPSIS, truncate_at_char_boundary};

/// Replaces blanks and invisible characters by single blanks, trims, and cuts to `max_bytes` (ending in `...`).
///
/// Controls, bidirectional marks, zero-width and private characters vanish, so that a client cannot disturb a
/// log line or a table.
pub fn sanitise_client_text(text: &str, max_bytes: usize) -> String {
    let mut clean = String::with_capacity(text.len().min(max_bytes + 4));
    let mut gap = false;
    for character in text.chars() {
        if character.is_whitespace() || is_invisible(character) {
            gap = true;
            continue;
        }
        if gap && !clean.is_empty() {
            clean.push(' ');
        }
        gap = false;
        clean.push(character);
        // Anything this long is cut below; the rest of an enormous header need not be read.
        if clean.len() > max_bytes + 4 {
            break;
        }
    }
    if clean.len() > max_bytes {
        let kept = truncate_at_char_boundary(&clean, max_bytes.saturating_sub(ELLIPSIS.len())).len();
        clean.truncate(kept);
        clean.push_str(ELLIPSIS);
    }
    clean
}

/// Control, format, surrogate, private and separator code points that show nothing.
pub(crate) fn is_invisible(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    matches!(character,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_become_one_blank() {
        assert_eq!(sanitise_client_text("  a\u{202e}b\0\0c\u{200b}\u{feff}d\n\te ", 64), "a b c d e");
        assert_eq!(sanitise_client_text("\u{2066}\u{2069}\r\n", 64), "");
        assert_eq!(sanitise_client_text("浏览器 é 🦀", 64), "浏览器 é 🦀");
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        let cut = sanitise_client_text(&"é".repeat(100), 64);
        assert_eq!(cut, format!("{}...", "é".repeat(30)));
        assert!(cut.len() <= 64);
        assert_eq!(sanitise_client_text(&cut, 64), cut);
        assert_eq!(sanitise_client_text(&"a".repeat(64), 64), "a".repeat(64));
    }
}
