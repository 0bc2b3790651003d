//! Providers and models that the simulated gateway offers.

/// Where a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Provider {
    Claude,
    Codex,
    Gemini,
    Vertex,
    Antigravity,
    Kimi,
    Xai,
    OpenRouter,
}

/// How a provider counts tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Input excludes the cache; output includes thinking.
    Claude,
    /// Input includes the cache; output includes reasoning.
    OpenAi,
    /// Input includes the cache; output excludes thoughts.
    Gemini,
}

impl Provider {
    /// The type of auth files and the stem of configuration lists.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Gemini => "gemini",
            Self::Vertex => "vertex",
            Self::Antigravity => "antigravity",
            Self::Kimi => "kimi",
            Self::Xai => "xai",
            Self::OpenRouter => "openrouter",
        }
    }

    /// `provider` of a record.
    pub(crate) const fn record_name(self) -> &'static str {
        match self {
            Self::OpenRouter => "openai-compatible-openrouter",
            other => other.name(),
        }
    }

    /// `executor_type` of a record.
    pub(crate) const fn executor(self) -> &'static str {
        match self {
            Self::Claude => "ClaudeExecutor",
            Self::Codex => "CodexExecutor",
            Self::Gemini => "GeminiExecutor",
            Self::Vertex => "GeminiVertexExecutor",
            Self::Antigravity => "AntigravityExecutor",
            Self::Kimi => "KimiExecutor",
            Self::Xai => "XAIExecutor",
            Self::OpenRouter => "OpenAICompatExecutor",
        }
    }

    /// The route pattern that its clients mostly use.
    pub(crate) const fn endpoint(self) -> &'static str {
        match self {
            Self::Claude => "POST /v1/messages",
            Self::Codex | Self::Xai => "POST /v1/responses",
            Self::Gemini | Self::Vertex | Self::Antigravity => "POST /v1beta/models/*action",
            Self::Kimi | Self::OpenRouter => "POST /v1/chat/completions",
        }
    }

    pub(crate) const fn family(self) -> Family {
        match self {
            Self::Claude => Family::Claude,
            Self::Codex | Self::Kimi | Self::Xai | Self::OpenRouter => Family::OpenAi,
            Self::Gemini | Self::Vertex | Self::Antigravity => Family::Gemini,
        }
    }

    /// `owned_by` in model lists.
    pub(crate) const fn owner(self) -> &'static str {
        match self {
            Self::Claude => "anthropic",
            Self::Codex => "openai",
            Self::Gemini | Self::Vertex => "google",
            Self::Antigravity => "antigravity",
            Self::Kimi => "moonshot",
            Self::Xai => "xai",
            Self::OpenRouter => "openrouter",
        }
    }
}

/// One model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Model {
    /// As the upstream calls it.
    pub(crate) name: &'static str,
    /// As clients call it.
    pub(crate) alias: &'static str,
    pub(crate) provider: Provider,
    /// Popularity.
    pub(crate) weight: f64,
    /// Output tokens per second, typically.
    pub(crate) speed: f64,
    /// Time to the first byte, milliseconds, typically.
    pub(crate) first_byte_ms: f64,
    /// Whether a reasoning effort can be asked for.
    pub(crate) reasons: bool,
    pub(crate) context: i64,
}

const fn model(
    provider: Provider,
    name: &'static str,
    alias: &'static str,
    weight: f64,
    speed: f64,
    first_byte_ms: f64,
    context: i64,
) -> Model {
    let reasons = !matches!(provider, Provider::Kimi | Provider::OpenRouter);
    Model { name, alias, provider, weight, speed, first_byte_ms, reasons, context }
}

use Provider::{Antigravity, Claude, Codex, Gemini, Kimi, OpenRouter, Vertex, Xai};

