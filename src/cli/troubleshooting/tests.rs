use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;

/// Code literals that stand right after `new(StatusCode::…,` in the sources.
fn codes_in(directory: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).expect("readable").map(|entry| entry.expect("readable").path()) {
        if entry.is_dir() {
            codes_in(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&entry).expect("readable");
            for call in
                text.split("::new(").skip(1).filter(|call| call.trim_start().starts_with("StatusCode::"))
            {
                let arguments = call.split_once(')').map_or(call, |(arguments, _)| arguments);
                let mut arguments = arguments.splitn(3, ',').skip(1);
                let code = arguments.next().unwrap_or_default().trim();
                if let Some(code) = code.strip_prefix('"').and_then(|code| code.strip_suffix('"')) {
                    found.insert(code.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_code_of_the_http_interface_has_a_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    codes_in(&root.join("crates/api/src"), &mut found);
    codes_in(&root.join("src"), &mut found);
    assert!(found.contains("invalid_admin_key"), "the search finds nothing: {found:?}");
    let text = document();
    let missing: Vec<_> = found
        .iter()
        .filter(|code| !text.contains(&format!("| `{code}` |")) && !text.contains(&format!("### {code}\n")))
        .collect();
    assert!(missing.is_empty(), "without a row: {missing:?}");
}

#[test]
fn every_refusal_has_its_text_and_remedy() {
    let text = document();
    for refusal in collector::refusals() {
        assert!(text.contains(&format!("### {}\n\n> {}\n", refusal.code, refusal.text)), "{}", refusal.code);
        assert!(text.contains(refusal.remedy), "{}", refusal.code);
    }
}

#[test]
fn names_are_unique_and_rows_complete() {
    for table in [START, CONNECTION_STATES, COLLECTOR_STATES, STAGES, GAPS, ANSWERS] {
        let names: BTreeSet<_> = table.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), table.len());
        for row in table {
            assert!(row.cause.ends_with('.') && row.remedy.ends_with('.'), "{}", row.name);
            assert!(!row.cause.contains('|') && !row.remedy.contains('|'), "{}", row.name);
        }
    }
}

fn names(table: &[Row]) -> BTreeSet<&'static str> {
    table.iter().map(|row| row.name).collect()
}

#[test]
fn every_state_of_collector_and_database_appears() {
    use collector::{GapKind, State};
    let text = document();
    // What the API and the panel name these by.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let contract = fs::read_to_string(root.join("contract/openapi.json")).expect("contract");
    let panel = fs::read_to_string(root.join("panel/src/features/collector/gaps.tsx")).expect("panel");
    let states = [
        State::Stopped,
        State::Starting,
        State::Running,
        State::Error,
        State::KeyRefused,
        State::Banned { until_ms: 0 },
        State::Held { until_ms: 0 },
    ];
    // The words of `/status`, all of them and no other ones.
    let said: BTreeSet<_> = states.into_iter().map(crate::manager::state_name).collect();
    assert_eq!(said, names(COLLECTOR_STATES));
    let kinds = [
        GapKind::Stopped,
        GapKind::Disconnected,
        GapKind::HalfOpen,
        GapKind::CutOff,
        GapKind::ReplyLost,
        GapKind::IntakeFull,
    ];
    assert_eq!(kinds.iter().map(|kind| kind.as_str()).collect::<BTreeSet<_>>(), names(GAPS));
    for kind in kinds {
        let kind = kind.as_str();
        assert!(text.contains(&format!("| `{kind}` |")), "{kind}");
        assert!(contract.contains(&format!("`{kind}`")), "{kind} is not in the contract");
        assert!(panel.contains(&format!("  {kind}: \"gap.")), "{kind} has no words in the panel");
    }
    for check in checks() {
        let (state, said, _) = crate::manager::check_words(&check).expect("it says something");
        assert!(text.contains(&format!("| `{state}` | {said} |")), "{state}: {said}");
        let listed = contract.contains(&format!("`{state}`"));
        assert!(listed, "{state} is not in the contract");
    }
    for state in ["ok", "disk_full", "read_only", "corrupt", "busy", "io_error", "failing", "closed"] {
        assert!(text.contains(&format!("| `{state}` |")), "{state}");
    }
}

#[test]
fn the_committed_page_is_this_document() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/troubleshooting.md");
    let committed = fs::read_to_string(path).expect("docs/troubleshooting.md");
    assert!(
        committed == document(),
        "docs/troubleshooting.md is out of date: run `cargo run -- troubleshooting-doc > docs/troubleshooting.md`"
    );
}
