//! Who may know whom: the crates' dependencies on each other follow the flow of the data.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Complaint;
use crate::repo;

/// Each room and the rooms that it may use. The product, at the root, may use all of them.
const MAY_USE: &[(&str, &[&str])] = &[
    ("cpamp-model", &[]),
    ("cpamp-redaction", &[]),
    ("cpamp-vault", &[]),
    ("cpamp-simulator", &[]),
    ("cpamp-pricing", &["cpamp-model"]),
    ("cpamp-catalogues", &["cpamp-pricing"]),
    ("cpamp-normaliser", &["cpamp-model", "cpamp-redaction"]),
    ("cpamp-store", &["cpamp-model", "cpamp-redaction"]),
    ("cpamp-columns", &[]),
    ("cpamp-analytics", &["cpamp-model", "cpamp-columns", "cpamp-pricing"]),
    ("cpamp-index", &["cpamp-model", "cpamp-store", "cpamp-columns", "cpamp-pricing"]),
    ("cpamp-collector", &["cpamp-model"]),
    ("cpamp-proxy", &["cpamp-vault"]),
    (
        "cpamp-api",
        &[
            "cpamp-model",
            "cpamp-redaction",
            "cpamp-vault",
            "cpamp-pricing",
            "cpamp-catalogues",
            "cpamp-normaliser",
            "cpamp-store",
            "cpamp-columns",
            "cpamp-index",
            "cpamp-collector",
            "cpamp-proxy",
            "cpamp-columns",
            "cpamp-index",
            "cpamp-analytics",
        ],
    ),
    // Measures the program from outside, as a child process; the others make databases and know prices for SQL.
    ("cpamp-bench", &["cpamp-simulator", "cpamp-model", "cpamp-normaliser", "cpamp-store", "cpamp-pricing"]),
    ("xtask", &[]),
];

/// What any room's tests may use besides: the counterpart, and the way from records to events.
const TESTS_MAY_USE: &[&str] = &["cpamp-simulator", "cpamp-normaliser", "cpamp-model"];

/// The package that knows all the others.
const PRODUCT: &str = "cpa-manager-plus";

pub fn complaints() -> Result<Vec<Complaint>> {
    check(&repo::metadata(false)?)
}

fn check(metadata: &Value) -> Result<Vec<Complaint>> {
    let packages = metadata["packages"].as_array().context("cargo metadata lists packages")?;
    let names: Vec<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    let mut complaints = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        if name == PRODUCT {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(room, _)| *room == name) else {
            complaints.push(format!("{name}: a new crate; say in xtask/src/tidy/crates.rs whom it may know"));
            continue;
        };
        for dependency in package["dependencies"].as_array().map_or(&[][..], Vec::as_slice) {
            let used = dependency["name"].as_str().unwrap_or_default();
            let in_tests = dependency["kind"] == "dev";
            let permitted = allowed.contains(&used) || (in_tests && TESTS_MAY_USE.contains(&used));
            if names.contains(&used) && !permitted {
                complaints.push(format!("{name} must not know {used}"));
            }
        }
    }
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn workspace(user: &str, used: &str, kind: Value) -> Value {
        json!({ "packages": [
            { "name": user, "dependencies": [{ "name": used, "kind": kind }, { "name": "serde", "kind": null }] },
            { "name": used, "dependencies": [] },
        ]})
    }

    #[test]
    fn directions_are_kept() -> Result<()> {
        let cases = [
            ("cpamp-store", "cpamp-model", Value::Null, true),
            ("cpamp-store", "cpamp-api", Value::Null, false),
            ("cpamp-model", "cpamp-redaction", Value::Null, false),
            ("cpamp-collector", "cpamp-simulator", json!("dev"), true),
            ("cpamp-collector", "cpamp-simulator", Value::Null, false),
            ("cpamp-collector", "cpamp-store", json!("dev"), false),
        ];
        for (user, used, kind, good) in cases {
            let complaints = check(&workspace(user, used, kind))?;
            assert_eq!(complaints.is_empty(), good, "{user} → {used}: {complaints:?}");
        }
        Ok(())
    }

    #[test]
    fn an_unknown_crate_is_a_complaint() -> Result<()> {
        let complaints = check(&workspace("cpamp-utils", "cpamp-model", Value::Null))?;
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        Ok(())
    }
}
