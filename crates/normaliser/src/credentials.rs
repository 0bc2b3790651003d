//! What the gateway says of its credentials, and its use for events.

use model::{CredentialFacts, CredentialMap, UsageEvent};

use crate::json::{Object, Raw};
use crate::record::{first_filled, settle_tiers};

/// The answer of `GET /v0/management/auth-files` cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthFilesError {
    /// It is not UTF-8.
    #[error("the auth file list is not text")]
    NotText,
    /// It is not JSON, or cut off.
    #[error("the auth file list is not valid JSON")]
    NotJson,
    /// It is JSON without a list of files.
    #[error("the auth file list has no files member")]
    NoList,
}

/// Reads the gateway's list of auth files; the caller bounds its size. Entries without `auth_index` are left out.
///
/// # Errors
///
/// When the body is not an object with a `files` array (or such an array itself).
pub fn parse_auth_files(body: &[u8], read_at_ms: i64) -> Result<CredentialMap, AuthFilesError> {
    let text = std::str::from_utf8(body).map_err(|_| AuthFilesError::NotText)?.trim();
    let document: &serde_json::value::RawValue =
        serde_json::from_str(text).map_err(|_| AuthFilesError::NotJson)?;
    let document = Raw::new(document);
    let list = match document.object() {
        Some(object) => object.first(&["files", "auth_files", "authFiles"]),
        None => Some(document),
    };
    let list = list.and_then(Raw::elements).ok_or(AuthFilesError::NoList)?;
    let mut map = CredentialMap { read_at_ms, ..CredentialMap::default() };
    for entry in list.into_iter().filter_map(Raw::object) {
        let index = entry.text(&["auth_index", "authIndex", "auth-index"]);
        if !index.is_empty() {
            map.by_auth_index.insert(index, facts(&entry));
        }
    }
    Ok(map)
}

fn facts(entry: &Object<'_>) -> CredentialFacts {
    let first = |names: &[&str], is_key: fn(&str) -> bool| {
        let texts = names.iter().map(|name| entry.text(&[name]));
        texts.into_iter().find(|text| !text.is_empty() && !is_key(text)).unwrap_or_default()
    };
    let account = first(&["account", "email"], is_key);
    let label = first_filled(&[&first(&["label", "name", "email"], redaction::has_key_prefix), &account]);
    let file = first(&["name"], redaction::has_key_prefix);
    CredentialFacts {
        account: first_filled(&[&account, &label, &file]),
        label,
        file,
        provider: first(&["provider", "type"], redaction::has_key_prefix),
        project_id: first(
            &["project_id", "projectId", "gemini_virtual_project", "geminiVirtualProject"],
            redaction::has_key_prefix,
        ),
    }
}

/// Whether an account name is rather an API key.
fn is_key(text: &str) -> bool {
    !text.contains('@') && text.len() <= 512 && redaction::looks_secret(text)
}

/// Fills the empty account fields of an event from what the gateway says of its credential; returns whether
/// anything was filled.
pub fn fill_snapshot(event: &mut UsageEvent, credentials: &CredentialMap) -> bool {
    if event.auth_index.is_empty() {
        return false;
    }
    let Some(facts) = credentials.by_auth_index.get(&event.auth_index) else { return false };
    let filled = facts.fill([
        &mut event.account_snapshot,
        &mut event.auth_label_snapshot,
        &mut event.auth_file_snapshot,
        &mut event.auth_provider_snapshot,
        &mut event.auth_project_id_snapshot,
    ]);
    if filled {
        event.auth_snapshot_at_ms = Some(credentials.read_at_ms).filter(|at_ms| *at_ms > 0);
        // The credential may be the first to say that this is Codex.
        settle_tiers(event);
    }
    filled
}
