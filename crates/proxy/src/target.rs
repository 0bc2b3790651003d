//! Where the gateway is.

use std::fmt;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use crate::path;
use crate::{ProxyError, path::PathError};

/// An address that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not a URL, or without a host.
    #[error("the gateway address is not a url with a host")]
    NotAUrl,
    /// Another scheme than http and https.
    #[error("the gateway address must start with http:// or https://")]
    Scheme,
    /// A user name or password in the URL.
    #[error("the gateway address must not contain a user name or password")]
    UserInfo,
}

/// The gateway's address: scheme, host, port and perhaps a path prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamTarget {
    scheme: Scheme,
    authority: Authority,
    /// Empty, or starting with a slash and not ending with one.
    prefix: String,
    /// Certificates are taken unchecked.
    tls_skip_verify: bool,
}

impl UpstreamTarget {
    /// Reads an address as people type it: without a scheme it is http; trailing slashes, the panel's page, the
    /// management path, a query and a fragment are dropped.
    ///
    /// # Errors
    /// [`TargetError`] when no usable address remains.
    pub fn parse(text: &str, tls_skip_verify: bool) -> Result<Self, TargetError> {
        let text = text.trim();
        let text = text.split(['#', '?']).next().unwrap_or_default();
        let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let uri: Uri = full.parse().map_err(|_| TargetError::NotAUrl)?;
        let scheme = match uri.scheme_str() {
            Some("http") => Scheme::HTTP,
            Some("https") => Scheme::HTTPS,
            _ => return Err(TargetError::Scheme),
        };
        let authority = uri.authority().cloned().ok_or(TargetError::NotAUrl)?;
        if authority.as_str().contains('@') {
            return Err(TargetError::UserInfo);
        }
        if authority.host().is_empty() || authority.as_str().ends_with(':') {
            return Err(TargetError::NotAUrl);
        }
        let mut prefix = uri.path().trim_end_matches('/');
        for suffix in ["/management.html", "/v0/management", "/v0"] {
            prefix = prefix.strip_suffix(suffix).unwrap_or(prefix).trim_end_matches('/');
        }
        path::check(if prefix.is_empty() { "/" } else { prefix }).map_err(|_| TargetError::NotAUrl)?;
        Ok(Self { scheme, authority, prefix: prefix.to_owned(), tls_skip_verify })
    }

    /// The normalised address, as stored and shown.
    pub fn base_url(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority, self.prefix)
    }

    /// Scheme, host and port without the path: what browsers call the origin.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// Host and port, as error messages name them.
    pub fn host(&self) -> &str {
        self.authority.as_str()
    }

    pub(crate) fn skips_verification(&self) -> bool {
        self.tls_skip_verify
    }

    pub(crate) fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// The address of a request below the prefix. Path and query stay as they are, byte for byte.
    pub(crate) fn uri(&self, path_and_query: &PathAndQuery) -> Result<Uri, ProxyError> {
        path::check(path_and_query.path()).map_err(|PathError| ProxyError::BadPath)?;
        let full = format!("{}{}", self.prefix, path_and_query.as_str());
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(full)
            .build()
            .map_err(|_| ProxyError::BadPath)
    }
}

impl fmt::Display for UpstreamTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base_url())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Result<String, TargetError> {
        UpstreamTarget::parse(text, false).map(|target| target.base_url())
    }

    #[test]
    fn addresses_are_normalised() {
        for (text, wanted) in [
            ("cpa:8317", "http://cpa:8317"),
            (" http://cpa:8317/ ", "http://cpa:8317"),
            ("https://h.example/cpa//", "https://h.example/cpa"),
            ("http://cpa:8317/v0/management/", "http://cpa:8317"),
            ("http://cpa:8317/v0", "http://cpa:8317"),
            ("http://cpa/x/management.html?a=b#c", "http://cpa/x"),
            ("HTTP://cpa", "http://cpa"),
            ("[::1]:8317", "http://[::1]:8317"),
        ] {
            assert_eq!(base(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn unusable_addresses_are_named() {
        assert_eq!(base(""), Err(TargetError::NotAUrl));
        assert_eq!(base("http://"), Err(TargetError::NotAUrl));
        assert_eq!(base("http://cpa:"), Err(TargetError::NotAUrl));
        assert_eq!(base("ftp://cpa"), Err(TargetError::Scheme));
        assert_eq!(base("redis://cpa:8317"), Err(TargetError::Scheme));
        assert_eq!(base("http://user:pass@cpa"), Err(TargetError::UserInfo));
        assert_eq!(base("http://cpa/a/../b"), Err(TargetError::NotAUrl));
    }

    #[test]
    fn requests_stay_below_the_prefix_and_unchanged() {
        let target = UpstreamTarget::parse("https://h.example:8443/cpa", false).expect("target");
        let uri = |path: &str| target.uri(&path.parse().expect("path")).map(|uri| uri.to_string());
        assert_eq!(
            uri("/v0/management/x%20y?a='b'&c=%2F").expect("uri"),
            "https://h.example:8443/cpa/v0/management/x%20y?a='b'&c=%2F"
        );
        assert!(uri("/../admin").is_err());
        assert_eq!(target.origin(), "https://h.example:8443");
    }
}
