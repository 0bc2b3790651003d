//! The container image: building it, and the test that follows the deployment page from first line to last.

mod backup;
mod bases;
mod engine;
mod launch;
mod page;
mod world;

use anyhow::{Context, Result, bail};

use self::engine::Engine;
pub use self::engine::ensure_tools;
use self::world::World;
use crate::counts::Counts;
use crate::{process, repo, say};

/// How the image is built.
const DOCKERFILE: &str = "deploy/Dockerfile";

/// The image's name on the deployment page.
const IMAGE: &str = "seakee/cpa-manager-plus:latest";

/// What the image may weigh beyond its base.
const SIZE_LIMIT: u64 = 40_000_000;

/// `cargo xtask docker build`.
pub fn build() -> Result<()> {
    say::heading("container image");
    let engine = Engine::start()?;
    let _bases = bases::ensure(&engine)?;
    image(&engine, IMAGE)
}

/// The container test; every check counts as one test. Without `build` it takes the image that is there.
pub fn test(build: bool) -> Result<Counts> {
    let engine = Engine::start()?;
    let _bases = bases::ensure(&engine)?;
    if build {
        image(&engine, IMAGE)?;
    }
    let mut world = World::new(engine)?;
    size(&mut world)?;
    launch::checks(&mut world)?;
    let _removed = world.engine().later(page::removal());
    let key = page::checks(&mut world)?;
    backup::checks(&mut world, &key)?;
    Ok(world.counts())
}

fn image(engine: &Engine, name: &str) -> Result<()> {
    say::line("building the image (some minutes the first time: the program is compiled inside)");
    let mut command = engine.docker(["build", "--file", DOCKERFILE, "--tag", name]);
    for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"] {
        if std::env::var_os(proxy).is_some() {
            // Without a value the client takes it from its own environment.
            command.args(["--build-arg", proxy]);
        }
    }
    process::run(command.arg("."))
}

fn size(world: &mut World) -> Result<()> {
    let dockerfile = repo::read(DOCKERFILE)?;
    let base = dockerfile
        .lines()
        .rev()
        .find_map(|l| l.strip_prefix("FROM "))
        .context("the Dockerfile has a base")?;
    let of = |name: &str| -> Result<u64> {
        Ok(world.engine().ask(["image", "inspect", "--format", "{{.Size}}", name])?.parse()?)
    };
    let added = of(IMAGE)?.saturating_sub(of(base)?);
    if added > SIZE_LIMIT {
        bail!("the image weighs {added} bytes beyond its base; {SIZE_LIMIT} are allowed");
    }
    world.passed(&format!("the image adds {:.1} MB to its base", added as f64 / 1e6));
    Ok(())
}
