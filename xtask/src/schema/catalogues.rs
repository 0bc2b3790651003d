//! The price catalogues of the fixtures, served on the loopback address: a synchronisation asks no other host.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::repo;

/// Setting that names a catalogue's address, and the file that is served there.
const CATALOGUES: [(&str, &str); 3] = [
    ("CPAMP_MODELS_DEV_URL", "catalogue-models-dev.json"),
    ("CPAMP_LITELLM_URL", "catalogue-litellm.json"),
    ("CPAMP_OPENROUTER_URL", "catalogue-openrouter.json"),
];

/// A client that says nothing is given up after this time.
const PATIENCE: Duration = Duration::from_secs(10);

/// The server. Its thread ends with the process.
pub struct Catalogues {
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl Catalogues {
    /// Serves them on a free port.
    pub fn serve() -> Result<Self> {
        let read = |(_, file): (&str, &str)| {
            let path = repo::path("tests/fixtures/golden").join(file);
            std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        let bodies: Vec<Vec<u8>> = CATALOGUES.into_iter().map(read).collect::<Result<_>>()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::Relaxed);
                // Whoever breaks off has no answer; the next one has.
                let _ = answer(stream, &bodies);
            }
        });
        Ok(Self { port, asked })
    }

    /// The settings of a manager that asks here.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let places = CATALOGUES.into_iter().enumerate();
        places.map(|(at, (name, _))| (name, format!("http://127.0.0.1:{}/{at}", self.port))).collect()
    }

    /// How often they were asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Answers one request for `/0`, `/1` or `/2`.
fn answer(mut stream: TcpStream, bodies: &[Vec<u8>]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let place = first.strip_prefix("GET /").and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
    let (status, body) = match place.and_then(|place| bodies.get(place)) {
        Some(body) => ("200 OK", body.as_slice()),
        None => ("404 Not Found", &b""[..]),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}
