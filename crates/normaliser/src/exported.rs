//! Export lines back to events.
