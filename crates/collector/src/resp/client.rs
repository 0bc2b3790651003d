//! One RESP connection to the gateway: log in, then pop or subscribe.

use std::{io, sync::Arc, time::Duration};

use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, timeout, timeout_at},
};

use super::{
    codec::{decode, decode_token, encode_command},
    frame::{Broken, Frame, Token},
};
use crate::{
    MAX_ITEM, OVERSIZED_HEAD,
    failure::{Failure, key_check},
    ledger::KeyGuard,
    net::{self, Io},
    refusals::Code,
    secret::SecretKey,
    settings::{PopSide, Timings},
    status::Stage,
    upstream::Upstream,
};

/// Free space offered to every read, bytes.
const READ_SIZE: usize = 256 * 1024;
/// A channel that no gateway has.
const NO_CHANNEL: &str = "cpamp-trial";
/// An empty buffer that grew beyond this is given back, bytes.
const KEEP_BUFFER: usize = 1024 * 1024;
/// The longest record that is skipped; a longer one is taken for a broken stream, bytes.
const MAX_SKIP: u64 = 256 * 1024 * 1024;
/// Deadline of small writes; the gateway reads commands at once.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// A record, or the beginning of one that is too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Popped {
    Record(Vec<u8>),
    Oversized { head: Vec<u8>, total: u64 },
}

impl Popped {
    fn new(bytes: &[u8]) -> Self {
        if bytes.len() > MAX_ITEM {
            Self::Oversized { head: bytes[..OVERSIZED_HEAD].to_vec(), total: bytes.len() as u64 }
        } else {
            Self::Record(bytes.to_vec())
        }
    }
}

/// What stands in the buffer of a subscription.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SubscriptionRead {
    /// A message.
    Message(Popped),
    /// The reply to UNSUBSCRIBE.
    Unsubscribed,
    /// A PONG or another harmless reply.
    Other,
    /// An error reply.
    Error(String),
}

/// A bulk string that is being skipped.
#[derive(Debug)]
struct Skip {
    /// Bytes still to come, the closing CR LF included.
    remaining: u64,
    total: u64,
    head: Vec<u8>,
}

/// An authenticated connection.
pub(crate) struct RespConnection {
    io: Box<dyn Io>,
    buffer: BytesMut,
    skip: Option<Skip>,
    key: SecretKey,
    timings: Timings,
}

impl std::fmt::Debug for RespConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RespConnection")
    }
}

impl RespConnection {
    /// Connects and logs in. Nothing but `AUTH` is sent, and nothing after it before `+OK`.
    pub(crate) async fn open(
        upstream: &Upstream,
        guard: &Arc<KeyGuard>,
        timings: &Timings,
        in_container: bool,
    ) -> Result<Self, Failure> {
        guard.check(upstream)?;
        let io = net::connect(upstream, timings.connect, in_container).await?;
        let key = upstream.management_key.clone();
        let mut connection = Self { io, buffer: BytesMut::new(), skip: None, key, timings: timings.clone() };
        let permit = guard.begin(upstream).await?;
        match connection.authenticate().await {
            Ok(()) => {
                permit.accepted();
                Ok(connection)
            }
            Err(failure) => {
                permit.failed(&failure);
                Err(failure)
            }
        }
    }

    async fn authenticate(&mut self) -> Result<(), Failure> {
        let command = encode_command(&[b"AUTH", self.key.expose().as_bytes()]);
        self.write(&command).await.map_err(|error| self.gone(Stage::Auth, &error))?;
        match self.small_reply(Stage::Auth, self.timings.connect).await? {
            Reply::Simple(text) if text == "OK" => Ok(()),
            Reply::Error(text) => Err(self.error_reply(Stage::Auth, &text)),
            Reply::Simple(_) | Reply::Array => {
                Err(Failure::new(Stage::Auth, Code::RespBroken).detail("unexpected reply to AUTH", None))
            }
        }
    }

