//! One event as the columns hold it.

/// The place of an event in the order of time: by time, then by id. The same order as the store's `EventKey`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// Unix milliseconds.
    pub timestamp_ms: i64,
    /// The event's id in the database.
    pub id: i64,
}

/// Facts of one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// The attempt failed.
    pub const FAILED: u8 = 1;
    /// One of the four raw cache counters is above zero.
    pub const CACHE_ANY: u8 = 2;
    /// The raw `cache_read` counter is above zero.
    pub const CACHE_READ: u8 = 4;
    /// The raw `cache_creation` counter is above zero.
    pub const CACHE_CREATION: u8 = 8;
    /// The time is implausible (`TimeQuality::Implausible`).
    pub const IMPLAUSIBLE_TIME: u8 = 16;
    /// The event has a price. Belongs to the cost column: it changes with the prices.
    pub const PRICED: u8 = 32;
    /// A warm-up that generated nothing.
    pub const NO_GENERATION: u8 = 64;

    /// Whether all these bits are set.
    pub fn has(self, bits: u8) -> bool {
        self.0 & bits == bits
    }
}

/// One event, ready to be encoded. Codes are those of [`Dictionaries`](crate::Dictionaries).
///
/// Token figures are the ones that analytics sum (`analytics-and-pricing.md` §1.4): `input` is the normalised total input,
/// `cached` the remainder that read and creation do not cover. They may be negative or huge where the gateway said so.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// The event's id in the database.
    pub id: i64,
    /// Unix milliseconds.
    pub timestamp_ms: i64,
    /// Code of its [`Profile`](crate::Profile).
    pub profile: u32,
    /// Code of its [`Outcome`](crate::Outcome).
    pub outcome: u32,
    /// Database id of its route.
    pub route: u32,
    /// Database id of its client.
    pub client: u32,
    /// Facts of one bit.
    pub flags: Flags,
    /// Normalised total input tokens.
    pub input: i64,
    /// Output tokens.
    pub output: i64,
    /// Cached tokens that read and creation do not cover.
    pub cached: i64,
    /// Cache read tokens, raw.
    pub cache_read: i64,
    /// Cache creation tokens, raw.
    pub cache_creation: i64,
    /// Reasoning tokens, raw.
    pub reasoning: i64,
    /// Total tokens as recorded.
    pub total: i64,
    /// Milliseconds from the start of the attempt to the end of its body.
    pub latency_ms: Option<i64>,
    /// Milliseconds to the first byte.
    pub ttft_ms: Option<i64>,
    /// What is billed beyond (below, if negative) the figures above, in tokens; all zero with cost basis `counters`:
    /// uncached input, cached remainder, cache read, cache creation, output.
    pub billed_beyond: [i64; 5],
    /// US dollars; 0 without a price.
    pub cost_usd: f64,
    /// The gateway's request id; unique per request.
    pub request_id: String,
    /// The trace id among the answer's headers; empty if none.
    pub trace_id: String,
}

impl Row {
    /// Its place in the order of time.
    pub fn key(&self) -> RowKey {
        RowKey { timestamp_ms: self.timestamp_ms, id: self.id }
    }
}

/// Columns of numbers that can be filtered by range, summed, or ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// [`Row::input`]
    Input,
    /// [`Row::output`]
    Output,
    /// [`Row::cached`]
    Cached,
    /// [`Row::cache_read`]
    CacheRead,
    /// [`Row::cache_creation`]
    CacheCreation,
    /// [`Row::reasoning`]
    Reasoning,
    /// [`Row::total`]
    Total,
    /// [`Row::latency_ms`]; events without one match no range and have no rank.
    Latency,
    /// [`Row::ttft_ms`]; events without one match no range and have no rank.
    Ttft,
}
