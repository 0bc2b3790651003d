import type { AccountStat, ApiKeyStat, ModelStat } from "../../api/analytics-types";
import type { HeaderSnapshot } from "../../api/monitor-types";
import { only, type ViewSearch, viewValidator } from "../../lib/view";
import type { Sort } from "../../ui/table";
import { REQUEST_COLUMNS, REQUEST_SORTS } from "../requests/columns";

export const MONITOR_TABS = ["requests", "accounts", "keys"] as const;
export type MonitorTab = (typeof MONITOR_TABS)[number];

export const ENTITY_SORTS = ["name", "calls", "failures", "success", "tokens", "latency", "seen"] as const;
export const ENTITY_COLUMNS = [
  "name",
  "state",
  "calls",
  "failures",
  "success",
  "tokens",
  "latency",
  "cost",
  "seen",
  "input",
  "output",
  "cachedRead",
] as const;

export const validateMonitoring = viewValidator({
  tabs: MONITOR_TABS,
  sorts: [...REQUEST_SORTS, ...ENTITY_SORTS],
  columns: [...REQUEST_COLUMNS, ...ENTITY_COLUMNS],
  drawer: true,
});

/** The figures that accounts and keys share. */
export type EntityStat = AccountStat | ApiKeyStat;

export function accountName(stat: AccountStat): string {
  return stat.account_snapshot || stat.auth_label_snapshot || stat.sources?.[0] || stat.auth_indices?.[0] || stat.id;
}

/** The view narrowed to one account or key, and back to requests. */
export function entitySearch(search: ViewSearch, kind: "account" | "key", stat: EntityStat): ViewSearch {
  const { tab: _tab, drawer: _drawer, sort: _sort, columns: _columns, ...rest } = search;
  if (kind === "key") return only(rest, "key", (stat as ApiKeyStat).api_key_hash);
  return only(rest, "account", accountName(stat as AccountStat));
}

export const USUAL_ENTITY_SORT: Sort = { by: "calls", descending: true };

export function sortEntities<T extends EntityStat>(rows: readonly T[], name: (row: T) => string, sort: Sort): T[] {
  const value = (row: T): number | string => {
    switch (sort.by) {
      case "name":
        return name(row).toLowerCase();
      case "failures":
        return row.failure_calls;
      case "success":
        return row.success_rate;
      case "tokens":
        return row.total_tokens;
      case "latency":
        return row.average_latency_ms ?? -1;
      case "cost":
        return row.cost;
      case "seen":
        return row.last_seen_ms;
      default:
        return row.calls;
    }
  };
  return [...rows].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    const order = left < right ? -1 : left > right ? 1 : 0;
    return (sort.descending ? -order : order) || name(a).localeCompare(name(b));
  });
}

/** A success rate of few calls says little; below 95% it is watched, below 85% somebody is needed. */
export function healthOf(stat: EntityStat): "ok" | "warn" | "bad" | "unknown" {
  if (stat.calls === 0) return "unknown";
  if (stat.success_rate < 0.85) return "bad";
  return stat.success_rate < 0.95 ? "warn" : "ok";
}

/** The newest snapshot of any of the account's credentials. */
export function snapshotOf(stat: AccountStat, snapshots: readonly HeaderSnapshot[]): HeaderSnapshot | undefined {
  const indices = new Set(stat.auth_indices ?? []);
  return snapshots
    .filter(
      (each) =>
        (each.auth_index !== undefined && indices.has(each.auth_index)) ||
        (each.account_snapshot !== undefined && each.account_snapshot === stat.account_snapshot),
    )
    .sort((a, b) => b.timestamp_ms - a.timestamp_ms)[0];
}

/** Parts of a stat's input and output that do not overlap, with their share of all. */
export function tokenParts(stat: {
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  cache_read_tokens: number;
  cache_creation_tokens: number;
}): { id: "uncached" | "cached" | "written" | "output"; tokens: number; share: number }[] {
  const cached = stat.cached_tokens + stat.cache_read_tokens;
  const parts = [
    { id: "uncached" as const, tokens: Math.max(0, stat.input_tokens - cached - stat.cache_creation_tokens) },
    { id: "cached" as const, tokens: cached },
    { id: "written" as const, tokens: stat.cache_creation_tokens },
    { id: "output" as const, tokens: stat.output_tokens },
  ];
  const whole = parts.reduce((sum, { tokens }) => sum + tokens, 0);
  return parts.map((part) => ({ ...part, share: whole > 0 ? part.tokens / whole : 0 }));
}

export function byCost(models: readonly ModelStat[]): ModelStat[] {
  return [...models].sort((a, b) => b.cost - a.cost || b.calls - a.calls);
}
