//! How fast it is; meaningful in a release build only: `cargo test --release -p cpamp-simulator --test speed --
//! --ignored --nocapture`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::time::Instant;

use bytes::Bytes;
use common::Raw;
use cpamp_simulator::traffic::{TrafficConfig, TrafficGenerator};
use cpamp_simulator::{Outcome, Simulator, SimulatorConfig};
use tokio::io::AsyncReadExt;

const FROM: i64 = 1_793_000_000_000;
const DAY: i64 = 86_400_000;

#[test]
#[ignore = "a measurement"]
fn history_is_made_at_two_hundred_thousand_records_a_second() {
    let mut generator = TrafficGenerator::new(TrafficConfig::default());
    let started = Instant::now();
    let bytes: usize = generator.history(FROM, FROM + 90 * DAY, 1_000_000).map(|record| record.len()).sum();
    let per_second = 1_000_000.0 / started.elapsed().as_secs_f64();
    assert!(per_second >= 200_000.0, "{per_second:.0} records/s of {} bytes", bytes / 1_000_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_subscriber_is_fed_a_hundred_thousand_records_a_second() {
    const COUNT: u64 = 500_000;
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let records: Vec<Bytes> =
        TrafficGenerator::new(TrafficConfig::default()).history(FROM, FROM + DAY, 2_000).collect();
    let mut subscriber = Raw::subscribed(&gateway).await;
    let reader = tokio::spawn(async move {
        let mut buffer = vec![0; 1 << 20];
        while subscriber.stream.read(&mut buffer).await.unwrap_or(0) > 0 {}
    });
    let started = Instant::now();
    let published = gateway.publish_with_room((0..COUNT).map(|n| records[n as usize % 2_000].clone())).await;
    let per_second = COUNT as f64 / started.elapsed().as_secs_f64();
    common::until("everything is written", || gateway.counters().delivered_to_subscribers == COUNT).await;
    assert_eq!((published.len() as u64, gateway.counters().cut_offs), (COUNT, 0));
    assert_eq!(gateway.delivery_log().count(Outcome::SubscriberWritten) as u64, COUNT);
    gateway.stop().await;
    reader.await.unwrap();
    assert!(per_second >= 100_000.0, "{per_second:.0} records/s");
}
