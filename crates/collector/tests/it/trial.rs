//! The live test: what it tells, and what it leaves alone.

use std::sync::Arc;

use crate::support::{KEY, failed_logins, quick, record, settings, simulate, upstream};
use cpamp_collector::{Code, KeyGuard, MemoryLedger, Mode, TrialReport, Tried, try_everything};
use simulator::{RespMode, Simulator};

async fn attempt(sim: &Simulator, key: &str, guard: &Arc<KeyGuard>) -> TrialReport {
    try_everything(&upstream(&sim.base_url(), key), &settings(Mode::Auto), &quick(), guard).await
}

fn code(tried: &Tried) -> &'static str {
    match tried {
        Tried::Works => "works",
        Tried::Unknown => "unknown",
        Tried::Failed(error) => error.code,
    }
}

fn guard() -> Arc<KeyGuard> {
    KeyGuard::new(Arc::new(MemoryLedger::default()))
}

#[tokio::test]
async fn everything_is_tried_and_no_record_is_taken() {
    let sim = simulate(|_| ()).await;
    for number in 0..5 {
        sim.publish(record(number));
    }
    for _ in 0..3 {
        let report = attempt(&sim, KEY, &guard()).await;
        assert!(report.probe.ok && report.subscribe.works() && report.queue.works(), "{report:?}");
    }
    assert_eq!(sim.queue_len(), 5, "nothing was popped");
    sim.publish(record(5));
    assert_eq!(sim.queue_len(), 6, "nobody is subscribed");
    assert_eq!(failed_logins(&sim), 0);
}

#[tokio::test]
async fn each_way_that_does_not_work_is_named_with_its_reason() {
    let sim = simulate(|_| ()).await;
    for status in [404, 405, 501] {
        sim.faults().update(|faults| faults.usage_queue_status = Some(status));
        let report = attempt(&sim, KEY, &guard()).await;
        assert_eq!((code(&report.queue), code(&report.subscribe)), ("queue_missing", "works"), "{status}");
    }
    sim.faults().clear();
    for (mode, resp, subscribe) in
        [(RespMode::Http, "resp_prefix_h", "unknown"), (RespMode::Mtls, "resp_mtls_only", "unknown")]
    {
        sim.faults().update(|faults| faults.resp = mode);
        let report = attempt(&sim, KEY, &guard()).await;
        let found = report.probe.resp_failure.as_ref().map_or("works", |error| error.code);
        assert_eq!((found, code(&report.subscribe), code(&report.queue)), (resp, subscribe, "works"));
    }
    assert_eq!(failed_logins(&sim), 0);
}

#[tokio::test]
async fn a_refused_key_is_tried_once_and_twice_at_most_however_often_a_person_asks() {
    let sim = simulate(|_| ()).await;
    let guard = guard();
    for asked in 1..=5 {
        guard.retry(&upstream(&sim.base_url(), "wrong"));
        let report = attempt(&sim, "wrong", &guard).await;
        let expected = if asked <= 2 { Code::WrongKey } else { Code::AttemptsSpent };
        assert_eq!(report.probe.failure.expect("refused").code, expected.as_str(), "{asked}");
        assert_eq!((&report.subscribe, &report.queue), (&Tried::Unknown, &Tried::Unknown));
        assert_eq!(failed_logins(&sim), asked.min(2));
    }
    assert_eq!(sim.counters().bans, 0);
}
