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

fn main() -> std::process::ExitCode {
    cli::run(std::env::args_os())
}
