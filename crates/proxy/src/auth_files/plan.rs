//! What a change wants, which files it touches, and how it is verified.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, Uri};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::identity::{Identity, from_header, same_members, text_header};
use super::locks::Scope;
use super::{Kind, MutationError, upload};
use crate::path::{decode, encode};
use crate::{AuthFile, ManagementClient};

const MUTATION_IDENTITY: &str = "x-cpamp-auth-file-mutation-identity";
const PHYSICAL_NAME: &str = "x-cpamp-auth-file-physical-name";
const DELETE_IDENTITIES: &str = "x-cpamp-auth-file-delete-identities";
const WRITE_IDENTITIES: &str = "x-cpamp-auth-file-write-identities";
const WRITE_SHA256: &str = "x-cpamp-auth-file-write-content-sha256";
/// Members of this kind are for the manager only.
const OWN_MEMBER: &str = "cpamp_";

/// A change, understood.
#[derive(Debug)]
pub(super) enum Plan {
    /// Nothing to verify; `content` is set when own members had to go.
    Plain { files: Vec<String>, content: Option<Bytes> },
    /// Switching one credential, or all of one file.
    Status { status: Box<Status>, rename: bool },
    /// Fields of one credential.
    Fields { identity: Identity, body: Map<String, Value> },
    /// Deleting a file whose credentials were shown.
    Delete { physical: String, identities: Vec<Identity>, path: String },
    /// Overwriting a file whose content was shown.
    Write { file: String, identities: Vec<Identity>, sha256: String },
}

/// The body of a status change.
#[derive(Debug)]
pub(super) struct Status {
    body: Map<String, Value>,
    identity: Identity,
    /// The file that holds the credential, if the panel said so.
    physical: Option<String>,
    /// All credentials of the file, if the whole file is meant.
    members: Vec<Identity>,
}

/// What a verified change is forwarded with; `None` leaves the part as it was sent.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub(super) content: Option<Bytes>,
    pub(super) uri: Option<Uri>,
}

impl Plan {
    pub(super) fn make(kind: Kind, parts: &Parts, content: &Bytes) -> Result<Self, MutationError> {
        match kind {
            Kind::Status => Self::status(content, true),
            Kind::Plain => Self::status(content, false),
            Kind::Fields => Self::fields(&parts.headers, content),
            Kind::Delete => Self::delete(parts),
            Kind::Write => Self::write(parts, content),
        }
    }

    fn status(content: &Bytes, rename: bool) -> Result<Self, MutationError> {
        let Some(mut body) = object(content) else { return Ok(Self::Plain { files: vec![], content: None }) };
        let own = take_own(&mut body);
        if !body.contains_key("disabled") {
            return Ok(Self::Plain { files: vec![], content: Some(to_bytes(&body)) });
        }
        let bad = |_| MutationError::BadRequest("a member that names the credential has the wrong type");
        let text = |value: Option<&Value>| -> Result<String, MutationError> {
            let value = serde_json::json!({ "name": value.cloned().unwrap_or(Value::Null) });
            Ok(serde_json::from_value::<Identity>(value).map_err(bad)?.name)
        };
        let identity = Identity {
            name: text(body.get("name"))?,
            auth_index: text(body.get("auth_index"))?,
            runtime_id: text(own.get("cpamp_runtime_id"))?,
            provider: text(own.get("cpamp_provider"))?,
            account_id: text(own.get("cpamp_account_id"))?,
            account_snapshot: text(own.get("cpamp_account_snapshot"))?,
        };
        let physical = [text(own.get("cpamp_physical_name"))?, text(own.get("cpamp_source_file"))?];
        let physical = physical.into_iter().find(|name| !name.is_empty());
        let members = match own.get("cpamp_source_identities") {
            None | Some(Value::Null) => vec![],
            Some(list) => serde_json::from_value(list.clone()).map_err(bad)?,
        };
        let status = Box::new(Status { body, identity, physical, members });
        Ok(Self::Status { status, rename })
    }

    fn fields(headers: &HeaderMap, content: &Bytes) -> Result<Self, MutationError> {
        let identities = from_header(headers, MUTATION_IDENTITY)?;
        let body = object(content).map(|mut body| {
            take_own(&mut body);
            body
        });
        match (identities, body) {
            (None, body) => Ok(Self::Plain { files: vec![], content: body.as_ref().map(to_bytes) }),
            (Some(identities), Some(body)) => {
                let [identity] = <[Identity; 1]>::try_from(identities)
                    .map_err(|_| MutationError::BadRequest("exactly one identity is expected"))?;
                Ok(Self::Fields { identity, body })
            }
            (Some(_), None) => Err(MutationError::BadRequest("the body is no JSON object")),
        }
    }

