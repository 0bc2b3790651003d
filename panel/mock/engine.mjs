// The engine of the mock: filters, sums and groups over made-up rows, by the definitions of the contract sheet.
import { costOf } from "./history.mjs";

export const HOUR = 3_600_000;
export const fields = {
  models: (row) => row.model,
  providers: (row) => row.provider,
  accounts: (row) => row.account,
  api_key_hashes: (row) => row.key,
  status_codes: (row) => row.code,
  header_error_codes: (row) => row.error,
  auth_indices: (row) => row.auth ?? "",
  auth_files: (row) => `${row.provider}-${row.account}.json`,
  credential_ids: (row) => `${row.provider}-${row.account}.json`,
  endpoints: (row) => row.endpoint,
  request_ids: (row) => row.request ?? "",
};
const dimensions = {
  model: fields.models,
  any_model: (row) => row.names ?? [row.model],
  provider: fields.providers,
  account: fields.accounts,
  api_key: fields.api_key_hashes,
  status: (row) => (row.failed ? "failed" : "ok"),
  credential: fields.auth_files,
  status_code: (row) => String(row.code ?? "-"),
  error_code: fields.header_error_codes,
  auth_index: fields.auth_indices,
  auth_file: fields.auth_files,
  endpoint: fields.endpoints,
  executor: (row) => row.provider,
  project: () => "",
};

const parts = new Map();
function local(at, zone) {
  let format = parts.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      weekday: "short",
    });
    parts.set(zone, format);
  }
  const found = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return { ...found, hour: Number(found.hour), minute: Number(found.minute) };
}
const offsets = new Map();
/** The zone's offset, read once per hour. */
export function offset(at, zone) {
  const key = `${zone} ${Math.floor(at / HOUR)}`;
  let found = offsets.get(key);
  if (found === undefined) {
    const hour = Math.floor(at / HOUR) * HOUR;
    const { year, month, day, hour: clock, minute } = local(hour, zone);
    found = Date.UTC(Number(year), Number(month) - 1, Number(day), clock, minute) - hour;
    offsets.set(key, found);
  }
  return found;
}
const WIDTHS = {
  minute: 60_000,
  five_minutes: 300_000,
  quarter_hour: 900_000,
  half_hour: 1_800_000,
  hour: HOUR,
  day: 24 * HOUR,
};
export function bucketOf(at, size, zone) {
  const shift = offset(at, zone);
  const there = at + shift;
  if (size === "month") {
    const date = new Date(there);
    const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
    return start - offset(start - shift, zone);
  }
  if (size === "week") {
    const day = Math.floor(there / 86_400_000);
    const start = (day - ((day + 3) % 7)) * 86_400_000;
    return start - offset(start - shift, zone);
  }
  const width = WIDTHS[size] ?? HOUR;
  const start = Math.floor(there / width) * width;
  return start - (size === "day" ? offset(start - shift, zone) : shift);
}

export function select(rows, { from_ms, to_ms, filters = {}, search_query: text }) {
  const lists = (source, wanted) =>
    Object.entries(fields)
      .filter(([name]) => source[name]?.length > 0)
      .map(([name, get]) => {
        const set = new Set(source[name].map(String));
        return (row) => set.has(String(get(row))) === wanted;
      });
  const tests = [...lists(filters, true), ...lists(filters.exclude ?? {}, false)];
  if (filters.failed_only) tests.push((row) => row.failed);
  if (filters.include_failed === false) tests.push((row) => !row.failed);
  if (filters.min_latency_ms) tests.push((row) => row.latency >= filters.min_latency_ms);
  if (filters.cache_status === "hit" || filters.cache_status === "read") tests.push((row) => row.cached > 0);
  if (filters.cache_status === "miss") tests.push((row) => row.cached === 0);
  if (filters.cache_status === "creation") tests.push(() => false);
  if (text) {
    const low = text.toLowerCase();
    tests.push((row) =>
      [row.model, row.provider, row.account, row.key, row.error, row.request, row.code].some((value) =>
        String(value ?? "")
          .toLowerCase()
          .includes(low),
      ),
    );
  }
  return rows.filter((row) => row.at >= from_ms && row.at < to_ms && tests.every((test) => test(row)));
}

function p95(values) {
  if (values.length === 0) return null;
  values.sort((a, b) => a - b);
  return values[Math.floor((95 * values.length + 99) / 100) - 1];
}

