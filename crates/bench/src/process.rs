//! What the system tells about a process: memory and processor time.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

/// Ticks of processor time per second in `/proc`, on every Linux that we know.
const TICKS: f64 = 100.0;

/// How often a watched process is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Resident memory of a process in bytes, mapped files included.
pub fn resident(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
    let kilobytes: u64 = line.split_whitespace().nth(1).context("no VmRSS")?.parse()?;
    Ok(kilobytes * 1024)
}

/// Processor time that a process has used so far, all threads, user and system.
pub fn processor_time(pid: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    ticks(&stat).map(|ticks| Duration::from_secs_f64(ticks as f64 / TICKS)).context("no processor time")
}

/// Ticks that this process and all its ended children have used.
pub fn own_ticks() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // User, system, and the same of the children that were waited for.
    let fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(4);
    fields.map(|field| field.parse::<u64>().ok()).sum()
}

/// User and system ticks of a line of `/proc/<pid>/stat`. The name in brackets may hold blanks and brackets.
fn ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Watches the memory of a process and the size of a file, and remembers the highest values.
pub struct Watch {
    stop: Arc<AtomicBool>,
    memory: Arc<AtomicU64>,
    file: Arc<AtomicU64>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Watch {
    /// Begins to watch a process, and a file when one is named.
    pub fn begin(pid: u32, file: Option<&Path>) -> Self {
        let watch = Self { stop: Arc::default(), memory: Arc::default(), file: Arc::default(), thread: None };
        let (stop, memory, size) =
            (Arc::clone(&watch.stop), Arc::clone(&watch.memory), Arc::clone(&watch.file));
        let file = file.map(Path::to_path_buf);
        let thread = std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                memory.fetch_max(resident(pid).unwrap_or(0), Ordering::Relaxed);
                if let Some(file) = &file {
                    let bytes = std::fs::metadata(file).map_or(0, |data| data.len());
                    size.fetch_max(bytes, Ordering::Relaxed);
                }
                std::thread::sleep(LOOK);
            }
        });
        Self { thread: Some(thread), ..watch }
    }

    /// Ends watching; gives the highest memory and the largest file size, bytes.
    pub fn end(mut self) -> (u64, u64) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A look that failed has left the values as they were.
            let _ = thread.join();
        }
        (self.memory.load(Ordering::Relaxed), self.file.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_behind_a_strange_name() {
        let stat = "42 (a) b ) S 1 42 42 0 -1 4194304 100 0 0 0 17 5 0 0 20 0 1 0 100 1000 10";
        assert_eq!(ticks(stat), Some(22));
        assert_eq!(ticks("nothing"), None);
    }

    #[test]
    fn this_process_has_memory_and_uses_time() -> Result<()> {
        let watch = Watch::begin(std::process::id(), None);
        let before = processor_time(std::process::id())?;
        let started = std::time::Instant::now();
        while started.elapsed() < Duration::from_millis(80) {
            std::hint::black_box(started.elapsed());
        }
        assert!(processor_time(std::process::id())? > before);
        let (memory, file) = watch.end();
        assert!(memory > 100_000, "{memory}");
        assert_eq!(file, 0);
        Ok(())
    }
}