    fn delete(parts: &Parts) -> Result<Self, MutationError> {
        let physical = text_header(&parts.headers, PHYSICAL_NAME);
        let Some(identities) = from_header(&parts.headers, DELETE_IDENTITIES)? else {
            return Ok(Self::Plain { files: physical.into_iter().collect(), content: None });
        };
        let physical = match physical {
            Some(physical) => physical,
            None => query_value(&parts.uri, "name")
                .ok_or(MutationError::BadRequest("a verified deletion needs the file's name"))?,
        };
        Ok(Self::Delete { physical, identities, path: parts.uri.path().to_owned() })
    }

    fn write(parts: &Parts, content: &Bytes) -> Result<Self, MutationError> {
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let files = if kind.trim_start().to_ascii_lowercase().starts_with("multipart/") {
            upload::file_names(kind, content).unwrap_or_default()
        } else {
            query_value(&parts.uri, "name").into_iter().collect()
        };
        let identities = from_header(&parts.headers, WRITE_IDENTITIES)?;
        let sha256 = text_header(&parts.headers, WRITE_SHA256).map(|text| text.to_ascii_lowercase());
        match (identities, sha256) {
            (None, None) => Ok(Self::Plain { files, content: None }),
            (Some(identities), Some(sha256)) => {
                if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err(MutationError::BadRequest(
                        "the content hash is not a SHA-256 in hexadecimal",
                    ));
                }
                let [file] = <[String; 1]>::try_from(files)
                    .map_err(|_| MutationError::BadRequest("a verified write names exactly one file"))?;
                Ok(Self::Write { file, identities, sha256 })
            }
            _ => Err(MutationError::BadRequest("a verified write needs identities and the content hash")),
        }
    }

    /// Which files the change touches; without a sure name, all.
    pub(super) fn locks(&self) -> Scope {
        let one = |name: &str| Scope::Files(vec![name.to_owned()]);
        match self {
            Self::Plain { files, .. } if files.is_empty() => Scope::All,
            Self::Plain { files, .. } => Scope::Files(files.clone()),
            Self::Status { status, .. } => status.physical.as_deref().map_or(Scope::All, one),
            Self::Fields { .. } => Scope::All,
            Self::Delete { physical, .. } => one(physical),
            Self::Write { file, .. } => one(file),
        }
    }

    /// Asks the gateway and says what to forward.
    pub(super) async fn verify(self, management: &ManagementClient) -> Result<Change, MutationError> {
        match self {
            Self::Plain { content, .. } => Ok(Change { content, uri: None }),
            Self::Status { status, rename } => status.verify(&list(management).await?, rename),
            Self::Fields { identity, mut body } => {
                let files = list(management).await?;
                body.insert("name".into(), identity.find(&files)?.id.clone().into());
                Ok(Change { content: Some(to_bytes(&body)), uri: None })
            }
            Self::Delete { physical, identities, path } => {
                let files = list(management).await?;
                // The name in the gateway's own spelling.
                let name = same_members(&identities, &physical, &files)?[0].physical_name().to_owned();
                let uri = format!("{path}?name={}", encode(&name)).parse::<PathAndQuery>();
                let uri = uri.map_err(|_| MutationError::BadRequest("the file's name cannot be sent"))?;
                // A body could name further files.
                Ok(Change { content: Some(Bytes::new()), uri: Some(uri.into()) })
            }
            Self::Write { file, identities, sha256 } => {
                let files = list(management).await?;
                let name = same_members(&identities, &file, &files)?[0].physical_name().to_owned();
                let content = management.download_auth_file(&name).await.map_err(MutationError::Check)?;
                let found: String =
                    Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
                if found == sha256 { Ok(Change::default()) } else { Err(MutationError::Changed) }
            }
        }
    }
}

impl Status {
    fn verify(mut self, files: &[AuthFile], rename: bool) -> Result<Change, MutationError> {
        if !self.members.is_empty() {
            let physical = self.physical.clone().unwrap_or_else(|| self.identity.name.clone());
            let members = same_members(&self.members, &physical, files)?;
            let only = if let [only] = members.as_slice() { Some(*only) } else { None };
            return Ok(self.change(only, rename));
        }
        let named_many =
            self.body.get("names").and_then(Value::as_array).is_some_and(|names| names.len() > 1);
        if named_many && !self.identity.is_specific() {
            return Ok(self.change_nothing());
        }
        match self.identity.find(files) {
            Ok(file) => {
                let other_file = |physical: &str| !file.physical_name().eq_ignore_ascii_case(physical);
                if self.physical.as_deref().is_some_and(other_file) {
                    return Err(MutationError::Changed);
                }
                Ok(self.change(Some(file), rename))
            }
            // A bare name may be the id of a key in the gateway's configuration, which this list does not hold.
            Err(MutationError::NotFound) if !self.identity.is_specific() && self.physical.is_none() => {
                Ok(self.change_nothing())
            }
            Err(error) => Err(error),
        }
    }

