//! The order of transports, and what each needs: HTTP polling, RESP pop, climbing back, proxies in between.

use std::time::{Duration, Instant};

use crate::support::{Options, Rig, eventually, failed_logins, pause, quick, record, records, simulate};
use cpamp_collector::{CollectorEvent, GapKind, Mode, Reach, State, Timings};
use model::Transport;
use simulator::{RespMode, TlsOptions};

#[tokio::test]
async fn auto_subscribes_although_the_http_queue_works_too() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    assert_eq!(sim.subscriber_count(), 1);
}

#[tokio::test]
async fn a_proxy_that_breaks_resp_means_http_and_climbing_back_when_it_is_gone() {
    let sim = simulate(|_| ()).await;
    sim.faults().update(|faults| faults.resp = RespMode::Http);
    sim.publish_many(records(0..300));
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    let status = rig.running(Transport::Http).await;
    assert_eq!(status.last_error.unwrap().code, "resp_prefix_h", "why it is not subscribed");
    rig.complete(300).await;
    pause(300).await;
    assert_eq!(rig.status().transport, Some(Transport::Http));
    sim.faults().clear();
    rig.running(Transport::Subscribe).await;
    sim.publish_many(records(300..310));
    rig.complete(310).await;
    assert_eq!(failed_logins(&sim), 0, "climbing burns no attempt");
    assert_eq!(rig.status().reconnects, 0, "nothing was disconnected");
    assert_eq!(rig.gaps(), []);
}

#[tokio::test]
async fn climbing_under_load_loses_nothing() {
    let sim = std::sync::Arc::new(simulate(|_| ()).await);
    sim.faults().update(|faults| faults.resp = RespMode::Mtls);
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Http).await;
    let feeder = tokio::spawn({
        let sim = std::sync::Arc::clone(&sim);
        async move { sim.publish_at_rate(records(0..2000), 2000).await }
    });
    pause(200).await;
    sim.faults().clear();
    rig.running(Transport::Subscribe).await;
    feeder.await.unwrap();
    rig.complete(2000).await;
    assert!(rig.transports().len() >= 2);
}

#[tokio::test]
async fn while_a_poll_is_under_way_a_new_subscription_claims_nothing_beyond_it() {
    let sim = simulate(|_| ()).await;
    sim.faults().update(|faults| faults.resp = RespMode::Http);
    let mut options = Options::new(Mode::Auto);
    // Nobody asks but the poll.
    options.timings.facts_every = Duration::from_secs(600);
    options.timings.auth_files_every = Duration::from_secs(600);
    let rig = Rig::with(&sim.base_url(), options);
    rig.running(Transport::Http).await;
    rig.until("reached", |status| matches!(status.reach, Reach::Until(_))).await;
    sim.faults().update(|faults| faults.management_delay_ms = 1500);
    pause(150).await;
    let Reach::Until(before) = rig.status().reach else { panic!("{:?}", rig.status().reach) };
    sim.faults().update(|faults| faults.resp = RespMode::Normal);
    rig.running(Transport::Subscribe).await;
    // The pop beside the subscription finds the queue empty at once.
    pause(300).await;
    assert_eq!(rig.status().reach, Reach::Until(before), "the poll has not been answered");
    rig.until("the poll's answer", |status| status.reach == Reach::Live).await;
}

#[tokio::test]
async fn every_refusal_of_resp_leads_to_http() {
    for (resp, code) in [
        (RespMode::Http, "resp_prefix_h"),
        (RespMode::Mtls, "resp_mtls_only"),
        (RespMode::Close, "resp_closed"),
    ] {
        let sim = simulate(|_| ()).await;
        sim.faults().update(|faults| faults.resp = resp);
        sim.publish(record(0));
        let rig = Rig::start(&sim.base_url(), Mode::Auto);
        rig.complete(1).await;
        let status = rig.running(Transport::Http).await;
        assert_eq!(status.last_error.unwrap().code, code);
    }
}

#[tokio::test]
async fn resp_mode_pops_over_resp() {
    let sim = simulate(|_| ()).await;
    sim.publish_many(records(0..1500));
    let rig = Rig::start(&sim.base_url(), Mode::Resp);
    rig.running(Transport::Resp).await;
    rig.complete(1500).await;
    sim.cut_connections();
    sim.publish_many(records(1500..1600));
    rig.complete(1600).await;
    assert_eq!(rig.transports().into_iter().collect::<Vec<_>>(), [Transport::Resp]);
    assert_eq!(sim.subscriber_count(), 0);
}

