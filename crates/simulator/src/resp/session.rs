//! One RESP connection: commands first, then perhaps a subscription until the end.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{parse, write};
use crate::counters::add;
use crate::delivery::Outcome;
use crate::faults::RespMode;
use crate::hub::{Channel, Message, Subscription};
use crate::state::{BAD_REQUEST, Connection};

/// Messages that one socket write carries at most. CPA flushes each one; the slots count all of them either way.
const MAX_COALESCED: usize = 64;

/// Bytes after which a coalesced write is sent although more messages wait.
const MAX_COALESCED_BYTES: usize = 256 * 1024;

/// What follows a command.
enum Next {
    Stay,
    Subscribe(Channel, String),
    Close,
}

/// Serves a connection whose first byte said RESP.
pub(crate) async fn serve<S>(mut stream: S, connection: Connection) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let shared = &connection.shared;
    add(&shared.counters.resp_connections, 1);
    let mut out = BytesMut::new();
    match shared.faults.get().resp {
        RespMode::Normal => {}
        RespMode::Http => {
            stream.write_all(BAD_REQUEST).await?;
            return stream.shutdown().await;
        }
        RespMode::Mtls => {
            write::error(&mut out, "ERR RESP AUTH disabled; use mTLS");
            stream.write_all(&out).await?;
            return stream.shutdown().await;
        }
        RespMode::Close => return Ok(()),
    }
    if shared.home_mode() {
        write::error(&mut out, "ERR redis usage output disabled in home mode");
        stream.write_all(&out).await?;
        return stream.shutdown().await;
    }
    let mut input = BytesMut::new();
    let mut session = Session { connection: &connection, authenticated: false, cut: false };
    loop {
        if !shared.management_on() {
            return Ok(());
        }
        let next = match parse::command(&mut input) {
            Ok(Some(arguments)) => session.command(&arguments, &mut out).await,
            Ok(None) => {
                if stream.read_buf(&mut input).await? == 0 {
                    return Ok(());
                }
                continue;
            }
            Err(parse::ProtocolError) => {
                write::error(&mut out, "ERR protocol error");
                Next::Close
            }
        };
        let subscription = match &next {
            // In the list before the confirmation is sent, as in CPA: no record falls between the two.
            Next::Subscribe(channel, name) => {
                Some((shared.hub.subscribe(*channel, connection.id), name.clone()))
            }
            Next::Stay | Next::Close => None,
        };
        stream.write_all(&out).await?;
        out.clear();
        if session.cut {
            return Ok(());
        }
        if let Some((subscription, name)) = subscription {
            push(&mut stream, &connection, input, &subscription, &name).await?;
            return stream.shutdown().await;
        }
        if matches!(next, Next::Close) {
            return stream.shutdown().await;
        }
    }
}

struct Session<'a> {
    connection: &'a Connection,
    authenticated: bool,
    cut: bool,
}

impl Session<'_> {
    async fn command(&mut self, arguments: &[String], out: &mut BytesMut) -> Next {
        let Connection { shared, address, local, .. } = self.connection;
        add(&shared.counters.resp_commands, 1);
        let Some(name) = arguments.first().map(|name| name.trim().to_ascii_uppercase()) else {
            write::error(out, "ERR empty command");
            return Next::Stay;
        };
        if name != "AUTH" && !self.authenticated {
            match shared.authenticate(address, *local, "").await {
                Err(refusal) if refusal.banned => write::error(out, &format!("ERR {}", refusal.message)),
                _ => write::error(out, "NOAUTH Authentication required."),
            }
            return Next::Stay;
        }
        match name.as_str() {
            "AUTH" => self.auth(arguments, out).await,
            "SUBSCRIBE" => return subscribe(arguments, out),
            "LPOP" | "RPOP" => self.pop(&name.to_ascii_lowercase(), arguments, out),
            other => write::error(out, &format!("ERR unknown command '{}'", other.to_ascii_lowercase())),
        }
        Next::Stay
    }

    async fn auth(&mut self, arguments: &[String], out: &mut BytesMut) {
        let Connection { shared, address, local, .. } = self.connection;
        let key = match arguments {
            [_, key] | [_, _, key] => key,
            _ => {
                match shared.authenticate(address, *local, "").await {
                    Err(refusal) if refusal.banned => write::error(out, &format!("ERR {}", refusal.message)),
                    _ => write::error(out, "ERR wrong number of arguments for 'auth' command"),
                }
                return;
            }
        };
        match shared.authenticate(address, *local, key).await {
            Ok(()) => {
                self.authenticated = true;
                write::simple(out, "OK");
            }
            Err(refusal) => write::error(out, &format!("ERR {}", refusal.message)),
        }
    }

    fn pop(&mut self, name: &str, arguments: &[String], out: &mut BytesMut) {
        let (channel, count) = match arguments {
            [_, channel] => (channel, None),
            [_, channel, count] => (channel, Some(count)),
            _ => {
                write::error(out, &format!("ERR wrong number of arguments for '{name}' command"));
                return;
            }
        };
        let wanted = count.map_or(1, |count| count.trim().parse::<i64>().unwrap_or(0));
        let Some(wanted) = usize::try_from(wanted).ok().filter(|wanted| *wanted > 0) else {
            write::error(out, "ERR value is not an integer or out of range");
            return;
        };
        if Channel::parse(channel) != Some(Channel::Usage) {
            write::error(out, &format!("ERR unsupported channel '{}'", channel.trim()));
            return;
        }
        let items = self.connection.shared.hub.pop(wanted, Outcome::RespPop, self.connection.id);
        if count.is_some() {
            write::array(out, items.len());
        } else if items.is_empty() {
            write::nil(out);
        }
        for item in &items {
            self.cut = self.record(item, out);
            if self.cut {
                return;
            }
        }
    }

    fn record(&self, item: &Bytes, out: &mut BytesMut) -> bool {
        match self.connection.shared.faults.take_frame_fault() {
            None => {
                write::bulk(out, item);
                false
            }
            Some(fault) => write::spoiled_bulk(out, item, fault),
        }
    }
}

