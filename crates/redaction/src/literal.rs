//! Keys that give themselves away by how they begin.

/// A key prefix and what must follow for a text to be that kind of key.
pub(crate) struct Literal {
    /// How the key begins, exactly.
    pub prefix: &'static str,
    /// Fewest bytes after the prefix.
    min: usize,
    /// Bytes besides letters and digits that belong to the key.
    extra: &'static [u8],
    /// What else the key must show, where the prefix alone also begins ordinary words.
    proof: Proof,
}

/// Evidence that a run of characters is random and not a word.
#[derive(Clone, Copy, PartialEq)]
enum Proof {
    /// The prefix is enough.
    None,
    /// A digit, or 20 characters.
    DigitOrLong,
    /// A digit.
    Digit,
}

const fn literal(prefix: &'static str, min: usize, extra: &'static [u8], proof: Proof) -> Literal {
    Literal { prefix, min, extra, proof }
}

/// The known kinds; longer prefixes before their beginnings.
pub(crate) const LITERALS: &[Literal] = &[
    literal("sk-", 6, b"-_", Proof::None),
    literal("csk-", 6, b"-_", Proof::DigitOrLong),
    literal("sk_live_", 4, b"_", Proof::None),
    literal("sk_test_", 4, b"_", Proof::None),
    literal("sk_", 16, b"_", Proof::Digit),
    literal("sess-", 6, b"-_", Proof::None),
    literal("ghp_", 6, b"", Proof::None),
    literal("gho_", 6, b"", Proof::None),
    literal("ghu_", 6, b"", Proof::None),
    literal("ghs_", 6, b"", Proof::None),
    literal("ghr_", 6, b"", Proof::None),
    literal("github_pat_", 20, b"_", Proof::None),
    literal("glpat-", 12, b"-_", Proof::None),
    literal("hf_", 6, b"", Proof::None),
    literal("pk_live_", 4, b"_", Proof::None),
    literal("pk_test_", 4, b"_", Proof::None),
    literal("pk_", 6, b"", Proof::None),
    literal("rk_live_", 4, b"_", Proof::None),
    literal("rk_test_", 4, b"_", Proof::None),
    literal("rk_", 6, b"", Proof::None),
    literal("AIza", 8, b"-_", Proof::None),
    literal("AQ.", 20, b"-_", Proof::Digit),
    literal("ya29.", 10, b"-_.", Proof::None),
    literal("1//0", 20, b"-_", Proof::None),
    literal("GOCSPX-", 10, b"-_", Proof::None),
    literal("AKIA", 16, b"", Proof::None),
    literal("ASIA", 16, b"", Proof::None),
    literal("xai-", 6, b"-_", Proof::DigitOrLong),
    literal("gsk_", 6, b"_", Proof::None),
    literal("pplx-", 10, b"-_", Proof::DigitOrLong),
    literal("nvapi-", 10, b"-_", Proof::DigitOrLong),
    literal("tvly-", 10, b"-_", Proof::DigitOrLong),
    literal("r8_", 16, b"", Proof::None),
    literal("fw_", 16, b"", Proof::None),
    literal("npm_", 20, b"", Proof::None),
    literal("whsec_", 16, b"", Proof::None),
    literal("xoxa-", 8, b"-", Proof::None),
    literal("xoxb-", 8, b"-", Proof::None),
    literal("xoxp-", 8, b"-", Proof::None),
    literal("xoxr-", 8, b"-", Proof::None),
    literal("xoxs-", 8, b"-", Proof::None),
    literal("cmp_admin_", 8, b"", Proof::None),
    literal("cpamp_", 16, b"", Proof::Digit),
    literal("eyJ", 12, b"-_.", Proof::DigitOrLong),
];

/// From how many letters and digits in one run, with a digit among them, a key counts even when it is glued to a
/// word in front of it.
const GLUED_RUN: usize = 16;

/// How much of a run is looked at to decide whether it is a key.
const DECISIVE_BYTES: usize = 256;

impl Literal {
    /// The length of the key that begins at the start of `text`, which begins with the prefix.
    ///
    /// `glued` says that a letter or digit stands right before it (`task-…` contains `sk-`); then only what is
    /// clearly random counts.
    pub(crate) fn key_length(&self, text: &str, glued: bool) -> Option<usize> {
        let rest = &text.as_bytes()[self.prefix.len()..];
        let run_length = |most: usize| {
            rest.iter().take(most).take_while(|b| b.is_ascii_alphanumeric() || self.extra.contains(b)).count()
        };
        // The beginning decides, so that a long text of near misses stays cheap.
        let length = run_length(DECISIVE_BYTES);
        if length < self.min {
            return None;
        }
        let run = &rest[..length];
        let proven = match self.proof {
            Proof::None => true,
            Proof::DigitOrLong => length >= 20 || run.iter().any(u8::is_ascii_digit),
            Proof::Digit => run.iter().any(u8::is_ascii_digit),
        };
        // Model names begin like xAI keys.
        let a_model = self.prefix == "xai-" && run.starts_with(b"grok-") && length < 32;
        if !proven || a_model || (glued && !has_random_run(run)) {
            return None;
        }
        // A full stop ends a sentence, not a token.
        let length = run_length(usize::MAX);
        let length = length - rest[..length].iter().rev().take_while(|b| **b == b'.').count();
        Some(self.prefix.len() + length)
    }
}

/// Whether a run of at least [`GLUED_RUN`] letters and digits contains both.
fn has_random_run(bytes: &[u8]) -> bool {
    bytes.split(|b| !b.is_ascii_alphanumeric()).any(|run| {
        run.len() >= GLUED_RUN
            && run.iter().any(u8::is_ascii_digit)
            && run.iter().any(u8::is_ascii_alphabetic)
    })
}

/// Whether a whole text is a key by its prefix.
pub(crate) fn starts_with_key_prefix(text: &str) -> bool {
    LITERALS
        .iter()
        .any(|literal| text.starts_with(literal.prefix) && literal.key_length(text, false).is_some())
}
