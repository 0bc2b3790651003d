//! The nouns of the product: events, tokens, ids. No I/O, no clock.
