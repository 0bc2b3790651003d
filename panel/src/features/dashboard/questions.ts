/** What the dashboard asks about the stored requests. Nothing that draws is imported here: the questions are sent first. */
import { analytics } from "../../api/analytics";
import { api } from "../../api/client";
import type { Question } from "../../api/query";
import { toEventQuery } from "../../api/view-request";
import { DATA } from "../../app/data-key";
import { carried, changed, type ViewSearch } from "../../lib/view";

/** Of the tokens by kind; asked together with the figures. */
export const MIX = [
  "total_tokens",
  "input_tokens",
  "output_tokens",
  "reasoning_tokens",
  "cached_tokens",
  "cache_read_tokens",
  "cache_creation_tokens",
] as const;

export const FIGURES = {
  measures: [
    "calls",
    "failures",
    "failure_rate",
    "cost",
    "unpriced_calls",
    "total_tokens",
    "cache_hit_rate",
    "ttft_p95_ms",
  ],
} as const;

/** The figures of the range itself: those that are compared, and the tokens by kind. */
export const FIGURES_AND_MIX = {
  measures: [...FIGURES.measures, ...MIX.filter((measure) => measure !== "total_tokens")],
} as const satisfies Question;

export const RATE = { measures: ["calls", "total_tokens"] } as const;
export const RATE_MINUTES = 30;

/** The same filters over the last half hour. */
export function recently(search: ViewSearch): ViewSearch {
  return changed(search, { range: `${RATE_MINUTES}m`, from: undefined, to: undefined });
}

export const TRAFFIC = { measures: ["calls", "failures", "cost", "unpriced_calls", "ttft_p95_ms"] } as const;

export const ACCOUNTS = {
  measures: ["calls", "failures", "cost", "unpriced_calls", "last_seen_ms"],
  dimensions: ["account", "provider"],
  order: { by: "calls", descending: true },
  limit: 1_000,
} as const;

export const MODELS_SHOWN = 6;
export const MODELS = {
  measures: ["calls", "total_tokens", "cost", "unpriced_calls"],
  dimensions: ["model"],
  order: { by: "cost", descending: true },
  limit: MODELS_SHOWN,
} as const;

/** Failures by their cause. */
export const CAUSES = {
  measures: ["calls", "first_seen_ms", "last_seen_ms"],
  dimensions: ["status_code", "error_code", "account"],
  order: { by: "calls", descending: true },
  limit: 500,
} as const;

/** The failed requests of a view. */
export function failedOnly(search: ViewSearch): ViewSearch {
  return changed(carried(search), { status: "failed" });
}

const NEWEST_SHOWN = 4;

/** The last requests that failed. */
export function newestQuery(search: ViewSearch, zone: string) {
  const view = failedOnly(search);
  return {
    queryKey: [DATA, "newest", view, zone],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      api.events(toEventQuery(view, Date.now(), zone), { limit: NEWEST_SHOWN }, signal),
  };
}

/** The day that began at a moment, in slots of ten minutes. */
export function todayQuery(start: number, zone: string) {
  return {
    // At midnight another day begins, and nothing of the old one is chosen or shown.
    queryKey: [DATA, "today", zone, start],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      analytics.today({ today_start_ms: start, now_ms: Date.now() }, { signal }),
  };
}
