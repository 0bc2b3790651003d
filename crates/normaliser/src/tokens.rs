//! Token counters, the accounting of cache tokens, and the gateway's own breakdown.

use model::{BreakdownQuality, CacheInputMode, TokenBreakdown, TokenCounts};

use crate::json::Object;

/// Where a record may keep its counters, in order of preference.
pub(crate) struct TokenSources<'r, 'a> {
    tokens: Option<Object<'a>>,
    usage: Option<Object<'a>>,
    top: &'r Object<'a>,
}

impl<'r, 'a> TokenSources<'r, 'a> {
    pub(crate) fn of(top: &'r Object<'a>) -> Self {
        let nested = |name| top.get(name).and_then(|value| value.object());
        Self { tokens: nested("tokens"), usage: nested("usage"), top }
    }

    fn places(&self) -> impl Iterator<Item = &Object<'a>> {
        self.tokens.iter().chain(&self.usage).chain([self.top])
    }

    /// The first counter under one of these names that is not zero.
    fn count(&self, names: &[&str]) -> i64 {
        self.places()
            .flat_map(|place| names.iter().filter_map(|name| place.get(name)))
            .filter_map(|value| value.integer())
            .find(|count| *count != 0)
            .unwrap_or(0)
    }

    /// The counters as sent; `total` is 0 when the record has none.
    pub(crate) fn counts(&self) -> TokenCounts {
        TokenCounts {
            input: self.count(&["input_tokens", "inputTokens", "prompt_tokens", "promptTokens"]),
            output: self.count(&["output_tokens", "outputTokens", "completion_tokens", "completionTokens"]),
            reasoning: self.count(&["reasoning_tokens", "reasoningTokens"]),
            cached: self.count(&["cached_tokens", "cachedTokens"]),
            cache: self.count(&["cache_tokens", "cacheTokens"]),
            cache_read: self.count(&[
                "cache_read_tokens",
                "cacheReadTokens",
                "cache_read_input_tokens",
                "cacheReadInputTokens",
            ]),
            cache_creation: self.count(&[
                "cache_creation_tokens",
                "cacheCreationTokens",
                "cache_creation_input_tokens",
                "cacheCreationInputTokens",
                "cache_write_tokens",
                "cacheWriteTokens",
                "cache_write_input_tokens",
                "cacheWriteInputTokens",
            ]),
            total: self.count(&["total_tokens", "totalTokens", "total"]),
        }
    }

    /// The accounting that the record names itself.
    pub(crate) fn explicit_mode(&self) -> Option<CacheInputMode> {
        self.places().find_map(|place| {
            let name = place.first(&["cache_input_mode", "cacheInputMode"])?.text();
            CacheInputMode::from_name(&name)
        })
    }
}

