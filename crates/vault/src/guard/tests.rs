use std::net::{IpAddr, Ipv4Addr};

use super::*;
use crate::{CredentialSource, generate_admin_key};

const ACCEPTED: Verdict = Verdict::Accepted { needs_upgrade: false };

fn client(number: u32) -> ClientId {
    ClientId::from(IpAddr::V4(Ipv4Addr::from(number)))
}

fn guard(key: &SecretString, source: CredentialSource) -> AdminGuard {
    AdminGuard::new(AdminCredential::create(key, source, 0).expect("credential")).expect("random")
}

fn check_at(guard: &AdminGuard, key: &SecretString, client: ClientId, now: Instant) -> Outcome {
    match guard.begin(key, client, now) {
        Step::Done(outcome) => outcome,
        Step::Verify(ticket) => ticket.run(|| now),
    }
}

fn wrong(number: usize) -> SecretString {
    format!("wrong key {number}").into()
}

#[test]
fn the_right_key_passes_after_its_own_address_failed_for_long() {
    let (key, start) = (SecretString::from("chosen by a person"), Instant::now());
    let guard = guard(&key, CredentialSource::Env);
    for number in 0..15 {
        let verdict = check_at(&guard, &wrong(number), client(1), start).verdict;
        if number < 10 {
            assert_eq!(verdict, Verdict::Wrong, "{number}");
        } else {
            assert_eq!(verdict, Verdict::Throttled { retry_after: Duration::from_secs(30) }, "{number}");
        }
    }
    let first = check_at(&guard, &key, client(1), start);
    assert_eq!(first.verdict, ACCEPTED);
    assert!(first.hold.is_some(), "slowed while the address is over its budget");
    let second = check_at(&guard, &key, client(1), start);
    assert_eq!(second.verdict, ACCEPTED);
    assert!(second.hold.is_none(), "but not again");
    assert!(check_at(&guard, &key, client(2), start).hold.is_none(), "and not for others");
    assert_eq!(check_at(&guard, &wrong(99), client(2), start).verdict, Verdict::Wrong);
}

#[test]
fn the_overall_budget_answers_everybody_but_the_right_key() {
    let (key, start) = (generate_admin_key().expect("key"), Instant::now());
    let guard = guard(&key, CredentialSource::Generated);
    assert!(guard.prime(&key, start));
    for number in 0..300 {
        assert_eq!(check_at(&guard, &wrong(number), client(number as u32), start).verdict, Verdict::Wrong);
    }
    let refused = check_at(&guard, &wrong(0), client(5_000), start).verdict;
    assert_eq!(refused, Verdict::Throttled { retry_after: Duration::from_secs(1) });
    let right = check_at(&guard, &key, client(5_001), start);
    assert_eq!(right.verdict, ACCEPTED);
    assert!(right.hold.is_none());
}

#[test]
fn once_the_right_key_is_known_a_flood_costs_no_argon2() {
    let (key, start) = (SecretString::from("chosen by a person"), Instant::now());
    let guard = guard(&key, CredentialSource::Env);
    assert!(guard.prime(&key, start));
    for number in 0..20_000 {
        // `Done` means that no verification was asked for.
        assert!(matches!(guard.begin(&wrong(number), client(1), start), Step::Done(_)));
    }
    assert!(matches!(guard.begin(&key, client(1), start), Step::Done(Outcome { verdict: ACCEPTED, .. })));
}

#[test]
fn a_generated_key_gets_through_a_flood_before_it_was_ever_seen() {
    let (key, start) = (generate_admin_key().expect("key"), Instant::now());
    let guard = guard(&key, CredentialSource::Generated);
    let mut tickets = Vec::new();
    for number in 0..2_000 {
        if let Step::Verify(ticket) = guard.begin(&wrong(number), client(1), start) {
            tickets.push(ticket);
        }
    }
    assert!(tickets.len() < 10, "the hint lets {} of 2000 guesses through", tickets.len());
    drop(tickets);
    assert_eq!(check_at(&guard, &key, client(1), start).verdict, ACCEPTED);
}

#[test]
fn a_chosen_key_gets_through_a_flood_from_another_address() {
    let key = SecretString::from("chosen by a person");
    let guard = guard(&key, CredentialSource::Env);
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for thread in 0..12 {
            let (guard, stop) = (&guard, &stop);
            scope.spawn(move || {
                let mut number = thread * 1_000_000;
                while !stop.load(Ordering::Relaxed) {
                    number += 1;
                    check_at(guard, &wrong(number), client(1), Instant::now());
                }
            });
        }
        std::thread::sleep(Duration::from_millis(100));
        let verdict = check_at(&guard, &key, client(2), Instant::now()).verdict;
        stop.store(true, Ordering::Relaxed);
        assert_eq!(verdict, ACCEPTED);
    });
}

