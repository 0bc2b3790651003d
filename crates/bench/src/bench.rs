//! The order of the measurements.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;
use simulator::{DEFAULT_MANAGEMENT_KEY, Simulator, SimulatorConfig};

use crate::confine::Confinement;
use crate::feed::{Pair, Rate};
use crate::program::{ADMIN_KEY, Manager, Options, Program, gateway, url};
use crate::records::Records;
use crate::report::{Report, Verdict, median, megabytes, milliseconds, thousands};
use crate::sizes::{
    CONFINED_MEMORY, DISK_BAR, HUGE_BARS, IDLE_GATEWAY_BAR, IDLE_MANAGER_BAR, INGEST_BAR, LARGE_BARS,
    MemoryBars, SMALL_BARS, START_BAR, START_EMPTY_BAR, Sizes, WAL_BAR,
};
use crate::{analytics, heavy, http, load, process, say};

/// Idle programs get this long to come to rest before their processor time is taken.
const SETTLE: Duration = Duration::from_secs(5);

/// The route that is asked for through the proxy and directly.
const PROXIED: &str = "/v0/management/debug";

/// Reading an answer while records arrive.
const EXPORT: &str = "/v0/management/usage/export";

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Everything.
    All,
    /// Memory at the small and the large number of events.
    Memory,
    /// The rate on an empty database and on top of the large number of events.
    Ingest,
    /// The panel's questions.
    Analytics,
    /// What the proxy costs.
    Proxy,
}

/// What every measurement needs.
pub struct Bench {
    /// The program.
    pub binary: PathBuf,
    /// A directory of our own.
    pub directory: PathBuf,
    /// How much is measured.
    pub sizes: Sizes,
    /// The recorded records.
    pub published: String,
    /// The table.
    pub report: Report,
    /// How SQLite answered the panel's questions, on the largest database on which it is timed.
    pub plans: String,
    /// Where the time of the panel's questions goes: lines of a table.
    pub profile: String,
}