/** Every figure of some rows. */
export function sums(rows) {
  const out = {
    calls: rows.length,
    failures: 0,
    cost: 0,
    unpriced_calls: 0,
    input_tokens: 0,
    output_tokens: 0,
    cached_tokens: 0,
    cache_read_tokens: 0,
    cache_creation_tokens: 0,
    reasoning_tokens: 0,
    last: 0,
    first: Number.POSITIVE_INFINITY,
  };
  const [latency, ttft] = [[], []];
  for (const row of rows) {
    if (row.failed) out.failures += 1;
    const cost = costOf(row.model, row.input, row.output, row.cached);
    if (cost === null) out.unpriced_calls += 1;
    else out.cost += cost;
    out.input_tokens += row.input;
    out.output_tokens += row.output;
    out.cache_read_tokens += row.cached;
    out.reasoning_tokens += row.reasoning;
    out.last = Math.max(out.last, row.at);
    out.first = Math.min(out.first, row.at);
    if (row.latency > 0) latency.push(row.latency);
    if (row.ttft > 0) ttft.push(row.ttft);
  }
  const success = out.calls - out.failures;
  const rate = (part, whole) => (whole > 0 ? part / whole : 0);
  return {
    ...out,
    first_seen_ms: out.calls > 0 ? out.first : null,
    last_seen_ms: out.calls > 0 ? out.last : null,
    success,
    successes: success,
    failure_rate: rate(out.failures, out.calls),
    success_rate: rate(success, out.calls),
    total_tokens: out.input_tokens + out.output_tokens,
    cache_hit_rate: rate(out.cache_read_tokens, out.input_tokens),
    average_latency_ms: latency.length > 0 ? latency.reduce((sum, value) => sum + value, 0) / latency.length : null,
    latency_p50_ms: latency.length > 0 ? latency.sort((a, b) => a - b)[latency.length >> 1] : null,
    average_cost: out.calls > out.unpriced_calls ? out.cost / (out.calls - out.unpriced_calls) : null,
    p95_latency_ms: p95(latency),
    p95_ttft_ms: p95(ttft),
    latency_p95_ms: p95(latency),
    ttft_p95_ms: p95(ttft),
  };
}

export function groups(rows, get) {
  const found = new Map();
  for (const row of rows) {
    const key = get(row);
    const list = found.get(key);
    if (list) list.push(row);
    else found.set(key, [row]);
  }
  return found;
}

/** The filters of the query route, over the same rows. */
function narrow(rows, body) {
  const { from_ms, to_ms, filters = {} } = body;
  const tests = [];
  for (const [side, wanted] of [
    [filters.include ?? {}, true],
    [filters.exclude ?? {}, false],
  ]) {
    for (const [name, values] of Object.entries(side)) {
      const there = (row) => new Date(row.at + offset(row.at, body.time_zone));
      const parts = {
        weekday: (row) => String(there(row).getUTCDay()),
        hour_of_day: (row) => String(there(row).getUTCHours()),
      };
      const get = dimensions[name] ?? parts[name];
      if (!get || values.length === 0) continue;
      const set = new Set(values.map(String));
      tests.push((row) => [get(row)].flat().some((value) => set.has(String(value || "-"))) === wanted);
    }
  }
  for (const { of, min, max } of filters.ranges ?? []) {
    if (of === "latency_ms")
      tests.push((row) => row.latency >= (min ?? 0) && row.latency <= (max ?? Number.POSITIVE_INFINITY));
  }
  if (filters.request_ids) tests.push((row) => filters.request_ids.includes(row.request));
  if (filters.cache)
    tests.push((row) =>
      filters.cache === "miss" ? row.cached === 0 : filters.cache === "creation" ? false : row.cached > 0,
    );
  return select(rows, { from_ms, to_ms, search_query: filters.text }).filter((row) => tests.every((test) => test(row)));
}

/** `POST /api/v1/query`. */
export function query(rows, body) {
  const found = narrow(rows, body);
  const { measures, dimensions: wanted = [], order, limit = 100, others = false, time_zone: zone } = body;
  const there = (row) => new Date(row.at + offset(row.at, zone));
  const getters = wanted.map((name) => {
    if (name in WIDTHS || name === "week" || name === "month") return (row) => bucketOf(row.at, name, zone);
    if (name === "weekday") return (row) => there(row).getUTCDay();
    if (name === "hour_of_day") return (row) => there(row).getUTCHours();
    return (row) => [dimensions[name]?.(row)].flat()[0] || "-";
  });
  const line = (list, keys) => {
    const all = sums(list);
    return { keys, values: Object.fromEntries(measures.map((name) => [name, all[name] ?? null])) };
  };
  const sorted =
    wanted.length === 0
      ? []
      : [...groups(found, (row) => JSON.stringify(getters.map((get) => get(row))))].map(([key, list]) => ({
          list,
          row: line(list, JSON.parse(key)),
        }));
  const by = order?.by;
  const place = wanted.indexOf(by ?? wanted[0]);
  const byTime = typeof sorted[0]?.row.keys[0] === "number" && !order;
  sorted.sort((a, b) => {
    if (byTime || (by && place >= 0))
      return (
        (a.row.keys[Math.max(0, place)] < b.row.keys[Math.max(0, place)] ? -1 : 1) *
        (order && !order.ascending ? -1 : 1)
      );
    const name = by ?? measures[0];
    return (
      ((a.row.values[name] ?? -1) - (b.row.values[name] ?? -1)) * (order?.ascending ? 1 : -1) ||
      (String(a.row.keys) < String(b.row.keys) ? -1 : 1)
    );
  });
  const rest = sorted.slice(limit).flatMap(({ list }) => list);
  const unpriced = new Set(found.filter((row) => costOf(row.model, 0, 0, 0) === null).map((row) => row.model));
  return {
    generated_at_ms: Date.now(),
    from_ms: body.from_ms,
    to_ms: body.to_ms,
    dimensions: wanted,
    buckets: {},
    rows: sorted.slice(0, limit).map(({ row }) => row),
    total_rows: sorted.length,
    ...(others && rest.length > 0 ? { others: line(rest, []) } : {}),
    totals: line(found, []),
    unpriced_models: [...unpriced],
  };
}
