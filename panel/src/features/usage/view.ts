import { BUCKETS } from "../../lib/buckets";
import { viewValidator } from "../../lib/view";

export const TABS = ["overview", "trends", "models", "keys", "credentials", "heatmap", "explore"] as const;
export type Tab = (typeof TABS)[number];

/** What charts and maps of this page may measure. */
export const MEASURES = ["cost", "tokens", "requests", "failures"] as const;
export type Measure = (typeof MEASURES)[number];

/** Columns of the rankings, which are also what they can be sorted by. */
export const COLUMNS = [
  "name",
  "requests",
  "share",
  "failed",
  "tokens",
  "input",
  "output",
  "cached",
  "cacheHit",
  "perRequest",
  "latency",
  "cost",
  "seen",
] as const;

export const validateUsage = viewValidator({
  tabs: TABS,
  measures: MEASURES,
  sorts: COLUMNS,
  columns: COLUMNS,
  buckets: BUCKETS,
  drawer: true,
});
