//! Third-party notices: the licences of everything that is linked into the program, from cargo's metadata and the
//! texts that the packages bring; the panel's are made by its own script.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::generated::{npm_generates, write_or_check};
use crate::{panel, prices, process, repo, say};

/// Where the notices of the program are kept.
const NOTICES: &str = "THIRD-PARTY-RUST.md";

/// The package whose dependencies are the program's.
const PRODUCT: &str = "cpa-manager-plus";

/// What one package says about its licence.
pub struct Package {
    pub name: String,
    pub version: String,
    pub licence: String,
    pub texts: Vec<String>,
}

/// `cargo xtask notices [--check]`.
pub fn command(check: bool) -> Result<()> {
    say::heading("third-party notices");
    // The texts lie in the packages' sources, those for other systems too.
    process::run(&mut repo::cargo(["fetch", "--locked"]))?;
    let metadata = repo::metadata(true)?;
    let mut packages = linked(&metadata)?;
    packages.push(prices::notice()?);
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    let without: Vec<&str> =
        packages.iter().filter(|p| p.texts.is_empty()).map(|p| p.name.as_str()).collect();
    if !without.is_empty() {
        say::line(&format!("no licence text in the packages of: {}", without.join(", ")));
    }
    write_or_check(NOTICES, &document(&packages), check, "cargo xtask notices")?;
    panel::install()?;
    npm_generates("notices", check)
}

/// Every package of others that ends up in the program, on any system that we ship for.
fn linked(metadata: &Value) -> Result<Vec<Package>> {
    let list = |value: &Value, name: &str| -> Result<Vec<Value>> {
        Ok(value[name].as_array().with_context(|| format!("cargo metadata has no `{name}`"))?.clone())
    };
    let packages: BTreeMap<String, Value> =
        list(metadata, "packages")?.into_iter().map(|p| (text(&p["id"]), p)).collect();
    let nodes: BTreeMap<String, Value> =
        list(&metadata["resolve"], "nodes")?.into_iter().map(|n| (text(&n["id"]), n)).collect();
    let start =
        packages.iter().find(|(_, p)| p["name"] == PRODUCT).context("the product is not in the workspace")?;
    let mut seen = BTreeSet::from([start.0.clone()]);
    let mut waiting = vec![start.0.clone()];
    while let Some(id) = waiting.pop() {
        for dependency in list(&nodes[&id], "deps")? {
            let linked = list(&dependency, "dep_kinds")?.iter().any(|kind| kind["kind"].is_null());
            let id = text(&dependency["pkg"]);
            // A procedural macro runs in the compiler; neither it nor what it uses is in the program.
            if linked && !is_macro(&packages[&id]) && seen.insert(id.clone()) {
                waiting.push(id);
            }
        }
    }
    // Packages without a source are our own.
    let others = seen.iter().map(|id| &packages[id]).filter(|p| !p["source"].is_null());
    let mut found = others.map(describe).collect::<Result<Vec<Package>>>()?;
    found.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(found)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn is_macro(package: &Value) -> bool {
    let targets = package["targets"].as_array().map_or(&[][..], Vec::as_slice);
    targets.iter().any(|t| t["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|k| k == "proc-macro")))
}

fn describe(package: &Value) -> Result<Package> {
    let manifest = text(&package["manifest_path"]);
    let folder = Path::new(&manifest).parent().context("a manifest lies in a folder")?;
    let licence = package["license"].as_str().unwrap_or("see the text below").replace('/', " OR ");
    Ok(Package {
        name: text(&package["name"]),
        version: text(&package["version"]),
        texts: licence_texts(folder, &licence)?,
        licence,
    })
}

/// Licences of libraries in C that packages bring along under terms of their own.
const BUNDLED: [&str; 1] = ["jemalloc/COPYING"];

/// The licence texts of a package. Where MIT is one of several choices, MIT is what we choose, and the notice.
fn licence_texts(folder: &Path, licence: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let upper = name.to_uppercase();
        let prefixes = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];
        if entry.file_type()?.is_file()
            && prefixes.iter().any(|p| upper.starts_with(p))
            && !upper.ends_with(".RS")
        {
            names.push(name);
        }
    }
    names.sort();
    let is_mit = |name: &String| name.to_uppercase().contains("MIT");
    if licence.contains("MIT") && licence.contains(" OR ") && names.iter().any(is_mit) {
        names.retain(|name| is_mit(name) || name.to_uppercase().starts_with("NOTICE"));
    }
    names.extend(BUNDLED.iter().filter(|name| folder.join(name).is_file()).map(|name| (*name).to_owned()));
    let read = |name: &String| -> Result<String> {
        let bytes = std::fs::read(folder.join(name))?;
        let lines = String::from_utf8_lossy(&bytes).replace('\r', "");
        Ok(lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned())
    };
    names.iter().map(read).filter(|text| text.as_ref().map_or(true, |t| !t.is_empty())).collect()
}

/// The page: a list of packages, then each different text once, with the packages that it belongs to.
fn document(packages: &[Package]) -> String {
    let mut out = String::from(
        "# Third-party notices of the program\n\n\
         The binary `cpa-manager-plus` contains code or data of these packages. Made by `cargo xtask notices`.\n\
         Where a package offers several licences, MIT is chosen if it is among them.\n\
         The SQLite library inside `libsqlite3-sys` is in the public domain.\n\n\
         | package | version | licence |\n|---|---|---|\n",
    );
    let mut owners: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for package in packages {
        let _infallible = writeln!(out, "| {} | {} | {} |", package.name, package.version, package.licence);
        for text in &package.texts {
            owners.entry(text).or_default().push(format!("{} {}", package.name, package.version));
        }
    }
    let mut texts: Vec<(&str, Vec<String>)> = owners.into_iter().collect();
    texts.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.cmp(b.0)));
    for (text, owners) in texts {
        // A longer fence than any in the text.
        let _infallible = writeln!(out, "\n## {}\n\n~~~~~~text\n{text}\n~~~~~~", owners.join(", "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, text: &str) -> Package {
        Package { name: name.into(), version: "1.0".into(), licence: "MIT".into(), texts: vec![text.into()] }
    }

    #[test]
    fn equal_texts_appear_once() {
        let page = document(&[
            package("one", "Permission"),
            package("two", "Permission"),
            package("three", "Other"),
        ]);
        assert_eq!(page.matches("Permission").count(), 1);
        assert!(page.contains("## one 1.0, two 1.0\n"));
        assert!(page.contains("| three | 1.0 | MIT |"));
    }

    #[test]
    fn macros_are_told_from_libraries() {
        let of = |kind: &str| serde_json::json!({ "targets": [{ "kind": [kind] }] });
        assert!(is_macro(&of("proc-macro")));
        assert!(!is_macro(&of("lib")));
    }
}
