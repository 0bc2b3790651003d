#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::http::classify;

fn upstream(key: &str) -> Upstream {
    Upstream {
        base_url: Upstream::parse_url("http://cpa:8317").unwrap(),
        management_key: SecretKey::new(key),
        tls_skip_verify: false,
        env_managed: false,
    }
}

fn wrong() -> Failure {
    Failure::new(Stage::Auth, Code::WrongKey)
}

async fn refusal(guard: &Arc<KeyGuard>, upstream: &Upstream) -> Failure {
    guard.begin(upstream).await.unwrap_err()
}

#[tokio::test]
async fn a_refused_key_is_not_used_until_a_person_retries_and_never_more_than_twice() {
    let guard = KeyGuard::new(Arc::new(MemoryLedger::default()));
    let bad = upstream("bad");
    guard.begin(&bad).await.unwrap().failed(&wrong());
    assert_eq!(refusal(&guard, &bad).await.code, Code::WrongKey);
    guard.retry(&bad);
    guard.begin(&bad).await.unwrap().failed(&wrong());
    guard.retry(&bad);
    let held = refusal(&guard, &bad).await;
    assert_eq!(held.code, Code::AttemptsSpent);
    let wait = held.wait.unwrap();
    assert!(wait > SHORT_WINDOW - Duration::from_secs(5) && wait <= SHORT_WINDOW, "{wait:?}");
    assert!(held.detail.contains("30 minutes"), "{}", held.detail);
    assert_eq!(
        refusal(&guard, &upstream("other")).await.code,
        Code::AttemptsSpent,
        "failures count per address"
    );
}

#[tokio::test]
async fn failures_survive_a_restart_and_a_success_clears_them() {
    let ledger = Arc::new(MemoryLedger::default());
    for restart in 0..10 {
        let guard = KeyGuard::new(Arc::clone(&ledger) as Arc<dyn AttemptLedger>);
        match guard.begin(&upstream("bad")).await {
            Ok(permit) => {
                assert!(restart < 2, "attempt {restart}");
                permit.failed(&wrong());
            }
            Err(failure) => assert_eq!(failure.code, Code::AttemptsSpent),
        }
    }
    let id = upstream("bad").ledger_id();
    assert_eq!(ledger.failed_attempts_since(&id, 0).unwrap().len(), 2);
    ledger.clear(&id);
    ledger.record_failure(&id, now_ms());
    let guard = KeyGuard::new(Arc::clone(&ledger) as Arc<dyn AttemptLedger>);
    guard.begin(&upstream("good")).await.unwrap().accepted();
    assert_eq!(ledger.failed_attempts_since(&id, 0).unwrap(), Vec::<i64>::new());
}

