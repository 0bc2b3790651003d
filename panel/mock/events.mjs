// Pages and facets of stored events.
const FIELDS = {
  /** Every name that it has. */
  model: (row) => [row.model, row.analytics_model, row.requested_model, row.resolved_model],
  provider: (row) => row.provider,
  account: (row) => row.account_snapshot ?? row.source,
  auth_index: (row) => row.auth_index,
  api_key_hash: (row) => row.api_key_hash,
  status_code: (row) => row.fail_status_code,
  error_code: (row) => row.header_error_code,
  auth_file: (row) => row.auth_file_snapshot,
  endpoint: (row) => row.endpoint,
  project_id: (row) => row.auth_project_id_snapshot,
  executor_type: (row) => row.executor_type,
  trace_id: (row) => row.header_trace_id,
  request_id: (row) => row.request_id,
};
/** Fields of `include` and `exclude` that are called otherwise there, or mean something else. */
const ALIASES = {
  model: (row) => row.analytics_model,
  any_model: FIELDS.model,
  api_key: FIELDS.api_key_hash,
  project: FIELDS.project_id,
  executor: FIELDS.executor_type,
};

const SORTS = {
  time: (row) => row.timestamp_ms,
  latency_ms: (row) => row.latency_ms ?? -1,
  ttft_ms: (row) => row.ttft_ms ?? -1,
  input_tokens: (row) => row.normalised.total_input_tokens,
  output_tokens: (row) => row.output_tokens,
};

/** Whether one of the values is the field's; `-` is what is not known. */
function has(row, get, values) {
  return [get(row)].flat().some((value) => values.includes(String(value || "-")));
}

/** `field:value` pairs as a getter and its values. */
function pairs(query, name) {
  const found = new Map();
  for (const pair of query.getAll(name)) {
    const [field] = pair.split(":", 1);
    const value = pair.slice(field.length + 1);
    const get = ALIASES[field] ?? FIELDS[field];
    if (get) found.set(get, [...(found.get(get) ?? []), value]);
  }
  return [...found];
}

function matches(row, query) {
  const [from, to, status, search, cache] = ["from_ms", "to_ms", "status", "search", "cache"].map((name) =>
    query.get(name),
  );
  const slow = /^latency_ms:(\d+)\.\.$/.exec(query.get("range") ?? "")?.[1];
  const read = row.cache_read_tokens > 0;
  return (
    (!from || row.timestamp_ms >= Number(from)) &&
    (!to || row.timestamp_ms < Number(to)) &&
    (!status || row.failed === (status === "failed")) &&
    (!search || JSON.stringify(row).toLowerCase().includes(search.toLowerCase())) &&
    (!slow || (row.latency_ms ?? -1) >= Number(slow)) &&
    (!cache || (cache === "miss" ? !read : cache === "creation" ? row.cache_creation_tokens > 0 : read)) &&
    Object.entries(FIELDS).every(([name, get]) => {
      const wanted = query.getAll(name);
      return wanted.length === 0 || has(row, get, wanted);
    }) &&
    pairs(query, "include").every(([get, values]) => has(row, get, values)) &&
    pairs(query, "exclude").every(([get, values]) => !has(row, get, values))
  );
}

export function facets(events) {
  const count = (get) => {
    const found = new Map();
    for (const { row } of events) {
      const value = get(row);
      if (value !== undefined && value !== null) found.set(String(value), (found.get(String(value)) ?? 0) + 1);
    }
    return [...found].map(([value, total]) => ({ value, count: total })).sort((a, b) => b.count - a.count);
  };
  return {
    models: count((row) => row.model),
    providers: count((row) => row.provider),
    accounts: count((row) => row.account_snapshot),
    api_keys: count((row) => row.api_key_hash),
    status_codes: count((row) => row.fail_status_code),
  };
}

export function page(events, query, lastId, most = 500) {
  const limit = Math.min(most, Number(query.get("limit") ?? (most > 500 ? most : 100)));
  const value = SORTS[query.get("sort") ?? "time"] ?? SORTS.time;
  const sign = query.get("order") === "asc" ? 1 : -1;
  const found = events
    .map(({ row }) => row)
    .filter((row) => matches(row, query))
    .sort((a, b) => sign * (value(a) - value(b)) || b.timestamp_ms - a.timestamp_ms || b.id - a.id);
  const place = (cursor) => cursor.split(".").map(Number);
  const older = (row, [at, id]) => row.timestamp_ms < at || (row.timestamp_ms === at && row.id < id);
  const newer = (row, [at, id]) => row.timestamp_ms > at || (row.timestamp_ms === at && row.id > id);
  const cursor = (row) => (row ? `${row.timestamp_ms}.${row.id}` : null);
  const [before, after] = [query.get("before"), query.get("after")];
  let rest = found;
  if (after) rest = found.filter((row) => newer(row, place(after))).slice(-limit);
  else if (before) {
    const at = found.findIndex((row) => cursor(row) === before);
    rest = at >= 0 ? found.slice(at + 1) : found.filter((row) => older(row, place(before)));
  }
  const items = rest.slice(0, limit);
  return {
    items,
    next_cursor: rest.length > limit ? cursor(items.at(-1)) : null,
    prev_cursor: cursor(items[0]),
    latest_id: lastId,
    total: found.length,
  };
}
