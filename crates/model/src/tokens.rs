//! Token counts as the gateway sends them, and the buckets derived from them.

use serde::{Deserialize, Serialize};

/// Whether `input_tokens` of a record contains the tokens read from and written to the provider's cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CacheInputMode {
    /// OpenAI and Gemini style: cache tokens are part of the input.
    #[serde(rename = "included_in_input")]
    Included,
    /// Claude style: input, cache reads and cache writes are separate counts.
    #[serde(rename = "separate_from_input")]
    Separate,
}

impl CacheInputMode {
    /// The name used in records and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Included => "included_in_input",
            Self::Separate => "separate_from_input",
        }
    }

    /// The mode with this name, if it is one of the two.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "included_in_input" => Some(Self::Included),
            "separate_from_input" => Some(Self::Separate),
            _ => None,
        }
    }
}

/// Raw counters of one record, in tokens, kept as sent (also when negative or contradicting).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCounts {
    /// Prompt tokens; whether cache tokens are inside depends on [`CacheInputMode`].
    pub input: i64,
    /// Completion tokens.
    pub output: i64,
    /// Reasoning (thinking) tokens; whether they are inside `output` depends on the provider family.
    pub reasoning: i64,
    /// The gateway's `cached_tokens`.
    pub cached: i64,
    /// The older `cache_tokens`.
    pub cache: i64,
    /// Tokens read from the provider's prompt cache.
    pub cache_read: i64,
    /// Tokens written to the provider's prompt cache.
    pub cache_creation: i64,
    /// The total as sent, or derived when the record had none.
    pub total: i64,
}

/// The input side of [`TokenCounts`] in buckets that do not overlap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NormalisedInput {
    /// Input tokens that did not come from the cache.
    pub uncached: i64,
    /// All input tokens: uncached, cache reads and cache writes.
    pub total: i64,
    /// Tokens read from the cache.
    pub cache_read: i64,
    /// Tokens written to the cache.
    pub cache_creation: i64,
}

impl TokenCounts {
    /// The part of `cached`/`cache` that the explicit read and creation counters do not already cover.
    ///
    /// The gateway mirrors the same quantity in several counters; this removes the copies
    /// (`ingestion-and-storage.md` §2.3, "compatible cached remainder").
    pub fn cached_remainder(&self) -> i64 {
        let mirrored = self.cached.max(self.cache);
        if mirrored <= 0 {
            return 0;
        }
        mirrored.saturating_sub(self.cache_read.max(0)).saturating_sub(self.cache_creation.max(0)).max(0)
    }

    /// The buckets of the input side under the given accounting; negative counters count as zero.
    pub fn normalised(&self, mode: CacheInputMode) -> NormalisedInput {
        let cache_read = self.cached_remainder().saturating_add(self.cache_read.max(0));
        let cache_creation = self.cache_creation.max(0);
        let input = self.input.max(0);
        match mode {
            CacheInputMode::Separate => NormalisedInput {
                uncached: input,
                total: input.saturating_add(cache_read).saturating_add(cache_creation),
                cache_read,
                cache_creation,
            },
            CacheInputMode::Included => NormalisedInput {
                uncached: input.saturating_sub(cache_read).saturating_sub(cache_creation).max(0),
                total: input,
                cache_read,
                cache_creation,
            },
        }
    }

    /// The total that stands in when a record carries none.
    pub fn derived_total(&self, mode: CacheInputMode) -> i64 {
        self.normalised(mode).total.saturating_add(self.output.max(0)).saturating_add(self.reasoning.max(0))
    }
}

/// How far the gateway could split the tokens of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakdownQuality {
    /// Every token is in exactly one bucket.
    Complete,
    /// The provider's numbers contradict each other; all tokens are unclassified.
    Inconsistent,
    /// The split is not known.
    Unclassified,
}

/// The gateway's `token_breakdown` (since CPA 7.2.97), in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenBreakdown {
    /// The gateway's `accounting_version`.
    pub accounting_version: i64,
    /// The breakdown's own `schema_version`.
    pub schema_version: i64,
    /// How far the split can be trusted.
    pub quality: BreakdownQuality,
    /// All tokens.
    pub total: i64,
    /// All input tokens.
    pub input_total: i64,
    /// Input tokens not served from a cache.
    pub input_uncached: i64,
    /// Input tokens read from a cache.
    pub input_cache_read: i64,
    /// Input tokens written to a cache.
    pub input_cache_write: i64,
    /// All output tokens.
    pub output_total: i64,
    /// Output tokens other than reasoning.
    pub output_non_reasoning: i64,
    /// Reasoning tokens.
    pub output_reasoning: i64,
    /// Tokens that fit no bucket.
    pub unclassified: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrored_cache_counters_are_counted_once() {
        let openai = TokenCounts { input: 100, cached: 40, cache_read: 40, ..TokenCounts::default() };
        assert_eq!(openai.normalised(CacheInputMode::Included).uncached, 60);
        let claude = TokenCounts {
            input: 10,
            output: 5,
            cached: 34,
            cache_read: 30,
            cache_creation: 4,
            ..TokenCounts::default()
        };
        assert_eq!(claude.normalised(CacheInputMode::Separate).total, 44);
        assert_eq!(claude.derived_total(CacheInputMode::Separate), 49);
    }

    #[test]
    fn extreme_counters_do_not_overflow() {
        let counts = TokenCounts {
            input: i64::MAX,
            output: i64::MAX,
            cached: i64::MAX,
            cache_read: i64::MIN,
            cache_creation: i64::MAX,
            ..TokenCounts::default()
        };
        assert_eq!(counts.derived_total(CacheInputMode::Separate), i64::MAX);
        assert_eq!(counts.normalised(CacheInputMode::Included).uncached, 0);
    }
}
