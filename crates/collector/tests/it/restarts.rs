//! A gateway that really goes away: nothing listens at its address, and its queue dies with it.

use std::net::SocketAddr;

use crate::support::{Options, Rig, eventually, pause, record, records, simulate};
use cpamp_collector::{Gap, GapKind, Mode, State};
use model::Transport;
use simulator::Simulator;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// Lets the gateway count requests of a credential that it lists, and waits until the collector has seen them.
async fn count_requests(sim: &Simulator, rig: &Rig, requests: usize) {
    let listed = eventually("the credential list", || rig.lists().pop()).await;
    let list: serde_json::Value = serde_json::from_slice(&listed).unwrap();
    let known = list["files"][0]["auth_index"].as_str().unwrap();
    for _ in 0..requests {
        let record = serde_json::json!({"auth_index": known, "failed": false, "model": "m"});
        sim.publish(record.to_string().into());
    }
    let seen = rig.lists().len();
    eventually("another look at the counters", || (rig.lists().len() >= seen + 2).then_some(())).await;
}

/// Polls slowly, so that records wait in the gateway's queue; kills it; starts it anew. Answers the gap.
async fn gap_of_a_kill(mode: Mode, in_container: bool, waiting: usize) -> Gap {
    let sim = simulate(|_| ()).await;
    let address = sim.address();
    let mut options = Options::new(mode);
    options.settings.in_container = in_container;
    options.settings.poll_interval = std::time::Duration::from_secs(2);
    options.timings.idle_poll_max = std::time::Duration::from_secs(2);
    let rig = Rig::with(&sim.base_url(), options);
    rig.until("connected", |status| status.state == State::Running).await;
    pause(300).await;
    sim.publish_many(records(0..waiting));
    let queued = sim.queue_len();
    if mode != Mode::Subscribe {
        assert_eq!(queued, waiting, "they wait for the next poll");
    }
    sim.stop().await;
    let refused = if in_container { "loopback_in_container" } else { "connect_refused" };
    rig.until("the refusal", |status| status.last_error.as_ref().is_some_and(|error| error.code == refused))
        .await;
    let sim = simulate(|config| config.listen = address).await;
    let gap = rig.gap().await;
    drop(sim);
    gap
}

#[tokio::test]
async fn what_a_killed_gateway_had_queued_is_reported_as_lost() {
    for (mode, in_container) in [(Mode::Http, false), (Mode::Http, true), (Mode::Resp, true)] {
        let gap = gap_of_a_kill(mode, in_container, 88).await;
        assert_eq!((gap.kind, gap.covered), (GapKind::Disconnected, false), "{mode:?}: {gap:?}");
        assert!(gap.detail.contains("its queue is lost"), "{gap:?}");
        assert_ne!(gap.lost_estimate, Some(0), "{gap:?}");
    }
}

#[tokio::test]
async fn a_killed_gateway_is_no_cut_off() {
    for in_container in [false, true] {
        let gap = gap_of_a_kill(Mode::Subscribe, in_container, 10).await;
        assert_eq!((gap.kind, gap.covered), (GapKind::Disconnected, true), "{gap:?}");
    }
}

#[tokio::test]
async fn counters_that_began_anew_show_a_restart_that_no_poll_has_seen() {
    let sim = simulate(|_| ()).await;
    let mut options = Options::new(Mode::Http);
    options.settings.poll_interval = std::time::Duration::from_secs(1);
    options.timings.idle_poll_max = std::time::Duration::from_secs(1);
    let rig = Rig::with(&sim.base_url(), options);
    rig.running(Transport::Http).await;
    count_requests(&sim, &rig, 20).await;
    assert_eq!(rig.gaps(), []);
    sim.publish(record(1));
    sim.restart_empty();
    let gap = rig.gap().await;
    assert!(!gap.covered, "{gap:?}");
    assert!(
        gap.detail.contains("request counters began anew") || gap.detail.contains("queue is lost"),
        "{gap:?}"
    );
    pause(700).await;
    assert_eq!(rig.gaps().len(), 1, "said once: {:?}", rig.gaps());
}

#[tokio::test]
async fn a_broken_network_is_no_restart_when_the_counters_went_on() {
    let sim = simulate(|_| ()).await;
    let relay = Relay::start(None, sim.address()).await;
    let rig = Rig::start(&format!("http://{}", relay.address), Mode::Http);
    rig.running(Transport::Http).await;
    count_requests(&sim, &rig, 20).await;
    let address = relay.address;
    drop(relay);
    rig.until("the failure", |status| {
        status.last_error.as_ref().is_some_and(|error| error.code == "connect_refused")
    })
    .await;
    sim.publish_many(records(0..5));
    let _relay = Relay::start(Some(address), sim.address()).await;
    let gap = rig.gap().await;
    assert_eq!((gap.covered, gap.lost_estimate), (true, Some(0)), "{gap:?}");
    rig.complete(5).await;
}

/// A network in between that can be taken away.
struct Relay {
    address: SocketAddr,
    running: tokio::task::JoinHandle<()>,
}

impl Relay {
    async fn start(at: Option<SocketAddr>, to: SocketAddr) -> Self {
        let at = at.unwrap_or_else(|| "127.0.0.1:0".parse().unwrap());
        let listener = TcpListener::bind(at).await.unwrap();
        let address = listener.local_addr().unwrap();
        let running = tokio::spawn(async move {
            // Dropped with the listener, so that every connection breaks with it.
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                connections.spawn(async move {
                    let mut far = TcpStream::connect(to).await.unwrap();
                    tokio::io::copy_bidirectional(&mut near, &mut far).await.ok();
                });
            }
        });
        Self { address, running }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.running.abort();
    }
}
