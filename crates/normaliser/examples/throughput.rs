//! Prints how many recorded events per second one core normalises, exports and imports.
//! Run with `cargo run --release -p cpamp-normaliser --example throughput`.

use std::convert::Infallible;
use std::hint::black_box;
use std::io::{self, Cursor, Write};
use std::time::{Duration, Instant};

use cpamp_normaliser::{Context, Outcome, export, import, normalise};
use model::{CredentialMap, UsageEvent};

const PUBLISHED: &str = include_str!("../../../tests/fixtures/contract-v1.12.2/published.jsonl");

/// How long each figure is measured.
const SPAN: Duration = Duration::from_secs(2);

/// The time that this thread has had a core, where the system tells; a busy machine does not change it much.
fn cpu_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn main() -> io::Result<()> {
    let credentials = CredentialMap::default();
    let context = Context { gateway_id: 1, received_at_ms: 1_795_425_600_000, credentials: &credentials };
    let lines: Vec<&[u8]> = PUBLISHED.lines().map(str::as_bytes).collect();
    let events: Vec<UsageEvent> = lines
        .iter()
        .filter_map(|line| match normalise(line, &context) {
            Outcome::Event(event) => Some(*event),
            _ => None,
        })
        .collect();
    let mut file = Vec::new();
    for event in &events {
        export::write_line(event, &mut file);
    }
    let mut out = io::stdout();
    writeln!(out, "{} records, {} bytes each", events.len(), PUBLISHED.len() / events.len())?;
    let fine: Vec<&[u8]> = lines
        .iter()
        .copied()
        .filter(|line| line.windows(14).any(|part| part == b"\"failed\":false"))
        .collect();
    let rate = |count: usize, work: &mut dyn FnMut()| {
        let (start, cpu) = (Instant::now(), cpu_time());
        let mut done = 0;
        while start.elapsed() < SPAN {
            work();
            done += count;
        }
        let spent = cpu.zip(cpu_time()).map_or(start.elapsed(), |(from, to)| to.saturating_sub(from));
        done as f64 / spent.as_secs_f64()
    };
    let normalise_all = |lines: &[&[u8]]| {
        for line in lines {
            black_box(normalise(black_box(line), &context));
        }
    };
    writeln!(out, "normalise: {:.0}/s", rate(events.len(), &mut || normalise_all(&lines)))?;
    writeln!(out, "normalise, successes only: {:.0}/s", rate(fine.len(), &mut || normalise_all(&fine)))?;
    let mut buffer = Vec::new();
    let exported = rate(events.len(), &mut || {
        buffer.clear();
        for event in &events {
            export::write_line(event, &mut buffer);
        }
        black_box(&buffer);
    });
    writeln!(out, "export: {exported:.0}/s")?;
    let imported = rate(events.len(), &mut || {
        let report = import::import(Cursor::new(&file), &context, |events| {
            black_box(events);
            Ok::<(), Infallible>(())
        });
        black_box(report.is_ok());
    });
    writeln!(out, "import: {imported:.0}/s")
}
