// Failures by cause, header snapshots and the download of a view.
import { page } from "./events.mjs";

const WIDTH = 300_000;
const BARS = 24;

export function monitorRoutes({ events, json, costOf }) {
  const failures = (query) => {
    const now = Date.now();
    const filter = new URLSearchParams(query);
    filter.delete("limit");
    filter.delete("group");
    const coarse = query.get("group") === "cause";
    const all = page(events, filter, 0, Number.POSITIVE_INFINITY).items;
    const from = now - WIDTH * BARS;
    const groups = new Map();
    const attempts = new Map();
    const answered = new Set(events.filter(({ row }) => !row.failed).map(({ row }) => row.request_id));
    for (const row of all) {
      const who = [row.provider, row.account_snapshot ?? row.source ?? "", row.analytics_model].join("|");
      attempts.set(who, (attempts.get(who) ?? 0) + 1);
      if (!row.failed) continue;
      const key = [coarse ? row.provider : who, row.fail_status_code, row.header_error_code ?? ""].join("|");
      if (!groups.has(key)) groups.set(key, { who, rows: [] });
      groups.get(key).rows.push(row);
    }
    const items = [...groups.values()]
      .map(({ who, rows }) => {
        const [newest] = rows;
        const first = rows.at(-1);
        const ids = new Set(rows.map((row) => row.request_id));
        const bars = new Array(BARS).fill(0);
        for (const row of rows) {
          const at = Math.floor((row.timestamp_ms - from) / WIDTH);
          if (at >= 0 && at < BARS) bars[at] += 1;
        }
        return {
          provider: newest.provider,
          account: coarse ? null : (newest.account_snapshot ?? newest.source ?? null),
          auth_index: coarse ? null : newest.auth_index,
          model: coarse ? null : newest.analytics_model,
          status_code: newest.fail_status_code ?? null,
          error_code: newest.header_error_code ?? null,
          error_kind: newest.header_error_kind ?? null,
          failed: rows.length,
          requests: ids.size,
          answered: [...ids].filter((id) => answered.has(id)).length,
          keys: new Set(rows.map((row) => row.api_key_hash)).size,
          accounts: new Set(rows.map((row) => row.account_snapshot)).size,
          models: new Set(rows.map((row) => row.analytics_model)).size,
          share: rows.length / (attempts.get(who) ?? rows.length),
          first_seen_ms: first.timestamp_ms,
          first_in_range_ms: first.timestamp_ms,
          last_seen_ms: newest.timestamp_ms,
          ongoing: now - newest.timestamp_ms < 600_000,
          bars,
          example_id: newest.id,
        };
      })
      .sort((a, b) => b.failed - a.failed || b.last_seen_ms - a.last_seen_ms);
    const limit = Number(query.get("limit") ?? 50);
    return {
      requests: all.length,
      failed: all.filter((row) => row.failed).length,
      generated_at_ms: now,
      bars: { from_ms: from, width_ms: WIDTH, count: BARS },
      items: items.slice(0, limit),
      more: Math.max(0, items.length - limit),
    };
  };

  const snapshots = () => {
    const newest = new Map();
    for (const { row, detail } of events) {
      if (detail?.response_metadata?.quota) {
        newest.set(row.auth_file_snapshot ?? row.auth_index, {
          ...row,
          response_metadata: detail.response_metadata,
        });
      }
    }
    return { items: [...newest.values()] };
  };

  const csv = (rows) => {
    const cell = (value) => {
      const text = String(value ?? "");
      const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
      return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const columns = [
      "timestamp",
      "provider",
      "account_snapshot",
      "model",
      "failed",
      "fail_status_code",
      "total_tokens",
    ];
    return [columns.join(","), ...rows.map((row) => columns.map((name) => cell(row[name])).join(","))].join("\n");
  };

  const withCost = (answer) => ({
    ...answer,
    items: answer.items.map((row) => {
      const cost = costOf(row);
      return { ...row, cost, priced: cost !== null };
    }),
  });

  const routes = ({ method, path, url, response, lastId }) => {
    const answer = (value) => {
      json(response, 200, value);
      return true;
    };
    const download = (type, name, text) => {
      response.writeHead(200, { "Content-Type": type, "Content-Disposition": `attachment; filename="${name}"` });
      response.end(text);
      return true;
    };
    /** As the manager names them: the range in UTC. */
    const named = (ending) => {
      const at = (name, open) => {
        const ms = Number(url.searchParams.get(name)) || open;
        return ms ? new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "") : "";
      };
      const begin = at("from_ms", 0);
      return `events${begin ? `-from-${begin}` : ""}-to-${at("to_ms", Date.now())}.${ending}`;
    };
    const every = () => page(events, url.searchParams, 0, Number.POSITIVE_INFINITY).items;
    switch (`${method} ${path}`) {
      case "GET /api/v1/events":
        return answer(withCost(page(events, url.searchParams, lastId)));
      case "GET /api/v1/failures":
        return answer(failures(url.searchParams));
      case "GET /v0/management/monitoring/header-snapshots":
        return answer(snapshots());
      case "GET /api/v1/events.csv":
        return download("text/csv", named("csv"), csv(every()));
      case "GET /api/v1/events.jsonl":
      case "GET /v0/management/usage/export":
        return download(
          "application/x-ndjson",
          named("jsonl"),
          every()
            .map((row) => JSON.stringify(row))
            .join("\n"),
        );
      default:
        return false;
    }
  };
  return routes;
}
