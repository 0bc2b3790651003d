import { BUCKETS, type BucketSize } from "../lib/buckets";
import type { Bounded } from "../lib/range";
import { type Dimension, excludedName, type FilterSearch } from "../lib/view";
import type {
  QueryAnswer,
  QueryField,
  QueryFilters,
  QueryMeasure,
  QueryRequest,
  QueryRow,
  QueryValues,
} from "./analytics-types";
import { QUERY_FIELDS } from "./fields";

/** Widths of a bar that the query route knows: those of the contract, so that no other one is ever asked for. */
export const SERVED_BUCKETS: readonly BucketSize[] = BUCKETS.filter((size) =>
  (QUERY_FIELDS as readonly string[]).includes(size),
);
export type ServedBucket = BucketSize;

/** Rows that one answer may hold. */
const MOST_ROWS = 10_000;

export interface Question {
  measures: readonly QueryMeasure[];
  dimensions?: readonly QueryField[];
  order?: { by: QueryMeasure | QueryField; descending: boolean };
  /** Groups; with bars, the greatest ones of the whole range. */
  limit?: number;
  /** Sum what is beyond the limit in one group more. */
  others?: boolean;
  /** Only these, in addition to the filters of the view; for what an address cannot say, such as one hour of a weekday. */
  within?: QueryFilters["include"];
}

export interface AnswerRow {
  /** Begin of the bar. */
  bucket_ms?: number;
  /** One per dimension; `null` everywhere = the others. */
  keys: (string | null)[];
  values: QueryValues;
}

export interface Answer {
  generated_at_ms: number;
  dimensions: readonly QueryField[];
  /** By group, or by group and bar. */
  rows: AnswerRow[];
  /** Of the whole range, in order; the others last. */
  groups: AnswerRow[];
  /** Of the whole range. */
  totals: QueryValues;
  total_groups: number;
  /** How many groups the others hold. */
  other_groups: number;
  unpriced_models: string[];
}

/** How the address' names are called by the query route; request and trace ids are no fields there. */
export const FIELDS: Record<Exclude<Dimension, "request" | "trace">, QueryField> = {
  model: "model",
  any_model: "any_model",
  provider: "provider",
  account: "account",
  key: "api_key",
  code: "status_code",
  error: "error_code",
  auth: "auth_index",
  credential: "credential",
  file: "auth_file",
  endpoint: "endpoint",
  project: "project",
  executor: "executor",
};

/** The filters of an address as the query route wants them. */
export function toQueryFilters(search: FilterSearch): QueryFilters {
  const include: QueryFilters["include"] = {};
  const exclude: QueryFilters["exclude"] = {};
  for (const [name, field] of Object.entries(FIELDS) as [keyof typeof FIELDS, QueryField][]) {
    if (search[name]) include[field] = search[name];
    const unwanted = search[excludedName(name)];
    if (unwanted) exclude[field] = unwanted;
  }
  if (search.status) include.status = [search.status];
  const found: QueryFilters = {};
  if (Object.keys(include).length > 0) found.include = include;
  if (Object.keys(exclude).length > 0) found.exclude = exclude;
  if (search.slow !== undefined) found.ranges = [{ of: "latency_ms", min: search.slow }];
  if (search.q) found.text = search.q;
  if (search.request) found.request_ids = search.request;
  if (search.trace) found.trace_ids = search.trace;
  if (search.cache) found.cache = search.cache;
  return found;
}

export type Send = (request: QueryRequest) => Promise<QueryAnswer>;

function textRow(row: QueryRow, skip = 0): AnswerRow {
  return { keys: row.keys.slice(skip).map(String), values: row.values };
}

/** Measures that can be summed, so that what is left of a total can be told. */
const SUMMED: ReadonlySet<QueryMeasure> = new Set<QueryMeasure>([
  "calls",
  "successes",
  "failures",
  "input_tokens",
  "output_tokens",
  "cached_tokens",
  "cache_read_tokens",
  "cache_creation_tokens",
  "reasoning_tokens",
  "total_tokens",
  "cost",
  "unpriced_calls",
  "zero_token_calls",
]);

