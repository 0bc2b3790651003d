// The analytics routes of the mock, as the contract sheet describes them.
import { bucketOf, fields, groups, HOUR, offset, query, select, sums } from "./engine.mjs";
import { ALIASES, costOf, prices } from "./history.mjs";

const names = (row) => ({
  account_snapshot: row.account,
  auth_label_snapshot: row.account,
  auth_provider_snapshot: row.provider,
  auth_index: row.auth ?? "",
  auth_file_snapshot: fields.auth_files(row),
});
const numbers = (all) => ({
  calls: all.calls,
  success_calls: all.success,
  failure_calls: all.failures,
  success_rate: all.success_rate,
  input_tokens: all.input_tokens,
  output_tokens: all.output_tokens,
  cached_tokens: 0,
  cache_read_tokens: all.cache_read_tokens,
  cache_creation_tokens: 0,
  cache_hit_rate: all.cache_hit_rate,
  total_tokens: all.total_tokens,
  cost: all.cost,
  unpriced_calls: all.unpriced_calls,
  average_latency_ms: all.average_latency_ms,
  last_seen_ms: all.last,
});
const summary = (all, recent) => ({
  ...numbers(all),
  total_calls: all.calls,
  reasoning_tokens: all.reasoning_tokens,
  total_cost: all.cost,
  average_cost_per_call: all.calls > 0 ? all.cost / all.calls : 0,
  p95_latency_ms: all.p95_latency_ms,
  p95_ttft_ms: all.p95_ttft_ms,
  zero_token_calls: 0,
  rpm_30m: recent.calls / 30,
  tpm_30m: recent.total_tokens / 30,
});

export function monitoring(rows, body) {
  const { from_ms, to_ms, now_ms, time_zone: zone, include = {} } = body;
  const found = select(rows, body);
  const granularity = include.granularity ?? (to_ms - from_ms <= 24 * HOUR ? "hour" : "day");
  const out = { generated_at_ms: Date.now(), granularity };
  const stats = (get, extra) =>
    [...groups(found, get)].map(([key, list]) => ({
      ...extra(key, list),
      ...numbers(sums(list)),
      models: [...groups(list, fields.models)]
        .map(([model, some]) => ({ model, ...numbers(sums(some)) }))
        .sort((a, b) => b.cost - a.cost),
    }));
  if (include.summary) {
    const recent = sums(select(rows, { ...body, from_ms: now_ms - HOUR / 2, to_ms: now_ms }));
    out.summary = summary(sums(found), recent);
    if (include.summary_comparison) {
      const before = { from_ms: from_ms - (to_ms - from_ms), to_ms: from_ms };
      const all = sums(select(rows, { ...body, ...before }));
      out.summary_comparison = {
        ...before,
        total_calls: all.calls,
        success_calls: all.success,
        failure_calls: all.failures,
        success_rate: all.success_rate,
        total_tokens: all.total_tokens,
        total_cost: all.cost,
      };
    }
  }
  const timeline = [...groups(found, (row) => bucketOf(row.at, granularity, zone))]
    .sort((a, b) => a[0] - b[0])
    .map(([bucket_ms, list]) => {
      const all = sums(list);
      return {
        bucket_ms,
        label: "",
        ...numbers(all),
        tokens: all.total_tokens,
        success: all.success,
        failure: all.failures,
        reasoning_tokens: all.reasoning_tokens,
        p95_latency_ms: all.p95_latency_ms,
        p95_ttft_ms: all.p95_ttft_ms,
        failure_rate: all.failure_rate,
      };
    });
  if (include.timeline) out.timeline = timeline;
  if (include.model_stats)
    out.model_stats = stats(fields.models, (model) => ({ model })).sort((a, b) => b.calls - a.calls);
  if (include.account_stats)
    out.account_stats = stats(fields.accounts, (id, list) => ({ id, ...names(list.at(-1)) })).sort(
      (a, b) => b.last_seen_ms - a.last_seen_ms,
    );
  if (include.credential_stats)
    out.credential_stats = stats(fields.auth_files, (id, list) => ({ id, ...names(list.at(-1)) })).sort(
      (a, b) => b.cost - a.cost,
    );
  if (include.api_key_stats) {
    out.api_key_stats = stats(fields.api_key_hashes, (id, list) => ({
      id,
      api_key_hash: id,
      contexts: [...groups(list, (row) => `${row.provider}:${row.account}`)].map(([context, some]) => ({
        id: context,
        ...names(some[0]),
        ...numbers(sums(some)),
        failure_rate: sums(some).failure_rate,
      })),
    })).sort((a, b) => b.last_seen_ms - a.last_seen_ms);
  }
  if (include.channel_share)
    out.channel_share = [...groups(found, fields.accounts)]
      .map(([, list]) => ({
        ...names(list[0]),
        ...numbers(sums(list)),
        success: sums(list).success,
        failure: sums(list).failures,
        tokens: sums(list).total_tokens,
      }))
      .sort((a, b) => b.calls - a.calls);
  if (include.heatmap) out.heatmap = heatmap(found, zone);
  if (include.anomaly_points) out.anomaly_points = anomalies(timeline, granularity);
  if (include.drilldown_preview) {
    const { from_ms: from, to_ms: to, limit = 20 } = include.drilldown_preview;
    const items = select(rows, { ...body, from_ms: from, to_ms: to })
      .slice(-limit)
      .reverse()
      .map(eventOf);
    out.drilldown_preview = { items, has_more: false, total_count: items.length };
  }
  return out;
}

