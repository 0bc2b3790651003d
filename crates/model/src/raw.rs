//! What the collector hands on: bytes of the gateway, and what it knows of the gateway's credentials.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// The way by which records reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// RESP publish/subscribe: the gateway pushes.
    Subscribe,
    /// The HTTP usage queue: we poll.
    Http,
    /// RESP `RPOP`/`LPOP`: we poll.
    Resp,
}

impl Transport {
    /// The name used in `/status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Http => "http",
            Self::Resp => "resp",
        }
    }
}

/// One item as it came from the gateway, not yet understood.
#[derive(Debug, Clone)]
pub struct RawItem {
    /// The record's bytes, also when it was cut; JSON if the gateway is well and the record is whole.
    pub payload: Vec<u8>,
    /// When we read it, Unix milliseconds.
    pub received_at_ms: i64,
    /// How it came.
    pub transport: Transport,
    /// The record's length in bytes, if it was too long to be taken; the payload is its beginning then.
    pub cut_from: Option<u64>,
}

/// An item that could not become an event; kept redacted and cut so that a person can look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The redacted beginning of the item.
    pub payload: String,
    /// The length of the whole item, bytes.
    pub payload_bytes: u64,
    /// Why it was refused.
    pub error: String,
    /// When it was received, Unix milliseconds.
    pub created_at_ms: i64,
}

/// What the gateway says of one of its credentials at the moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialFacts {
    /// Account name (e-mail), never an API key.
    pub account: String,
    /// A label for people.
    pub label: String,
    /// The auth file's name.
    pub file: String,
    /// Provider of the credential.
    pub provider: String,
    /// Cloud project, if any.
    pub project_id: String,
}

impl CredentialFacts {
    /// Fills the empty ones of an event's account, label, file, provider and project, in this order, unless account and
    /// project are both there; returns whether anything was filled. Early and late names come from here alone.
    pub fn fill(&self, fields: [&mut String; 5]) -> bool {
        if !fields[0].is_empty() && !fields[4].is_empty() {
            return false;
        }
        let facts = [&self.account, &self.label, &self.file, &self.provider, &self.project_id];
        let mut filled = false;
        for (field, fact) in fields.into_iter().zip(facts) {
            if field.is_empty() && !fact.is_empty() {
                field.clone_from(fact);
                filled = true;
            }
        }
        filled
    }
}

/// Facts by `auth_index`, as read from the gateway at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialMap {
    /// Facts by `auth_index` (16 hexadecimal digits).
    pub by_auth_index: HashMap<String, CredentialFacts>,
    /// When the list was read, Unix milliseconds.
    pub read_at_ms: i64,
}
