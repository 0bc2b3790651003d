//! The identity of an event.

use model::{EventHash, TokenCounts};
use sha2::{Digest, Sha256};

/// SHA-256 of a text as 64 hexadecimal digits; empty for an empty text.
pub(crate) fn hex_digest(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    EventHash(Sha256::digest(text.as_bytes()).into()).to_string()
}

/// SHA-256 of bytes.
pub(crate) fn digest(bytes: &[u8]) -> EventHash {
    EventHash(Sha256::digest(bytes).into())
}

/// What makes two deliveries the same event (`ingestion-and-storage.md` §2.11).
pub(crate) struct Identity<'a> {
    pub request_id: &'a str,
    pub timestamp: &'a str,
    pub endpoint: &'a str,
    pub model: &'a str,
    pub auth_index: &'a str,
    pub source_hash: &'a str,
    pub tokens: &'a TokenCounts,
    pub failed: bool,
    pub latency_ms: Option<i64>,
}

impl Identity<'_> {
    pub(crate) fn hash(&self) -> EventHash {
        use std::fmt::Write;

        let tokens = self.tokens;
        let mut text = String::with_capacity(256);
        for part in
            [self.request_id, self.timestamp, self.endpoint, self.model, self.auth_index, self.source_hash]
        {
            text.push_str(part);
            text.push('|');
        }
        let cached = tokens.cached.max(tokens.cache);
        // Writing to a string cannot fail.
        let _ =
            write!(text, "{}|{}|{}|{cached}|{}", tokens.input, tokens.output, tokens.reasoning, self.failed);
        if let Some(latency) = self.latency_ms {
            let _ = write!(text, "|{latency}");
        }
        digest(text.trim().as_bytes())
    }
}
