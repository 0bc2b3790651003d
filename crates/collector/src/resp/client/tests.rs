#![expect(clippy::unwrap_used, reason = "tests")]

use tokio::io::DuplexStream;

use super::*;

fn connection() -> (RespConnection, DuplexStream) {
    let (ours, theirs) = tokio::io::duplex(1024 * 1024);
    let timings = Timings {
        command: Duration::from_millis(200),
        connect: Duration::from_millis(200),
        ..Timings::default()
    };
    let key = SecretKey::new("the-key");
    (RespConnection { io: Box::new(ours), buffer: BytesMut::new(), skip: None, key, timings }, theirs)
}

fn message(payload: &[u8]) -> Vec<u8> {
    [format!("*3\r\n$7\r\nmessage\r\n$5\r\nusage\r\n${}\r\n", payload.len()).as_bytes(), payload, b"\r\n"]
        .concat()
}

async fn auth_failure(reply: &[u8]) -> Failure {
    let (mut connection, mut theirs) = connection();
    theirs.write_all(reply).await.unwrap();
    drop(theirs.shutdown().await);
    connection.authenticate().await.unwrap_err()
}

#[tokio::test]
async fn auth_is_the_only_thing_sent_and_its_refusals_are_named() {
    let (mut connection, mut theirs) = connection();
    theirs.write_all(b"+OK\r\n").await.unwrap();
    connection.authenticate().await.unwrap();
    let mut sent = vec![0; 100];
    let n = theirs.read(&mut sent).await.unwrap();
    assert_eq!(&sent[..n], b"*2\r\n$4\r\nAUTH\r\n$7\r\nthe-key\r\n");

    let cases: [(&[u8], Code); 9] = [
        (b"-ERR invalid management key\r\n", Code::WrongKey),
        (b"-ERR remote management disabled\r\n", Code::RemoteDisabled),
        (b"-ERR redis usage output disabled in home mode\r\n", Code::HomeMode),
        (b"-ERR RESP AUTH disabled; use mTLS\r\n", Code::RespMtlsOnly),
        (b"-ERR IP banned due to too many failed attempts. Try again in 29m59s\r\n", Code::Banned),
        (b"HTTP/1.1 400 Bad Request\r\n", Code::RespPrefixH),
        (b"SSH-2.0\r\n", Code::RespBroken),
        (b"-ERR something the-key\r\n", Code::RespError),
        (b"", Code::RespClosed),
    ];
    for (reply, code) in cases {
        let failure = auth_failure(reply).await;
        assert_eq!(failure.code, code, "{}", String::from_utf8_lossy(reply));
        assert!(!failure.to_string().contains("the-key"));
    }
    let ban = auth_failure(b"-ERR IP banned due to too many failed attempts. Try again in 29m59s\r\n").await;
    assert_eq!(ban.wait, Some(Duration::from_secs(1799)));
}

#[tokio::test]
async fn messages_that_come_with_the_confirmation_are_kept() {
    let (mut connection, mut theirs) = connection();
    let reply = [
        b"*3\r\n$9\r\nsubscribe\r\n$5\r\nusage\r\n:1\r\n".as_slice(),
        &message(b"{\"support_refresh\":true}"),
    ];
    theirs.write_all(&reply.concat()).await.unwrap();
    connection.subscribe("usage").await.unwrap();
    let mut reads = Vec::new();
    connection.take_pushes(&mut reads).unwrap();
    assert_eq!(reads, [SubscriptionRead::Message(Popped::Record(b"{\"support_refresh\":true}".to_vec()))]);
    assert!(!connection.is_torn());
}

#[tokio::test]
async fn an_old_gateway_cannot_be_subscribed_to() {
    let (mut connection, mut theirs) = connection();
    theirs.write_all(b"-ERR unknown command 'subscribe'\r\n").await.unwrap();
    assert_eq!(connection.subscribe("usage").await.unwrap_err().code, Code::SubscribeUnsupported);
}

#[tokio::test]
async fn pushes_of_every_kind_in_any_pieces() {
    let stream = [
        message(b"{\"a\":1}"),
        b"*2\r\n$4\r\npong\r\n$-1\r\n".to_vec(),
        message(b""),
        b"-ERR unknown command 'x'\r\n".to_vec(),
        b"*3\r\n$11\r\nunsubscribe\r\n$5\r\nusage\r\n:0\r\n".to_vec(),
    ]
    .concat();
    for size in [1, 7, 1000] {
        let (mut connection, _theirs) = connection();
        let mut reads = Vec::new();
        for chunk in stream.chunks(size) {
            connection.buffer.extend_from_slice(chunk);
            connection.take_pushes(&mut reads).unwrap();
        }
        assert_eq!(
            reads,
            [
                SubscriptionRead::Message(Popped::Record(b"{\"a\":1}".to_vec())),
                SubscriptionRead::Other,
                SubscriptionRead::Message(Popped::Record(vec![])),
                SubscriptionRead::Error("ERR unknown command 'x'".to_owned()),
                SubscriptionRead::Unsubscribed,
            ],
            "{size}"
        );
    }
}

