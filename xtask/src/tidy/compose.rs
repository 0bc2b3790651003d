//! `deploy/compose.yaml` says what the deployment page's file says, line by line; comments are ours to add.

use anyhow::Result;

use super::Complaint;
use crate::repo;

/// The file of the deployment page, as published: the page lost its indentation.
const PAGE: &str = include_str!("deployment-page-compose.txt");

pub fn complaints() -> Result<Vec<Complaint>> {
    Ok(compare(&repo::read("deploy/compose.yaml")?))
}

fn compare(ours: &str) -> Vec<Complaint> {
    let statements = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim);
        lines.filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned).collect()
    };
    let (page, ours) = (statements(PAGE), statements(ours));
    let longest = page.len().max(ours.len());
    let differs = (0..longest).find(|at| page.get(*at) != ours.get(*at));
    differs.map_or_else(Vec::new, |at| {
        vec![format!(
            "deploy/compose.yaml says {:?} where the deployment page says {:?}",
            ours.get(at),
            page.get(at)
        )]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_is_named() {
        assert!(compare(PAGE).is_empty());
        let changed = PAGE.replace("8317:8317", "8318:8317");
        assert!(compare(&changed)[0].contains("8318"), "{:?}", compare(&changed));
        assert_eq!(compare("").len(), 1);
    }
}
