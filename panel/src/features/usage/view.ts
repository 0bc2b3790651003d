import type { QueryField } from "../../api/analytics-types";
import { SERVED_BUCKETS } from "../../api/query";
import { type Dimension, viewValidator } from "../../lib/view";
import { MEASURES } from "./measures";

export const TABS = ["overview", "trends", "models", "keys", "credentials", "heatmap", "explore"] as const;
export type Tab = (typeof TABS)[number];

/** What the explore tab may split by. */
export const SPLITS = [
  "model",
  "provider",
  "account",
  "key",
  "credential",
  "code",
  "error",
  "endpoint",
  "executor",
  "none",
] as const;
export type Split = (typeof SPLITS)[number];

/** How it may show that. */
export const CHARTS = ["bars", "lines", "table"] as const;
export type Chart = (typeof CHARTS)[number];

/** Columns of the rankings, which are also what they are sorted by. */
export const COLUMNS = [
  "name",
  "requests",
  "failed",
  "tokens",
  "input",
  "output",
  "cached",
  "cacheHit",
  "perRequest",
  "latency",
  "firstToken",
  "share",
  "change",
  "cost",
  "seen",
] as const;

/** How the heatmap colours its cells. */
export const SCALES = ["all", "row", "column"] as const;

export const validateUsage = viewValidator({
  tabs: TABS,
  measures: MEASURES,
  sorts: COLUMNS,
  columns: COLUMNS,
  buckets: SERVED_BUCKETS,
  splits: SPLITS,
  charts: [...CHARTS, ...SCALES],
  drawer: true,
});

export interface Entity {
  dimension: Exclude<Dimension, "request" | "trace">;
  field: QueryField;
}

export const ENTITIES: Record<"models" | "keys" | "credentials", Entity> = {
  models: { dimension: "model", field: "model" },
  keys: { dimension: "key", field: "api_key" },
  credentials: { dimension: "credential", field: "credential" },
};
