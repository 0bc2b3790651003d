//! The supervisor: a thread of its own with the connection, and the handle that others hold.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    thread,
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::{millis, now_ms},
    events::{EventSink, GapKind},
    gaps::OpenGap,
    http::Management,
    intake::Intake,
    ledger::KeyGuard,
    reach::Reach,
    run::Run,
    settings::{CollectorSettings, Timings},
    shared::Shared,
    status::{CollectorStatus, State},
    subscribe::QUIET_TRIES,
    upstream::Upstream,
};

/// Commands that may wait for the supervisor.
const MAX_COMMANDS: usize = 16;
/// How often rates and losses are looked at.
const TICK: Duration = Duration::from_secs(1);
/// What a stop may take beyond the deadlines of its parts.
const STOP_MARGIN: Duration = Duration::from_millis(250);

/// What a collector needs.
pub struct CollectorOptions {
    /// The gateway.
    pub upstream: Upstream,
    /// What people can set.
    pub settings: CollectorSettings,
    /// Pauses and deadlines.
    pub timings: Timings,
    /// Where records go.
    pub intake: Arc<Intake>,
    /// Who may use the key.
    pub guard: Arc<KeyGuard>,
    /// Who hears of events.
    pub events: Arc<dyn EventSink>,
    /// When an earlier process was last known to be connected to this gateway, Unix milliseconds; the time since becomes a
    /// gap of kind `stopped`.
    pub last_connected_ms: Option<i64>,
}

/// A running collector. Dropping it stops it too, but only [`Collector::stop`] waits for the drain.
#[derive(Debug)]
pub struct Collector {
    commands: mpsc::Sender<Command>,
    shared: Arc<Shared>,
    upstream: Mutex<Upstream>,
}

enum Command {
    Reconfigure(Box<(Upstream, CollectorSettings)>, oneshot::Sender<()>),
    Stop(oneshot::Sender<()>),
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

impl Collector {
    /// Starts collecting, on a thread of its own: whatever keeps the rest of the program busy, the socket is read.
    ///
    /// # Errors
    ///
    /// When the system gives no thread or no event queue.
    pub fn start(options: CollectorOptions) -> io::Result<Self> {
        let CollectorOptions { upstream, settings, timings, intake, guard, events, last_connected_ms } =
            options;
        let shared = Shared::new(intake, guard, timings, events);
        if let Some(from_ms) = last_connected_ms {
            open_stopped_gap(&shared, from_ms);
        }
        let (commands, inbox) = mpsc::channel(MAX_COMMANDS);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let supervisor = Supervisor { shared: Arc::clone(&shared), tracker: TaskTracker::new(), inbox };
        let first = (upstream.clone(), settings);
        thread::Builder::new()
            .name("collector".to_owned())
            .spawn(move || runtime.block_on(supervisor.supervise(first.0, first.1)))?;
        Ok(Self { commands, shared, upstream: Mutex::new(upstream) })
    }

    /// The status now.
    pub fn status(&self) -> CollectorStatus {
        self.shared.status()
    }

    /// The status as a channel: refreshed with every change of state, and every second.
    pub fn watch(&self) -> watch::Receiver<CollectorStatus> {
        self.shared.watch()
    }

    /// Uses other settings or another gateway. Where the connection stays the same it is not touched; else the new one is
    /// made before the old one is let go, and the old one is drained. Answers when that is done.
    pub async fn reconfigure(&self, upstream: Upstream, settings: CollectorSettings) {
        self.upstream.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&upstream);
        let (done, answered) = oneshot::channel();
        if self.commands.send(Command::Reconfigure(Box::new((upstream, settings)), done)).await.is_ok() {
            // No answer means that the collector stops meanwhile.
            let _ = answered.await;
        }
    }

    /// A person wants it tried again, now: a refused key once more (within the limit of failed attempts), or a connection
    /// without waiting for the back-off.
    pub fn retry(&self) {
        let upstream = self.upstream.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.shared.guard.retry(&upstream);
        self.shared.hurry.notify_waiters();
    }

    /// Stops. Everything that the gateway had delivered is in the intake when this returns, after about three seconds at
    /// most. The intake stays open.
    pub async fn stop(&self) {
        let (done, answered) = oneshot::channel();
        if self.commands.send(Command::Stop(done)).await.is_ok() {
            // No answer means that it had stopped already.
            let _ = answered.await;
        }
    }
}