function eventOf(row) {
  return {
    id: row.id,
    event_hash: `${row.at}`,
    request_id: row.request ?? "",
    timestamp_ms: row.at,
    model: row.model,
    api_key_hash: row.key,
    ...names(row),
    source: row.account,
    input_tokens: row.input,
    output_tokens: row.output,
    total_tokens: row.input + row.output,
    latency_ms: row.latency,
    ttft_ms: row.ttft,
    failed: row.failed,
    fail_status_code: row.code,
  };
}

function heatmap(found, zone) {
  const place = (row) => new Date(row.at + offset(row.at, zone));
  const contributors = (list, get) =>
    [...groups(list, get)]
      .map(([key, some]) => ({
        key,
        calls: some.length,
        failure: sums(some).failures,
        success: sums(some).success,
        tokens: sums(some).total_tokens,
        cost: sums(some).cost,
        failure_rate: sums(some).failure_rate,
        share: some.length / list.length,
      }))
      .sort((a, b) => b.calls - a.calls)
      .slice(0, 5);
  return [...groups(found, (row) => place(row).getUTCDay() * 24 + place(row).getUTCHours())].map(([at, list]) => {
    const all = sums(list);
    return {
      weekday: Math.floor(at / 24),
      hour: at % 24,
      calls: all.calls,
      success: all.success,
      failure: all.failures,
      tokens: all.total_tokens,
      cost: all.cost,
      failure_rate: all.failure_rate,
      model_contributors: contributors(list, fields.models),
      api_key_contributors: contributors(list, fields.api_key_hashes),
      provider_contributors: contributors(list, fields.providers),
    };
  });
}

function anomalies(timeline, granularity) {
  const change = (now, before) => (before > 0 ? (now - before) / before : now > 0 ? 1 : 0);
  const out = [];
  for (let index = 1; index < timeline.length; index += 1) {
    const [before, now] = [timeline[index - 1], timeline[index]];
    const point = {
      request_change: change(now.calls, before.calls),
      cost_change: change(now.cost, before.cost),
      tokens_per_request_change: change(now.tokens / now.calls, before.tokens / before.calls),
      cache_hit_rate_change: now.cache_hit_rate - before.cache_hit_rate,
      failure_rate_change: now.failure_rate - before.failure_rate,
      latency_p95_change: change(now.p95_latency_ms ?? 0, before.p95_latency_ms ?? 0),
    };
    const keys = [
      point.request_change > 1 && "request_spike",
      point.cost_change > 1 && "cost_spike",
      point.tokens_per_request_change > 0.5 && "tokens_per_request_spike",
      point.cache_hit_rate_change < -0.2 && "cache_hit_drop",
      point.failure_rate_change > 0.2 && "failure_rate_spike",
      point.latency_p95_change > 0.5 && "latency_spike",
    ].filter(Boolean);
    if (keys.length > 0)
      out.push({
        bucket_ms: now.bucket_ms,
        bucket_end_ms: now.bucket_ms + (granularity === "hour" ? HOUR : 24 * HOUR),
        label: "",
        severity: keys.length > 2 ? "high" : keys.length > 1 ? "medium" : "low",
        metric_keys: keys,
        calls: now.calls,
        total_tokens: now.tokens,
        cost: now.cost,
        failure_rate: now.failure_rate,
        ...point,
        score: 10 * keys.length,
      });
  }
  return out.sort((a, b) => b.score - a.score || b.bucket_ms - a.bucket_ms).slice(0, 50);
}

export function dashboard(rows, start, now) {
  const recent = sums(select(rows, { from_ms: now - HOUR / 2, to_ms: now }));
  return {
    generated_at_ms: now,
    window: { today_start_ms: start, now_ms: now, rolling_30m_start_ms: now - HOUR / 2 },
    rolling_30m: {
      rpm: recent.calls / 30,
      tpm: recent.total_tokens / 30,
      total_calls: recent.calls,
      total_tokens: recent.total_tokens,
    },
    today_request_health_timeline: health(rows, start, now),
    channel_health: [],
    recent_failures: [],
  };
}

const SLOT = HOUR / 6;

