//! What can go wrong on the way to the gateway. Texts hold host names, never keys, paths or bodies.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// Any error, as bodies and connectors carry them.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a request could not be forwarded. Answers of the gateway, whatever their status, are not errors.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The request path could leave the gateway's prefix, or is no path.
    #[error("the request path is not acceptable")]
    BadPath,
    /// Management paths are never forwarded with the caller's own credentials.
    #[error("this path is not forwarded without the manager's own authorisation")]
    NotAllowed,
    /// The request went round in a circle: the gateway address is this manager.
    #[error("the gateway address points back at this manager")]
    Loop,
    /// The management key holds characters that a header cannot.
    #[error("the management key cannot be sent in a header")]
    UnusableKey,
    /// The request body is larger than allowed.
    #[error("the request body is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The caller's body broke off or could not be read.
    #[error("the request body could not be read")]
    ClientBody,
    /// The host name does not resolve.
    #[error("the host name {host} cannot be resolved")]
    Dns {
        /// The name.
        host: String,
    },
    /// No connection to the gateway, or it broke.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// What the system said.
        reason: String,
        /// Nobody listens on the port.
        refused: bool,
    },
    /// The TLS handshake failed.
    #[error("TLS with {host} failed: {reason}")]
    Tls {
        /// Host and port.
        host: String,
        /// What the TLS library said.
        reason: String,
    },
    /// This machine has no root certificates.
    #[error("no root certificates were found on this machine")]
    NoRoots,
    /// Something took too long.
    #[error("{stage} took longer than {} seconds", limit.as_secs())]
    Timeout {
        /// What took too long.
        stage: Stage,
        /// How long it may take.
        limit: Duration,
    },
    /// The other side does not speak HTTP as it should.
    #[error("the gateway's answer is not proper HTTP: {0}")]
    Protocol(String),
    /// Too many upgraded connections.
    #[error("too many upgraded connections are open")]
    Busy,
}

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Name resolution and TCP connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Waiting for the answer's headers while nothing is sent.
    Answer,
    /// A body in which nothing moves.
    Body,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting to the gateway",
            Self::Tls => "the TLS handshake with the gateway",
            Self::Answer => "waiting for the gateway's answer",
            Self::Body => "a pause in the body",
        })
    }
}

/// An error that one of our own layers put into a body or connector, to be found again in the chain of sources.
#[derive(Debug)]
pub(crate) struct Marked(pub(crate) std::sync::Mutex<Option<ProxyError>>);

impl Marked {
    pub(crate) fn boxed(error: ProxyError) -> BoxError {
        Box::new(Self(std::sync::Mutex::new(Some(error))))
    }
}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.lock().ok().as_deref() {
            Some(Some(error)) => error.fmt(f),
            _ => f.write_str("forwarding failed"),
        }
    }
}

impl StdError for Marked {}

impl ProxyError {
    /// Turns an error of the HTTP client into ours: the marked one of its chain, if there is one.
    pub(crate) fn from_chain(error: &(dyn StdError + 'static), host: &str) -> Self {
        let mut next = Some(error);
        let mut last = error;
        while let Some(current) = next {
            if let Some(marked) = current.downcast_ref::<Marked>()
                && let Some(found) = marked.0.lock().ok().and_then(|mut slot| slot.take())
            {
                return found;
            }
            if let Some(io) = current.downcast_ref::<std::io::Error>() {
                return Self::from_io(io, host);
            }
            if let Some(hyper) = current.downcast_ref::<hyper::Error>()
                && (hyper.is_parse() || hyper.is_parse_too_large())
            {
                return Self::Protocol(hyper.to_string());
            }
            last = current;
            next = current.source();
        }
        Self::Unreachable { host: host.to_owned(), reason: last.to_string(), refused: false }
    }

    pub(crate) fn from_io(error: &std::io::Error, host: &str) -> Self {
        let refused = error.kind() == std::io::ErrorKind::ConnectionRefused;
        Self::Unreachable { host: host.to_owned(), reason: error.to_string(), refused }
    }
}
