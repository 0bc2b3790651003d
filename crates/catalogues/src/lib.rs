//! Fetches the published price catalogues: within limits of time and size, through the gateway's proxy where it has
//! one. What is in them and what is taken from them is the business of `crates/pricing`.

use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{StatusCode, header};
use pricing::catalogue::{Catalogue, CatalogueError, Source};
use reqwest::{Client, Proxy, redirect};
use url::Url;

/// How long one source may take, connection and body included.
pub const SOURCE_PATIENCE: Duration = Duration::from_secs(10);
/// How long the client waits for anything at all.
const CLIENT_PATIENCE: Duration = Duration::from_secs(30);
/// Largest catalogue, bytes; the largest known one has three million.
pub const MAX_CATALOGUE_BYTES: usize = 32 << 20;
/// Redirects that are followed.
const MAX_REDIRECTS: usize = 3;
const AGENT: &str = concat!("cpa-manager-plus/", env!("CARGO_PKG_VERSION"));

/// Why a source gave no catalogue. Never contains a proxy's address: it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The proxy's address cannot be used.
    #[error("the gateway's proxy-url is not an address of a proxy")]
    Proxy,
    /// The client cannot be made.
    #[error("no connections can be made: {0}")]
    Client(String),
    /// No answer, or half of one.
    #[error("no answer: {0}")]
    Transport(String),
    /// It took too long.
    #[error("no answer within {} seconds", SOURCE_PATIENCE.as_secs())]
    TimedOut,
    /// Another status than 200.
    #[error("status {0}")]
    Status(u16),
    /// Larger than the limit.
    #[error("larger than {MAX_CATALOGUE_BYTES} bytes")]
    TooLarge,
    /// Not a catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

/// Where the catalogues are, and what is remembered of them.
#[derive(Debug)]
pub struct Catalogues {
    urls: [Url; 3],
    /// The last models.dev catalogue with its entity tag: an unchanged one is not sent again.
    known: Mutex<Option<(String, Bytes)>>,
}

/// A client for one synchronisation.
#[derive(Debug)]
pub struct Session<'a> {
    catalogues: &'a Catalogues,
    client: Client,
}

impl Catalogues {
    /// With the addresses of models.dev, LiteLLM and OpenRouter.
    pub fn new(urls: [Url; 3]) -> Self {
        Self { urls, known: Mutex::new(None) }
    }

    /// Prepares a client; nothing is sent. Without a proxy, those of the system apply.
    ///
    /// # Errors
    /// [`FetchError::Proxy`] or [`FetchError::Client`].
    pub fn session(&self, proxy: Option<&str>) -> Result<Session<'_>, FetchError> {
        // The only cryptography in this program is ring's; a second installation changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .user_agent(AGENT)
            .timeout(CLIENT_PATIENCE)
            .redirect(redirect::Policy::limited(MAX_REDIRECTS));
        if let Some(proxy) = proxy {
            builder = builder.proxy(Proxy::all(proxy).map_err(|_| FetchError::Proxy)?);
        }
        let client = builder.build().map_err(|error| FetchError::Client(cause(error)))?;
        Ok(Session { catalogues: self, client })
    }
}

impl Session<'_> {
    /// Asks a source and reads its catalogue.
    ///
    /// # Errors
    /// [`FetchError`]; an older catalogue is never answered instead.
    pub async fn ask(&self, source: Source) -> Result<Catalogue, FetchError> {
        let bytes = tokio::time::timeout(SOURCE_PATIENCE, self.fetch(source))
            .await
            .map_err(|_| FetchError::TimedOut)??;
        // Reading a few megabytes of JSON takes a moment.
        tokio::task::spawn_blocking(move || Catalogue::parse(source, &bytes))
            .await
            .map_err(|error| FetchError::Client(error.to_string()))?
            .map_err(FetchError::from)
    }

    async fn fetch(&self, source: Source) -> Result<Bytes, FetchError> {
        let tagged = source == Source::ModelsDev;
        let known = tagged.then(|| self.remembered()).flatten();
        let mut request = self.client.get(self.catalogues.url(source).clone());
        if let Some((tag, _)) = &known {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        let mut answer = request.send().await.map_err(transport)?;
        if answer.status() == StatusCode::NOT_MODIFIED
            && let Some((_, bytes)) = known
        {
            return Ok(bytes);
        }
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status().as_u16()));
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(transport)? {
            if body.len() + chunk.len() > MAX_CATALOGUE_BYTES {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let bytes = body.freeze();
        let tag = answer.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
        if tagged {
            let known = tag.map(|tag| (tag.to_owned(), bytes.clone()));
            *self.catalogues.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
        }
        Ok(bytes)
    }

    fn remembered(&self) -> Option<(String, Bytes)> {
        self.catalogues.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Catalogues {
    fn url(&self, source: Source) -> &Url {
        match source {
            Source::ModelsDev => &self.urls[0],
            Source::LiteLlm => &self.urls[1],
            Source::OpenRouter => &self.urls[2],
        }
    }
}

fn transport(error: reqwest::Error) -> FetchError {
    if error.is_timeout() { FetchError::TimedOut } else { FetchError::Transport(cause(error)) }
}

/// The innermost reason, without addresses.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if error.source().is_none() { error.to_string() } else { innermost.to_string() }
}
