//! Operating-system specifics and their twins. Nothing else in the product asks which system it runs on, except the
//! process lock of the store and the key file of the vault, which bring their own.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Makes a file that did not exist, readable by its owner only, and syncs it. What is half written is removed.
///
/// # Errors
/// `AlreadyExists` when the name is taken; otherwise what the system said.
pub fn write_new_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = new_private(path)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if written.is_err() {
        drop(file);
        // The first error is the one to tell.
        let _ = fs::remove_file(path);
    }
    written
}

/// Opens a new file for reading and writing, readable by its owner only.
///
/// # Errors
/// `AlreadyExists` when the name is taken; otherwise what the system said.
pub fn new_private(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    // Windows: the access list of the directory applies.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a directory and what is missing above it, for its owner only.
///
/// # Errors
/// What the system said.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes the names in a directory durable.
///
/// # Errors
/// What the system said.
#[cfg(unix)]
pub fn sync_dir(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

/// Windows cannot sync a directory; the files themselves are synced.
#[cfg(not(unix))]
pub fn sync_dir(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Bytes that the file system of a path has left for us; `None` when the system does not say.
#[cfg(unix)]
pub fn free_disk_bytes(path: &Path) -> Option<u64> {
    let facts = rustix::fs::statvfs(path).ok()?;
    Some(facts.f_bavail.saturating_mul(facts.f_frsize))
}

/// Windows tells it only through interfaces that need unsafe code.
#[cfg(not(unix))]
pub fn free_disk_bytes(_path: &Path) -> Option<u64> {
    None
}

/// Steps of `nice` between a thread that stands back and the others.
#[cfg(target_os = "linux")]
const STEP_BACK: i32 = 5;

/// Lets this thread, and the threads that it starts, stand back behind the others of the process when processors are
/// scarce.
#[cfg(target_os = "linux")]
pub fn stand_back() {
    // About a third of the weight of a thread that does not. Without a process id Linux means the calling thread.
    let standing_back = rustix::process::getpriority_process(None)
        .and_then(|now| rustix::process::setpriority_process(None, now + STEP_BACK));
    if let Err(error) = standing_back {
        tracing::debug!(%error, "the priority of a background thread stays as it is");
    }
}

/// Elsewhere a priority belongs to the whole process.
#[cfg(not(target_os = "linux"))]
pub fn stand_back() {}

/// Lets go of the program's machine code: what still runs is mapped again from the page cache at its next call, what ran once
/// (start, set-up, an export) no longer counts as our memory. `docs/decisions/0009-idle-code-is-let-go.md`.
#[cfg(target_os = "linux")]
pub fn let_go_of_code() {
    let known = fs::read_link("/proc/self/exe")
        .and_then(|program| Ok(code_of(&fs::read_to_string("/proc/self/maps")?, &program.to_string_lossy())));
    match known {
        Ok(Some(code)) => drop_pages(code),
        Ok(None) => tracing::debug!("the program's code is not found among its mappings"),
        Err(error) => tracing::debug!(%error, "the program's mappings cannot be read"),
    }
}

/// Where the code of a program lies, from the system's list of mappings.
#[cfg(any(target_os = "linux", test))]
fn code_of(mappings: &str, program: &str) -> Option<std::ops::Range<usize>> {
    mappings.lines().find_map(|line| {
        let (range, rest) = line.split_once(' ')?;
        let rest = rest.strip_prefix("r-xp ")?;
        // Offset, device, inode, then the path, which may hold blanks.
        let path = rest.splitn(4, ' ').nth(3)?.trim_start();
        let (from, to) = range.split_once('-')?;
        let address = |digits: &str| usize::from_str_radix(digits, 16).ok();
        (path == program).then_some(address(from)?..address(to)?)
    })
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the system call takes an address; there is no safe way to name it")]
fn drop_pages(code: std::ops::Range<usize>) {
    let start = std::ptr::without_provenance_mut(code.start);
    // SAFETY: the range is the private mapping of the program's own file that may be run and not written. Linux programs
    // are position-independent, so nothing in it was changed after it was mapped: a page that is dropped comes back from
    // the file as it was, before the next instruction of it runs. Linux refuses to write to a program that runs.
    let dropped = unsafe { rustix::mm::madvise(start, code.len(), rustix::mm::Advice::LinuxDontNeed) };
    if let Err(error) = dropped {
        tracing::debug!(%error, "the program's code stays in memory");
    }
}

/// Elsewhere there is no such call, or code does not count.
#[cfg(not(target_os = "linux"))]
pub fn let_go_of_code() {}

/// Orders to stop. Taken note of from the moment this exists, so make it before anything that needs an orderly end.
#[cfg(unix)]
#[derive(Debug)]
pub struct StopSignals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignals {
    /// Begins to listen. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the system refuses to deliver signals.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Resolves with the name of the next order: SIGTERM (containers, service managers) or SIGINT (Ctrl-C).
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Orders to stop. Taken note of from the moment this exists, so make it before anything that needs an orderly end.
#[cfg(windows)]
#[derive(Debug)]
pub struct StopSignals {
    c: tokio::signal::windows::CtrlC,
    pause: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    logoff: tokio::signal::windows::CtrlLogoff,
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl StopSignals {
    /// Begins to listen. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the system refuses to deliver events.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
        Ok(Self {
            c: ctrl_c()?,
            pause: ctrl_break()?,
            close: ctrl_close()?,
            logoff: ctrl_logoff()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    /// Resolves with the name of the next order: Ctrl-C, Ctrl-Break, a closed console, log-off or shutdown.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.c.recv() => "Ctrl-C",
            _ = self.pause.recv() => "Ctrl-Break",
            _ = self.close.recv() => "console closed",
            _ = self.logoff.recv() => "log-off",
            _ = self.shutdown.recv() => "shutdown",
        }
    }
}

/// Whether we run in a container, where `127.0.0.1` is the container itself.
#[cfg(target_os = "linux")]
pub fn in_container() -> bool {
    looks_like_container(Path::new("/"))
}

/// Containers of these systems run a Linux kernel, and the Linux build is what runs in them.
#[cfg(not(target_os = "linux"))]
pub fn in_container() -> bool {
    false
}

/// Docker and Podman leave marker files; Kubernetes mounts a service account; others show in the control group of
/// the first process.
#[cfg(target_os = "linux")]
fn looks_like_container(root: &Path) -> bool {
    const MARKERS: &[&str] =
        &[".dockerenv", "run/.containerenv", "var/run/secrets/kubernetes.io/serviceaccount"];
    const GROUPS: &[&str] = &["docker", "containerd", "kubepods", "libpod", "/lxc/"];
    if MARKERS.iter().any(|marker| root.join(marker).exists()) {
        return true;
    }
    fs::read_to_string(root.join("proc/1/cgroup"))
        .is_ok_and(|text| GROUPS.iter().any(|group| text.contains(group)))
}

/// Asks for a secret at the terminal without showing what is typed; `None` when there is no terminal or nothing was typed.
///
/// # Errors
/// What the system said.
#[cfg(unix)]
pub fn ask_secret(prompt: &str) -> io::Result<Option<String>> {
    use std::io::{BufRead as _, IsTerminal as _};

    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let input = io::stdin();
    if !input.is_terminal() {
        return Ok(None);
    }
    let shown = tcgetattr(&input)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    hidden.local_modes.insert(LocalModes::ECHONL);
    tcsetattr(&input, OptionalActions::Flush, &hidden)?;
    let mut answer = String::new();
    // To standard error: standard output is data.
    let asked = write!(io::stderr().lock(), "{prompt}").and_then(|()| input.lock().read_line(&mut answer));
    tcsetattr(&input, OptionalActions::Now, &shown)?;
    asked?;
    let answer = answer.trim().to_owned();
    Ok((!answer.is_empty()).then_some(answer))
}

/// Without a way to hide what is typed nothing is asked.
#[cfg(not(unix))]
pub fn ask_secret(_prompt: &str) -> io::Result<Option<String>> {
    Ok(None)
}

/// Where a program that holds the process lock should be looked for, by system.
pub fn lock_hint() -> &'static str {
    if cfg!(windows) {
        "stop the service or close the other window, then try again"
    } else if cfg!(target_os = "macos") {
        "stop the other process (`lsof` on the lock file names it), then try again"
    } else {
        "stop the other process (`fuser` on the lock file names it; with Docker: `docker stop cpa-manager-plus`), then try again"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn private_files_are_private_and_never_replace() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().expect("temporary directory");
        let path = dir.path().join("file");
        write_new_private(&path, b"one").expect("written");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        let again = write_new_private(&path, b"two").expect_err("taken");
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).expect("readable"), b"one");
        let inner = dir.path().join("a/b");
        create_private_dir(&inner).expect("made");
        assert_eq!(fs::metadata(&inner).expect("there").permissions().mode() & 0o777, 0o700);
        sync_dir(&inner).expect("synced");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_system_says_how_much_is_left() {
        let dir = tempfile::tempdir().expect("temporary directory");
        assert!(free_disk_bytes(dir.path()).is_some_and(|bytes| bytes > 0));
        assert_eq!(free_disk_bytes(&dir.path().join("missing")), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_the_thread_that_stands_back_and_its_children_do() {
        let nice = || rustix::process::getpriority_process(None).expect("a priority");
        let before = nice();
        let (own, child) = std::thread::spawn(move || {
            stand_back();
            (nice(), std::thread::spawn(nice).join().expect("ends"))
        })
        .join()
        .expect("ends");
        let behind = (before + STEP_BACK).min(19);
        assert_eq!((own, child, nice()), (behind, behind, before));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn containers_are_recognised_by_their_marks() {
        let root = tempfile::tempdir().expect("temporary directory");
        let groups = root.path().join("proc/1");
        fs::create_dir_all(&groups).expect("made");
        fs::write(groups.join("cgroup"), "0::/init.scope\n").expect("written");
        assert!(!looks_like_container(root.path()));
        fs::write(groups.join("cgroup"), "0::/system.slice/docker-0af.scope\n").expect("written");
        assert!(looks_like_container(root.path()));
        fs::write(groups.join("cgroup"), "0::/\n").expect("written");
        assert!(!looks_like_container(root.path()));
        fs::write(root.path().join(".dockerenv"), "").expect("written");
        assert!(looks_like_container(root.path()));
    }

    #[test]
    fn the_code_is_the_mapping_of_the_program_that_may_run() {
        let mappings = "5583a000-5583b000 r--p 00000000 fe:00 77 /opt/a b/manager\n\
                        5583b000-5583f000 r-xp 00001000 fe:00 77                     /opt/a b/manager\n\
                        7f0000000000-7f0000001000 r-xp 00000000 fe:00 78             /lib/libc.so.6\n";
        assert_eq!(code_of(mappings, "/opt/a b/manager"), Some(0x5583_b000..0x5583_f000));
        assert_eq!(code_of(mappings, "/opt/other"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn code_that_was_let_go_is_mapped_again_when_it_runs() {
        let resident = || {
            let program = fs::read_link("/proc/self/exe").expect("a program");
            let maps = fs::read_to_string("/proc/self/smaps").expect("mappings");
            let code = |line: &&str| line.contains(" r-xp ") && line.ends_with(&*program.to_string_lossy());
            let mut lines = maps.lines().skip_while(|line| !code(line));
            let size = lines.find_map(|line| line.strip_prefix("Rss:")).expect("its size");
            size.trim().trim_end_matches(" kB").parse::<u64>().expect("a number")
        };
        // Other tests of this process run code meanwhile.
        let looks: Vec<_> = (0..5)
            .map(|_| {
                let before = resident();
                let_go_of_code();
                (before, resident())
            })
            .collect();
        assert!(looks.iter().any(|(before, after)| after < before), "kB before and after: {looks:?}");
        assert_eq!((0..4_u64).map(|n| format!("{:x}", n * n)).collect::<String>(), "0149");
    }
}
