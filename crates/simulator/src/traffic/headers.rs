//! Response headers as the upstreams send them, in alphabetical order, names as Go spells them.

use super::catalogue::Provider;
use super::day::{FIVE_HOURS_MS, WEEK_MS, quota};
use super::json;
use super::random::Random;
use super::world::{Account, Kind};

/// What stands in JSON for the quotation marks within a header value.
const ALT_SVC: &str = r#"h3=\":443\"; ma=2592000"#;

/// What the headers depend on.
pub(super) struct Answer<'a> {
    pub(super) account: &'a Account,
    /// The status, 200 for a success.
    pub(super) status: u16,
    /// When the headers were sent.
    pub(super) at_ms: i64,
    /// Bytes of the body where it had a length; streams have none.
    pub(super) length: Option<usize>,
    /// How long the upstream worked, milliseconds.
    pub(super) took_ms: i64,
}

struct Writer<'a> {
    out: &'a mut String,
    first: bool,
}

impl Writer<'_> {
    fn name(&mut self, name: &str) {
        self.out.push_str(if self.first { "\"" } else { "\"],\"" });
        self.first = false;
        self.out.push_str(name);
        self.out.push_str("\":[\"");
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.out.push_str(value);
    }

    fn int(&mut self, name: &str, value: i64) {
        self.name(name);
        json::int(self.out, value);
    }

    fn hex(&mut self, name: &str, prefix: &str, bits: u64, digits: u32) {
        self.name(name);
        self.out.push_str(prefix);
        json::hex(self.out, bits, digits);
    }

    /// A share such as `0.31`.
    fn share(&mut self, name: &str, percent: i64) {
        self.name(name);
        json::int(self.out, percent / 100);
        self.out.push('.');
        json::padded(self.out, percent % 100, 2);
    }

    fn ray(&mut self, random: &mut Random) {
        const PLACES: [&str; 5] = ["-HKG", "-FRA", "-SJC", "-NRT", "-IAD"];
        let place = PLACES[random.index(PLACES.len())];
        self.hex("Cf-Ray", "", random.bits(), 16);
        self.out.push_str(place);
    }

    /// An id in the five groups of a UUID.
    fn uuid(&mut self, name: &str, random: &mut Random) {
        self.name(name);
        for (index, digits) in [8, 4, 4, 4, 12].into_iter().enumerate() {
            if index > 0 {
                self.out.push('-');
            }
            json::hex(self.out, random.bits(), digits);
        }
    }

    /// `Content-Length`, `Content-Type`, `Date`.
    fn content(&mut self, answer: &Answer<'_>) {
        if let Some(length) = answer.length {
            self.int("Content-Length", i64::try_from(length).unwrap_or(0));
        }
        let kind = match (answer.status, answer.length) {
            (502, _) => "text/html",
            (_, Some(_)) => "application/json",
            (_, None) => "text/event-stream",
        };
        self.text("Content-Type", kind);
        self.name("Date");
        json::http_date(self.out, answer.at_ms);
    }

    fn retry_after(&mut self, answer: &Answer<'_>, random: &mut Random) {
        if matches!(answer.status, 429 | 503 | 529) {
            self.int("Retry-After", 5 + i64::try_from(random.below(55)).unwrap_or(0));
        }
    }

    fn cookie(&mut self, random: &mut Random) {
        self.hex("Set-Cookie", "__cf_bm=", random.bits(), 16);
        self.out.push_str("; path=/; HttpOnly; Secure");
    }
}

/// Appends `,"response_headers":{…}`.
pub(super) fn write(out: &mut String, answer: &Answer<'_>, random: &mut Random) {
    out.push_str(",\"response_headers\":{");
    let mut headers = Writer { out, first: true };
    let oauth = matches!(answer.account.kind, Kind::OAuth { .. });
    match answer.account.provider {
        Provider::Claude => claude(&mut headers, answer, oauth, random),
        Provider::Codex => codex(&mut headers, answer, oauth, random),
        Provider::Gemini | Provider::Vertex | Provider::Antigravity => google(&mut headers, answer, random),
        Provider::Xai => xai(&mut headers, answer, random),
        Provider::Kimi | Provider::OpenRouter => plain(&mut headers, answer, random),
    }
    out.push_str("\"]}");
}

