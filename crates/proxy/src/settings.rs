//! How a gateway is set, from one call.

use http::{Method, Uri};
use serde::Deserialize;

use crate::management::{MAX_CONFIG_BYTES, ManagementClient, ManagementError};

/// How a gateway is set. `None`: it does not say. No key and no password is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GatewaySettings {
    /// Writes debug messages.
    pub debug: Option<bool>,
    /// Writes its log to files.
    pub logging_to_file: Option<bool>,
    /// Keeps a log of every request.
    pub request_log: Option<bool>,
    /// How often a failed request is tried again.
    pub request_retry: Option<i64>,
    /// Asks for a client key on web sockets.
    pub ws_auth: Option<bool>,
    /// How it chooses a credential, in its own word.
    pub routing_strategy: Option<String>,
    /// Host and port of the proxy that it uses itself; empty without one.
    pub proxy_host: Option<String>,
    /// Publishes usage records.
    pub usage_statistics_enabled: Option<bool>,
}

/// What is read of the document; the rest, keys included, is dropped unread.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    #[serde(default)]
    debug: Option<bool>,
    #[serde(default)]
    logging_to_file: Option<bool>,
    #[serde(default)]
    request_log: Option<bool>,
    #[serde(default)]
    request_retry: Option<i64>,
    #[serde(default)]
    ws_auth: Option<bool>,
    #[serde(default)]
    routing: Option<Routing>,
    #[serde(default)]
    proxy_url: Option<String>,
    #[serde(default)]
    usage_statistics_enabled: Option<bool>,
}

#[derive(Deserialize)]
struct Routing {
    #[serde(default)]
    strategy: Option<String>,
}

impl From<Document> for GatewaySettings {
    fn from(document: Document) -> Self {
        // An empty strategy is the default one, and an empty section is one that was left out.
        let strategy = document.routing.and_then(|routing| routing.strategy).filter(|word| !word.is_empty());
        Self {
            debug: document.debug,
            logging_to_file: document.logging_to_file,
            request_log: document.request_log,
            request_retry: document.request_retry,
            ws_auth: document.ws_auth,
            routing_strategy: Some(strategy.unwrap_or_else(|| "round-robin".to_owned())),
            proxy_host: document.proxy_url.map(|url| host_of(&url)),
            usage_statistics_enabled: document.usage_statistics_enabled,
        }
    }
}

/// Host and port of a proxy's address. User and password in it are nobody's business.
fn host_of(address: &str) -> String {
    let address = address.trim();
    if address.is_empty() {
        return String::new();
    }
    let uri = address.parse::<Uri>().ok().filter(|uri| uri.scheme().is_some());
    // What is no address may be anything, a password too.
    let Some(authority) = uri.as_ref().and_then(Uri::authority) else { return "…".to_owned() };
    authority
        .port()
        .map_or_else(|| authority.host().to_owned(), |port| format!("{}:{port}", authority.host()))
}

impl ManagementClient {
    /// `GET config`, cut down to what is shown.
    ///
    /// # Errors
    /// [`ManagementError`].
    pub async fn get_settings(&self) -> Result<GatewaySettings, ManagementError> {
        let answer = self.json::<Document>(Method::GET, "/config", None, MAX_CONFIG_BYTES).await?;
        Ok(answer.value.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> GatewaySettings {
        serde_json::from_str::<Document>(text).expect("a document").into()
    }

    #[test]
    fn no_password_of_a_proxy_is_kept() {
        let told =
            settings(r#"{"proxy-url":"socks5://user:secret@proxy.example:1080/x","api-keys":["sk-1"]}"#);
        assert_eq!(told.proxy_host.as_deref(), Some("proxy.example:1080"));
        assert!(!format!("{told:?}").contains("secret"));
        assert_eq!(settings(r#"{"proxy-url":" "}"#).proxy_host.as_deref(), Some(""));
        assert_eq!(settings(r#"{"proxy-url":"secret"}"#).proxy_host.as_deref(), Some("…"));
    }

    #[test]
    fn what_is_not_there_is_not_known_but_for_the_strategy_which_has_a_default() {
        let told = settings(r#"{"routing":{},"ws-auth":true,"request-retry":3}"#);
        assert_eq!(told.routing_strategy.as_deref(), Some("round-robin"));
        assert_eq!((told.ws_auth, told.request_retry, told.debug), (Some(true), Some(3), None));
        let other = settings(r#"{"routing":{"strategy":"fill-first"}}"#);
        assert_eq!(other.routing_strategy.as_deref(), Some("fill-first"));
    }
}