    /// Names one credential, or (without one) the whole file as it was named.
    fn change(&mut self, file: Option<&AuthFile>, rename: bool) -> Change {
        match file {
            Some(file) => {
                if rename {
                    self.body.insert("name".into(), file.id.clone().into());
                }
                match file.auth_index.as_str() {
                    "" => self.body.shift_remove("auth_index"),
                    index => self.body.insert("auth_index".into(), index.into()),
                };
            }
            None => {
                self.body.shift_remove("auth_index");
            }
        }
        self.change_nothing()
    }

    fn change_nothing(&self) -> Change {
        Change { content: Some(to_bytes(&self.body)), uri: None }
    }
}

async fn list(management: &ManagementClient) -> Result<Vec<AuthFile>, MutationError> {
    Ok(management.get_auth_files().await.map_err(MutationError::Check)?.value)
}

fn object(content: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(content).ok()
}

fn to_bytes(body: &Map<String, Value>) -> Bytes {
    // Values that were read from JSON can be written as JSON.
    serde_json::to_vec(body).unwrap_or_default().into()
}

/// Takes the manager's own members out of a body.
fn take_own(body: &mut Map<String, Value>) -> Map<String, Value> {
    let names: Vec<String> = body.keys().filter(|name| name.starts_with(OWN_MEMBER)).cloned().collect();
    names.into_iter().filter_map(|name| body.shift_remove(&name).map(|value| (name, value))).collect()
}

