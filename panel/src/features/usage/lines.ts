import type { Answer } from "../../api/query";
import { measureOf } from "../../app/answers";
import type { Sort } from "../../ui/table";

/** One entity with its figures over the range. */
export interface Line {
  key: string;
  calls: number;
  failures: number;
  failureRate: number | null;
  tokens: number | null;
  input: number | null;
  output: number | null;
  cached: number | null;
  cacheHit: number | null;
  cost: number | null;
  unpriced: number;
  perRequest: number | null;
  latency: number | null;
  firstToken: number | null;
  seen: number | null;
  /** Of the whole cost; of the tokens where nothing has a price. */
  share: number | null;
  /** Cost of the span that it is compared with. */
  before: number | null;
}

export const LINE_MEASURES = [
  "calls",
  "failures",
  "failure_rate",
  "total_tokens",
  "input_tokens",
  "output_tokens",
  "cached_input_tokens",
  "cache_hit_rate",
  "cost",
  "unpriced_calls",
  "average_cost",
  "latency_p95_ms",
  "ttft_p95_ms",
  "last_seen_ms",
] as const;

export function linesOf(answer: Answer, before: Answer | undefined): Line[] {
  const base = new Map((before?.groups ?? []).map((row) => [row.keys[0], measureOf(row, "cost")]));
  const cost = answer.totals.cost ?? 0;
  const tokens = answer.totals.total_tokens ?? 0;
  return answer.groups
    .filter((row) => row.keys[0] !== null)
    .map((row) => {
      const of = (name: (typeof LINE_MEASURES)[number]) => measureOf(row, name);
      const key = row.keys[0] ?? "-";
      const share = cost > 0 ? (of("cost") ?? 0) / cost : tokens > 0 ? (of("total_tokens") ?? 0) / tokens : null;
      return {
        key,
        calls: of("calls") ?? 0,
        failures: of("failures") ?? 0,
        failureRate: of("failure_rate"),
        tokens: of("total_tokens"),
        input: of("input_tokens"),
        output: of("output_tokens"),
        cached: of("cached_input_tokens"),
        cacheHit: of("cache_hit_rate"),
        cost: of("cost"),
        unpriced: of("unpriced_calls") ?? 0,
        perRequest: of("average_cost"),
        latency: of("latency_p95_ms"),
        firstToken: of("ttft_p95_ms"),
        seen: of("last_seen_ms"),
        share,
        // A group that the other span does not have cost nothing then.
        before: before ? (base.get(key) ?? 0) : null,
      };
    });
}

/** By what a line is sorted; `null` comes last in both directions. */
export function valueFor(line: Line, by: string, name: (key: string) => string): number | string | null {
  switch (by) {
    case "name":
      return name(line.key).toLowerCase();
    case "requests":
      return line.calls;
    case "failed":
      return line.failureRate;
    case "change":
      return line.before === null || line.cost === null ? null : line.cost - line.before;
    case "tokens":
    case "input":
    case "output":
    case "cached":
    case "cacheHit":
    case "perRequest":
    case "latency":
    case "firstToken":
    case "seen":
    case "share":
      return line[by];
    default:
      return line.cost;
  }
}

export function sortLines(lines: readonly Line[], sort: Sort, name: (key: string) => string): Line[] {
  const sign = sort.descending ? -1 : 1;
  return [...lines].sort((a, b) => {
    const [x, y] = [valueFor(a, sort.by, name), valueFor(b, sort.by, name)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    const order = x < y ? -1 : x > y ? 1 : 0;
    return order * sign || b.calls - a.calls;
  });
}
