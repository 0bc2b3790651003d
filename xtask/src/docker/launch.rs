//! How the image starts: subcommands, users, read-only root, secrets, volumes of other owners, stopping.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::IMAGE;
use super::world::{World, path_text};
use crate::{process, random};

/// The image's own user.
const OWN: u32 = 65532;

/// Somebody whom the image does not know.
const STRANGER: u32 = 12345;

/// Docker kills after ten seconds; the manager must need no more than this.
const STOP: Duration = Duration::from_secs(5);

pub fn checks(world: &mut World) -> Result<()> {
    subcommands(world)?;
    volumes(world)?;
    restricted(world)?;
    secrets(world)
}

fn subcommands(world: &mut World) -> Result<()> {
    let version = world.engine().ask(["run", "--rm", "--network", "none", IMAGE, "version"])?;
    if !version.chars().any(|c| c.is_ascii_digit()) {
        bail!("`docker run IMAGE version` printed {version:?}");
    }
    let help = world.engine().ask(["run", "--rm", "--network", "none", IMAGE, "--help"])?;
    for subcommand in ["serve", "demo", "reset-admin-key", "health", "export", "import", "backup", "version"]
    {
        if !help.contains(subcommand) {
            bail!("`docker run IMAGE --help` does not mention {subcommand}:\n{help}");
        }
    }
    world.passed("the entry point takes subcommands; --help starts no server");
    Ok(())
}

fn volumes(world: &mut World) -> Result<()> {
    let volume = world.volume()?;
    let data = volume.as_data();
    {
        let manager = world.manager(&["-v", &data], &[])?;
        manager.must_be_healthy()?;
        manager.must_run_as(OWN)?;
        manager.data_must_belong_to(OWN)?;
        let modes = manager.exec(&["stat", "-c", "%a", "/data/data.key", "/data/usage.sqlite"])?;
        if modes.lines().any(|mode| mode != "600") {
            bail!("key and database should be private (600), but: {modes}");
        }
        manager.exec(&["cpa-manager-plus", "health"])?;
        manager.data_must_belong_to(OWN)?;
        manager.must_stop_within(STOP)?;
    }
    world.passed("a new volume: the program is not root, its files are private, SIGTERM ends it in time");

    world.in_volume(&volume.name, "chown -R 0:0 /data && touch /data/left-by-root")?;
    {
        let manager = world.manager(&["-v", &data], &[])?;
        manager.must_be_healthy()?;
        manager.must_run_as(OWN)?;
        manager.data_must_belong_to(OWN)?;
        manager.must_stop_within(STOP)?;
    }
    world.passed("a volume that root owns is taken over");

    world.in_volume(
        &volume.name,
        &format!("chown -R {STRANGER}:{STRANGER} /data && touch /data/left-by-root"),
    )?;
    {
        let manager = world.manager(&["-v", &data], &[])?;
        manager.must_be_healthy()?;
        manager.must_run_as(STRANGER)?;
        manager.data_must_belong_to(STRANGER)?;
        manager.must_stop_within(STOP)?;
    }
    world.passed("data of another user stays that user's, and the program runs as that user");
    Ok(())
}

fn restricted(world: &mut World) -> Result<()> {
    let user = format!("{STRANGER}:{STRANGER}");
    let locked = ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
    let cases: [(&str, Vec<&str>, u32); 3] = [
        ("--read-only", vec!["--read-only"], OWN),
        ("--user", vec!["--user", &user], STRANGER),
        (
            "--user, --read-only, no capabilities",
            [&["--user", &user, "--read-only"], &locked[..]].concat(),
            STRANGER,
        ),
    ];
    for (name, mut options, uid) in cases {
        let volume = world.volume()?;
        let data = volume.as_data();
        options.extend(["-v", &data]);
        {
            let manager = world.manager(&options, &[])?;
            manager.must_be_healthy()?;
            manager.must_run_as(uid)?;
            let key = manager.admin_key()?;
            manager.status(&key)?;
            let database = manager.exec(&["stat", "-c", "%u", "/data/usage.sqlite"])?;
            if database != uid.to_string() {
                bail!("with {name} the database belongs to user {database}, not {uid}");
            }
            manager.must_stop_within(STOP)?;
        }
        world.passed(&format!("works with {name}"));
    }
    Ok(())
}

fn secrets(world: &mut World) -> Result<()> {
    let folder = world.folder("secrets")?;
    let key = format!("secret-admin-key-{}{}", random::token(), random::token());
    let file = folder.join("cpa_admin_key");
    fs::write(&file, &key)?;
    // As Docker's own secrets are: root's, and nobody else's.
    process::run(Command::new("chmod").arg("0400").arg(&file))?;
    let secret = format!("{}:/run/secrets/cpa_admin_key:ro", path_text(&file));
    let volume = world.volume()?;
    let data = volume.as_data();
    {
        let manager = world.manager(&["-v", &data, "-v", &secret, "--read-only"], &[])?;
        manager.must_be_healthy()?;
        manager.must_run_as(OWN)?;
        manager.status(&key)?;
        let log = manager.logs()?;
        let environment = world.engine().ask([
            "exec",
            "--user",
            &OWN.to_string(),
            manager.name(),
            "cat",
            "/proc/1/environ",
        ])?;
        if log.contains(&key) || environment.contains(&key) || log.contains("cmp_admin_") {
            bail!("the admin key from the secret shows in the log or the environment");
        }
        manager.must_stop_within(STOP)?;
    }
    world.passed("a secret that only root may read arrives, and shows in no environment and no log");
    {
        let manager = world.manager(&["-e", "CPA_MANAGER_ADMIN_KEY_FILE=/run/secrets/not-there"], &[])?;
        process::wait_until("the manager refuses to start", super::world::START, || {
            match manager.is_running()? {
                true => bail!("it still runs"),
                false => Ok(()),
            }
        })?;
        if !manager.logs()?.contains("/run/secrets/not-there") {
            bail!("the refusal does not name the file:\n{}", manager.logs()?);
        }
    }
    world.passed("a named secret that is not there stops the start, with its name");
    Ok(())
}
