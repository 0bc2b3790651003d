import { comparisonOf, DEFAULT_RANGE, isRange, type RangeSearch } from "./range";
import { list, milliseconds, oneOf, text } from "./search";

/** What requests can be narrowed by, in the order of the chips. The names are those of the address. */
export const DIMENSIONS = [
  // The name of the sums: what was asked for, without a suffix. `any_model` is each name that a request has.
  "model",
  "any_model",
  "provider",
  "account",
  "key",
  "code",
  "error",
  "auth",
  "credential",
  "file",
  "endpoint",
  "project",
  "executor",
  "trace",
  "request",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];
export type Excluded = `not_${Dimension}`;
export type ChipName = Dimension | Excluded;

export const CACHE_STATES = ["hit", "miss", "read", "creation"] as const;
export type CacheState = (typeof CACHE_STATES)[number];

/** The value of what a request does not have: no status code, no error code, no account. */
export const ABSENT = "-";

/** The filters of a view: AND between names, OR within one. */
export interface FilterSearch extends Partial<Record<ChipName, string[]>> {
  status?: "ok" | "failed";
  cache?: CacheState;
  /** Slower than this, in milliseconds. */
  slow?: number;
  /** Free text. */
  q?: string;
}

/** The state of a page as it stands in its address. */
export interface ViewSearch extends RangeSearch, FilterSearch {
  tab?: string;
  /** A column; `-` in front means greatest first. */
  sort?: string;
  /** The columns shown, when they are not the usual ones. */
  columns?: string[];
  /** What the drawer shows. */
  drawer?: string;
  /** Width of a bar. */
  bucket?: string;
  /** What a chart measures. */
  measure?: string;
  /** What a chart is split by. */
  split?: string;
  /** How a chart is drawn. */
  chart?: string;
}

/** What a page understands; everything else is left out of its address. */
export interface PageView<Tab extends string = string, Sort extends string = string, Measure extends string = string> {
  tabs?: readonly Tab[];
  sorts?: readonly Sort[];
  columns?: readonly string[];
  drawer?: boolean;
  buckets?: readonly string[];
  measures?: readonly Measure[];
  splits?: readonly string[];
  charts?: readonly string[];
}

export function excludedName(name: Dimension): Excluded {
  return `not_${name}`;
}

export function chipOf(name: ChipName): { dimension: Dimension; excluded: boolean } {
  const excluded = name.startsWith("not_");
  return { dimension: (excluded ? name.slice(4) : name) as Dimension, excluded };
}

const CHIP_NAMES: readonly ChipName[] = DIMENSIONS.flatMap((name): ChipName[] => [name, excludedName(name)]);

function values(dimension: Dimension, raw: unknown): string[] | undefined {
  let found = list(raw);
  if (dimension === "code") found = found?.filter((value) => value === ABSENT || /^\d{3}$/.test(value));
  return found && found.length > 0 ? found : undefined;
}

/** Takes what an address says; what cannot be understood is left out. */
export function validateRange(search: Record<string, unknown>): RangeSearch {
  const found: RangeSearch = {};
  const from = milliseconds(search.from);
  const to = milliseconds(search.to);
  if (from !== undefined || to !== undefined) {
    if (from !== undefined) found.from = from;
    if (to !== undefined && (from === undefined || to > from)) found.to = to;
  } else {
    const range = text(search.range, 10);
    if (range && isRange(range) && range !== DEFAULT_RANGE) found.range = range;
  }
  const compare = comparisonOf(search.compare);
  if (compare !== undefined) found.compare = compare;
  return found;
}

export function validateFilters(search: Record<string, unknown>): FilterSearch {
  const found: FilterSearch = {};
  for (const name of CHIP_NAMES) {
    const wanted = values(chipOf(name).dimension, search[name]);
    if (wanted) found[name] = wanted;
  }
  const status = oneOf(search.status, ["ok", "failed"] as const);
  if (status) found.status = status;
  const cache = oneOf(search.cache, CACHE_STATES);
  if (cache) found.cache = cache;
  const slow = milliseconds(search.slow);
  if (slow !== undefined && slow > 0) found.slow = slow;
  const q = text(search.q);
  if (q) found.q = q;
  return found;
}

