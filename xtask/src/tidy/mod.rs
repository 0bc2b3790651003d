//! The house rules that a machine can check. Each rule returns sentences that say what is wrong, and where.

mod compose;
mod crates;
mod manifests;
mod sources;

use anyhow::{Result, bail};

use crate::{repo, say};

/// A broken rule: where, and what.
pub type Complaint = String;

/// `cargo xtask tidy`.
pub fn command() -> Result<()> {
    let files = repo::files()?;
    let rules: [(&str, Vec<Complaint>); 4] = [
        ("who may know whom", crates::complaints()?),
        ("manifests", manifests::complaints(&files)?),
        ("sources", sources::complaints(&files)?),
        ("compose file", compose::complaints()?),
    ];
    let mut broken = 0;
    for (rule, complaints) in rules {
        say::line(&format!("{rule}: {}", if complaints.is_empty() { "kept" } else { "BROKEN" }));
        for complaint in &complaints {
            say::line(&format!("  {complaint}"));
        }
        broken += complaints.len();
    }
    if broken > 0 {
        bail!("{broken} house rules are broken");
    }
    Ok(())
}
