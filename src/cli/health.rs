//! `health`: one request to the local listener, without any client library.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::{Problem, load, print};
use crate::settings::{Flags, table};

/// For connecting, and again for each read and write.
const TIMEOUT: Duration = Duration::from_secs(3);
/// More of an answer is not read, bytes.
const MAX_ANSWER: u64 = 16 * 1024;

/// Flags of `health`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The server's listen address, when it is not the one of the settings.
    #[arg(long, value_name = "HOST:PORT")]
    http_addr: Option<std::ffi::OsString>,
    /// Path of config.json.
    #[arg(long, value_name = "PATH")]
    config: Option<std::ffi::OsString>,
}

/// Prints the server's answer.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    let mut flags = Flags::default();
    for (setting, value) in
        [(&table::HTTP_ADDR, &arguments.http_addr), (&table::CPA_MANAGER_CONFIG, &arguments.config)]
    {
        if let Some(value) = value {
            flags.set(setting, value.clone());
        }
    }
    let address = reachable(load(flags, false)?.http_addr);
    let answer = ask(address).map_err(|error| {
        Problem::new(format!("no answer from http://{address}/health: {error}"))
            .hint("is the server running, and is HTTP_ADDR the same for it and for this command?")
    })?;
    match body_of_success(&answer) {
        Some(body) => print(&format!("{}\n", body.trim_end())),
        None => {
            let line = answer.lines().next().unwrap_or_default().trim();
            Err(Problem::new(format!("http://{address}/health answered {line:?}"))
                .hint("another program may be listening on this address"))
        }
    }
}

/// Every address means every address to listen on, but none to connect to.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The body of an answer 200 of our own service.
fn body_of_success(answer: &str) -> Option<&str> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.lines().next()?.split(' ').nth(1)?;
    let healthy: serde_json::Value = serde_json::from_str(body).ok()?;
    (status == "200" && healthy["service"] == "cpa-manager-plus" && healthy["ok"] == true).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_service_is_healthy() {
        let ours = "HTTP/1.1 200 OK\r\nx: y\r\n\r\n{\"ok\":true,\"service\":\"cpa-manager-plus\"}\n";
        assert!(body_of_success(ours).is_some());
        assert!(body_of_success(&ours.replace("200", "503")).is_none());
        assert!(body_of_success(&ours.replace("cpa-manager-plus", "other")).is_none());
        assert!(body_of_success("SSH-2.0-x\r\n").is_none());
    }

    #[test]
    fn the_listen_address_becomes_one_to_connect_to() {
        let reach = |text: &str| reachable(text.parse().expect("address")).to_string();
        assert_eq!(reach("0.0.0.0:1"), "127.0.0.1:1");
        assert_eq!(reach("[::]:1"), "[::1]:1");
        assert_eq!(reach("10.0.0.1:1"), "10.0.0.1:1");
    }
}
