//! Raw queue records to events, events to export lines and back. Pure.