    /// Subscribes to the channel; messages that came with the confirmation are in the buffer.
    pub(crate) async fn subscribe(&mut self, channel: &str) -> Result<(), Failure> {
        let command = encode_command(&[b"SUBSCRIBE", channel.as_bytes()]);
        self.write(&command).await.map_err(|error| self.gone(Stage::Subscribe, &error))?;
        match self.small_reply(Stage::Subscribe, self.timings.connect).await? {
            Reply::Array => Ok(()),
            Reply::Error(text) => {
                let unknown = text.contains("unknown command") || text.contains("unsupported channel");
                let failure = self.error_reply(Stage::Subscribe, &text);
                Err(if unknown { Failure { code: Code::SubscribeUnsupported, ..failure } } else { failure })
            }
            Reply::Simple(text) => {
                Err(Failure::new(Stage::Subscribe, Code::RespBroken).detail(&text, Some(&self.key)))
            }
        }
    }

    /// Whether the gateway knows subscriptions. Asks for a channel that does not exist: a subscription to the real one would
    /// take records from whoever collects them now.
    pub(crate) async fn can_subscribe(&mut self) -> Result<(), Failure> {
        match self.subscribe(NO_CHANNEL).await {
            Err(failure) if failure.detail.contains("unsupported channel") => Ok(()),
            outcome => outcome,
        }
    }

    /// Sends PING; the reply comes as [`SubscriptionRead::Other`].
    pub(crate) async fn ping(&mut self) -> io::Result<()> {
        self.write(&encode_command(&[b"PING"])).await
    }

