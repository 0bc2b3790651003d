//! A gateway of the v6.9 kind: RESP pop only, no SUBSCRIBE, no HTTP queue. Written out by hand, because the simulator is new.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use cpamp_collector::{KeyGuard, MemoryLedger, Mode, Tried, resp, try_everything};
use model::Transport;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::support::{Rig, quick, records, settings, upstream};

#[derive(Default)]
pub struct OldGateway {
    queue: Mutex<VecDeque<Bytes>>,
    commands: Mutex<Vec<String>>,
}

pub async fn start() -> (String, Arc<OldGateway>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let gateway = Arc::new(OldGateway::default());
    let serving = Arc::clone(&gateway);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&serving)));
        }
    });
    (url, gateway)
}

async fn serve(mut stream: TcpStream, gateway: Arc<OldGateway>) {
    let mut input = Vec::new();
    while stream.read_buf(&mut input).await.is_ok_and(|n| n > 0) {
        let answer = if input[0] == b'*' {
            resp_answer(&mut input, &gateway)
        } else {
            http_answer(&mut input, &gateway)
        };
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

fn resp_answer(input: &mut Vec<u8>, gateway: &OldGateway) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some((frame, used)) = resp::decode(input).unwrap() {
        let resp::Frame::Array(Some(parts)) = frame else { panic!("{frame:?}") };
        let text = |part: &resp::Frame<'_>| match part {
            resp::Frame::Bulk(Some(bytes)) => String::from_utf8(bytes.to_vec()).unwrap(),
            other => panic!("{other:?}"),
        };
        let words: Vec<String> = parts.iter().map(text).collect();
        gateway.commands.lock().unwrap().push(words.join(" "));
        match words[0].as_str() {
            "AUTH" => out.extend_from_slice(b"+OK\r\n"),
            "RPOP" => {
                let mut queue = gateway.queue.lock().unwrap();
                let count = words[2].parse::<usize>().unwrap().min(queue.len());
                out.extend_from_slice(format!("*{count}\r\n").as_bytes());
                for record in queue.drain(..count) {
                    out.extend_from_slice(format!("${}\r\n", record.len()).as_bytes());
                    out.extend_from_slice(&record);
                    out.extend_from_slice(b"\r\n");
                }
            }
            other => out
                .extend_from_slice(format!("-ERR unknown command '{}'\r\n", other.to_lowercase()).as_bytes()),
        }
        input.drain(..used);
    }
    out
}

fn http_answer(input: &mut Vec<u8>, gateway: &OldGateway) -> Vec<u8> {
    let request = String::from_utf8_lossy(input).into_owned();
    if !request.contains("\r\n\r\n") {
        return Vec::new();
    }
    input.clear();
    let target = request.split(' ').nth(1).unwrap().to_owned();
    gateway.commands.lock().unwrap().push(target.clone());
    let (status, body) = match target.as_str() {
        "/v0/management/config" => ("200 OK", r#"{"usage-statistics-enabled":true}"#),
        _ => ("404 Not Found", ""),
    };
    format!("HTTP/1.1 {status}\r\nX-Cpa-Version: 6.9.40\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

#[tokio::test]
async fn auto_ends_at_resp_pop_and_says_that_the_version_is_too_old() {
    let (url, gateway) = start().await;
    gateway.queue.lock().unwrap().extend(records(0..700));
    let rig = Rig::start(&url, Mode::Auto);
    rig.running(Transport::Resp).await;
    rig.complete(700).await;
    gateway.queue.lock().unwrap().extend(records(700..710));
    rig.complete(710).await;
    let commands = gateway.commands.lock().unwrap().clone();
    let auth = format!("AUTH {}", crate::support::KEY);
    let order = [
        auth.as_str(),
        "SUBSCRIBE usage",
        "/v0/management/usage-queue?count=100",
        "/v0/management/config",
        auth.as_str(),
    ];
    assert_eq!(commands[..5], order);
    assert_eq!(commands[5], "RPOP usage 100");
    let status = rig.until("facts", |status| status.gateway.is_some()).await;
    assert_eq!(status.gateway.unwrap().warnings[0].code, "version_too_old");
    assert_eq!(status.last_error.unwrap().code, "queue_missing");
}

#[tokio::test]
async fn nothing_is_ever_sent_before_auth() {
    for mode in [Mode::Auto, Mode::Subscribe, Mode::Resp] {
        let (url, gateway) = start().await;
        let rig = Rig::start(&url, mode);
        rig.until("an attempt", |_| !gateway.commands.lock().unwrap().is_empty()).await;
        rig.collector.stop().await;
        assert!(gateway.commands.lock().unwrap()[0].starts_with("AUTH "), "{mode:?}");
    }
}

#[tokio::test]
async fn the_live_test_names_what_an_old_gateway_lacks_and_pops_nothing() {
    let (url, gateway) = start().await;
    gateway.queue.lock().unwrap().extend(records(0..3));
    let guard = KeyGuard::new(Arc::new(MemoryLedger::default()));
    let here = upstream(&url, crate::support::KEY);
    let report = try_everything(&here, &settings(Mode::Auto), &quick(), &guard).await;
    let code = |tried: &Tried| match tried {
        Tried::Failed(error) => error.code,
        other => panic!("{other:?}"),
    };
    assert_eq!((code(&report.subscribe), code(&report.queue)), ("subscribe_unsupported", "queue_missing"));
    assert_eq!((report.probe.ok, report.probe.resp_available), (true, Some(true)));
    assert_eq!(gateway.queue.lock().unwrap().len(), 3);
    assert!(gateway.commands.lock().unwrap().iter().all(|command| !command.contains("POP")));
}
