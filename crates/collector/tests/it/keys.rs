//! Wrong keys, bans, and everything that is neither.

use std::sync::Arc;

use crate::support::{
    Options, Rig, eventually, failed_logins, pause, quick, record, settings, simulate, upstream,
};
use cpamp_collector::{AttemptLedger, Code, KeyGuard, MemoryLedger, Mode, State, probe};
use model::Transport;
use simulator::RespMode;

#[tokio::test]
async fn ten_restarts_with_a_wrong_key_make_two_attempts_at_most_in_every_mode() {
    for mode in [Mode::Auto, Mode::Subscribe, Mode::Http, Mode::Resp] {
        let sim = simulate(|_| ()).await;
        let ledger: Arc<dyn AttemptLedger> = Arc::new(MemoryLedger::default());
        for _ in 0..10 {
            let mut options = Options::new(mode);
            options.key = "wrong".to_owned();
            options.ledger = Arc::clone(&ledger);
            let rig = Rig::with(&sim.base_url(), options);
            rig.until("refused", |status| matches!(status.state, State::KeyRefused | State::Held { .. }))
                .await;
            pause(20).await;
            rig.collector.stop().await;
        }
        let counters = sim.counters();
        assert_eq!((failed_logins(&sim), counters.bans), (2, 0), "{mode:?}");
    }
}

#[tokio::test]
async fn a_refused_key_is_left_alone_until_a_person_retries() {
    let sim = simulate(|_| ()).await;
    sim.faults().update(|faults| faults.wrong_key = true);
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    let status = rig.until("refused", |status| status.state == State::KeyRefused).await;
    let error = status.last_error.unwrap();
    assert_eq!(error.code, "wrong_key");
    assert!(error.hint.contains("retry"), "{}", error.hint);
    pause(500).await;
    assert_eq!(failed_logins(&sim), 1);
    // The operator corrects the key in the gateway and presses retry.
    sim.faults().clear();
    pause(100).await;
    assert_eq!(rig.status().state, State::KeyRefused);
    rig.collector.retry();
    rig.running(Transport::Subscribe).await;
    assert_eq!(failed_logins(&sim), 1);
}

#[tokio::test]
async fn another_key_is_tried_at_once_and_the_probe_shares_the_limit() {
    let sim = simulate(|_| ()).await;
    let mut options = Options::new(Mode::Auto);
    options.key = "wrong".to_owned();
    let rig = Rig::with(&sim.base_url(), options);
    rig.until("refused", |status| status.state == State::KeyRefused).await;
    let refused =
        probe(&upstream(&sim.base_url(), "wrong"), &settings(Mode::Auto), &quick(), &rig.guard).await;
    assert_eq!(refused.failure.unwrap().code, "wrong_key");
    assert_eq!(failed_logins(&sim), 1, "a refused key is not sent again");
    rig.collector.reconfigure(upstream(&sim.base_url(), crate::support::KEY), settings(Mode::Auto)).await;
    rig.running(Transport::Subscribe).await;
    assert_eq!(failed_logins(&sim), 1);
}

#[tokio::test]
async fn after_two_wrong_keys_a_third_waits_and_says_how_long() {
    let sim = simulate(|_| ()).await;
    let guard = KeyGuard::new(Arc::new(MemoryLedger::default()));
    let mut codes = Vec::new();
    for key in ["wrong-1", "wrong-2", "wrong-3", crate::support::KEY] {
        let report = probe(&upstream(&sim.base_url(), key), &settings(Mode::Auto), &quick(), &guard).await;
        let failure = report.failure.unwrap();
        assert!(!failure.text.contains(key));
        codes.push(failure.code);
    }
    assert_eq!(codes, ["wrong_key", "wrong_key", "attempts_spent", "attempts_spent"]);
    assert_eq!(failed_logins(&sim), 2);
}

#[tokio::test]
async fn a_ban_is_respected_until_its_stated_time() {
    for mode in [Mode::Auto, Mode::Http] {
        let sim = simulate(|_| ()).await;
        // Somebody else at this address used five wrong keys.
        let guards: Vec<_> = (0..5).map(|_| KeyGuard::new(Arc::new(MemoryLedger::default()))).collect();
        for guard in &guards {
            probe(&upstream(&sim.base_url(), "wrong"), &settings(Mode::Auto), &quick(), guard).await;
        }
        assert_eq!(sim.counters().bans, 1);
        let rig = Rig::start(&sim.base_url(), mode);
        let status = rig.until("banned", |status| matches!(status.state, State::Banned { .. })).await;
        let State::Banned { until_ms } = status.state else { panic!("{status:?}") };
        let minutes = (until_ms - sim.now_ms()) / 60_000;
        assert!((28..=30).contains(&minutes), "{minutes}");
        assert_eq!(status.last_error.unwrap().code, "banned");
        let calls = sim.counters();
        pause(300).await;
        let later = sim.counters();
        assert_eq!(
            (later.http_management_calls, later.resp_commands),
            (calls.http_management_calls, calls.resp_commands)
        );
    }
}

