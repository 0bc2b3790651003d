//! Base images for machines that can pull none: a bare Debian under each name that the Dockerfile uses, made with
//! debootstrap; the tool chains of this machine are added for the build stages, with its certificates and the settings
//! by which its package clients reach their registries. Images that are present are used as they are.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::engine::Engine;
use crate::process::{self, Guard};
use crate::{repo, say, tools};

/// The label of a stand-in; its value says what it was made from.
const LABEL: &str = "cpamp.stand-in";

/// The Debian release of the base images.
const RELEASE: &str = "bookworm";

/// Where a build stage finds this machine's certificates.
const CERTIFICATES: &str = "/etc/cpamp-host-certificates.pem";

/// What the deployment page's backup runs in.
const BACKUP: &str = "alpine:latest";

/// Makes what is missing. The guard removes stand-ins from an engine that is not ours.
pub fn ensure(engine: &Engine) -> Result<Guard> {
    let dockerfile = repo::read(super::DOCKERFILE)?;
    let stages = dockerfile.lines().filter_map(|l| l.strip_prefix("FROM "));
    let mut names: Vec<&str> = stages.filter_map(|l| l.split(' ').next()).collect();
    names.push(BACKUP);
    let made_from = made_from()?;
    let mut made = Vec::new();
    for name in names {
        let label = format!("{{{{index .Config.Labels \"{LABEL}\"}}}}");
        match engine.ask(["image", "inspect", "--format", &label, name]) {
            Ok(label) if label.is_empty() || label == "<no value>" => say::line(&format!("{name}: present")),
            Ok(label) if label == made_from => say::line(&format!("{name}: stand-in, present")),
            _ => {
                stand_in(engine, name, &made_from)?;
                made.push(name.to_owned());
            }
        }
    }
    let mut remove = vec!["image".to_owned(), "rm".to_owned()];
    remove.append(&mut made);
    Ok(engine.later(if engine.is_ours() || remove.len() == 2 { Vec::new() } else { vec![remove] }))
}

/// What the stand-ins depend on.
fn made_from() -> Result<String> {
    let rust = process::output(Command::new("rustc").arg("--version"))?;
    let node = process::output(Command::new("node").arg("--version"))?;
    Ok(format!("{RELEASE}, {}, node {}", rust.trim(), node.trim()))
}

