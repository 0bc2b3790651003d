//! The threads that answer, and a query on its way through them.

use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use columns::{Answer, Cancel, Next, Partial, Pass, Plan, ScanError};
use tokio::sync::oneshot;

use crate::query::QueryError;
use crate::snapshot::Snapshot;

/// What a job found.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    /// Whether segments were left out.
    pub(crate) left_out: bool,
    /// Bytes of columns that were read, all passes together.
    pub(crate) read_bytes: u64,
}

type Sender = oneshot::Sender<Result<Outcome, QueryError>>;
type Receiver = oneshot::Receiver<Result<Outcome, QueryError>>;

/// Queries that may wait for a thread.
pub(crate) const QUEUE_PLACES: usize = 64;

/// A query that holds a thread for longer gives it to one that waits.
const TURN: Duration = Duration::from_millis(10);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A query.
pub(crate) struct Job {
    plan: Arc<Plan>,
    snapshot: Arc<Snapshot>,
    cancelled: AtomicBool,
    deadline: Option<Instant>,
    progress: Mutex<Running>,
}

struct Running {
    pass: Option<Pass>,
    lanes: Vec<Lane>,
    /// Threads that scan.
    active: usize,
    /// Segments that could not be read.
    failed: HashSet<usize>,
    /// Of them in this pass.
    failed_now: bool,
    answer: Option<Sender>,
    /// Bytes that the passes before this one read.
    read_bytes: u64,
}

/// Every so-manieth segment, one after the other. Which segments are added up in which order depends on the snapshot alone,
/// not on which thread was faster: sums of costs are rounded, and the same question gets the same answer to the last digit.
#[derive(Default)]
struct Lane {
    /// The next segment of this pass.
    next: usize,
    /// A thread is at it.
    busy: bool,
    /// What was found, while no thread is at it.
    found: Option<Partial>,
}

/// What a thread has of a job: a lane, the segment that it scans, and what was found in the lane.
type Held = (usize, usize, Option<Partial>);

fn lanes(count: usize) -> Vec<Lane> {
    (0..count).map(|next| Lane { next, ..Lane::default() }).collect()
}

impl Cancel for Job {
    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed) || self.deadline.is_some_and(|at| Instant::now() >= at)
    }
}

/// What a thread does next with a job.
enum Turn {
    /// Others go on with it, or it is done.
    Leave,
    /// There is more to do, after whoever waits.
    Again,
    /// There is more to do for every thread.
    All,
}

impl Job {
    /// The job, and where its answer comes. At most `threads` work on it.
    pub(crate) fn new(
        plan: Arc<Plan>,
        snapshot: Arc<Snapshot>,
        deadline: Option<Instant>,
        threads: usize,
    ) -> Result<(Arc<Self>, Receiver), QueryError> {
        let (answer, receiver) = oneshot::channel();
        let progress = Mutex::new(Running {
            pass: Some(Pass::first(Arc::clone(&plan))?),
            lanes: lanes(threads.min(snapshot.parts.len()).max(1)),
            active: 0,
            failed: HashSet::new(),
            failed_now: false,
            answer: Some(answer),
            read_bytes: 0,
        });
        let cancelled = AtomicBool::new(false);
        Ok((Arc::new(Self { plan, snapshot, cancelled, deadline, progress }), receiver))
    }

