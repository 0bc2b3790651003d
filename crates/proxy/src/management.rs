//! A typed client of the management calls that the manager makes itself.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use vault::SecretString;

use crate::body::{Buffered, boxed, buffer, full};
use crate::error::Stage;
use crate::forward::AuthPolicy;
use crate::path::encode;
use crate::{ProxyError, Refusal, UpstreamClient, UpstreamTarget};

/// A whole call, connection and body included.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// CPA itself gives an `api-call` 60 seconds.
const API_CALL_TIMEOUT: Duration = Duration::from_secs(75);
pub(crate) const MAX_CONFIG_BYTES: usize = 16 * 1024 * 1024;
const MAX_AUTH_FILES_BYTES: usize = 64 * 1024 * 1024;
const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;
const MAX_SMALL_BYTES: usize = 1024 * 1024;
/// How much of the gateway's error text is kept.
const MAX_MESSAGE_CHARS: usize = 300;

/// Why a management call failed.
#[derive(Debug, thiserror::Error)]
pub enum ManagementError {
    /// No answer.
    #[error(transparent)]
    Transport(#[from] ProxyError),
    /// The gateway's management check said no.
    #[error("the gateway refused the management key ({0:?})")]
    Refused(Refusal),
    /// 404 with an empty body: the gateway has no management key, is in home mode, or does not know the route.
    #[error("the gateway's management api is off or too old (404)")]
    Off,
    /// Any other status.
    #[error("the gateway answered {status}: {message}")]
    Status {
        /// The status.
        status: u16,
        /// The gateway's `error` text, cut to 300 characters, or empty.
        message: String,
    },
    /// The answer is not what the call promises.
    #[error("the gateway's answer cannot be read: {0}")]
    BadAnswer(String),
    /// The answer is larger than allowed.
    #[error("the gateway's answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

/// What an answer's headers say about the gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CpaVersion {
    /// `7.2.140`, `v7.2.140` or `dev`.
    pub version: Option<String>,
    /// The commit it was built from.
    pub commit: Option<String>,
    /// When it was built.
    pub build_date: Option<String>,
    /// Whether it knows plugins.
    pub supports_plugins: Option<bool>,
}

/// An answer and the version that gave it.
#[derive(Debug, Clone)]
pub struct Answer<T> {
    /// The content.
    pub value: T,
    /// The gateway's version, as far as it tells.
    pub version: CpaVersion,
}

/// The settings that the manager needs. The rest of the document, client keys included, is dropped unread.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct GatewayConfig {
    /// Whether usage records are published.
    #[serde(default)]
    pub usage_statistics_enabled: Option<bool>,
    /// How long the queue keeps a record, in seconds. `None`: the gateway does not say (its default is 60).
    #[serde(default)]
    pub redis_usage_queue_retention_seconds: Option<i64>,
}

/// One credential of the gateway. Only what the manager compares and shows; never a token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct AuthFile {
    /// The runtime id.
    #[serde(default)]
    pub id: String,
    /// The name in lists, usually the file name.
    #[serde(default)]
    pub name: String,
    /// The stable index that usage records carry.
    #[serde(default)]
    pub auth_index: String,
    /// Provider, e.g. `codex`.
    #[serde(default)]
    pub provider: String,
    /// Kind; older gateways send only this.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The file on the gateway's disk, if there is one.
    #[serde(default)]
    pub path: String,
    /// Shown name.
    #[serde(default)]
    pub label: String,
    /// Account as shown.
    #[serde(default)]
    pub account: String,
    /// Mail address.
    #[serde(default)]
    pub email: String,
    /// Project, for Google accounts.
    #[serde(default)]
    pub project_id: String,
    /// Account id at the top level, where a gateway sends it there.
    #[serde(default)]
    pub account_id: String,
    /// Claims of the identity token.
    #[serde(default)]
    pub id_token: Option<IdToken>,
    /// Switched off.
    #[serde(default)]
    pub disabled: bool,
    /// Exists in memory only.
    #[serde(default)]
    pub runtime_only: bool,
    /// Requests that worked since the gateway started.
    #[serde(default)]
    pub success: u64,
    /// Requests that failed since the gateway started.
    #[serde(default)]
    pub failed: u64,
}