#[tokio::test]
async fn messages_that_are_too_long_are_cut_and_the_stream_goes_on() {
    for total in [MAX_ITEM + 1, super::super::MAX_BULK + 5] {
        let (mut connection, _theirs) = connection();
        let stream = [message(&vec![b'x'; total]), message(b"{}")].concat();
        let mut reads = Vec::new();
        for chunk in stream.chunks(300_000) {
            connection.buffer.extend_from_slice(chunk);
            connection.take_pushes(&mut reads).unwrap();
        }
        let [
            SubscriptionRead::Message(Popped::Oversized { head, total: seen }),
            SubscriptionRead::Message(next),
        ] = reads.as_slice()
        else {
            panic!("{} reads", reads.len())
        };
        assert_eq!((head.len(), *seen), (OVERSIZED_HEAD, total as u64));
        assert_eq!(next, &Popped::Record(b"{}".to_vec()));
    }
}

#[tokio::test]
async fn pops_take_what_is_complete_before_a_cut() {
    let (mut connection, mut theirs) = connection();
    theirs.write_all(b"*3\r\n$2\r\n{}\r\n$-1\r\n$7\r\n{\"b").await.unwrap();
    let mut taken = Vec::new();
    theirs.shutdown().await.unwrap();
    let failure = connection.pop(PopSide::Right, "usage", 3, &mut |item| taken.push(item)).await.unwrap_err();
    assert_eq!(failure.code, Code::ReplyLost);
    assert_eq!(taken, [Popped::Record(b"{}".to_vec())]);
    let mut sent = vec![0; 100];
    let n = theirs.read(&mut sent).await.unwrap();
    assert_eq!(&sent[..n], b"*3\r\n$4\r\nRPOP\r\n$5\r\nusage\r\n$1\r\n3\r\n");
}

#[tokio::test]
async fn pops_read_every_form_of_reply() {
    let cases: [(&[u8], usize, usize); 5] = [
        (b"*0\r\n", 0, 0),
        (b"*-1\r\n", 0, 0),
        (b"$-1\r\n", 0, 0),
        (b"$2\r\n{}\r\n", 1, 1),
        (b"*2\r\n$2\r\n{}\r\n+x\r\n", 2, 2),
    ];
    for (reply, announced, items) in cases {
        let (mut connection, mut theirs) = connection();
        theirs.write_all(reply).await.unwrap();
        let mut taken = 0;
        let n = connection.pop(PopSide::Left, "usage", 9, &mut |_| taken += 1).await.unwrap();
        assert_eq!((n, taken), (announced, items), "{}", String::from_utf8_lossy(reply));
    }
    let (mut connection, mut theirs) = connection();
    theirs.write_all(b"-NOAUTH Authentication required.\r\n").await.unwrap();
    assert_eq!(
        connection.pop(PopSide::Left, "usage", 9, &mut |_| ()).await.unwrap_err().code,
        Code::RespError
    );
    let failure = connection.pop(PopSide::Left, "usage", 9, &mut |_| ()).await.unwrap_err();
    assert_eq!(failure.code, Code::HalfOpen, "no answer within the deadline");
}

#[tokio::test]
async fn a_wrong_length_does_not_swallow_what_follows() {
    let pong = b"*2\r\n$4\r\npong\r\n$-1\r\n".as_slice();
    let cases = [(99_999_999_999_u64, Broken::BulkTooLong), (20_000_000, Broken::Terminator)];
    for (announced, expected) in cases {
        let (mut connection, _theirs) = connection();
        let head = format!("*3\r\n$7\r\nmessage\r\n$5\r\nusage\r\n${announced}\r\n{{\"a\":1");
        connection.buffer.extend_from_slice(head.as_bytes());
        let mut reads = Vec::new();
        let first = connection.take_pushes(&mut reads);
        connection.buffer.extend_from_slice(pong);
        assert_eq!(first.and_then(|()| connection.take_pushes(&mut reads)), Err(expected));
        assert_eq!(reads, []);
    }
}
