//! Typed columns of events, in the order of time: encoding, decoding, and the kernels that filter, group and sum.
//!
//! Pure: bytes in, bytes or numbers out. Files, threads and the database belong to the room above (`index`), the meaning of
//! figures to `analytics`. A question is a [`Plan`]; it knows codes, bounds and sets, no text, no time zone, no clock. The
//! answer of a plan over several segments is the merge of its answers over each, in any order.

mod answer;
mod bits;
mod column;
mod costs;
mod dictionary;
mod encode;
mod header;
mod kernel;
mod merge;
mod numbers;
mod plan;
mod profiles;
mod reader;
mod row;
mod segment;
mod text;

pub use answer::{Answer, GroupAnswer, GroupRow, ScanAnswer, Sums};
pub use column::{Column, ColumnBytes, ColumnData, ColumnError, MemoryColumns};
pub use costs::{costs_file, encode_costs, open_costs};
pub use dictionary::{
    ApiKey, Client, Credential, Dictionaries, ModelNames, Outcome, Profile, Route, Table, Tier,
};
pub use encode::Encoded;
pub use header::{ColumnEntry, SEGMENT_ROWS, SegmentHeader};
pub use kernel::{Cancel, Never, Next, Partial, Pass, ScanError, answer};
pub use plan::{
    AnyOf, CodeSet, Dimension, Filter, Group, MOST_GROUPS, Needle, NumberRange, Part, Percentile, Plan, Rows,
    SKIP, Scan,
};
pub use profiles::PackedProfiles;
pub use row::{Flags, Quantity, Row, RowKey};
pub use segment::{Deleted, Segment};
