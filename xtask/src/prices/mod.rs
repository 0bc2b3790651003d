//! `cargo xtask prices`: the list prices that come with the program, from the published package `genai-prices`.

mod convert;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::notices::Package;
use crate::{process, repo, say};

/// The package, on PyPI.
const PACKAGE: &str = "genai-prices";
/// Where the result is kept, and what `crates/pricing` compiles in.
const PRICES: &str = "crates/pricing/data/list-prices.json";
/// Where its licence is kept.
const LICENCE: &str = "crates/pricing/data/LICENSE.genai-prices";

/// `cargo xtask prices`: fetches the newest package with pip and writes the two files.
pub fn command() -> Result<()> {
    say::heading("list prices");
    let work = repo::work("xtask/prices")?;
    fs::remove_dir_all(&work).with_context(|| format!("cannot empty {}", work.display()))?;
    fs::create_dir_all(&work)?;
    process::run(Command::new("pip").current_dir(&work).args(["download", "--quiet", "--no-deps", PACKAGE]))?;
    let wheel = only_wheel(&work)?;
    process::run(
        Command::new("python3").current_dir(&work).args(["-m", "zipfile", "-e"]).arg(&wheel).arg("."),
    )?;

    let extract = repo::path("xtask/src/prices/extract.py");
    let data = work.join("genai_prices/data.py");
    let output = Command::new("python3").arg(extract).arg(&data).output().context("cannot run python3")?;
    if !output.status.success() {
        bail!("{} cannot be read: {}", data.display(), String::from_utf8_lossy(&output.stderr));
    }
    let providers: Value = serde_json::from_slice(&output.stdout).context("the extracted data is no JSON")?;
    let models = convert::models(&providers)?;

    let version = version_of(&wheel)?;
    let header = json!({
        "package": PACKAGE,
        "version": version,
        "licence": "MIT",
        "retrieved": today()?,
    });
    fs::write(repo::path(PRICES), convert::document(&header, &models))?;
    let licence = work.join(format!("genai_prices-{version}.dist-info/licenses/LICENSE"));
    fs::copy(&licence, repo::path(LICENCE)).with_context(|| format!("cannot copy {}", licence.display()))?;
    say::line(&format!("{PACKAGE} {version}: {} models in {PRICES}", models.len()));
    Ok(())
}

/// What the bundled prices say about their licence.
pub fn notice() -> Result<Package> {
    let prices: Value = serde_json::from_slice(&fs::read(repo::path(PRICES))?).context(PRICES)?;
    let text = |name: &str| prices[name].as_str().unwrap_or_default().to_owned();
    Ok(Package {
        name: text("package"),
        version: text("version"),
        licence: text("licence"),
        texts: vec![fs::read_to_string(repo::path(LICENCE)).context(LICENCE)?.trim().to_owned()],
    })
}

fn only_wheel(folder: &Path) -> Result<PathBuf> {
    fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .context("pip has downloaded no wheel")
}

/// The second part of a wheel's name.
fn version_of(wheel: &Path) -> Result<String> {
    let name = wheel.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    Ok(name.split('-').nth(1).context("a wheel's name holds its version")?.to_owned())
}

/// The date, UTC.
fn today() -> Result<String> {
    let output = Command::new("date").args(["-u", "+%F"]).output().context("cannot run date")?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
