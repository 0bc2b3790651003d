//! Where in a text a secret may begin.

use std::sync::LazyLock;

use regex::Regex;

use crate::literal::{LITERALS, Literal};

/// What was found.
#[derive(Clone, Copy)]
pub(crate) enum Trigger {
    /// A key prefix.
    Literal(&'static Literal),
    /// The name of something secret; a value may follow.
    Name(Name),
    /// `Bearer` or `Basic`, as in an authorization header.
    Scheme,
    /// `?key=` or the like in a URL.
    Query,
    /// `://`, maybe followed by a user name and a password.
    Url,
    /// `@` (or `%40`), maybe of an e-mail address.
    At,
    /// The first line of a private key.
    PrivateKey,
}

/// Names differ in how their values look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// `authorization`: a scheme may stand before the credentials.
    Authorization,
    /// `cookie`, `set-cookie`: the value reaches to the end of the line.
    Cookie,
    /// `token`: also an ordinary word of parsers, and a unit.
    Token,
    /// `secret`, `password` and their kin; the name may go on (`secret_key`).
    Secret,
    /// `api key` and other keys.
    Key,
}

/// One pattern finds every place worth a look; the code around it decides.
static TRIGGERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let literals: Vec<String> = LITERALS.iter().map(|literal| regex::escape(literal.prefix)).collect();
    let pattern = format!(
        r"(?x)
        (?: {} )
        | -----BEGIN\ [A-Z0-9\ ]{{0,32}}PRIVATE\ KEY-----
        | (?i-u:authorization|bearer|basic|cookies?|token|secret|passw(?:or)?d|passphrase|pwd)
        | (?i-u:(?:api|access|private|session|signing|encryption|management|admin|client|auth|master|account)
            [-_\ ]?keys?)
        | [?&;](?i-u:[a-z0-9_.-]{{0,40}}(?:key|sig|signature|jwt|auth|code|sid|session|pass))=
        | :// | @ | %40
        ",
        literals.join("|")
    );
    Regex::new(&pattern).ok()
});

/// The next place at or behind `from` where a secret may begin: its kind, start and end.
pub(crate) fn next_trigger(text: &str, from: usize) -> Option<(Trigger, usize, usize)> {
    let found = TRIGGERS.as_ref()?.find_at(text, from)?;
    let matched = found.as_str();
    let trigger = match LITERALS.iter().find(|literal| literal.prefix == matched) {
        Some(literal) => Trigger::Literal(literal),
        None => classify(matched),
    };
    Some((trigger, found.start(), found.end()))
}

fn classify(matched: &str) -> Trigger {
    match matched.as_bytes() {
        b"://" => Trigger::Url,
        b"@" | b"%40" => Trigger::At,
        [b'?' | b'&' | b';', ..] => Trigger::Query,
        [b'-', ..] => Trigger::PrivateKey,
        name => {
            let begins = |prefix: &[u8]| {
                name.len() >= prefix.len() && name[..prefix.len()].eq_ignore_ascii_case(prefix)
            };
            if begins(b"authorization") {
                Trigger::Name(Name::Authorization)
            } else if begins(b"bearer") || begins(b"basic") {
                Trigger::Scheme
            } else if begins(b"cookie") {
                Trigger::Name(Name::Cookie)
            } else if begins(b"token") {
                Trigger::Name(Name::Token)
            } else if begins(b"secret") || begins(b"pass") || begins(b"pwd") {
                Trigger::Name(Name::Secret)
            } else {
                Trigger::Name(Name::Key)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_compiles() {
        assert!(TRIGGERS.is_some());
    }
}
