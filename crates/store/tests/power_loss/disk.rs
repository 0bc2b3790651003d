//! A disk that forgets: a layer under SQLite that notes every write, sync and removal, and can tell what would be left after
//! a power cut at any moment.
//!
//! What was written to a file and not synced since may be there, be missing, or be torn at a sector.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::ptr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::ffi;

/// Bytes that a disk writes as a whole.
const SECTOR: usize = 512;

#[derive(Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
    Remove,
    Sync,
}

/// Every change since recording began, with the name of its file.
static LOG: Mutex<Option<Vec<(String, Change)>>> = Mutex::new(None);

fn log() -> MutexGuard<'static, Option<Vec<(String, Change)>>> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note(name: &str, change: Change) {
    if let Some(log) = log().as_mut() {
        log.push((name.to_owned(), change));
    }
}

/// Begins to record; only one recording exists at a time.
pub fn record() {
    *log() = Some(Vec::new());
}

/// How many changes have been recorded.
pub fn changes() -> usize {
    log().as_ref().map_or(0, Vec::len)
}

/// Ends the recording.
pub fn finish() -> Recording {
    Recording(log().take().unwrap_or_default())
}

/// A finished recording.
pub struct Recording(Vec<(String, Change)>);

impl Recording {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Files after a power cut that followed the first `count` changes; `random` decides the fate of what was not synced.
    pub fn cut(
        &self,
        before: &BTreeMap<String, Vec<u8>>,
        count: usize,
        mut random: impl FnMut(usize) -> usize,
    ) -> BTreeMap<String, Vec<u8>> {
        let mut durable: BTreeMap<&str, Option<Vec<u8>>> =
            before.iter().map(|(name, bytes)| (name.as_str(), Some(bytes.clone()))).collect();
        let mut pending: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
        for (name, change) in &self.0[..count] {
            match change {
                Change::Sync => {
                    let file = durable.entry(name).or_default();
                    for change in pending.remove(name.as_str()).unwrap_or_default() {
                        apply(file, change, usize::MAX);
                    }
                }
                change => pending.entry(name).or_default().push(change),
            }
        }
        for (name, changes) in pending {
            let file = durable.entry(name).or_default();
            for change in changes {
                match random(3) {
                    0 => {}
                    1 => apply(file, change, usize::MAX),
                    _ => apply(file, change, SECTOR * random(8)),
                }
            }
        }
        durable.into_iter().filter_map(|(name, bytes)| Some((name.to_owned(), bytes?))).collect()
    }
}

/// Applies at most `limit` bytes of a change.
fn apply(file: &mut Option<Vec<u8>>, change: &Change, limit: usize) {
    match change {
        Change::Write(at, bytes) => {
            let bytes = &bytes[..bytes.len().min(limit)];
            let file = file.get_or_insert_default();
            if file.len() < at + bytes.len() {
                file.resize(at + bytes.len(), 0);
            }
            file[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        Change::Truncate(length) => file.get_or_insert_default().resize(*length, 0),
        Change::Remove => *file = None,
        Change::Sync => {}
    }
}

/// One open file: our part first, then the part of the layer below.
#[repr(C)]
struct LayerFile {
    base: ffi::sqlite3_file,
    name: *mut String,
    real: *mut ffi::sqlite3_file,
}

/// Calls a method of the file below.
macro_rules! below {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let real = unsafe { (*$file.cast::<LayerFile>()).real };
        match unsafe { (*(*real).pMethods).$method } {
            Some(method) => unsafe { method(real $(, $argument)*) },
            None => ffi::SQLITE_IOERR,
        }
    }};
}

