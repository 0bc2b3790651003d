//! The product binary.

mod admin_credential;
mod cli;
mod clock;
mod demo;
mod logging;
mod manager;
mod os;
mod recorder;
mod server;
mod settings;

/// Freed memory goes back to the system soon: the manager idles beside the gateway on small machines. How soon is set
/// where jemalloc is built, in `.cargo/config.toml`.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[cfg(target_env = "msvc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run(std::env::args_os())
}
