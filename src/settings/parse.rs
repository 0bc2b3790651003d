//! Step two: what it means. Each function takes a text and answers the value, or what was expected instead.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use api::control::IpNetwork;
use collector::{Mode, PopSide, Upstream};
use pricing::CostBasis;
use url::Url;

use super::{LogFormat, table};

/// What would have been usable, as the rest of a sentence.
pub type Expected = String;

/// `host:port`; an empty host means every IPv4 address, `localhost` the loopback address.
pub fn address(text: &str) -> Result<SocketAddr, Expected> {
    let expected = || "an IP address and a port, such as 0.0.0.0:18317".to_owned();
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let (host, port) = text.rsplit_once(':').ok_or_else(expected)?;
    let port = port.parse().map_err(|_| expected())?;
    let host = match host {
        "" | "*" => Ipv4Addr::UNSPECIFIED,
        name if name.eq_ignore_ascii_case("localhost") => Ipv4Addr::LOCALHOST,
        _ => return Err(expected()),
    };
    Ok(SocketAddr::new(IpAddr::V4(host), port))
}

/// A whole number in a range.
pub fn integer(text: &str, min: u64, max: u64, unit: &str) -> Result<u64, Expected> {
    text.parse()
        .ok()
        .filter(|value| (min..=max).contains(value))
        .ok_or_else(|| format!("a whole number from {min} to {max} ({unit})"))
}

/// On or off.
pub fn boolean(text: &str) -> Result<bool, Expected> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("true, false, yes, no, on, off, 1 or 0".to_owned()),
    }
}

/// One of some words, in any case.
pub fn choice<'a>(text: &str, words: &'a [&'a str]) -> Result<&'a str, Expected> {
    words
        .iter()
        .copied()
        .find(|word| word.eq_ignore_ascii_case(text))
        .ok_or_else(|| format!("one of {}", words.join(", ")))
}

/// A way to collect.
pub fn collector_mode(text: &str) -> Result<Mode, Expected> {
    Ok(match choice(text, table::COLLECTOR_MODES)? {
        "subscribe" => Mode::Subscribe,
        "http" => Mode::Http,
        "resp" => Mode::Resp,
        _ => Mode::Auto,
    })
}

/// `left` or `right`.
pub fn pop_side(text: &str) -> Result<PopSide, Expected> {
    Ok(if choice(text, &["left", "right"])? == "left" { PopSide::Left } else { PopSide::Right })
}

/// `text` or `json`.
pub fn log_format(text: &str) -> Result<LogFormat, Expected> {
    Ok(if choice(text, &["text", "json"])? == "json" { LogFormat::Json } else { LogFormat::Text })
}

/// What costs are computed from.
pub fn cost_basis(text: &str) -> Result<CostBasis, Expected> {
    let name = choice(text, table::COST_BASES)?;
    CostBasis::from_name(name).ok_or_else(|| format!("one of {}", table::COST_BASES.join(", ")))
}

/// Any http or https address.
pub fn web_url(text: &str) -> Result<Url, Expected> {
    Url::parse(text.trim())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| "an http or https address".to_owned())
}

/// A log level or a filter.
pub fn log_filter(text: &str) -> Result<String, Expected> {
    tracing_subscriber::EnvFilter::builder().parse(text).map(|_| text.to_owned()).map_err(|_| {
        "error, warn, info, debug, trace, off, or target=level parts separated by commas".to_owned()
    })
}

/// A queue name.
pub fn word(text: &str) -> Result<String, Expected> {
    const MAX: usize = 128;
    let usable = text.len() <= MAX && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    usable.then(|| text.to_owned()).ok_or_else(|| format!("at most {MAX} bytes without white space"))
}

/// The address of a gateway, as people type or copy it. A bare `/v0` is what remains of a management path.
pub fn upstream_url(text: &str) -> Result<Url, Expected> {
    let text = text.trim();
    let text = text.trim_end_matches('/').strip_suffix("/v0").unwrap_or(text);
    Upstream::parse_url(text).map_err(|_| {
        "an http or https address without user and password, such as http://cli-proxy-api:8317".to_owned()
    })
}

/// An address for a message: a password in it is not shown.
pub fn without_user_info(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
            let separator = if scheme.is_empty() { "" } else { "://" };
            format!("{scheme}{separator}***@{host}")
        }
        None => text.to_owned(),
    }
}