#[tokio::test]
async fn attempts_under_way_count_as_if_they_failed() {
    let guard = KeyGuard::new(Arc::new(MemoryLedger::default()));
    let key = upstream("unproven");
    let first = guard.begin(&key).await.unwrap();
    let _second = guard.begin(&key).await.unwrap();
    let third = tokio::spawn({
        let (guard, key) = (Arc::clone(&guard), key.clone());
        async move { guard.begin(&key).await.map(drop) }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!third.is_finished(), "it waits for the outcome of the others");
    first.accepted();
    tokio::time::timeout(Duration::from_secs(5), third).await.unwrap().unwrap().unwrap();
    let permits = futures_util::future::join_all((0..20).map(|_| guard.begin(&key))).await;
    assert!(permits.iter().all(Result::is_ok), "a proven key is not held up");
}

#[tokio::test]
async fn other_failures_are_not_counted_and_a_ban_is_respected() {
    let ledger = Arc::new(MemoryLedger::default());
    let guard = KeyGuard::new(Arc::clone(&ledger) as Arc<dyn AttemptLedger>);
    let key = upstream("k");
    for _ in 0..5 {
        guard.begin(&key).await.unwrap().failed(&Failure::new(Stage::Auth, Code::RemoteDisabled));
    }
    let ban = Failure::new(Stage::Auth, Code::Banned).wait(Duration::from_secs(600));
    guard.begin(&key).await.unwrap().failed(&ban);
    let refusal = refusal(&guard, &key).await;
    assert_eq!(refusal.code, Code::Banned);
    assert!(refusal.wait.unwrap() > Duration::from_secs(590));
    assert_eq!(ledger.failed_attempts_since(&key.ledger_id(), 0).unwrap(), Vec::<i64>::new());
}

#[tokio::test]
async fn a_clock_set_back_locks_nobody_out_for_a_day() {
    let ledger = Arc::new(MemoryLedger::default());
    let id = upstream("k").ledger_id();
    let day = 24 * 3600 * 1000;
    ledger.record_failure(&id, now_ms() + day);
    ledger.record_failure(&id, now_ms() + day);
    let guard = KeyGuard::new(ledger);
    assert!(refusal(&guard, &upstream("k")).await.wait.unwrap() <= SHORT_WINDOW);
}

#[test]
fn the_long_window_stops_a_slow_loop_before_the_ban() {
    let now = Instant::now() + LONG_WINDOW;
    let minutes = |m: u64| now - Duration::from_secs(m * 60);
    let mut gate =
        Gate { failures: vec![minutes(100), minutes(70), minutes(65), minutes(35)], ..Gate::default() };
    let Verdict::Refuse(failure) = gate.judge(&SecretKey::new("k"), now) else { panic!("must refuse") };
    assert_eq!(failure.wait, Some(Duration::from_secs(80 * 60)));
    let mut gate = Gate { failures: vec![minutes(70), minutes(65), minutes(35)], ..Gate::default() };
    assert!(matches!(gate.judge(&SecretKey::new("k"), now), Verdict::Reserve));
}

#[tokio::test]
async fn an_answer_is_judged_by_who_gave_it_and_what_it_says() {
    let ledger = Arc::new(MemoryLedger::default());
    let guard = KeyGuard::new(Arc::clone(&ledger) as Arc<dyn AttemptLedger>);
    let key = upstream("k");
    let judged = |permit: Permit, status, from_gateway, text| {
        permit.judged(status, from_gateway, &classify(status, text, from_gateway, &key.management_key));
    };
    let cases = [
        (404, true, "", None),
        (500, false, "", None),
        (401, false, "login at the reverse proxy", None),
        (403, true, "remote management disabled", None),
        (403, true, "IP banned due to too many failed attempts. Try again in 10m0s", Some(Code::Banned)),
    ];
    for (status, from_gateway, text, refused) in cases {
        judged(guard.begin(&key).await.unwrap(), status, from_gateway, text);
        assert_eq!(guard.check(&key).err().map(|failure| failure.code), refused, "{status} {text}");
    }
    assert_eq!(ledger.failed_attempts_since(&key.ledger_id(), 0).unwrap(), Vec::<i64>::new());
    let guard = KeyGuard::new(Arc::clone(&ledger) as Arc<dyn AttemptLedger>);
    judged(guard.begin(&key).await.unwrap(), 401, true, "invalid management key");
    assert_eq!(refusal(&guard, &key).await.code, Code::WrongKey);
    assert_eq!(ledger.failed_attempts_since(&key.ledger_id(), 0).unwrap().len(), 1);
}

/// Cannot be read until it is well.
#[derive(Default)]
struct Sick {
    ledger: MemoryLedger,
    well: std::sync::atomic::AtomicBool,
}

impl AttemptLedger for Sick {
    fn failed_attempts_since(&self, upstream: &str, since_ms: i64) -> Option<Vec<i64>> {
        let well = self.well.load(std::sync::atomic::Ordering::Relaxed);
        well.then(|| self.ledger.failed_attempts_since(upstream, since_ms)).flatten()
    }

    fn record_failure(&self, upstream: &str, at_ms: i64) {
        self.ledger.record_failure(upstream, at_ms);
    }

    fn clear(&self, upstream: &str) {
        self.ledger.clear(upstream);
    }
}

#[tokio::test]
async fn no_key_is_tried_while_nobody_knows_how_many_attempts_failed() {
    let (key, sick) = (upstream("k"), Arc::new(Sick::default()));
    for _ in 0..SHORT_LIMIT {
        sick.record_failure(&key.ledger_id(), now_ms());
    }
    let guard = KeyGuard::new(Arc::clone(&sick) as Arc<dyn AttemptLedger>);
    let unread = refusal(&guard, &key).await;
    assert_eq!((unread.code, unread.wait), (Code::AttemptsSpent, Some(READ_AGAIN)));
    assert!(guard.check(&key).is_err());
    sick.well.store(true, std::sync::atomic::Ordering::Relaxed);
    let spent = refusal(&guard, &key).await;
    assert_eq!(spent.code, Code::AttemptsSpent);
    assert!(spent.wait.unwrap() > READ_AGAIN, "what was read counts: {:?}", spent.wait);
}
