//! Running other programs, and stopping what was started: always by its own process id, also on failure and on
//! Ctrl-C.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::counts::Counts;
use crate::say;

/// How often a condition is looked at while waiting for it.
const POLL: Duration = Duration::from_millis(100);

/// Exit code after Ctrl-C or a request to stop, as shells give it.
const INTERRUPTED: i32 = 130;

/// Clean-ups that still have to run, newest last.
static CLEANUPS: Mutex<Vec<(u64, Arc<Cleanup>)>> = Mutex::new(Vec::new());

type Action = Box<dyn FnOnce() + Send>;
type Cleanup = Mutex<Option<Action>>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs its action once: when dropped, or when xtask is interrupted.
#[must_use = "dropping it runs the clean-up at once"]
pub struct Guard {
    id: u64,
    cleanup: Arc<Cleanup>,
}

impl Guard {
    /// Remembers a clean-up.
    pub fn new(action: impl FnOnce() + Send + 'static) -> Guard {
        let cleanup: Arc<Cleanup> = Arc::new(Mutex::new(Some(Box::new(action))));
        let mut all = lock(&CLEANUPS);
        let id = all.last().map_or(0, |(id, _)| id + 1);
        all.push((id, Arc::clone(&cleanup)));
        Guard { id, cleanup }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let action = lock(&self.cleanup).take();
        if let Some(action) = action {
            action();
        }
        lock(&CLEANUPS).retain(|(id, _)| *id != self.id);
    }
}

/// From now on Ctrl-C, a hang-up and a request to stop run every clean-up, newest first, before xtask ends.
pub fn clean_up_on_signals() -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            say::plain("\ninterrupted: stopping what was started");
            let cleanups: Vec<_> = lock(&CLEANUPS).drain(..).rev().collect();
            for (_, cleanup) in cleanups {
                let action = lock(&cleanup).take();
                if let Some(action) = action {
                    action();
                }
            }
            std::process::exit(INTERRUPTED);
        }
    });
    Ok(())
}

/// A program in the background; stopped when dropped.
pub struct Background {
    name: String,
    child: Arc<Mutex<Child>>,
    guard: Option<Guard>,
}

impl Background {
    /// Starts a program whose output goes to a file. It gets `patience` to end by itself after SIGTERM.
    pub fn start(name: &str, command: &mut Command, log: &Path, patience: Duration) -> Result<Background> {
        let out = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            // Its own group: Ctrl-C reaches xtask alone, which then stops things in order.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", shown(command)))?;
        let child = Arc::new(Mutex::new(child));
        let stopped = Arc::clone(&child);
        let guard = Guard::new(move || stop(&mut lock(&stopped), patience));
        Ok(Background { name: name.to_owned(), child, guard: Some(guard) })
    }

    /// An error when the program has ended.
    pub fn must_run(&self, log: &Path) -> Result<()> {
        if let Some(status) = lock(&self.child).try_wait()? {
            bail!("{} ended by itself ({status}); its last words:\n{}", self.name, tail(log, 30));
        }
        Ok(())
    }

    /// Stops the program now.
    pub fn stop(mut self) {
        self.guard.take();
    }
}

fn stop(child: &mut Child, patience: Duration) {
    let deadline = Instant::now() + patience;
    let running = |child: &mut Child| matches!(child.try_wait(), Ok(None));
    if running(child) {
        let pid = child.id().to_string();
        // std knows only SIGKILL; the program is asked first, by its id, with what it started in its group.
        let _asked = Command::new("sh").args(["-c", "kill -s TERM -- \"-$1\"", "sh", &pid]).status();
    }
    while running(child) && Instant::now() < deadline {
        thread::sleep(POLL);
    }
    if running(child) {
        let _killed = child.kill();
        let _reaped = child.wait();
    }
}

/// The last lines of a file, for an error message.
pub fn tail(log: &Path, lines: usize) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// The command as one would type it.
pub fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|a| a.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Starts a program in the foreground of xtask; an interrupt stops it too.
fn foreground(command: &mut Command) -> Result<(Arc<Mutex<Child>>, Guard)> {
    // Its own group, as above: npm would not pass a request to stop on to what it runs.
    let child = command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    let child = Arc::new(Mutex::new(child));
    let stopped = Arc::clone(&child);
    let guard = Guard::new(move || stop(&mut lock(&stopped), Duration::from_secs(5)));
    Ok((child, guard))
}