    /// The answer is not wanted any more.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    fn finish(&self, outcome: Result<Outcome, QueryError>) {
        let sender = lock(&self.progress).answer.take();
        self.cancel();
        if let Some(sender) = sender {
            // Nobody waits any more: fine.
            let _ = sender.send(outcome);
        }
    }

    /// The next segment of a lane that is not left out.
    fn claim(&self, running: &mut Running, lane: usize) -> Option<usize> {
        let step = running.lanes.len();
        let next = &mut running.lanes[lane].next;
        while *next < self.snapshot.parts.len() {
            let segment = *next;
            *next += step;
            if !running.failed.contains(&segment) {
                return Some(segment);
            }
        }
        None
    }

    /// A lane in which there is something left to do.
    fn take_lane(&self, running: &mut Running) -> Option<Held> {
        (0..running.lanes.len()).find_map(|lane| {
            let segment = if running.lanes[lane].busy { None } else { self.claim(running, lane) }?;
            let own = &mut running.lanes[lane];
            own.busy = true;
            Some((lane, segment, own.found.take()))
        })
    }

    fn work(&self, others_wait: impl Fn() -> bool) -> Turn {
        let began = Instant::now();
        let (pass, mut held) = {
            let mut running = lock(&self.progress);
            if running.answer.is_none() {
                return Turn::Leave;
            }
            let Some(pass) = running.pass.clone() else { return Turn::Leave };
            let held = self.take_lane(&mut running);
            if held.is_none() && running.active > 0 {
                return Turn::Leave;
            }
            running.active += 1;
            (pass, held)
        };
        let mut more = false;
        while let Some((lane, index, mut partial)) = held {
            let part = &self.snapshot.parts[index];
            let into = partial.get_or_insert_with(|| pass.start());
            match pass.scan(into, &part.segment, self) {
                Ok(()) => {}
                Err(ScanError::Column(error)) => {
                    let Some(alarm) = &part.alarm else {
                        self.finish(Err(QueryError::Internal(error.to_string())));
                        return Turn::Leave;
                    };
                    alarm.raise();
                    partial = None;
                    let mut running = lock(&self.progress);
                    running.failed.insert(index);
                    running.failed_now = true;
                }
                Err(ScanError::Cancelled) => {
                    self.finish(Err(QueryError::Cancelled));
                    return Turn::Leave;
                }
                Err(error @ ScanError::TooManyGroups) => {
                    self.finish(Err(error.into()));
                    return Turn::Leave;
                }
            }
            more = began.elapsed() > TURN && others_wait();
            let mut running = lock(&self.progress);
            let next = if more { None } else { self.claim(&mut running, lane) };
            held = match next {
                Some(next) => Some((lane, next, partial)),
                None => {
                    running.lanes[lane].busy = false;
                    running.lanes[lane].found = partial;
                    if more { None } else { self.take_lane(&mut running) }
                }
            };
        }
        let mut running = lock(&self.progress);
        running.active -= 1;
        if more {
            return Turn::Again;
        }
        let left = running.lanes.iter().any(|lane| lane.next < self.snapshot.parts.len());
        if running.active > 0 || left {
            return Turn::Leave;
        }
        self.end_pass(running, pass)
    }

    /// All segments were scanned by all threads.
    fn end_pass(&self, mut running: MutexGuard<'_, Running>, pass: Pass) -> Turn {
        let count = running.lanes.len();
        let mut found =
            std::mem::replace(&mut running.lanes, lanes(count)).into_iter().filter_map(|l| l.found);
        if std::mem::take(&mut running.failed_now) {
            // What was found is of no use; the same again without the segments that failed.
            match Pass::first(Arc::clone(&self.plan)) {
                Ok(first) => running.pass = Some(first),
                Err(error) => {
                    drop(running);
                    self.finish(Err(error.into()));
                    return Turn::Leave;
                }
            }
            return Turn::All;
        }
        let left_out = !running.failed.is_empty();
        let before = running.read_bytes;
        running.pass = None;
        drop(running);
        let mut merged = found.next().unwrap_or_else(|| pass.start());
        found.for_each(|partial| merged.merge(partial));
        if let Err(error) = pass.check_groups(&merged) {
            self.finish(Err(error.into()));
            return Turn::Leave;
        }
        let read_bytes = before + merged.read_bytes();
        match pass.next(merged) {
            Next::Answer(answer) => {
                self.finish(Ok(Outcome { answer, left_out, read_bytes }));
                Turn::Leave
            }
            Next::Pass(next) => {
                let mut running = lock(&self.progress);
                running.pass = Some(next);
                running.read_bytes = read_bytes;
                Turn::All
            }
        }
    }
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Arc<Job>>,
    /// Threads that run, and their handles; some of those may have ended.
    running: usize,
    threads: Vec<JoinHandle<()>>,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    most: usize,
    idle: Duration,
}

/// The threads. They end when nobody asks anything for a while, and with them goes what the allocator keeps for them.
pub(crate) struct Pool(Arc<Shared>);

impl Pool {
    /// At most `most` threads that wait `idle` for work.
    pub(crate) fn new(most: usize, idle: Duration) -> Self {
        Self(Arc::new(Shared { queue: Mutex::default(), wake: Condvar::new(), most, idle }))
    }

    /// Most threads that work on one query.
    pub(crate) fn threads(&self) -> usize {
        self.0.most
    }

    pub(crate) fn submit(&self, job: &Arc<Job>) -> Result<(), QueryError> {
        let shared = &self.0;
        let mut queue = lock(&shared.queue);
        if queue.closed {
            return Err(QueryError::Stopped);
        }
        // Each query takes a place for each thread.
        if queue.jobs.len() >= QUEUE_PLACES * shared.most {
            return Err(QueryError::Busy);
        }
        let tickets = shared.most.min(job.snapshot.parts.len()).max(1);
        while queue.running < tickets {
            queue.threads.retain(|thread| !thread.is_finished());
            let serving = Arc::clone(shared);
            let thread = std::thread::Builder::new().name("index-query".to_owned());
            match thread.spawn(move || serving.serve()) {
                Ok(thread) => {
                    queue.threads.push(thread);
                    queue.running += 1;
                }
                // One thread is enough to answer.
                Err(_) if queue.running > 0 => break,
                Err(error) => return Err(QueryError::Internal(error.to_string())),
            }
        }
        queue.jobs.extend(std::iter::repeat_n(Arc::clone(job), tickets));
        drop(queue);
        shared.wake.notify_all();
        Ok(())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let (left, threads) = {
            let mut queue = lock(&self.0.queue);
            queue.closed = true;
            (std::mem::take(&mut queue.jobs), std::mem::take(&mut queue.threads))
        };
        self.0.wake.notify_all();
        left.iter().for_each(|job| job.finish(Err(QueryError::Stopped)));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread that answers queries panicked");
            }
        }
    }
}

impl Shared {
    /// The next job; `None` ends the thread.
    fn next(&self) -> Option<Arc<Job>> {
        let mut queue = lock(&self.queue);
        let until = Instant::now() + self.idle;
        loop {
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            let left = until.saturating_duration_since(Instant::now());
            if queue.closed || left.is_zero() {
                queue.running -= 1;
                return None;
            }
            queue = self.wake.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn serve(&self) {
        while let Some(job) = self.next() {
            let others_wait = || !lock(&self.queue).jobs.is_empty();
            // A defect in a kernel must cost one answer, not the thread.
            let turn = catch_unwind(AssertUnwindSafe(|| job.work(others_wait))).unwrap_or_else(|_| {
                job.finish(Err(QueryError::Internal("a kernel panicked".to_owned())));
                Turn::Leave
            });
            let tickets = match turn {
                Turn::Leave => continue,
                Turn::Again => 1,
                Turn::All => self.most,
            };
            let mut queue = lock(&self.queue);
            if queue.closed {
                drop(queue);
                job.finish(Err(QueryError::Stopped));
                continue;
            }
            queue.jobs.extend(std::iter::repeat_n(job, tickets));
            drop(queue);
            self.wake.notify_all();
        }
    }
}
