//! Who an account is: the canonical key of a target or of a credential.

use columns::Credential;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dictionary::provider;
use crate::lenient::or_default;

/// What a caller knows of an account. At least one member besides the provider must be given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct AccountTarget {
    /// A canonical key that an earlier answer gave.
    #[serde(deserialize_with = "or_default")]
    pub account_key: String,
    /// Account.
    #[serde(deserialize_with = "or_default")]
    pub account_snapshot: String,
    /// Label.
    #[serde(deserialize_with = "or_default")]
    pub auth_label_snapshot: String,
    /// Auth file.
    #[serde(deserialize_with = "or_default")]
    pub auth_file_snapshot: String,
    /// Provider; required when the target refers to a file.
    #[serde(deserialize_with = "or_default")]
    pub auth_provider_snapshot: String,
    /// Project.
    #[serde(deserialize_with = "or_default")]
    pub auth_project_id_snapshot: String,
    /// The gateway's handle.
    #[serde(deserialize_with = "or_default")]
    pub auth_index: String,
    /// Masked account or key; stands in for the file when it differs from account and label.
    #[serde(deserialize_with = "or_default")]
    pub source: String,
}

/// The parts of an identity, trimmed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity<'a> {
    pub file: &'a str,
    pub index: &'a str,
    pub project: &'a str,
    pub account: &'a str,
    pub label: &'a str,
    pub provider: &'a str,
}

/// The auth file, else the source where it is something else than account and label.
fn file<'a>(file: &'a str, source: &'a str, account: &str, label: &str) -> &'a str {
    let (file, source) = (file.trim(), source.trim());
    if !file.is_empty() {
        file
    } else if source != account.trim() && source != label.trim() {
        source
    } else {
        ""
    }
}

impl<'a> Identity<'a> {
    pub fn of_target(t: &'a AccountTarget) -> Self {
        Self {
            file: file(&t.auth_file_snapshot, &t.source, &t.account_snapshot, &t.auth_label_snapshot),
            index: t.auth_index.trim(),
            project: t.auth_project_id_snapshot.trim(),
            account: t.account_snapshot.trim(),
            label: t.auth_label_snapshot.trim(),
            provider: t.auth_provider_snapshot.trim(),
        }
    }

    pub fn of_credential(c: &'a Credential) -> Self {
        Self {
            file: file(&c.auth_file_snapshot, &c.source, &c.account_snapshot, &c.auth_label_snapshot),
            index: c.auth_index.trim(),
            project: c.auth_project_id_snapshot.trim(),
            account: c.account_snapshot.trim(),
            label: c.auth_label_snapshot.trim(),
            provider: provider(c).trim(),
        }
    }

    pub fn is_empty(&self) -> bool {
        [self.file, self.index, self.project, self.account, self.label].iter().all(|part| part.is_empty())
    }

    /// The key by which history is kept; `None` when nothing is known.
    ///
    /// The most specific pair that is known decides; the provider is part of every kind except file and handle.
    pub fn key(&self) -> Option<String> {
        let provider = normal_provider(self.provider);
        let known = |part: &str| !part.is_empty();
        let with_file = known(self.file);
        let (kind, parts): (&str, Vec<&str>) = if with_file && known(self.index) {
            ("file-index", vec![self.file, self.index])
        } else if with_file && known(self.project) {
            ("file-project", vec![&provider, self.file, self.project])
        } else if with_file && known(self.account) {
            ("file-account", vec![&provider, self.file, self.account])
        } else if with_file && known(self.label) {
            ("file-label", vec![&provider, self.file, self.label])
        } else if with_file {
            ("file", vec![&provider, self.file])
        } else if known(self.index) {
            ("auth-index", vec![&provider, self.index])
        } else if known(self.project) {
            ("project", vec![&provider, self.project])
        } else if known(self.account) {
            ("account", vec![&provider, self.account])
        } else if known(self.label) {
            ("label", vec![&provider, self.label])
        } else {
            return None;
        };
        let parts: Vec<String> = parts.into_iter().map(hex).collect();
        Some(format!("usage-account-history:2:{kind}:{}", parts.join(":")))
    }
}

/// Lower case, `-` for `_`, one name for xAI.
fn normal_provider(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace('_', "-");
    match name.as_str() {
        "x-ai" | "grok" => "xai".to_owned(),
        _ => name,
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect()
}

impl AccountTarget {
    /// Whether anything but a provider is known.
    pub(crate) fn is_known(&self) -> bool {
        !self.account_key.trim().is_empty()
            || !self.source.trim().is_empty()
            || !Identity::of_target(self).is_empty()
    }

    /// The canonical key: made of what is known, else the one that the caller brought.
    pub(crate) fn key(&self) -> Option<String> {
        let given = self.account_key.trim();
        Identity::of_target(self).key().or_else(|| (!given.is_empty()).then(|| given.to_owned()))
    }

    /// Whether recent requests of a credential belong to this target: by file (or source) and handle, in any case of
    /// letters; what the target does not say is not compared.
    pub(crate) fn recent(&self, credential: &Credential) -> bool {
        let (asked, has) = (Identity::of_target(self), Identity::of_credential(credential));
        let same = |asked: &str, has: &str| asked.is_empty() || asked.eq_ignore_ascii_case(has);
        let said = !asked.file.is_empty() || !asked.index.is_empty();
        let file = same(asked.file, has.file) || asked.file.eq_ignore_ascii_case(credential.source.trim());
        said && file && same(asked.index, has.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As recorded from the reference.
    #[test]
    fn keys_are_those_of_the_reference() {
        let target = AccountTarget {
            auth_file_snapshot: "claude-writer@example.org.json".to_owned(),
            auth_index: "707633aeff182a54".to_owned(),
            auth_provider_snapshot: "claude".to_owned(),
            ..AccountTarget::default()
        };
        let expected = "usage-account-history:2:file-index:636C617564652D777269746572406578616D706C652E6F72672E6A736F6E:\
                        37303736333361656666313832613534";
        assert_eq!(target.key().as_deref(), Some(expected));
        let by_index =
            AccountTarget { auth_index: "ffffffffffffffff".to_owned(), ..AccountTarget::default() };
        let expected = "usage-account-history:2:auth-index::66666666666666666666666666666666";
        assert_eq!(by_index.key().as_deref(), Some(expected));
        assert_eq!(
            AccountTarget { auth_provider_snapshot: "x".into(), ..AccountTarget::default() }.key(),
            None
        );
    }

    #[test]
    fn a_source_stands_in_for_a_file_unless_it_is_the_account() {
        let target = |source: &str| AccountTarget {
            source: source.to_owned(),
            account_snapshot: "a".to_owned(),
            auth_provider_snapshot: "X_AI".to_owned(),
            ..AccountTarget::default()
        };
        assert!(target("m:sk").key().is_some_and(|key| key.contains(":file-account:786169:")));
        assert!(target("a").key().is_some_and(|key| key.contains(":account:786169:61")));
    }
}