#[test]
fn the_same_key_many_times_is_verified_once() {
    let (key, start) = (SecretString::from("chosen by a person"), Instant::now());
    let guard = guard(&key, CredentialSource::Env);
    let tickets: Vec<Ticket> = (0..20)
        .filter_map(|_| match guard.begin(&key, client(1), start) {
            Step::Verify(ticket) => Some(ticket),
            Step::Done(_) => None,
        })
        .collect();
    assert_eq!(tickets.len(), 20, "nothing is known yet");
    let began = Instant::now();
    std::thread::scope(|scope| {
        let runs: Vec<_> =
            tickets.into_iter().map(|ticket| scope.spawn(move || ticket.run(|| start))).collect();
        assert!(runs.into_iter().all(|run| run.join().expect("join").verdict == ACCEPTED));
    });
    let all = began.elapsed();
    let one = {
        let began = Instant::now();
        assert!(guard.prime(&key, start));
        began.elapsed()
    };
    assert!(all < one * 10, "20 requests took {all:?}, one verification takes {one:?}");
}

#[test]
fn a_key_that_is_due_is_verified_in_its_own_lane() {
    let (key, start) = (SecretString::from("chosen by a person"), Instant::now());
    let guard = guard(&key, CredentialSource::Env);
    assert!(guard.prime(&key, start));
    let later = start + REMEMBER_FOR;
    let tickets: Vec<Ticket> = (0..crate::MAX_WAITING)
        .filter_map(|_| match guard.begin(&key, client(1), later) {
            Step::Verify(ticket) => Some(ticket),
            Step::Done(_) => None,
        })
        .collect();
    assert_eq!(tickets.len(), crate::MAX_WAITING);
    // The lane is full: the key is right all the same.
    assert!(matches!(guard.begin(&key, client(1), later), Step::Done(Outcome { verdict: ACCEPTED, .. })));
    let mut tickets = tickets.into_iter();
    // Whoever was chosen runs; dropping a ticket passes the turn on, so the last one gets it.
    let last = tickets.next_back().expect("ticket");
    drop(tickets);
    assert_eq!(last.run(|| later).verdict, ACCEPTED);
    assert!(matches!(guard.begin(&key, client(1), later), Step::Done(_)), "remembered again");
}

#[test]
fn who_gets_no_turn_hears_when_to_come_back_and_loses_no_failure() {
    let key = SecretString::from("chosen by a person");
    let credential = AdminCredential::create(&key, CredentialSource::Env, 0).expect("credential");
    let guard = AdminGuard::with_wait(credential, Duration::from_millis(20)).expect("random");
    let start = Instant::now();
    let Step::Verify(blocker) = guard.begin(&wrong(0), client(1), start) else { panic!("unknown key") };
    let verdict = check_at(&guard, &wrong(1), client(2), start).verdict;
    assert_eq!(verdict, Verdict::Throttled { retry_after: BUSY_RETRY });
    drop(blocker);
    assert_eq!(check_at(&guard, &wrong(1), client(2), start).verdict, Verdict::Wrong);
}

#[test]
fn an_old_record_asks_for_its_upgrade_and_the_new_one_does_not() {
    let json = r#"{"version":1,"salt":"AAECAwQFBgcICQoLDA0ODw","keyHash":"uuLcj/vJNaj9tPmQGvN2zvWrGIufLRaK7nDgM56oWzQ","iterations":1,"createdAtMs":1,"source":"env"}"#;
    let guard = AdminGuard::new(AdminCredential::from_json(json).expect("record")).expect("random");
    let (key, start) = (SecretString::from("cpamp_test_key_0123456789abcdef"), Instant::now());
    let Step::Done(outcome) = guard.begin(&key, client(1), start) else { panic!("one HMAC needs no queue") };
    assert_eq!(outcome.verdict, Verdict::Accepted { needs_upgrade: true });
    let upgraded = guard.credential().upgraded(&key).expect("random").expect("right key");
    guard.replace(upgraded);
    assert_eq!(check_at(&guard, &key, client(1), start).verdict, ACCEPTED);
}

#[test]
fn held_answers_are_limited() {
    let (key, start) = (generate_admin_key().expect("key"), Instant::now());
    let guard = guard(&key, CredentialSource::Generated);
    assert!(guard.prime(&key, start));
    let holds: Vec<Hold> =
        (0..1_000).filter_map(|number| check_at(&guard, &wrong(number), client(1), start).hold).collect();
    assert_eq!(holds.len(), MAX_HELD);
    assert_eq!(holds[0].duration(), Duration::from_secs(1));
    drop(holds);
    assert!(check_at(&guard, &wrong(0), client(1), start).hold.is_some());
}
