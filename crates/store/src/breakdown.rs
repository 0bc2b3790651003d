//! The gateway's token breakdown beside the counters that usually imply it.

use model::{BreakdownQuality, TokenBreakdown, TokenCounts};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

use crate::codec::{Unpack, put_int};
use crate::error::Damaged;

/// The shapes that the counters imply. Their numbers are stored: append only.
const SHAPES: [fn(&TokenCounts) -> TokenBreakdown; 6] = [
    // OpenAI and its kin: cache inside the input, reasoning inside the output.
    |counts| split(counts, false, false),
    // Claude: cache beside the input.
    |counts| split(counts, true, false),
    // Gemini: reasoning beside the output.
    |counts| split(counts, false, true),
    |counts| split(counts, true, true),
    |counts| unsplit(counts, BreakdownQuality::Unclassified),
    |counts| unsplit(counts, BreakdownQuality::Inconsistent),
];

fn split(counts: &TokenCounts, cache_beside: bool, reasoning_beside: bool) -> TokenBreakdown {
    let cached = counts.cache_read.wrapping_add(counts.cache_creation);
    let (input_total, input_uncached) = if cache_beside {
        (counts.input.wrapping_add(cached), counts.input)
    } else {
        (counts.input, counts.input.wrapping_sub(cached))
    };
    let (output_total, output_non_reasoning) = if reasoning_beside {
        (counts.output.wrapping_add(counts.reasoning), counts.output)
    } else {
        (counts.output, counts.output.wrapping_sub(counts.reasoning))
    };
    TokenBreakdown {
        accounting_version: 2,
        schema_version: 2,
        quality: BreakdownQuality::Complete,
        total: counts.total,
        input_total,
        input_uncached,
        input_cache_read: counts.cache_read,
        input_cache_write: counts.cache_creation,
        output_total,
        output_non_reasoning,
        output_reasoning: counts.reasoning,
        unclassified: 0,
    }
}

fn unsplit(counts: &TokenCounts, quality: BreakdownQuality) -> TokenBreakdown {
    TokenBreakdown {
        accounting_version: 2,
        schema_version: 2,
        quality,
        total: counts.total,
        input_total: 0,
        input_uncached: 0,
        input_cache_read: 0,
        input_cache_write: 0,
        output_total: 0,
        output_non_reasoning: 0,
        output_reasoning: 0,
        unclassified: counts.total,
    }
}

fn numbers(breakdown: &TokenBreakdown) -> [i64; 11] {
    [
        breakdown.accounting_version,
        breakdown.schema_version,
        breakdown.total,
        breakdown.input_total,
        breakdown.input_uncached,
        breakdown.input_cache_read,
        breakdown.input_cache_write,
        breakdown.output_total,
        breakdown.output_non_reasoning,
        breakdown.output_reasoning,
        breakdown.unclassified,
    ]
}

/// The column value: NULL, the number of a shape, or packed differences to shape 0.
pub(crate) fn pack(breakdown: Option<&TokenBreakdown>, counts: &TokenCounts) -> ToSqlOutput<'static> {
    let Some(breakdown) = breakdown else { return ToSqlOutput::Owned(Value::Null) };
    if let Some(shape) = SHAPES.iter().position(|shape| shape(counts) == *breakdown) {
        return ToSqlOutput::Owned(Value::Integer(shape as i64));
    }
    let mut out = Vec::with_capacity(24);
    out.push(match breakdown.quality {
        BreakdownQuality::Complete => 0,
        BreakdownQuality::Inconsistent => 1,
        BreakdownQuality::Unclassified => 2,
    });
    for (value, implied) in numbers(breakdown).into_iter().zip(numbers(&SHAPES[0](counts))) {
        put_int(&mut out, value.wrapping_sub(implied));
    }
    ToSqlOutput::Owned(Value::Blob(out))
}

/// The breakdown behind a column value.
pub(crate) fn unpack(value: ValueRef<'_>, counts: &TokenCounts) -> Result<Option<TokenBreakdown>, Damaged> {
    let blob = match value {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(shape) => {
            let shape = usize::try_from(shape).ok().and_then(|shape| SHAPES.get(shape)).ok_or(Damaged)?;
            return Ok(Some(shape(counts)));
        }
        ValueRef::Blob(blob) => blob,
        _ => return Err(Damaged),
    };
    let mut unpack = Unpack(blob);
    let quality = match unpack.byte()? {
        0 => BreakdownQuality::Complete,
        1 => BreakdownQuality::Inconsistent,
        2 => BreakdownQuality::Unclassified,
        _ => return Err(Damaged),
    };
    let mut values = numbers(&SHAPES[0](counts));
    for value in &mut values {
        *value = value.wrapping_add(unpack.int()?);
    }
    let [accounting_version, schema_version, total, rest @ ..] = values;
    let [input_total, input_uncached, input_cache_read, input_cache_write, rest @ ..] = rest;
    let [output_total, output_non_reasoning, output_reasoning, unclassified] = rest;
    Ok(Some(TokenBreakdown {
        accounting_version,
        schema_version,
        quality,
        total,
        input_total,
        input_uncached,
        input_cache_read,
        input_cache_write,
        output_total,
        output_non_reasoning,
        output_reasoning,
        unclassified,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(breakdown: &TokenBreakdown, counts: &TokenCounts) -> (Option<TokenBreakdown>, usize) {
        match pack(Some(breakdown), counts) {
            ToSqlOutput::Owned(Value::Integer(shape)) => {
                (unpack(ValueRef::Integer(shape), counts).expect("known shape"), 0)
            }
            ToSqlOutput::Owned(Value::Blob(blob)) => {
                (unpack(ValueRef::Blob(&blob), counts).expect("whole blob"), blob.len())
            }
            other => panic!("unexpected {other:?}"),
        }
    }

    #[test]
    fn implied_breakdowns_take_no_blob_and_others_are_kept_exactly() {
        let counts = TokenCounts {
            input: 2000,
            output: 150,
            reasoning: 400,
            cached: 1500,
            cache_read: 1500,
            total: 2550,
            ..TokenCounts::default()
        };
        for shape in SHAPES {
            let breakdown = shape(&counts);
            assert_eq!(round_trip(&breakdown, &counts), (Some(breakdown), 0));
        }
        let odd = TokenBreakdown { unclassified: i64::MIN, total: i64::MAX, ..SHAPES[1](&counts) };
        let (back, bytes) = round_trip(&odd, &counts);
        assert_eq!(back, Some(odd));
        assert!(bytes > 0);
        assert_eq!(unpack(ValueRef::Integer(99), &counts), Err(Damaged));
        assert_eq!(unpack(ValueRef::Blob(&[0, 1]), &counts), Err(Damaged));
    }
}
