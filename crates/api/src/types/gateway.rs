//! What the gateway says when the manager asks on the panel's behalf.

use serde::Serialize;
use utoipa::ToSchema;

/// A client key that the gateway accepts, without the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClientKey {
    /// SHA-256 of the key, lower-case hex: the name under which its requests are stored.
    pub api_key_hash: String,
    /// The key with its middle left out.
    #[schema(example = "sk-…9f2c")]
    pub masked: String,
}

/// Answer of `GET /api/v1/client-keys`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClientKeyList {
    /// In the gateway's order.
    pub items: Vec<ClientKey>,
}

/// A model that the gateway offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GatewayModel {
    /// Its name.
    pub id: String,
    /// Whose it is, as the gateway says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<String>,
    /// When it was made, Unix seconds, as the gateway says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
}

/// Answer of `GET /api/v1/models`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GatewayModelList {
    /// In the gateway's order.
    pub items: Vec<GatewayModel>,
}

/// Answer of `GET /api/v1/gateway-settings`. Absent or null: the gateway does not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
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
    /// How it chooses a credential: `round-robin`, `weighted-round-robin` or `fill-first`.
    pub routing_strategy: Option<String>,
    /// Host and port of the proxy that it uses itself; empty without one.
    pub proxy_host: Option<String>,
    /// Publishes usage records.
    pub usage_statistics_enabled: Option<bool>,
}