/// The claims of a credential's identity token that the manager uses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct IdToken {
    /// The account's id.
    #[serde(default)]
    pub chatgpt_account_id: String,
    /// The plan, e.g. `plus`.
    #[serde(default)]
    pub plan_type: String,
}

impl AuthFile {
    /// The account's id, wherever the gateway put it.
    pub fn account_id(&self) -> &str {
        let claim = self.id_token.as_ref().map(|token| token.chatgpt_account_id.as_str()).unwrap_or_default();
        [claim, &self.account_id, &self.project_id].into_iter().find(|id| !id.is_empty()).unwrap_or_default()
    }

    /// The name of the file that holds this credential: the last part of its path, or its name.
    pub fn physical_name(&self) -> &str {
        let last = self.path.rsplit(['/', '\\']).next().unwrap_or_default();
        if last.is_empty() { &self.name } else { last }
    }
}

/// A call that the gateway makes upstream with a credential of its own.
#[derive(Debug, Clone, Serialize)]
pub struct ApiCall {
    /// Which credential. An unknown one makes CPA send the literal `$TOKEN$`: look it up first.
    pub auth_index: String,
    /// HTTP method.
    pub method: String,
    /// Full address.
    pub url: String,
    /// Headers; `$TOKEN$` in a value becomes the credential's token.
    pub header: std::collections::BTreeMap<String, String>,
    /// Body, or empty.
    pub data: String,
}

/// What the upstream answered to an [`ApiCall`].
#[derive(Debug, Clone, Deserialize)]
pub struct ApiCallAnswer {
    /// Upstream status.
    pub status_code: u16,
    /// Upstream headers.
    #[serde(default)]
    pub header: std::collections::BTreeMap<String, Vec<String>>,
    /// Upstream body as text.
    #[serde(default)]
    pub body: String,
}

/// Management calls to one gateway with one key.
#[derive(Debug, Clone)]
pub struct ManagementClient {
    client: UpstreamClient,
    target: UpstreamTarget,
    key: SecretString,
}

impl ManagementClient {
    /// A client for a gateway. Makes no call.
    pub fn new(client: UpstreamClient, target: UpstreamTarget, key: SecretString) -> Self {
        Self { client, target, key }
    }

    /// The gateway.
    pub fn target(&self) -> &UpstreamTarget {
        &self.target
    }

    /// `GET config`: the cheapest call that proves address and key.
    ///
    /// # Errors
    /// [`ManagementError`].
    pub async fn get_config(&self) -> Result<Answer<GatewayConfig>, ManagementError> {
        self.json(Method::GET, "/config", None, MAX_CONFIG_BYTES).await
    }

    /// `PUT usage-statistics-enabled`.
    ///
    /// # Errors
    /// [`ManagementError`].
    pub async fn put_usage_statistics_enabled(&self, enabled: bool) -> Result<(), ManagementError> {
        let body = serde_json::json!({ "value": enabled });
        self.call(Method::PUT, "/usage-statistics-enabled", Some(&body), MAX_SMALL_BYTES, CALL_TIMEOUT)
            .await?;
        Ok(())
    }