/// Web origins, as browsers send them; `*` alone stands for any.
pub fn origins(text: &str) -> Result<Vec<String>, Expected> {
    let expected = || "web origins such as https://panel.example.com, separated by commas, or *".to_owned();
    let mut list = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let origin = if part == "*" {
            part.to_owned()
        } else {
            let url = Url::parse(part).map_err(|_| expected())?;
            let bare = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
            let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
            if !(bare && plain) {
                return Err(expected());
            }
            url.origin().ascii_serialization()
        };
        if !list.contains(&origin) {
            list.push(origin);
        }
    }
    Ok(list)
}

/// Addresses and networks.
pub fn networks(text: &str) -> Result<Vec<IpNetwork>, Expected> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            IpNetwork::parse(part)
                .ok_or_else(|| "addresses or networks such as 10.0.0.0/8, separated by commas".to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(address("0.0.0.0:18317"), Ok("0.0.0.0:18317".parse().expect("valid")));
        assert_eq!(address(":18317"), Ok("0.0.0.0:18317".parse().expect("valid")));
        assert_eq!(address("localhost:0"), Ok("127.0.0.1:0".parse().expect("valid")));
        assert_eq!(address("[::]:18317"), Ok("[::]:18317".parse().expect("valid")));
        for bad in ["18317", "host:18317", "0.0.0.0", "0.0.0.0:70000", "0.0.0.0:", ""] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn upstream_addresses_are_brought_to_one_form() {
        for (text, meant) in [
            ("http://cpa:8317", "http://cpa:8317/"),
            ("cpa:8317", "http://cpa:8317/"),
            ("http://cpa:8317/", "http://cpa:8317/"),
            ("http://cpa:8317/v0/management", "http://cpa:8317/"),
            ("http://cpa:8317/v0/management/", "http://cpa:8317/"),
            ("http://cpa:8317/v0", "http://cpa:8317/"),
            ("https://host.example/prefix/v0/", "https://host.example/prefix"),
            ("127.0.0.1:8317", "http://127.0.0.1:8317/"),
        ] {
            assert_eq!(upstream_url(text).map(String::from), Ok(meant.to_owned()), "{text}");
        }
        for bad in ["ftp://cpa", "http://", "http://u:p@cpa", "://"] {
            assert!(upstream_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn user_info_is_hidden() {
        assert_eq!(without_user_info("http://u:p@ss@cpa"), "http://***@cpa");
        assert_eq!(without_user_info("u:p@cpa"), "***@cpa");
        assert_eq!(without_user_info("http://cpa"), "http://cpa");
    }

    #[test]
    fn origins_are_those_that_browsers_send() {
        assert_eq!(origins("*"), Ok(vec!["*".to_owned()]));
        assert_eq!(
            origins("https://A.example/, http://b:8080,,https://a.example"),
            Ok(vec!["https://a.example".to_owned(), "http://b:8080".to_owned()])
        );
        for bad in ["a.example", "https://a.example/path", "null", "file:///x", "https://u@a.example"] {
            assert!(origins(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn words_numbers_and_switches() {
        assert_eq!(integer("1", 1, 2, "x"), Ok(1));
        for bad in ["0", "3", "-1", "1.0", "one"] {
            assert!(integer(bad, 1, 2, "x").is_err(), "{bad}");
        }
        assert_eq!(boolean("YES"), Ok(true));
        assert_eq!(boolean("off"), Ok(false));
        assert!(boolean("maybe").is_err());
        assert_eq!(choice("Auto", &["auto"]), Ok("auto"));
        assert!(choice("autos", &["auto"]).is_err());
        assert!(word("a b").is_err());
        assert_eq!(pop_side("LEFT"), Ok(PopSide::Left));
    }

    #[test]
    fn log_filters() {
        assert!(log_filter("info").is_ok());
        assert!(log_filter("info,cpamp_collector=debug").is_ok());
        assert!(log_filter("info,cpamp_collector=loud").is_err());
    }

    #[test]
    fn network_lists() {
        let list = networks("10.0.0.0/8, ::1").expect("valid");
        let network = |address: &str, prefix| IpNetwork { address: address.parse().expect("valid"), prefix };
        assert_eq!(list, [network("10.0.0.0", 8), network("::1", 128)]);
        assert!(networks("10.0.0.0/33").is_err());
        assert!(networks("proxy.local").is_err());
    }
}
