//! Publish or queue, cut-off, retention, pops: CPA's delivery rules over real sockets.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::time::Duration;

use common::{KEY, Raw, record, until};
use cpamp_simulator::{Outcome, Simulator, SimulatorConfig};

async fn gateway() -> Simulator {
    Simulator::start(SimulatorConfig::default()).await.unwrap()
}

#[tokio::test]
async fn records_are_queued_without_a_subscriber_and_never_with_one() {
    let gateway = gateway().await;
    let waiting = gateway.publish_many((0..3).map(record));
    assert_eq!(gateway.queue_len(), 3);
    let mut subscriber = Raw::subscribed(&gateway).await;
    let live = gateway.publish(record(3));
    assert_eq!(subscriber.message().await.unwrap(), record(3));
    assert_eq!(gateway.queue_len(), 3, "the backlog is neither replayed nor extended");
    let mut popper = Raw::logged_in(&gateway).await;
    popper.say(&["LPOP", "usage", "10"]).await;
    assert_eq!(popper.line().await, "*3");
    for number in 0..3 {
        assert_eq!(popper.bulk().await.unwrap(), record(number));
    }
    until("delivery is logged", || gateway.delivery_log().entries().len() == 4).await;
    let log = gateway.delivery_log();
    assert_eq!(
        log.with_outcome(Outcome::RespPop).map(|d| d.sequence).collect::<Vec<_>>(),
        waiting.collect::<Vec<_>>()
    );
    assert_eq!(log.of(live).map(|d| d.outcome).collect::<Vec<_>>(), [Outcome::SubscriberWritten]);
}

#[tokio::test]
async fn two_subscribers_get_a_copy_each_and_a_leaving_one_does_not_disturb_the_other() {
    let gateway = gateway().await;
    let mut first = Raw::subscribed(&gateway).await;
    let mut second = Raw::subscribed(&gateway).await;
    gateway.publish(record(1));
    assert_eq!(first.message().await.unwrap(), record(1));
    assert_eq!(second.message().await.unwrap(), record(1));
    drop(first);
    until("the first is gone", || gateway.subscriber_count() == 1).await;
    gateway.publish(record(2));
    assert_eq!(second.message().await.unwrap(), record(2));
    drop(second);
    until("the second is gone", || gateway.subscriber_count() == 0).await;
    gateway.publish(record(3));
    assert_eq!(gateway.queue_len(), 1);
}

#[tokio::test]
async fn the_257th_waiting_record_is_lost_and_cuts_the_subscriber_off_after_its_buffer_was_sent() {
    let gateway = gateway().await;
    let mut subscriber = Raw::subscribed(&gateway).await;
    gateway.faults().update(|faults| faults.stall_writes = true);
    // This task never yields in between, so the writer takes nothing.
    let sent = gateway.publish_many((0..300).map(record));
    assert_eq!(gateway.subscriber_count(), 0);
    assert_eq!(gateway.queue_len(), 300 - 257, "after the cut-off records are queued again");
    gateway.faults().clear();
    for number in 0..256 {
        assert_eq!(subscriber.message().await.unwrap(), record(number));
    }
    assert_eq!(subscriber.message().await, None, "then the connection is closed");
    let log = gateway.delivery_log();
    assert_eq!(log.count(Outcome::SubscriberWritten), 256);
    let dropped: Vec<u64> = log.with_outcome(Outcome::DroppedByOverflow).map(|d| d.sequence).collect();
    assert_eq!(dropped, [sent.start + 256]);
    let counters = gateway.counters();
    assert_eq!((counters.cut_offs, counters.produced, counters.delivered_to_subscribers), (1, 300, 256));
}

#[tokio::test]
async fn messages_that_the_writer_has_taken_keep_their_slots() {
    let gateway = gateway().await;
    let _subscriber = Raw::subscribed(&gateway).await;
    gateway.faults().update(|faults| faults.stall_writes = true);
    gateway.publish_many((0..10).map(record));
    tokio::time::sleep(Duration::from_millis(30)).await;
    gateway.publish_many((10..256).map(record));
    assert_eq!(gateway.subscriber_count(), 1);
    gateway.publish(record(256));
    assert_eq!(gateway.subscriber_count(), 0);
}

#[tokio::test]
async fn records_in_a_buffer_are_lost_with_their_subscriber() {
    let gateway = gateway().await;
    let subscriber = Raw::subscribed(&gateway).await;
    gateway.faults().update(|faults| faults.stall_writes = true);
    gateway.publish_many((0..5).map(record));
    gateway.cut_connections();
    until("the loss is logged", || gateway.delivery_log().count(Outcome::LostOnDisconnect) == 5).await;
    assert_eq!(gateway.counters().lost_on_disconnect, 5);
    drop(subscriber);
}

