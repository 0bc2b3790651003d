//! Rules about source files: size, nothing left undone, nothing switched off, no paths of one machine, pure crates
//! stay pure, links lead somewhere.

use std::path::Path;

use anyhow::Result;

use super::Complaint;
use crate::repo;

/// Lines that a hand-written source file may have.
const SOURCE_LINES: usize = 500;

/// Lines that a test file may have: tables of cases are long.
const TEST_LINES: usize = 700;

/// Endings of the files whose size is limited.
const SIZED: &[&str] = &["rs", "ts", "tsx", "css", "mjs"];

/// Endings of the files that are read as text.
const TEXT: &[&str] = &[
    "rs", "ts", "tsx", "css", "mjs", "md", "toml", "yaml", "yml", "sh", "json", "html", "sql", "txt", "run",
];

/// Crates that do no input or output and read no clock: time and randomness are parameters.
const PURE: &[&str] = &["model", "redaction", "normaliser", "pricing", "columns", "analytics"];

/// What a pure crate does not mention outside its tests.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread::sleep",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "rand::rng",
    "getrandom::",
    "tokio::",
];

/// Recorded data is kept as it was recorded.
const RECORDED: &str = "tests/fixtures/";

pub fn complaints(files: &[String]) -> Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|f| !f.starts_with(RECORDED)) {
        let ending = Path::new(file).extension().map_or(file.as_str(), |e| e.to_str().unwrap_or_default());
        let known = TEXT.contains(&ending) || file == ".ci/run" || file.starts_with("deploy/");
        if !known || file.ends_with("package-lock.json") {
            continue;
        }
        let text = repo::read(file)?;
        if SIZED.contains(&ending) {
            complaints.extend(size(file, &text));
        }
        complaints.extend(unfinished(file, &text));
        complaints.extend(local_paths(file, &text));
        complaints.extend(impure(file, &text));
        if ending == "md" {
            complaints.extend(dead_links(file, &text, files));
        }
    }
    Ok(complaints)
}

fn is_test(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    file.starts_with("tests/")
        || ["/tests/", "/e2e/", "/benches/"].iter().any(|folder| file.contains(folder))
        || name.contains(".test.")
        || name.contains(".spec.")
        || name.ends_with("tests.rs")
}

/// Whether a program wrote the file; it says so in its first lines.
fn is_generated(text: &str) -> bool {
    text.lines()
        .take(5)
        .any(|l| ["Do not edit", "Made by ", "auto-generated"].iter().any(|mark| l.contains(mark)))
}

fn size(file: &str, text: &str) -> Option<Complaint> {
    let limit = if is_test(file) { TEST_LINES } else { SOURCE_LINES };
    let lines = text.lines().count();
    (lines > limit && !is_generated(text))
        .then(|| format!("{file}: {lines} lines; {limit} are allowed: split it"))
}

/// Stubs and tests that are switched off.
fn unfinished(file: &str, text: &str) -> Vec<Complaint> {
    let marks: &[&str] = match Path::new(file).extension().and_then(|e| e.to_str()) {
        Some("rs") => &["todo!(", "unimplemented!(", "#[ignore"],
        Some("ts" | "tsx" | "mjs") => {
            &["it.skip(", "test.skip(", "describe.skip(", "it.only(", "test.only(", "it.todo("]
        }
        _ => &[],
    };
    // This file names the marks itself.
    if file == "xtask/src/tidy/sources.rs" {
        return Vec::new();
    }
    find(file, text, marks, "is left undone or switched off")
}

/// Absolute paths that exist on the machine of whoever wrote them.
fn local_paths(file: &str, text: &str) -> Vec<Complaint> {
    // In two parts, or this line would be its own complaint.
    let local = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/Use", "rs/"), concat!("/home", "/")];
    // The gateway's own folder, inside its container.
    let text = text.replace(concat!("/ro", "ot/.cli-proxy-api"), "");
    find(file, &text, &local, "is a path of one machine")
}

fn impure(file: &str, text: &str) -> Vec<Complaint> {
    let pure = PURE.iter().any(|name| file.starts_with(&format!("crates/{name}/src/")));
    if !pure || is_test(file) || !file.ends_with(".rs") {
        return Vec::new();
    }
    // Tests beside the code may read fixtures.
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    find(file, code, IMPURE, "does not belong in a pure crate")
}

fn find(file: &str, text: &str, marks: &[&str], why: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if let Some(mark) = marks.iter().find(|mark| line.contains(**mark)) {
            complaints.push(format!("{file}:{}: `{mark}` {why}", at + 1));
        }
    }
    complaints
}

/// Links of a page to files that are not there.
fn dead_links(file: &str, text: &str, files: &[String]) -> Vec<Complaint> {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut complaints = Vec::new();
    for piece in text.split("](").skip(1) {
        let target = piece.split([')', '#', ' ']).next().unwrap_or_default();
        if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
            continue;
        }
        let wanted = resolve(folder, target.trim_end_matches('/'));
        let there = files.iter().any(|f| *f == wanted || f.starts_with(&format!("{wanted}/")));
        if !there && !is_generated(text) {
            complaints.push(format!("{file}: the link to {target} leads nowhere"));
        }
    }
    complaints
}

/// A relative link, as a path from the root.
fn resolve(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_are_split_unless_generated() {
        let long = "x\n".repeat(SOURCE_LINES + 1);
        assert!(size("crates/a/src/lib.rs", &long).is_some());
        assert!(size("crates/a/tests/all.rs", &long).is_none());
        assert!(size("panel/src/api/schema.ts", &format!("// Made by a script.\n{long}")).is_none());
    }

    #[test]
    fn stubs_and_skipped_tests_are_found() {
        assert_eq!(unfinished("src/a.rs", "fn a() {\n    todo!()\n}").len(), 1);
        assert_eq!(unfinished("panel/src/a.test.ts", "it.skip('x')").len(), 1);
        assert!(unfinished("docs/a.md", "todo!()").is_empty());
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        let path = format!("see {}main", concat!("/wo", "rk/"));
        assert_eq!(local_paths("docs/a.md", &path).len(), 1);
        assert!(local_paths("docs/a.md", "framework/main, /data").is_empty());
    }

    #[test]
    fn pure_crates_read_no_clock() {
        let code = "fn now() { SystemTime::now(); }";
        assert_eq!(impure("crates/model/src/lib.rs", code).len(), 1);
        assert!(impure("crates/store/src/lib.rs", code).is_empty());
        assert!(impure("crates/model/src/lib.rs", &format!("#[cfg(test)]\n{code}")).is_empty());
    }

    #[test]
    fn links_are_followed() {
        let files = ["docs/a.md".to_owned(), "README.md".to_owned()];
        assert!(
            dead_links("docs/b.md", "[a](a.md#x) [r](../README.md) [w](https://example.org)", &files)
                .is_empty()
        );
        assert_eq!(dead_links("README.md", "[a](docs/z.md)", &files).len(), 1);
    }
}
