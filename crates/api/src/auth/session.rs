//! Browser sessions: the cookie and the store behind it.

use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, HeaderValue, header};
use vault::{NewSession, SecretString, SessionId, SessionStore};

use crate::error::{ApiError, ApiResult};
use crate::types::info::SessionView;

/// Name of the session cookie.
const COOKIE: &str = "cpamp_session";

/// The live sessions.
#[derive(Clone)]
pub struct Sessions(Arc<SessionStore>);

impl Sessions {
    /// Wraps the store; the product keeps another handle to persist it.
    pub fn new(store: Arc<SessionStore>) -> Self {
        Self(store)
    }

    /// Whether the token belongs to a live session. Counts as use.
    pub fn is_live(&self, token: &SecretString) -> bool {
        self.0.authenticate(token.expose(), Instant::now()).is_some()
    }

    /// The live session of a token.
    pub fn view(&self, token: &SecretString, now_ms: i64) -> Option<SessionView> {
        self.0.authenticate(token.expose(), Instant::now()).map(|session| describe(&session, now_ms))
    }

    /// Opens a session for a caller that has shown the admin key.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn open(
        &self,
        client: String,
        user_agent: String,
        now_ms: i64,
    ) -> ApiResult<(SecretString, SessionView)> {
        let login = NewSession { client, user_agent };
        let (token, session) = self.0.create(login, Instant::now(), now_ms).map_err(ApiError::internal)?;
        Ok((token, describe(&session, now_ms)))
    }

    /// The live sessions, the latest login first.
    pub fn list(&self) -> Vec<vault::SessionView> {
        self.0.list(Instant::now())
    }

    /// The public name of a token's session.
    pub fn id_of(&self, token: &SecretString) -> Option<SessionId> {
        self.0.authenticate(token.expose(), Instant::now()).map(|session| session.id)
    }

    /// Ends one session. Whether there was one with this name.
    pub fn revoke(&self, id: &SessionId) -> bool {
        self.0.revoke(id)
    }

    /// Ends all sessions but one, or all. How many there were.
    pub fn revoke_all(&self, keep: Option<&SessionId>) -> usize {
        self.0.revoke_all(keep)
    }

    /// Ends the session of a token. Whether there was one.
    pub fn close(&self, token: &SecretString) -> bool {
        self.0.authenticate(token.expose(), Instant::now()).is_some_and(|session| self.0.revoke(&session.id))
    }
}

fn describe(session: &vault::SessionView, now_ms: i64) -> SessionView {
    SessionView {
        created_at_ms: session.created_at_ms,
        expires_at_ms: now_ms + session.ends_at_latest_in.as_millis() as i64,
    }
}

/// The session token that the request carries.
pub fn cookie_token(headers: &HeaderMap) -> Option<SecretString> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE && !value.is_empty())
        .map(|(_, value)| SecretString::new(value.to_owned()))
}

/// The `Set-Cookie` value that stores a token, or removes it when there is none.
///
/// `Secure` is set when a trusted proxy says that the browser speaks HTTPS; over plain HTTP the browser would drop the
/// cookie.
pub fn set_cookie(token: Option<&SecretString>, https: bool) -> ApiResult<HeaderValue> {
    let (value, age) = match token {
        Some(token) => (token.expose().as_str(), vault::SESSION_ABSOLUTE.as_secs()),
        None => ("", 0),
    };
    let secure = if https { "; Secure" } else { "" };
    let mut cookie = HeaderValue::from_str(&format!(
        "{COOKIE}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"
    ))
    .map_err(ApiError::internal)?;
    cookie.set_sensitive(true);
    Ok(cookie)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=b; cpamp_sessions=x"));
        assert!(cookie_token(&headers).is_none());
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark; cpamp_session=tok=en"));
        assert_eq!(cookie_token(&headers).map(|token| token.expose().clone()), Some("tok=en".to_owned()));
    }

    #[test]
    fn the_cookie_is_for_this_site_only() {
        let token = SecretString::new("abc".to_owned());
        let cookie = set_cookie(Some(&token), true).expect("valid");
        let text = cookie.to_str().expect("ascii");
        for part in ["cpamp_session=abc", "HttpOnly", "SameSite=Strict", "Path=/", "Secure"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!set_cookie(Some(&token), false).expect("valid").to_str().expect("ascii").contains("Secure"));
        assert!(set_cookie(None, false).expect("valid").to_str().expect("ascii").contains("Max-Age=0"));
    }
}
