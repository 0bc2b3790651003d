//! The audit trail: written with the change, bounded, without secrets, read page by page.

use std::net::{IpAddr, Ipv4Addr};

use cpamp_store::{
    AUDIT_CHANGES_MAX, AUDIT_EXPORTS_KEPT, AUDIT_KEPT, AUDIT_LOOKED_EVERY, AUDIT_REFUSED_KEPT,
    AUDIT_RELAYS_KEPT, ActorKind, ApiKeyAlias, AuditAction, AuditActor, AuditChange, AuditEntry, AuditFilter,
    AuditPage, PRODUCT, SettingChange, Store, wait,
};

use crate::common::Fixture;

const BROWSER: AuditActor =
    AuditActor { kind: ActorKind::Browser, address: Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7))) };

fn page(store: &Store, filter: &AuditFilter, limit: usize) -> AuditPage {
    store.read_blocking(|reader| reader.audit_page(filter, limit)).expect("reads")
}

fn all(store: &Store) -> AuditPage {
    page(store, &AuditFilter::default(), 100_000)
}

/// Action, subject and changes of every entry, oldest first.
fn told(store: &Store) -> Vec<(String, String, Vec<String>)> {
    let shown = |change: &AuditChange| {
        let value = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        format!("{} {} {}", change.field, value(&change.before), value(&change.after))
    };
    let entries = all(store).entries.into_iter().rev();
    entries
        .map(|entry| {
            let subject = entry.subject.clone().unwrap_or_default();
            (entry.action, subject, entry.changes.iter().map(shown).collect())
        })
        .collect()
}

fn entry(action: AuditAction) -> AuditEntry {
    AuditEntry::new(BROWSER, action)
}

#[test]
fn changes_record_themselves_and_what_changes_nothing_does_not() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    assert!(all(store).entries.is_empty() && all(store).oldest_ms.is_none(), "a new database has no history");
    let save = |state: &str| {
        wait(store.save_view("/requests".into(), "Errors".into(), state.into(), BROWSER)).expect("saves")
    };
    let id = save("a=1").expect("room");
    assert_eq!(save("a=1"), Some(id), "as it was");
    assert_eq!(save("key=sk-secret-in-a-filter-0001"), Some(id));
    assert_eq!(wait(store.delete_view(id, BROWSER)), Ok(true));
    assert_eq!(wait(store.delete_view(id, BROWSER)), Ok(false));
    let hash = |digit: &str| digit.repeat(64);
    let put = |items: &[(&str, &str)]| {
        let alias = |(digit, name): &(&str, &str)| ApiKeyAlias {
            api_key_hash: hash(digit),
            alias: (*name).to_owned(),
            updated_at_ms: 1,
        };
        wait(store.put_api_key_aliases(items.iter().map(alias).collect(), None, BROWSER)).expect("writes");
    };
    put(&[("a", "One")]);
    put(&[("a", "One")]);
    put(&[("a", "First")]);
    put(&[("a", "First"), ("b", "Second"), ("c", "Third")]);
    wait(store.delete_api_key_alias(hash("b"), BROWSER)).expect("writes");
    wait(store.delete_api_key_alias(hash("b"), BROWSER)).expect("nothing to do");
    let [a, b, c] = ["a", "b", "c"].map(hash);
    let expected = [
        ("view.save", "Errors", vec!["page - /requests".to_owned()]),
        ("view.save", "Errors", vec!["page /requests /requests".to_owned()]),
        ("view.remove", "Errors", vec!["page /requests -".to_owned()]),
        ("alias.save", "One", vec!["alias - One".to_owned(), format!("key_sha256 - {a}")]),
        ("alias.save", "First", vec!["alias One First".to_owned(), format!("key_sha256 {a} {a}")]),
        (
            "alias.save",
            "",
            vec!["keys - 2".to_owned(), format!("{b}/alias - Second"), format!("{c}/alias - Third")],
        ),
        ("alias.remove", "Second", vec!["alias Second -".to_owned(), format!("key_sha256 {b} -")]),
    ];
    let expected =
        expected.map(|(action, subject, changes)| (action.to_owned(), subject.to_owned(), changes));
    assert_eq!(told(store), expected);
    let entries = all(store).entries;
    assert!(entries.iter().all(|entry| entry.actor == "browser" && entry.failure.is_none()));
    assert!(entries.iter().all(|entry| entry.address.as_deref() == Some("10.0.0.7")));
    assert!(entries.is_sorted_by(|a, b| a.id > b.id) && entries[0].time_ms > 1_700_000_000_000);
}

