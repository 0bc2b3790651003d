import { useMemo } from "react";
import type { QueryMeasure } from "../../api/analytics-types";
import { type Key, useI18n } from "../../i18n";
import type { AxisKind, Formatter } from "../../lib/format";

/** What charts of this page may measure; the names are those of the address. */
export const MEASURES = [
  "cost",
  "tokens",
  "requests",
  "failures",
  "failureRate",
  "cacheHit",
  "latency",
  "firstToken",
  "perRequest",
  "input",
  "output",
  "cached",
  "reasoning",
] as const;
export type Measure = (typeof MEASURES)[number];

/** The four that every chart offers. */
export const USUAL: readonly Measure[] = ["cost", "tokens", "requests", "failures"];

interface Definition {
  query: QueryMeasure;
  label: Key;
  axis: AxisKind;
  /** Parts of it add up to the whole. */
  adds: boolean;
}

const DEFINITIONS: Record<Measure, Definition> = {
  cost: { query: "cost", label: "figures.cost", axis: "money", adds: true },
  tokens: { query: "total_tokens", label: "figures.tokens", axis: "tokens", adds: true },
  requests: { query: "calls", label: "figures.requests", axis: "count", adds: true },
  failures: { query: "failures", label: "figures.failed", axis: "count", adds: true },
  failureRate: { query: "failure_rate", label: "traffic.share", axis: "share", adds: false },
  cacheHit: { query: "cache_hit_rate", label: "usage.cacheHit", axis: "share", adds: false },
  latency: { query: "latency_p95_ms", label: "usage.latency", axis: "duration", adds: false },
  firstToken: { query: "ttft_p95_ms", label: "figures.firstToken", axis: "duration", adds: false },
  perRequest: { query: "average_cost", label: "usage.perRequest", axis: "money", adds: false },
  input: { query: "input_tokens", label: "usage.input", axis: "tokens", adds: true },
  output: { query: "output_tokens", label: "usage.output", axis: "tokens", adds: true },
  cached: { query: "cached_input_tokens", label: "usage.cached", axis: "tokens", adds: true },
  reasoning: { query: "reasoning_tokens", label: "usage.reasoning", axis: "tokens", adds: true },
};

function writer(axis: AxisKind, format: Formatter): (value: number | null) => string {
  switch (axis) {
    case "money":
      return format.money;
    case "share":
      return (value) => format.share(value, 1);
    case "duration":
      return format.duration;
    case "tokens":
      return format.tokens;
    default:
      return format.count;
  }
}

export interface MeasureView extends Definition {
  name: Measure;
  text: string;
  format(value: number | null): string;
}

/** A measure with its words. */
export function useMeasure(): (name: Measure) => MeasureView {
  const { t, format } = useI18n();
  return useMemo(() => {
    const made = new Map(
      MEASURES.map((name) => {
        const definition = DEFINITIONS[name];
        return [name, { ...definition, name, text: t(definition.label), format: writer(definition.axis, format) }];
      }),
    );
    return (name: Measure) => made.get(name) as MeasureView;
  }, [t, format]);
}
