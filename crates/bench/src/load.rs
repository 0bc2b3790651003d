//! Many small requests: through the proxy, and with right and wrong keys.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::http::Client;
use crate::process::Watch;
use crate::program::{ADMIN_KEY, Manager};
use crate::report::percentile;

/// Connections that send at the same time through the proxy.
const CONNECTIONS: u32 = 8;

/// Bearer requests per second.
const BEARER_RATE: u32 = 1_000;

/// Bearer requests without an answer at the same time; each has a connection of its own.
pub const MAX_IN_FLIGHT: usize = 900;

/// The route that bearer requests ask for: cheap, and it needs the key.
const BEARER_PATH: &str = "/status";

/// What a load gave.
#[derive(Debug, Clone, Default)]
pub struct Load {
    /// Answers per second.
    pub per_second: f64,
    /// The time that half of the answers took at most.
    pub p50: Duration,
    /// The time that 99 of 100 answers took at most.
    pub p99: Duration,
    /// How many answers had which status; 0 stands for no answer.
    pub statuses: BTreeMap<u16, u64>,
}

impl Load {
    fn of(mut answers: Vec<(u16, Duration)>, took: Duration) -> Self {
        let mut statuses = BTreeMap::new();
        for (status, _) in &answers {
            *statuses.entry(*status).or_insert(0) += 1;
        }
        let mut times: Vec<Duration> = answers.drain(..).map(|(_, time)| time).collect();
        Self {
            per_second: times.len() as f64 / took.as_secs_f64(),
            p50: percentile(&mut times, 50),
            p99: percentile(&mut times, 99),
            statuses,
        }
    }

    /// Whether every answer had this status.
    pub fn all(&self, status: u16) -> bool {
        self.statuses.keys().all(|seen| *seen == status) && !self.statuses.is_empty()
    }

    /// The statuses as text: `200: 15000, 429: 3`.
    pub fn shown(&self) -> String {
        let parts: Vec<String> =
            self.statuses.iter().map(|(status, count)| format!("{status}: {count}")).collect();
        parts.join(", ")
    }
}

/// Requests without a pause on eight connections. What is sent in the first fifth of the time is not counted.
pub async fn without_pause(address: SocketAddr, path: &str, bearer: &str, time: Duration) -> Result<Load> {
    let begin = Instant::now() + time / 5;
    let end = begin + time;
    let mut tasks = Vec::new();
    for _ in 0..CONNECTIONS {
        let (path, bearer) = (path.to_owned(), bearer.to_owned());
        tasks.push(tokio::spawn(async move {
            let mut client = Client::connect(address).await?;
            let mut answers = Vec::new();
            loop {
                let sent = Instant::now();
                if sent >= end {
                    return anyhow::Ok(answers);
                }
                let (status, _) = client.get(&path, &bearer).await?;
                if sent >= begin {
                    answers.push((status, sent.elapsed()));
                }
            }
        }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await??);
    }
    Ok(Load::of(answers, time))
}

/// What bearer requests cost.
#[derive(Debug)]
pub struct Bearer {
    /// The requests.
    pub load: Load,
    /// Requests that were due and not sent, because [`MAX_IN_FLIGHT`] others had no answer yet.
    pub unsent: u64,
    /// The most memory at any time, bytes.
    pub peak: u64,
    /// Requests with the right key that were sent once a second meanwhile, and how many of them succeeded.
    pub right: (u64, u64),
}

/// Connections that have no request under way.
type Pool = Arc<Mutex<Vec<Client>>>;

/// 1,000 requests a second, with the right key or each with another wrong one. Nobody waits for an answer: a slow
/// answer makes more connections, as strangers would.
pub async fn bearer(manager: &Manager, wrong: bool, time: Duration) -> Result<Bearer> {
    let address = manager.program.address;
    let watch = Watch::begin(manager.program.id(), None);
    let (pool, places) = (Pool::default(), Arc::new(Semaphore::new(MAX_IN_FLIGHT)));
    let asking = tokio::spawn(right_key(address, time));
    let mut pace = tokio::time::interval(Duration::from_secs(1) / BEARER_RATE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut tasks, mut unsent) = (JoinSet::new(), 0);
    for number in 0..u64::from(BEARER_RATE) * time.as_secs() {
        pace.tick().await;
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            unsent += 1;
            continue;
        };
        let key = if wrong { format!("cmp_admin_wrong{number:024}") } else { ADMIN_KEY.to_owned() };
        let pool = Arc::clone(&pool);
        tasks.spawn(async move {
            let sent = Instant::now();
            let status = ask(address, &pool, &key).await.unwrap_or(0);
            drop(place);
            (status, sent.elapsed())
        });
    }
    let right = asking.await.context("a task ended abnormally")??;
    let answers = tasks.join_all().await;
    let (peak, _) = watch.end();
    Ok(Bearer { load: Load::of(answers, time), unsent, peak, right })
}

/// One request on a connection of the pool, or on a new one.
async fn ask(address: SocketAddr, pool: &Pool, key: &str) -> Result<u16> {
    let kept = pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut client = match kept {
        Some(client) => client,
        None => Client::connect(address).await?,
    };
    let (status, _) = client.get(BEARER_PATH, key).await?;
    pool.lock().unwrap_or_else(PoisonError::into_inner).push(client);
    Ok(status)
}

/// The right key, once a second on a connection of its own: requests, and how many succeeded.
async fn right_key(address: SocketAddr, time: Duration) -> Result<(u64, u64)> {
    let started = Instant::now();
    let mut right = (0, 0);
    let mut client = Client::connect(address).await?;
    while started.elapsed() < time {
        let succeeded = matches!(client.get(BEARER_PATH, ADMIN_KEY).await, Ok((200, _)));
        right = (right.0 + 1, right.1 + u64::from(succeeded));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_and_percentiles_are_counted() {
        let answers = (1..=100).map(|n| (if n == 1 { 429 } else { 200 }, Duration::from_millis(n))).collect();
        let load = Load::of(answers, Duration::from_secs(2));
        assert_eq!(load.shown(), "200: 99, 429: 1");
        assert!(!load.all(200));
        assert!((load.per_second - 50.0).abs() < 1e-9);
        assert_eq!((load.p50, load.p99), (Duration::from_millis(50), Duration::from_millis(99)));
        assert!(!Load::default().all(200), "no answer is no success");
    }
}
