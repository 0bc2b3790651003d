//! Backups under load: the page's `tar` command, twenty times, and the program's own `backup`. Each copy is restored
//! into a new volume and started. A copy that `sqlite3` finds whole must open with every event; one that it finds torn
//! must be refused, or reported as corrupt, with the remedy.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::page::{self, MANAGER, VOLUME};
use super::world::{Manager, START, World, path_text, run_allowing};
use crate::process::{output, wait_until};
use crate::say;

/// How often the page's backup is made and restored.
const ROUNDS: u32 = 20;

/// Records per second while it is made.
const RATE: u32 = 1000;

/// The file that the page's command makes.
const ARCHIVE: &str = "cpa-manager-plus-data-backup.tar.gz";

/// GNU tar's exit code for "file changed as we read it": what one must expect of a database that is being written.
const CHANGED: i32 = 1;

/// How long the background check of a small database may take.
const CHECKED: Duration = Duration::from_secs(60);

/// What a remedy mentions: the next step after a torn copy is another copy.
const REMEDY: &str = "backup";

/// What an independent look says about a copy.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// Sound, with so many events.
    Whole(u64),
    /// Not sound, and why.
    Torn(String),
}

pub fn checks(world: &mut World, key: &str) -> Result<()> {
    page::gateway_at_rate(world, RATE)?;
    let before = page::event_count(key)?;
    let per_second = wait_until("the load arrives", Duration::from_secs(90), || {
        let from = page::event_count(key)?;
        std::thread::sleep(Duration::from_secs(2));
        let rate = (page::event_count(key)? - from) / 2;
        if u64::from(RATE) * 8 / 10 <= rate { Ok(rate) } else { bail!("{rate} events/s, {from} in all") }
    })?;
    world.passed(&format!("{per_second} events/s arrive ({before} events before)"));

    let mut torn = 0;
    let mut least = before;
    for round in 1..=ROUNDS {
        let verdict = tar_round(world, key, least)?;
        say::line(&format!("backup {round}/{ROUNDS} with tar: {verdict:?}"));
        match verdict {
            Verdict::Whole(events) => least = events,
            Verdict::Torn(_) => torn += 1,
        }
    }
    world.passed(&format!(
        "{ROUNDS} backups with tar under load: {} opened whole, {torn} refused with the remedy",
        ROUNDS - torn
    ));

    own_backup(world, key)?;
    damaged(world, key)?;
    if page::event_count(key)? <= least {
        bail!("the manager stopped collecting while backups were made");
    }
    world.passed("collecting went on all the while");
    Ok(())
}

/// The page's backup, restored.
fn tar_round(world: &World, key: &str, at_least: u64) -> Result<Verdict> {
    let folder = world.folder("backup")?;
    let (data, backup) = (format!("{VOLUME}:/data"), format!("{}:/backup", path_text(&folder)));
    let target = format!("/backup/{ARCHIVE}");
    let mut tar = world.engine().docker(["run", "--rm", "-v", &data, "-v", &backup, "alpine"]);
    run_allowing(tar.args(["tar", "czf", &target, "-C", "/data", "."]), &[CHANGED])?;
    restored(world, key, &folder.join(ARCHIVE), at_least)
}

/// The program's own backup: always whole, with the key.
fn own_backup(world: &mut World, key: &str) -> Result<()> {
    let folder = world.folder("backup")?;
    let manager = world.named(MANAGER);
    let least = page::event_count(key)?;
    let archive = folder.join("own-backup.tar.gz");
    // `docker exec cpa-manager-plus cpa-manager-plus backup - > own-backup.tar.gz`
    let mut command = world.engine().docker(["exec", MANAGER, "cpa-manager-plus", "backup", "-"]);
    run_allowing(command.stdout(fs::File::create(&archive)?), &[])?;
    let strangers = manager.exec(&["find", "/data", "-user", "0"])?;
    if !strangers.is_empty() {
        bail!("`docker exec … backup` left files of root: {strangers}");
    }
    match restored(world, key, &archive, least)? {
        Verdict::Whole(events) => {
            world.passed(&format!("`cpa-manager-plus backup` under load: whole, {events} events"));
            Ok(())
        }
        Verdict::Torn(why) => bail!("`cpa-manager-plus backup` made a torn copy: {why}"),
    }
}

