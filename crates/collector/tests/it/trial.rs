//! The live test: what it tells, and what it leaves alone.

use std::sync::Arc;

use crate::{
    old_gateway,
    support::{KEY, failed_logins, quick, record, settings, simulate, upstream},
};
use cpamp_collector::{
    Code, CollectorSettings, GapKind, KeyGuard, MemoryLedger, Mode, TrialReport, Tried, try_everything,
};
use model::Transport;
use simulator::{RespMode, Simulator};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

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
        assert_eq!((report.transport, report.lost), (Some(Transport::Subscribe), None));
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
        assert_eq!(report.transport, Some(Transport::Http), "{resp}");
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

/// A trial with another queue name in the settings.
async fn with_queue(url: &str, queue: &str) -> TrialReport {
    let settings = CollectorSettings { queue: queue.to_owned(), ..settings(Mode::Auto) };
    try_everything(&upstream(url, KEY), &settings, &quick(), &guard()).await
}

#[tokio::test]
async fn a_queue_name_that_the_gateway_does_not_know_leaves_the_http_queue() {
    let sim = simulate(|_| ()).await;
    for known in ["usage", " Usage ", "USAGE"] {
        let report = with_queue(&sim.base_url(), known).await;
        let found = (code(&report.subscribe), report.transport);
        assert_eq!(found, ("works", Some(Transport::Subscribe)), "{known}");
    }
    let report = with_queue(&sim.base_url(), "records").await;
    assert_eq!((code(&report.subscribe), code(&report.queue)), ("subscribe_unsupported", "works"));
    assert_eq!((report.probe.resp_available, report.transport), (Some(true), Some(Transport::Http)));
    sim.faults().update(|faults| faults.usage_queue_status = Some(404));
    assert_eq!(with_queue(&sim.base_url(), "records").await.transport, None, "nothing can be popped from it");
}

#[tokio::test]
async fn resp_pop_is_the_way_of_a_gateway_without_subscriptions_and_http_queue() {
    let (url, _gateway) = old_gateway::start().await;
    let report = with_queue(&url, "usage").await;
    assert_eq!((code(&report.subscribe), code(&report.queue)), ("subscribe_unsupported", "queue_missing"));
    assert_eq!(report.transport, Some(Transport::Resp));
    assert_eq!(with_queue(&url, "records").await.transport, None);
}

/// An HTTP server that takes any key and answers every request for records with this body.
async fn careless(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut input = Vec::new();
            while !input.ends_with(b"\r\n\r\n") && input.first() != Some(&b'*') {
                if !stream.read_buf(&mut input).await.is_ok_and(|n| n > 0) {
                    break;
                }
            }
            let records = String::from_utf8_lossy(&input).contains("/usage-queue");
            let body = if records { body } else { "{\"usage-statistics-enabled\":true}" };
            // RESP gets the same answer, as from any HTTP server.
            let answer = format!(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    url
}

#[tokio::test]
async fn an_http_queue_that_gives_what_nobody_asked_for_does_not_work_and_its_records_are_told_as_lost() {
    for (body, expected, lost) in [
        ("[]", "http_unexpected", None),
        ("<html>", "queue_not_json", None),
        ("{\"error\":\"count must be a positive integer\"}", "queue_not_json", None),
        ("[{\"n\":1},{\"n\":2}]", "reply_lost", Some(GapKind::ReplyLost)),
    ] {
        let report = with_queue(&careless(body).await, "usage").await;
        assert_eq!(code(&report.queue), expected, "{body}");
        assert_eq!(report.transport, None, "{body}");
        assert_eq!(report.lost.as_ref().map(|gap| gap.kind), lost, "{body}");
        if let Some(gap) = report.lost {
            assert!(!gap.covered && gap.from_ms <= gap.to_ms && gap.retention_s == 60, "{gap:?}");
            assert!(gap.detail.contains("answered with 2"), "{gap:?}");
        }
    }
}