/// Waits without holding the child, so that an interrupt can stop it meanwhile.
fn wait(child: &Mutex<Child>) -> Result<std::process::ExitStatus> {
    loop {
        if let Some(status) = lock(child).try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Runs a program with our output; an error when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    say::line(&format!("$ {}", shown(command)));
    let (child, _guard) = foreground(command)?;
    let status = wait(&child)?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs a test program, passes its output on and counts the tests that it reports.
///
/// A program that fails gives an error only when it reported no failed test; one that succeeds must report some.
pub fn run_counting(command: &mut Command) -> Result<Counts> {
    say::line(&format!("$ {}", shown(command)));
    let (child, _guard) = foreground(command.stdout(Stdio::piped()))?;
    let output = lock(&child).stdout.take().context("the output was asked for")?;
    let mut counts = Counts::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        say::plain(&line);
        counts += Counts::of_line(&line).unwrap_or_default();
    }
    let status = wait(&child)?;
    if !status.success() && counts.failed == 0 {
        bail!("`{}` failed ({status})", shown(command));
    }
    if status.success() && counts.passed == 0 {
        bail!("`{}` reported no test", shown(command));
    }
    Ok(counts)
}

/// Runs a program and returns what it printed; its complaints are part of the error.
pub fn output(command: &mut Command) -> Result<String> {
    let result =
        command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {}", shown(command)))?;
    if !result.status.success() {
        let complaint = String::from_utf8_lossy(&result.stderr);
        let printed = String::from_utf8_lossy(&result.stdout);
        bail!(
            "`{}` failed ({})\n{}{}",
            shown(command),
            result.status,
            printed.trim_end(),
            complaint.trim_end()
        );
    }
    Ok(String::from_utf8_lossy(&result.stdout).into_owned())
}

/// Whether a program runs and ends well; its output is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|s| s.success())
}

/// Waits until a look succeeds, and returns what it saw; the last complaint is part of the error.
pub fn wait_until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        match look() {
            Ok(seen) => return Ok(seen),
            Err(error) if Instant::now() >= deadline => {
                return Err(error.context(format!("{what}: not within {}", say::duration(limit))));
            }
            Err(_) => thread::sleep(POLL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_background_program_is_stopped_by_its_id() -> Result<()> {
        let log = std::env::temp_dir().join(format!("xtask-process-{}.log", std::process::id()));
        let mut command = Command::new("sh");
        // The shell ignores the request; what it waits for does not, and gets it too.
        command.args(["-c", "trap '' TERM; env --default-signal=TERM sleep 600"]);
        let sleeper = Background::start("sleep", &mut command, &log, Duration::from_secs(30))?;
        let pid = lock(&sleeper.child).id().to_string();
        thread::sleep(Duration::from_millis(300));
        let asked = Instant::now();
        let alive = |pid: &str| succeeds(Command::new("sh").args(["-c", "kill -0 \"$1\"", "sh", pid]));
        sleeper.must_run(&log)?;
        assert!(alive(&pid));
        sleeper.stop();
        assert!(!alive(&pid));
        assert!(asked.elapsed() < Duration::from_secs(20), "it had to be killed");
        std::fs::remove_file(&log)?;
        Ok(())
    }

    #[test]
    fn counts_and_failures_are_told_apart() -> Result<()> {
        let shell = |script: &str| run_counting(Command::new("sh").args(["-c", script]));
        assert_eq!(shell("echo '3 passed, 1 failed'; exit 1")?, Counts { passed: 3, failed: 1 });
        assert!(shell("exit 1").is_err(), "a crash is an error");
        assert!(shell("exit 0").is_err(), "no test is an error");
        Ok(())
    }

    #[test]
    fn waiting_ends_with_the_last_complaint() {
        let limit = Duration::from_millis(1);
        let error = wait_until::<()>("the server", limit, || bail!("refused")).expect_err("it never comes");
        assert_eq!(format!("{error:#}"), "the server: not within 0.0 s: refused");
    }
}
