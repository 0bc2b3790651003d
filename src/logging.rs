//! Log lines and panics. Everything goes to standard error; data of commands goes to standard output.
//!
//! A secret is printed in one place only, by design: [`announce_admin_key`].

use std::io::{IsTerminal as _, stderr};
use std::panic::PanicHookInfo;

use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use vault::SecretString;

use crate::settings::{LogFormat, LogSettings};

/// The targets of this product's own crates start like this.
const OUR_TARGETS: &[&str] = &["cpamp", "cpa_manager_plus"];

/// The target of the line with the generated key. It is printed at every level, else nobody could log in.
const ADMIN_KEY_TARGET: &str = "cpa_manager_plus::admin_key";

/// The most that libraries may say. Below it they print what they send and receive.
const LIBRARIES: LevelFilter = LevelFilter::DEBUG;

/// Starts logging for the whole process and routes panics into it.
///
/// # Errors
/// When logging was started before.
pub fn init(settings: &LogSettings) -> Result<(), TryInitError> {
    let colour = !settings.no_colour && stderr().is_terminal();
    tracing_subscriber::registry().with(layer(settings, colour, stderr)).try_init()?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Prints the admin key that the first start made, once.
pub fn announce_admin_key(key: &SecretString) {
    tracing::info!(target: ADMIN_KEY_TARGET, "admin key generated: {}", key.expose());
}

fn layer<S, W>(settings: &LogSettings, colour: bool, writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> tracing_subscriber::fmt::MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(colour);
    let lines = match settings.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_ansi(false).boxed(),
    };
    let wanted = EnvFilter::builder().parse_lossy(directives(&settings.filter));
    let allowed =
        filter_fn(|metadata: &Metadata<'_>| is_ours(metadata.target()) || *metadata.level() <= LIBRARIES);
    lines.with_filter(wanted.and(allowed))
}

/// A bare level is about this product; libraries stay at `info`. The line with the generated key is always on.
fn directives(filter: &str) -> String {
    let announcement = format!("{ADMIN_KEY_TARGET}=info");
    match filter.trim().parse::<LevelFilter>() {
        Ok(level) => {
            let ours: Vec<String> = OUR_TARGETS.iter().map(|target| format!("{target}={level}")).collect();
            format!("{},{},{announcement}", level.min(LevelFilter::INFO), ours.join(","))
        }
        Err(_) => format!("{filter},{announcement}"),
    }
}

fn is_ours(target: &str) -> bool {
    OUR_TARGETS.iter().any(|ours| target.starts_with(ours))
}

/// A panic's text may hold anything, so only a fixed text is repeated; the place says the rest.
fn log_panic(info: &PanicHookInfo<'_>) {
    let message = info.payload().downcast_ref::<&'static str>().copied().unwrap_or("(text withheld)");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    tracing::error!(place, thread = thread.name().unwrap_or("unnamed"), "panic: {message}");
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged with these settings while `work` runs.
    fn logged(filter: &str, format: LogFormat, work: impl FnOnce()) -> String {
        let sink = Sink::default();
        let writer = sink.clone();
        let settings = LogSettings { filter: filter.to_owned(), format, no_colour: true };
        let subscriber = tracing_subscriber::registry().with(layer(&settings, false, move || writer.clone()));
        tracing::subscriber::with_default(subscriber, work);
        let bytes = sink.0.lock().expect("not poisoned").clone();
        String::from_utf8(bytes).expect("utf-8")
    }

    #[test]
    fn the_generated_key_is_announced_at_every_level() {
        let key = SecretString::from("cmp_admin_0123456789");
        for filter in ["info", "error", "off", "cpamp_store=trace"] {
            let text = logged(filter, LogFormat::Text, || announce_admin_key(&key));
            assert_eq!(
                text.matches("admin key generated: cmp_admin_0123456789").count(),
                1,
                "{filter}: {text}"
            );
        }
    }

    #[test]
    fn levels_are_about_this_product() {
        let say = || {
            tracing::debug!(target: "cpamp_collector", "ours at debug");
            tracing::trace!(target: "cpamp_collector", "ours at trace");
            tracing::info!(target: "hyper", "theirs at info");
            tracing::debug!(target: "hyper", "theirs at debug");
            tracing::trace!(target: "hyper", "theirs at trace");
        };
        let text = logged("trace", LogFormat::Text, say);
        assert!(
            text.contains("ours at trace")
                && text.contains("theirs at info")
                && !text.contains("theirs at debug")
        );
        let text = logged("debug", LogFormat::Text, say);
        assert!(text.contains("ours at debug") && !text.contains("ours at trace"));
        let text = logged("warn,hyper=trace", LogFormat::Text, say);
        assert!(
            text.contains("theirs at debug") && !text.contains("theirs at trace") && !text.contains("ours")
        );
        assert_eq!(logged("error", LogFormat::Text, say), "");
    }

    #[test]
    fn json_lines_are_flat() {
        let text = logged("info", LogFormat::Json, || tracing::info!(address = "a", "listening"));
        let line: serde_json::Value = serde_json::from_str(&text).expect("one JSON object");
        assert_eq!((line["message"].as_str(), line["address"].as_str()), (Some("listening"), Some("a")));
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn a_panic_is_logged_without_its_text() {
        let text = logged("info", LogFormat::Text, || {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(log_panic));
            let secret = String::from("planted-secret");
            let formatted = std::panic::catch_unwind(move || panic!("key {secret}"));
            let fixed = std::panic::catch_unwind(|| panic!("a fixed text"));
            std::panic::set_hook(before);
            assert!(formatted.is_err() && fixed.is_err());
        });
        assert!(text.contains("(text withheld)") && text.contains("panic: a fixed text"), "{text}");
        assert!(text.contains("src/logging.rs:") && !text.contains("planted"), "{text}");
    }
}
