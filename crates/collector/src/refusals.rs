//! Every refusal and warning in one table: a stable code, a text, its cause and the next step.
//!
//! The log, `/status`, the setup wizard and the troubleshooting page all read this table, so that they say the same.

use serde::Serialize;

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Stable slug for programs and translations.
    pub code: &'static str,
    /// What happened, one sentence without a full stop.
    pub text: &'static str,
    /// Why it happens.
    pub cause: &'static str,
    /// What the operator does next.
    pub remedy: &'static str,
}

macro_rules! table {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $text:literal, $cause:literal, $remedy:literal;)+) => {
        /// A refusal or warning, by its row in [`refusals`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(usize)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        static TABLE: &[Refusal] = &[$(Refusal { code: $code, text: $text, cause: $cause, remedy: $remedy },)+];
    };
}

table! {
    /// The address is no usable URL.
    InvalidUrl = "invalid_url", "the gateway address cannot be used",
        "The address is not an http or https URL with a host, or it carries a user name or a query.",
        "Enter the address as http://host:8317 or https://host, with a path prefix if a reverse proxy adds one.";
    /// The host name does not resolve.
    DnsFailed = "dns_failed", "the gateway's host name cannot be resolved",
        "The name is misspelt, or the resolver of this machine or container does not know it.",
        "Check the host name. In Docker both containers must share a network, and the name is the service name, for example http://cli-proxy-api:8317.";
    /// Nobody listens.
    ConnectRefused = "connect_refused", "the gateway refused the connection",
        "No program listens on that address and port, or CPA listens on 127.0.0.1 only.",
        "Start CPA, check the port (8317 by default), and check that `host` in CPA's config.yaml allows connections from here.";
    /// No answer to the connection attempt.
    ConnectTimeout = "connect_timeout", "the gateway did not answer the connection attempt in time",
        "A firewall drops the packets, or the address belongs to a machine that is off.",
        "Check the address, the firewall and the route between this machine and the gateway.";
    /// Any other connection error.
    ConnectFailed = "connect_failed", "the connection to the gateway failed",
        "The network reported an error while connecting.",
        "Read the detail in the message; check address, port and network.";
    /// A loopback address inside a container.
    LoopbackInContainer = "loopback_in_container", "the gateway address points at this container itself",
        "Inside a container 127.0.0.1 and localhost are the container, not the host that runs CPA.",
        "Use http://host.docker.internal:8317 and start the container with `--add-host=host.docker.internal:host-gateway`, or use CPA's service name on a shared Docker network.";
    /// The TLS handshake failed.
    TlsFailed = "tls_failed", "the TLS handshake with the gateway failed",
        "The certificate is not trusted, has expired or names another host, or the port does not speak TLS.",
        "Check that the URL's scheme fits the port and that the certificate is valid for the host; for a private certificate add its authority to the system's roots, or set USAGE_RESP_TLS_SKIP_VERIFY=true (also a switch in the panel's settings, Collection).";
    /// This machine has no root certificates.
    TlsNoRoots = "tls_no_roots", "no root certificates were found on this machine",
        "The image or system has no CA certificate bundle.",
        "Install the ca-certificates package, or point SSL_CERT_FILE at a bundle.";
    /// The key is wrong.
    WrongKey = "wrong_key", "the gateway refused the management key",
        "The key is not the one in CPA's `remote-management.secret-key` or MANAGEMENT_PASSWORD. After five wrong tries CPA bans the address for 30 minutes, so this key is not used again by itself.",
        "Enter the right management key, or correct it in CPA and press retry.";
    /// Our own limit of failed attempts is reached.
    AttemptsSpent = "attempts_spent", "the key is not tried again yet, to avoid a ban by the gateway",
        "Two attempts have failed within 30 minutes. CPA bans an address for 30 minutes after five failures.",
        "Check the management key meanwhile. The next attempt is possible after the stated time.";
    /// CPA banned our address.
    Banned = "banned", "the gateway has banned this address after too many failed logins",
        "CPA bans an address for 30 minutes after five wrong management keys; the right key is refused too.",
        "Wait the stated time; collection then resumes by itself. Find what else uses a wrong key from this address. Restarting CPA lifts the ban but loses its queue.";
    /// `allow-remote` is off.
    RemoteDisabled = "remote_management_disabled", "the gateway does not allow remote management",
        "CPA sees this manager as a remote client (a container on the same host is remote too) and `remote-management.allow-remote` is false.",
        "Set `remote-management: allow-remote: true` in CPA's config.yaml; CPA reloads it by itself.";
    /// Management answers 404.
    ManagementDisabled = "management_disabled", "the gateway has no management API at this address",
        "CPA answers 404 while `remote-management.secret-key` is empty; so does a wrong path prefix, and CPA in home mode.",
        "Set `remote-management: secret-key` in CPA's config.yaml (or MANAGEMENT_PASSWORD), and check the URL's path.";
    /// CPA says that no key is set.
    KeyNotSet = "management_key_not_set", "the gateway has no management key",
        "`remote-management.secret-key` is empty in CPA's config.yaml.",
        "Set `remote-management: secret-key` in CPA's config.yaml, then enter the same key here.";
    /// CPA runs in home mode.
    HomeMode = "home_mode", "the gateway runs in home mode and has no usage records of its own",
        "In home (cluster) mode CPA sends its records to the Home server and refuses local collection.",
        "Connect the manager to the Home server, or run this CPA without home mode.";
    /// 401 that did not come from CPA.
    ProxyUnauthorized = "proxy_unauthorized", "a server in front of the gateway demands a login",
        "The answer 401 does not look like CPA's; a reverse proxy with its own access control is in between.",
        "Let the reverse proxy pass /v0/management/ without its own login, or use CPA's direct address.";
    /// 403 that is none of the known ones.
    Forbidden = "forbidden", "the gateway or a server in front of it forbids the request",
        "The answer was 403 with a text that CPA does not use for keys or bans.",
        "Check the access rules of the reverse proxy or firewall in front of CPA.";
    /// HTTP answered to RESP.
    RespPrefixH = "resp_prefix_h", "unsupported RESP prefix 'H'",
        "An HTTP server answered on the RESP connection: a reverse proxy is in between, the address is not CPA's API port, or CPA is too old.",
        "RESP needs CPA's own API port and CPA v6.10.8 or newer. Use mode `auto` or `http`, which collect over HTTP, or enter CPA's direct address.";
    /// Other bytes answered to RESP.
    RespBroken = "resp_broken", "the answer on the RESP connection is not RESP",
        "Something between the manager and CPA changed the stream, or the port belongs to another program.",
        "Use CPA's direct address, or mode `http`.";
    /// The RESP connection was closed without an answer.
    RespClosed = "resp_closed", "the gateway closed the RESP connection without an answer",
        "CPA does so while management is off; a proxy that only speaks HTTP does so too.",
        "Check that `remote-management: secret-key` is set in CPA's config.yaml; behind a reverse proxy use mode `auto` or `http`.";
    /// RESP wants a client certificate.
    RespMtlsOnly = "resp_mtls_only", "the gateway takes RESP connections with client certificates only",
        "CPA v7.1.17 has RESP logins switched off.",
        "Use mode `auto` or `http`, or update CPA.";
    /// No `SUBSCRIBE`.
    SubscribeUnsupported = "subscribe_unsupported", "the gateway cannot be subscribed to",
        "CPA older than v7.0.7 has no subscription, or the queue name is not `usage`.",
        "Update CPA, or use mode `auto` or `http`.";
    /// Any other RESP error.
    RespError = "resp_error", "the gateway answered a RESP command with an error",
        "CPA refused the command for a reason that the manager does not know.",
        "Read the detail in the message and CPA's log.";
    /// The usage queue route is missing.
    QueueMissing = "queue_missing", "the gateway has no HTTP usage queue",
        "CPA older than v6.10.8 has no /v0/management/usage-queue.",
        "Update CPA to v6.10.8 or newer, or use mode `auto` or `resp`.";
    /// The usage queue answered something else than an array.
    QueueNotJson = "queue_not_json", "the answer of the usage queue is not a JSON array",
        "Another server answers under this address, for example a login page of a reverse proxy.",
        "Check the URL and what answers under /v0/management/usage-queue.";
    /// A reply with popped records was cut.
    ReplyLost = "reply_lost", "an answer of the usage queue was cut off",
        "The connection broke while CPA was sending records that it had already removed from its queue.",
        "The complete records were kept. If it repeats, check proxies and time-outs between the manager and CPA.";
    /// A redirect.
    HttpRedirect = "http_redirect", "the gateway address answers with a redirect",
        "Redirects are not followed, because they would carry the key to another address.",
        "Enter the final address, for example https:// instead of http://.";
    /// An HTTP request timed out.
    HttpTimeout = "http_timeout", "the gateway did not answer an HTTP request in time",
        "CPA is overloaded or stuck, or the connection is half open.",
        "Check CPA's load and log; collection goes on by itself.";
    /// An HTTP request failed on the way.
    HttpFailed = "http_failed", "an HTTP request to the gateway failed",
        "The connection broke during the request.",
        "Read the detail in the message; collection goes on by itself.";
    /// 5xx.
    HttpServerError = "http_server_error", "the gateway or a server in front of it reported an internal error",
        "The answer was a 5xx status; 502, 503 and 504 come from a reverse proxy that cannot reach CPA.",
        "Check that CPA runs and that the reverse proxy points at it.";
    /// Any other HTTP answer.
    HttpUnexpected = "http_unexpected", "the gateway answered with an unexpected status",
        "The answer is none that CPA gives to this request.",
        "Check that the address is a CPA gateway.";
    /// An established connection was lost.
    ConnectionLost = "connection_lost", "the connection to the gateway was lost",
        "CPA stopped or restarted, or the network in between broke.",
        "Nothing to do; the manager reconnects by itself.";
    /// A PING went unanswered.
    HalfOpen = "half_open", "the gateway stopped answering on an open connection",
        "The PING was not answered: the network path died silently, or CPA is stuck.",
        "Nothing to do; the manager reconnects by itself. If it repeats, check NAT and firewall time-outs.";
    /// CPA dropped us as a slow reader.
    CutOff = "cut_off", "the gateway cut the subscription off while records were flowing",
        "CPA drops a subscriber whose buffer of 256 records is full, or CPA was stopped.",
        "If it repeats, give the manager more CPU; it reads the socket ahead of the disk.";
    /// Publishing is off.
    PublishingOff = "publishing_off", "the gateway does not publish usage records",
        "`usage-statistics-enabled` is false in CPA's config.yaml.",
        "Set `usage-statistics-enabled: true` in CPA's config.yaml. The manager does so by itself unless that was switched off in the set-up (`collector.ensureUsageStatisticsEnabled` of `/usage-service/config`).";
    /// CPA is older than what collection needs.
    VersionTooOld = "version_too_old", "the gateway's version is too old",
        "CPA before v6.10.8 has no HTTP usage queue and only part of the record fields.",
        "Update CPA to v6.10.8 or newer; v7.1.39 or newer is advised.";
    /// CPA is older than advised.
    VersionAdvised = "version_advised", "a newer gateway version is advised",
        "CPA before v7.1.39 does not announce changed credentials, and older ones cannot be subscribed to.",
        "Update CPA to v7.1.39 or newer.";
    /// We poll less often than CPA forgets.
    PollIntervalTooLong = "poll_interval_exceeds_retention", "the poll interval is longer than the gateway keeps its records",
        "CPA forgets a record after `redis-usage-queue-retention-seconds`.",
        "Lower the poll interval, or raise `redis-usage-queue-retention-seconds` in CPA's config.yaml (up to 3600).";
    /// Somebody else takes the records.
    RivalSuspected = "rival_suspected", "another program seems to take this gateway's records",
        "CPA's request counters rise while no record arrives. Pollers take records from each other, and a subscriber starves every poller.",
        "Stop other managers and scripts that read the usage queue of this CPA; use one manager per gateway.";
    /// The facts could not be read.
    FactsUnavailable = "facts_unavailable", "the gateway's settings could not be read",
        "The management API did not answer over HTTP although records may still arrive over RESP.",
        "Check the URL's path and the reverse proxy in front of CPA.";
    /// Our memory is nearly full.
    IntakeCrowded = "intake_crowded", "records are left in the gateway's queue because too many wait for the disk here",
        "The disk could not keep up, is full, or the database is not writable. CPA keeps queued records for its retention, 60 seconds by default.",
        "Free disk space and check the storage state on the status page; collection goes on by itself.";
    /// Our memory was full.
    IntakeFull = "intake_full", "records were dropped because the memory for waiting records is full",
        "The disk could not keep up, is full, or the database is not writable.",
        "Free disk space and check the storage state on the status page.";
}