/// What the accounting is inferred from.
pub(crate) struct ModeHints<'a> {
    pub executor_type: &'a str,
    pub providers: [&'a str; 2],
    pub models: [&'a str; 3],
    pub counts: &'a TokenCounts,
}

const SEPARATE: [&str; 2] = ["anthropic", "claude"];
const EXECUTORS_INCLUDED: [&str; 7] = ["openai", "codex", "gemini", "aistudio", "antigravity", "xai", "kimi"];
const PROVIDERS_INCLUDED: [&str; 10] = [
    "openai",
    "codex",
    "gemini",
    "vertex",
    "aistudio",
    "interaction",
    "antigravity",
    "xai",
    "kimi",
    "moonshot",
];
const MODELS_INCLUDED: [&str; 11] = [
    "gpt-",
    "openai",
    "codex",
    "gemini",
    "vertex",
    "aistudio",
    "antigravity",
    "grok",
    "xai",
    "kimi",
    "moonshot",
];

/// The accounting of a record that does not name one: by executor, then provider, then model, then by what it
/// counted.
pub(crate) fn infer_mode(hints: &ModeHints<'_>) -> CacheInputMode {
    let executor: String = hints
        .executor_type
        .chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let by_name = mode_of(&executor, &SEPARATE[1..], &EXECUTORS_INCLUDED)
        .or_else(|| first_mode(&hints.providers, &PROVIDERS_INCLUDED))
        .or_else(|| first_mode(&hints.models, &MODELS_INCLUDED));
    by_name.unwrap_or(if hints.counts.cache_read > 0 || hints.counts.cache_creation > 0 {
        CacheInputMode::Separate
    } else {
        CacheInputMode::Included
    })
}

fn first_mode(names: &[&str], included: &[&str]) -> Option<CacheInputMode> {
    names.iter().find_map(|name| mode_of(&name.to_ascii_lowercase(), &SEPARATE, included))
}

fn mode_of(name: &str, separate: &[&str], included: &[&str]) -> Option<CacheInputMode> {
    if name.is_empty() {
        None
    } else if separate.iter().any(|part| name.contains(part)) {
        Some(CacheInputMode::Separate)
    } else if included.iter().any(|part| name.contains(part)) {
        Some(CacheInputMode::Included)
    } else {
        None
    }
}

/// The gateway's `token_breakdown`, if the record has one.
pub(crate) fn breakdown(record: &Object<'_>) -> Option<TokenBreakdown> {
    let breakdown = record.get("token_breakdown")?.object()?;
    let count = |object: &Object<'_>, name: &str| object.integer(&[name]).unwrap_or(0);
    let input = breakdown.get("input").and_then(|value| value.object()).unwrap_or_default();
    let output = breakdown.get("output").and_then(|value| value.object()).unwrap_or_default();
    let quality = match breakdown.text(&["quality"]).as_str() {
        "complete" => BreakdownQuality::Complete,
        "inconsistent" => BreakdownQuality::Inconsistent,
        // Also what later gateways may say: then we do not know the split.
        _ => BreakdownQuality::Unclassified,
    };
    Some(TokenBreakdown {
        accounting_version: count(record, "accounting_version"),
        schema_version: count(&breakdown, "schema_version"),
        quality,
        total: count(&breakdown, "total_tokens"),
        input_total: count(&input, "total_tokens"),
        input_uncached: count(&input, "uncached_tokens"),
        input_cache_read: count(&input, "cache_read_tokens"),
        input_cache_write: count(&input, "cache_write_tokens"),
        output_total: count(&output, "total_tokens"),
        output_non_reasoning: count(&output, "non_reasoning_tokens"),
        output_reasoning: count(&output, "reasoning_tokens"),
        unclassified: count(&breakdown, "unclassified_tokens"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(json: &str) -> TokenCounts {
        TokenSources::of(&Object::parse(json).expect("object")).counts()
    }

    #[test]
    fn counters_are_found_under_every_name() {
        let nested = counts(
            r#"{"tokens":{"input_tokens":0,"prompt_tokens":"7","cache_write_input_tokens":3},
            "usage":{"outputTokens":5.9,"cacheReadInputTokens":2},"total":9,"input_tokens":1}"#,
        );
        assert_eq!((nested.input, nested.output, nested.cache_read), (7, 5, 2));
        assert_eq!((nested.cache_creation, nested.total, nested.reasoning), (3, 9, 0));
    }

    fn mode(executor: &str, provider: &str, model: &str, cache_read: i64) -> CacheInputMode {
        infer_mode(&ModeHints {
            executor_type: executor,
            providers: [provider, ""],
            models: [model, "", ""],
            counts: &TokenCounts { cache_read, ..TokenCounts::default() },
        })
    }

    #[test]
    fn executor_beats_provider_beats_model_beats_counters() {
        use CacheInputMode::{Included, Separate};
        assert_eq!(mode("OpenAICompatExecutor", "claude", "claude-opus", 1), Included);
        assert_eq!(mode("ClaudeExecutor", "xai", "grok-4", 0), Separate);
        assert_eq!(mode("AI_Studio-Executor", "claude", "", 0), Included);
        assert_eq!(mode("unknown", "Anthropic", "gpt-5", 0), Separate);
        assert_eq!(mode("", "vertex", "claude-opus", 1), Included);
        assert_eq!(mode("", "unknown", "GPT-5", 1), Included);
        assert_eq!(mode("", "", "sonnet", 1), Separate);
        assert_eq!(mode("", "", "sonnet", 0), Included);
    }

    #[test]
    fn an_invalid_explicit_mode_is_ignored() {
        let record =
            Object::parse(r#"{"tokens":{"cache_input_mode":"x"},"cacheInputMode":"separate_from_input"}"#);
        let record = record.expect("object");
        assert_eq!(TokenSources::of(&record).explicit_mode(), Some(CacheInputMode::Separate));
    }
}
