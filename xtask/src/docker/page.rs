//! The deployment page, from first line to last: its compose file with the simulator standing in for the gateway,
//! set-up, events, restarts, a new admin key, an upgrade in place.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::IMAGE;
use super::world::{World, admin_key};
use crate::process::{output, run, wait_until};
use crate::{net, say};

/// The page's compose file, unchanged.
const COMPOSE: &str = "deploy/compose.yaml";

/// The project's name: part of its network's and its volumes' names.
const PROJECT: &str = "cpamp-test";

/// The volume of the manager, as compose names it.
pub const VOLUME: &str = "cpamp-test_cpa-manager-plus-data";

/// The containers' names on the page.
pub const MANAGER: &str = "cpa-manager-plus";
const GATEWAY: &str = "cli-proxy-api";

/// The image that the page's file asks for as the gateway.
const GATEWAY_IMAGE: &str = "eceasy/cli-proxy-api:latest";

/// The page's ports on this machine.
const MANAGER_PORT: u16 = 18317;
const GATEWAY_PORT: u16 = 8317;

/// `remote-management.secret-key` of the simulated gateway.
const MANAGEMENT_KEY: &str = "management-key-of-the-container-test";

/// How long events may take to show, restarts and Docker's own health check included.
const SOON: Duration = Duration::from_secs(60);

/// Makes an image that runs the simulator, under the gateway's name.
pub fn stand_in_gateway(world: &World, rate: u32) -> Result<()> {
    let folder = world.folder("gateway")?;
    let dockerfile = format!(
        "FROM {IMAGE}\nHEALTHCHECK NONE\nCMD [\"simulate\", \"--listen\", \"0.0.0.0:{GATEWAY_PORT}\", \
         \"--management-key\", \"{MANAGEMENT_KEY}\", \"--control\", \"--steady\", \"--rate\", \"{rate}\"]\n"
    );
    std::fs::write(folder.join("Dockerfile"), dockerfile)?;
    let mut build = world.engine().docker(["build", "--tag", GATEWAY_IMAGE]);
    output(build.arg(&folder)).map(|_| ())
}

fn compose(world: &World, arguments: &[&str]) -> Result<String> {
    output(&mut world.engine().compose(COMPOSE, PROJECT, arguments))
}

/// Starts, or brings up to date, both services.
pub fn up(world: &World) -> Result<()> {
    run(&mut world.engine().compose(COMPOSE, PROJECT, &["up", "-d"]))
}

/// The manager's `/status`.
pub fn status(key: &str) -> Result<Value> {
    net::get(MANAGER_PORT, "/status", Some(key))?.json()
}

/// How many events the manager says it has.
pub fn event_count(key: &str) -> Result<u64> {
    status(key)?["eventCount"].as_u64().context("/status has no eventCount")
}

fn healthy() -> Result<()> {
    wait_until("the manager is healthy", SOON, || net::get(MANAGER_PORT, "/health", None)?.json()).map(|_| ())
}

/// Waits until more events are stored than before; returns how many.
pub fn more_events(key: &str, than: u64) -> Result<u64> {
    wait_until("events arrive", SOON, || match event_count(key)? {
        count if count > than => Ok(count),
        count => bail!("{count} events; /status: {}", status(key)?),
    })
}

/// Every step of the page; returns the admin key that holds at the end.
pub fn checks(world: &mut World) -> Result<String> {
    net::must_be_free(MANAGER_PORT)?;
    net::must_be_free(GATEWAY_PORT)?;
    stand_in_gateway(world, 50)?;
    up(world)?;
    healthy()?;
    world.passed("the page's compose file starts both services");

    let log = compose(world, &["logs", MANAGER])?;
    let key = admin_key(&log)?;
    world.passed("`docker compose logs cpa-manager-plus` shows the admin key, once");

    unconfigured(world, &key)?;
    let setup = json!({
        "cpaBaseUrl": format!("http://{GATEWAY}:{GATEWAY_PORT}"),
        "cpaManagementKey": MANAGEMENT_KEY,
        "requestMonitoringEnabled": true,
        "ensureUsageStatisticsEnabled": true,
    });
    net::request(MANAGER_PORT, "POST", "/setup", Some(&key), Some(&setup))?.json()?;
    let count = more_events(&key, 0)?;
    world.passed(&format!("set-up connects the gateway; {count} events within seconds"));
    configured(world, &key)?;
    container_health(world)?;

    compose(world, &["restart"])?;
    healthy()?;
    let again = more_events(&key, event_count(&key)?.max(count))?;
    admin_key(&compose(world, &["logs", MANAGER])?)?;
    world.passed(&format!(
        "both restarted: nothing lost, collecting again ({again} events), no second admin key"
    ));

    let key = new_admin_key(world, &key)?;
    upgrade(world, &key)?;
    Ok(key)
}

/// What the page's verification shows before set-up.
fn unconfigured(world: &mut World, key: &str) -> Result<()> {
    let info = net::get(MANAGER_PORT, "/usage-service/info", None)?.json()?;
    if info["setupRequired"] != true || info["dataKeyReady"] != true {
        bail!("/usage-service/info before set-up: {info}");
    }
    if net::get(MANAGER_PORT, "/status", None)?.status != 401 {
        bail!("/status answers without a key");
    }
    if net::get(MANAGER_PORT, "/status", Some(MANAGEMENT_KEY))?.status != 401 {
        bail!("/status answers to the management key");
    }
    if status(key)?["configured"] != false {
        bail!("/status says it is configured before set-up");
    }
    let page = net::get(MANAGER_PORT, "/management.html", None)?;
    let text = page.text();
    if page.status != 200 || !text.contains("<meta name=\"cpamp-mode\" content=\"full\"") {
        bail!("/management.html: status {}, full mode not announced", page.status);
    }
    if text.len() < 100_000 {
        bail!("/management.html has {} bytes only: the image was built without the panel", text.len());
    }
    world.passed("before set-up: service info, panel inside, /status for the admin key alone");
    Ok(())
}

