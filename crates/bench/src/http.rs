//! HTTP as the bench needs it: one connection, requests one after the other.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// No single answer may take longer.
const PATIENCE: Duration = Duration::from_secs(300);

/// The receive buffer of the slow reader, bytes; small, so that the sender notices.
const SMALL_BUFFER: u32 = 4096;

/// What an answer was, its body aside.
#[derive(Debug, Clone)]
pub struct Told {
    /// Status.
    pub status: u16,
    /// Bytes of the body.
    pub bytes: u64,
    /// `Server-Timing`; may be empty.
    pub timing: String,
}

/// A connection that is kept open.
pub struct Client {
    address: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
}

impl Client {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        Ok(Self { address, sender: open(address).await? })
    }

    /// Sends a request; connects again when the server has closed the connection.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        bearer: &str,
        body: Option<&Value>,
    ) -> Result<Response<Incoming>> {
        if self.sender.is_closed() || self.sender.ready().await.is_err() {
            self.sender = open(self.address).await?;
        }
        let mut request = Request::builder().method(method).uri(path);
        // With the trailer that tells what a large answer took.
        request = request.header("host", self.address.to_string()).header("te", "trailers");
        if !bearer.is_empty() {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        let answer = self.sender.send_request(request.body(Full::new(body))?);
        let answer = tokio::time::timeout(PATIENCE, answer).await.context("no answer in time")?;
        answer.with_context(|| format!("{method} {path}"))
    }

    /// `GET`, and reads the answer to its end; gives status and length of the body.
    pub async fn get(&mut self, path: &str, bearer: &str) -> Result<(u16, u64)> {
        let told = self.ask("GET", path, bearer, None).await?;
        Ok((told.status, told.bytes))
    }

    /// A request, whose answer is read to its end.
    pub async fn ask(
        &mut self,
        method: &str,
        path: &str,
        bearer: &str,
        body: Option<&Value>,
    ) -> Result<Told> {
        let answer = self.send(method, path, bearer, body).await?;
        let status = answer.status().as_u16();
        let told = |fields: &HeaderMap| {
            fields.get("server-timing").and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let mut timing = told(answer.headers()).unwrap_or_default();
        let read = read_to_end(answer.into_body(), |_| {}).await;
        let (bytes, trailers) = read.with_context(|| format!("{method} {path}"))?;
        if let Some(after) = trailers.as_ref().and_then(told) {
            timing = format!("{timing}, {after}");
        }
        Ok(Told { status, bytes, timing })
    }

    /// `GET` that must succeed; gives the length of the body and its line ends.
    pub async fn get_lines(&mut self, path: &str, bearer: &str) -> Result<(u64, u64)> {
        let answer = self.send("GET", path, bearer, None).await?;
        if !answer.status().is_success() {
            bail!("GET {path} answers {}", answer.status());
        }
        let mut lines = 0;
        let count = |data: &[u8]| lines += data.iter().filter(|byte| **byte == b'\n').count() as u64;
        let (bytes, _) =
            read_to_end(answer.into_body(), count).await.with_context(|| format!("GET {path}"))?;
        Ok((bytes, lines))
    }

    /// A request whose answer is JSON and must be a success.
    pub async fn json(
        &mut self,
        method: &str,
        path: &str,
        bearer: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        let answer = self.send(method, path, bearer, body).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            bail!("{method} {path} answers {status}: {}", String::from_utf8_lossy(&body));
        }
        serde_json::from_slice(&body).with_context(|| format!("{method} {path} answers no JSON"))
    }
}

async fn open(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // Ends with its sender; an error shows in the request that it belongs to.
    tokio::spawn(connection);
    Ok(sender)
}

/// Reads an answer to its end; gives its bytes and what was told after it.
async fn read_to_end(mut body: Incoming, mut look: impl FnMut(&[u8])) -> Result<(u64, Option<HeaderMap>)> {
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        match frame?.into_data() {
            Ok(data) => {
                bytes += data.len() as u64;
                look(&data);
            }
            Err(last) => return Ok((bytes, last.into_trailers().ok())),
        }
    }
    Ok((bytes, None))
}

/// Asks for something and reads the answer at 1 kB per second for so long; gives the bytes read.
pub async fn read_slowly(address: SocketAddr, path: &str, bearer: &str, time: Duration) -> Result<u64> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(SMALL_BUFFER)?;
    let mut stream = socket.connect(address).await?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {bearer}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let deadline = tokio::time::Instant::now() + time;
    let mut buffer = [0; 1000];
    let mut bytes = 0;
    while tokio::time::Instant::now() < deadline {
        let read = tokio::time::timeout_at(deadline, stream.read(&mut buffer)).await;
        match read {
            Ok(Ok(0)) => bail!("the slow answer of {path} ended after {bytes} bytes"),
            Ok(read) => bytes += read? as u64,
            Err(_) => break,
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(bytes)
}
