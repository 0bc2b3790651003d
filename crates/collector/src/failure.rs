//! What went wrong, in a form that becomes `lastError`.

use std::time::Duration;

use crate::{refusals::Code, secret::SecretKey, status::Stage};

/// The longest text of the other side that is repeated in a message, bytes.
const MAX_DETAIL: usize = 200;

/// A failure with its stage, its row in the table of refusals, and what the other side said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}", code.refusal().text, suffix(detail))]
pub struct Failure {
    /// Where it happened.
    pub stage: Stage,
    /// Which refusal it is.
    pub code: Code,
    /// The other side's words, cleaned; may be empty.
    pub detail: String,
    /// How long to wait before the next attempt, if the gateway or our own limit says so.
    pub wait: Option<Duration>,
}

impl Failure {
    pub(crate) fn new(stage: Stage, code: Code) -> Self {
        Self { stage, code, detail: String::new(), wait: None }
    }

    /// Adds what the other side said: one line, bounded, without the key.
    pub(crate) fn detail(mut self, text: &str, key: Option<&SecretKey>) -> Self {
        self.detail = clean(text, key);
        self
    }

    pub(crate) fn wait(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }
}

fn suffix(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(": {detail}") }
}

fn clean(text: &str, key: Option<&SecretKey>) -> String {
    let mut text = text.to_owned();
    if let Some(key) = key.filter(|key| !key.is_empty()) {
        text = text.replace(key.expose(), "[redacted]");
    }
    let mut out = String::new();
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > MAX_DETAIL {
            let mut end = MAX_DETAIL;
            while !out.is_char_boundary(end) {
                end -= 1;
            }
            out.truncate(end);
            out.push('…');
            break;
        }
    }
    out
}

/// Reads a duration as Go prints it (`29m59s`, `1h0m0s`, `45s`, `1.5s`) at the start of `text`.
pub(crate) fn go_duration(text: &str) -> Option<Duration> {
    let mut seconds = 0.0f64;
    let mut rest = text.trim_start();
    let mut any = false;
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let Ok(value) = rest[..digits].parse::<f64>() else { break };
        rest = &rest[digits..];
        let (unit, used) = match rest.as_bytes() {
            [b'm', b's', ..] => (0.001, 2),
            [b'h', ..] => (3600.0, 1),
            [b'm', ..] => (60.0, 1),
            [b's', ..] => (1.0, 1),
            _ => return None,
        };
        seconds += value * unit;
        rest = &rest[used..];
        any = true;
    }
    // A day is more than any ban; it also keeps the conversion in range.
    any.then(|| Duration::from_secs_f64(seconds.clamp(0.0, 86_400.0)))
}

/// How long a ban text tells to wait; half an hour when it does not say.
pub(crate) fn ban_wait(text: &str) -> Duration {
    const FULL_BAN: Duration = Duration::from_secs(30 * 60);
    text.split_once("Try again in ").and_then(|(_, rest)| go_duration(rest)).unwrap_or(FULL_BAN)
}

/// What an error text of the gateway's key check means, over HTTP and RESP alike.
pub(crate) fn key_check(stage: Stage, text: &str, key: &SecretKey) -> Option<Failure> {
    let failure = |code| Some(Failure::new(stage, code).detail(text, Some(key)));
    if text.contains("IP banned") {
        return Some(Failure::new(stage, Code::Banned).detail(text, Some(key)).wait(ban_wait(text)));
    }
    match text {
        _ if text.contains("invalid management key") || text.contains("missing management key") => {
            failure(Code::WrongKey)
        }
        _ if text.contains("remote management disabled") => failure(Code::RemoteDisabled),
        _ if text.contains("remote management key not set") => failure(Code::KeyNotSet),
        _ if text.contains("home mode") => failure(Code::HomeMode),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_ban_texts() {
        assert_eq!(go_duration("29m59s"), Some(Duration::from_secs(1799)));
        assert_eq!(go_duration("1h2m3s"), Some(Duration::from_secs(3723)));
        assert_eq!(go_duration("1.5s rest"), Some(Duration::from_millis(1500)));
        assert_eq!(go_duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(go_duration("soon"), None);
        assert_eq!(go_duration("99999999999999999999h"), Some(Duration::from_secs(86_400)));
        let text = "IP banned due to too many failed attempts. Try again in 30m0s";
        assert_eq!(ban_wait(text), Duration::from_secs(1800));
        assert_eq!(ban_wait("IP banned"), Duration::from_secs(1800));
    }

    #[test]
    fn key_check_texts_map_to_refusals() {
        let key = SecretKey::new("k");
        let code = |text| key_check(Stage::Auth, text, &key).map(|failure| failure.code);
        assert_eq!(code("ERR invalid management key"), Some(Code::WrongKey));
        assert_eq!(code("missing management key"), Some(Code::WrongKey));
        assert_eq!(code("ERR remote management disabled"), Some(Code::RemoteDisabled));
        assert_eq!(code("remote management key not set"), Some(Code::KeyNotSet));
        assert_eq!(code("ERR redis usage output disabled in home mode"), Some(Code::HomeMode));
        assert_eq!(code("ERR unknown command 'auth'"), None);
    }

    #[test]
    fn details_are_one_bounded_line_without_the_key() {
        let key = SecretKey::new("s3cret");
        let failure = Failure::new(Stage::Http, Code::HttpUnexpected)
            .detail(&format!("bad\r\n\tkey s3cret {}", "x ".repeat(500)), Some(&key));
        assert!(failure.detail.starts_with("bad key [redacted] x"));
        assert!(failure.detail.len() <= MAX_DETAIL + 4);
        assert!(failure.to_string().starts_with("the gateway answered with an unexpected status: bad key"));
    }
}
