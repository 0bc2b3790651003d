//! How fast the simulator is: `cargo run --release -p cpamp-simulator --example speed`.

use std::io::Write as _;
use std::time::Instant;

use bytes::Bytes;
use cpamp_simulator::traffic::TrafficGenerator;
use cpamp_simulator::{DEFAULT_MANAGEMENT_KEY, Simulator, SimulatorConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const FROM: i64 = 1_793_000_000_000;
const DAY: i64 = 86_400_000;
const HISTORY: u64 = 1_000_000;
const PUBLISHED: usize = 500_000;

#[tokio::main(worker_threads = 2)]
async fn main() -> std::io::Result<()> {
    let gateway = Simulator::start(SimulatorConfig::default()).await?;
    let mut generator = TrafficGenerator::new(gateway.traffic_config());
    let started = Instant::now();
    let bytes: usize = generator.history(FROM, FROM + 90 * DAY, HISTORY).map(|record| record.len()).sum();
    let history = HISTORY as f64 / started.elapsed().as_secs_f64();

    let records: Vec<Bytes> = generator.history(FROM, FROM + DAY, 2_000).collect();
    let mut subscriber = tokio::net::TcpStream::connect(gateway.address()).await?;
    let auth =
        format!("*2\r\n$4\r\nAUTH\r\n${}\r\n{DEFAULT_MANAGEMENT_KEY}\r\n", DEFAULT_MANAGEMENT_KEY.len());
    subscriber.write_all(auth.as_bytes()).await?;
    subscriber.write_all(b"*2\r\n$9\r\nSUBSCRIBE\r\n$5\r\nusage\r\n").await?;
    let reader = tokio::spawn(async move {
        let mut buffer = vec![0; 1 << 20];
        while subscriber.read(&mut buffer).await.unwrap_or(0) > 0 {}
    });
    while gateway.subscriber_count() == 0 {
        tokio::task::yield_now().await;
    }
    let started = Instant::now();
    gateway.publish_with_room(records.iter().cycle().take(PUBLISHED).cloned()).await;
    let published = PUBLISHED as f64 / started.elapsed().as_secs_f64();
    gateway.stop().await;
    reader.await.map_err(std::io::Error::other)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "history    {history:>9.0} records/s, {} bytes each", bytes as u64 / HISTORY)?;
    writeln!(out, "subscriber {published:>9.0} records/s")
}