/// The whole table, in a stable order.
pub fn refusals() -> &'static [Refusal] {
    TABLE
}

impl Code {
    /// The row of this code.
    pub fn refusal(self) -> &'static Refusal {
        &TABLE[self as usize]
    }

    /// The stable slug.
    pub fn as_str(self) -> &'static str {
        self.refusal().code
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_slugs_and_rows_are_complete() {
        let mut seen = HashSet::new();
        for row in refusals() {
            assert!(seen.insert(row.code), "{} twice", row.code);
            assert!(row.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", row.code);
            assert!(!row.text.ends_with('.'), "{}", row.code);
            assert!(row.cause.ends_with('.') && row.remedy.ends_with('.'), "{}", row.code);
        }
    }

    #[test]
    fn codes_and_rows_stand_together() {
        assert_eq!(Code::InvalidUrl.as_str(), "invalid_url");
        assert_eq!(Code::IntakeFull.as_str(), "intake_full");
        assert_eq!(Code::IntakeFull as usize + 1, refusals().len());
    }

    #[test]
    fn the_remedies_that_the_documents_promise_are_there() {
        assert!(Code::RemoteDisabled.refusal().remedy.contains("allow-remote: true"));
        assert!(Code::ManagementDisabled.refusal().remedy.contains("secret-key"));
        assert!(Code::RespPrefixH.refusal().text.contains("unsupported RESP prefix 'H'"));
        assert!(Code::RespPrefixH.refusal().remedy.contains("v6.10.8"));
        assert!(Code::LoopbackInContainer.refusal().remedy.contains("host.docker.internal"));
        assert!(Code::LoopbackInContainer.refusal().remedy.contains("--add-host"));
    }
}