#[tokio::test]
async fn http_mode_follows_full_batches_at_once() {
    let sim = simulate(|_| ()).await;
    sim.publish_many(records(0..5000));
    let mut options = Options::new(Mode::Http);
    options.settings.poll_interval = Duration::from_millis(400);
    options.timings.idle_poll_max = Duration::from_secs(5);
    let rig = Rig::with(&sim.base_url(), options);
    let began = Instant::now();
    rig.complete(5000).await;
    assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
    assert_eq!(sim.subscriber_count(), 0);
}

#[tokio::test]
async fn polls_ask_for_the_batch_size_and_while_behind_for_a_thousand_where_that_is_more() {
    let (http, resp, subscribe) = (Mode::Http, Mode::Resp, Mode::Subscribe);
    for (mode, batch, most) in
        [(http, 100, 1000), (http, 2500, 2500), (resp, 100, 1000), (resp, 2500, 2500), (subscribe, 100, 1000)]
    {
        let sim = simulate(|_| ()).await;
        sim.publish_many(records(0..5000));
        let mut options = Options::new(mode);
        options.settings.batch_size = batch;
        let rig = Rig::with(&sim.base_url(), options);
        rig.complete(5000).await;
        // The records of one pop share one moment.
        let mut pops = std::collections::BTreeMap::<Instant, usize>::new();
        for line in sim.delivery_log().entries() {
            *pops.entry(line.at).or_default() += 1;
        }
        let largest = pops.into_values().max();
        assert_eq!(largest, Some(most), "{mode:?} {batch}");
    }
}

#[tokio::test]
async fn an_idle_poller_slows_down_and_a_record_wakes_it() {
    let sim = simulate(|_| ()).await;
    let mut options = Options::new(Mode::Http);
    options.settings.poll_interval = Duration::from_millis(5);
    options.timings = Timings { idle_poll_max: Duration::from_millis(200), ..quick() };
    options.timings.facts_every = Duration::from_secs(600);
    options.timings.auth_files_every = Duration::from_secs(600);
    let rig = Rig::with(&sim.base_url(), options);
    rig.running(Transport::Http).await;
    pause(700).await;
    let before = sim.counters().http_management_calls;
    pause(1000).await;
    let calls = sim.counters().http_management_calls - before;
    assert!((3..=6).contains(&calls), "{calls} calls in a second with a ceiling of 200 ms");
    sim.publish(record(0));
    rig.complete(1).await;
}

#[tokio::test]
async fn http_mode_without_the_queue_says_so() {
    for missing in [404, 405, 501] {
        let sim = simulate(|_| ()).await;
        sim.faults().update(|faults| faults.usage_queue_status = Some(missing));
        let rig = Rig::start(&sim.base_url(), Mode::Http);
        let status = rig.until("an error", |status| status.state == State::Error).await;
        assert_eq!(status.last_error.unwrap().code, "queue_missing", "{missing}");
    }
}

#[tokio::test]
async fn a_cut_answer_keeps_its_complete_records_and_is_a_gap() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Http);
    rig.running(Transport::Http).await;
    sim.faults().cut_next_usage_queue_answer();
    sim.publish_many(records(0..40));
    let gap = rig.gap().await;
    assert_eq!((gap.kind, gap.covered), (GapKind::ReplyLost, false));
    let kept = rig.numbers().len();
    assert!((10..40).contains(&kept), "{kept} of 40 were complete");
    sim.publish(record(1000));
    eventually("the next record", || rig.numbers().contains(&1000).then_some(())).await;
}

#[tokio::test]
async fn tls_with_h2_a_path_prefix_and_no_resp_works_over_http() {
    let tls = TlsOptions::self_signed(&["127.0.0.1", "localhost"]).unwrap();
    let sim = simulate(|config| {
        config.tls = Some(tls);
        config.http_only = true;
        config.path_prefix = Some("/cpa".to_owned());
    })
    .await;
    sim.publish_many(records(0..10));
    assert!(sim.base_url().starts_with("https://") && sim.base_url().ends_with("/cpa"));
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Http).await;
    rig.complete(10).await;
    let facts = rig.until("facts", |status| status.gateway.is_some()).await.gateway.unwrap();
    assert_eq!(facts.version.as_deref(), Some("v7.2.140"));
}

#[tokio::test]
async fn resp_over_tls_offers_no_protocol_and_subscribes() {
    let tls = TlsOptions::self_signed(&["127.0.0.1", "localhost"]).unwrap();
    let sim = simulate(|config| config.tls = Some(tls)).await;
    sim.publish_many(records(0..10));
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    sim.publish_many(records(10..20));
    rig.complete(20).await;
}

