//! Facts of the gateway for the panel, asked by the manager so that no key reaches the browser.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use http::{Request, StatusCode, header};
use proxy::{AuthPolicy, ManagementClient, ManagementError};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::routes::table::{Routes, routes};
use vault::SecretString;

use super::gateway::proxy_error;
use crate::control::UpstreamUse;
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::read_limited;
use crate::state::AppState;
use crate::types::gateway::{ClientKey, ClientKeyList, GatewayModel, GatewayModelList, GatewaySettings};

/// Longest list of models that is read, bytes.
const MAX_MODELS_BYTES: usize = 4 << 20;
/// How long the gateway may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Keys up to this length are hidden whole.
const SHORT_KEY_CHARS: usize = 8;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; list_client_keys, list_gateway_models, show_gateway_settings)
}

/// Asks the gateway one thing with the management key.
async fn ask<T, F>(state: &AppState, question: impl FnOnce(ManagementClient) -> F) -> ApiResult<T>
where
    F: Future<Output = Result<T, ManagementError>>,
{
    let UpstreamUse { upstream, permit } = state.control().begin_upstream().await?;
    let client = ManagementClient::new(state.proxy().clone(), upstream.target.clone(), upstream.key.clone());
    match question(client).await {
        Ok(answer) => {
            permit.accepted();
            Ok(answer)
        }
        Err(error) => {
            if let ManagementError::Refused(refusal) = &error {
                state.control().key_refused(permit, *refusal);
            }
            Err(ApiError::new(StatusCode::BAD_GATEWAY, "gateway_unavailable", error.to_string())
                .with_hint("see the collector's state in /status"))
        }
    }
}

async fn client_keys(state: &AppState) -> ApiResult<Vec<SecretString>> {
    ask(state, |client| async move { client.get_api_keys().await }).await
}

/// How the gateway is set, without keys and passwords; read now, in one call.
#[utoipa::path(get, path = "/api/v1/gateway-settings", tag = "gateway",
    responses((status = 200, body = GatewaySettings), (status = 401, body = ErrorBody),
        (status = 428, body = ErrorBody), (status = 502, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn show_gateway_settings(State(state): State<AppState>) -> ApiResult<Json<GatewaySettings>> {
    let told = ask(&state, |client| async move { client.get_settings().await }).await?;
    Ok(Json(GatewaySettings {
        debug: told.debug,
        logging_to_file: told.logging_to_file,
        request_log: told.request_log,
        request_retry: told.request_retry,
        ws_auth: told.ws_auth,
        routing_strategy: told.routing_strategy,
        proxy_host: told.proxy_host,
        usage_statistics_enabled: told.usage_statistics_enabled,
    }))
}

fn masked(key: &str) -> String {
    let chars: Vec<char> = key.chars().collect();
    if chars.len() <= SHORT_KEY_CHARS {
        return "…".to_owned();
    }
    let (head, tail) = (&chars[..3], &chars[chars.len() - 4..]);
    head.iter().chain(&['…']).chain(tail).collect()
}

/// The client keys that the gateway accepts, as hashes; read now.
#[utoipa::path(get, path = "/api/v1/client-keys", tag = "gateway",
    responses((status = 200, body = ClientKeyList), (status = 401, body = ErrorBody), (status = 428, body = ErrorBody),
        (status = 502, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn list_client_keys(State(state): State<AppState>) -> ApiResult<Json<ClientKeyList>> {
    let keys = client_keys(&state).await?;
    let items = keys.iter().map(|key| key.expose().trim()).map(|key| ClientKey {
        api_key_hash: Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect(),
        masked: masked(key),
    });
    Ok(Json(ClientKeyList { items: items.collect() }))
}

#[derive(Deserialize)]
struct Models {
    data: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
    #[serde(default)]
    owned_by: Option<String>,
    #[serde(default)]
    created: Option<i64>,
}

/// The models that the gateway offers its clients; read now, with the gateway's first client key.
#[utoipa::path(get, path = "/api/v1/models", tag = "gateway",
    responses((status = 200, body = GatewayModelList), (status = 401, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 428, body = ErrorBody), (status = 502, body = ErrorBody),
        (status = 503, body = ErrorBody), (status = 504, body = ErrorBody)))]
async fn list_gateway_models(State(state): State<AppState>) -> ApiResult<Json<GatewayModelList>> {
    let key = client_keys(&state).await?.into_iter().next().ok_or_else(|| {
        ApiError::new(StatusCode::CONFLICT, "no_client_key", "the gateway has no client key to ask with")
            .with_hint("add one under `api-keys` in the gateway's configuration")
    })?;
    let mut bearer =
        header::HeaderValue::from_str(&format!("Bearer {}", key.expose().trim())).map_err(|_| {
            ApiError::new(StatusCode::BAD_GATEWAY, "no_client_key", "the client key cannot be sent")
        })?;
    bearer.set_sensitive(true);
    let request = Request::get("/v1/models").header(header::AUTHORIZATION, bearer);
    let request = request.body(Body::empty()).map_err(ApiError::internal)?;
    let upstream = state.control().upstream()?;
    let answer = state.proxy().forward(request, &upstream.target, AuthPolicy::KeepCaller);
    let late = || {
        ApiError::new(StatusCode::GATEWAY_TIMEOUT, "gateway_timeout", "the gateway did not answer in time")
    };
    let answer = tokio::time::timeout(PATIENCE, answer).await.map_err(|_| late())?.map_err(proxy_error)?;
    let unreadable = |text: String| ApiError::new(StatusCode::BAD_GATEWAY, "gateway_answer_unreadable", text);
    if answer.status() != StatusCode::OK {
        return Err(unreadable(format!("the gateway answered {} to /v1/models", answer.status().as_u16())));
    }
    let body = read_limited(answer.map(Body::new).into_body(), MAX_MODELS_BYTES, PATIENCE);
    let body = body.await.map_err(|error| unreadable(error.body.error))?;
    let models: Models = serde_json::from_slice(&body)
        .map_err(|_| unreadable("the gateway's list of models is not what was expected".to_owned()))?;
    let items = models.data.into_iter().map(|model| GatewayModel {
        id: model.id,
        owned_by: model.owned_by,
        created: model.created,
    });
    Ok(Json(GatewayModelList { items: items.collect() }))
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn little_of_a_key_is_shown() {
        assert_eq!(masked("sk-lab-alice-0001"), "sk-…0001");
        assert_eq!(masked("12345678"), "…");
        assert_eq!(masked(""), "…");
        assert_eq!(masked("schlüssel"), "sch…ssel");
    }
}