fn name_of<'f>(file: *mut ffi::sqlite3_file) -> &'f str {
    unsafe { &*(*file.cast::<LayerFile>()).name }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let code = below!(file, xClose);
    drop(unsafe { Box::from_raw((*file.cast::<LayerFile>()).name) });
    code
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, bytes: c_int, at: i64) -> c_int {
    below!(file, xRead, to, bytes, at)
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    bytes: c_int,
    at: i64,
) -> c_int {
    let code = below!(file, xWrite, from, bytes, at);
    if code == ffi::SQLITE_OK {
        let content = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), bytes as usize) };
        note(name_of(file), Change::Write(at as usize, content.to_vec()));
    }
    code
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    let code = below!(file, xTruncate, length);
    if code == ffi::SQLITE_OK {
        note(name_of(file), Change::Truncate(length as usize));
    }
    code
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    let code = below!(file, xSync, flags);
    if code == ffi::SQLITE_OK {
        note(name_of(file), Change::Sync);
    }
    code
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, length: *mut i64) -> c_int {
    below!(file, xFileSize, length)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    below!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    below!(file, xUnlock, level)
}

unsafe extern "C" fn check_lock(file: *mut ffi::sqlite3_file, held: *mut c_int) -> c_int {
    below!(file, xCheckReservedLock, held)
}

unsafe extern "C" fn control(file: *mut ffi::sqlite3_file, what: c_int, argument: *mut c_void) -> c_int {
    below!(file, xFileControl, what, argument)
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    below!(file, xSectorSize)
}

unsafe extern "C" fn characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    below!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    page: c_int,
    bytes: c_int,
    extend: c_int,
    to: *mut *mut c_void,
) -> c_int {
    below!(file, xShmMap, page, bytes, extend, to)
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, at: c_int, count: c_int, flags: c_int) -> c_int {
    below!(file, xShmLock, at, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    let real = unsafe { (*file.cast::<LayerFile>()).real };
    if let Some(method) = unsafe { (*(*real).pMethods).xShmBarrier } {
        unsafe { method(real) }
    }
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, remove: c_int) -> c_int {
    below!(file, xShmUnmap, remove)
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_lock),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The layer below.
struct Real(*mut ffi::sqlite3_vfs);

// SAFETY: SQLite's own file systems live as long as the process and may be called from any thread.
unsafe impl Send for Real {}
unsafe impl Sync for Real {}

static REAL: OnceLock<Real> = OnceLock::new();

fn real() -> *mut ffi::sqlite3_vfs {
    REAL.get().map_or(ptr::null_mut(), |real| real.0)
}

fn file_name(path: *const c_char) -> String {
    if path.is_null() {
        return String::new();
    }
    let path = unsafe { CStr::from_ptr(path) }.to_string_lossy().into_owned();
    Path::new(&path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    unsafe {
        let ours = file.cast::<LayerFile>();
        (*ours).base.pMethods = ptr::null();
        (*ours).real = file.cast::<u8>().add(size_of::<LayerFile>()).cast();
        let Some(method) = (*real()).xOpen else { return ffi::SQLITE_ERROR };
        let code = method(real(), path, (*ours).real, flags, out);
        if code == ffi::SQLITE_OK {
            (*ours).name = Box::into_raw(Box::new(file_name(path)));
            (*ours).base.pMethods = &METHODS;
        }
        code
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, path: *const c_char, sync: c_int) -> c_int {
    let Some(method) = (unsafe { (*real()).xDelete }) else { return ffi::SQLITE_ERROR };
    let code = unsafe { method(real(), path, sync) };
    if code == ffi::SQLITE_OK {
        note(&file_name(path), Change::Remove);
        if sync != 0 {
            note(&file_name(path), Change::Sync);
        }
    }
    code
}

/// Puts the layer under every database that this process opens from now on.
pub fn install() {
    REAL.get_or_init(|| unsafe {
        let real = ffi::sqlite3_vfs_find(ptr::null());
        let layer = Box::leak(Box::new(*real));
        layer.szOsFile = size_of::<LayerFile>() as c_int + (*real).szOsFile;
        layer.zName = c"forgetful".as_ptr();
        layer.pNext = ptr::null_mut();
        layer.xOpen = Some(open);
        layer.xDelete = Some(delete);
        assert_eq!(ffi::sqlite3_vfs_register(layer, 1), ffi::SQLITE_OK);
        Real(real)
    });
}
