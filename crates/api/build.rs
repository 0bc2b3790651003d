//! Embeds the panel when it was built. Without Node there is no panel, and the page says so.

use std::io::Write;
use std::path::{Path, PathBuf};

const PANEL: &str = "../../panel/dist/management.html";
/// Tells the page that the manager serves it; CPA serves the same file without it.
const MODE: &str = r#"<meta name="cpamp-mode" content="full">"#;

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed={PANEL}");
    println!("cargo::rerun-if-changed=src/placeholder.html");
    println!("cargo::rustc-check-cfg=cfg(panel_embedded)");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let built = Path::new(PANEL).is_file();
    if built {
        println!("cargo::rustc-cfg=panel_embedded");
    }
    let page = std::fs::read_to_string(if built { PANEL } else { "src/placeholder.html" })?;
    let page = page.replacen("<head>", &format!("<head>{MODE}"), 1);
    std::fs::write(out.join("management.html"), &page)?;
    let gzip = std::fs::File::create(out.join("management.html.gz"))?;
    let mut encoder = flate2::GzBuilder::new().write(gzip, flate2::Compression::best());
    encoder.write_all(page.as_bytes())?;
    encoder.finish()?;
    Ok(())
}
