//! Files that fail on demand.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use cpamp_index::{Directory, Files, OpenFile};

/// What the n-th change of the directory does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing of it happens, and nothing after it: the process was killed before.
    Stop,
    /// Half of it happens (a temporary file that is cut off), and nothing after it.
    Half,
    /// It happens, and nothing after it.
    After,
    /// It fails as if the disk were full; later ones work.
    Full,
    /// It fails as if it were not allowed; later ones work.
    Denied,
}

const FAULTS: [Fault; 5] = [Fault::Stop, Fault::Half, Fault::After, Fault::Full, Fault::Denied];

/// A directory in which one operation goes wrong.
#[derive(Debug)]
pub struct Faulty {
    directory: Directory,
    path: std::path::PathBuf,
    left: AtomicI64,
    fault: AtomicU8,
}

impl Faulty {
    pub fn new(path: std::path::PathBuf, after: i64, fault: Fault) -> Arc<Self> {
        let number = FAULTS.iter().position(|known| *known == fault).expect("a fault") as u8;
        let directory = Directory::new(&path);
        Arc::new(Self { directory, path, left: AtomicI64::new(after), fault: AtomicU8::new(number) })
    }

    /// Whether the fault has happened.
    pub fn struck(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    /// Waits until the fault has happened, or no file was touched for a while: however busy the machine is, as much was
    /// done as there is to do.
    pub fn settle(&self) {
        let (mut left, mut since) = (self.left.load(Ordering::SeqCst), Instant::now());
        while !self.struck() && since.elapsed() < Duration::from_millis(500) {
            std::thread::sleep(Duration::from_millis(5));
            let now = self.left.load(Ordering::SeqCst);
            if now != left {
                (left, since) = (now, Instant::now());
            }
        }
    }

    fn change(&self, name: &str, work: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        let fault = FAULTS[usize::from(self.fault.load(Ordering::SeqCst))];
        let gone = || Err(io::Error::other("the process is gone"));
        match (left, fault) {
            (1.., _) | (..0, Fault::Full | Fault::Denied) => work(),
            (..0, _) | (0, Fault::Stop) => gone(),
            (0, Fault::Half) => {
                std::fs::write(self.path.join(format!("{name}.tmp")), b"CPMPCOLS and then nothi")?;
                gone()
            }
            (0, Fault::After) => work().and_then(|()| gone()),
            (0, Fault::Full) => Err(io::ErrorKind::StorageFull.into()),
            (0, Fault::Denied) => Err(io::ErrorKind::PermissionDenied.into()),
        }
    }
}

impl Files for Faulty {
    fn create_directory(&self) -> io::Result<()> {
        self.directory.create_directory()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.directory.list()
    }

    fn publish(&self, name: &str, content: &[&[u8]]) -> io::Result<()> {
        self.change(name, || self.directory.publish(name, content))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn OpenFile>> {
        self.directory.open(name)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.change(name, || self.directory.remove(name))
    }
}