    /// `GET api-keys`: the client keys that the gateway accepts, in its order.
    ///
    /// # Errors
    /// [`ManagementError`].
    pub async fn get_api_keys(&self) -> Result<Vec<SecretString>, ManagementError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Keys {
            #[serde(default)]
            api_keys: Option<Vec<String>>,
        }
        let answer: Answer<Keys> = self.json(Method::GET, "/api-keys", None, MAX_SMALL_BYTES).await?;
        Ok(answer.value.api_keys.unwrap_or_default().into_iter().map(SecretString::new).collect())
    }

    /// `GET proxy-url`: the proxy that the gateway itself uses, if it has one. It may hold a password.
    ///
    /// # Errors
    /// [`ManagementError`].
    pub async fn get_proxy_url(&self) -> Result<Option<SecretString>, ManagementError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Document {
            #[serde(default)]
            proxy_url: Option<String>,
        }
        let answer: Answer<Document> = self.json(Method::GET, "/proxy-url", None, MAX_SMALL_BYTES).await?;
        let url = answer.value.proxy_url.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
        Ok(url.map(SecretString::new))
    }

    /// `GET auth-files`, at most 64 MiB.
    ///
    /// # Errors
    /// [`ManagementError`].
    pub async fn get_auth_files(&self) -> Result<Answer<Vec<AuthFile>>, ManagementError> {
        #[derive(Deserialize)]
        struct List {
            #[serde(default)]
            files: Option<Vec<AuthFile>>,
        }
        let answer: Answer<List> = self.json(Method::GET, "/auth-files", None, MAX_AUTH_FILES_BYTES).await?;
        Ok(Answer { value: answer.value.files.unwrap_or_default(), version: answer.version })
    }

    /// `GET auth-files` as it came, at most 64 MiB.
    ///
    /// # Errors
    /// [`ManagementError`].
    pub async fn get_auth_files_raw(&self) -> Result<Bytes, ManagementError> {
        let (_, body) =
            self.call(Method::GET, "/auth-files", None, MAX_AUTH_FILES_BYTES, CALL_TIMEOUT).await?;
        Ok(body)
    }

    /// `GET auth-files/download`, at most 16 MiB. The content holds tokens.
    ///
    /// # Errors
    /// [`ManagementError`].
    pub async fn download_auth_file(&self, name: &str) -> Result<Bytes, ManagementError> {
        let route = format!("/auth-files/download?name={}", encode(name));
        Ok(self.call(Method::GET, &route, None, MAX_FILE_BYTES, CALL_TIMEOUT).await?.1)
    }

    /// `PATCH auth-files/status`. `auth_index` narrows the choice where one file holds several credentials.
    ///
    /// # Errors
    /// [`ManagementError`].
    pub async fn patch_auth_file_status(
        &self,
        name: &str,
        auth_index: Option<&str>,
        disabled: bool,
    ) -> Result<(), ManagementError> {
        let mut body = serde_json::json!({ "name": name, "disabled": disabled });
        if let Some(auth_index) = auth_index {
            body["auth_index"] = auth_index.into();
        }
        self.call(Method::PATCH, "/auth-files/status", Some(&body), MAX_SMALL_BYTES, CALL_TIMEOUT).await?;
        Ok(())
    }

    /// `POST api-call`, answer at most 16 MiB, within 75 seconds.
    ///
    /// # Errors
    /// [`ManagementError`]; an upstream failure with an answer is no error.
    pub async fn api_call(&self, call: &ApiCall) -> Result<ApiCallAnswer, ManagementError> {
        let body =
            serde_json::to_value(call).map_err(|error| ManagementError::BadAnswer(error.to_string()))?;
        let (_, content) =
            self.call(Method::POST, "/api-call", Some(&body), MAX_FILE_BYTES, API_CALL_TIMEOUT).await?;
        parse(&content)
    }

    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        method: Method,
        route: &str,
        body: Option<&serde_json::Value>,
        limit: usize,
    ) -> Result<Answer<T>, ManagementError> {
        let (headers, content) = self.call(method, route, body, limit, CALL_TIMEOUT).await?;
        Ok(Answer { value: parse(&content)?, version: CpaVersion::read(&headers) })
    }

    async fn call(
        &self,
        method: Method,
        route: &str,
        body: Option<&serde_json::Value>,
        limit: usize,
        time: Duration,
    ) -> Result<(HeaderMap, Bytes), ManagementError> {
        let late = ProxyError::Timeout { stage: Stage::Answer, limit: time };
        timeout(time, self.call_untimed(method, route, body, limit)).await.map_err(|_| late)?
    }

    async fn call_untimed(
        &self,
        method: Method,
        route: &str,
        body: Option<&serde_json::Value>,
        limit: usize,
    ) -> Result<(HeaderMap, Bytes), ManagementError> {
        let path: PathAndQuery = format!("/v0/management{route}").parse().map_err(|_| ProxyError::BadPath)?;
        let content = body.map(ToString::to_string).unwrap_or_default();
        let mut request = Request::new(full(content));
        *request.method_mut() = method;
        *request.uri_mut() = self.target.uri(&path)?;
        if body.is_some() {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        self.client.authorise(request.headers_mut(), AuthPolicy::ReplaceWithManagementKey(&self.key))?;
        let answer = self.client.send(request, &self.target, false).await?;
        let (parts, body) = answer.into_parts();
        let content = match buffer(boxed(body), limit).await {
            Ok(Buffered::Whole(content)) => content,
            Ok(Buffered::Larger(_)) => return Err(ManagementError::TooLarge { limit }),
            Err(error) => return Err(ProxyError::from_chain(error.as_ref(), self.target.host()).into()),
        };
        if parts.status.is_success() {
            return Ok((parts.headers, content));
        }
        if let Some(refusal) = Refusal::recognise(parts.status, &content) {
            return Err(ManagementError::Refused(refusal));
        }
        if parts.status == StatusCode::NOT_FOUND && content.is_empty() {
            return Err(ManagementError::Off);
        }
        Err(ManagementError::Status { status: parts.status.as_u16(), message: error_text(&content) })
    }
}