/** The day in slots of ten minutes. */
function health(rows, start, now) {
  const to_ms = start + 24 * HOUR;
  const slots = groups(select(rows, { from_ms: start, to_ms }), (row) => Math.floor((row.at - start) / SLOT));
  const points = Array.from({ length: 144 }, (_, index) => {
    const all = sums(slots.get(index) ?? []);
    const future = start + index * SLOT > now;
    const broken = all.failure_rate >= 0.1 ? "bad" : all.failures > 0 ? "warn" : "good";
    return {
      bucket_ms: start + index * SLOT,
      calls: all.calls,
      tokens: all.total_tokens,
      success: all.success,
      failure: all.failures,
      success_rate: all.success_rate,
      failure_rate: all.failure_rate,
      tone: future ? "future" : all.calls === 0 ? "empty" : broken,
      intensity: 0,
      future,
    };
  });
  const total = points.reduce((sum, { calls }) => sum + calls, 0);
  const failure_calls = points.reduce((sum, { failure }) => sum + failure, 0);
  return {
    from_ms: start,
    to_ms,
    bucket_ms: SLOT,
    success_calls: total - failure_calls,
    failure_calls,
    total_calls: total,
    success_rate: total > 0 ? (total - failure_calls) / total : 0,
    points,
  };
}

/** What the server's engine might say about these rows. */
export function findings(rows, now, mode) {
  const day = select(rows, { from_ms: now - 24 * HOUR, to_ms: now });
  const of = (test) => day.filter(test);
  const dev = of((row) => row.account === "dev@example.org");
  const quota = dev.filter((row) => row.code === 429);
  const refused = of((row) => row.code === 401);
  const failing = of((row) => row.account === refused[0]?.account);
  const unpriced = of((row) => costOf(row.model, 0, 0, 0) === null);
  const models = [...new Set(unpriced.map((row) => row.model))];
  const credential = (name) => ({ kind: "credential", id: `${name}.json`, name });
  const list = [
    refused.length > 0 && {
      code: "credential_failing",
      severity: "critical",
      subject: credential(refused[0].account),
      numbers: {
        calls: failing.length,
        failures: refused.length,
        failure_rate: refused.length / failing.length,
      },
      since_ms: refused[0].at,
      next_step: "check_credential",
      filter: { account: [refused[0].account], status: ["failed"] },
    },
    quota.length > 0 && {
      code: "quota_used_up",
      severity: "critical",
      subject: credential("dev@example.org"),
      numbers: { used_percent: 100, recover_at_ms: now + 5_400_000 },
      since_ms: quota[0].at,
      next_step: "wait_for_quota",
      filter: { account: ["dev@example.org"] },
    },
    {
      code: "quota_nearly_used",
      severity: "warning",
      subject: credential("writer@example.org"),
      numbers: { used_percent: 93, recover_at_ms: now + 70_000_000 },
      since_ms: now - 60_000,
      next_step: "wait_for_quota",
      filter: { account: ["writer@example.org"] },
    },
    unpriced.length > 0 && {
      code: "calls_without_price",
      severity: "info",
      subject: { kind: "all", id: "", name: "" },
      numbers: { calls: day.length, models: models.length, unpriced_calls: unpriced.length },
      since_ms: null,
      next_step: "add_prices",
      filter: { model: models },
    },
  ].filter(Boolean);
  const shown =
    mode === "ok" || mode === "unknown"
      ? []
      : mode === "attention"
        ? list.filter(({ severity }) => severity !== "critical")
        : list;
  const has = (wanted) => shown.some(({ severity }) => severity === wanted);
  const verdict = mode ?? (has("critical") ? "trouble" : has("warning") ? "attention" : "ok");
  return { verdict, generated_at_ms: now, findings: shown, usual: null, generation: 1 };
}

/** Answers a route, or `undefined` when it is none of these. */
export function answer(route, url, body, world) {
  const rows = world.rows();
  switch (route) {
    case "POST /v0/management/monitoring/analytics":
      return monitoring(rows, body);
    case "POST /api/v1/query":
      return query(rows, body);
    case "GET /v0/management/dashboard/summary":
      return dashboard(
        rows,
        Number(url.searchParams.get("today_start_ms")),
        Number(url.searchParams.get("now_ms") ?? Date.now()),
      );
    case "GET /api/v1/findings":
      return findings(rows, Date.now(), world.verdict);
    case "GET /v0/management/model-prices":
      return { prices: prices() };
    case "GET /v0/management/api-key-aliases":
      return { items: ALIASES };
    case "GET /api/v1/views":
      return { items: world.views };
    case "POST /api/v1/views": {
      const view = { id: String(Date.now()), created_at_ms: Date.now(), ...body };
      world.views.push(view);
      return view;
    }
    case "GET /api/v1/update":
      return { state: "off", current: "v2.0.0" };
    default: {
      const one = /^DELETE \/api\/v1\/views\/(.+)$/.exec(route);
      if (!one) return undefined;
      world.views = world.views.filter(({ id }) => id !== one[1]);
      return {};
    }
  }
}
