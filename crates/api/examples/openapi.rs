//! Prints the OpenAPI document that the handlers describe; `cargo xtask openapi` asks for it.

use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    std::io::stdout().write_all(cpamp_api::openapi::generated()?.as_bytes())?;
    Ok(())
}
