//! Rows that are in no file yet: the newest ones, and those that changed after their segment was written.

use std::sync::Arc;

use columns::{ColumnError, Deleted, Row, Segment};

use crate::names::Coder;

#[derive(Debug, Default)]
pub(crate) struct Tail {
    chunks: Vec<Segment>,
    open: Vec<Row>,
    /// The open rows, encoded, while they are the same.
    encoded: Option<Segment>,
}

fn encode(rows: &mut [Row], coder: &Coder) -> Result<Segment, ColumnError> {
    rows.sort_unstable_by_key(Row::key);
    Segment::in_memory(rows, &coder.profiles, &coder.outcomes)
}

impl Tail {
    /// `most` rows make a chunk. The last one is encoded anew for each publication, so it is small.
    pub(crate) fn push(&mut self, row: Row, coder: &Coder, most: usize) -> Result<(), ColumnError> {
        self.encoded = None;
        self.open.push(row);
        if self.open.len() >= most {
            self.chunks.push(encode(&mut self.open, coder)?);
            self.open = Vec::new();
        }
        Ok(())
    }

    /// Takes rows out, by ascending id.
    pub(crate) fn hide(&mut self, ids: &[i64]) -> Result<(), ColumnError> {
        let before = self.open.len();
        self.open.retain(|row| ids.binary_search(&row.id).is_err());
        if self.open.len() != before {
            self.encoded = None;
        }
        for chunk in &mut self.chunks {
            hide_in(chunk, ids)?;
        }
        self.chunks.retain(|chunk| chunk.live() > 0);
        Ok(())
    }

    /// Takes out every row with an id from `first` to `last`.
    pub(crate) fn hide_range(&mut self, first: i64, last: i64, coder: &Coder) -> Result<(), ColumnError> {
        let outside = |row: &Row| row.id < first || row.id > last;
        self.open.retain(outside);
        self.encoded = None;
        let mut kept = Vec::with_capacity(self.chunks.len());
        for chunk in std::mem::take(&mut self.chunks) {
            let (least, most) = chunk.header().ids;
            if least > last || most < first {
                kept.push(chunk);
            } else if least < first || most > last {
                let mut rows = chunk.rows()?;
                rows.retain(outside);
                if !rows.is_empty() {
                    kept.push(encode(&mut rows, coder)?);
                }
            }
        }
        self.chunks = kept;
        Ok(())
    }

    /// All of it, to be published.
    pub(crate) fn segments(&mut self, coder: &Coder) -> Result<Vec<Segment>, ColumnError> {
        if self.encoded.is_none() && !self.open.is_empty() {
            self.encoded = Some(encode(&mut self.open, coder)?);
        }
        Ok(self.chunks.iter().chain(&self.encoded).cloned().collect())
    }

    /// Changes every row, for example its cost.
    pub(crate) fn rewrite(
        &mut self,
        coder: &Coder,
        mut change: impl FnMut(&mut Row),
    ) -> Result<(), ColumnError> {
        self.open.iter_mut().for_each(&mut change);
        self.encoded = None;
        for chunk in &mut self.chunks {
            let mut rows = chunk.rows()?;
            rows.iter_mut().for_each(&mut change);
            *chunk = encode(&mut rows, coder)?;
        }
        Ok(())
    }

    /// Bytes held, roughly.
    pub(crate) fn bytes(&self) -> usize {
        let chunks: usize = self.chunks.iter().chain(&self.encoded).map(segment_bytes).sum();
        chunks + self.open.capacity() * size_of::<Row>()
    }
}

/// Bytes of the columns of a segment in memory.
pub(crate) fn segment_bytes(segment: &Segment) -> usize {
    let columns: u64 = segment.header().columns.iter().map(|entry| entry.length).sum();
    columns as usize + segment.len() * 8
}

/// Hides rows of a segment, by ascending id.
pub(crate) fn hide_in(segment: &mut Segment, ids: &[i64]) -> Result<(), ColumnError> {
    let mut rows = Vec::new();
    segment.find_ids(ids, |row| rows.push(row))?;
    rows.retain(|row| !segment.deleted().contains(*row));
    if !rows.is_empty() {
        let mut deleted = Deleted::clone(segment.deleted());
        rows.into_iter().for_each(|row| deleted.insert(row));
        *segment = segment.with_deleted(Arc::new(deleted));
    }
    Ok(())
}
