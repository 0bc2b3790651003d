//! Rows out of columns again.

use crate::bits::BLOCK;
use crate::column::{Column, ColumnError};
use crate::costs::Costs;
use crate::numbers::{NONE, Numbers};
use crate::row::{Flags, Row};
use crate::segment::Segment;
use crate::text::{TextBlock, Texts};

/// Reads rows of a segment, one block decoded at a time: fast for neighbours.
pub(crate) struct RowReader<'a> {
    segment: &'a Segment,
    columns: Vec<Numbers>,
    costs: Costs,
    texts: [Texts; 2],
    /// The block that is decoded.
    block: Option<usize>,
    values: Vec<[i64; BLOCK]>,
    dollars: Box<[f64; BLOCK]>,
    decoded: [TextBlock; 2],
}

impl<'a> RowReader<'a> {
    pub(crate) fn new(segment: &'a Segment) -> Result<Self, ColumnError> {
        let columns = Column::ALL[..Column::NUMBERS].iter().map(|column| segment.numbers(*column));
        Ok(Self {
            segment,
            columns: columns.collect::<Result<_, _>>()?,
            costs: segment.costs()?,
            texts: [segment.texts(Column::RequestId)?, segment.texts(Column::TraceId)?],
            block: None,
            values: vec![[0; BLOCK]; Column::NUMBERS],
            dollars: Box::new([0.0; BLOCK]),
            decoded: Default::default(),
        })
    }

    fn enter(&mut self, block: usize) -> Result<(), ColumnError> {
        self.block = None;
        self.columns.iter().zip(&mut self.values).for_each(|(column, out)| column.decode(block, out));
        self.costs.decode(block, &mut self.dollars);
        for (texts, out) in self.texts.iter().zip(&mut self.decoded) {
            texts.decode(block, false, out)?;
        }
        self.block = Some(block);
        Ok(())
    }

    /// A row by its place in the segment, hidden or not; it must exist.
    pub(crate) fn row(&mut self, number: usize) -> Result<Row, ColumnError> {
        let (block, row) = (number / BLOCK, number % BLOCK);
        if self.block != Some(block) {
            self.enter(block)?;
        }
        let value = |column: Column| self.values[column as usize][row];
        let optional = |column| Some(value(column)).filter(|v| *v != NONE);
        let priced = if self.costs.priced(number) { Flags::PRICED } else { 0 };
        let [requests, traces] = &self.decoded;
        Ok(Row {
            id: value(Column::Id),
            timestamp_ms: value(Column::Time),
            profile: global(self.segment.profiles(), value(Column::Profile))?,
            outcome: global(self.segment.outcomes(), value(Column::Outcome))?,
            route: value(Column::Route) as u32,
            client: value(Column::Client) as u32,
            flags: Flags(value(Column::Flags) as u8 | priced),
            input: value(Column::Input),
            output: value(Column::Output),
            cached: value(Column::Cached),
            cache_read: value(Column::CacheRead),
            cache_creation: value(Column::CacheCreation),
            reasoning: value(Column::Reasoning),
            total: value(Column::Total),
            latency_ms: optional(Column::Latency),
            ttft_ms: optional(Column::Ttft),
            billed_beyond: [
                value(Column::BilledInput),
                value(Column::BilledCached),
                value(Column::BilledCacheRead),
                value(Column::BilledCacheCreation),
                value(Column::BilledOutput),
            ],
            cost_usd: self.dollars[row],
            request_id: utf8(requests.text(row))?,
            trace_id: utf8(traces.text(row))?,
        })
    }
}

/// This process's code of a local one.
pub(crate) fn global(codes: &[u32], local: i64) -> Result<u32, ColumnError> {
    let code = usize::try_from(local).ok().and_then(|local| codes.get(local).copied());
    code.ok_or(ColumnError::Damaged("a local code is not in the dictionary"))
}

fn utf8(text: &[u8]) -> Result<String, ColumnError> {
    let text = std::str::from_utf8(text).map_err(|_| ColumnError::Damaged("a text is not UTF-8"))?;
    Ok(text.to_owned())
}
