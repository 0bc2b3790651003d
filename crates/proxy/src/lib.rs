//! The way from the manager to the gateway.
//!
//! - [`UpstreamClient`] keeps the connections. [`UpstreamClient::forward`] passes a request on, streaming both ways.
//! - [`plugin`] holds the two rewrites that plugin pages need.
//! - [`auth_files`] serialises and verifies changes of credential files.
//! - [`ManagementClient`] is a typed client of the few management calls that the manager makes itself.
//!
//! The crate does not decide who may do what: the caller hands in an [`AuthPolicy`]. It never sends the management
//! key unless told so.

pub mod auth_files;
mod body;
mod client;
mod connector;
mod error;
mod forward;
mod headers;
mod management;
mod path;
pub mod plugin;
mod refusal;
mod settings;
mod target;
mod tls;
mod upgrade;

pub use body::{ProxyBody, full};
pub use client::{ClientOptions, Limits, UpstreamClient};
pub use connector::ForwardProxies;
pub use error::{BoxError, ProxyError, Stage};
pub use forward::AuthPolicy;
pub use headers::{UPSTREAM_MARK, strip_hop_by_hop};
pub use management::{
    Answer, ApiCall, ApiCallAnswer, AuthFile, CpaVersion, GatewayConfig, ManagementClient, ManagementError,
};
pub use refusal::Refusal;
pub use settings::GatewaySettings;
pub use target::{TargetError, UpstreamTarget};