fn claude(headers: &mut Writer<'_>, answer: &Answer<'_>, oauth: bool, random: &mut Random) {
    let limited = answer.status == 429;
    let (five, five_reset) = quota(answer.account.number, FIVE_HOURS_MS, answer.at_ms);
    let (week, week_reset) = quota(answer.account.number, WEEK_MS, answer.at_ms);
    if oauth {
        let status = if limited { "rejected" } else { "allowed" };
        headers.int("Anthropic-Ratelimit-Unified-5h-Reset", five_reset / 1000);
        headers.text("Anthropic-Ratelimit-Unified-5h-Status", status);
        headers.share("Anthropic-Ratelimit-Unified-5h-Utilization", if limited { 100 } else { five });
        headers.int("Anthropic-Ratelimit-Unified-7d-Reset", week_reset / 1000);
        headers.text("Anthropic-Ratelimit-Unified-7d-Status", "allowed");
        headers.share("Anthropic-Ratelimit-Unified-7d-Utilization", week);
        headers.int("Anthropic-Ratelimit-Unified-Reset", five_reset / 1000);
        headers.text("Anthropic-Ratelimit-Unified-Status", status);
    } else {
        headers.int("Anthropic-Ratelimit-Requests-Limit", 4000);
        headers.int("Anthropic-Ratelimit-Requests-Remaining", if limited { 0 } else { 4000 - 39 * five });
        headers.int("Anthropic-Ratelimit-Tokens-Limit", 2_000_000);
        headers
            .int("Anthropic-Ratelimit-Tokens-Remaining", if limited { 0 } else { 2_000_000 - 19_000 * five });
    }
    headers.ray(random);
    headers.text("Connection", "keep-alive");
    headers.content(answer);
    headers.hex("Request-Id", "req_011C", random.bits(), 16);
    headers.retry_after(answer, random);
    headers.text("Server", "cloudflare");
    headers.cookie(random);
}

fn codex(headers: &mut Writer<'_>, answer: &Answer<'_>, oauth: bool, random: &mut Random) {
    headers.ray(random);
    headers.content(answer);
    if !oauth {
        headers.int("Openai-Processing-Ms", answer.took_ms);
    }
    headers.retry_after(answer, random);
    headers.text("Server", "cloudflare");
    if oauth {
        let (used, reset) = quota(answer.account.number, FIVE_HOURS_MS, answer.at_ms);
        let (week_used, week_reset) = quota(answer.account.number, WEEK_MS, answer.at_ms);
        headers.text("X-Codex-Plan-Type", answer.account.plan);
        headers.int("X-Codex-Primary-Reset-After-Seconds", (reset - answer.at_ms) / 1000);
        headers.int("X-Codex-Primary-Used-Percent", if answer.status == 429 { 100 } else { used });
        headers.int("X-Codex-Primary-Window-Minutes", 300);
        if answer.status == 429 {
            headers.text("X-Codex-Rate-Limit-Reached-Type", "primary");
        }
        headers.int("X-Codex-Secondary-Reset-After-Seconds", (week_reset - answer.at_ms) / 1000);
        headers.int("X-Codex-Secondary-Used-Percent", week_used);
        headers.int("X-Codex-Secondary-Window-Minutes", 10_080);
        headers.uuid("X-Oai-Request-Id", random);
    } else {
        headers.text("X-Ratelimit-Limit-Requests", "10000");
        headers.text("X-Ratelimit-Limit-Tokens", "30000000");
        headers.int("X-Ratelimit-Remaining-Requests", i64::try_from(random.below(10_000)).unwrap_or(0));
        headers.int("X-Ratelimit-Remaining-Tokens", i64::try_from(random.below(30_000_000)).unwrap_or(0));
        headers.hex("X-Request-Id", "req_", random.bits(), 16);
    }
}

fn google(headers: &mut Writer<'_>, answer: &Answer<'_>, random: &mut Random) {
    headers.text("Alt-Svc", ALT_SVC);
    headers.content(answer);
    headers.retry_after(answer, random);
    headers.text(
        "Server",
        if answer.account.provider == Provider::Antigravity { "ESF" } else { "scaffolding on HTTPServer2" },
    );
    headers.name("Server-Timing");
    headers.out.push_str("gfet4t7; dur=");
    json::int(headers.out, answer.took_ms);
    if answer.account.provider == Provider::Antigravity {
        headers.hex("X-Cloudaicompanion-Trace-Id", "", random.bits(), 16);
    }
}

fn xai(headers: &mut Writer<'_>, answer: &Answer<'_>, random: &mut Random) {
    headers.ray(random);
    headers.content(answer);
    headers.retry_after(answer, random);
    headers.text("Server", "cloudflare");
    headers.cookie(random);
    headers.text("X-Data-Retention", "zdr");
    headers.int("X-Metrics-E2e-Ms", answer.took_ms);
    headers.text("X-Ratelimit-Limit-Requests", "600");
    headers.text("X-Ratelimit-Limit-Tokens", "4000000");
    headers.int("X-Ratelimit-Remaining-Requests", i64::try_from(random.below(600)).unwrap_or(0));
    headers.int("X-Ratelimit-Remaining-Tokens", i64::try_from(random.below(4_000_000)).unwrap_or(0));
    headers.uuid("X-Request-Id", random);
    headers.text("X-Zero-Data-Retention", "true");
}

fn plain(headers: &mut Writer<'_>, answer: &Answer<'_>, random: &mut Random) {
    if answer.account.provider == Provider::OpenRouter {
        headers.ray(random);
    }
    headers.content(answer);
    headers.retry_after(answer, random);
    headers
        .text("Server", if answer.account.provider == Provider::OpenRouter { "cloudflare" } else { "nginx" });
    headers.int("X-Ratelimit-Remaining-Requests", i64::try_from(random.below(100)).unwrap_or(0));
    if answer.account.provider == Provider::Kimi {
        headers.hex("X-Request-Id", "", random.bits(), 16);
    }
}
