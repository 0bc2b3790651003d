//! Where the gateway is.

use url::{Host, Url};

use crate::secret::SecretKey;

/// The path under which the management API lives.
const MANAGEMENT: &str = "v0/management";

/// An address that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// Not a URL at all, or without a host.
    #[error("the gateway address is not a url with a host")]
    NotAUrl,
    /// Another scheme than http and https.
    #[error("the gateway address must start with http:// or https://")]
    Scheme,
    /// A user name or password in the URL.
    #[error("the gateway address must not contain a user name or password")]
    UserInfo,
}

/// A gateway and the key for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// Scheme, host, port and perhaps a path prefix; see [`Upstream::parse_url`].
    pub base_url: Url,
    /// The management key.
    pub management_key: SecretKey,
    /// Whether certificates are taken unchecked, over HTTP and RESP alike.
    pub tls_skip_verify: bool,
    /// Whether the environment defines the connection, so that the panel cannot change it.
    pub env_managed: bool,
}

impl Upstream {
    /// Reads an address as people type it: without a scheme it is http; a trailing slash, the panel's page, the management
    /// path, a query and a fragment are dropped.
    ///
    /// # Errors
    ///
    /// [`UpstreamError`] when no http or https URL with a host remains.
    pub fn parse_url(text: &str) -> Result<Url, UpstreamError> {
        let text = text.trim();
        let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let mut url = Url::parse(&text).map_err(|_| UpstreamError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UpstreamError::Scheme);
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(UpstreamError::NotAUrl);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UpstreamError::UserInfo);
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/management.html").unwrap_or(path);
        let path = path.strip_suffix(&format!("/{MANAGEMENT}")).unwrap_or(path);
        let path = path.trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(url)
    }

    /// The URL of a management route, e.g. `usage-queue`.
    pub(crate) fn management(&self, route: &str) -> Url {
        let mut url = self.base_url.clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}/{MANAGEMENT}/{route}"));
        url
    }

    /// The name under which failed attempts are counted: scheme, host and port, without the path.
    pub fn ledger_id(&self) -> String {
        format!(
            "{}://{}:{}",
            self.base_url.scheme(),
            self.base_url.host_str().unwrap_or_default(),
            self.port()
        )
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.base_url.scheme() == "https"
    }

    pub(crate) fn port(&self) -> u16 {
        self.base_url.port_or_known_default().unwrap_or(80)
    }

    /// The host as a resolver takes it: no brackets around an IPv6 address.
    pub(crate) fn dial_host(&self) -> String {
        match self.base_url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => String::new(),
        }
    }

    /// Whether the address is this machine (or this container) itself.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.base_url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
            Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.').to_ascii_lowercase();
                name == "localhost" || name.ends_with(".localhost")
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn upstream(url: &str) -> Upstream {
        Upstream {
            base_url: Upstream::parse_url(url).unwrap(),
            management_key: SecretKey::new("k"),
            tls_skip_verify: false,
            env_managed: false,
        }
    }

    #[test]
    fn addresses_as_people_type_them() {
        let route = |url| upstream(url).management("config").to_string();
        assert_eq!(route("cpa:8317"), "http://cpa:8317/v0/management/config");
        assert_eq!(route(" http://cpa:8317/management.html#/login "), "http://cpa:8317/v0/management/config");
        assert_eq!(route("http://cpa:8317/v0/management/"), "http://cpa:8317/v0/management/config");
        assert_eq!(route("https://x.example/cpa/"), "https://x.example/cpa/v0/management/config");
        assert_eq!(Upstream::parse_url("ftp://x"), Err(UpstreamError::Scheme));
        assert_eq!(Upstream::parse_url("http://u:p@x"), Err(UpstreamError::UserInfo));
        assert_eq!(Upstream::parse_url("http://"), Err(UpstreamError::NotAUrl));
    }

    #[test]
    fn one_ledger_for_every_path_of_a_gateway() {
        assert_eq!(upstream("https://X.example/a").ledger_id(), "https://x.example:443");
        assert_eq!(upstream("https://x.example:443/b").ledger_id(), "https://x.example:443");
        assert_ne!(upstream("http://x.example").ledger_id(), upstream("https://x.example").ledger_id());
    }

    #[test]
    fn dialling_and_loopback() {
        assert_eq!(upstream("http://[::1]:8317").dial_host(), "::1");
        for url in ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://0.0.0.0:1"] {
            assert!(upstream(url).is_loopback(), "{url}");
        }
        assert!(!upstream("http://host.docker.internal").is_loopback());
    }
}