#[test]
fn pages_follow_each_other_and_filters_narrow_them() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let many = (0..25).map(|n| {
        let action = if n % 5 == 0 { AuditAction::PriceLock } else { AuditAction::PriceSave };
        entry(action).about(format!("Modell-Ä{n}"))
    });
    wait(store.record_audit(many.collect())).expect("records");
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let page = page(store, &AuditFilter { before, ..AuditFilter::default() }, 10);
        before = page.entries.last().map(|entry| entry.id);
        seen.extend(page.entries.iter().map(|entry| entry.id));
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, (1..=25).rev().collect::<Vec<_>>());
    let subjects = |filter: AuditFilter| -> Vec<String> {
        page(store, &filter, 100).entries.into_iter().filter_map(|entry| entry.subject).collect()
    };
    let only = AuditFilter { actions: [AuditAction::PriceLock].into(), ..AuditFilter::default() };
    assert_eq!(subjects(only), ["Modell-Ä20", "Modell-Ä15", "Modell-Ä10", "Modell-Ä5", "Modell-Ä0"]);
    let text = |text: &str| AuditFilter { text: Some(text.to_owned()), ..AuditFilter::default() };
    assert_eq!(subjects(text("modell-ä24")), ["Modell-Ä24"], "whatever the case");
    assert_eq!(subjects(text("10.0.0.7")).len(), 25, "addresses are searched too");
    assert_eq!(subjects(text("nothing")), [""; 0]);
    let time = all(store).entries[0].time_ms;
    assert_eq!(subjects(AuditFilter { from_ms: Some(time + 1), ..AuditFilter::default() }), [""; 0]);
    let until = AuditFilter { to_ms: Some(time + 1), from_ms: Some(0), ..AuditFilter::default() };
    assert_eq!(subjects(until).len(), 25);
}

#[test]
fn the_newest_are_kept_ids_grow_and_refused_logins_push_nothing_out() {
    let fixture = Fixture::new();
    let record = |entries: Vec<AuditEntry>| wait(fixture.store.record_audit(entries)).expect("records");
    record(vec![entry(AuditAction::GatewayConnect).about("first")]);
    let refused = entry(AuditAction::SessionRefused).failed("invalid_admin_key");
    record(vec![refused.clone(); AUDIT_REFUSED_KEPT as usize + 20]);
    let kept = all(&fixture.store).entries;
    assert_eq!(kept.len() as i64, AUDIT_REFUSED_KEPT + 1);
    assert_eq!(kept.last().and_then(|entry| entry.subject.as_deref()), Some("first"));
    assert_eq!(kept[0].id, AUDIT_REFUSED_KEPT + 21);

    let fill = AUDIT_KEPT - kept.len() as i64;
    record(vec![entry(AuditAction::PriceSave); fill as usize]);
    assert_eq!(all(&fixture.store).entries.len() as i64, AUDIT_KEPT);
    record(vec![entry(AuditAction::PriceSave); 7]);
    let kept = all(&fixture.store).entries;
    assert_eq!(kept.len() as i64, AUDIT_KEPT, "the oldest went");
    let newest = kept[0].id;
    let oldest = kept.last().expect("there").id;
    // The first entry, then the oldest of the refused ones, whose first 20 had gone before.
    assert_eq!((newest, oldest), (AUDIT_KEPT + 27, 1 + 20 + 7));
    let fixture = fixture.reopen();
    wait(fixture.store.record_audit(vec![refused])).expect("records");
    let kept = all(&fixture.store).entries;
    assert_eq!((kept[0].id, kept.len() as i64), (newest + 1, AUDIT_KEPT), "one refused login went for it");
}

#[test]
fn requests_to_the_gateway_and_exports_push_nothing_else_out() {
    let fixture = Fixture::new();
    let record = |entries: Vec<AuditEntry>| wait(fixture.store.record_audit(entries)).expect("records");
    record(vec![entry(AuditAction::GatewayConnect).about("first")]);
    let kept = |action: AuditAction| {
        let filter = AuditFilter { actions: [action].into(), ..AuditFilter::default() };
        page(&fixture.store, &filter, 100_000).entries.len() as i64
    };
    let rounds = [
        (AuditAction::RelayWrite, AUDIT_RELAYS_KEPT),
        (AuditAction::ExportDownload, AUDIT_EXPORTS_KEPT),
        (AuditAction::RelayWrite, AUDIT_RELAYS_KEPT),
    ];
    for (action, bound) in rounds {
        record(vec![entry(action); (AUDIT_KEPT / 2) as usize]);
        assert!((bound..bound + AUDIT_LOOKED_EVERY).contains(&kept(action)), "{}", kept(action));
    }
    assert_eq!(kept(AuditAction::GatewayConnect), 1);
    // The count that keeps the whole table bounded went along.
    let there = all(&fixture.store).entries.len() as i64;
    let conn = rusqlite::Connection::open(fixture.path()).expect("opens");
    let counted: i64 = conn.query_row("SELECT audit_entries FROM state", (), |row| row.get(0)).expect("read");
    assert_eq!(counted, there);
}

