//! Routes that a plugin could have added to the management API, for tests of proxies: an endless stream of events,
//! and an upgraded connection that sends everything back.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Request;
use super::reply::Reply;
use super::websocket;

/// Between two events, unless asked otherwise.
const INTERVAL_MS: u64 = 1_000;

/// `sim-plugin/sse?interval_ms=&count=`: numbered events until the client leaves or the count is reached.
pub(super) fn sse(request: &Request) -> Reply {
    let interval_ms = request.parameter("interval_ms").parse().unwrap_or(INTERVAL_MS);
    let count: u64 = request.parameter("count").parse().unwrap_or(u64::MAX);
    let epoch = request.epoch.clone();
    let events = futures_util::stream::unfold((0_u64, epoch), move |(number, epoch)| async move {
        if number >= count {
            return None;
        }
        if number > 0 {
            tokio::select! {
                () = epoch.cancelled() => return None,
                () = tokio::time::sleep(Duration::from_millis(interval_ms)) => {}
            }
        }
        let event = format!("id: {number}\nevent: tick\ndata: {{\"number\":{number}}}\n\n");
        let frame: Result<Frame<Bytes>, std::io::Error> = Ok(Frame::data(Bytes::from(event)));
        Some((frame, (number + 1, epoch)))
    });
    Reply::stream("text/event-stream", StreamBody::new(events).boxed_unsync())
        .with("cache-control", "no-cache")
}

/// `sim-plugin/echo`: with `Upgrade: websocket` messages are sent back, with any other protocol bytes are.
/// Without an upgrade it answers 426.
pub(super) fn echo(request: &mut Request) -> Reply {
    let protocol = request.header("upgrade").trim().to_ascii_lowercase();
    let Some(upgrade) = request.upgrade.take().filter(|_| !protocol.is_empty()) else {
        return Reply::error(StatusCode::UPGRADE_REQUIRED, "upgrade required")
            .with("upgrade", "websocket, echo");
    };
    let accept = (protocol == "websocket").then(|| websocket::accept(request.header("sec-websocket-key")));
    let epoch = request.epoch.clone();
    let messages = protocol == "websocket";
    request.connection.shared.tasks.spawn(async move {
        tokio::select! {
            () = epoch.cancelled() => {}
            ended = run(upgrade, messages) => if let Err(error) = ended {
                tracing::trace!(%error, "upgraded connection ended with an error");
            },
        }
    });
    let reply = Reply::empty(StatusCode::SWITCHING_PROTOCOLS)
        .with("connection", "Upgrade")
        .with("upgrade", &protocol);
    match accept {
        Some(accept) => reply.with("sec-websocket-accept", &accept),
        None => reply,
    }
}

/// `sim-plugin/headers`: the request's headers as they arrived here, so that a test sees what a proxy sent.
pub(super) fn headers(headers: &HeaderMap) -> Reply {
    let mut shown = serde_json::Map::new();
    for (name, value) in headers {
        let values = shown.entry(name.as_str().to_owned()).or_insert_with(|| serde_json::json!([]));
        if let Some(values) = values.as_array_mut() {
            values.push(String::from_utf8_lossy(value.as_bytes()).into());
        }
    }
    Reply::json(&serde_json::json!({ "headers": shown }))
}

async fn run(upgrade: OnUpgrade, messages: bool) -> std::io::Result<()> {
    let mut stream = TokioIo::new(upgrade.await.map_err(std::io::Error::other)?);
    if messages { echo_messages(&mut stream).await } else { echo_bytes(&mut stream).await }
}

async fn echo_bytes<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> std::io::Result<()> {
    let mut buffer = [0_u8; 4096];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return stream.shutdown().await;
        }
        stream.write_all(&buffer[..count]).await?;
        stream.flush().await?;
    }
}

async fn echo_messages<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> std::io::Result<()> {
    let mut input = BytesMut::new();
    loop {
        while let Some(frame) = websocket::take_frame(&mut input)? {
            let (answer, last) = websocket::answer(&frame);
            if let Some(answer) = answer {
                stream.write_all(&answer).await?;
                stream.flush().await?;
            }
            if last {
                return stream.shutdown().await;
            }
        }
        if stream.read_buf(&mut input).await? == 0 {
            return Ok(());
        }
    }
}
