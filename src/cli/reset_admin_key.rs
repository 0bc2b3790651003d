//! `reset-admin-key`: a new admin key for people who lost the old one.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use store::{AuditAction, AuditActor, AuditChange, AuditEntry};
use vault::{AdminCredential, CredentialSource, SecretString};
use zeroize::Zeroizing;

use super::place::{self, Place};
use super::{Problem, print, remark};
use crate::{admin_credential, clock};

/// The largest key file, bytes.
const MAX_FILE_BYTES: u64 = 4096;

/// Flags of `reset-admin-key`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The new key. Other users of this machine can see it while the command runs; prefer --admin-key-file.
    #[arg(long, value_name = "KEY", conflicts_with = "admin_key_file", allow_hyphen_values = true)]
    admin_key: Option<String>,
    /// A file with the new key.
    #[arg(long, value_name = "PATH")]
    admin_key_file: Option<PathBuf>,
}

/// Stores a given or a new key, and prints a new one.
pub fn run(arguments: Arguments) -> Result<(), Problem> {
    let given = match (arguments.admin_key, &arguments.admin_key_file) {
        (Some(key), _) => Some(SecretString::from(key)),
        (None, Some(path)) => Some(read_key(path)?),
        (None, None) => None,
    };
    if given.as_ref().is_some_and(SecretString::is_blank) {
        return Err(Problem::new("the new admin key is empty"));
    }
    let opened = place::open_beside(&arguments.place.database()?)?;
    let (key, source) = match &given {
        Some(key) => (key.trimmed(), CredentialSource::Cli),
        None => (vault::generate_admin_key().map_err(Problem::from_error)?, CredentialSource::CliGenerated),
    };
    let mut credential =
        AdminCredential::create(&key, source, clock::now_ms()).map_err(Problem::from_error)?;
    // A damaged old credential is what this command repairs, so it is no reason to stop.
    if let Ok(Some(previous)) = admin_credential::load(&opened.store) {
        credential = credential.replacing(&previous);
    }
    let chosen = if given.is_some() { "given" } else { "generated" };
    let entry = AuditEntry::new(AuditActor::COMMAND_LINE, AuditAction::AdminKeyReset);
    let entry = entry.with(AuditChange::fact("admin_key", "changed")).fact("key_origin", chosen);
    store::wait(admin_credential::decide(&opened.store, &credential, entry)).map_err(place::failed)?;
    opened.store.close();

    let mut text = "Admin key has been reset.\n".to_owned();
    if given.is_none() {
        text.push_str(&format!("New admin key: {}\nKeep it safe; it is not shown again.\n", key.expose()));
    }
    if opened.lock.is_none() {
        text.push_str(
            "The running manager takes it over within a few seconds; everybody has to log in again.\n",
        );
    } else if given.is_some() {
        text.push_str("Start the manager and log in with the new key.\n");
    }
    if given.as_ref().is_some_and(vault::is_weak_admin_key) {
        remark("warning: this admin key is short or repetitive and can be guessed");
    }
    print(&text)
}

fn read_key(path: &Path) -> Result<SecretString, Problem> {
    let failed = |error: std::io::Error| Problem::new(format!("cannot read {}: {error}", path.display()));
    let mut text = Zeroizing::new(String::new());
    fs::File::open(path).map_err(failed)?.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(failed)?;
    Ok(SecretString::from(text.trim()))
}