/// The models, forty of them.
pub(crate) const MODELS: [Model; 40] = [
    model(Claude, "claude-opus-4-6", "claude-opus-4-6", 14.0, 62.0, 1_900.0, 200_000),
    model(Claude, "claude-sonnet-4-6", "claude-sonnet-4-6", 18.0, 84.0, 1_200.0, 200_000),
    model(Claude, "claude-sonnet-4-5", "cs45", 5.0, 80.0, 1_200.0, 200_000),
    model(Claude, "claude-haiku-4-5", "claude-haiku-4-5", 7.0, 170.0, 600.0, 200_000),
    model(Claude, "claude-opus-4-5", "claude-opus-4-5", 2.0, 58.0, 2_000.0, 200_000),
    model(Claude, "claude-opus-4-1", "claude-opus-4-1", 0.6, 40.0, 2_300.0, 200_000),
    model(Claude, "claude-sonnet-4", "claude-sonnet-4", 0.7, 75.0, 1_300.0, 200_000),
    model(Codex, "gpt-5.5", "gpt-5.5", 12.0, 70.0, 1_800.0, 400_000),
    model(Codex, "gpt-5.4", "gpt-5.4", 9.0, 75.0, 1_700.0, 1_050_000),
    model(Codex, "gpt-5.4-mini", "gpt-5.4-mini", 4.0, 140.0, 700.0, 400_000),
    model(Codex, "gpt-5.3-codex", "gpt-5.3-codex", 5.0, 80.0, 1_500.0, 400_000),
    model(Codex, "gpt-5.3-codex-spark", "gpt-5.3-codex-spark", 1.5, 900.0, 250.0, 128_000),
    model(Codex, "gpt-5.2-codex", "gpt-5.2-codex", 1.5, 70.0, 1_600.0, 400_000),
    model(Codex, "gpt-5.2", "gpt-5.2", 1.0, 65.0, 1_700.0, 400_000),
    model(Codex, "gpt-5.1-codex-max", "gpt-5.1-codex-max", 0.8, 70.0, 1_700.0, 400_000),
    model(Gemini, "gemini-3-pro", "gemini-3-pro", 3.0, 95.0, 2_200.0, 1_048_576),
    model(Gemini, "gemini-3-flash", "gemini-3-flash", 3.5, 210.0, 700.0, 1_048_576),
    model(Gemini, "gemini-2.5-pro", "gemini-2.5-pro", 1.6, 110.0, 2_400.0, 1_048_576),
    model(Gemini, "gemini-2.5-flash", "gemini-2.5-flash", 2.4, 230.0, 600.0, 1_048_576),
    model(Gemini, "gemini-2.5-flash-lite", "gemini-2.5-flash-lite", 1.0, 320.0, 350.0, 1_048_576),
    model(Vertex, "gemini-3-pro-preview", "vertex-pro", 1.2, 95.0, 2_000.0, 1_048_576),
    model(Vertex, "gemini-3.1-pro-preview", "vertex-pro-next", 0.6, 90.0, 2_100.0, 1_048_576),
    model(Vertex, "gemini-2.0-flash", "vertex-flash", 0.8, 220.0, 500.0, 1_048_576),
    model(Antigravity, "gemini-3.1-pro-high", "gemini-3.1-pro-high", 2.2, 95.0, 2_600.0, 1_048_576),
    model(Antigravity, "gemini-3.1-pro-low", "gemini-3.1-pro-low", 1.1, 105.0, 1_900.0, 1_048_576),
    model(Antigravity, "gemini-3.5-flash", "gemini-3.5-flash", 1.6, 200.0, 800.0, 1_048_576),
    model(Antigravity, "claude-opus-4-6-thinking", "claude-opus-4-6-thinking", 1.8, 60.0, 2_200.0, 200_000),
    model(Antigravity, "gpt-oss-120b-medium", "gpt-oss-120b-medium", 0.4, 180.0, 600.0, 131_072),
    model(Kimi, "kimi-k2.6", "kimi-k2.6", 2.0, 90.0, 1_100.0, 262_144),
    model(Kimi, "kimi-k2.5", "kimi-k2.5", 0.7, 85.0, 1_100.0, 262_144),
    model(Kimi, "kimi-k2-thinking", "kimi-k2-thinking", 0.5, 70.0, 1_500.0, 262_144),
    model(Xai, "grok-4.5", "grok-4.5", 2.0, 90.0, 1_300.0, 256_000),
    model(Xai, "grok-4.3", "grok-k", 0.8, 85.0, 1_300.0, 256_000),
    model(Xai, "grok-code-fast-1", "grok-code-fast-1", 1.4, 190.0, 500.0, 256_000),
    model(Xai, "grok-4-fast", "grok-4-fast", 0.6, 160.0, 600.0, 2_000_000),
    model(OpenRouter, "moonshotai/kimi-k2", "kimi-k2", 1.0, 70.0, 1_000.0, 131_072),
    model(OpenRouter, "deepseek/deepseek-v3.2", "ds32", 1.8, 55.0, 1_400.0, 163_840),
    model(OpenRouter, "qwen/qwen3-coder", "qwen3-coder", 1.0, 80.0, 900.0, 262_144),
    model(OpenRouter, "z-ai/glm-4.7", "glm-4.7", 1.1, 75.0, 1_000.0, 202_752),
    model(OpenRouter, "minimax/minimax-m2", "minimax-m2", 0.6, 85.0, 900.0, 204_800),
];
