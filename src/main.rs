//! The product binary.

mod admin_credential;
mod cli;
mod clock;
mod logging;
mod os;
mod settings;

fn main() -> std::process::ExitCode {
    cli::run(std::env::args_os())
}
