//! Bodies and upgraded connections over real sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::{browser, client, client_with, front, get, key, serve, soon, target};
use bytes::Bytes;
use cpamp_proxy::{AuthPolicy, ProxyBody, full};
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Incoming;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};

/// A body that is fed from outside.
fn fed() -> (mpsc::Sender<&'static str>, ProxyBody) {
    let (sender, receiver) = mpsc::channel::<&'static str>(4);
    let frames = futures_util::stream::unfold(receiver, |mut receiver| async {
        let text = receiver.recv().await?;
        Some((Ok::<_, cpamp_proxy::BoxError>(Frame::data(Bytes::from_static(text.as_bytes()))), receiver))
    });
    (sender, StreamBody::new(frames).boxed_unsync())
}

async fn next(body: &mut Incoming) -> Bytes {
    soon(body.frame()).await.expect("a frame").expect("no error").into_data().expect("data")
}

#[tokio::test]
async fn events_arrive_one_by_one() {
    let release = Arc::new(Notify::new());
    let waiting = Arc::clone(&release);
    let gateway = serve(move |_| {
        let waiting = Arc::clone(&waiting);
        async move {
            let (sender, body) = fed();
            tokio::spawn(async move {
                sender.send("data: one\n\n").await.expect("send");
                waiting.notified().await;
                sender.send("data: two\n\n").await.expect("send");
            });
            Response::builder().header("content-type", "text/event-stream").body(body).expect("response")
        }
    })
    .await;
    let front = front(client(), target(gateway)).await;
    let request =
        Request::get(format!("http://{front}/v0/management/stream")).body(full("")).expect("request");
    let answer = soon(browser().request(request)).await.expect("answer");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut body = answer.into_body();
    assert_eq!(next(&mut body).await, "data: one\n\n", "before the second one exists");
    release.notify_one();
    assert_eq!(next(&mut body).await, "data: two\n\n");
    assert!(soon(body.frame()).await.is_none());
}

#[tokio::test]
async fn uploads_stream_too() {
    let (arrived, mut arrivals) = mpsc::channel(4);
    let gateway = serve(move |request: Request<Incoming>| {
        let arrived = arrived.clone();
        async move {
            let mut body = request.into_body();
            while let Some(Ok(frame)) = body.frame().await {
                arrived.send(frame.into_data().expect("data")).await.expect("send");
            }
            Response::new(full("all of it"))
        }
    })
    .await;
    let front = front(client(), target(gateway)).await;
    let (sender, body) = fed();
    let request = Request::post(format!("http://{front}/v0/management/upload")).body(body).expect("request");
    let answer = tokio::spawn(async move { browser().request(request).await });
    sender.send("first").await.expect("send");
    assert_eq!(soon(arrivals.recv()).await.expect("first"), "first", "before the upload ends");
    sender.send("second").await.expect("send");
    assert_eq!(soon(arrivals.recv()).await.expect("second"), "second");
    drop(sender);
    let answer = soon(answer).await.expect("join").expect("answer");
    assert_eq!(answer.into_body().collect().await.expect("body").to_bytes(), "all of it");
}

/// Sets a flag when it is dropped.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

async fn becomes_true(flag: &AtomicBool) {
    while !flag.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_caller_that_leaves_ends_the_upstream_request() {
    let (gone, started) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
    let (flag, start) = (Arc::clone(&gone), Arc::clone(&started));
    let gateway = serve(move |_| {
        let (flag, start) = (Gone(Arc::clone(&flag)), Arc::clone(&start));
        async move {
            let _flag = flag;
            start.notify_one();
            std::future::pending::<()>().await;
            Response::new(full(""))
        }
    })
    .await;
    let front = front(client(), target(gateway)).await;
    let mut stream = TcpStream::connect(front).await.expect("connect");
    stream.write_all(b"GET /v0/management/x HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("write");
    soon(started.notified()).await;
    assert!(!gone.load(Ordering::SeqCst));
    drop(stream);
    soon(becomes_true(&gone)).await;
}

#[tokio::test]
async fn a_caller_that_leaves_in_the_middle_of_an_answer_ends_it() {
    let gone = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&gone);
    let gateway = serve(move |_| {
        let flag = Gone(Arc::clone(&flag));
        async move {
            let (sender, body) = fed();
            tokio::spawn(async move {
                let _flag = flag;
                while sender.send("tick\n").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            });
            Response::new(body)
        }
    })
    .await;
    let front = front(client(), target(gateway)).await;
    let mut stream = TcpStream::connect(front).await.expect("connect");
    stream.write_all(b"GET /v0/management/x HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("write");
    let mut some = [0; 64];
    soon(stream.read_exact(&mut some)).await.expect("the beginning");
    drop(stream);
    soon(becomes_true(&gone)).await;
}

/// A gateway that switches to a protocol that echoes.
async fn echo_gateway() -> std::net::SocketAddr {
    serve(|mut request: Request<Incoming>| async move {
        if request.headers().get("upgrade").is_none() {
            return Response::new(full("no upgrade asked for"));
        }
        let key = request.headers().get("sec-websocket-key").cloned();
        let switched = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let Ok(stream) = switched.await else { return };
            let (mut read, mut write) = tokio::io::split(hyper_util::rt::TokioIo::new(stream));
            let _ = tokio::io::copy(&mut read, &mut write).await;
            let _ = write.shutdown().await;
        });
        let mut response = Response::builder()
            .status(StatusCode::SWITCHING_PROTOCOLS)
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("set-cookie", "x=y");
        if let Some(key) = key {
            response = response.header("sec-websocket-accept", key);
        }
        response.body(full("")).expect("response")
    })
    .await
}