/// The first value of a query parameter, decoded.
fn query_value(uri: &Uri, wanted: &str) -> Option<String> {
    uri.query()?.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let value = String::from_utf8(decode(value.replace('+', " ").as_bytes())).ok()?;
        (name == wanted && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn files() -> Vec<AuthFile> {
        let file = |id: &str, name: &str, path: &str, index: &str| AuthFile {
            id: id.into(),
            name: name.into(),
            path: path.into(),
            auth_index: index.into(),
            provider: "codex".into(),
            ..AuthFile::default()
        };
        vec![
            file("run-1", "one.json", "/auths/one.json", "i1"),
            file("run-2", "two#a", "/auths/two.json", "i2"),
            file("run-3", "two#b", "/auths/two.json", ""),
        ]
    }

    fn status(body: &str, rename: bool) -> Result<String, MutationError> {
        match Plan::status(&Bytes::from(body.to_owned()), rename)? {
            Plan::Status { status, rename } => {
                let change = status.verify(&files(), rename)?;
                Ok(String::from_utf8(change.content.expect("content").to_vec()).expect("text"))
            }
            Plan::Plain { content, .. } => Ok(content
                .map(|content| String::from_utf8(content.to_vec()).expect("text"))
                .unwrap_or_default()),
            other => panic!("unexpected plan {other:?}"),
        }
    }

    #[test]
    fn a_status_change_names_the_credential_by_its_runtime_id() {
        let body = r#"{"name":"one.json","disabled":true,"cpamp_provider":"codex","cpamp_physical_name":"one.json"}"#;
        assert_eq!(status(body, true).expect("one"), r#"{"name":"run-1","disabled":true,"auth_index":"i1"}"#);
        assert_eq!(
            status(body, false).expect("one"),
            r#"{"name":"one.json","disabled":true,"auth_index":"i1"}"#
        );
        let by_index = r#"{"name":"two.json","auth_index":"i2","disabled":false}"#;
        assert_eq!(
            status(by_index, true).expect("two"),
            r#"{"name":"run-2","auth_index":"i2","disabled":false}"#
        );
        let stale = r#"{"name":"two#b","auth_index":null,"disabled":false}"#;
        assert_eq!(status(stale, true).expect("three"), r#"{"name":"run-3","disabled":false}"#);
    }

    #[test]
    fn doubtful_status_changes_are_refused() {
        let error = |body: &str| status(body, true).expect_err(body);
        assert!(matches!(error(r#"{"name":"two.json","disabled":true}"#), MutationError::Ambiguous));
        let moved = r#"{"name":"one.json","disabled":true,"cpamp_runtime_id":"run-9"}"#;
        assert!(matches!(error(moved), MutationError::Changed));
        let gone = r#"{"name":"nine.json","disabled":true,"cpamp_provider":"codex"}"#;
        assert!(matches!(error(gone), MutationError::NotFound));
        let elsewhere = r#"{"name":"one.json","disabled":true,"cpamp_source_file":"two.json"}"#;
        assert!(matches!(error(elsewhere), MutationError::Changed));
        assert!(matches!(error(r#"{"name":{},"disabled":true}"#), MutationError::BadRequest(_)));
    }

    #[test]
    fn a_whole_file_is_switched_when_it_holds_what_was_shown() {
        let body = |members: &str| {
            format!(
                r#"{{"name":"two.json","disabled":true,"cpamp_source_file":"two.json","cpamp_source_identities":{members}}}"#
            )
        };
        let whole = status(&body(r#"[{"runtime_id":"run-2"},{"runtime_id":"run-3"}]"#), true).expect("whole");
        assert_eq!(whole, r#"{"name":"two.json","disabled":true}"#);
        assert!(matches!(status(&body(r#"[{"runtime_id":"run-2"}]"#), true), Err(MutationError::Changed)));
    }

    #[test]
    fn names_outside_the_list_and_other_bodies_pass() {
        let config_key = r#"{"name":"gemini:apikey:1","disabled":true}"#;
        assert_eq!(status(config_key, true).expect("config key"), config_key);
        assert_eq!(status(r#"{"note":"x","cpamp_y":1}"#, false).expect("no switch"), r#"{"note":"x"}"#);
        assert_eq!(status("not json", true).expect("passes"), "");
    }

    fn parts(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("request").into_parts().0
    }

    #[test]
    fn locks_are_per_file_where_the_file_is_known() {
        let files = |names: &[&str]| Scope::Files(names.iter().map(|name| (*name).to_owned()).collect());
        let plan = |kind, parts: &Parts, body: &str| Plan::make(kind, parts, &Bytes::from(body.to_owned()));
        let none = parts("/", &[]);
        let locks = |kind, parts: &Parts, body: &str| plan(kind, parts, body).expect("plan").locks();
        assert_eq!(locks(Kind::Status, &none, r#"{"name":"a","disabled":true}"#), Scope::All);
        let known = r#"{"name":"a","disabled":true,"cpamp_physical_name":"a.json"}"#;
        assert_eq!(locks(Kind::Status, &none, known), files(&["a.json"]));
        assert_eq!(locks(Kind::Fields, &none, "{}"), Scope::All);
        assert_eq!(locks(Kind::Delete, &parts("/x?name=a.json", &[]), ""), Scope::All);
        assert_eq!(locks(Kind::Delete, &parts("/x?all=true", &[]), ""), Scope::All);
        let named = parts("/x?name=a.json", &[(PHYSICAL_NAME, "a.json")]);
        assert_eq!(locks(Kind::Delete, &named, ""), files(&["a.json"]));
        let raw = parts("/x?name=b%20c.json", &[("content-type", "application/json")]);
        assert_eq!(locks(Kind::Write, &raw, "{}"), files(&["b c.json"]));
        let odd = parts("/x", &[("content-type", "multipart/form-data")]);
        assert_eq!(locks(Kind::Write, &odd, "broken"), Scope::All);
    }

    #[test]
    fn control_headers_have_to_fit_together() {
        let plan = |kind, headers: &[(&str, &str)]| {
            Plan::make(kind, &parts("/x?name=a.json", headers), &Bytes::from_static(b"{\"name\":\"a\"}"))
        };
        let one = "%5B%7B%22name%22%3A%22a.json%22%7D%5D";
        let hash = "a".repeat(64);
        assert!(matches!(plan(Kind::Write, &[(WRITE_IDENTITIES, one)]), Err(MutationError::BadRequest(_))));
        assert!(matches!(
            plan(Kind::Write, &[(WRITE_IDENTITIES, one), (WRITE_SHA256, "abc")]),
            Err(MutationError::BadRequest(_))
        ));
        let write = plan(Kind::Write, &[(WRITE_IDENTITIES, one), (WRITE_SHA256, &hash)]);
        assert!(matches!(write, Ok(Plan::Write { .. })));
        assert!(matches!(plan(Kind::Delete, &[(DELETE_IDENTITIES, one)]), Ok(Plan::Delete { .. })));
        assert!(matches!(plan(Kind::Fields, &[(MUTATION_IDENTITY, one)]), Ok(Plan::Fields { .. })));
        let two = "%5B%7B%7D%2C%7B%7D%5D";
        assert!(matches!(plan(Kind::Fields, &[(MUTATION_IDENTITY, two)]), Err(MutationError::BadRequest(_))));
    }
}
