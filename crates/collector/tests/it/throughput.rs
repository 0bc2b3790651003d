//! How fast a subscription is read, with nothing simulated on the other side: ready bytes over loopback.

use std::{
    io::{Read, Write},
    net::TcpListener,
    time::{Duration, Instant},
};

use cpamp_collector::Mode;

use crate::support::{Options, Rig, record};

const MESSAGES: usize = 100_000;

/// Answers AUTH and SUBSCRIBE, then sends as fast as the socket takes it; other connections get AUTH and empty pops.
fn flood(listener: &TcpListener) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        std::thread::spawn(move || {
            let mut input = [0; 4096];
            while let Ok(n) = stream.read(&mut input)
                && n > 0
            {
                let command = String::from_utf8_lossy(&input[..n]).into_owned();
                if command.contains("SUBSCRIBE") {
                    stream.write_all(b"*3\r\n$9\r\nsubscribe\r\n$5\r\nusage\r\n:1\r\n").unwrap();
                    send_all(&mut stream);
                } else if command.contains("POP") {
                    stream.write_all(b"*0\r\n").unwrap();
                } else if command.contains("AUTH") {
                    stream.write_all(b"+OK\r\n").unwrap();
                } else {
                    return;
                }
            }
        });
    }
}

fn send_all(stream: &mut impl Write) {
    let payload = record(7);
    let head = format!("*3\r\n$7\r\nmessage\r\n$5\r\nusage\r\n${}\r\n", payload.len());
    let batch = [head.as_bytes(), &payload, b"\r\n"].concat().repeat(100);
    for _ in 0..MESSAGES / 100 {
        stream.write_all(&batch).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_subscription_is_read_far_faster_than_a_gateway_can_publish() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || flood(&listener));
    let mut options = Options::new(Mode::Subscribe);
    options.capacity = 1 << 30;
    let began = Instant::now();
    let rig = Rig::with(&url, options);
    let mut taken = 0;
    while taken < MESSAGES {
        taken += rig.intake.next_batch(10_000, Duration::from_millis(5)).await.len();
        assert!(began.elapsed() < Duration::from_secs(20), "{taken}");
    }
    let per_second = MESSAGES as f64 / began.elapsed().as_secs_f64();
    assert_eq!(rig.status().received, MESSAGES as u64);
    // Unoptimised builds on a busy machine prove only that nothing is quadratic.
    let bar = if cfg!(debug_assertions) { 10_000.0 } else { 150_000.0 };
    assert!(per_second > bar, "{per_second:.0} messages a second");
}