/** What is left of a bar when the shown groups are taken out. What cannot be summed is not known. */
export function restOf(total: QueryValues, parts: readonly QueryValues[]): QueryValues {
  const out: QueryValues = {};
  for (const [name, whole] of Object.entries(total) as [QueryMeasure, number | null][]) {
    if (!SUMMED.has(name) || whole === null) {
      out[name] = null;
      continue;
    }
    const left = parts.reduce((sum, part) => sum - (part[name] ?? 0), whole);
    // Money is added in another order than it was summed: less than a millionth of a cent is nothing.
    out[name] = Math.abs(left) < 1e-8 ? 0 : left;
  }
  return out;
}

/** One question of the panel: groups of the whole range, and with `bucket` their course over time. */
export async function ask(
  send: Send,
  scope: { span: Bounded; zone: string; filters: QueryFilters },
  question: Question,
  bucket?: ServedBucket,
): Promise<Answer> {
  const time = bucket ? [bucket as QueryField] : [];
  const { measures, dimensions = [], order, limit, others = false, within } = question;
  const filters = within ? { ...scope.filters, include: { ...scope.filters.include, ...within } } : scope.filters;
  const base = {
    from_ms: scope.span.from,
    to_ms: scope.span.to,
    time_zone: scope.zone,
    measures: [...measures],
    filters,
  };
  const ordered = order ? { order: { by: order.by, ascending: !order.descending } } : {};
  if (dimensions.length === 0) {
    const answer = await send({ ...base, ...(bucket ? { dimensions: time, limit: MOST_ROWS } : {}) });
    return {
      generated_at_ms: answer.generated_at_ms,
      dimensions,
      rows: answer.rows.map((row) => ({ bucket_ms: Number(row.keys[0]), keys: [], values: row.values })),
      groups: [{ keys: [], values: answer.totals.values }],
      totals: answer.totals.values,
      total_groups: 1,
      other_groups: 0,
      unpriced_models: answer.unpriced_models ?? [],
    };
  }
  const whole = await send({
    ...base,
    ...ordered,
    dimensions: [...dimensions],
    ...(limit === undefined ? {} : { limit }),
    others,
  });
  const top = whole.rows.map((row) => textRow(row));
  const nobody = dimensions.map(() => null);
  const groups = whole.others ? [...top, { keys: nobody, values: whole.others.values }] : top;
  const answer: Answer = {
    generated_at_ms: whole.generated_at_ms,
    dimensions,
    rows: groups,
    groups,
    totals: whole.totals.values,
    total_groups: whole.total_rows,
    other_groups: whole.total_rows - whole.rows.length,
    unpriced_models: whole.unpriced_models ?? [],
  };
  if (!bucket || top.length === 0) return bucket ? { ...answer, rows: [] } : answer;
  // The course of the shown groups, and of everything, whose difference is the course of the others.
  const [field] = dimensions;
  const shown = [...new Set(top.map((row) => row.keys[0] ?? ""))];
  const narrowed: QueryFilters =
    field && answer.other_groups > 0 ? { ...filters, include: { ...filters.include, [field]: shown } } : filters;
  const [course, all] = await Promise.all([
    send({ ...base, filters: narrowed, dimensions: [...time, ...dimensions], limit: MOST_ROWS }),
    others && answer.other_groups > 0 ? send({ ...base, dimensions: time, limit: MOST_ROWS }) : null,
  ]);
  const known = new Set(top.map((row) => JSON.stringify(row.keys)));
  const rows = course.rows
    .map((row): AnswerRow => ({ bucket_ms: Number(row.keys[0]), ...textRow(row, 1) }))
    .filter((row) => known.has(JSON.stringify(row.keys)));
  if (all) {
    const parts = new Map<number, QueryValues[]>();
    for (const row of rows) parts.set(row.bucket_ms ?? 0, [...(parts.get(row.bucket_ms ?? 0) ?? []), row.values]);
    for (const row of all.rows) {
      const at = Number(row.keys[0]);
      rows.push({ bucket_ms: at, keys: nobody, values: restOf(row.values, parts.get(at) ?? []) });
    }
  }
  return { ...answer, rows };
}
