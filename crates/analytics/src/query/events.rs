//! Pages of events in any order, with every filter: keys now, the events themselves from the database.

use std::ops::Range;

use columns::{Answer, Dictionaries, Filter, Plan, RowKey, Rows};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::{NumberField, QueryFilters};
use crate::error::RequestError;
use crate::filter::Lookups;
use crate::plan::{Found, Planner, Slot};

/// Most events that a ranking leaves out before its page.
pub const MAX_OFFSET: usize = 100_000;

/// By what events are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventSort {
    /// Time, then row id.
    #[default]
    Time,
    /// US dollars.
    Cost,
    /// Input, cache tokens included.
    InputTokens,
    /// Output.
    OutputTokens,
    /// Cached tokens that read and creation do not cover.
    CachedTokens,
    /// Read from a cache.
    CacheReadTokens,
    /// Written to a cache.
    CacheCreationTokens,
    /// Reasoning.
    ReasoningTokens,
    /// Total as recorded.
    TotalTokens,
    /// Milliseconds to the end of the body.
    LatencyMs,
    /// Milliseconds to the first byte.
    TtftMs,
}

impl EventSort {
    fn number(self) -> Option<NumberField> {
        Some(match self {
            Self::Time | Self::Cost => return None,
            Self::InputTokens => NumberField::InputTokens,
            Self::OutputTokens => NumberField::OutputTokens,
            Self::CachedTokens => NumberField::CachedTokens,
            Self::CacheReadTokens => NumberField::CacheReadTokens,
            Self::CacheCreationTokens => NumberField::CacheCreationTokens,
            Self::ReasoningTokens => NumberField::ReasoningTokens,
            Self::TotalTokens => NumberField::TotalTokens,
            Self::LatencyMs => NumberField::LatencyMs,
            Self::TtftMs => NumberField::TtftMs,
        })
    }
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventPlace {
    /// At the beginning of the order.
    Start,
    /// After this event, in an order by time.
    After(RowKey),
    /// After so many events, in any other order.
    Offset(usize),
}

/// A page of events.
#[derive(Debug, Clone)]
pub struct EventsQuery {
    /// `[from, to)`, Unix milliseconds.
    pub range: Range<i64>,
    /// Which events.
    pub filters: QueryFilters,
    /// By what they are ordered.
    pub sort: EventSort,
    /// Smallest (oldest) first.
    pub ascending: bool,
    /// Where the page begins.
    pub place: EventPlace,
    /// How many.
    pub limit: usize,
}

/// A page with its plan.
pub struct EventKeys {
    plan: Plan,
    rows: Slot,
    scan: usize,
    limit: usize,
}

/// The keys of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysPage {
    /// The events, in order.
    pub keys: Vec<RowKey>,
    /// Whether there are more.
    pub has_more: bool,
    /// Events that match, those of other pages included.
    pub total: i64,
}

impl EventKeys {
    /// Plans a page.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn new(
        query: &EventsQuery,
        dictionaries: &Dictionaries,
        lookups: &Lookups,
    ) -> Result<Self, RequestError> {
        query.filters.check()?;
        if let Some(field) = query.filters.time_fields().first() {
            let name = super::filter::name_of(*field);
            return Err(RequestError::invalid(format!("events cannot be filtered by {name}")));
        }
        let limit = query.limit.saturating_add(1);
        let rows = match (query.sort, query.place) {
            (EventSort::Time, EventPlace::Offset(_)) => {
                return Err(RequestError::invalid("this cursor belongs to another order"));
            }
            (EventSort::Time, place) => {
                let cursor = match place {
                    EventPlace::After(key) => Some(key),
                    _ => None,
                };
                if query.ascending {
                    Rows::Oldest { limit, after: cursor }
                } else {
                    Rows::Newest { limit, before: cursor, failed_only: false }
                }
            }
            (_, EventPlace::After(_)) => {
                return Err(RequestError::invalid("this cursor belongs to another order"));
            }
            (sort, place) => {
                let offset = match place {
                    EventPlace::Offset(offset) => offset,
                    _ => 0,
                };
                if offset > MAX_OFFSET {
                    return Err(RequestError::TooLarge { name: "place in the order", most: MAX_OFFSET });
                }
                let quantity = sort.number().map(NumberField::quantity);
                Rows::Ranked { limit, offset, quantity, ascending: query.ascending }
            }
        };
        let filter: Filter = query.filters.compile(dictionaries, lookups);
        let mut planner = Planner::default();
        let scan = planner.scan(query.range.clone(), filter);
        let rows = planner.rows(scan, rows);
        Ok(Self { plan: planner.finish(), rows, scan, limit: query.limit })
    }

    /// The question to the columns.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The keys.
    pub fn page(&self, answer: &Answer) -> KeysPage {
        let found = Found(answer);
        let mut keys = found.rows(self.rows).to_vec();
        let has_more = keys.len() > self.limit;
        keys.truncate(self.limit);
        KeysPage { keys, has_more, total: found.scan(self.scan).map_or(0, |scan| scan.matched) }
    }
}
