//! What the HTTP face needs from the rest of the product.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use store::AuditActor;
use tokio::sync::watch;

use crate::error::ApiResult;
use crate::types::config::{
    CollectorTestAnswer, ConfigAnswer, ConfigUpdate, ConnectionTestAnswer, ConnectionTestRequest,
    ManagerConfig, SetupAnswer, SetupRequest,
};
use crate::types::info::ServiceInfo;
use crate::types::status::{GapDocument, StatusDocument};
use crate::types::system::GivenSetting;

/// A future that can be stored.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The product behind the HTTP face: connection, configuration, collector.
pub trait Control: Send + Sync + 'static {
    /// Who we are and whether set-up is done. Cheap.
    fn info(&self) -> ServiceInfo;

    /// What the manager is doing. Reads a few rows of the database.
    fn status(&self) -> BoxFuture<'_, ApiResult<StatusDocument>>;

    /// Periods in which records may be missing, newest first.
    fn gaps(&self, limit: usize) -> BoxFuture<'_, ApiResult<Vec<GapDocument>>>;

    /// A counter that moves when `status` may have changed.
    fn status_changes(&self) -> watch::Receiver<u64>;

    /// The connected gateway, for requests that do not carry its management key.
    ///
    /// # Errors
    /// 428 when none is connected, 503 when the saved key cannot be read.
    fn upstream(&self) -> ApiResult<Arc<Upstream>>;

    /// The connected gateway and the right to use its management key once.
    ///
    /// # Errors
    /// Those of `upstream`, and 503 while the key must not be used: refused, banned, or too many failed attempts.
    fn begin_upstream(&self) -> BoxFuture<'_, ApiResult<UpstreamUse>>;

    /// The gateway refused the key that was used with this permit.
    fn key_refused(&self, permit: collector::Permit, refusal: proxy::Refusal);

    /// Most recent events of `GET /v0/management/usage`.
    fn query_limit(&self) -> usize;

    /// Connects a gateway: checks it, saves it, starts collecting. Recorded as done by `by`.
    fn setup(&self, request: SetupRequest, by: AuditActor) -> BoxFuture<'_, ApiResult<SetupAnswer>>;

    /// The configuration in force, with a live look at the gateway's queue.
    fn config(&self) -> BoxFuture<'_, ApiResult<ConfigAnswer>>;

    /// The configuration in force, without asking the gateway; keys are placeholders.
    fn saved_config(&self) -> ManagerConfig;

    /// The settings that are set outside the database, without their values.
    fn given_settings(&self) -> Vec<GivenSetting>;

    /// Bytes that the file system of the data directory has left for us; `None` when the system does not say. Asks the
    /// system, so not for async code.
    fn free_disk_bytes(&self) -> Option<u64>;

    /// Changes the configuration. Recorded as done by `by`, if it changes anything.
    fn save_config(&self, update: ConfigUpdate, by: AuditActor) -> BoxFuture<'_, ApiResult<ConfigAnswer>>;

    /// Tries a connection without saving anything.
    fn test_connection(
        &self,
        request: ConnectionTestRequest,
    ) -> BoxFuture<'_, ApiResult<ConnectionTestAnswer>>;

    /// Tries every way of collecting from the connected gateway, without taking a record.
    fn test_collector(&self) -> BoxFuture<'_, ApiResult<CollectorTestAnswer>>;

    /// A person asks to try again after a refused key or a ban.
    fn retry_collector(&self) -> BoxFuture<'_, ApiResult<()>>;

    /// Whether the key that a person typed is the saved management key (to give a better hint).
    fn is_management_key(&self, key: &str) -> bool;

    /// A verified older admin credential is replaced by this newer form.
    fn upgrade_admin_credential(&self, credential: vault::AdminCredential);
}

/// The connected gateway.
pub struct Upstream {
    /// Where it is.
    pub target: proxy::UpstreamTarget,
    /// The management key.
    pub key: vault::SecretString,
}

/// The right to use the management key once. Tell the permit how it went.
pub struct UpstreamUse {
    /// The gateway.
    pub upstream: Arc<Upstream>,
    /// The permit of the shared ledger of failed attempts.
    pub permit: collector::Permit,
}

/// Fixed settings of the HTTP face.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// Origins that may read answers from other sites; `*` for any. Empty = same origin only.
    pub cors_origins: Vec<String>,
    /// Peers whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNetwork>,
}

/// An address range, for example `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpNetwork {
    /// First address.
    pub address: IpAddr,
    /// Leading bits that count.
    pub prefix: u8,
}

impl IpNetwork {
    /// Parses `address` or `address/prefix`; `None` when the text is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Some(bits), |prefix| prefix.parse().ok())?;
        (prefix <= bits).then_some(Self { address, prefix })
    }

    /// Whether the address lies in the range. IPv4-mapped IPv6 addresses count as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let spread = |address: IpAddr| match address.to_canonical() {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32),
            IpAddr::V6(v6) => (u128::from(v6), 128),
        };
        let ((ours, our_bits), (theirs, their_bits)) = (spread(self.address), spread(address));
        our_bits == their_bits && (self.prefix == 0 || (ours ^ theirs) >> (128 - u32::from(self.prefix)) == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_their_addresses() {
        let network = IpNetwork::parse("10.1.0.0/16").expect("valid");
        assert!(network.contains("10.1.255.1".parse().expect("valid")));
        assert!(network.contains("::ffff:10.1.2.3".parse().expect("valid")));
        assert!(!network.contains("10.2.0.1".parse().expect("valid")));
        assert!(!network.contains("::1".parse().expect("valid")));
        assert!(IpNetwork::parse("::1").expect("valid").contains("::1".parse().expect("valid")));
        assert!(IpNetwork::parse("0.0.0.0/0").expect("valid").contains("1.2.3.4".parse().expect("valid")));
        assert_eq!(IpNetwork::parse("10.0.0.0/33"), None);
        assert_eq!(IpNetwork::parse("host"), None);
    }
}
