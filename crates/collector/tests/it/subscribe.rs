//! Collecting by subscription, against a simulated gateway over real sockets.

use crate::support::{Options, Rig, eventually, pause, record, records, settings, simulate, upstream};
use bytes::Bytes;
use cpamp_collector::{CollectorEvent, GapKind, Mode, State};
use model::Transport;
use simulator::{FrameFault, Outcome};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_20000_arrives_complete_while_the_reader_keeps_up() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Subscribe);
    rig.running(Transport::Subscribe).await;
    sim.publish_with_room(records(0..20_000)).await;
    rig.complete(20_000).await;
    assert_eq!(rig.numbers(), (0..20_000).collect::<Vec<_>>(), "in order, none twice");
    assert_eq!(rig.status().received, 20_000);
    assert_eq!(rig.status().lost_estimate, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_with_cut_offs_loses_exactly_what_the_gateway_dropped() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    let mut sequences = Vec::new();
    for burst in 0..50 {
        let range = sim.publish_many(records(burst * 600..(burst + 1) * 600));
        sequences.extend(range);
        // Somebody has to take them; with a crowded intake the rest would wait at the gateway.
        rig.numbers();
        pause(5).await;
    }
    let lost = |log: &simulator::DeliveryLog| {
        log.count(Outcome::DroppedByOverflow) + log.count(Outcome::LostOnDisconnect)
    };
    let arrived = || rig.numbers().into_iter().collect::<std::collections::HashSet<usize>>();
    eventually("the end", || {
        let arrived = arrived().len();
        (sim.queue_len() == 0 && arrived + lost(&sim.delivery_log()) >= 30_000).then_some(())
    })
    .await;
    let log = sim.delivery_log();
    let handed_over: std::collections::HashSet<u64> = log.handed_over().into_iter().collect();
    let arrived = arrived();
    for (n, sequence) in sequences.iter().enumerate() {
        assert_eq!(arrived.contains(&n), handed_over.contains(sequence), "record {n}");
    }
    assert!(log.count(Outcome::DroppedByOverflow) > 0, "the storm was no storm");
    assert_eq!(log.count(Outcome::LostOnDisconnect), 0);
    assert_eq!(log.count(Outcome::Expired), 0);
    let dropped = log.count(Outcome::DroppedByOverflow) as u64;
    rig.until("the estimate", |status| status.lost_estimate == dropped).await;
    assert!(rig.gaps().iter().all(|gap| gap.kind == GapKind::CutOff && !gap.covered));
}

#[tokio::test]
async fn a_backlog_that_waits_at_the_start_is_fetched_and_the_gap_is_covered() {
    let sim = simulate(|_| ()).await;
    sim.publish_many(records(0..1234));
    let mut options = Options::new(Mode::Auto);
    options.last_connected_ms = Some(sim.now_ms() - 20_000);
    let rig = Rig::with(&sim.base_url(), options);
    rig.running(Transport::Subscribe).await;
    rig.complete(1234).await;
    assert_eq!(rig.transports().into_iter().collect::<Vec<_>>(), [Transport::Resp]);
    let gap = rig.gap().await;
    assert_eq!((gap.kind, gap.covered, gap.lost_estimate), (GapKind::Stopped, true, Some(0)));
    assert!((19_000..30_000).contains(&(gap.to_ms - gap.from_ms)));
    sim.publish(record(1234));
    rig.complete(1235).await;
    assert_eq!(rig.transports().len(), 2, "live records come by subscription");
}

#[tokio::test]
async fn a_long_absence_is_a_lossy_gap() {
    let sim = simulate(|_| ()).await;
    let mut options = Options::new(Mode::Auto);
    options.last_connected_ms = Some(sim.now_ms() - 300_000);
    let rig = Rig::with(&sim.base_url(), options);
    let gap = rig.gap().await;
    assert!(!gap.covered);
    assert_eq!((gap.kind, gap.retention_s, gap.lost_estimate), (GapKind::Stopped, 60, None));
}

#[tokio::test]
async fn the_slow_pop_picks_up_what_was_queued_around_a_reconnect() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    sim.publish_many(records(0..10));
    rig.complete(10).await;
    for round in 0..5 {
        sim.cut_connections();
        // While nobody is subscribed these go to the queue.
        eventually("the end of the subscription", || (sim.subscriber_count() == 0).then_some(())).await;
        sim.publish_many(records(10 + round * 100..10 + (round + 1) * 100));
        rig.complete(10 + (round + 1) * 100).await;
        rig.running(Transport::Subscribe).await;
    }
    assert_eq!(rig.status().reconnects, 5);
    let lost_in_flight = sim.delivery_log().count(Outcome::LostOnDisconnect);
    assert_eq!(lost_in_flight, 0);
}

