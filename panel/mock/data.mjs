// Made-up events for the mock backend: a fixed seed, so that pictures and tests repeat.
const MODELS = [
  ["codex", "gpt-5.4", "gpt-5.4", "dev@example.org"],
  ["codex", "gpt-5.4(xhigh)", "gpt-5.4", "dev2@example.org"],
  ["codex", "gpt-5.5", "gpt-5.5", "dev@example.org"],
  ["claude", "claude-opus-4-6", "claude-opus-4-6", "writer@example.org"],
  ["claude", "claude-sonnet-4-6", "claude-sonnet-4-6", "writer@example.org"],
  ["openrouter", "kimi-k2", "moonshotai/kimi-k2", null],
  ["antigravity", "gemini-3-flash", "gemini-3-flash", "ag@example.org"],
  ["vertex", "vertex-pro", "gemini-2.5-pro", null],
  ["xai", "grok-4.5", "grok-4.5", "gro@example.org"],
];
const KEYS = ["4f8a7cbf", "90c1d2e3", "aa17bb28", "c0ffee00"].map((head) => head.repeat(8));
const FAILURES = [
  [
    429,
    "usage_limit_reached",
    '{"error":{"type":"usage_limit_reached","message":"The usage limit has been reached","plan_type":"plus","resets_at":1793480000,"api_key":"[redacted]"}}',
  ],
  [529, "overloaded_error", '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'],
  [401, "authentication_error", "Invalid authentication credentials for [redacted]; x-request-id 7f3a"],
  [408, null, "stream disconnected before completion"],
];