impl Bench {
    fn at(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Everything, in an order that shares databases and waiting times; or a part of it.
    pub async fn run(&mut self, part: Part) -> Result<()> {
        let sizes = self.sizes.clone();
        match part {
            Part::Analytics => return analytics::measure(self).await,
            Part::Proxy => return self.proxy().await,
            Part::All => self.start_empty().await?,
            Part::Memory | Part::Ingest => {}
        }

        say::heading(&format!("ingest, {} events", thousands(sizes.large)));
        let large = Pair::start(&self.binary, &self.at("large"), Options::default()).await?;
        let total = sizes.large + sizes.warm_up + sizes.measured + sizes.huge.unwrap_or(0);
        let records = Records::generated(large.gateway.traffic_config(), total);
        large.fill(&records, sizes.warm_up).await?;
        let rate = large.measure(&records, sizes.measured).await?;
        self.ingest_row("empty database", sizes.warm_up, rate);
        large.fill(&records, sizes.large - sizes.warm_up - sizes.measured).await?;
        if part == Part::Ingest {
            large.stop().await?;
            return self.ingest_again(&records).await;
        }
        let small = Pair::start(&self.binary, &self.at("small"), Options::default()).await?;
        small.fill(&Records::generated(small.gateway.traffic_config(), sizes.small), sizes.small).await?;

        say::heading("memory after the heaviest requests");
        self.heaviest(&small.manager, sizes.small, SMALL_BARS).await?;
        self.heaviest(&large.manager, sizes.large, LARGE_BARS).await?;
        self.idle(&small.manager, &large.manager).await?;

        say::heading("bearer requests");
        self.bearer(&small.manager, sizes.small, SMALL_BARS).await?;
        self.bearer(&large.manager, sizes.large, LARGE_BARS).await?;
        small.stop().await?;
        large.stop().await?;
        if part == Part::Memory {
            return Ok(());
        }

        say::heading("disk and start");
        self.disk_row("the generator's traffic of thirty days", &self.at("large"), sizes.large)?;
        self.start_filled(&self.at("large"), sizes.large).await?;
        self.recorded().await?;

        self.ingest_again(&records).await?;
        self.drain().await?;
        self.proxy().await?;
        self.confined().await?;
        if let Some(huge) = sizes.huge {
            self.huge(&records, huge).await?;
        }
        analytics::measure(self).await
    }

    async fn ingest_again(&mut self, records: &Records) -> Result<()> {
        let sizes = self.sizes.clone();
        say::heading(&format!("ingest on top of {} events", thousands(sizes.large)));
        let large = Pair::start(&self.binary, &self.at("large"), Options::default()).await?;
        large.fill(records, sizes.warm_up).await?;
        let rate = large.measure(records, sizes.measured).await?;
        self.ingest_row(&format!("{} events before", thousands(sizes.large)), sizes.warm_up, rate);
        large.stop().await
    }

    async fn start_empty(&mut self) -> Result<()> {
        say::heading("start on an empty directory");
        let mut times = Vec::new();
        for number in 0..self.sizes.starts {
            let manager =
                Manager::start(&self.binary, &self.at(&format!("empty-{number}")), &Options::default())
                    .await?;
            times.push(manager.start);
            manager.stop()?;
        }
        self.start_row("empty directory", START_EMPTY_BAR, &mut times);
        Ok(())
    }

    async fn start_filled(&mut self, directory: &Path, events: u64) -> Result<()> {
        let mut times = Vec::new();
        for _ in 0..self.sizes.starts {
            let manager = Manager::start(&self.binary, directory, &Options::default()).await?;
            times.push(manager.start);
            manager.stop()?;
        }
        self.start_row(&format!("{} events", thousands(events)), START_BAR, &mut times);
        Ok(())
    }

    fn start_row(&mut self, what: &str, bar: Duration, times: &mut [Duration]) {
        let slowest = times.iter().max().copied().unwrap_or_default();
        self.report.row(
            format!("start to the first `/health` answer, {what}"),
            format!("≤ {} ms", bar.as_millis()),
            format!("{} (slowest {})", milliseconds(median(times)), milliseconds(slowest)),
            Verdict::of(slowest <= bar),
            format!(
                "from starting the process, {} starts, the slowest counts; asked every millisecond",
                times.len()
            ),
        );
    }

    fn ingest_row(&mut self, what: &str, warm_up: u64, rate: Rate) {
        self.report.row(
            format!("durable ingest, subscribe mode, {what}"),
            format!("≥ {} events/s, none lost", thousands(INGEST_BAR as u64)),
            format!(
                "{} events/s, {} lost; processor per event: manager {:.1} µs, gateway {:.1} µs",
                thousands(rate.per_second as u64),
                rate.lost,
                rate.manager_us,
                rate.gateway_us
            ),
            Verdict::of(rate.per_second >= INGEST_BAR && rate.lost == 0),
            format!(
                "{} generated records after a warm-up of {}, as fast as they are stored (8,000 on the way at most); gateway and manager \
                 on the same two cores, `synchronous=FULL`; until the last commit; counted against the delivery log",
                thousands(self.sizes.measured),
                thousands(warm_up)
            ),
        );
    }

    fn disk_row(&mut self, what: &str, directory: &Path, events: u64) -> Result<()> {
        let database = std::fs::metadata(directory.join("usage.sqlite"))?.len();
        let log = std::fs::metadata(directory.join("usage.sqlite-wal")).map_or(0, |data| data.len());
        let per_event = (database + log) as f64 / events as f64;
        self.report.row(
            format!("disk per event, all tables and indexes, {what}"),
            format!("≤ {DISK_BAR:.0} bytes"),
            format!("{per_event:.1} bytes"),
            Verdict::of(per_event <= DISK_BAR),
            format!("size of the database file after a stop, {} events", thousands(events)),
        );
        Ok(())
    }

    async fn recorded(&mut self) -> Result<()> {
        let pair = Pair::start(&self.binary, &self.at("recorded"), Options::default()).await?;
        let records = Records::recorded(&self.published, self.sizes.recorded)?;
        pair.fill(&records, self.sizes.recorded).await?;
        pair.stop().await?;
        let what = "recorded records with fresh ids, times and trace ids";
        self.disk_row(what, &self.at("recorded"), self.sizes.recorded)?;
        std::fs::remove_dir_all(self.at("recorded"))?;
        Ok(())
    }

    async fn heaviest(&mut self, manager: &Manager, events: u64, bars: MemoryBars) -> Result<()> {
        let cost = heavy::requests(manager, events).await?;
        self.report.row(
            format!("memory right after the heaviest requests, {} events", thousands(events)),
            format!("≤ {}", megabytes(bars.busy)),
            format!(
                "{} (highest meanwhile {}; before {}, after the export {}, after pages and searches {})",
                megabytes(cost.after),
                megabytes(cost.peak),
                megabytes(cost.before),
                megabytes(cost.after_export),
                megabytes(cost.after_pages)
            ),
            Verdict::of(cost.after <= bars.busy),
            format!(
                "VmRSS, mapped files included, of the process that stored the events; whole export ({}, {:.1} s), 20 \
                 pages of 500, two searches, then `GET /v0/management/usage`",
                megabytes(cost.export_bytes),
                cost.export.as_secs_f64()
            ),
        );
        Ok(())
    }

    /// Four managers at rest at the same time: two whose memory is looked at, two whose gateways are watched.
    async fn idle(&mut self, small: &Manager, large: &Manager) -> Result<()> {
        say::heading(&format!("idle for {} s", self.sizes.idle.as_secs()));
        let started = tokio::time::Instant::now();
        let mut watched = Vec::new();
        for mode in ["subscribe", "http"] {
            let gateway = gateway(&self.binary, &self.at(&format!("idle-{mode}-gateway.log"))).await?;
            let options = Options { upstream: Some(url(&gateway)), mode: Some(mode), ..Options::default() };
            let manager = Manager::start(&self.binary, &self.at(&format!("idle-{mode}")), &options).await?;
            manager.collects_over(mode).await?;
            watched.push((mode, gateway, manager));
        }
        tokio::time::sleep(SETTLE).await;
        let usage = |gateway: &Program, manager: &Manager| -> Result<(Duration, Duration)> {
            Ok((process::processor_time(gateway.id())?, process::processor_time(manager.program.id())?))
        };
        let before: Vec<_> =
            watched.iter().map(|(_, gateway, manager)| usage(gateway, manager)).collect::<Result<_>>()?;
        tokio::time::sleep(self.sizes.idle).await;
        for ((mode, gateway, manager), before) in watched.into_iter().zip(before) {
            let after = usage(&gateway, &manager)?;
            self.idle_rows(mode, after.0 - before.0, after.1 - before.1);
            manager.stop()?;
            gateway.stop()?;
        }
        // At rest means a few minutes after the last question: an idle index lets its columns go after one.
        tokio::time::sleep(self.sizes.calm.saturating_sub(started.elapsed())).await;
        let waited = started.elapsed();
        let pairs = [(small, self.sizes.small, SMALL_BARS), (large, self.sizes.large, LARGE_BARS)];
        for (manager, events, bars) in pairs {
            self.idle_memory_row(manager, events, bars, waited)?;
        }
        Ok(())
    }

    fn idle_memory_row(
        &mut self,
        manager: &Manager,
        events: u64,
        bars: MemoryBars,
        waited: Duration,
    ) -> Result<()> {
        let memory = process::resident(manager.program.id())?;
        self.report.row(
            format!("memory at rest, {} events", thousands(events)),
            format!("≤ {}", megabytes(bars.idle)),
            megabytes(memory),
            Verdict::of(memory <= bars.idle),
            format!(
                "VmRSS, mapped files included, {} s after the last request, same process as above",
                waited.as_secs()
            ),
        );
        Ok(())
    }

    fn idle_rows(&mut self, mode: &str, gateway: Duration, manager: Duration) {
        let share = |time: Duration| time.as_secs_f64() / self.sizes.idle.as_secs_f64();
        let seconds = self.sizes.idle.as_secs();
        let rows = [
            ("idle processor time of the manager", share(manager), IDLE_MANAGER_BAR, "manager"),
            (
                "what an idle manager costs the gateway",
                share(gateway),
                IDLE_GATEWAY_BAR,
                "gateway with bcrypt on",
            ),
        ];
        for (what, share, bar, process) in rows {
            self.report.row(
                format!("{what}, {mode} mode"),
                format!("< {:.0} % of a core", bar * 100.0),
                format!("{:.2} %", share * 100.0),
                Verdict::of(share < bar),
                format!(
                    "processor time of the {process} over {seconds} s, no record arriving, default settings"
                ),
            );
        }
    }

    async fn bearer(&mut self, manager: &Manager, events: u64, bars: MemoryBars) -> Result<()> {
        for wrong in [false, true] {
            let cost = load::bearer(manager, wrong, self.sizes.bearer).await?;
            let answered =
                cost.right.0 == cost.right.1 && (wrong || (cost.load.all(200) && cost.unsent == 0));
            let which = if wrong { "each with another wrong key" } else { "with the right key" };
            self.report.row(
                format!("memory under 1,000 requests/s {which}, {} events", thousands(events)),
                format!("≤ {}", megabytes(bars.idle)),
                format!(
                    "{} at most; {:.0} requests/s answered, p99 {}; statuses {}; not sent {}; right key meanwhile {} of {}",
                    megabytes(cost.peak),
                    cost.load.per_second,
                    milliseconds(cost.load.p99),
                    cost.load.shown(),
                    cost.unsent,
                    cost.right.1,
                    cost.right.0
                ),
                Verdict::of(cost.peak <= bars.idle && answered),
                format!(
                    "`GET /status` for {} s, sent without waiting for answers ({} connections at most); looked at every 20 ms",
                    self.sizes.bearer.as_secs(),
                    load::MAX_IN_FLIGHT
                ),
            );
        }
        Ok(())
    }

    async fn drain(&mut self) -> Result<()> {
        say::heading("backlog over HTTP");
        let gateway = gateway(&self.binary, &self.at("drain-gateway.log")).await?;
        let backlog = self.sizes.backlog;
        let mut client = http::Client::connect(gateway.address).await?;
        client.json("POST", "/_simulator/generate", "", Some(&json!({ "count": backlog }))).await?;
        let options = Options { upstream: Some(url(&gateway)), mode: Some("http"), ..Options::default() };
        let manager = Manager::start(&self.binary, &self.at("drain"), &options).await?;
        let first = manager.stored(1).await?;
        let (started, before) = (std::time::Instant::now(), process::processor_time(gateway.id())?);
        let manager_before = process::processor_time(manager.program.id())?;
        let stored = manager.stored(backlog).await?;
        let took = started.elapsed().as_secs_f64();
        let cost = (process::processor_time(gateway.id())? - before).as_secs_f64();
        let own = (process::processor_time(manager.program.id())? - manager_before).as_secs_f64();
        let stats = client.json("GET", "/_simulator/stats", "", None).await?;
        let popped = stats["counters"]["popped_http"].as_u64().context("no counter")?;
        let events = (stored - first) as f64;
        self.report.row(
            "draining a backlog over HTTP, defaults (batch 100, interval 500 ms)",
            "none lost",
            format!(
                "{} events/s, {} lost; gateway {:.0} % of a core ({:.2} ms per 100 events), manager {:.0} %",
                thousands((events / took) as u64),
                popped.max(backlog).saturating_sub(stored),
                cost / took * 100.0,
                cost / events * 1e5,
                own / took * 100.0
            ),
            Verdict::of(stored == backlog && popped == backlog),
            format!(
                "{} waiting records; the gateway spends one bcrypt comparison per call",
                thousands(backlog)
            ),
        );
        manager.stop()?;
        gateway.stop()
    }

    async fn proxy(&mut self) -> Result<()> {
        say::heading("proxy");
        let simulated = Simulator::start(SimulatorConfig::default()).await?;
        let options = Options { upstream: Some(simulated.base_url()), ..Options::default() };
        let manager = Manager::start(&self.binary, &self.at("proxy"), &options).await?;
        manager.collects_over("subscribe").await?;
        let time = self.sizes.proxy;
        let direct = load::without_pause(simulated.address(), PROXIED, DEFAULT_MANAGEMENT_KEY, time).await?;
        let through = load::without_pause(manager.program.address, PROXIED, ADMIN_KEY, time).await?;
        for (name, result) in [("direct", &direct), ("proxy", &through)] {
            if !result.all(200) {
                bail!("{name}: {PROXIED} answers {}", result.shown());
            }
        }
        self.report.row(
            format!("proxy overhead, `GET {PROXIED}`"),
            "",
            format!(
                "direct {} requests/s, p50 {}, p99 {}; through the manager {} requests/s, p50 {}, p99 {}",
                thousands(direct.per_second as u64),
                milliseconds(direct.p50),
                milliseconds(direct.p99),
                thousands(through.per_second as u64),
                milliseconds(through.p50),
                milliseconds(through.p99)
            ),
            Verdict::NoBar,
            format!(
                "eight connections without a pause, {} s each; no bcrypt; clients, gateway and manager share the two cores",
                time.as_secs()
            ),
        );
        manager.stop()?;
        simulated.stop().await;
        Ok(())
    }

    /// Ingest, a fast export and a very slow one at the same time, in 256 MiB and on one core.
    async fn confined(&mut self) -> Result<()> {
        say::heading("256 MiB, one core");
        let directory = self.at("confined");
        std::fs::create_dir_all(&directory)?;
        for name in ["usage.sqlite", "data.key"] {
            std::fs::copy(self.at("large").join(name), directory.join(name))?;
        }
        let group = Confinement::make();
        let options = Options { wrapper: group.wrapper(), ..Options::default() };
        let pair = Pair::start(&self.binary, &directory, options).await?;
        let before = pair.manager.stored(0).await?;
        let watch = process::Watch::begin(pair.manager.program.id(), Some(&pair.manager.wal()));
        let address = pair.manager.program.address;
        let slow = tokio::spawn(http::read_slowly(address, EXPORT, ADMIN_KEY, self.sizes.slow));
        let fast = tokio::spawn(async move {
            let mut client = http::Client::connect(address).await?;
            client.get_lines(EXPORT, ADMIN_KEY).await
        });
        let records = Records::generated(pair.gateway.traffic_config(), self.sizes.confined);
        let rate = pair.measure(&records, self.sizes.confined).await?;
        let (_, exported) = fast.await??;
        let read_slowly = slow.await??;
        let (memory, wal) = watch.end();
        let (kills, peak) = (group.kills(), group.peak());
        pair.stop().await?;
        let kept = rate.lost == 0
            && kills.unwrap_or(0) == 0
            && exported >= before
            && wal <= WAL_BAR
            && memory <= CONFINED_MEMORY;
        self.report.row(
            format!("ingest and export with 256 MiB and one core, {} events before", thousands(before)),
            "none lost, log ≤ 256 MiB, memory ≤ 256 MiB",
            format!(
                "{} events/s, {} lost; log at most {}; memory at most {} (group with page cache {}); killed: {}; {} \
                 events exported meanwhile",
                thousands(rate.per_second as u64),
                rate.lost,
                megabytes(wal),
                megabytes(memory),
                peak.map_or_else(|| "not counted".to_owned(), megabytes),
                kills.map_or_else(|| "not counted".to_owned(), |kills| kills.to_string()),
                thousands(exported)
            ),
            Verdict::of(kept),
            format!(
                "{}; {} records, a whole export at full speed, and an export read at 1 kB/s for {} s ({} bytes), at the \
                 same time",
                group.how(),
                thousands(self.sizes.confined),
                self.sizes.slow.as_secs(),
                thousands(read_slowly)
            ),
        );
        std::fs::remove_dir_all(&directory)?;
        Ok(())
    }

    async fn huge(&mut self, records: &Records, events: u64) -> Result<()> {
        say::heading(&format!("{} events", thousands(events)));
        let directory = self.at("large");
        let pair = Pair::start(&self.binary, &directory, Options::default()).await?;
        let missing = events.saturating_sub(pair.manager.stored(0).await?);
        pair.fill(records, missing).await?;
        self.heaviest(&pair.manager, events, HUGE_BARS).await?;
        tokio::time::sleep(self.sizes.calm).await;
        self.idle_memory_row(&pair.manager, events, HUGE_BARS, self.sizes.calm)?;
        pair.stop().await?;
        self.disk_row("the generator's traffic", &directory, events)?;
        self.start_filled(&directory, events).await
    }
}