/** A page's own validator, for the router. The first tab, and the first measure, are what an address without one means. */
export function viewValidator<Tab extends string, Sort extends string, Measure extends string>(
  page: PageView<Tab, Sort, Measure>,
) {
  return (search: Record<string, unknown>): Omit<ViewSearch, "tab" | "measure"> & { tab?: Tab; measure?: Measure } => {
    const found: Omit<ViewSearch, "tab" | "measure"> & { tab?: Tab; measure?: Measure } = {
      ...validateRange(search),
      ...validateFilters(search),
    };
    const tab = oneOf(search.tab, page.tabs ?? []);
    if (tab && tab !== page.tabs?.[0]) found.tab = tab;
    const measure = oneOf(search.measure, page.measures ?? []);
    if (measure && measure !== page.measures?.[0]) found.measure = measure;
    const sort = text(search.sort, 40);
    if (sort && page.sorts?.includes(sort.replace(/^-/, "") as Sort)) found.sort = sort;
    const columns = list(search.columns)?.filter((name) => page.columns?.includes(name));
    if (columns && columns.length > 0) found.columns = columns;
    const bucket = oneOf(search.bucket, page.buckets ?? []);
    if (bucket) found.bucket = bucket;
    const split = oneOf(search.split, page.splits ?? []);
    if (split && split !== page.splits?.[0]) found.split = split;
    const chart = oneOf(search.chart, page.charts ?? []);
    if (chart && chart !== page.charts?.[0]) found.chart = chart;
    const drawer = page.drawer ? text(search.drawer, 200) : undefined;
    if (drawer) found.drawer = drawer;
    return found;
  };
}

/** The chips of a view, in their order. */
export function chipsOf(search: FilterSearch): ChipName[] {
  return CHIP_NAMES.filter((name) => search[name] !== undefined);
}

export function countFilters(search: FilterSearch): number {
  const single = [search.status, search.cache, search.slow, search.q].filter((value) => value !== undefined).length;
  return chipsOf(search).length + single;
}

export function rangeOf(search: RangeSearch): RangeSearch {
  const found: RangeSearch = {};
  if (search.range !== undefined) found.range = search.range;
  if (search.from !== undefined) found.from = search.from;
  if (search.to !== undefined) found.to = search.to;
  if (search.compare !== undefined) found.compare = search.compare;
  return found;
}

export function filtersOf(search: FilterSearch): FilterSearch {
  const found: FilterSearch = {};
  for (const name of chipsOf(search)) found[name] = search[name] ?? [];
  if (search.status) found.status = search.status;
  if (search.cache) found.cache = search.cache;
  if (search.slow !== undefined) found.slow = search.slow;
  if (search.q) found.q = search.q;
  return found;
}

/** The same view with no filter: what is shown and how stays. */
export function withoutFilters<T extends FilterSearch>(search: T): T {
  return changed(
    search,
    Object.fromEntries(Object.keys(filtersOf(search)).map((name) => [name, undefined])) as Partial<T>,
  );
}

/** Range and filters: what a view takes along to another page. */
export function carried(search: ViewSearch): RangeSearch & FilterSearch {
  return { ...rangeOf(search), ...filtersOf(search) };
}

/** The same view with the changes; `undefined` takes something out. */
export function changed<T extends object>(search: T, change: { [Name in keyof T]?: T[Name] | undefined }): T {
  const next = { ...search, ...change } as Record<string, unknown>;
  for (const name of Object.keys(next)) if (next[name] === undefined) delete next[name];
  return next as T;
}

/** The view narrowed to one value, in place of what the dimension said before. */
export function only<T extends FilterSearch>(search: T, dimension: Dimension, value: string): T {
  return changed(search, { [dimension]: [value], [excludedName(dimension)]: undefined } as Partial<T>);
}