fn open_stopped_gap(shared: &Shared, from_ms: i64) {
    let age = Duration::from_millis(u64::try_from(now_ms() - from_ms).unwrap_or(0));
    let now = Instant::now();
    // A machine that booted after that moment has no monotonic time for it; then the boot has to do.
    let since = now.checked_sub(age).unwrap_or(now);
    let from_ms = from_ms.min(now_ms());
    let detail = "the manager was not running".to_owned();
    *shared.reach() = Reach::Until(from_ms);
    shared.book().open(OpenGap {
        kind: GapKind::Stopped,
        from_ms,
        since,
        noticed: now,
        rate: 0.0,
        certain: 0,
        polled: false,
        detail,
    });
}

struct Current {
    run: Arc<Run>,
    task: JoinHandle<()>,
    settings: watch::Sender<CollectorSettings>,
}

struct Supervisor {
    shared: Arc<Shared>,
    tracker: TaskTracker,
    inbox: mpsc::Receiver<Command>,
}

impl Supervisor {
    async fn supervise(mut self, upstream: Upstream, settings: CollectorSettings) {
        let mut current = self.launch(upstream, settings);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_tick = Instant::now();
        let mut pending: Option<Command> = None;
        let done = loop {
            let command = match pending.take() {
                Some(command) => Some(command),
                None => tokio::select! {
                    command = self.inbox.recv() => command,
                    _ = ticks.tick() => {
                        self.shared.tick(last_tick.elapsed());
                        last_tick = Instant::now();
                        if current.task.is_finished() {
                            // It never ends by itself: a defect. Collection goes on.
                            tracing::error!("the collector's connection task ended unexpectedly");
                            current = self.launch(current.run.upstream.clone(), current.run.settings());
                        }
                        continue;
                    }
                },
            };
            match command {
                None => break None,
                Some(Command::Stop(done)) => break Some(done),
                Some(Command::Reconfigure(next, done)) => {
                    let (upstream, settings) = *next;
                    (current, pending) = self.replace(current, upstream, settings).await;
                    // Whoever asked may be gone.
                    let _ = done.send(());
                }
            }
        };
        self.let_go(current).await;
        self.shared.update(|core| {
            core.state = State::Stopped;
            core.transport = None;
            core.connected_since_ms = None;
        });
        if let Some(done) = done {
            // Whoever asked may be gone.
            let _ = done.send(());
        }
    }

    fn launch(&self, upstream: Upstream, settings: CollectorSettings) -> Current {
        let generation = self.shared.generation.fetch_add(1, Ordering::AcqRel) + 1;
        let management =
            Management::new(&upstream, &self.shared.guard, &self.shared.timings, settings.in_container);
        let (settings, receiver) = watch::channel(settings);
        let run = Arc::new(Run {
            shared: Arc::clone(&self.shared),
            upstream,
            settings: receiver,
            stop: CancellationToken::new(),
            tracker: self.tracker.clone(),
            generation,
            stands: watch::Sender::new(false),
            management,
        });
        let task = self.tracker.spawn(Arc::clone(&run).run());
        Current { run, task, settings }
    }

    /// Applies new settings. A command that comes in the meantime is answered after this.
    async fn replace(
        &mut self,
        current: Current,
        upstream: Upstream,
        settings: CollectorSettings,
    ) -> (Current, Option<Command>) {
        let old = current.run.settings();
        let same_settings = (old.mode, &old.queue, old.in_container)
            == (settings.mode, &settings.queue, settings.in_container);
        if upstream == current.run.upstream && same_settings {
            current.settings.send_replace(settings);
            return (current, None);
        }
        let next = self.launch(upstream, settings);
        let mut stands = next.run.stands.subscribe();
        let pending = tokio::select! {
            _ = stands.wait_for(|stands| *stands) => None,
            () = sleep(self.shared.timings.handover) => None,
            command = self.inbox.recv() => command,
        };
        if !*next.run.stands.borrow() && *current.run.stands.borrow() {
            let detail = "the connection was changed".to_owned();
            self.shared.open_gap(GapKind::Stopped, Duration::ZERO, false, 0, detail);
        }
        if matches!(pending, Some(Command::Stop(_))) {
            // Both drain at the same time.
            next.run.stop.cancel();
        }
        self.let_go(current).await;
        (next, pending)
    }

    /// Stops a connection and waits for its drain, for a bounded time.
    async fn let_go(&self, current: Current) {
        let timings = &self.shared.timings;
        current.run.stop.cancel();
        let drain = timings.stop_drain * 3 + timings.stop_quiet * QUIET_TRIES;
        let bound = timings.stop_http.max(drain) + STOP_MARGIN;
        if timeout(bound, current.task).await.is_err() {
            tracing::warn!("the collector's connection did not end in {} ms", millis(bound));
        }
    }
}
