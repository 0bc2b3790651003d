// Weeks of made-up requests for the analytics routes: small rows, a fixed seed, the shape of a working day.
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Dollars per million tokens: input, output, cache read. `ds32` has no price. */
const PRICES = {
  "claude-sonnet-4-6": [3, 15, 0.3],
  "claude-opus-4-6": [5, 25, 0.5],
  "gpt-5.4": [1.25, 10, 0.125],
  "gpt-5.5": [1.75, 14, 0.175],
  "grok-4.5": [3, 15, 0.75],
  "kimi-k2": [0.6, 2.5, 0.15],
  "gemini-3-flash": [0.3, 2.5, 0.03],
  "vertex-pro": [1.25, 10, 0.31],
};
const CHANNELS = [
  { provider: "codex", model: "gpt-5.4", account: "dev@example.org", weight: 22 },
  { provider: "codex", model: "gpt-5.4", account: "dev2@example.org", weight: 12 },
  { provider: "codex", model: "gpt-5.5", account: "dev@example.org", weight: 9, since: 14 },
  { provider: "claude", model: "claude-sonnet-4-6", account: "writer@example.org", weight: 24 },
  { provider: "claude", model: "claude-opus-4-6", account: "writer@example.org", weight: 8 },
  { provider: "antigravity", model: "gemini-3-flash", account: "ag@example.org", weight: 8 },
  { provider: "xai", model: "grok-4.5", account: "gro@example.org", weight: 6 },
  { provider: "openrouter", model: "kimi-k2", account: "m:sk-o…ab-1", weight: 6 },
  { provider: "vertex", model: "vertex-pro", account: "vk-lab-upstream-1", weight: 3 },
  { provider: "openrouter", model: "ds32", account: "m:sk-o…ab-2", weight: 4 },
];
export const KEYS = ["4f8a7cbf", "90c1d2e3", "aa17bb28", "c0ffee00"].map((head) => head.repeat(8));
export const ALIASES = ["ide-team-a", "ci-nightly", "review-bot"].map((alias, index) => ({
  apiKeyHash: KEYS[index],
  alias,
  updatedAtMs: 1_790_000_000_000,
}));
/** Requests of a working day by the hour. */
const BY_HOUR = [3, 2, 2, 1, 1, 2, 4, 9, 18, 26, 28, 27, 20, 24, 30, 32, 29, 24, 18, 14, 12, 9, 7, 5];

export function costOf(model, input, output, cached) {
  const price = PRICES[model];
  return price ? ((input - cached) * price[0] + output * price[1] + cached * price[2]) / 1e6 : null;
}

export function prices() {
  return Object.fromEntries(
    Object.entries(PRICES).map(([model, [prompt, completion, cache]]) => [
      model,
      {
        prompt,
        completion,
        cache,
        cacheRead: cache,
        cacheCreation: 0,
        source: "models.dev",
        updatedAtMs: 1_790_000_000_000,
      },
    ]),
  );
}

/** Rows of the weeks before `until`, oldest first. */
export function history(until, days = 40, perDay = 700, seed = 77) {
  let state = seed;
  const random = () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  const rows = [];
  const sum = BY_HOUR.reduce((whole, value) => whole + value, 0);
  for (let hour = Math.floor((until - days * DAY) / HOUR) * HOUR; hour < until; hour += HOUR) {
    // Close enough to a working day in Asia for pictures.
    const local = new Date(hour + 8 * HOUR);
    const weekend = local.getUTCDay() % 6 === 0 ? 0.3 : 1;
    const age = (until - hour) / DAY;
    const burst = age > 4 && age < 5 && local.getUTCHours() >= 2 && local.getUTCHours() < 5 ? 9 : 1;
    const count = Math.round(
      (perDay * (BY_HOUR[local.getUTCHours()] / sum) * weekend + random() * 2) * (burst > 1 ? 5 : 1),
    );
    for (let each = 0; each < count; each += 1) {
      const at = hour + Math.floor(random() * HOUR);
      if (at >= until) continue;
      rows.push(row(at, age, burst, random));
    }
  }
  return rows.sort((a, b) => a.at - b.at);
}

function row(at, age, burst, random) {
  const open = CHANNELS.filter((channel) => channel.since === undefined || age < channel.since);
  const weights = open.reduce((whole, channel) => whole + channel.weight, 0);
  let left = random() * weights;
  const channel =
    (burst > 1
      ? CHANNELS[0]
      : open.find((each) => {
          left -= each.weight;
          return left < 0;
        })) ?? open[0];
  const key = burst > 1 ? KEYS[1] : KEYS[Math.floor(random() ** 1.6 * KEYS.length)];
  const fails = random() < (channel.provider === "xai" ? 0.09 : 0.012);
  const input = Math.round(2_000 + random() ** 2 * 60_000);
  const cached = fails
    ? 0
    : Math.round(
        input *
          (channel.provider === "claude" ? 0.93 : channel.provider === "openrouter" ? 0.4 : 0.82) *
          (0.8 + random() * 0.2),
      );
  const output = Math.round(60 + random() * 2_400);
  const [code, error] =
    channel.provider === "xai"
      ? [401, "authentication_error"]
      : random() < 0.5
        ? [529, "overloaded_error"]
        : [429, "usage_limit_reached"];
  return {
    at,
    ...channel,
    key,
    failed: fails,
    code: fails ? code : 200,
    error: fails ? error : "",
    input: fails ? 0 : input,
    cached,
    output: fails ? 0 : output,
    reasoning: fails ? 0 : Math.round(output / 4),
    latency: fails ? Math.round(60 + random() * 300) : Math.round(2_000 + random() ** 3 * 40_000),
    ttft: fails ? null : Math.round(500 + random() ** 2 * 3_000),
    endpoint: "POST /v1/responses",
  };
}

/** A stored event as one of these rows. */
export function ofEvent({ row: event, detail }) {
  const input = event.normalised.total_input_tokens;
  void detail;
  return {
    at: event.timestamp_ms,
    id: event.id,
    provider: event.provider,
    model: event.analytics_model,
    names: [event.analytics_model, event.model, event.requested_model, event.resolved_model],
    account: event.account_snapshot ?? event.source,
    auth: event.auth_index,
    key: event.api_key_hash,
    failed: event.failed,
    code: event.fail_status_code,
    error: event.header_error_code ?? "",
    input,
    cached: event.cache_read_tokens,
    output: event.output_tokens,
    reasoning: event.reasoning_tokens,
    latency: event.latency_ms,
    ttft: event.ttft_ms ?? null,
    endpoint: event.endpoint,
    request: event.request_id,
  };
}

/** Times without collection, the newest first. */
export function pastGaps() {
  return [
    {
      id: 2,
      kind: "disconnected",
      fromMs: Date.now() - 6 * HOUR,
      toMs: Date.now() - 5.95 * HOUR,
      retentionSeconds: 60,
      detail: "connection_lost",
      lostEstimate: 120,
      lossy: true,
    },
    {
      id: 1,
      kind: "stopped",
      fromMs: Date.now() - 30 * HOUR,
      toMs: Date.now() - 30 * HOUR + 20_000,
      retentionSeconds: 60,
      detail: "restart",
      lostEstimate: null,
      lossy: false,
    },
  ];
}
