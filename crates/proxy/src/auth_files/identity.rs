//! Which credential the panel means.

use http::HeaderMap;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::MutationError;
use crate::{AuthFile, path};

/// Identities in one request.
const MAX_IDENTITIES: usize = 1000;

/// A credential as it was shown. Empty members say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Identity {
    #[serde(deserialize_with = "text")]
    pub(super) name: String,
    #[serde(alias = "runtimeId", deserialize_with = "text")]
    pub(super) runtime_id: String,
    #[serde(alias = "authIndex", deserialize_with = "text")]
    pub(super) auth_index: String,
    #[serde(deserialize_with = "text")]
    pub(super) provider: String,
    #[serde(alias = "accountId", deserialize_with = "text")]
    pub(super) account_id: String,
    #[serde(alias = "accountSnapshot", deserialize_with = "text")]
    pub(super) account_snapshot: String,
}

/// Numbers are taken for texts; null is empty.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null => String::new(),
        _ => return Err(serde::de::Error::custom("a text was expected")),
    })
}

impl Identity {
    /// Whether it says more than a name.
    pub(super) fn is_specific(&self) -> bool {
        [&self.runtime_id, &self.auth_index, &self.provider, &self.account_id, &self.account_snapshot]
            .into_iter()
            .any(|member| !member.is_empty())
    }

    /// Whether a credential fits everything that is said.
    pub(super) fn fits(&self, file: &AuthFile) -> bool {
        let one_of = |said: &str, candidates: &[&str]| said.is_empty() || candidates.contains(&said);
        let loosely = |said: &str, candidates: &[&str]| {
            said.is_empty() || candidates.iter().any(|candidate| candidate.trim().eq_ignore_ascii_case(said))
        };
        one_of(&self.name, &[&file.name, &file.id, file.physical_name()])
            && one_of(&self.runtime_id, &[&file.id])
            && one_of(&self.auth_index, &[&file.auth_index])
            && loosely(&self.provider, &[&file.provider, &file.kind])
            && one_of(&self.account_id, &[file.account_id(), &file.account_id, &file.project_id])
            && loosely(&self.account_snapshot, &[&file.account, &file.email, &file.label, &file.name])
    }

    /// The one credential that fits.
    pub(super) fn find<'a>(&self, files: &'a [AuthFile]) -> Result<&'a AuthFile, MutationError> {
        let mut fitting = files.iter().filter(|file| self.fits(file));
        match (fitting.next(), fitting.next()) {
            (Some(file), None) => Ok(file),
            (Some(_), Some(_)) => Err(MutationError::Ambiguous),
            _ if files.iter().any(|file| self.names(file)) => Err(MutationError::Changed),
            _ => Err(MutationError::NotFound),
        }
    }

    /// Whether the credential carries the name or id, whatever else changed.
    fn names(&self, file: &AuthFile) -> bool {
        [&self.name, &self.runtime_id].into_iter().any(|said| {
            !said.is_empty() && [file.name.as_str(), &file.id, file.physical_name()].contains(&said.as_str())
        })
    }
}

/// Whether the credentials of a file are exactly the ones that were shown. Returns them.
pub(super) fn same_members<'a>(
    shown: &[Identity],
    physical: &str,
    files: &'a [AuthFile],
) -> Result<Vec<&'a AuthFile>, MutationError> {
    let members: Vec<&AuthFile> =
        files.iter().filter(|file| file.physical_name().eq_ignore_ascii_case(physical)).collect();
    if members.is_empty() {
        return Err(MutationError::NotFound);
    }
    let mut left = members.clone();
    for identity in shown {
        let place = left.iter().position(|file| identity.fits(file)).ok_or(MutationError::Changed)?;
        left.swap_remove(place);
    }
    if left.is_empty() { Ok(members) } else { Err(MutationError::Changed) }
}

