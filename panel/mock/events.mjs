// Pages and facets of stored events.
function matches(row, query) {
  const any = (name, value) => {
    const wanted = query.getAll(name);
    return wanted.length === 0 || wanted.includes(String(value ?? ""));
  };
  const [from, to, status, search] = ["from_ms", "to_ms", "status", "search"].map((name) => query.get(name));
  return (
    (!from || row.timestamp_ms >= Number(from)) &&
    (!to || row.timestamp_ms < Number(to)) &&
    (!status || row.failed === (status === "failed")) &&
    (!search || JSON.stringify(row).toLowerCase().includes(search.toLowerCase())) &&
    any("model", row.model) &&
    any("provider", row.provider) &&
    any("account", row.account_snapshot) &&
    any("auth_index", row.auth_index) &&
    any("api_key_hash", row.api_key_hash) &&
    any("status_code", row.fail_status_code) &&
    any("endpoint", row.endpoint) &&
    any("request_id", row.request_id)
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

export function page(events, query, lastId) {
  const limit = Math.min(500, Number(query.get("limit") ?? 100));
  const before = query.get("before");
  const found = events
    .map(({ row }) => row)
    .filter((row) => matches(row, query))
    .sort((a, b) => b.timestamp_ms - a.timestamp_ms || b.id - a.id);
  const [at, id] = before ? before.split(".").map(Number) : [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const rest = found.filter((row) => row.timestamp_ms < at || (row.timestamp_ms === at && row.id < id));
  const items = rest.slice(0, limit);
  const cursor = (row) => (row ? `${row.timestamp_ms}.${row.id}` : null);
  return {
    items,
    next_cursor: rest.length > limit ? cursor(items.at(-1)) : null,
    prev_cursor: cursor(items[0]),
    latest_id: lastId,
  };
}
