//! Sources served locally: well, badly, slowly, too large, unchanged, and through a proxy.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cpamp_catalogues::{Catalogues, FetchError, MAX_CATALOGUE_BYTES, SOURCE_PATIENCE};
use pricing::catalogue::Source;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

const MODELS_DEV: &str = include_str!("../../../tests/fixtures/golden/catalogue-models-dev.json");

/// Answers every request with what `answer` makes of its head.
async fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let mut head = vec![0; 4096];
                let length = socket.read(&mut head).await.unwrap_or_default();
                let reply = answer(&String::from_utf8_lossy(&head[..length]));
                let _ = socket.write_all(&reply).await;
                let _ = socket.shutdown().await;
            });
        }
    });
    Url::parse(&format!("http://{address}/catalog.json")).expect("an address")
}

fn reply(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
        .into_bytes()
}

fn at(url: &Url) -> Catalogues {
    Catalogues::new([url.clone(), url.clone(), url.clone()])
}

#[tokio::test]
async fn an_unchanged_catalogue_is_not_sent_again_and_a_stale_one_is_never_used() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let url = serve(move |head| {
        let known = head.to_ascii_lowercase().contains("if-none-match: \"one\"");
        match count.fetch_add(1, Ordering::SeqCst) {
            0 => reply("200 OK", "ETag: \"one\"\r\n", MODELS_DEV),
            1 if known => reply("304 Not Modified", "", ""),
            _ => reply("500 Internal Server Error", "", "no"),
        }
    })
    .await;
    let catalogues = at(&url);
    let session = catalogues.session(None).expect("a client");
    let first = session.ask(Source::ModelsDev).await.expect("sent");
    assert_eq!(session.ask(Source::ModelsDev).await.expect("unchanged"), first);
    let failed = session.ask(Source::ModelsDev).await;
    assert!(matches!(failed, Err(FetchError::Status(500))), "{failed:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_is_no_catalogue_or_too_large_is_refused() {
    let url = serve(|_| reply("200 OK", "", "<html>")).await;
    let catalogues = at(&url);
    let session = catalogues.session(None).expect("a client");
    for source in Source::ALL {
        assert!(matches!(session.ask(source).await, Err(FetchError::Catalogue(_))));
    }
    let url = serve(|_| reply("200 OK", "", &"x".repeat(MAX_CATALOGUE_BYTES + 1))).await;
    let catalogues = at(&url);
    let outcome = catalogues.session(None).expect("a client").ask(Source::LiteLlm).await;
    assert!(matches!(outcome, Err(FetchError::TooLarge)), "{outcome:?}");
}

#[tokio::test]
async fn a_slow_source_is_given_up() {
    use std::time::Instant;

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{";
                let mut question = [0; 4096];
                if socket.read(&mut question).await.unwrap_or_default() == 0 {
                    return;
                }
                // Never silent for long, and never done.
                let mut sent = socket.write_all(head).await;
                while sent.is_ok() {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    sent = socket.write_all(b" ").await;
                }
            });
        }
    });
    let url = Url::parse(&format!("http://{address}/catalog.json")).expect("an address");
    let catalogues = at(&url);
    let (session, began) = (catalogues.session(None).expect("a client"), Instant::now());
    let outcome = session.ask(Source::OpenRouter).await;
    assert!(matches!(outcome, Err(FetchError::TimedOut)), "{outcome:?}");
    assert!(
        began.elapsed() >= SOURCE_PATIENCE && began.elapsed() < 2 * SOURCE_PATIENCE,
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_proxy_is_used_and_its_password_never_told() {
    let proxy = serve(|head| {
        let through = head.starts_with("GET http://catalogue.invalid/");
        if through { reply("200 OK", "", MODELS_DEV) } else { reply("400 Bad Request", "", "") }
    })
    .await;
    let target = Url::parse("http://catalogue.invalid/catalog.json").expect("an address");
    let catalogues = at(&target);
    let session = catalogues.session(Some(proxy.as_str())).expect("a client");
    assert_eq!(session.ask(Source::ModelsDev).await.expect("through the proxy").entries.len(), 2);
    assert!(matches!(catalogues.session(Some("::no proxy::")), Err(FetchError::Proxy)));
    let closed = "http://user:secret-word@127.0.0.1:1";
    let error = catalogues.session(Some(closed)).expect("a client").ask(Source::LiteLlm).await;
    let error = error.expect_err("nobody listens there");
    assert!(!format!("{error} {error:?}").contains("secret-word"), "{error:?}");
}
