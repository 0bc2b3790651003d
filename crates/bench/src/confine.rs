//! A control group with little memory and one core, or the nearest thing where none can be made.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::sizes::CONFINED_MEMORY;

/// The period of the processor limit, microseconds; the quota is the same: one core.
const PERIOD_US: u64 = 100_000;

/// How long a group may take to become empty.
const EMPTY: Duration = Duration::from_secs(5);

/// Where control groups are mounted.
const ROOT: &str = "/sys/fs/cgroup";

/// Which limits hold.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// Control groups, version 1: a folder for memory, a folder for the processor.
    One { memory: PathBuf, processor: PathBuf },
    /// Control groups, version 2: one folder.
    Two(PathBuf),
    /// No control group may be made here: limits of the process, one core of its own.
    Limits,
}

/// A confinement; its folders are removed when it is dropped.
#[derive(Debug)]
pub struct Confinement(Kind);

impl Confinement {
    /// Makes a group below the one that this process is in, or falls back.
    pub fn make() -> Self {
        let name = format!("cpamp-bench-{}", std::process::id());
        let made = if Path::new(ROOT).join("cgroup.controllers").exists() {
            version_two(&name)
        } else {
            version_one(&name)
        };
        made.unwrap_or(Self(Kind::Limits))
    }

    /// How it is made, for the table.
    pub fn how(&self) -> &'static str {
        match self.0 {
            Kind::One { .. } => "control groups (version 1): memory 256 MiB, one core",
            Kind::Two(_) => "a control group (version 2): memory 256 MiB, no swap, one core",
            Kind::Limits => {
                "no control group could be made here: data limited to 256 MiB with `ulimit -d`, one core with `taskset`"
            }
        }
    }

    /// The words before a program's own: a shell that enters the group and becomes the program.
    pub fn wrapper(&self) -> Vec<String> {
        let enter: Vec<String> = match &self.0 {
            Kind::One { memory, processor } => [memory, processor].map(|f| entry(f)).to_vec(),
            Kind::Two(folder) => vec![entry(folder)],
            Kind::Limits => {
                vec![format!("ulimit -d {} && taskset -pc 0 $$ >/dev/null", CONFINED_MEMORY / 1024)]
            }
        };
        let script = format!("{} && exec \"$0\" \"$@\"", enter.join(" && "));
        ["sh", "-c", &script].map(str::to_owned).to_vec()
    }

    /// How often the system killed a process because of the memory limit; none where nobody counts.
    pub fn kills(&self) -> Option<u64> {
        let (file, name) = match &self.0 {
            Kind::One { memory, .. } => (memory.join("memory.oom_control"), "oom_kill "),
            Kind::Two(folder) => (folder.join("memory.events"), "oom_kill "),
            Kind::Limits => return None,
        };
        let text = fs::read_to_string(file).ok()?;
        text.lines().find_map(|line| line.strip_prefix(name))?.trim().parse().ok()
    }

    /// The most memory that the group used at any time, page cache included; none where nobody counts.
    pub fn peak(&self) -> Option<u64> {
        let file = match &self.0 {
            Kind::One { memory, .. } => memory.join("memory.max_usage_in_bytes"),
            Kind::Two(folder) => folder.join("memory.peak"),
            Kind::Limits => return None,
        };
        fs::read_to_string(file).ok()?.trim().parse().ok()
    }

    /// Removes the folders; they are empty when every process in them has ended.
    fn remove(&self) {
        let folders = match &self.0 {
            Kind::One { memory, processor } => vec![memory, processor],
            Kind::Two(folder) => vec![folder],
            Kind::Limits => Vec::new(),
        };
        for folder in folders {
            let deadline = Instant::now() + EMPTY;
            while fs::remove_dir(folder).is_err() && folder.exists() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

impl Drop for Confinement {
    fn drop(&mut self) {
        self.remove();
    }
}

fn entry(folder: &Path) -> String {
    format!("echo $$ > '{}/cgroup.procs'", folder.display())
}

fn version_one(name: &str) -> Result<Confinement> {
    let own = fs::read_to_string("/proc/self/cgroup")?;
    let folder = |controller: &str| -> Result<PathBuf> {
        let path = own_group(&own, controller).context("no such controller")?;
        let folder = Path::new(ROOT).join(controller).join(path.trim_start_matches('/')).join(name);
        fs::create_dir(&folder)?;
        Ok(folder)
    };
    let memory = folder("memory")?;
    let processor = match folder("cpu") {
        Ok(processor) => processor,
        Err(error) => {
            fs::remove_dir(&memory)?;
            return Err(error);
        }
    };
    // Dropped, and with it removed, when a limit cannot be set.
    let group = Confinement(Kind::One { memory: memory.clone(), processor: processor.clone() });
    fs::write(memory.join("memory.limit_in_bytes"), CONFINED_MEMORY.to_string())?;
    fs::write(processor.join("cpu.cfs_period_us"), PERIOD_US.to_string())?;
    fs::write(processor.join("cpu.cfs_quota_us"), PERIOD_US.to_string())?;
    Ok(group)
}

/// The path of this process's group for a controller.
fn own_group<'a>(text: &'a str, controller: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?);
        controllers.split(',').any(|one| one == controller).then_some(path)
    })
}

fn version_two(name: &str) -> Result<Confinement> {
    // Below the root: a group that holds processes, such as ours, cannot hand its controllers down.
    let folder = Path::new(ROOT).join(name);
    fs::create_dir(&folder)?;
    let group = Confinement(Kind::Two(folder.clone()));
    fs::write(folder.join("memory.max"), CONFINED_MEMORY.to_string())?;
    fs::write(folder.join("cpu.max"), format!("{PERIOD_US} {PERIOD_US}"))?;
    // Missing where there is no swap accounting.
    let _ = fs::write(folder.join("memory.swap.max"), "0");
    Ok(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_group_is_found_per_controller() {
        let text = "4:memory:/a/b\n2:cpuacct:/x\n1:cpu:/\n0::/\n";
        assert_eq!(own_group(text, "memory"), Some("/a/b"));
        assert_eq!(own_group(text, "cpu"), Some("/"));
        assert_eq!(own_group(text, "pids"), None);
    }

    #[test]
    fn a_program_runs_inside_and_the_group_is_removed() -> Result<()> {
        let confinement = Confinement::make();
        let words = confinement.wrapper();
        let output = std::process::Command::new(&words[0])
            .args(&words[1..])
            .args(["sh", "-c", "cat /proc/self/cgroup; ulimit -d"])
            .output()?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let seen = String::from_utf8_lossy(&output.stdout);
        let name = format!("cpamp-bench-{}", std::process::id());
        let limit = (CONFINED_MEMORY / 1024).to_string();
        assert!(
            if confinement.0 != Kind::Limits { seen.contains(&name) } else { seen.contains(&limit) },
            "{seen}"
        );
        let kind = confinement.0.clone();
        drop(confinement);
        if let Kind::One { memory, processor } = kind {
            assert!(!memory.exists() && !processor.exists());
        }
        Ok(())
    }
}
