//! The connections to the gateway, shared by the proxy and the typed client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderValue, PROXY_AUTHORIZATION};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use tokio::sync::Semaphore;
use vault::RandomError;

use crate::body::{Activity, ProxyBody, Upload};
use crate::connector::{Connector, ForwardProxies};
use crate::tls::Configs;
use crate::{ProxyError, Stage, UpstreamTarget};

/// Idle connections that are kept per gateway.
const MAX_IDLE_CONNECTIONS: usize = 16;
/// Shorter than any server's own limit, so that a request rarely meets a connection that is just being closed.
const IDLE_CONNECTION: Duration = Duration::from_secs(30);
/// The largest header block of an answer, in bytes.
const MAX_ANSWER_HEADER: usize = 256 * 1024;

/// Limits of forwarded requests.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Name resolution and TCP connection.
    pub connect: Duration,
    /// TLS handshake.
    pub tls: Duration,
    /// From the last byte sent until the answer's headers; also how long a caller may pause while it sends.
    pub answer: Duration,
    /// The longest pause of an answer's body, and of an upgraded connection.
    pub idle: Duration,
    /// The largest request body in bytes.
    pub request_body: u64,
    /// Upgraded connections at the same time.
    pub tunnels: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            tls: Duration::from_secs(10),
            answer: Duration::from_secs(5 * 60),
            idle: Duration::from_secs(10 * 60),
            request_body: 256 * 1024 * 1024,
            tunnels: 256,
        }
    }
}

/// How to reach gateways.
#[derive(Clone, Default)]
pub struct ClientOptions {
    /// Limits.
    pub limits: Limits,
    /// Forward proxies on the way.
    pub proxies: ForwardProxies,
    /// Certificate authorities beside the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions").field("limits", &self.limits).finish_non_exhaustive()
    }
}

type Pool = Client<Connector, Upload>;

/// The shared client: one pool per kind of connection. Cloning is cheap and shares everything.
#[derive(Clone)]
pub struct UpstreamClient {
    inner: Arc<Inner>,
}

struct Inner {
    options: ClientOptions,
    /// Indexed by (skip verification, HTTP/1.1 only).
    pools: [Pool; 4],
    tunnels: Arc<Semaphore>,
    hop: HeaderValue,
}

impl fmt::Debug for UpstreamClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UpstreamClient")
    }
}

impl UpstreamClient {
    /// A client without connections. Opens none and reads no certificates yet.
    ///
    /// # Errors
    /// When the operating system gives no random bytes (they mark our own requests, to find circles).
    pub fn new(options: ClientOptions) -> Result<Self, RandomError> {
        let hop = HeaderValue::from(getrandom::u64().map_err(|_| RandomError)?);
        let tls = Arc::new(Configs::new(options.extra_roots.clone()));
        let pool = |skip_verify, http1_only| {
            let limits = (options.limits.connect, options.limits.tls);
            let kind = (skip_verify, http1_only);
            let connector = Connector::new(options.proxies.clone(), Arc::clone(&tls), kind, limits);
            Client::builder(TokioExecutor::new())
                .pool_idle_timeout(IDLE_CONNECTION)
                .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
                .pool_timer(TokioTimer::new())
                .timer(TokioTimer::new())
                .http1_max_buf_size(MAX_ANSWER_HEADER)
                .http2_adaptive_window(true)
                .http2_keep_alive_interval(Duration::from_secs(20))
                .build(connector)
        };
        let pools = [pool(false, false), pool(false, true), pool(true, false), pool(true, true)];
        let tunnels = Arc::new(Semaphore::new(options.limits.tunnels));
        Ok(Self { inner: Arc::new(Inner { options, pools, tunnels, hop }) })
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.options.limits
    }

    pub(crate) fn tunnels(&self) -> &Arc<Semaphore> {
        &self.inner.tunnels
    }

    /// The value that marks our own requests.
    pub(crate) fn hop(&self) -> &HeaderValue {
        &self.inner.hop
    }

    /// Sends a request whose headers and address are final, and waits for the answer's headers.
    pub(crate) async fn send(
        &self,
        mut request: Request<ProxyBody>,
        target: &UpstreamTarget,
        http1_only: bool,
    ) -> Result<Response<Incoming>, ProxyError> {
        // Through a forward proxy, plain HTTP carries the proxy's password in every request.
        if !target.is_https()
            && let Some(intercept) = self.inner.options.proxies.intercept(request.uri())
            && let Some(auth) = intercept.basic_auth()
        {
            request.headers_mut().insert(PROXY_AUTHORIZATION, auth.clone());
        }
        let pool = usize::from(target.skips_verification()) * 2 + usize::from(http1_only);
        let activity = Activity::now();
        let upload = |body| Upload::new(body, self.limits().request_body, activity.clone());
        let sent = self.inner.pools[pool].request(request.map(upload));
        let limit = self.limits().answer;
        match activity.or_idle(sent, limit).await {
            Some(Ok(response)) => Ok(response),
            Some(Err(error)) => Err(ProxyError::from_chain(&error, target.host())),
            None => Err(ProxyError::Timeout { stage: Stage::Answer, limit }),
        }
    }
}