#[tokio::test]
async fn what_is_no_key_refusal_is_not_counted_and_heals_by_itself() {
    type Fault = fn(&mut simulator::FaultSettings);
    let cases: [(Fault, Mode, &str); 6] = [
        (|faults| faults.remote_disabled = true, Mode::Auto, "remote_management_disabled"),
        (|faults| faults.remote_disabled = true, Mode::Http, "remote_management_disabled"),
        (|faults| faults.home_mode = true, Mode::Auto, "home_mode"),
        (|faults| faults.no_secret_key = true, Mode::Auto, "management_disabled"),
        (|faults| faults.management_status = Some(502), Mode::Http, "http_server_error"),
        (|faults| faults.management_status = Some(302), Mode::Http, "http_redirect"),
    ];
    for (fault, mode, code) in cases {
        let sim = simulate(|_| ()).await;
        sim.faults().update(fault);
        let rig = Rig::start(&sim.base_url(), mode);
        let status = rig.until("an error", |status| status.state == State::Error).await;
        assert_eq!(status.last_error.unwrap().code, code);
        pause(200).await;
        sim.faults().clear();
        rig.until("running", |status| status.state == State::Running).await;
        sim.publish(record(0));
        rig.complete(1).await;
        assert_eq!(failed_logins(&sim), 0, "{code}");
    }
}

#[tokio::test]
async fn a_key_that_changes_at_the_gateway_stops_collection_after_at_most_two_attempts() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    sim.faults().update(|faults| faults.wrong_key = true);
    sim.cut_connections();
    rig.until("refused", |status| status.state == State::KeyRefused).await;
    pause(500).await;
    let failed = failed_logins(&sim);
    assert!((1..=2).contains(&failed), "{failed}");
}

#[tokio::test]
async fn the_probe_tells_everything_the_wizard_shows() {
    let sim = simulate(|config| config.usage_statistics_enabled = false).await;
    let guard = KeyGuard::new(Arc::new(MemoryLedger::default()));
    let here = upstream(&sim.base_url(), crate::support::KEY);
    sim.faults().update(|faults| faults.resp = RespMode::Http);
    let report = probe(&here, &settings(Mode::Auto), &quick(), &guard).await;
    assert!(report.ok);
    assert_eq!(report.version.as_deref(), Some("v7.2.140"));
    assert_eq!((report.retention_s, report.usage_statistics_enabled), (Some(60), Some(false)));
    assert_eq!(report.warnings[0].code, Code::PublishingOff.as_str());
    assert_eq!(report.resp_available, Some(false));
    assert_eq!(report.resp_failure.unwrap().code, "resp_prefix_h");
    sim.faults().clear();
    let report = probe(&here, &settings(Mode::Auto), &quick(), &guard).await;
    assert_eq!((report.ok, report.resp_available), (true, Some(true)));
    sim.publish(record(0));
    assert_eq!(sim.queue_len(), 0, "publishing is still off: a probe changes nothing");
    sim.faults().update(|faults| faults.no_secret_key = true);
    let report = probe(&here, &settings(Mode::Auto), &quick(), &guard).await;
    assert_eq!((report.ok, report.failure.unwrap().code), (false, "management_disabled"));
}

#[tokio::test]
async fn a_rival_consumer_is_suspected() {
    let sim = simulate(|_| ()).await;
    // HTTP polling beside somebody else's subscription gets nothing.
    let other = Rig::start(&sim.base_url(), Mode::Subscribe);
    other.running(Transport::Subscribe).await;
    let rig = Rig::start(&sim.base_url(), Mode::Http);
    rig.running(Transport::Http).await;
    rig.until("facts", |status| status.gateway.is_some()).await;
    let index = first_auth_index(&rig).await;
    let busy = async {
        for n in 0.. {
            let body = format!(r#"{{"n":{n},"auth_index":"{index}","failed":false}}"#);
            sim.publish(bytes::Bytes::from(body));
            pause(20).await;
        }
    };
    let suspected = rig.until("a suspicion", |status| status.rival_suspected.is_some());
    let status = tokio::select! {
        () = busy => unreachable!(),
        status = suspected => status,
    };
    assert_eq!(rig.numbers(), [0usize; 0]);
    let suspicion = status.rival_suspected.unwrap();
    assert_eq!(suspicion.warning.code, "rival_suspected");
    assert!(suspicion.counted_requests >= 5);
    other.collector.stop().await;
    sim.publish(record(0));
    rig.complete(1).await;
    rig.until("no suspicion", |status| status.rival_suspected.is_none()).await;
}

async fn first_auth_index(rig: &Rig) -> String {
    let body = eventually("the credential list", || {
        rig.events.lock().unwrap().iter().find_map(|event| match event {
            cpamp_collector::CollectorEvent::AuthFiles(body) => Some(body.clone()),
            _ => None,
        })
    })
    .await;
    let list: serde_json::Value = serde_json::from_slice(&body).unwrap();
    list["files"][0]["auth_index"].as_str().unwrap().to_owned()
}
