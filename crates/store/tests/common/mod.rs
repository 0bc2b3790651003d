//! Events for tests: believable ones by number, and arbitrary ones.

use cpamp_store::{OpenOptions, Store};
use model::{
    BreakdownQuality, CacheInputMode, DEFAULT_GATEWAY, DeadLetter, EventHash, EventTime, HeaderSummary,
    ResponseMetadata, TimeQuality, TokenBreakdown, TokenCounts, UsageEvent,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A time in 2026, Unix milliseconds.
pub const START_MS: i64 = 1_795_425_517_291;

pub struct Fixture {
    pub directory: tempfile::TempDir,
    pub store: Store,
}

impl Fixture {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("directory");
        let store = open(&directory);
        Self { directory, store }
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("usage.sqlite")
    }

    /// Closes and opens again.
    pub fn reopen(self) -> Self {
        self.store.close();
        let Self { directory, store } = self;
        drop(store);
        let store = open(&directory);
        Self { directory, store }
    }
}

pub fn open(directory: &tempfile::TempDir) -> Store {
    Store::open(&directory.path().join("usage.sqlite"), &OpenOptions::default()).expect("opens")
}

pub fn hash_of(n: u64) -> EventHash {
    let digest = Sha256::digest(n.to_le_bytes());
    EventHash(std::array::from_fn(|i| digest[i]))
}

