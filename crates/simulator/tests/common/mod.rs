//! A raw socket that speaks RESP and HTTP byte by byte, and the recorded files.

#![expect(dead_code, reason = "every test file uses a part of this")]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use cpamp_simulator::Simulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const KEY: &str = cpamp_simulator::DEFAULT_MANAGEMENT_KEY;
const PATIENCE: Duration = Duration::from_secs(5);

/// A file recorded from CPA v7.2.140.
pub fn fixture(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/cpa-v7.2.140").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn command(words: &[&str]) -> String {
    let mut text = format!("*{}\r\n", words.len());
    for word in words {
        text.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    text
}

pub fn record(number: u64) -> Bytes {
    Bytes::from(format!(
        r#"{{"timestamp":"2026-11-23T09:03:42Z","failed":false,"request_id":"{number:08x}"}}"#
    ))
}

pub struct Raw {
    pub stream: TcpStream,
    pending: Vec<u8>,
}

impl Raw {
    pub async fn connect(gateway: &Simulator) -> Self {
        Self { stream: TcpStream::connect(gateway.address()).await.unwrap(), pending: Vec::new() }
    }

    pub async fn logged_in(gateway: &Simulator) -> Self {
        let mut raw = Self::connect(gateway).await;
        raw.say(&["AUTH", KEY]).await;
        assert_eq!(raw.line().await, "+OK");
        raw
    }

    pub async fn subscribed(gateway: &Simulator) -> Self {
        let mut raw = Self::logged_in(gateway).await;
        raw.say(&["SUBSCRIBE", "usage"]).await;
        raw.expect("*3\r\n$9\r\nsubscribe\r\n$5\r\nusage\r\n:1\r\n").await;
        assert_eq!(raw.message().await.unwrap(), r#"{"support_refresh":true}"#.as_bytes());
        raw
    }

    pub async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    pub async fn say(&mut self, words: &[&str]) {
        self.send(&command(words)).await;
    }

    /// Reads until so many bytes are there, or the end.
    pub async fn take(&mut self, count: usize) -> Vec<u8> {
        tokio::time::timeout(PATIENCE, async {
            while self.pending.len() < count {
                if self.stream.read_buf(&mut self.pending).await.unwrap_or(0) == 0 {
                    break;
                }
            }
        })
        .await
        .unwrap_or_else(|_| {
            panic!("waited for {count} bytes, got {:?}", String::from_utf8_lossy(&self.pending))
        });
        let count = count.min(self.pending.len());
        self.pending.drain(..count).collect()
    }

    pub async fn expect(&mut self, text: &str) {
        let got = self.take(text.len()).await;
        assert_eq!(String::from_utf8_lossy(&got), text);
    }

    /// Reads to the end of the connection.
    pub async fn rest(&mut self) -> Vec<u8> {
        self.take(usize::MAX).await
    }

    /// What arrives within this time, the end of the connection included as `None`.
    pub async fn quiet(&mut self, time: Duration) -> Option<Vec<u8>> {
        let read = tokio::time::timeout(time, self.stream.read_buf(&mut self.pending)).await;
        if matches!(read, Ok(Ok(0) | Err(_))) && self.pending.is_empty() {
            return None;
        }
        Some(std::mem::take(&mut self.pending))
    }

    /// One line without its end; empty at the end of the connection.
    pub async fn line(&mut self) -> String {
        let mut line = Vec::new();
        loop {
            let byte = self.take(1).await;
            match byte.first() {
                None => break,
                Some(b'\n') => break,
                Some(byte) => line.push(*byte),
            }
        }
        String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned()
    }

    /// One bulk string.
    pub async fn bulk(&mut self) -> Option<Vec<u8>> {
        let line = self.line().await;
        let length: usize = line.strip_prefix('$')?.parse().ok()?;
        let mut payload = self.take(length + 2).await;
        if payload.len() < length + 2 {
            return None;
        }
        payload.truncate(length);
        Some(payload)
    }

    /// The payload of the next push; `None` when the connection has ended.
    pub async fn message(&mut self) -> Option<Vec<u8>> {
        if self.line().await != "*3" {
            return None;
        }
        assert_eq!(self.bulk().await?, b"message");
        self.bulk().await?;
        self.bulk().await
    }

    /// An HTTP exchange on this connection: status, head, body.
    pub async fn http(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> (u16, String, String) {
        let length =
            if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        self.send(&format!("{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}{length}\r\n{body}")).await;
        let status_line = self.line().await;
        let mut head = status_line.clone();
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line().await;
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.parse().unwrap();
            }
            chunked |= line == "Transfer-Encoding: chunked";
            head.push('\n');
            head.push_str(&line);
        }
        let mut body = self.take(length).await;
        if chunked {
            loop {
                let size = usize::from_str_radix(&self.line().await, 16).unwrap();
                body.extend(self.take(size).await);
                self.line().await;
                if size == 0 {
                    break;
                }
            }
        }
        let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        (status, head, String::from_utf8(body).unwrap())
    }

    /// An HTTP exchange with the management key.
    pub async fn manage(&mut self, method: &str, path: &str, body: &str) -> (u16, String) {
        let key = format!("Authorization: Bearer {KEY}\r\n");
        let (status, _, body) = self.http(method, &format!("/v0/management/{path}"), &key, body).await;
        (status, body)
    }
}

/// Waits until a condition holds.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{what} did not happen");
}
