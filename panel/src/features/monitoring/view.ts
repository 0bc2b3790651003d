import type { QueryMeasure, QueryValues } from "../../api/analytics-types";
import type { HeaderSnapshot } from "../../api/monitor-types";
import type { AnswerRow } from "../../api/query";
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

/** One account or one client key, with its figures over the view. */
export interface Entity {
  /** The account's name, or the key's hash. */
  id: string;
  /** Providers of an account. */
  providers: string[];
  calls: number;
  failures: number;
  /** 0 to 1; `null` without calls. */
  success: number | null;
  input: number;
  output: number;
  cached: number;
  written: number;
  reasoning: number;
  tokens: number;
  latency: number | null;
  cost: number | null;
  unpriced: number;
  seen: number | null;
}

export const ENTITY_MEASURES = [
  "calls",
  "failures",
  "success_rate",
  "input_tokens",
  "output_tokens",
  "cached_tokens",
  "cache_read_tokens",
  "cache_creation_tokens",
  "reasoning_tokens",
  "total_tokens",
  "average_latency_ms",
  "cost",
  "unpriced_calls",
  "last_seen_ms",
] as const satisfies QueryMeasure[];

export function entityOf(id: string, values: QueryValues): Entity {
  const count = (measure: QueryMeasure) => values[measure] ?? 0;
  return {
    id,
    providers: [],
    calls: count("calls"),
    failures: count("failures"),
    success: values.success_rate ?? null,
    input: count("input_tokens"),
    output: count("output_tokens"),
    cached: count("cached_tokens") + count("cache_read_tokens"),
    written: count("cache_creation_tokens"),
    reasoning: count("reasoning_tokens"),
    tokens: count("total_tokens"),
    latency: values.average_latency_ms ?? null,
    cost: values.cost ?? null,
    unpriced: count("unpriced_calls"),
    seen: values.last_seen_ms ?? null,
  };
}

/** What the query route writes where a value is not known. */
export const NOBODY = "-";

/** Rows of the query route as accounts or keys. With a second key, it is the provider. */
export function entitiesOf(groups: readonly AnswerRow[], providers: readonly AnswerRow[] = []): Entity[] {
  return groups
    .filter((row) => row.keys[0] !== null && row.keys[0] !== undefined)
    .map((row) => {
      const id = row.keys[0] || NOBODY;
      const names = providers.filter((each) => (each.keys[0] || NOBODY) === id).map((each) => each.keys[1] ?? "");
      return {
        ...entityOf(id, row.values),
        providers: [...new Set(names.filter((name) => name !== "" && name !== NOBODY))],
      };
    });
}

/** What the address opens. One without requests in the view is opened as well, and says so. */
export function openedOf(rows: readonly Entity[], id: string | undefined, read: boolean): Entity | undefined {
  const found = rows.find((row) => row.id === id);
  return found ?? (read && id !== undefined ? entityOf(id, {}) : undefined);
}

/** The view narrowed to one account or key, and back to requests. */
export function entitySearch(search: ViewSearch, kind: "account" | "key", id: string): ViewSearch {
  const { tab: _tab, drawer: _drawer, sort: _sort, columns: _columns, ...rest } = search;
  return only(rest, kind, id);
}

export const USUAL_ENTITY_SORT: Sort = { by: "calls", descending: true };

export function sortEntities(rows: readonly Entity[], name: (row: Entity) => string, sort: Sort): Entity[] {
  const value = (row: Entity): number | string => {
    switch (sort.by) {
      case "name":
        return name(row).toLowerCase();
      case "failures":
        return row.failures;
      case "success":
        return row.success ?? -1;
      case "tokens":
        return row.tokens;
      case "latency":
        return row.latency ?? -1;
      case "cost":
        return row.cost ?? -1;
      case "seen":
        return row.seen ?? -1;
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

/** The newest answer of any credential of the account. */
export function snapshotOf(account: string, snapshots: readonly HeaderSnapshot[]): HeaderSnapshot | undefined {
  return snapshots
    .filter((each) => each.account_snapshot === account || each.auth_index === account)
    .sort((a, b) => b.timestamp_ms - a.timestamp_ms)[0];
}