#[test]
fn an_entry_that_cannot_be_read_takes_nothing_from_the_others() {
    let fixture = Fixture::new();
    let refused = entry(AuditAction::PriceSync).failed("model_price_sync_failed").about("second");
    let many = vec![entry(AuditAction::PriceSave).about("first"), refused, entry(AuditAction::PriceLock)];
    wait(fixture.store.record_audit(many)).expect("records");
    fixture.store.close();
    let conn = rusqlite::Connection::open(fixture.path()).expect("opens");
    conn.execute("UPDATE audit_entries SET details = '{' WHERE id < 3", ()).expect("damaged");
    drop(conn);
    let fixture = fixture.reopen();
    let entries = all(&fixture.store).entries;
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.subject.as_deref(), entry.failure.as_deref())).collect();
    assert_eq!(told, [(None, None), (Some("second"), Some("unreadable")), (Some("first"), None)]);
    assert!(entries.iter().all(|entry| entry.changes.is_empty()));
}

#[test]
fn no_secret_is_written_whoever_records_it_and_texts_are_bounded() {
    let fixture = Fixture::new();
    let secret = "sk-ant-api03-planted-secret-0123456789";
    let long = "x".repeat(5000);
    let planted = entry(AuditAction::RelayWrite)
        .about(format!("DELETE /v0/management/api-keys/{secret}"))
        .failed(secret)
        .fact("address", format!("https://user:{secret}@gateway:8317"))
        .with(AuditChange::new(secret, Some(format!("Bearer {secret}")), Some(long)));
    let many = (0..100).fold(entry(AuditAction::PriceSync), |entry, n| entry.fact("n", n));
    wait(fixture.store.record_audit(vec![planted, many])).expect("records");
    let entries = all(&fixture.store).entries;
    let text = format!("{entries:?}");
    assert!(!text.contains("planted-secret"), "{text}");
    assert!(text.contains("DELETE /v0/management/api-keys/"), "{text}");
    let longest = entries.iter().flat_map(|entry| &entry.changes).filter_map(|change| change.after.as_ref());
    assert!(longest.map(String::len).max().is_some_and(|bytes| (300..=310).contains(&bytes)));
    let counted = &entries[0].changes;
    assert_eq!(counted.len(), AUDIT_CHANGES_MAX + 1);
    assert_eq!(counted.last(), Some(&AuditChange::fact("more_changes", 100 - AUDIT_CHANGES_MAX)));
    fixture.store.close();
    let file = std::fs::read(fixture.path()).expect("reads");
    assert!(!file.windows(14).any(|bytes| bytes == b"planted-secret"), "nor is it in the file");
}

#[test]
fn a_change_and_its_entry_are_one_transaction() {
    let fixture = Fixture::new();
    let change = vec![SettingChange::put(PRODUCT, "admin", "new")];
    let reset = AuditEntry::new(AuditActor::COMMAND_LINE, AuditAction::AdminKeyReset);
    wait(fixture.store.change_settings_audited(change, reset)).expect("writes");
    assert_eq!(told(&fixture.store), [("admin_key.reset".to_owned(), String::new(), Vec::new())]);
    assert_eq!(all(&fixture.store).entries[0].address, None);
    fixture.store.close();
    // Whatever keeps an entry from being written keeps the change from being made.
    let conn = rusqlite::Connection::open(fixture.path()).expect("opens");
    let full = "CREATE TRIGGER full BEFORE INSERT ON audit_entries BEGIN SELECT raise(ABORT, 'full'); END";
    conn.execute_batch(full).expect("made");
    drop(conn);
    let fixture = fixture.reopen();
    let store = &fixture.store;
    let change = vec![SettingChange::put(PRODUCT, "admin", "other")];
    assert!(wait(store.change_settings_audited(change, entry(AuditAction::GatewayChange))).is_err());
    assert!(wait(store.save_view("/requests".into(), "Name".into(), String::new(), BROWSER)).is_err());
    let prices = store.replace_prices(crate::prices::table(0), Some(entry(AuditAction::PriceSave)));
    assert!(wait(prices).is_err());
    let alias = ApiKeyAlias { api_key_hash: "a".repeat(64), alias: "Name".to_owned(), updated_at_ms: 1 };
    assert!(wait(store.put_api_key_aliases(vec![alias], None, BROWSER)).is_err());
    store
        .read_blocking(|reader| {
            assert_eq!(reader.setting(PRODUCT, "admin")?.as_deref(), Some("new"));
            assert!(reader.saved_views(None)?.is_empty() && reader.api_key_aliases()?.is_empty());
            assert_eq!((reader.price_generation()?, reader.price_table()?.prices.len()), (0, 0));
            Ok(())
        })
        .expect("reads");
}