fn subscribe(arguments: &[String], out: &mut BytesMut) -> Next {
    let [_, name] = arguments else {
        write::error(out, "ERR wrong number of arguments for 'subscribe' command");
        return Next::Stay;
    };
    let name = name.trim();
    let Some(channel) = Channel::parse(name) else {
        write::error(out, &format!("ERR unsupported channel '{name}'"));
        return Next::Stay;
    };
    write::array(out, 3);
    write::bulk(out, b"subscribe");
    write::bulk(out, name.as_bytes());
    write::integer(out, 1);
    Next::Subscribe(channel, name.to_owned())
}

/// Push mode until one side ends it.
async fn push<S>(
    stream: &mut S,
    connection: &Connection,
    mut input: BytesMut,
    subscription: &Subscription,
    channel: &str,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let prefix = write::push_prefix(channel);
    let mut out = BytesMut::new();
    loop {
        if !input.is_empty() {
            let open = push_commands(&mut input, channel, connection, &mut out);
            stream.write_all(&out).await?;
            out.clear();
            if !open {
                return Ok(());
            }
        }
        // Commands first: a PING has to be answered under a flood of messages too.
        let batch = tokio::select! {
            biased;
            read = stream.read_buf(&mut input) => {
                if read? == 0 {
                    return Ok(());
                }
                continue;
            }
            batch = subscription.next(MAX_COALESCED) => batch,
        };
        let Some(batch) = batch else { return Ok(()) };
        if !write_batch(stream, connection, subscription, &prefix, &batch, &mut out).await? {
            return Ok(());
        }
    }
}

/// Writes the messages in as few socket writes as possible; `false` when a fault cuts the connection.
async fn write_batch<S>(
    stream: &mut S,
    connection: &Connection,
    subscription: &Subscription,
    prefix: &[u8],
    batch: &[Message],
    out: &mut BytesMut,
) -> io::Result<bool>
where
    S: AsyncWrite + Unpin,
{
    let faults = &connection.shared.faults;
    let mut gathered = 0;
    for (index, message) in batch.iter().enumerate() {
        out.extend_from_slice(prefix);
        let fault = if message.sequence.is_some() { faults.take_frame_fault() } else { None };
        let cut = match fault {
            None => {
                write::bulk(out, &message.payload);
                false
            }
            Some(fault) => write::spoiled_bulk(out, &message.payload, fault),
        };
        // A cut frame stays in flight and is lost with the connection.
        gathered += usize::from(!cut);
        let last = index + 1 == batch.len();
        if !(last || cut || out.len() >= MAX_COALESCED_BYTES) {
            continue;
        }
        let swallowed = faults.leads_nowhere(connection.id);
        stream.write_all(out).await?;
        stream.flush().await?;
        out.clear();
        subscription
            .settle(gathered, if swallowed { Outcome::Swallowed } else { Outcome::SubscriberWritten });
        gathered = 0;
        if cut {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Answers what a subscriber may still say; `false` when the connection ends with it.
fn push_commands(input: &mut BytesMut, channel: &str, connection: &Connection, out: &mut BytesMut) -> bool {
    loop {
        let arguments = match parse::command(input) {
            Ok(Some(arguments)) => arguments,
            Ok(None) => return true,
            Err(parse::ProtocolError) => {
                write::error(out, "ERR protocol error");
                return false;
            }
        };
        add(&connection.shared.counters.resp_commands, 1);
        let Some(name) = arguments.first().map(|name| name.trim().to_ascii_lowercase()) else {
            write::error(out, "ERR empty command");
            continue;
        };
        match name.as_str() {
            "ping" => {
                write::array(out, 2);
                write::bulk(out, b"pong");
                match arguments.get(1).filter(|payload| !payload.is_empty()) {
                    Some(payload) => write::bulk(out, payload.as_bytes()),
                    None if arguments.len() > 1 => write::bulk(out, b""),
                    None => write::nil(out),
                }
            }
            "unsubscribe" => {
                write::array(out, 3);
                write::bulk(out, b"unsubscribe");
                write::bulk(out, channel.as_bytes());
                write::integer(out, 0);
                return false;
            }
            "quit" => {
                write::simple(out, "OK");
                return false;
            }
            other => write::error(out, &format!("ERR unknown command '{other}'")),
        }
    }
}
