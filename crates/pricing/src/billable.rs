//! The tokens that are paid for.

use model::{BreakdownQuality, CacheInputMode, TokenBreakdown, TokenCounts, UsageEvent};

/// Which numbers of an event its cost is computed from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum CostBasis {
    /// The gateway's own split where it is complete, else its counters. Bills what the provider bills.
    #[default]
    Breakdown,
    /// The counters alone, as the reference does: thinking tokens that stand beside the output are not billed.
    Counters,
}

impl CostBasis {
    /// The name in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breakdown => "breakdown",
            Self::Counters => "counters",
        }
    }

    /// The basis with this name, if it is one of the two.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "breakdown" => Some(Self::Breakdown),
            "counters" => Some(Self::Counters),
            _ => None,
        }
    }
}

/// The tokens of one request by what they cost. None is negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct BillableTokens {
    /// All input; decides about context tiers and long context.
    pub total_input: i64,
    /// Input at the prompt rate.
    pub uncached: i64,
    /// Cached input that is neither counted as read nor as written; at the older cache rate.
    pub residual_cached: i64,
    /// Input read from the cache.
    pub cache_read: i64,
    /// Input written to the cache.
    pub cache_creation: i64,
    /// Output; with [`CostBasis::Breakdown`] reasoning is in it.
    pub output: i64,
}

impl BillableTokens {
    /// From sums of the normalised input side: what is not cached is the rest, and never below zero.
    pub fn from_normalised(
        total_input: i64,
        residual_cached: i64,
        cache_read: i64,
        cache_creation: i64,
        output: i64,
    ) -> Self {
        let uncached = total_input
            .saturating_sub(residual_cached)
            .saturating_sub(cache_read)
            .saturating_sub(cache_creation)
            .max(0);
        Self { total_input, uncached, residual_cached, cache_read, cache_creation, output }
    }

    /// Of an event.
    pub fn of(basis: CostBasis, event: &UsageEvent) -> Self {
        billable(basis, &event.tokens, event.cache_input_mode, event.breakdown.as_ref())
    }
}

/// The tokens that a request is billed for.
///
/// `breakdown` is used only with [`CostBasis::Breakdown`], only when the gateway calls it complete, and only when
/// its parts are what they should be: not negative, adding up, and not empty beside counters that are not.
pub fn billable(
    basis: CostBasis,
    counts: &TokenCounts,
    mode: CacheInputMode,
    breakdown: Option<&TokenBreakdown>,
) -> BillableTokens {
    if basis == CostBasis::Breakdown
        && let Some(split) = breakdown.filter(|split| is_usable(split, counts))
    {
        return BillableTokens {
            total_input: split.input_total,
            uncached: split.input_uncached,
            residual_cached: 0,
            cache_read: split.input_cache_read,
            cache_creation: split.input_cache_write,
            output: split.output_total,
        };
    }
    let normalised = counts.normalised(mode);
    let cache_read = counts.cache_read.max(0);
    BillableTokens::from_normalised(
        normalised.total,
        counts.cached_remainder(),
        cache_read,
        normalised.cache_creation,
        counts.output.max(0),
    )
}

/// Whether the tokens of an event are taken from its breakdown.
pub fn uses_breakdown(basis: CostBasis, event: &UsageEvent) -> bool {
    let usable = event.breakdown.as_ref().is_some_and(|split| is_usable(split, &event.tokens));
    basis == CostBasis::Breakdown && usable
}

fn is_usable(split: &TokenBreakdown, counts: &TokenCounts) -> bool {
    let parts = [split.input_uncached, split.input_cache_read, split.input_cache_write];
    let inputs = parts.iter().fold(0_i64, |sum, part| sum.saturating_add(*part));
    let empty = split.input_total == 0 && split.output_total == 0;
    let counted = counts.input > 0 || counts.output > 0;
    split.quality == BreakdownQuality::Complete
        && split.unclassified == 0
        && parts.iter().all(|part| *part >= 0)
        && split.output_total >= 0
        && inputs == split.input_total
        && !(empty && counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split() -> TokenBreakdown {
        TokenBreakdown {
            accounting_version: 2,
            schema_version: 2,
            quality: BreakdownQuality::Complete,
            total: 2550,
            input_total: 2000,
            input_uncached: 500,
            input_cache_read: 1500,
            input_cache_write: 0,
            output_total: 550,
            output_non_reasoning: 150,
            output_reasoning: 400,
            unclassified: 0,
        }
    }

    fn counts() -> TokenCounts {
        TokenCounts {
            input: 2000,
            output: 150,
            reasoning: 400,
            cached: 1500,
            cache_read: 1500,
            ..TokenCounts::default()
        }
    }

    #[test]
    fn a_doubtful_breakdown_is_not_used() {
        let from_counters =
            billable(CostBasis::Counters, &counts(), CacheInputMode::Included, Some(&split()));
        assert_eq!((from_counters.uncached, from_counters.output), (500, 150));
        let good = billable(CostBasis::Breakdown, &counts(), CacheInputMode::Included, Some(&split()));
        assert_eq!((good.uncached, good.output), (500, 550));
        let doubtful = [
            TokenBreakdown { quality: BreakdownQuality::Inconsistent, ..split() },
            TokenBreakdown { quality: BreakdownQuality::Unclassified, ..split() },
            TokenBreakdown { unclassified: 1, ..split() },
            TokenBreakdown { input_uncached: 501, ..split() },
            TokenBreakdown { input_uncached: -1, input_cache_read: 2001, ..split() },
            TokenBreakdown { output_total: -1, ..split() },
            TokenBreakdown {
                input_total: 0,
                input_uncached: 0,
                input_cache_read: 0,
                output_total: 0,
                ..split()
            },
        ];
        for breakdown in doubtful {
            let tokens =
                billable(CostBasis::Breakdown, &counts(), CacheInputMode::Included, Some(&breakdown));
            assert_eq!(tokens, from_counters, "{breakdown:?}");
        }
        assert_eq!(billable(CostBasis::Breakdown, &counts(), CacheInputMode::Included, None), from_counters);
    }

    #[test]
    fn negative_counters_cost_nothing() {
        let counts = TokenCounts {
            input: -5,
            output: -7,
            cache_read: -1,
            cache_creation: -2,
            ..TokenCounts::default()
        };
        for mode in [CacheInputMode::Included, CacheInputMode::Separate] {
            assert_eq!(billable(CostBasis::Counters, &counts, mode, None), BillableTokens::default());
        }
    }
}