#[tokio::test]
async fn an_untrusted_certificate_is_named() {
    let tls = TlsOptions::self_signed(&["127.0.0.1"]).unwrap();
    let sim = simulate(|config| config.tls = Some(tls)).await;
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    let mut strict = crate::support::upstream(&sim.base_url(), crate::support::KEY);
    strict.tls_skip_verify = false;
    rig.collector.reconfigure(strict, crate::support::settings(Mode::Auto)).await;
    let status = rig.until("an error", |status| status.state == State::Error).await;
    let error = status.last_error.unwrap();
    assert!(["tls_failed", "tls_no_roots"].contains(&error.code), "{error:?}");
}

#[tokio::test]
async fn a_gateway_that_is_down_at_the_start_is_subscribed_to_when_it_comes() {
    let sim = simulate(|_| ()).await;
    sim.faults().update(|faults| faults.refuse_connections = true);
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.until("an error", |status| status.state == State::Error).await;
    sim.faults().clear();
    rig.running(Transport::Subscribe).await;
}

#[tokio::test]
async fn nobody_listening_is_connect_refused_and_a_loopback_address_in_a_container_is_explained() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (in_container, mode, code) in [
        (false, Mode::Auto, "connect_refused"),
        (true, Mode::Auto, "loopback_in_container"),
        (true, Mode::Http, "loopback_in_container"),
        (false, Mode::Http, "connect_refused"),
    ] {
        let mut options = Options::new(mode);
        options.settings.in_container = in_container;
        let rig = Rig::with(&format!("http://{free}"), options);
        let status = rig.until("an error", |status| status.state == State::Error).await;
        assert_eq!(status.last_error.unwrap().code, code);
    }
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_named() {
    for mode in [Mode::Auto, Mode::Http] {
        let rig = Rig::start("http://no-such-host.invalid:8317", mode);
        let status = rig.until("an error", |status| status.last_error.is_some()).await;
        assert_eq!(status.last_error.unwrap().code, "dns_failed");
    }
}

#[tokio::test]
async fn a_stop_waits_for_a_poll_under_way_and_keeps_its_records() {
    let sim = simulate(|_| ()).await;
    sim.publish_many(records(0..50));
    sim.faults().update(|faults| faults.management_delay_ms = 300);
    let rig = Rig::start(&sim.base_url(), Mode::Http);
    pause(150).await;
    rig.collector.stop().await;
    let popped = sim.delivery_log().handed_over().len();
    assert_eq!(popped, 50, "the request was under way");
    rig.exactly(50);
}

#[tokio::test]
async fn publishing_is_switched_on_only_if_that_is_wanted() {
    let sim = simulate(|config| config.usage_statistics_enabled = false).await;
    let mut options = Options::new(Mode::Auto);
    options.settings.ensure_publishing = false;
    let rig = Rig::with(&sim.base_url(), options);
    let facts = rig.until("facts", |status| status.gateway.is_some()).await.gateway.unwrap();
    assert_eq!(facts.usage_statistics_enabled, Some(false));
    assert_eq!(facts.warnings[0].code, "publishing_off");
    // The same connection, other settings: the next look at the facts switches it on.
    let here = crate::support::upstream(&sim.base_url(), crate::support::KEY);
    rig.collector.reconfigure(here, crate::support::settings(Mode::Auto)).await;
    let publishing = |status: &cpamp_collector::CollectorStatus| {
        status.gateway.as_ref().and_then(|facts| facts.usage_statistics_enabled) == Some(true)
    };
    rig.until("publishing", publishing).await;
    let switched = rig.count(|event| matches!(event, CollectorEvent::PublishingEnabled));
    assert_eq!(switched, 1, "what it changes in the gateway, it tells");
    sim.publish(record(0));
    rig.complete(1).await;
}

#[tokio::test]
async fn old_versions_and_long_intervals_are_warned_about() {
    let sim = simulate(|config| {
        config.version = "6.10.7".to_owned();
        config.retention = Duration::from_secs(5);
    })
    .await;
    let mut options = Options::new(Mode::Auto);
    options.settings.poll_interval = Duration::from_secs(6);
    let rig = Rig::with(&sim.base_url(), options);
    let facts = rig.until("facts", |status| status.gateway.is_some()).await.gateway.unwrap();
    let codes: Vec<&str> = facts.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, ["version_too_old", "poll_interval_exceeds_retention"]);
    assert_eq!(facts.retention_s, Some(5));
    assert!(rig.count(|event| matches!(event, CollectorEvent::Facts(_))) >= 1);
}