impl CpaVersion {
    fn read(headers: &HeaderMap) -> Self {
        let text = |name: &str| {
            let value = headers.get(name)?.to_str().ok()?.trim();
            (!value.is_empty()).then(|| value.chars().take(MAX_MESSAGE_CHARS).collect::<String>())
        };
        Self {
            version: text("x-cpa-version"),
            commit: text("x-cpa-commit"),
            build_date: text("x-cpa-build-date"),
            supports_plugins: text("x-cpa-support-plugin").map(|value| value == "1"),
        }
    }
}

fn parse<T: DeserializeOwned>(content: &[u8]) -> Result<T, ManagementError> {
    // The error's own text may quote the document, which holds keys: only the place is told.
    serde_json::from_slice(content).map_err(|error| {
        ManagementError::BadAnswer(format!(
            "unexpected content at line {} column {}",
            error.line(),
            error.column()
        ))
    })
}

/// The `error` member of CPA's error documents, and `message` if there is one.
fn error_text(content: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Document {
        #[serde(default)]
        error: Option<serde_json::Value>,
        #[serde(default)]
        message: Option<String>,
    }
    let Ok(document) = serde_json::from_slice::<Document>(content) else { return String::new() };
    let error = document.error.as_ref().and_then(|error| error.as_str()).unwrap_or_default();
    let text = match document.message {
        Some(message) if !error.is_empty() => format!("{error}: {message}"),
        Some(message) => message,
        None => error.to_owned(),
    };
    text.chars().filter(|character| !character.is_control()).take(MAX_MESSAGE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_documents_are_read_and_cut() {
        assert_eq!(error_text(br#"{"error":"invalid_yaml","message":"line 3"}"#), "invalid_yaml: line 3");
        assert_eq!(error_text(br#"{"error":"item not found"}"#), "item not found");
        assert_eq!(error_text(b"<html>"), "");
        let long = format!(r#"{{"error":"{}"}}"#, "x".repeat(1000));
        assert_eq!(error_text(long.as_bytes()).len(), 300);
    }

    #[test]
    fn a_broken_document_is_not_quoted() {
        let error = parse::<GatewayConfig>(br#"{"usage-statistics-enabled":"sk-secret"}"#).expect_err("bad");
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn accounts_and_files() {
        let mut file = AuthFile { name: "codex.json".into(), ..AuthFile::default() };
        assert_eq!((file.physical_name(), file.account_id()), ("codex.json", ""));
        file.path = "C:\\auths\\file.json".into();
        file.id_token = Some(IdToken { chatgpt_account_id: "acc-1".into(), plan_type: String::new() });
        assert_eq!((file.physical_name(), file.account_id()), ("file.json", "acc-1"));
    }
}
