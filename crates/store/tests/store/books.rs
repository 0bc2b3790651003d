//! Settings, gaps, attempts.

use crate::common::Fixture;
use cpamp_store::{ATTEMPTS_KEPT, Gap, PRODUCT, SettingChange, StoredGap, wait};

#[test]
fn settings_change_together_and_belong_to_a_gateway() {
    let fixture = Fixture::new();
    let changes = vec![
        SettingChange::put(PRODUCT, "admin", "one"),
        SettingChange::put(1, "admin", "gateway"),
        SettingChange::put(1, "second", "二"),
    ];
    wait(fixture.store.change_settings(changes)).expect("writes");
    let changes = vec![
        SettingChange::put(1, "admin", "new"),
        SettingChange::delete(1, "second"),
        SettingChange::delete(1, "none"),
    ];
    wait(fixture.store.change_settings(changes)).expect("writes");
    let fixture = fixture.reopen();
    fixture
        .store
        .read_blocking(|reader| {
            assert_eq!(reader.setting(PRODUCT, "admin")?.as_deref(), Some("one"));
            assert_eq!(reader.setting(1, "second")?, None);
            let all = reader.settings(1)?;
            assert_eq!(all.len(), 1);
            assert_eq!((all[0].key.as_str(), all[0].value.as_str()), ("admin", "new"));
            assert!(all[0].updated_at_ms > 1_700_000_000_000);
            assert!(!format!("{all:?}").contains("new"), "values are not printed");
            Ok(())
        })
        .expect("reads");
}

#[test]
fn gaps_open_close_and_are_listed_newest_first() {
    let fixture = Fixture::new();
    let gap = |kind: &str, from_ms| Gap {
        gateway_id: 1,
        kind: kind.to_owned(),
        from_ms,
        to_ms: None,
        detail: "why".to_owned(),
        retention_s: Some(60),
        covered: false,
        lost_estimate: None,
    };
    let first = wait(fixture.store.add_gap(gap("disconnected", 10))).expect("adds");
    let second = wait(fixture.store.add_gap(gap("cut_off", 20))).expect("adds");
    let ended = Gap { to_ms: Some(15), lost_estimate: Some(3), ..gap("disconnected", 10) };
    let stored = StoredGap { id: first, gap: ended.clone() };
    assert_eq!(wait(fixture.store.update_gap(stored.clone())), Ok(true));
    assert_eq!(wait(fixture.store.update_gap(StoredGap { id: 99, gap: ended })), Ok(false));
    let listed = fixture.store.read_blocking(|reader| reader.gaps(None, 10)).expect("reads");
    assert_eq!(listed, [StoredGap { id: second, gap: gap("cut_off", 20) }, stored.clone()]);
    let next = fixture.store.read_blocking(|reader| reader.gaps(Some(second), 10)).expect("reads");
    assert_eq!(next, [stored]);
}

#[test]
fn failed_attempts_survive_a_restart_until_they_are_cleared() {
    let fixture = Fixture::new();
    let attempt = |upstream: &str, at_ms| fixture.store.record_attempt(upstream.to_owned(), at_ms);
    for at in [30, 10, 20] {
        wait(attempt("http://a", at)).expect("records");
    }
    wait(attempt("http://b", 20)).expect("records");
    let fixture = fixture.reopen();
    let since = |upstream: &str, ms| {
        fixture.store.read_blocking(|reader| reader.attempts_since(upstream, ms)).expect("reads")
    };
    assert_eq!(since("http://a", 20), [20, 30]);
    wait(fixture.store.clear_attempts("http://a".to_owned())).expect("clears");
    assert_eq!((since("http://a", 0).len(), since("http://b", 0).len()), (0, 1));
    for at in 0..ATTEMPTS_KEPT + 5 {
        wait(fixture.store.record_attempt("http://a".to_owned(), at)).expect("records");
    }
    assert_eq!(since("http://a", 0).len() as i64, ATTEMPTS_KEPT);
    assert_eq!(since("http://a", 0)[0], 5);
    assert_eq!(since("http://b", 0).len(), 1);
}