    /// Sends UNSUBSCRIBE; read on until [`SubscriptionRead::Unsubscribed`] or the end.
    pub(crate) async fn unsubscribe(&mut self) -> io::Result<()> {
        self.write(&encode_command(&[b"UNSUBSCRIBE"])).await
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let write = async {
            self.io.write_all(bytes).await?;
            self.io.flush().await
        };
        timeout(WRITE_DEADLINE, write).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Reads what the socket has into the buffer; 0 at the end of the stream. Cancelling it loses nothing.
    pub(crate) async fn fill(&mut self) -> io::Result<usize> {
        if self.buffer.is_empty() && self.buffer.capacity() > KEEP_BUFFER {
            self.buffer = BytesMut::new();
        }
        self.buffer.reserve(READ_SIZE);
        self.io.read_buf(&mut self.buffer).await
    }

    /// Whether the stream would end in the middle of a value.
    pub(crate) fn is_torn(&self) -> bool {
        !self.buffer.is_empty() || self.skip.is_some()
    }

    /// Takes everything complete out of the buffer of a subscription.
    pub(crate) fn take_pushes(&mut self, out: &mut Vec<SubscriptionRead>) -> Result<(), Broken> {
        loop {
            if self.skip.is_some() {
                match self.advance_skip()? {
                    Some(item) => out.push(SubscriptionRead::Message(item)),
                    None => return Ok(()),
                }
            }
            let mut used = 0;
            let result = loop {
                match parse_push(&self.buffer[used..]) {
                    Ok(Some((Push::Huge(total), size))) => {
                        used += size;
                        self.skip =
                            Some(Skip { remaining: total.saturating_add(2), total, head: Vec::new() });
                        break Ok(());
                    }
                    Ok(Some((push, size))) => {
                        used += size;
                        out.push(push.into_read());
                    }
                    Ok(None) => break Ok(()),
                    Err(broken) => break Err(broken),
                }
            };
            self.buffer.advance(used);
            result?;
            if self.skip.is_none() {
                return Ok(());
            }
        }
    }

    /// Drops bytes of a bulk string that is too long, keeping its beginning; answers the item when it is over.
    fn advance_skip(&mut self) -> Result<Option<Popped>, Broken> {
        let Some(skip) = &mut self.skip else { return Ok(None) };
        if skip.total > MAX_SKIP {
            return Err(Broken::BulkTooLong);
        }
        let take = usize::try_from(skip.remaining).unwrap_or(usize::MAX).min(self.buffer.len());
        // Records are one line. A line end before the announced one means that the length is wrong, and that what would be
        // skipped are other records.
        let ends = self.buffer[..take].iter().position(|byte| *byte == b'\r');
        if ends.is_some_and(|at| (at as u64) < skip.remaining.saturating_sub(2)) {
            return Err(Broken::Terminator);
        }
        let wanted = OVERSIZED_HEAD.saturating_sub(skip.head.len()).min(take);
        skip.head.extend_from_slice(&self.buffer[..wanted]);
        self.buffer.advance(take);
        skip.remaining -= take as u64;
        if skip.remaining > 0 {
            return Ok(None);
        }
        let done = self.skip.take().map(|skip| Popped::Oversized { head: skip.head, total: skip.total });
        Ok(done)
    }

    /// Pops up to `count` records and hands each to `take` as soon as it is complete, so that a reply that is cut off later
    /// loses only the rest. Answers how many came.
    pub(crate) async fn pop(
        &mut self,
        side: PopSide,
        queue: &str,
        count: usize,
        take: &mut (dyn FnMut(Popped) + Send),
    ) -> Result<usize, Failure> {
        let count_text = count.to_string();
        let command = encode_command(&[side.command(), queue.as_bytes(), count_text.as_bytes()]);
        self.write(&command).await.map_err(|error| self.gone(Stage::Consume, &error))?;
        let announced = match self.pop_token(0, take).await? {
            PopToken::Array(n) => n,
            PopToken::Item => return Ok(1),
            PopToken::Nothing => return Ok(0),
        };
        for done in 0..announced {
            match self.pop_token(done + 1, take).await? {
                PopToken::Item | PopToken::Nothing => {}
                PopToken::Array(_) => {
                    return Err(Failure::new(Stage::Consume, Code::RespBroken).detail("nested array", None));
                }
            }
        }
        Ok(announced)
    }

    async fn pop_token(
        &mut self,
        part: usize,
        take: &mut (dyn FnMut(Popped) + Send),
    ) -> Result<PopToken, Failure> {
        loop {
            if self.skip.is_some() {
                match self.advance_skip() {
                    Ok(Some(item)) => {
                        take(item);
                        return Ok(PopToken::Item);
                    }
                    Ok(None) => {}
                    Err(broken) => return Err(self.broken(Stage::Consume, broken)),
                }
            } else {
                let (token, used) = match decode_token(&self.buffer) {
                    Ok(Some((token, used))) => (token, used),
                    Ok(None) => {
                        self.fill_reply(part).await?;
                        continue;
                    }
                    Err(broken) => return Err(self.broken(Stage::Consume, broken)),
                };
                let outcome = match token {
                    Token::Array(n) => Ok(PopToken::Array(n)),
                    Token::NullArray | Token::NullBulk => Ok(PopToken::Nothing),
                    Token::Bulk(bytes) => {
                        take(Popped::new(bytes));
                        Ok(PopToken::Item)
                    }
                    Token::Simple(bytes) => {
                        take(Popped::new(bytes));
                        Ok(PopToken::Item)
                    }
                    Token::Integer(n) => {
                        take(Popped::Record(n.to_string().into_bytes()));
                        Ok(PopToken::Item)
                    }
                    Token::Error(text) => Err(String::from_utf8_lossy(text).into_owned()),
                    Token::Huge(total) => {
                        self.skip =
                            Some(Skip { remaining: total.saturating_add(2), total, head: Vec::new() });
                        self.buffer.advance(used);
                        continue;
                    }
                };
                self.buffer.advance(used);
                return outcome.map_err(|text| self.error_reply(Stage::Consume, &text));
            }
            self.fill_reply(part).await?;
        }
    }

    /// Reads more of a reply. `part` > 0 means that the reply has begun, so that records may be lost with it.
    async fn fill_reply(&mut self, part: usize) -> Result<(), Failure> {
        let begun = part > 0 || self.is_torn();
        let lost = if begun { Code::ReplyLost } else { Code::ConnectionLost };
        match timeout(self.timings.command, self.fill()).await {
            Ok(Ok(0)) => {
                Err(Failure::new(Stage::Consume, lost).detail("the gateway closed the connection", None))
            }
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Failure::new(Stage::Consume, lost).detail(&error.to_string(), None)),
            Err(_) => Err(Failure::new(Stage::Consume, if begun { Code::ReplyLost } else { Code::HalfOpen })),
        }
    }

    async fn small_reply(&mut self, stage: Stage, within: Duration) -> Result<Reply, Failure> {
        let deadline = Instant::now() + within;
        loop {
            let decoded = match decode(&self.buffer) {
                Ok(Some((frame, used))) => Some((Reply::of(&frame), used)),
                Ok(None) => None,
                Err(broken) => return Err(self.broken(stage, broken)),
            };
            if let Some((reply, used)) = decoded {
                self.buffer.advance(used);
                return Ok(reply);
            }
            match timeout_at(deadline, self.fill()).await {
                Ok(Ok(0)) => return Err(Failure::new(stage, Code::RespClosed)),
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(self.gone(stage, &error)),
                Err(_) => {
                    let detail = format!("no answer within {} s", within.as_secs().max(1));
                    return Err(Failure::new(stage, Code::RespBroken).detail(&detail, None));
                }
            }
        }
    }

