//! Masking of secrets in free text, JSON and account names. Pure: no I/O, no clock, no state.
//!
//! Everything that leaves the gateway's records towards disk, logs or people goes through here first. The rules
//! start from what the reference masks and close its holes: header arrays, every authorization scheme, camel-case
//! and escaped JSON members, URLs with user names or keys, web tokens, private keys and the key prefixes of more
//! providers. When in doubt a value is masked; prose without `name: value` shapes stays as it is.

mod client;
mod cut;
mod json;
mod literal;
mod source;
mod text;
mod trigger;
mod value;

pub use client::sanitise_client_text;
pub use cut::{ELLIPSIS, bounded, mask_bounded, truncate_at_char_boundary};
pub use json::{is_secret_member, mask_json, mask_payload};
pub use source::{has_key_prefix, looks_secret, mask_key, mask_source};
pub use text::{mask, mask_text};

/// What stands where a secret was.
pub const MARKER: &str = "[redacted]";
