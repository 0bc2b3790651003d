//! Free ports and a small HTTP client: enough to talk to programs that we started ourselves.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// No answer that we ask for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A port of the loopback address that nobody listens on right now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Fails when somebody listens on the port, on any address.
pub fn must_be_free(port: u16) -> Result<()> {
    TcpListener::bind(("0.0.0.0", port))
        .with_context(|| format!("port {port} is in use: stop what listens there"))?;
    Ok(())
}

/// An answer: status and body.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; an error unless the status is 2xx.
    pub fn json(&self) -> Result<Value> {
        if !(200..300).contains(&self.status) {
            bail!("status {}: {}", self.status, self.text());
        }
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {}", self.text()))
    }
}

/// Sends one request to a port of this machine.
pub fn request(
    port: u16,
    method: &str,
    path: &str,
    bearer: Option<&str>,
    body: Option<&Value>,
) -> Result<Answer> {
    let what = || format!("{method} http://127.0.0.1:{port}{path}");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).with_context(what)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n");
    if let Some(key) = bearer {
        head.push_str(&format!("Authorization: Bearer {key}\r\n"));
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    if !body.is_empty() {
        head.push_str("Content-Type: application/json\r\n");
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(head.as_bytes()).with_context(what)?;
    let mut received = Vec::new();
    stream.read_to_end(&mut received).with_context(what)?;
    parse(&received).with_context(what)
}

/// `GET` with a bearer key.
pub fn get(port: u16, path: &str, bearer: Option<&str>) -> Result<Answer> {
    request(port, "GET", path, bearer, None)
}

fn parse(received: &[u8]) -> Result<Answer> {
    let end = received.windows(4).position(|w| w == b"\r\n\r\n").context("the answer has no head")?;
    let head = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).context("the answer has no status")?;
    let body = &received[end + 4..];
    let chunked = head.lines().any(|l| l.starts_with("transfer-encoding:") && l.contains("chunked"));
    Ok(Answer { status, body: if chunked { joined(body)? } else { body.to_vec() } })
}

/// The chunks of a chunked body, put together.
fn joined(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|w| w == b"\r\n").context("a chunk has no length")?;
        let length = String::from_utf8_lossy(&rest[..line]);
        let length = usize::from_str_radix(length.split(';').next().unwrap_or_default().trim(), 16)?;
        rest = &rest[line + 2..];
        if length == 0 {
            return Ok(body);
        }
        body.extend_from_slice(rest.get(..length).context("a chunk is cut short")?);
        rest = rest.get(length + 2..).context("a chunk is cut short")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_parsed() -> Result<()> {
        let plain = parse(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")?;
        assert_eq!((plain.status, plain.json()?), (200, serde_json::json!({})));
        let chunked =
            parse(b"HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n")?;
        assert_eq!((chunked.status, chunked.text()), (404, "abcd".into()));
        assert!(chunked.json().is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc").is_err());
        Ok(())
    }
}