fn stand_in(engine: &Engine, name: &str, made_from: &str) -> Result<()> {
    say::line(&format!("{name}: not present; making a stand-in from {made_from}"));
    let root = repo::work("docker/bases")?.join("root");
    remove(&root)?;
    // Hard links: nothing below is changed in place.
    process::run(Command::new("cp").args(["--archive", "--link"]).arg(debian()?).arg(&root))?;
    let mut variables = Vec::new();
    let kind = name.split(':').next().unwrap_or_default();
    if kind == "node" || kind == "rust" {
        host_settings(&root)?;
        for variable in ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "CARGO_HTTP_CAINFO", "NPM_CONFIG_CAFILE"] {
            variables.push(format!("ENV {variable}={CERTIFICATES}"));
        }
        variables.push("ENV CARGO_HOME=/usr/local/cargo".into());
    }
    match kind {
        "node" => add_node(&root)?,
        "rust" => add_rust(&root)?,
        _ => {}
    }
    let mut pack = Command::new("tar");
    pack.args(["--create", "--numeric-owner", "--exclude=./dev/*", "--directory"]).arg(&root).arg(".");
    let mut import = engine.docker(["import", "--change", "CMD [\"bash\"]"]);
    import.args(["--change", &format!("LABEL {LABEL}=\"{made_from}\"")]);
    for variable in &variables {
        import.args(["--change", variable]);
    }
    let mut packing = pack.stdout(Stdio::piped()).spawn().context("cannot start tar")?;
    let packed = packing.stdout.take().context("the output was asked for")?;
    let imported = import.args(["-", name]).stdin(packed).stdout(Stdio::null()).status()?;
    // It holds our end of the pipe: tar would wait for ever for a reader that has gone.
    drop(import);
    remove(&root)?;
    if !packing.wait()?.success() || !imported.success() {
        bail!("the stand-in for {name} could not be made");
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// A minimal Debian in a folder; made once per target folder.
fn debian() -> Result<PathBuf> {
    let bases = repo::work("docker/bases")?;
    let (folder, complete) = (bases.join(RELEASE), bases.join(format!("{RELEASE}.complete")));
    if complete.is_file() {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    say::line("a minimal Debian with debootstrap (half a minute)");
    let mut command = Command::new(tools::find("debootstrap").context("debootstrap was installed")?);
    command.args(["--variant=minbase", RELEASE]).arg(&folder).stdout(Stdio::null());
    let sources = sources()?;
    let main = sources.iter().find(|(suite, _)| suite == RELEASE);
    if let Some((_, mirror)) = main.or(sources.first()) {
        command.arg(mirror);
    }
    process::run(&mut command)?;
    // The same mirror and the same rules (dates, proxies) as this machine's own apt.
    let lines =
        sources.iter().map(|(suite, mirror)| format!("deb {mirror} {suite} main\n")).collect::<String>();
    if !lines.is_empty() {
        fs::write(folder.join("etc/apt/sources.list"), lines)?;
    }
    let settings = process::output(Command::new("apt-config").args(["dump", "Acquire"]))?;
    let wanted = ["::Proxy", "::Check-", "::CaInfo"];
    let kept: Vec<&str> = settings.lines().filter(|l| wanted.iter().any(|w| l.contains(w))).collect();
    fs::write(folder.join("etc/apt/apt.conf.d/90host"), kept.join("\n") + "\n")?;
    fs::write(&complete, "")?;
    Ok(folder)
}

/// Suite and mirror of Debian itself and of its security updates, as this machine's apt knows them.
fn sources() -> Result<Vec<(String, String)>> {
    let ask = || {
        let format = "$(ORIGIN)|$(REPO_URI)|$(CODENAME)|$(COMPONENT)";
        let mut command = Command::new("apt-get");
        process::output(command.args(["indextargets", "--format", format, "Created-By: Packages"]))
    };
    let mut listed = ask()?;
    if listed.trim().is_empty() {
        process::run(Command::new("apt-get").args(["-q", "update"]))?;
        listed = ask()?;
    }
    let mut sources = Vec::new();
    for line in listed.lines() {
        let [origin, mirror, codename, "main"] = line.split('|').collect::<Vec<_>>()[..] else { continue };
        let suite =
            if codename.ends_with("-security") { format!("{RELEASE}-security") } else { RELEASE.to_owned() };
        let wanted = origin == "Debian" && (!codename.contains('-') || codename.ends_with("-security"));
        if wanted && !sources.iter().any(|(known, _)| *known == suite) {
            sources.push((suite, mirror.to_owned()));
        }
    }
    Ok(sources)
}

/// Adds this machine's certificates and registry settings to a base. Accounts and tokens of the settings stay out.
fn host_settings(root: &Path) -> Result<()> {
    let bundle =
        std::env::var_os("SSL_CERT_FILE").map_or("/etc/ssl/certs/ca-certificates.crt".into(), PathBuf::from);
    fs::copy(&bundle, root.join(CERTIFICATES.trim_start_matches('/')))
        .with_context(|| format!("no certificates in {}", bundle.display()))?;
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo_home = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    fs::create_dir_all(root.join("usr/local/cargo"))?;
    if let Ok(text) = fs::read_to_string(cargo_home.join("config.toml")) {
        fs::write(root.join("usr/local/cargo/config.toml"), text)?;
    }
    let mut npm = fs::File::create(root.join("root/.npmrc"))?;
    for key in ["registry", "proxy", "https-proxy", "noproxy", "strict-ssl"] {
        let value = process::output(Command::new("npm").args(["config", "get", key]))?;
        if !["", "null", "undefined"].contains(&value.trim()) {
            writeln!(npm, "{key}={}", value.trim())?;
        }
    }
    Ok(())
}

/// This machine's Node and npm.
fn add_node(root: &Path) -> Result<()> {
    let node = process::output(Command::new("node").args(["--print", "process.execPath"]))?;
    let modules = process::output(Command::new("npm").args(["root", "--global"]))?;
    let local = root.join("usr/local");
    fs::create_dir_all(local.join("lib/node_modules"))?;
    fs::copy(node.trim(), local.join("bin/node"))?;
    let npm = Path::new(modules.trim()).join("npm");
    process::run(Command::new("cp").arg("--recursive").arg(npm).arg(local.join("lib/node_modules/npm")))?;
    let script = "#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js \"$@\"\n";
    fs::write(local.join("bin/npm"), script)?;
    process::run(Command::new("chmod").arg("755").arg(local.join("bin/npm")).arg(local.join("bin/node")))
}

/// This machine's compiler and cargo, without documentation and sources.
fn add_rust(root: &Path) -> Result<()> {
    let toolchain = process::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let (toolchain, local) = (Path::new(toolchain.trim()), root.join("usr/local"));
    for program in ["rustc", "cargo"] {
        fs::copy(toolchain.join("bin").join(program), local.join("bin").join(program))?;
    }
    process::run(Command::new("cp").arg("--archive").arg(toolchain.join("lib")).arg(&local))?;
    remove(&local.join("lib/rustlib/src"))?;
    remove(&local.join("lib/rustlib/rustc-src"))
}