async fn upgrade(front: std::net::SocketAddr, protocol: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(front).await.expect("connect");
    let request = format!(
        "GET /v0/management/ws HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: {protocol}\r\nsec-websocket-key: k1\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("write");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(soon(stream.read_u8()).await.expect("head"));
    }
    (stream, String::from_utf8(head).expect("text").to_lowercase())
}

#[tokio::test]
async fn upgraded_connections_are_tunnelled_both_ways() {
    let front = front(client(), target(echo_gateway().await)).await;
    let (mut stream, head) = upgrade(front, "websocket").await;
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert!(head.contains("upgrade: websocket") && head.contains("sec-websocket-accept: k1"), "{head}");
    assert!(!head.contains("set-cookie"), "{head}");
    for message in ["hello", "once more"] {
        stream.write_all(message.as_bytes()).await.expect("write");
        let mut echo = vec![0; message.len()];
        soon(stream.read_exact(&mut echo)).await.expect("echo");
        assert_eq!(echo, message.as_bytes());
    }
    stream.shutdown().await.expect("shutdown");
    assert_eq!(soon(stream.read(&mut [0; 8])).await.expect("end"), 0, "the end is passed on");
}

#[tokio::test]
async fn a_silent_tunnel_ends_and_their_number_is_limited() {
    let client = client_with(|limits| {
        limits.idle = Duration::from_secs(1);
        limits.tunnels = 1;
    });
    let front = front(client, target(echo_gateway().await)).await;
    let (mut first, head) = upgrade(front, "websocket").await;
    assert!(head.starts_with("http/1.1 101"), "{head}");
    let (_second, head) = upgrade(front, "websocket").await;
    assert!(head.starts_with("http/1.1 502"), "one is allowed: {head}");
    assert_eq!(soon(first.read(&mut [0; 8])).await.unwrap_or(0), 0, "closed when nothing moves");
    let (_third, head) = upgrade(front, "websocket").await;
    assert!(head.starts_with("http/1.1 101"), "room again: {head}");
}

#[tokio::test]
async fn a_switch_to_http2_is_not_passed_on() {
    let front = front(client(), target(echo_gateway().await)).await;
    let (_stream, head) = upgrade(front, "h2c").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
}

#[tokio::test]
async fn a_gateway_that_stops_in_the_middle_breaks_the_answer_off() {
    let gateway = serve(|_| async {
        let (sender, body) = fed();
        tokio::spawn(async move {
            sender.send("begun").await.expect("send");
            std::future::pending::<()>().await;
            drop(sender);
        });
        Response::new(body)
    })
    .await;
    let client = client_with(|limits| limits.idle = Duration::from_millis(50));
    let key = key();
    let policy = AuthPolicy::ReplaceWithManagementKey(&key);
    let answer = client.forward(get("/v0/management/x"), &target(gateway), policy).await.expect("answer");
    let mut body = answer.into_body();
    let first = soon(body.frame()).await.expect("frame").expect("data").into_data().expect("data");
    assert_eq!(first, "begun");
    let error = soon(body.frame()).await.expect("frame").expect_err("idle");
    assert!(error.to_string().contains("a pause in the body"), "{error}");
}
