//! A client for the part of RESP2 that the gateway speaks.
//!
//! The gateway is no Redis. It knows `AUTH`, `SUBSCRIBE`, `LPOP`, `RPOP`, and in a subscription `PING`, `UNSUBSCRIBE` and
//! `QUIT`. Every command before a successful `AUTH` counts as a failed login, so this client sends `AUTH` first, waits for
//! `+OK`, and never greets.

mod client;
mod codec;
mod frame;

pub(crate) use client::{Popped, RespConnection, SubscriptionRead};
pub use codec::{decode, decode_token, encode_command};
pub use frame::{Broken, Frame, MAX_ARRAY, MAX_BULK, MAX_DEPTH, MAX_LINE, Token};
