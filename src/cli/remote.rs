//! A running server as a client sees it: for `export` and `import` with `--url`.

use std::ffi::OsString;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Body, Client, Method, RequestBuilder, Response, redirect};
use serde_json::Value;
use url::Url;
use vault::SecretString;

use super::{Problem, load};
use crate::os;
use crate::settings::{Flags, table};

/// For the connection to stand.
const CONNECT: Duration = Duration::from_secs(10);
/// For the next bytes of an answer; storing a large chunk may take minutes on a slow disk.
const SILENCE: Duration = Duration::from_secs(300);

/// Flags of commands that can ask a running server.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Remote {
    /// Ask the running server at this address instead of opening the database, for example http://127.0.0.1:18317.
    #[arg(long, value_name = "URL")]
    pub url: Option<Url>,
    /// With --url: a file with the admin key [default: CPA_MANAGER_ADMIN_KEY, the mounted secret,
    /// or what is typed at the prompt].
    #[arg(long, value_name = "PATH", requires = "url")]
    pub admin_key_file: Option<OsString>,
}

/// A server and the key for it.
pub struct Server {
    client: Client,
    base: Url,
    bearer: HeaderValue,
}

impl Server {
    /// Prepares the client; nothing is sent.
    pub fn new(url: &Url, remote: &Remote) -> Result<Self, Problem> {
        let mut flags = Flags::default();
        if let Some(path) = &remote.admin_key_file {
            flags.set(&table::CPA_MANAGER_ADMIN_KEY_FILE, path.clone());
        }
        let key = match load(flags, false)?.admin_key {
            Some(key) => key,
            None => os::ask_secret("Admin key: ")
                .map_err(Problem::from_error)?
                .map(SecretString::new)
                .ok_or_else(|| {
                    Problem::new("the admin key is not known")
                        .hint("use --admin-key-file or set CPA_MANAGER_ADMIN_KEY")
                })?,
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Problem::new(format!("{url}: not an http or https address")));
        }
        // The only cryptography in this program is ring's; a second installation changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            // A redirect would carry the key elsewhere.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(Problem::from_error)?;
        Ok(Self { client, base: url.clone(), bearer: bearer(&key)? })
    }

    /// Sends a request and answers a successful response.
    pub async fn send(&self, method: Method, path: &str, body: Option<Body>) -> Result<Response, Problem> {
        let mut url = self.base.clone();
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url.set_query(query);
        let mut request = self.client.request(method, url).header(AUTHORIZATION, self.bearer.clone());
        if let Some(body) = body {
            request = request.body(body);
        }
        Self::answered(request).await
    }

    /// Sends a JSON document and reads the answer as JSON.
    pub async fn ask_json<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        document: &Value,
    ) -> Result<T, Problem> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        let request = self.client.post(url).header(AUTHORIZATION, self.bearer.clone()).json(document);
        read(Self::answered(request).await?).await
    }

    async fn answered(request: RequestBuilder) -> Result<Response, Problem> {
        let response = request.send().await.map_err(Problem::from_error)?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let text = response.text().await.unwrap_or_default();
        Err(refusal(status.as_u16(), &text))
    }

    /// Sends a request and reads the answer as JSON.
    pub async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Body>,
    ) -> Result<T, Problem> {
        read(self.send(method, path, body).await?).await
    }
}

async fn read<T: serde::de::DeserializeOwned>(response: Response) -> Result<T, Problem> {
    let text = response.text().await.map_err(Problem::from_error)?;
    serde_json::from_str(&text).map_err(|error| {
        Problem::new(format!("the answer is not the manager's: {error}"))
            .hint("is this the manager's address?")
    })
}

fn bearer(key: &SecretString) -> Result<HeaderValue, Problem> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose()))
        .map_err(|_| Problem::new("the admin key has characters that cannot be sent"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The manager's own words, where there are any.
fn refusal(status: u16, body: &str) -> Problem {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let Some(error) = answer["error"].as_str() else {
        return Problem::new(format!("the server answered with status {status}"));
    };
    let problem = Problem::new(format!("{error} (status {status})"));
    match answer["hint"].as_str() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_repeat_the_servers_words() {
        let mut text = Vec::new();
        let body = r#"{"error":"invalid admin key","code":"invalid_admin_key","hint":"log in"}"#;
        refusal(401, body).print(&mut text).expect("written");
        refusal(502, "<html>").print(&mut text).expect("written");
        assert_eq!(
            String::from_utf8_lossy(&text),
            "error: invalid admin key (status 401)\nhint: log in\nerror: the server answered with status 502\n"
        );
    }

    #[test]
    fn the_key_is_not_printed() {
        let value = bearer(&SecretString::from("planted")).expect("usable");
        assert!(!format!("{value:?}").contains("planted"));
        assert!(bearer(&SecretString::from("plan\nted")).is_err());
    }
}
