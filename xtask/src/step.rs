//! A run of several steps: each is announced, timed and counted; the run ends with `N passed, N failed`.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::counts::Counts;
use crate::say;

/// A step that takes longer says so this often.
const HEARTBEAT: Duration = Duration::from_secs(60);

/// The steps taken so far.
pub struct Run {
    started: Instant,
    counts: Counts,
    /// Name, time and result of each step.
    steps: Vec<(String, Duration, bool)>,
}

impl Run {
    /// Starts the clock.
    pub fn begin() -> Run {
        Run { started: Instant::now(), counts: Counts::default(), steps: Vec::new() }
    }

    /// Takes one step. A failure is reported and counted; the run goes on until [`Run::stop_on_failure`] or the end.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Counts>) {
        say::heading(name);
        let started = Instant::now();
        let result = with_heartbeat(name, work);
        let elapsed = started.elapsed();
        let good = match result {
            Ok(counts) => {
                self.counts += counts;
                counts.failed == 0
            }
            Err(error) => {
                say::line(&format!("FAILED: {error:#}"));
                self.counts.failed += 1;
                false
            }
        };
        say::line(&format!("{} after {}", if good { "done" } else { "failed" }, say::duration(elapsed)));
        self.steps.push((name.to_owned(), elapsed, good));
    }

    /// Like [`Run::step`], for work that counts as one test.
    pub fn check(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        self.step(name, || work().map(|()| Counts::ONE));
    }

    /// Ends the run here when a step failed: what follows would only repeat the failure, slowly.
    pub fn stop_on_failure(&self) -> Result<()> {
        if self.counts.failed > 0 { self.end() } else { Ok(()) }
    }

    /// Prints the table of steps and the closing line; an error when anything failed.
    pub fn end(&self) -> Result<()> {
        say::plain("");
        for (name, elapsed, good) in &self.steps {
            let mark = if *good { "ok    " } else { "FAILED" };
            say::plain(&format!("{mark} {:>12}  {name}", say::duration(*elapsed)));
        }
        say::plain(&format!("{:>19}  in all", say::duration(self.started.elapsed())));
        let Counts { passed, failed } = self.counts;
        say::plain(&format!("{passed} passed, {failed} failed"));
        if failed > 0 {
            bail!("{failed} failed");
        }
        Ok(())
    }
}

/// Runs work and says every minute that it is still going on.
fn with_heartbeat<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let (done, waiting) = sync_channel::<()>(0);
    thread::scope(|scope| {
        scope.spawn(move || {
            let started = Instant::now();
            while waiting.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
                say::line(&format!("… {name}: {} so far", say::duration(started.elapsed())));
            }
        });
        let result = work();
        drop(done);
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_counted_and_end_the_run() {
        let mut run = Run::begin();
        run.check("good", || Ok(()));
        assert!(run.stop_on_failure().is_ok());
        run.check("bad", || bail!("broken"));
        run.step("mixed", || Ok(Counts { passed: 4, failed: 2 }));
        assert_eq!(run.counts, Counts { passed: 5, failed: 3 });
        assert!(run.stop_on_failure().is_err());
        assert!(run.end().is_err());
    }
}