/// The fields that the page names.
fn configured(world: &mut World, key: &str) -> Result<()> {
    let seen = status(key)?;
    let positive = |name: &str| seen[name].as_u64().is_some_and(|n| n > 0);
    let good = seen["configured"] == true
        && seen["collector"].as_object().is_some_and(|c| c.contains_key("lastError"))
        && positive("lastConsumedAt")
        && positive("lastInsertedAt")
        && positive("eventCount");
    if !good {
        bail!("/status lacks what the page names: {seen}");
    }
    say::line(&format!("transport: {}", seen["collector"]["transport"]));
    let config = net::get(MANAGER_PORT, "/usage-service/config", Some(key))?.text();
    if config.contains(MANAGEMENT_KEY) {
        bail!("/usage-service/config returns the management key");
    }
    world.passed("/status has configured, collector.lastError, lastConsumedAt, lastInsertedAt, eventCount");
    Ok(())
}

/// The health check of the page's compose file, run by the engine itself.
fn container_health(world: &mut World) -> Result<()> {
    wait_until("the engine calls the manager healthy", SOON, || {
        let health = world.engine().ask(["inspect", "--format", "{{.State.Health.Status}}", MANAGER])?;
        if health == "healthy" { Ok(()) } else { bail!("{health}") }
    })?;
    world.passed("the page's health check with wget passes");
    Ok(())
}

/// `docker exec … reset-admin-key`, which starts as root.
fn new_admin_key(world: &mut World, old: &str) -> Result<String> {
    let manager = world.named(MANAGER);
    let printed = manager.exec(&["cpa-manager-plus", "reset-admin-key"])?;
    let key = admin_key(&printed)?;
    let strangers = manager.exec(&["find", "/data", "-user", "0"])?;
    if !strangers.is_empty() {
        bail!("`docker exec … reset-admin-key` left files of root: {strangers}");
    }
    // The running manager takes the new key over within seconds. Asking rarely keeps its throttle out of this.
    wait_until("the new admin key works", SOON, || {
        std::thread::sleep(Duration::from_secs(1));
        status(&key).map(|_| ())
    })?;
    let refused = net::get(MANAGER_PORT, "/status", Some(old))?.status;
    if ![401, 429].contains(&refused) {
        bail!("the old admin key still works: status {refused}");
    }
    world.passed("`docker exec … reset-admin-key` changes the key and leaves no file of root");
    Ok(key)
}

/// The page's upgrade: both ways.
fn upgrade(world: &mut World, key: &str) -> Result<()> {
    let id = |world: &World| world.engine().ask(["inspect", "--format", "{{.Image}}", MANAGER]);
    let old = id(world)?;
    let before = event_count(key)?;
    next_image(world, "second")?;
    up(world)?;
    healthy()?;
    if id(world)? == old {
        bail!("`docker compose up -d` kept the old image");
    }
    let count = more_events(key, before)?;
    world.passed(&format!("upgraded with compose: {before} events before, {count} after, same admin key"));

    next_image(world, "third")?;
    world.engine().ask(["stop", MANAGER])?;
    world.engine().ask(["rm", MANAGER])?;
    let volume = format!("{VOLUME}:/data");
    // The page's command; the network is what lets it reach the gateway by name.
    let network = format!("{PROJECT}_default");
    let page =
        ["run", "-d", "--name", MANAGER, "--restart", "unless-stopped", "-p", "18317:18317", "-v", &volume];
    let mut command = page.to_vec();
    command.extend(["--network", &network, IMAGE]);
    world.engine().ask(command)?;
    healthy()?;
    let after = more_events(key, count)?;
    world.passed(&format!("upgraded with stop, rm, run: {after} events, same admin key"));
    Ok(())
}

/// A newer image under the same name: a new version label is what a rebuild without a change would give.
fn next_image(world: &World, version: &str) -> Result<()> {
    let folder = world.folder("next")?;
    let dockerfile = format!("FROM {IMAGE}\nLABEL org.opencontainers.image.version=\"{version}\"\n");
    std::fs::write(folder.join("Dockerfile"), dockerfile)?;
    let mut build = world.engine().docker(["build", "--tag", IMAGE]);
    output(build.arg(&folder)).map(|_| ())
}

/// Replaces the gateway by one that makes records at another rate.
pub fn gateway_at_rate(world: &World, rate: u32) -> Result<()> {
    stand_in_gateway(world, rate)?;
    world.engine().ask(["rm", "--force", GATEWAY])?;
    let network = format!("{PROJECT}_default");
    world.engine().ask(["run", "-d", "--name", GATEWAY, "--network", &network, GATEWAY_IMAGE])?;
    Ok(())
}

/// What takes everything of this project down, whoever made it.
pub fn removal() -> Vec<Vec<String>> {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<String>>();
    vec![
        words(&format!("rm --force --volumes {MANAGER} {GATEWAY}")),
        words(&format!("volume rm --force {VOLUME} {PROJECT}_cpa-data")),
        words(&format!("network rm {PROJECT}_default")),
        words(&format!("image rm {GATEWAY_IMAGE}")),
    ]
}