#[tokio::test]
async fn a_half_open_connection_is_noticed_and_replaced() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    sim.publish(record(0));
    rig.complete(1).await;
    sim.faults().half_open_existing();
    sim.publish_many(records(1..4));
    let status = rig.until("reconnect", |status| status.reconnects == 1).await;
    assert_eq!(status.last_error.unwrap().code, "half_open");
    let gap = rig.gap().await;
    assert_eq!((gap.kind, gap.covered), (GapKind::HalfOpen, false));
    assert!(gap.to_ms - gap.from_ms >= 800, "from the last sign of life, not from the discovery: {gap:?}");
    sim.publish(record(1));
    eventually("the next record", || rig.numbers().contains(&1).then_some(())).await;
}

#[tokio::test]
async fn a_quiet_connection_is_kept_alive_by_pings() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Subscribe);
    rig.running(Transport::Subscribe).await;
    pause(1200).await;
    assert_eq!(rig.status().reconnects, 0);
    assert_eq!(rig.status().state, State::Running);
    assert_eq!(sim.subscriber_count(), 1);
}

#[tokio::test]
async fn a_frame_cut_in_the_middle_is_a_gap_with_one_lost_record() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    sim.publish(record(0));
    rig.complete(1).await;
    sim.faults().cut_mid_frame();
    sim.publish(record(1_000_000));
    rig.until("reconnect", |status| status.reconnects == 1).await;
    let gap = rig.gap().await;
    assert_eq!((gap.kind, gap.covered, gap.lost_estimate), (GapKind::Disconnected, false, Some(1)));
    assert_eq!(rig.status().lost_estimate, 1);
    sim.publish(record(1));
    rig.complete(2).await;
}

#[tokio::test]
async fn spoiled_frames_never_stop_collection() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    for (next, fault) in
        [FrameFault::WrongLength, FrameFault::Garbage, FrameFault::Cut].into_iter().enumerate()
    {
        let before = rig.running(Transport::Subscribe).await.reconnects;
        sim.faults().spoil_next_frame(fault);
        sim.publish(record(1_000_000));
        rig.until("reconnect", |status| status.reconnects > before && status.state == State::Running).await;
        sim.publish(record(next));
        eventually("the next record", || rig.numbers().contains(&next).then_some(())).await;
    }
}

#[tokio::test]
async fn an_absurd_length_swallows_nothing_else() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    sim.faults().spoil_next_frame(FrameFault::HugeLength);
    sim.publish(record(1_000_000));
    rig.until("reconnect", |status| status.reconnects == 1).await;
    sim.publish(record(0));
    rig.complete(1).await;
}

#[tokio::test]
async fn a_cut_off_subscriber_is_told_and_reconnects() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    sim.publish(record(0));
    rig.complete(1).await;
    // On this one thread nobody can read meanwhile: the 256 slots fill, and the gateway drops the subscriber.
    sim.publish_many(records(1..1000));
    let log = sim.delivery_log();
    assert_eq!(log.count(Outcome::DroppedByOverflow), 1);
    rig.until("reconnect", |status| status.reconnects == 1).await;
    let gap = rig.gap().await;
    assert_eq!((gap.kind, gap.covered), (GapKind::CutOff, false));
    assert!(gap.lost_estimate >= Some(1));
    // The buffered ones were still sent, the later ones queued: exactly the overflowing one is missing.
    eventually("all but one", || (rig.numbers().len() == 999).then_some(())).await;
}

#[tokio::test]
async fn a_restart_of_the_gateway_is_survived_and_its_backlog_fetched() {
    let sim = simulate(|_| ()).await;
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    sim.restart_empty();
    sim.publish_many(records(0..50));
    rig.complete(50).await;
    rig.until("running again", |status| status.reconnects == 1 && status.state == State::Running).await;
}