/// Reads identities from a control header: a percent-encoded JSON array. `None` when the header is absent.
pub(super) fn from_header(headers: &HeaderMap, name: &str) -> Result<Option<Vec<Identity>>, MutationError> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let identities: Vec<Identity> = serde_json::from_slice(&path::decode(value.as_bytes()))
        .map_err(|_| MutationError::BadRequest("a control header holds no list of identities"))?;
    if identities.is_empty() || identities.len() > MAX_IDENTITIES {
        return Err(MutationError::BadRequest("a control header holds no usable number of identities"));
    }
    Ok(Some(identities))
}

/// A control header's plain text, percent-decoded. `None` when it is absent or empty.
pub(super) fn text_header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = path::decode(headers.get(name)?.as_bytes());
    let text = String::from_utf8(value).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn file(id: &str, physical: &str, account: &str) -> AuthFile {
        AuthFile {
            id: id.into(),
            name: id.into(),
            auth_index: format!("index-{id}"),
            provider: "codex".into(),
            path: format!("/auths/{physical}"),
            account: account.into(),
            ..AuthFile::default()
        }
    }

    fn identity(json: &str) -> Identity {
        serde_json::from_str(json).expect("identity")
    }

    #[test]
    fn both_spellings_are_read() {
        let one = identity(
            r#"{"name":"a","runtimeId":"r","authIndex":7,"accountId":null,"accountSnapshot":"s","x":1}"#,
        );
        let two = identity(r#"{"name":"a","runtime_id":"r","auth_index":"7","account_snapshot":" s "}"#);
        assert_eq!(one, two);
        assert!(serde_json::from_str::<Identity>(r#"{"name":["a"]}"#).is_err());
    }

    #[test]
    fn exactly_one_credential_has_to_fit() {
        let files = [file("a", "a.json", "x@y"), file("b", "a.json", "z@y")];
        let find = |json: &str| identity(json).find(&files).map(|file| file.id.clone());
        assert_eq!(find(r#"{"name":"a","accountSnapshot":"X@Y"}"#).expect("found"), "a");
        assert_eq!(find(r#"{"authIndex":"index-b","provider":"CODEX"}"#).expect("found"), "b");
        assert!(matches!(find(r#"{"name":"a.json"}"#), Err(MutationError::Ambiguous)));
        assert!(matches!(find(r#"{"name":"a","accountSnapshot":"z@y"}"#), Err(MutationError::Changed)));
        assert!(matches!(find(r#"{"name":"c"}"#), Err(MutationError::NotFound)));
    }

    #[test]
    fn a_file_has_to_hold_exactly_the_shown_credentials() {
        let files = [file("a", "f.json", ""), file("b", "f.json", ""), file("c", "g.json", "")];
        let shown = |ids: &[&str]| -> Vec<Identity> {
            ids.iter().map(|id| Identity { runtime_id: (*id).into(), ..Identity::default() }).collect()
        };
        assert_eq!(same_members(&shown(&["b", "a"]), "F.json", &files).expect("same").len(), 2);
        assert!(matches!(same_members(&shown(&["a"]), "f.json", &files), Err(MutationError::Changed)));
        assert!(matches!(same_members(&shown(&["a", "a"]), "f.json", &files), Err(MutationError::Changed)));
        assert!(matches!(
            same_members(&shown(&["a", "b", "c"]), "f.json", &files),
            Err(MutationError::Changed)
        ));
        assert!(matches!(same_members(&shown(&["a"]), "none.json", &files), Err(MutationError::NotFound)));
    }

    #[test]
    fn control_headers() {
        let mut headers = HeaderMap::new();
        assert_eq!(from_header(&headers, "x").expect("absent"), None);
        headers.insert("x", HeaderValue::from_static("%5B%7B%22name%22%3A%22%C3%BC%22%7D%5D"));
        assert_eq!(from_header(&headers, "x").expect("read").expect("some")[0].name, "ü");
        for bad in ["", "[]", "{}", "%5B1%5D"] {
            headers.insert("x", HeaderValue::from_static(bad));
            assert!(matches!(from_header(&headers, "x"), Err(MutationError::BadRequest(_))), "{bad}");
        }
        headers.insert("x", HeaderValue::from_static("a%20b.json"));
        assert_eq!(text_header(&headers, "x").as_deref(), Some("a b.json"));
    }
}
