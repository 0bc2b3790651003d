/**
 * Shapes of the analytics routes, from the contract. Times are Unix milliseconds, shares are 0 to 1, money is USD, `null`
 * and an absent member mean "not known". Where the contract has a map by name, the names are given here.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type AnalyticsInclude = Schemas["MonitoringInclude"];
export type AnalyticsFilters = Schemas["MonitoringFilters"];
export type AnalyticsRequest = Schemas["MonitoringRequest"];
export type AnalyticsAnswer = Schemas["MonitoringAnswer"];
export type AnomalyPoint = Schemas["AnomalyPoint"];
export type ApiKeyStat = Schemas["ApiKeyStat"];
export type DashboardAnswer = Schemas["DashboardAnswer"];
export type HealthPoint = Schemas["HealthPoint"];

/** Measures of `POST /api/v1/query`. */
export type QueryMeasure = Schemas["Measure"];
/** What the query route can group and filter by. A value that is not known is `-`. */
export type QueryField = Schemas["Field"];
export type QueryFilters = Omit<Schemas["QueryFilters"], "include" | "exclude"> & {
  include?: Partial<Record<QueryField, string[]>>;
  exclude?: Partial<Record<QueryField, string[]>>;
};
export type QueryRequest = Omit<Schemas["QueryRequest"], "filters"> & { filters?: QueryFilters };
export type QueryValues = Partial<Record<QueryMeasure, number | null>>;
export type QueryRow = Omit<Schemas["QueryRow"], "values"> & { values: QueryValues };
export type QueryAnswer = Omit<Schemas["QueryAnswer"], "rows" | "others" | "totals" | "buckets"> & {
  buckets: Partial<Record<QueryField, number[]>>;
  rows: QueryRow[];
  others?: QueryRow | null;
  totals: QueryRow;
};

export type Finding = Schemas["Finding"];
export type Findings = Schemas["FindingsAnswer"];

/** Its page is a path, its search the address behind that, without `?`. */
export type SavedView = Schemas["ViewItem"];
export type KeyAlias = Schemas["KeyAlias"];

/** What the server knows about newer versions; it asks, never the browser. Until it can, the contract only has `off`. */
export type UpdateNotice = Omit<Schemas["UpdateDocument"], "state"> & {
  state: Schemas["UpdateState"] | "current" | "available" | "unknown";
  latest?: string;
  href?: string;
};