    fn gone(&self, stage: Stage, error: &io::Error) -> Failure {
        let code = if stage == Stage::Consume { Code::ConnectionLost } else { Code::RespClosed };
        Failure::new(stage, code).detail(&error.to_string(), Some(&self.key))
    }

    fn broken(&self, stage: Stage, broken: Broken) -> Failure {
        match broken {
            Broken::Prefix(b'H') => Failure::new(stage, Code::RespPrefixH),
            broken => Failure::new(stage, Code::RespBroken).detail(&broken.to_string(), Some(&self.key)),
        }
    }

    fn error_reply(&self, stage: Stage, text: &str) -> Failure {
        if let Some(failure) = key_check(stage, text, &self.key) {
            return failure;
        }
        let code = if text.contains("use mTLS") { Code::RespMtlsOnly } else { Code::RespError };
        Failure::new(stage, code).detail(text, Some(&self.key))
    }

    /// Names what a broken stream means in the middle of consuming.
    pub(crate) fn consume_broken(&self, broken: Broken) -> Failure {
        self.broken(Stage::Consume, broken)
    }
}

enum PopToken {
    Array(usize),
    Item,
    Nothing,
}

enum Reply {
    Simple(String),
    Error(String),
    Array,
}

impl Reply {
    fn of(frame: &Frame<'_>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match frame {
            Frame::Simple(bytes) => Self::Simple(text(bytes)),
            Frame::Error(bytes) => Self::Error(text(bytes)),
            Frame::Bulk(bytes) => Self::Simple(text(bytes.unwrap_or_default())),
            Frame::Integer(n) => Self::Simple(n.to_string()),
            Frame::Array(_) => Self::Array,
        }
    }
}

enum Push<'a> {
    Message(&'a [u8]),
    Huge(u64),
    Unsubscribed,
    Other,
    Error(&'a [u8]),
}

impl Push<'_> {
    fn into_read(self) -> SubscriptionRead {
        match self {
            Self::Message(bytes) => SubscriptionRead::Message(Popped::new(bytes)),
            Self::Unsubscribed => SubscriptionRead::Unsubscribed,
            Self::Other | Self::Huge(_) => SubscriptionRead::Other,
            Self::Error(text) => SubscriptionRead::Error(String::from_utf8_lossy(text).into_owned()),
        }
    }
}

/// The push at the start of `buffer` and the bytes it took; of a message that is too long only its head.
fn parse_push(buffer: &[u8]) -> Result<Option<(Push<'_>, usize)>, Broken> {
    let Some((token, mut used)) = decode_token(buffer)? else { return Ok(None) };
    if token != Token::Array(3) {
        return whole_push(buffer);
    }
    let Some((kind, size)) = decode_token(&buffer[used..])? else { return Ok(None) };
    if kind != Token::Bulk(b"message") {
        return whole_push(buffer);
    }
    used += size;
    let Some((channel, size)) = decode_token(&buffer[used..])? else { return Ok(None) };
    if !matches!(channel, Token::Bulk(_)) {
        return whole_push(buffer);
    }
    used += size;
    let Some((payload, size)) = decode_token(&buffer[used..])? else { return Ok(None) };
    match payload {
        Token::Bulk(bytes) => Ok(Some((Push::Message(bytes), used + size))),
        Token::Huge(total) => Ok(Some((Push::Huge(total), used + size))),
        _ => whole_push(buffer),
    }
}

fn whole_push(buffer: &[u8]) -> Result<Option<(Push<'_>, usize)>, Broken> {
    let Some((frame, used)) = decode(buffer)? else { return Ok(None) };
    let push = match &frame {
        Frame::Error(text) => Push::Error(text),
        Frame::Array(Some(parts)) if parts.first() == Some(&Frame::Bulk(Some(b"unsubscribe"))) => {
            Push::Unsubscribed
        }
        _ => Push::Other,
    };
    Ok(Some((push, used)))
}

#[cfg(test)]
mod tests;
