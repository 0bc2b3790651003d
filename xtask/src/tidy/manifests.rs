//! Rules about manifests: shared lints, one shared version per dependency with a reason, nothing unused, no
//! download addresses in lock files.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Complaint;
use crate::repo;

pub fn complaints(files: &[String]) -> Result<Vec<Complaint>> {
    let mut complaints = reasons(&repo::read("Cargo.toml")?);
    let metadata = repo::metadata(false)?;
    for package in metadata["packages"].as_array().context("cargo metadata lists packages")? {
        complaints.extend(of_package(package, files)?);
    }
    for lock in files.iter().filter(|f| f.ends_with("package-lock.json")) {
        if repo::read(lock)?.contains("\"resolved\"") {
            complaints.push(format!(
                "{lock}: names where packages were downloaded; set omit-lockfile-registry-resolved"
            ));
        }
    }
    Ok(complaints)
}

fn of_package(package: &Value, files: &[String]) -> Result<Vec<Complaint>> {
    let name = package["name"].as_str().unwrap_or_default();
    let manifest_path = package["manifest_path"].as_str().unwrap_or_default();
    let manifest = std::fs::read_to_string(manifest_path)?;
    let mut complaints = Vec::new();
    if !has_setting(&manifest, "[lints]", "workspace = true") {
        complaints.push(format!("{name}: its Cargo.toml lacks `[lints] workspace = true`"));
    }
    let publishes = package["publish"].as_array().is_none_or(|registries| !registries.is_empty());
    if publishes {
        complaints.push(format!("{name}: its Cargo.toml lacks `publish = false`"));
    }
    let root = repo::root();
    let folder = std::path::Path::new(manifest_path).parent().context("a manifest lies in a folder")?;
    let folder = folder.strip_prefix(&root).map_or_else(|_| String::new(), |f| f.display().to_string());
    let own = |file: &&String| {
        let inside = file.strip_prefix(&folder).map(|rest| rest.trim_start_matches('/'));
        file.ends_with(".rs")
            && inside.is_some_and(|rest| {
                rest == "build.rs"
                    || ["src/", "tests/", "benches/", "examples/"].iter().any(|f| rest.starts_with(f))
            })
    };
    let mut code = String::new();
    for file in files.iter().filter(own) {
        code.push_str(&repo::read(file)?);
    }
    for dependency in package["dependencies"].as_array().map_or(&[][..], Vec::as_slice) {
        let used = dependency["rename"].as_str().or(dependency["name"].as_str()).unwrap_or_default();
        if !mentions(&code, &used.replace('-', "_")) {
            complaints.push(format!("{name}: the dependency {used} is used nowhere"));
        }
    }
    Ok(complaints)
}

/// Whether a section of a manifest holds a line.
fn has_setting(manifest: &str, section: &str, setting: &str) -> bool {
    let mut lines = manifest.lines().skip_while(|l| l.trim() != section).skip(1);
    lines.by_ref().take_while(|l| !l.starts_with('[')).any(|l| l.trim() == setting)
}

/// Whether code mentions a crate: as a whole word.
fn mentions(code: &str, word: &str) -> bool {
    let part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word).any(|(at, _)| {
        !part_of_word(code[..at].chars().next_back()) && !part_of_word(code[at + word.len()..].chars().next())
    })
}

/// Every shared dependency stands in a block that begins with a comment saying what it is for.
fn reasons(manifest: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut explained = false;
    let lines = manifest.lines().skip_while(|l| l.trim() != "[workspace.dependencies]").skip(1);
    for line in lines.take_while(|l| !l.starts_with('[')) {
        if line.starts_with('#') {
            explained = true;
        } else if line.trim().is_empty() {
            explained = false;
        } else if let Some((name, _)) = line.split_once('=')
            && !explained
            && !line.contains('#')
        {
            complaints.push(format!("Cargo.toml: no comment says what {} is for", name.trim()));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_needs_a_reason() {
        let manifest = "[workspace.dependencies]\n# JSON\nserde = \"1\"\nserde_json = \"1\"\n\nurl = \"2\"\n[x]\ny = 1\n";
        assert_eq!(reasons(manifest), ["Cargo.toml: no comment says what url is for"]);
    }

    #[test]
    fn sections_are_told_apart() {
        assert!(has_setting("[a]\nx = 1\n\n[lints]\nworkspace = true\n", "[lints]", "workspace = true"));
        assert!(!has_setting("[lints]\n\n[a]\nworkspace = true\n", "[lints]", "workspace = true"));
    }

    #[test]
    fn a_crate_is_mentioned_as_a_word() {
        assert!(mentions("use http::Uri;", "http"));
        assert!(!mentions("use http_body::Body; let https = 1;", "http"));
    }
}