#[tokio::test]
async fn malformed_items_pass_through_and_of_oversized_ones_the_beginning() {
    let sim = simulate(|_| ()).await;
    sim.faults().update(|faults| {
        faults.malformed_every = 5;
        faults.oversized_every = 10;
        faults.oversized_bytes = 9 * 1024 * 1024;
    });
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    sim.publish_with_room(records(0..20)).await;
    rig.complete(20).await;
    rig.until("two oversized items", |status| status.oversized == 2).await;
    rig.exactly(20);
    let cut = rig.cut.lock().unwrap().clone();
    assert!(matches!(cut.as_slice(), [(65_536, one), (65_536, two)] if *one.min(two) >= 9 << 20), "{cut:?}");
    assert_eq!(rig.status().received, 20 + 2 + 4);
}

#[tokio::test]
async fn slow_transport_in_tiny_pieces_changes_nothing() {
    let sim = simulate(|_| ()).await;
    sim.faults().update(|faults| {
        faults.slow = Some(simulator::Slow { chunk_bytes: 97, pause_ms: 0 });
    });
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    sim.publish_with_room(records(0..200)).await;
    rig.complete(200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_loses_nothing_that_was_delivered() {
    let sim = std::sync::Arc::new(simulate(|_| ()).await);
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    let feeder = tokio::spawn({
        let sim = std::sync::Arc::clone(&sim);
        async move { sim.publish_at_rate(records(0..2000), 4000).await }
    });
    pause(200).await;
    rig.collector.stop().await;
    assert_eq!(rig.status().state, State::Stopped);
    let got: std::collections::HashSet<usize> = rig.numbers().into_iter().collect();
    let sequences = feeder.await.unwrap();
    let handed_over: std::collections::HashSet<u64> = sim.delivery_log().handed_over().into_iter().collect();
    for (n, sequence) in sequences.iter().enumerate() {
        assert_eq!(got.contains(&n), handed_over.contains(sequence), "record {n}");
    }
    assert!(got.len() > 100 && got.len() < 2000, "{}", got.len());
    assert!(sim.queue_len() > 0, "the rest waits for the next start");
    // What the gateway still holds in our buffer when it reads UNSUBSCRIBE is lost with it; that is one scheduling delay.
    assert!(sim.delivery_log().count(Outcome::LostOnDisconnect) <= 40, "of 256 slots");
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    let lost = sim.delivery_log().count(Outcome::LostOnDisconnect);
    eventually("the rest", || (rig.numbers().len() + got.len() + lost >= 2000).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_says_whether_the_gateways_buffer_may_have_held_records() {
    let sim = std::sync::Arc::new(simulate(|_| ()).await);
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    sim.publish_with_room(records(0..50)).await;
    rig.complete(50).await;
    pause(50).await;
    rig.collector.stop().await;
    assert_eq!(rig.gaps(), [], "nothing came for a while, so nothing stood in the buffer");

    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    let feeder = tokio::spawn({
        let sim = std::sync::Arc::clone(&sim);
        async move { sim.publish_at_rate(records(0..4000), 4000).await }
    });
    pause(200).await;
    rig.collector.stop().await;
    let gaps = rig.gaps();
    let [gap] = gaps.as_slice() else { panic!("{gaps:?}") };
    assert_eq!((gap.kind, gap.covered, gap.lost_estimate), (GapKind::Stopped, false, None));
    assert!(gap.detail.contains("records were flowing"), "{}", gap.detail);
    feeder.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn configuration_changes_under_load_lose_nothing() {
    let sim = std::sync::Arc::new(simulate(|_| ()).await);
    let rig = Rig::start(&sim.base_url(), Mode::Auto);
    rig.running(Transport::Subscribe).await;
    let feeder = tokio::spawn({
        let sim = std::sync::Arc::clone(&sim);
        async move { sim.publish_at_rate(records(0..3000), 2000).await }
    });
    let here = upstream(&sim.base_url(), crate::support::KEY);
    for round in 0..12 {
        let mode = [Mode::Subscribe, Mode::Auto][round % 2];
        rig.collector.reconfigure(here.clone(), settings(mode)).await;
        // The same connection with other settings is not touched at all.
        let mut faster = settings(mode);
        faster.batch_size = 10 + round;
        rig.collector.reconfigure(here.clone(), faster).await;
        pause(50).await;
    }
    assert_eq!(rig.status().reconnects, 0);
    feeder.await.unwrap();
    rig.complete(3000).await;
    assert_eq!(rig.gaps(), []);
    eventually("one subscriber", || (sim.subscriber_count() == 1).then_some(())).await;
}

#[tokio::test]
async fn refresh_messages_fetch_the_credentials_again_and_are_no_records() {
    let sim = simulate(|_| ()).await;
    let mut options = Options::new(Mode::Auto);
    options.timings.auth_files_every = std::time::Duration::from_secs(600);
    let rig = Rig::with(&sim.base_url(), options);
    rig.running(Transport::Subscribe).await;
    let lists = |rig: &Rig| {
        rig.count(
            |event| matches!(event, CollectorEvent::AuthFiles(body) if body.starts_with(br#"{"files":["#)),
        )
    };
    eventually("the first list", || (lists(&rig) == 1).then_some(())).await;
    for _ in 0..5 {
        sim.publish_refresh();
    }
    eventually("the second list", || (lists(&rig) == 2).then_some(())).await;
    pause(100).await;
    assert_eq!(lists(&rig), 2, "five messages, one list");
    assert_eq!(rig.count(|event| matches!(event, CollectorEvent::CredentialsChanged)), 5);
    assert_eq!((rig.status().received, rig.status().last_record_received_ms), (0, None));
}

#[tokio::test]
async fn a_slow_writer_leaves_records_with_the_gateway_instead_of_losing_them() {
    let sim = simulate(|_| ()).await;
    let mut options = Options::new(Mode::Auto);
    options.capacity = 8_000_000;
    let rig = Rig::with(&sim.base_url(), options);
    rig.running(Transport::Subscribe).await;
    for burst in 0..200 {
        sim.publish_many(records(burst * 100..(burst + 1) * 100));
        pause(5).await;
    }
    pause(200).await;
    let status = rig.status();
    assert_eq!((status.intake_lost, status.state), (0, State::Running));
    assert_eq!(status.last_error.unwrap().code, "intake_crowded");
    // The gateway cuts a reader off that does not read: one record each time. Everything else waits or comes.
    let dropped = || sim.delivery_log().count(Outcome::DroppedByOverflow);
    eventually("all but the dropped", || {
        let arrived: std::collections::HashSet<usize> = rig.numbers().into_iter().collect();
        (arrived.len() + dropped() >= 20_000).then_some(())
    })
    .await;
    let log = sim.delivery_log();
    assert_eq!((log.count(Outcome::LostOnDisconnect), log.count(Outcome::Expired)), (0, 0));
    assert!((1..10).contains(&dropped()), "{} dropped", dropped());
    assert_eq!(rig.status().intake_lost, 0);
    rig.until("the estimate", |status| status.lost_estimate == dropped() as u64).await;
}

#[tokio::test]
async fn a_full_intake_counts_what_it_drops_when_waiting_did_not_help() {
    let sim = simulate(|config| config.retention = std::time::Duration::from_secs(8)).await;
    let mut options = Options::new(Mode::Auto);
    options.capacity = 100_000;
    let rig = Rig::with(&sim.base_url(), options);
    rig.until("facts", |status| status.gateway.is_some()).await;
    rig.running(Transport::Subscribe).await;
    sim.publish_with_room(records(0..500)).await;
    let status = rig.until("all received", |status| status.received == 500).await;
    assert!(status.intake_lost > 300, "{status:?}");
    assert_eq!(status.queue_items + status.intake_lost, 500);
    eventually("the gaps", || {
        let full = rig.gaps().into_iter().filter(|gap| gap.kind == GapKind::IntakeFull);
        let lost: u64 = full.filter_map(|gap| gap.lost_estimate).sum();
        (lost == status.intake_lost).then_some(())
    })
    .await;
    rig.numbers();
    sim.publish(Bytes::from_static(br#"{"n":7777}"#));
    eventually("room again", || rig.numbers().contains(&7777).then_some(())).await;
}

#[tokio::test]
async fn subscribe_mode_never_falls_back() {
    let sim = simulate(|_| ()).await;
    sim.faults().update(|faults| faults.resp = simulator::RespMode::Http);
    sim.publish(record(0));
    let rig = Rig::start(&sim.base_url(), Mode::Subscribe);
    let status = rig.until("an error", |status| status.state == State::Error).await;
    let error = status.last_error.unwrap();
    assert_eq!(error.code, "resp_prefix_h");
    assert!(error.text.contains("unsupported RESP prefix 'H'"), "{}", error.text);
    assert!(error.hint.contains("auto"));
    pause(100).await;
    assert_eq!(sim.queue_len(), 1);
    sim.faults().clear();
    rig.complete(1).await;
}