/// Believable event number n: half a second after the one before; some fail, some carry quota headers.
pub fn event(n: u64) -> UsageEvent {
    let time_ms = START_MS + n as i64 * 500;
    let failed = n % 30 == 7;
    let model = ["gpt-5.3-codex", "claude-sonnet-4-6", "gemini-2.5-pro", "kimi-k2"][(n % 4) as usize];
    let provider = ["codex", "claude", "gemini", "kimi"][(n % 4) as usize];
    let account = format!("user{}@example.org", n % 12);
    let tokens = TokenCounts {
        input: 1000 + (n as i64 * 37) % 90_000,
        output: (n as i64 * 11) % 4000,
        reasoning: (n as i64 * 3) % 500,
        cached: (n as i64 * 7) % 900,
        cache_read: (n as i64 * 7) % 900,
        total: 5000 + n as i64 % 100_000,
        ..TokenCounts::default()
    };
    let ray = format!("{:016x}-HKG", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let response_metadata: ResponseMetadata = serde_json::from_value(if n.is_multiple_of(3) {
        json!({
            "quota": {"plan_type": "plus", "summary_window_kind": "five_hour",
                "primary": {"used_percent": n % 100, "reset_at_ms": time_ms + 5_400_000,
                    "reset_after_seconds": 5400, "window_minutes": 300},
                "recover_at_ms": time_ms + 5_400_000, "used_percent": n % 100},
            "trace": {"primary_trace_id": ray, "cf_ray": ray},
            "routing": {"server": "cloudflare"}, "response": {"content_type": "text/event-stream"},
        })
    } else {
        json!({"routing": {"server": "nginx/1.22.1"}, "response": {"content_type": "application/json",
            "content_length": n % 4000}})
    })
    .expect("an object");
    UsageEvent {
        gateway_id: DEFAULT_GATEWAY,
        event_hash: hash_of(n),
        time: EventTime { ms: time_ms, sub_ms_ns: (n * 7919 % 1_000_000) as u32 },
        time_quality: TimeQuality::Reported,
        request_id: format!("{:08x}", (n as u32).wrapping_mul(0x9e37_79b9)),
        provider: provider.to_owned(),
        executor_type: format!("{provider}Executor"),
        model: model.to_owned(),
        requested_model: model.to_owned(),
        resolved_model: model.to_owned(),
        endpoint: "POST /v1/messages".to_owned(),
        method: "POST".to_owned(),
        path: "/v1/messages".to_owned(),
        client_ip: format!("10.0.0.{}", n % 20),
        x_forwarded_for: String::new(),
        user_agent: "claude-cli/2.1.220 (external, cli)".to_owned(),
        auth_type: "oauth".to_owned(),
        auth_index: format!("{:016x}", n % 12),
        source: account.clone(),
        source_hash: hash_of(n % 12).to_string(),
        api_key_hash: hash_of(1000 + n % 5).to_string(),
        account_snapshot: account.clone(),
        auth_label_snapshot: account.clone(),
        auth_file_snapshot: format!("{provider}-{account}.json"),
        auth_provider_snapshot: provider.to_owned(),
        auth_project_id_snapshot: String::new(),
        auth_snapshot_at_ms: Some(time_ms - 2000),
        reasoning_effort: if n.is_multiple_of(5) { "high".to_owned() } else { String::new() },
        service_tier: "auto".to_owned(),
        request_service_tier: "auto".to_owned(),
        response_service_tier: String::new(),
        cache_input_mode: if provider == "claude" {
            CacheInputMode::Separate
        } else {
            CacheInputMode::Included
        },
        tokens,
        breakdown: Some(TokenBreakdown {
            accounting_version: 2,
            schema_version: 2,
            quality: BreakdownQuality::Complete,
            total: tokens.total,
            input_total: tokens.input,
            input_uncached: tokens.input - tokens.cache_read,
            input_cache_read: tokens.cache_read,
            input_cache_write: 0,
            output_total: tokens.output,
            output_non_reasoning: tokens.output - tokens.reasoning,
            output_reasoning: tokens.reasoning,
            unclassified: 0,
        }),
        generate: true,
        latency_ms: Some(400 + (n as i64 * 13) % 30_000),
        ttft_ms: Some(100 + (n as i64 * 17) % 3000),
        failed,
        fail_status_code: Some(if failed { 429 } else { 200 }),
        fail_body: if failed {
            format!(
                "{{\"type\":\"error\",\"error\":{{\"type\":\"rate_limit_error\",\"message\":\"Too many requests, {}\"}}}}",
                n % 40
            )
        } else {
            String::new()
        },
        header: HeaderSummary::from_metadata(&response_metadata),
        response_metadata,
        created_at_ms: time_ms + 35,
    }
}

pub fn events(range: std::ops::Range<u64>) -> Vec<UsageEvent> {
    range.map(event).collect()
}

pub fn dead_letter(n: i64) -> DeadLetter {
    DeadLetter {
        payload: format!("{{broken {n}"),
        payload_bytes: 1000 + n as u64,
        error: "not JSON".to_owned(),
        created_at_ms: START_MS + n,
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        2 => "[0-9a-f]{1,20}",
        1 => "[0-9a-f]{64}",
        2 => any::<String>(),
        2 => "[ -~]{0,30}",
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{0,8}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn texts(count: usize) -> impl Strategy<Value = std::vec::IntoIter<String>> {
    prop::collection::vec(any_text(), count).prop_map(Vec::into_iter)
}

fn any_breakdown() -> impl Strategy<Value = Option<TokenBreakdown>> {
    let quality = prop_oneof![
        Just(BreakdownQuality::Complete),
        Just(BreakdownQuality::Inconsistent),
        Just(BreakdownQuality::Unclassified)
    ];
    prop::option::of((quality, prop::array::uniform11(any::<i64>())).prop_map(|(quality, n)| {
        TokenBreakdown {
            accounting_version: n[0],
            schema_version: n[1],
            quality,
            total: n[2],
            input_total: n[3],
            input_uncached: n[4],
            input_cache_read: n[5],
            input_cache_write: n[6],
            output_total: n[7],
            output_non_reasoning: n[8],
            output_reasoning: n[9],
            unclassified: n[10],
        }
    }))
}

/// The hash of a record: with a time of its own that time goes into it.
fn identity(n: u64, ms: i64, quality: TimeQuality) -> EventHash {
    let mut hash = hash_of(n);
    if quality != TimeQuality::Assumed {
        hash.0[8..16].copy_from_slice(&ms.to_le_bytes());
    }
    hash
}

/// Any event at all; hashes and times come from small sets too, so that duplicates happen.
pub fn any_event() -> impl Strategy<Value = UsageEvent> {
    let quality =
        prop_oneof![Just(TimeQuality::Reported), Just(TimeQuality::Assumed), Just(TimeQuality::Implausible)];
    let head = (
        1_i64..3,
        0_u64..60,
        prop_oneof![any::<i64>(), START_MS - 1000..START_MS + 1000, START_MS..START_MS + 3],
        0_u32..1_000_000,
        quality,
        texts(27),
    );
    let numbers = (
        prop::array::uniform8(any::<i64>()),
        prop::option::of(any::<i64>()),
        prop::option::of(any::<i64>()),
        prop::option::of(any::<i64>()),
        prop::option::of(any::<i64>()),
        any::<i64>(),
        any::<[bool; 3]>(),
    );
    let metadata = prop::collection::vec(("[a-z_]{0,8}", any_json()), 0..4)
        .prop_map(|pairs| ResponseMetadata(pairs.into_iter().collect()));
    let header = prop::option::of((
        prop::option::of(any::<i64>()),
        prop::option::of(any::<f64>()),
        prop::array::uniform4(any_text()),
    ));
    (head, numbers, any_breakdown(), metadata, header).prop_map(
        |(
            (gateway_id, hash, ms, sub_ms_ns, time_quality, mut texts),
            numbers,
            breakdown,
            metadata,
            header,
        )| {
            let mut text = || texts.next().expect("enough texts");
            let (tokens, latency_ms, ttft_ms, fail_status_code, auth_snapshot_at_ms, created_at_ms, flags) =
                numbers;
            let [input, output, reasoning, cached, cache, cache_read, cache_creation, total] = tokens;
            UsageEvent {
                gateway_id,
                event_hash: identity(hash, ms, time_quality),
                time: EventTime { ms, sub_ms_ns },
                time_quality,
                request_id: text(),
                provider: text(),
                executor_type: text(),
                model: text(),
                requested_model: text(),
                resolved_model: text(),
                endpoint: text(),
                method: text(),
                path: text(),
                client_ip: text(),
                x_forwarded_for: text(),
                user_agent: text(),
                auth_type: text(),
                auth_index: text(),
                source: text(),
                source_hash: text(),
                api_key_hash: text(),
                account_snapshot: text(),
                auth_label_snapshot: text(),
                auth_file_snapshot: text(),
                auth_provider_snapshot: text(),
                auth_project_id_snapshot: text(),
                auth_snapshot_at_ms,
                reasoning_effort: text(),
                service_tier: text(),
                request_service_tier: text(),
                response_service_tier: text(),
                cache_input_mode: if flags[0] { CacheInputMode::Separate } else { CacheInputMode::Included },
                tokens: TokenCounts {
                    input,
                    output,
                    reasoning,
                    cached,
                    cache,
                    cache_read,
                    cache_creation,
                    total,
                },
                breakdown,
                generate: flags[1],
                latency_ms,
                ttft_ms,
                failed: flags[2],
                fail_status_code,
                fail_body: text().repeat(5),
                header: header.map_or_else(
                    || HeaderSummary::from_metadata(&metadata),
                    |(quota_recover_at_ms, quota_used_percent, [plan, kind, code, trace])| HeaderSummary {
                        quota_recover_at_ms,
                        quota_used_percent,
                        quota_plan_type: plan,
                        error_kind: kind,
                        error_code: code,
                        trace_id: trace,
                    },
                ),
                response_metadata: metadata,
                created_at_ms,
            }
        },
    )
}
