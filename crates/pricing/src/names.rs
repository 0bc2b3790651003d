//! The names that a request's model has.

use model::{UsageEvent, strip_reasoning_suffix};

/// The model names of one event, as stored. Empty means "not reported".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ModelNames<'a> {
    /// The display model.
    pub model: &'a str,
    /// What the client asked for.
    pub requested: &'a str,
    /// What the provider was asked for.
    pub resolved: &'a str,
}

impl<'a> ModelNames<'a> {
    /// The names of an event.
    pub fn of(event: &'a UsageEvent) -> Self {
        Self { model: &event.model, requested: &event.requested_model, resolved: &event.resolved_model }
    }

    /// The requested name, else the display name, suffix included.
    pub fn raw_requested(self) -> &'a str {
        if self.requested.is_empty() { self.model } else { self.requested }
    }

    /// The name that analytics group by: the raw requested name without a reasoning suffix.
    pub fn analytics(self) -> &'a str {
        strip_reasoning_suffix(self.raw_requested())
    }

    /// The name whose behaviour (multipliers, long context, defaults) counts: the resolved one, else the analytics
    /// name.
    pub fn billing(self) -> &'a str {
        if self.resolved.is_empty() { self.analytics() } else { self.resolved }
    }
}
