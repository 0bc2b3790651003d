//! The cache directory under attack: whatever is done to it, no answer is wrong, and everything comes back.

use std::fs;
use std::path::{Path, PathBuf};

use cpamp_index::{Settings, State};
use store::{OpenOptions, Store};

use crate::oracle;
use crate::support::{Fixture, complete, eventually, small};

/// Random enough, and the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// A database of 400 events with a complete cache that nobody has open.
fn settled() -> Fixture {
    let fixture = Fixture::new();
    fixture.append(0..400);
    let index = fixture.start(small());
    fixture.assert_agrees(&index);
    index.stop();
    fixture
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(directory).expect("lists").map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    files
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("makes");
    for file in files(from) {
        fs::copy(&file, to.join(file.file_name().expect("a name"))).expect("copies");
    }
}

/// Starts over a damaged cache: answers are right or say what they lack, from the first one on, and in the end whole.
fn assert_recovers(fixture: &Fixture, what: &str) {
    let index = fixture.start(small());
    let expected = oracle::ask_sql(&fixture.database(), 1);
    for _ in 0..4 {
        match oracle::ask_index(&index).expect(what) {
            Ok((_, found)) => oracle::assert_same(&found, &expected),
            Err((progress, found)) => {
                oracle::assert_within(&found, &expected);
                assert!(progress.events <= progress.of, "{what}: {progress:?}");
            }
        }
    }
    fixture.assert_agrees(&index);
    index.stop();
    // And the files are whole again.
    let index = fixture.start(small());
    fixture.assert_agrees(&index);
    assert_eq!(index.status().rows_read, 0, "{what}: {:?}", index.status());
}

#[test]
fn a_cache_that_is_gone_comes_back() {
    let fixture = settled();
    fs::remove_dir_all(fixture.cache()).expect("removes");
    assert_recovers(&fixture, "no directory");
    for file in files(&fixture.cache()) {
        let name = file.display().to_string();
        if !file.exists() {
            continue;
        }
        fs::remove_file(&file).expect("removes");
        assert_recovers(&fixture, &name);
    }
}

#[test]
fn truncated_and_flipped_files_are_noticed() {
    let fixture = settled();
    let pristine = fixture.directory.path().join("pristine");
    copy(&fixture.cache(), &pristine);
    let mut dice = Dice(4);
    for round in 0..40 {
        fs::remove_dir_all(fixture.cache()).expect("removes");
        copy(&pristine, &fixture.cache());
        let all = files(&fixture.cache());
        let file = &all[dice.below(all.len())];
        let mut bytes = fs::read(file).expect("reads");
        let at = dice.below(bytes.len());
        let what = if round % 2 == 0 {
            bytes.truncate(at);
            format!("{} cut at {at}", file.display())
        } else {
            bytes[at] ^= 1 << dice.below(8);
            format!("{} flipped at {at}", file.display())
        };
        fs::write(file, bytes).expect("writes");
        assert_recovers(&fixture, &what);
    }
}

#[test]
fn swapped_and_foreign_files_are_noticed() {
    let fixture = settled();
    let other = settled();
    let of = |ending: &str| {
        let all = files(&fixture.cache());
        all.iter().filter(|file| file.extension().is_some_and(|e| e == ending)).cloned().collect::<Vec<_>>()
    };
    for ending in ["columns", "costs"] {
        let pair = of(ending);
        let between = fixture.directory.path().join("between");
        fs::rename(&pair[0], &between).expect("renames");
        fs::rename(&pair[1], &pair[0]).expect("renames");
        fs::rename(&between, &pair[1]).expect("renames");
        assert_recovers(&fixture, "two files have changed places");
    }
    // The other database holds the same events, but is another one.
    for file in files(&other.cache()) {
        let here = fixture.cache().join(file.file_name().expect("a name"));
        if here.exists() && here.file_name().is_some_and(|name| name != "manifest") {
            fs::copy(&file, &here).expect("copies");
        }
    }
    assert_recovers(&fixture, "another database's segments");
    fs::remove_dir_all(fixture.cache()).expect("removes");
    copy(&other.cache(), &fixture.cache());
    assert_recovers(&fixture, "another database's cache");
    fs::write(fixture.cache().join("77.columns"), b"what is this").expect("writes");
    fs::write(fixture.cache().join("notes.txt"), b"somebody's notes").expect("writes");
    fs::create_dir(fixture.cache().join("78.columns")).expect("makes");
    assert_recovers(&fixture, "files that nobody named");
    assert!(fixture.cache().join("notes.txt").exists(), "what is not ours stays");
    assert!(!fixture.cache().join("77.columns").exists());
}

#[test]
fn an_older_database_beside_a_newer_cache_is_noticed() {
    let fixture = Fixture::new();
    fixture.append(0..200);
    fixture.store.close();
    let older = fixture.directory.path().join("older.sqlite");
    fs::copy(fixture.database(), &older).expect("copies");
    let Fixture { directory, store } = fixture;
    drop(store);
    let open = |directory| {
        let path: &tempfile::TempDir = &directory;
        let store = Store::open(&path.path().join("usage.sqlite"), &OpenOptions::default()).expect("opens");
        Fixture { directory, store }
    };
    let newer = open(directory);
    newer.append(200..400);
    let index = newer.start(small());
    newer.assert_agrees(&index);
    index.stop();
    newer.store.close();
    let Fixture { directory, store } = newer;
    drop((index, store));
    fs::copy(directory.path().join("older.sqlite"), directory.path().join("usage.sqlite")).expect("copies");
    let restored = open(directory);
    assert_recovers(&restored, "fewer events than the cache");
    // The same, but the restored database has grown past the cache's generation.
    restored.append(1000..1400);
    assert_recovers(&restored, "another past");
}

#[test]
fn a_file_truncated_under_running_queries_is_noticed() {
    let fixture = settled();
    for file in files(&fixture.cache()) {
        if file.file_name().is_some_and(|name| name == "manifest") || !file.exists() {
            continue;
        }
        // Nothing is kept in memory, so every query reads the files.
        let index = fixture.start(Settings { cache_bytes: 0, ..small() });
        complete(&index, &fixture.store);
        let expected = oracle::ask_sql(&fixture.database(), 1);
        let length = fs::metadata(&file).expect("there").len();
        fs::OpenOptions::new()
            .write(true)
            .open(&file)
            .expect("opens")
            .set_len(length / 2)
            .expect("truncates");
        let mut noticed = false;
        for _ in 0..5 {
            match oracle::ask_index(&index).expect("answers") {
                Ok((_, found)) => oracle::assert_same(&found, &expected),
                Err((_, found)) => {
                    oracle::assert_within(&found, &expected);
                    noticed = true;
                }
            }
        }
        assert!(noticed || index.status().rebuild_reason.contains("damaged"), "{}", file.display());
        fixture.assert_agrees(&index);
    }
}

#[test]
fn a_directory_removed_while_running_is_noticed_and_made_again() {
    let fixture = settled();
    let index = fixture.start(small());
    fixture.assert_agrees(&index);
    fs::remove_dir_all(fixture.cache()).expect("removes");
    fixture.append(400..700);
    fixture.assert_agrees(&index);
    index.stop();
    drop(index);
    let index = fixture.start(small());
    fixture.assert_agrees(&index);
    eventually("whole", || index.status().state == State::Ready);
    index.stop();
    let index = fixture.start(small());
    fixture.assert_agrees(&index);
    assert_eq!(index.status().rows_read, 0);
}
