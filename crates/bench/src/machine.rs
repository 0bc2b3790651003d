//! The machine that figures were measured on.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::report::{median, milliseconds};

/// Writes that time the disk.
const WRITES: usize = 100;

/// Lines that name the machine.
pub fn describe(directory: &Path) -> Result<Vec<String>> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        text.lines()
            .find(|line| line.starts_with(name))
            .and_then(|line| line.split_once(':'))
            .map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism()?;
    let memory: u64 =
        field(&read("/proc/meminfo"), "MemTotal").split(' ').next().unwrap_or_default().parse().unwrap_or(0);
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    Ok(vec![
        format!("processor: {}, {cores} cores used", field(&read("/proc/cpuinfo"), "model name")),
        format!("memory: {:.1} GiB", memory as f64 / 1024.0 / 1024.0),
        format!("kernel: Linux {}, {}", kernel.trim(), std::env::consts::ARCH),
        format!("disk: {}", disk(directory)?),
        format!("load before the run: {load}"),
    ])
}

/// Processor time that all programs of the machine have used so far, in ticks; none where nobody counts.
pub fn busy_ticks() -> Option<u64> {
    busy(&std::fs::read_to_string("/proc/stat").ok()?)
}

/// User, nice, system and interrupt time of the first line of `/proc/stat`.
fn busy(stat: &str) -> Option<u64> {
    let fields: Vec<u64> =
        stat.lines().next()?.split_whitespace().skip(1).map_while(|field| field.parse().ok()).collect();
    Some([0, 1, 2, 5, 6].iter().filter_map(|at| fields.get(*at)).sum())
}

/// File system, device and the price of a durable write.
fn disk(directory: &Path) -> Result<String> {
    let directory = directory.canonicalize()?;
    let mounts = std::fs::read_to_string("/proc/self/mountinfo")?;
    let (kind, device) = mount_of(&mounts, &directory).unwrap_or(("unknown", "unknown"));
    let name = device.rsplit('/').next().unwrap_or_default();
    let base = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let spins = [name, base]
        .iter()
        .find_map(|name| std::fs::read_to_string(format!("/sys/class/block/{name}/queue/rotational")).ok());
    let spins = match spins.as_deref().map(str::trim) {
        Some("0") => "not rotating",
        Some("1") => "rotating, or a virtual disk that says so",
        _ => "kind unknown",
    };
    let sync = milliseconds(durable_write(&directory)?);
    Ok(format!("{kind} on {name} ({spins}); a 4 KiB write with fdatasync takes {sync}"))
}

/// File system and device of the mount that holds a directory.
fn mount_of<'a>(mounts: &'a str, directory: &Path) -> Option<(&'a str, &'a str)> {
    let holding = mounts.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        let point = left.split(' ').nth(4)?;
        let mut right = right.split(' ');
        directory.starts_with(point).then_some((point.len(), (right.next()?, right.next()?)))
    });
    holding.max_by_key(|(length, _)| *length).map(|(_, found)| found)
}

/// The median time of a small durable write.
fn durable_write(directory: &Path) -> Result<Duration> {
    let path = directory.join("durable-write");
    let mut file = File::create(&path)?;
    let mut times = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let started = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(started.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(median(&mut times))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_not_being_busy() {
        assert_eq!(busy("cpu  10 2 3 1000 500 4 1 0 0 0\ncpu0 5 1 1 500 250 2 0 0 0 0\n"), Some(20));
    }

    #[test]
    fn the_deepest_mount_counts() {
        let mounts = "1 0 254:0 / / rw - ext4 /dev/vda rw\n2 1 0:1 / /data rw shared:1 - xfs /dev/sdb1 rw\n";
        assert_eq!(mount_of(mounts, Path::new("/data/x")), Some(("xfs", "/dev/sdb1")));
        assert_eq!(mount_of(mounts, Path::new("/database")), Some(("ext4", "/dev/vda")));
    }
}