/** The handle of a credential: the same for the same account. */
function credential(provider, account) {
  let hash = 2166136261;
  for (const char of `${provider}/${account}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619) >>> 0;
  return hash.toString(16).padStart(8, "0").repeat(2);
}

export function generator(seed = 20261123) {
  let state = seed;
  const random = () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  const pick = (list) => list[Math.floor(random() * list.length)];
  const hex = (digits) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");

  /** The records of one request: a refusal first, now and then. */
  return function request(nextId, now) {
    const [provider, model, resolved, account] = pick(MODELS);
    const requestId = hex(8);
    const out = [];
    const failed = random() < 0.16;
    const follow = failed && random() < 0.6;
    const make = (at, isFailed, accountName) => {
      const input = Math.round(1_000 + random() ** 2 * 50_000);
      const cached = isFailed ? 0 : Math.round(input * random() * 0.95);
      const output = isFailed ? 0 : Math.round(50 + random() * 2_500);
      const latency = isFailed ? Math.round(40 + random() * 400) : Math.round(2_000 + random() ** 3 * 50_000);
      const [status, code, body] = pick(FAILURES);
      const separate = provider === "claude";
      const total = isFailed ? 0 : input + output;
      const row = {
        id: nextId(),
        request_id: requestId,
        event_hash: hex(64),
        timestamp_ms: at,
        timestamp: new Date(at).toISOString().replace("Z", "123456Z"),
        time_quality: random() < 0.01 ? "assumed" : "reported",
        provider,
        executor_type: `${provider[0].toUpperCase()}${provider.slice(1)}Executor`,
        model,
        analytics_model: model.replace(/\(.*/, ""),
        requested_model: model,
        resolved_model: resolved,
        endpoint: "POST /v1/responses",
        method: "POST",
        path: "/v1/responses",
        auth_type: account ? "oauth" : "apikey",
        auth_index: credential(provider, accountName ?? "key"),
        source: account ? `${account.slice(0, 3)}***@example.org` : "m:sk-o…ab-1",
        source_hash: hex(64),
        api_key_hash: pick(KEYS),
        ...(accountName
          ? {
              account_snapshot: accountName,
              auth_label_snapshot: accountName,
              auth_file_snapshot: `${provider}-${accountName}.json`,
            }
          : {}),
        reasoning_effort: "high",
        service_tier: "default",
        cache_input_mode: separate ? "separate_from_input" : "included_in_input",
        input_tokens: isFailed ? 0 : separate ? input - cached : input,
        output_tokens: output,
        reasoning_tokens: Math.round(output / 4),
        cached_tokens: cached,
        cache_tokens: 0,
        cache_read_tokens: cached,
        cache_creation_tokens: 0,
        total_tokens: total,
        normalised: {
          uncached_input_tokens: isFailed ? 0 : input - cached,
          total_input_tokens: isFailed ? 0 : input,
          cache_read_tokens: cached,
          cache_creation_tokens: 0,
        },
        generate: true,
        latency_ms: latency,
        ...(isFailed ? {} : { ttft_ms: Math.round(Math.min(latency * 0.6, 700 + random() * 1_800)) }),
        failed: isFailed,
        ...(isFailed ? { fail_status_code: status, fail_summary: body } : { fail_status_code: 200 }),
        ...(isFailed && code ? { header_error_kind: "rate_limit", header_error_code: code } : {}),
        ...(provider === "codex"
          ? {
              header_quota_used_percent: isFailed ? 100 : 42,
              header_quota_plan_type: "plus",
              header_quota_recover_at_ms: at + 5_400_000,
            }
          : {}),
        created_at_ms: at + latency + 20,
      };
      const detail = {
        client_ip: "203.0.113.7",
        user_agent: "codex_cli_rs/0.55 (Linux)",
        ...(isFailed ? { fail_body: body } : {}),
        token_breakdown: isFailed
          ? null
          : {
              quality: "complete",
              total_tokens: total,
              input_total_tokens: input,
              input_uncached_tokens: input - cached,
              input_cache_read_tokens: cached,
              input_cache_write_tokens: 0,
              output_total_tokens: output,
              output_non_reasoning_tokens: output - Math.round(output / 4),
              output_reasoning_tokens: Math.round(output / 4),
              unclassified_tokens: 0,
            },
        response_metadata:
          provider === "codex"
            ? {
                quota: {
                  plan_type: "plus",
                  primary: { used_percent: isFailed ? 100 : 42, reset_at_ms: at + 5_400_000, window_minutes: 300 },
                  secondary: { used_percent: 17, reset_at_ms: at + 302_400_000, window_minutes: 10_080 },
                },
                routing: { server: "nginx/1.22.1" },
                trace: { primary_trace_id: hex(16), cf_ray: `${hex(12)}-FRA` },
              }
            : {
                routing: { server: "cloudflare" },
                ...(provider === "claude"
                  ? {
                      quota: {
                        anthropic: {
                          primary: { used_percent: 63, reset_at_ms: at + 5_400_000, window_minutes: 300 },
                          secondary: { used_percent: 21, reset_at_ms: at + 302_400_000, window_minutes: 10_080 },
                        },
                      },
                    }
                  : {}),
              },
      };
      return { row, detail };
    };
    out.push(make(now, failed, account));
    if (follow) out.push(make(now + 400, false, account ? "dev2@example.org" : null));
    return out;
  };
}

/** An event made of a record as the gateway publishes it; enough of it for the tests of the panel. */
export function fromRecord(record, id) {
  const at = Date.parse(record.timestamp);
  const { tokens } = record;
  const failed = record.failed === true;
  const row = {
    id,
    request_id: record.request_id,
    event_hash: "0".repeat(56) + String(id).padStart(8, "0"),
    timestamp_ms: at,
    timestamp: record.timestamp,
    time_quality: "reported",
    provider: record.provider,
    executor_type: record.executor_type,
    model: record.alias || record.model,
    analytics_model: (record.alias || record.model).replace(
      /\((none|auto|minimal|low|medium|high|xhigh|max|\d+)\)$/i,
      "",
    ),
    requested_model: record.alias,
    resolved_model: record.model,
    endpoint: record.endpoint,
    method: "POST",
    path: record.endpoint.replace(/^\S+ /, ""),
    auth_type: record.auth_type,
    auth_index: record.auth_index,
    source: record.source,
    account_snapshot: record.source,
    api_key_hash: "4f8a7cbf".repeat(8),
    cache_input_mode: "included_in_input",
    input_tokens: tokens.input_tokens,
    output_tokens: tokens.output_tokens,
    reasoning_tokens: tokens.reasoning_tokens,
    cached_tokens: tokens.cached_tokens,
    cache_tokens: 0,
    cache_read_tokens: tokens.cache_read_tokens,
    cache_creation_tokens: 0,
    total_tokens: tokens.total_tokens,
    normalised: {
      uncached_input_tokens: tokens.input_tokens - tokens.cache_read_tokens,
      total_input_tokens: tokens.input_tokens,
      cache_read_tokens: tokens.cache_read_tokens,
      cache_creation_tokens: 0,
    },
    generate: true,
    latency_ms: record.latency_ms,
    ttft_ms: record.ttft_ms,
    failed,
    // A code that is not above 0 is none.
    ...(record.fail.status_code > 0 ? { fail_status_code: record.fail.status_code } : {}),
    ...(failed ? { fail_summary: record.fail.body } : {}),
    created_at_ms: Date.now(),
  };
  const detail = {
    client_ip: record.client_ip,
    user_agent: record.user_agent,
    ...(failed ? { fail_body: record.fail.body } : {}),
    token_breakdown: null,
    response_metadata: {},
  };
  return { row, detail };
}