#[tokio::test]
async fn old_records_expire_on_the_next_push_or_pop_and_not_before() {
    let gateway = gateway().await;
    gateway.publish_many((0..2).map(record));
    gateway.set_clock_offset(60_500);
    assert_eq!(gateway.queue_len(), 2);
    gateway.publish(record(2));
    assert_eq!(gateway.queue_len(), 1);
    gateway.set_clock_offset(121_500);
    let mut http = Raw::connect(&gateway).await;
    assert_eq!(http.manage("GET", "usage-queue?count=10", "").await, (200, "[]".to_owned()));
    assert_eq!(gateway.counters().expired, 3);
    assert_eq!(gateway.delivery_log().count(Outcome::Expired), 3);
}

#[tokio::test]
async fn the_http_queue_pops_the_oldest_and_checks_its_count() {
    let gateway = gateway().await;
    gateway.publish_many((0..4).map(record));
    gateway.publish(bytes::Bytes::from_static(b"{\"broken"));
    let mut http = Raw::connect(&gateway).await;
    let one = String::from_utf8(record(0).to_vec()).unwrap();
    assert_eq!(http.manage("GET", "usage-queue", "").await, (200, format!("[{one}]")));
    let (_, three) = http.manage("GET", "usage-queue?count=3", "").await;
    let three: Vec<serde_json::Value> = serde_json::from_str(&three).unwrap();
    assert_eq!(three.len(), 3);
    assert_eq!(http.manage("GET", "usage-queue?count=9", "").await, (200, r#"["{\"broken"]"#.to_owned()));
    for bad in ["0", "-1", "x", "1.5"] {
        let (status, body) = http.manage("GET", &format!("usage-queue?count={bad}"), "").await;
        assert_eq!((status, body.as_str()), (400, r#"{"error":"count must be a positive integer"}"#));
    }
    assert_eq!(gateway.counters().popped_http, 5);
}

#[tokio::test]
async fn a_restart_cuts_everybody_and_forgets_queue_bans_and_counters() {
    let gateway = gateway().await;
    gateway.publish_many((0..2).map(record));
    let mut subscriber = Raw::subscribed(&gateway).await;
    let mut stranger = Raw::connect(&gateway).await;
    stranger.say(&["AUTH", "wrong"]).await;
    assert_eq!(stranger.line().await, "-ERR invalid management key");
    gateway.restart_empty();
    assert_eq!(subscriber.message().await, None);
    assert_eq!(stranger.rest().await, b"");
    assert_eq!((gateway.queue_len(), gateway.subscriber_count()), (0, 0));
    assert!(gateway.counters().failed_logins.is_empty());
    assert_eq!(gateway.delivery_log().count(Outcome::Cleared), 2);
    let again = gateway.publish(record(9));
    assert_eq!(again, 3, "numbers are never reused");
    Raw::subscribed(&gateway).await;
}

#[tokio::test]
async fn nothing_is_published_while_statistics_or_management_are_off() {
    let gateway = gateway().await;
    let mut http = Raw::connect(&gateway).await;
    let (status, _) = http.manage("PUT", "usage-statistics-enabled", r#"{"value":false}"#).await;
    assert_eq!(status, 200);
    gateway.publish(record(0));
    assert_eq!((gateway.queue_len(), gateway.counters().refused), (0, 1));
    http.manage("PATCH", "usage-statistics-enabled", r#"{"value":true}"#).await;
    gateway.publish(record(1));
    let mut subscriber = Raw::subscribed(&gateway).await;
    assert_eq!(http.manage("PUT", "config.yaml", "debug: true\n").await.0, 200);
    assert_eq!(subscriber.message().await, None, "no secret: subscribers are closed");
    assert_eq!(gateway.queue_len(), 0);
    assert_eq!(http.manage("GET", "config", "").await, (404, String::new()));
    let mut resp = Raw::connect(&gateway).await;
    resp.say(&["AUTH", KEY]).await;
    assert_eq!(resp.rest().await, b"", "closed without a byte");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fast_reader_gets_twenty_thousand_records_in_order() {
    let gateway = gateway().await;
    let mut subscriber = Raw::subscribed(&gateway).await;
    let reader = tokio::spawn(async move {
        for number in 0..20_000 {
            assert_eq!(subscriber.message().await.unwrap(), record(number));
        }
    });
    gateway.publish_with_room((0..20_000).map(record)).await;
    reader.await.unwrap();
    assert_eq!(gateway.counters().cut_offs, 0);
    until("all are logged", || gateway.delivery_log().handed_over().len() == 20_000).await;
}
