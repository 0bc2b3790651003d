//! The synchronisation of prices through the gateway's proxy: who was asked, and what the answer says about it.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use simulator::{Simulator, SimulatorConfig};
use support::{Manager, Options};
use tempfile::TempDir;

const MODELS_DEV: &str = include_str!("fixtures/golden/catalogue-models-dev.json");
const PASSWORD: &str = "proxy-password-4711";

/// Heads of requests that came to a server.
type Heads = Arc<Mutex<Vec<String>>>;

/// Listens and answers each connection in a thread of its own; gives the address and what came.
fn serve(answer: impl Fn(TcpStream, &str) + Send + Sync + 'static) -> (String, Heads) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (heads, answer) = (Heads::default(), Arc::new(answer));
    let seen = Arc::clone(&heads);
    std::thread::spawn(move || {
        while let Ok((mut socket, _)) = listener.accept() {
            let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
            std::thread::spawn(move || {
                let head = head(&mut socket);
                seen.lock().unwrap().push(head.clone());
                answer(socket, &head);
            });
        }
    });
    (address, heads)
}

fn head(socket: &mut TcpStream) -> String {
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !bytes.ends_with(b"\r\n\r\n") && socket.read(&mut byte).is_ok_and(|read| read == 1) {
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).unwrap()
}

/// A catalogue.
fn catalogue() -> (String, Heads) {
    serve(|mut socket, _| {
        let length = MODELS_DEV.len();
        let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        let _ = socket.write_all(head.as_bytes()).and_then(|()| socket.write_all(MODELS_DEV.as_bytes()));
    })
}

/// A forward proxy for plain HTTP: asks the host of the request line and hands on what it says.
fn forward_proxy() -> (String, Heads) {
    serve(|mut socket, head| {
        let line = head.lines().next().unwrap_or_default();
        let Some(target) = line.strip_prefix("GET http://").and_then(|rest| rest.split(' ').next()) else {
            let _ = socket.write_all(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n");
            return;
        };
        let (host, path) = target.split_once('/').unwrap();
        let mut upstream = TcpStream::connect(host).unwrap();
        let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        upstream.write_all(request.as_bytes()).unwrap();
        let _ = std::io::copy(&mut upstream, &mut socket);
    })
}

fn sync(manager: &Manager) -> (u16, Value) {
    let body = json!({ "models": ["nova-1"] });
    manager.request("POST", "/v0/management/model-prices/sync", Some(body))
}

fn set_proxy(manager: &Manager, url: &str) {
    let body = json!({ "value": url });
    let (status, answer) = manager.request("PUT", "/v0/management/proxy-url", Some(body));
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_says_whether_the_gateways_proxy_was_used() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let url = gateway.base_url();
    tokio::task::spawn_blocking(move || {
        let directory = TempDir::new().unwrap();
        let (source, asked) = catalogue();
        let (proxy, proxied) = forward_proxy();
        let source = format!("http://{source}/catalogue");
        let options = Options::default()
            .upstream(&url)
            .env("CPAMP_MODELS_DEV_URL", &source)
            .env("CPAMP_LITELLM_URL", &source)
            .env("CPAMP_OPENROUTER_URL", &source);
        let manager = Manager::start(directory.path(), &options);
        let counts = || (asked.lock().unwrap().len(), proxied.lock().unwrap().len());

        let (status, direct) = sync(&manager);
        assert_eq!((status, &direct["proxyUsed"]), (200, &json!(false)), "{direct}");
        assert_eq!((direct["imported"].as_i64(), counts()), (Some(1), (1, 0)), "{direct}");

        set_proxy(&manager, &format!("http://operator:{PASSWORD}@{proxy}"));
        let (status, through) = sync(&manager);
        assert_eq!((status, &through["proxyUsed"]), (200, &json!(true)), "{through}");
        assert_eq!((through["imported"].as_i64(), counts()), (Some(1), (2, 1)), "{through}");
        let head = proxied.lock().unwrap()[0].clone();
        assert!(head.starts_with(&format!("GET {source} HTTP/1.1\r\n")), "{head}");
        let authorization =
            head.lines().find(|line| line.to_ascii_lowercase().starts_with("proxy-authorization: basic "));
        let encoded = authorization
            .and_then(|line| line.rsplit(' ').next())
            .expect("the proxy was told who asks")
            .to_owned();

        // A gateway that is told to connect directly has no proxy.
        set_proxy(&manager, "direct");
        let (status, again) = sync(&manager);
        assert_eq!((status, &again["proxyUsed"], counts()), (200, &json!(false), (3, 1)), "{again}");

        // Nobody is asked without the proxy, when it cannot be used; its password is told nobody.
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        set_proxy(&manager, &format!("http://operator:{PASSWORD}@{nobody}"));
        let (status, refused) = sync(&manager);
        assert_eq!((status, &refused["code"]), (502, &json!("model_price_sync_failed")), "{refused}");
        assert_eq!(counts(), (3, 1));
        for told in [direct.to_string(), through.to_string(), refused.to_string(), manager.log()] {
            // Neither in clear nor as the header has it.
            assert!(!told.contains(PASSWORD) && !told.contains(&encoded), "{told}");
        }
        manager.stop();
    })
    .await
    .unwrap();
}
