//! Token counts: conversations that grow, caches that are read, and each family's way of counting.

use super::catalogue::{Family, Model};
use super::json;
use super::random::Random;

/// After such a pause a conversation is often a new one.
const PAUSE_MS: i64 = 30 * 60 * 1000;

/// How often a continued conversation finds its cache. The records of a quiet gateway are far apart, but those of
/// one conversation come close together, so the time between them does not decide this.
const WARM: f64 = 0.9;

/// The counters of one attempt, and their breakdown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    input: i64,
    pub(super) output: i64,
    reasoning: i64,
    cached: i64,
    cache_read: i64,
    cache_creation: i64,
    total: i64,
    uncached: i64,
    input_total: i64,
    output_total: i64,
    non_reasoning: i64,
}

/// A conversation of one client with one model.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Conversation {
    context: i64,
    last_ms: i64,
}

impl Conversation {
    /// The next turn. `chats` is false for services that send single questions.
    pub(super) fn turn(
        &mut self,
        model: &Model,
        effort: &str,
        chats: bool,
        at_ms: i64,
        random: &mut Random,
    ) -> Tokens {
        let fresh = random.count(if chats { 700.0 } else { 350.0 }, 1.1, 8);
        let thought = match effort {
            "" | "none" | "minimal" => 0.0,
            "low" => 120.0,
            "medium" | "auto" => 420.0,
            "high" => 900.0,
            _ => 2_200.0,
        };
        let reasoning = if thought > 0.0 && random.chance(0.85) { random.count(thought, 0.8, 16) } else { 0 };
        let answer = random.count(if chats { 260.0 } else { 120.0 }, 1.0, 4);
        let paused = at_ms - self.last_ms > PAUSE_MS && random.chance(0.4);
        let fits = self.context <= model.context * 4 / 5;
        let continues = chats && self.context > 0 && !paused && fits;
        if !continues {
            // A new conversation, or a compacted one: instructions and tools only.
            self.context = if chats { random.count(16_000.0, 0.45, 2_000) } else { 0 };
        }
        let old = self.context;
        let warm = continues && random.chance(WARM);
        self.context = old + fresh + answer;
        self.last_ms = at_ms;
        count(model.provider.family(), old, fresh, answer, reasoning, warm)
    }
}

fn count(family: Family, old: i64, fresh: i64, answer: i64, reasoning: i64, warm: bool) -> Tokens {
    match family {
        Family::Claude => {
            let uncached = fresh.min(12);
            let (cache_read, cache_creation) = match (old, warm) {
                (0, _) => (0, 0),
                (_, true) => (old, fresh - uncached),
                (_, false) => (0, old + fresh - uncached),
            };
            let input = if old == 0 { fresh } else { uncached };
            let output = answer + reasoning;
            let input_total = input + cache_read + cache_creation;
            Tokens {
                input,
                output,
                // CPA sees no separate count of Claude's thinking.
                reasoning: 0,
                cached: if cache_read > 0 { cache_read } else { cache_creation },
                cache_read,
                cache_creation,
                total: input_total + output,
                uncached: input,
                input_total,
                output_total: output,
                non_reasoning: output,
            }
        }
        Family::OpenAi => {
            let cache_read = if warm { old / 128 * 128 } else { 0 };
            let (input, output) = (old + fresh, answer + reasoning);
            Tokens {
                input,
                output,
                reasoning,
                cached: cache_read,
                cache_read,
                cache_creation: 0,
                total: input + output,
                uncached: input - cache_read,
                input_total: input,
                output_total: output,
                non_reasoning: answer,
            }
        }
        Family::Gemini => {
            let cache_read = if warm { old * 9 / 10 } else { 0 };
            let input = old + fresh;
            Tokens {
                input,
                output: answer,
                reasoning,
                cached: cache_read,
                cache_read,
                cache_creation: 0,
                total: input + answer + reasoning,
                uncached: input - cache_read,
                input_total: input,
                output_total: answer + reasoning,
                non_reasoning: answer,
            }
        }
    }
}

impl Tokens {
    /// Everything the model had to produce, for the time it took.
    pub(super) fn produced(&self) -> i64 {
        self.output_total
    }

    /// Everything the model had to read anew.
    pub(super) fn read(&self) -> i64 {
        self.uncached + self.cache_creation
    }

    /// `,"tokens":{…}`.
    pub(super) fn write(&self, out: &mut String) {
        out.push_str(",\"tokens\":{\"input_tokens\":");
        json::int(out, self.input);
        json::int_member(out, "output_tokens", self.output);
        json::int_member(out, "reasoning_tokens", self.reasoning);
        json::int_member(out, "cached_tokens", self.cached);
        json::int_member(out, "cache_read_tokens", self.cache_read);
        out.push_str(",\"cache_read_tokens_present\":true");
        json::int_member(out, "cache_creation_tokens", self.cache_creation);
        json::int_member(out, "total_tokens", self.total);
        out.push('}');
    }

    /// `,"accounting_version":2,"token_breakdown":{…}`.
    pub(super) fn write_breakdown(&self, out: &mut String) {
        out.push_str(
            ",\"accounting_version\":2,\"token_breakdown\":{\"schema_version\":2,\"quality\":\"complete\"",
        );
        json::int_member(out, "total_tokens", self.input_total + self.output_total);
        out.push_str(",\"input\":{\"total_tokens\":");
        json::int(out, self.input_total);
        json::int_member(out, "uncached_tokens", self.uncached);
        json::int_member(out, "cache_read_tokens", self.cache_read);
        json::int_member(out, "cache_write_tokens", self.cache_creation);
        out.push_str("},\"output\":{\"total_tokens\":");
        json::int(out, self.output_total);
        json::int_member(out, "non_reasoning_tokens", self.non_reasoning);
        json::int_member(out, "reasoning_tokens", self.output_total - self.non_reasoning);
        out.push_str("},\"unclassified_tokens\":0}");
    }
}
