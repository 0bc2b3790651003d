//! How the gateway says no to a management key.

use std::time::Duration;

use http::StatusCode;

/// Refusals are short; a longer answer is none.
pub(crate) const MAX_REFUSAL_BYTES: usize = 2048;

/// A refusal by the gateway's own management check (protocol sheet §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The key is wrong. Counts towards a ban.
    WrongKey,
    /// No key was sent. Counts towards a ban.
    MissingKey,
    /// Our address is banned; the right key is refused too.
    Banned {
        /// How long still, if it was said.
        retry_after: Option<Duration>,
    },
    /// `allow-remote` is off. Not the key's fault.
    RemoteDisabled,
    /// The gateway has no management key. Not the key's fault.
    KeyNotSet,
}

impl Refusal {
    /// Recognises a refusal; `None` for any other answer, such as a plugin's own 401.
    pub fn recognise(status: StatusCode, body: &[u8]) -> Option<Self> {
        if body.len() > MAX_REFUSAL_BYTES {
            return None;
        }
        let text = std::str::from_utf8(body).ok()?;
        let says = |part: &str| text.contains(part);
        match status {
            StatusCode::UNAUTHORIZED if says("invalid management key") => Some(Self::WrongKey),
            StatusCode::UNAUTHORIZED if says("missing management key") => Some(Self::MissingKey),
            StatusCode::FORBIDDEN if says("IP banned") => {
                let rest = text.split_once("Try again in ").map(|(_, rest)| rest);
                Some(Self::Banned { retry_after: rest.and_then(go_duration) })
            }
            StatusCode::FORBIDDEN if says("remote management disabled") => Some(Self::RemoteDisabled),
            StatusCode::FORBIDDEN if says("remote management key not set") => Some(Self::KeyNotSet),
            _ => None,
        }
    }
}

/// `29m59s`, `1h2m3s`, `45s` at the start of a text; fractions are dropped.
fn go_duration(text: &str) -> Option<Duration> {
    let mut seconds = 0_u64;
    let mut number = String::new();
    let mut found = false;
    let mut fraction = false;
    for character in text.chars() {
        let unit = match character {
            '0'..='9' => {
                if !fraction {
                    number.push(character);
                }
                continue;
            }
            '.' => {
                fraction = true;
                continue;
            }
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => break,
        };
        seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        (found, fraction) = (true, false);
        number.clear();
    }
    found.then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateways_texts_are_recognised() {
        let recognise = |status: u16, body: &str| {
            Refusal::recognise(StatusCode::from_u16(status).expect("status"), body.as_bytes())
        };
        assert_eq!(recognise(401, r#"{"error":"invalid management key"}"#), Some(Refusal::WrongKey));
        assert_eq!(recognise(401, r#"{"error":"missing management key"}"#), Some(Refusal::MissingKey));
        let banned = r#"{"error":"IP banned due to too many failed attempts. Try again in 29m59s"}"#;
        let retry_after = Some(Duration::from_secs(29 * 60 + 59));
        assert_eq!(recognise(403, banned), Some(Refusal::Banned { retry_after }));
        assert_eq!(
            recognise(403, r#"{"error":"remote management disabled"}"#),
            Some(Refusal::RemoteDisabled)
        );
        assert_eq!(recognise(403, r#"{"error":"remote management key not set"}"#), Some(Refusal::KeyNotSet));
        assert_eq!(recognise(401, r#"{"error":"plugin login needed"}"#), None);
        assert_eq!(recognise(403, "IP banned"), Some(Refusal::Banned { retry_after: None }));
        assert_eq!(recognise(200, r#"{"error":"invalid management key"}"#), None);
    }

    #[test]
    fn durations() {
        for (text, seconds) in [("30m0s\"}", 1800), ("1h2m3s", 3723), ("45.7s", 45), ("2h", 7200)] {
            assert_eq!(go_duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(go_duration("soon"), None);
        assert_eq!(go_duration("99999999999999999999s"), None);
    }
}