/// A copy that is torn for certain: the refusal that the rounds above may never need.
fn damaged(world: &mut World, key: &str) -> Result<()> {
    let folder = world.folder("backup")?;
    let (data, backup) = (format!("{VOLUME}:/data:ro"), format!("{}:/backup", path_text(&folder)));
    // Zeros over 64 pages in the middle, as a copy with pages of another moment would have.
    let script = "cp -a /data /tmp/torn && cd /tmp/torn \
        && pages=$(($(stat -c %s usage.sqlite) / 4096)) \
        && dd if=/dev/zero of=usage.sqlite bs=4096 seek=$((pages / 2)) count=64 conv=notrunc status=none \
        && tar czf /backup/torn.tar.gz -C /tmp/torn .";
    world.engine().ask(["run", "--rm", "-v", &data, "-v", &backup, "alpine", "sh", "-c", script])?;
    match restored(world, key, &folder.join("torn.tar.gz"), 0)? {
        Verdict::Torn(why) => {
            world.passed(&format!("a torn copy is refused or reported, with the remedy ({why})"));
            Ok(())
        }
        Verdict::Whole(events) => bail!("the damaged copy was found whole, with {events} events"),
    }
}

/// Restores an archive into a new volume, starts a manager on it, and compares what it says with the verdict.
fn restored(world: &World, key: &str, archive: &Path, at_least: u64) -> Result<Verdict> {
    let verdict = judge(world, archive)?;
    let volume = world.volume()?;
    let (data, backup) =
        (volume.as_data(), format!("{}:/backup", path_text(archive.parent().context("a folder")?)));
    let name = archive.file_name().context("a file")?.to_string_lossy();
    let from = format!("/backup/{name}");
    let mut tar = world.engine().docker(["run", "--rm", "-v", &data, "-v", &backup, "alpine"]);
    output(tar.args(["tar", "xzf", &from, "-C", "/data"]))?;
    let manager = world.manager(&["-v", &data], &[])?;
    let opened = wait_until("the restored manager answers or ends", START, || {
        if !manager.is_running()? {
            return Ok(false);
        }
        manager.wget("/health", None).map(|_| true)
    })?;
    match &verdict {
        Verdict::Whole(events) => {
            if !opened {
                bail!("a whole copy was refused:\n{}", manager.logs()?);
            }
            let status = manager.status(key)?;
            if status["eventCount"].as_u64() != Some(*events) || *events < at_least {
                bail!(
                    "the copy has {events} events, at least {at_least} were stored before; /status: {status}"
                );
            }
        }
        Verdict::Torn(why) => must_be_refused(&manager, key, opened, why)?,
    }
    Ok(verdict)
}

/// A torn copy: the start fails, or the background check finds it; both name the remedy.
fn must_be_refused(manager: &Manager<'_>, key: &str, opened: bool, why: &str) -> Result<()> {
    let said = if opened {
        wait_until("the damage is found", CHECKED, || {
            let status = manager.status(key)?;
            let database = &status["database"];
            match database["state"] == "corrupt" {
                true => Ok(database["remedy"].to_string()),
                false => bail!("not reported, though {why}; /status: {status}"),
            }
        })?
    } else {
        manager.logs()?
    };
    if !said.contains(REMEDY) {
        bail!("the refusal names no remedy: {said}");
    }
    Ok(())
}

/// Looks at a copy with another program than ours.
fn judge(world: &World, archive: &Path) -> Result<Verdict> {
    let folder = world.folder("judged")?;
    run_allowing(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(&folder), &[])?;
    if !folder.join("data.key").is_file() {
        bail!("{} holds no data.key", archive.display());
    }
    let database = folder.join("usage.sqlite");
    let ask = |sql: &str| output(Command::new("sqlite3").arg("-batch").arg(&database).arg(sql));
    let sound = ask("PRAGMA integrity_check");
    let counts = ask("SELECT (SELECT count(*) FROM events), event_count FROM state");
    let verdict = match (sound, counts) {
        (Ok(sound), Ok(counts)) if sound.trim() == "ok" => match counts.trim().split_once('|') {
            // Pages of different moments can still form sound trees; then the counter gives them away.
            Some((rows, counter)) if rows == counter => Verdict::Whole(rows.parse()?),
            _ => Verdict::Torn(format!("rows and counter differ: {}", counts.trim())),
        },
        (Ok(finding), _) => Verdict::Torn(finding.lines().next().unwrap_or_default().to_owned()),
        (Err(error), _) => Verdict::Torn(error.to_string().lines().last().unwrap_or_default().to_owned()),
    };
    fs::remove_dir_all(&folder)?;
    Ok(verdict)
}
