//! Masking of account names and upstream keys (`source`).

use crate::literal;

/// From this length a text without blanks and slashes is taken for a key.
const KEY_LENGTH: usize = 32;

/// From this length a known key prefix is enough to take a text for a key.
const PREFIXED_KEY_LENGTH: usize = 20;

/// Masks the upstream account of a record: e-mail addresses keep three characters and the domain, keys keep four
/// characters at each end, other texts (file names, project ids) stay.
pub fn mask_source(source: &str) -> String {
    let source = source.trim();
    if is_masked_key(source) {
        return source.to_owned();
    }
    if let Some((local, domain)) = source.split_once('@') {
        let kept: String = local.chars().take(3).collect();
        // What was masked before stays as it is.
        if local.ends_with("***") && local.chars().count() <= 6 {
            return source.to_owned();
        }
        return format!("{kept}***@{domain}");
    }
    if looks_secret(source) { mask_key(source) } else { source.to_owned() }
}

/// As [`mask_source`], where it does not matter to tell a project from a key: whatever is no e-mail address is
/// masked like a key.
pub(crate) fn mask_any_source(source: &str) -> String {
    let source = source.trim();
    if source.is_empty() || source.contains('@') { mask_source(source) } else { mask_key(source) }
}

/// Masks a text that is known to be a key: `m:` with four characters of each end, or `m:****` when it is short.
pub fn mask_key(key: &str) -> String {
    if is_masked_key(key) {
        return key.to_owned();
    }
    let count = key.chars().count();
    if count <= 8 {
        return "m:****".to_owned();
    }
    let head: String = key.chars().take(4).collect();
    let tail: String = key.chars().skip(count - 4).collect();
    format!("m:{head}...{tail}")
}

/// Whether a text is what [`mask_key`] makes.
fn is_masked_key(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("m:") else { return false };
    rest == "****" || (rest.chars().count() == 11 && rest.chars().skip(4).take(3).eq("...".chars()))
}

/// Whether a text without blanks and slashes is a key by its prefix or length.
pub fn looks_secret(text: &str) -> bool {
    if text.chars().any(|c| c.is_whitespace() || c == '/' || c == '\\') {
        return false;
    }
    text.len() >= KEY_LENGTH || has_key_prefix(text)
}

/// Whether a text begins like a key of a known provider.
pub fn has_key_prefix(text: &str) -> bool {
    text.starts_with("sk-")
        || text.starts_with("AIza")
        || (text.len() >= PREFIXED_KEY_LENGTH && literal::starts_with_key_prefix(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_masks_are_reproduced() {
        assert_eq!(mask_source("a@b.c"), "a***@b.c");
        assert_eq!(mask_source("abcd@x.y"), "abc***@x.y");
        assert_eq!(mask_source("AIza12"), "m:****");
        assert_eq!(mask_source("sk-123456789"), "m:sk-1...6789");
        assert_eq!(mask_source("sk-test-secret-value"), "m:sk-t...alue");
        assert_eq!(mask_source("foo.json"), "foo.json");
        assert_eq!(mask_source(&"k".repeat(32)), "m:kkkk...kkkk");
        assert_eq!(mask_source(&"k".repeat(31)), "k".repeat(31));
        assert_eq!(
            mask_source("/a/long/path/that/is/longer/than/thirty-two"),
            "/a/long/path/that/is/longer/than/thirty-two"
        );
        assert_eq!(mask_source(""), "");
    }

    #[test]
    fn keys_of_other_providers_are_keys() {
        assert_eq!(mask_source("gsk_0123456789abcdefghij"), "m:gsk_...ghij");
        assert_eq!(mask_source("xai-0123456789abcdefghij"), "m:xai-...ghij");
    }

    #[test]
    fn masking_twice_changes_nothing() {
        assert_eq!(mask_source(&mask_key("a@b.example.org")), "m:a@b.....org");
        for source in [
            "developer@example.org",
            "d@example.org",
            "ab***@x",
            "sk-123456789",
            "sk-12",
            "é@é",
            "***@x",
            "a@@b",
        ] {
            let once = mask_source(source);
            assert_eq!(mask_source(&once), once, "{source}");
        }
    }
}
