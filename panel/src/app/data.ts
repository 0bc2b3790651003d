import { type QueryKey, type UseQueryResult, useMutation, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { analytics, ifServed } from "../api/analytics";
import type { AnalyticsAnswer, AnalyticsInclude, Findings, QueryRequest, SavedView } from "../api/analytics-types";
import { api } from "../api/client";
import { type ApiError, asApiError } from "../api/errors";
import { gateway } from "../api/gateway";
import { manage } from "../api/manage";
import { queryClient } from "../api/queries";
import { type Answer, ask, type Question, SERVED_BUCKETS, type ServedBucket, toQueryFilters } from "../api/query";
import type { EventFacets } from "../api/types";
import { type Scope, toScope } from "../api/view-request";
import { useI18n } from "../i18n";
import { type BucketSize, bucketFor, tooFine } from "../lib/buckets";
import { PHONE, useMedia } from "../lib/media";
import { type Bounded, boundedSpan, comparedSpan, isOpenEnded } from "../lib/range";
import { carried, type ViewSearch } from "../lib/view";
import { DATA } from "./data-key";
import { atPace, ENDED_MS, paceOf } from "./pace";

/** An answer with the moment and the span that it is for. */
export interface Dated<T> {
  answer: T;
  span: Bounded;
  /** The moment that the range was counted from. */
  now: number;
}

/** What a panel needs to show one of loading, failed, stale or current. */
export interface Loaded<T> {
  data: T | undefined;
  /** Nothing is there yet. */
  loading: boolean;
  /** The newest attempt failed. With data, that data is stale. */
  error: ApiError | null;
  /** When the data was read. */
  readAt: number;
  /** Another view was asked for and has not answered: the data is of the view before. */
  changing: boolean;
  retry(): void;
}

export function loadedOf<T>(query: UseQueryResult<T>): Loaded<T> {
  return {
    data: query.data,
    loading: query.isPending,
    error: query.error ? asApiError(query.error) : null,
    readAt: query.dataUpdatedAt,
    changing: query.isPlaceholderData,
    retry: () => void query.refetch(),
  };
}

/**
 * What stands until another view has answered: the answer of the view before, marked (`changing`). Where reading this view
 * has failed once, nothing of another one: its figures would come back with each new try.
 */
export function ofViewBefore(queryKey: QueryKey): <T>(old: T | undefined) => T | undefined {
  return (old) => ((queryClient.getQueryState(queryKey)?.errorUpdateCount ?? 0) > 0 ? undefined : old);
}

/**
 * A question about a view. The key holds the range as it is written, not its two ends: "the last hour" stays one question
 * while the hour moves.
 */
function datedQuery<T>(
  name: string,
  search: ViewSearch,
  zone: string,
  details: unknown,
  ask: (scope: Scope, now: number, signal: AbortSignal) => Promise<T>,
  /**
   * For an answer with a course: where it begins when the range is all time and the oldest stored request is not known.
   */
  beginOf?: (answer: T, to: number) => number,
) {
  const view = carried(search);
  const now = Date.now();
  const { from: begin, to: end } = boundedSpan(view, now, zone);
  const open = isOpenEnded(view, now);
  return {
    queryKey: [DATA, name, view, zone, details],
    meta: atPace(open ? paceOf(end - begin) : ENDED_MS),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Dated<T>> => {
      const now = Date.now();
      let scope = toScope(view, now, zone);
      let from = scope.from_ms;
      if (from <= 1) {
        const first = (await queryClient.fetchQuery(storageQuery).catch(() => null))?.first_event_ms ?? null;
        if (first !== null && first < scope.to_ms) from = first;
        // A course is asked for as narrow bars as fit. Sums take in what was stored a moment ago, however old it is.
        if (beginOf) scope = { ...scope, from_ms: from };
      }
      const answer = await ask(scope, now, signal);
      if (from <= 1 && beginOf) from = beginOf(answer, scope.to_ms);
      return { answer, span: { from, to: scope.to_ms }, now };
    },
    // A closed range changes only when older requests are found, which the stream says.
    staleTime: open ? 5_000 : 60_000,
  };
}

/** `POST /v0/management/monitoring/analytics` for a view. */
export function useAnalytics(
  search: ViewSearch,
  include: AnalyticsInclude,
  enabled = true,
): Loaded<Dated<AnalyticsAnswer>> {
  const { format } = useI18n();
  const query = datedQuery("analytics", search, format.timeZone, include, (scope, now, signal) =>
    analytics.monitoring({ ...scope, now_ms: now, include }, { signal }),
  );
  return loadedOf(useQuery({ ...query, placeholderData: ofViewBefore(query.queryKey), enabled }));
}

export type { Question };
/** `auto`: as fine as fits a chart of this span on this screen. `coarse`: as fine as fits a narrow strip. */
export type BucketChoice = ServedBucket | "auto" | "coarse" | "none";

/** Bars of an hour tell more than bars of a day, as long as they fit. */
const MOST_BARS = 170;
/** As many can be told apart on a phone or in a drawer. */
const FEW_BARS = 72;

function served(choice: string, span: Bounded, most: number): ServedBucket {
  // Too many bars for one answer, such as minutes of a month from an address, are not asked for.
  const found = SERVED_BUCKETS.find((size) => size === choice && !tooFine(size, span));
  return found ?? bucketFor(span, most, SERVED_BUCKETS);
}

/** Bars that fit a chart across the page, now. */
function mostBars(): number {
  return matchMedia(PHONE).matches ? FEW_BARS : MOST_BARS;
}

function useMostBars(): number {
  return useMedia(PHONE) ? FEW_BARS : MOST_BARS;
}

/** Hours or days, whichever a chart of the view is nearer to: what the analytics routes can put together by. */
export function useHoursOrDays(search: ViewSearch): "hour" | "day" {
  const { format } = useI18n();
  const most = useMostBars();
  const first = useFirstStored();
  const { from, to } = boundedSpan(search, Date.now(), format.timeZone);
  const size = served(search.bucket ?? "auto", { from: from <= 1 && first !== null ? first : from, to }, most);
  return size === "day" || size === "week" || size === "month" ? "day" : "hour";
}

export function questionQuery(
  search: ViewSearch,
  zone: string,
  question: Question,
  bucket: BucketChoice = "none",
  fitting = mostBars(),
) {
  const most = bucket === "coarse" ? FEW_BARS : fitting;
  return datedQuery(
    "query",
    search,
    zone,
    bucket === "none" ? [question, bucket] : [question, bucket, most],
    async (scope, _now, signal) => {
      const span = { from: scope.from_ms, to: scope.to_ms };
      const size = served(bucket, span, most);
      const send = (request: QueryRequest) => analytics.query(request, { signal });
      const filters = toQueryFilters(search);
      const about = { span, zone: scope.time_zone, filters };
      return { ...(await ask(send, about, question, bucket === "none" ? undefined : size)), bucket: size };
    },
    bucket === "none"
      ? undefined
      : ({ rows }, to) => rows.reduce((least, row) => Math.min(least, row.bucket_ms ?? least), to),
  );
}

/** `POST /api/v1/query` for a view. */
export function useQuestion(
  search: ViewSearch,
  question: Question,
  bucket: BucketChoice = "none",
  enabled = true,
): Loaded<Dated<Answer & { bucket: BucketSize }>> {
  const fitting = useMostBars();
  const { format } = useI18n();
  const query = questionQuery(search, format.timeZone, question, bucket, fitting);
  return loadedOf(useQuery({ ...query, placeholderData: ofViewBefore(query.queryKey), enabled }));
}

export function comparedQuery(search: ViewSearch, zone: string, question: Question) {
  const view = carried(search);
  return {
    queryKey: [DATA, "compared", view, zone, question],
    meta: atPace(ENDED_MS),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Dated<Answer> | null> => {
      const now = Date.now();
      const span = comparedSpan(view, now, zone);
      if (!span) return null;
      const send = (request: QueryRequest) => analytics.query(request, { signal });
      const answer = await ask(send, { span, zone, filters: toQueryFilters(view) }, question);
      return { answer, span, now };
    },
    staleTime: 60_000,
  };
}

/** The same question over the span that the view is compared with; null where there is none. */
export function useCompared(search: ViewSearch, question: Question, enabled = true): Loaded<Dated<Answer> | null> {
  const { format } = useI18n();
  const query = comparedQuery(search, format.timeZone, question);
  // The base of the view before says nothing under the figures of this one.
  return loadedOf(useQuery({ ...query, enabled }));
}

export const findingsQuery = {
  queryKey: [DATA, "findings"],
  meta: atPace(paceOf(86_400_000)),
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Findings | null> =>
    (await ifServed(analytics.findings({ signal }))) ?? null,
};

/** The verdict and its findings; null where the manager has no such engine. */
export function useFindings(): Loaded<Findings | null> {
  return loadedOf(useQuery(findingsQuery));
}

/** Values to filter by, with their counts. */
export function useFacets(enabled = true): Loaded<EventFacets> {
  return loadedOf(useQuery({ queryKey: ["facets"], queryFn: api.facets, staleTime: 30_000, enabled }));
}

/** What is stored, and since when; `null` where the manager does not tell. */
const storageQuery = {
  queryKey: ["storage"],
  queryFn: async () => (await ifServed(manage.storage())) ?? null,
  staleTime: 60_000,
  retry: false,
} as const;

/** When the oldest stored request was made; `null` while that is not known. */
export function useFirstStored(): number | null {
  const { data } = useQuery(storageQuery);
  return data?.first_event_ms ?? null;
}

/** The keys that the gateway accepts, masked; `null` where the manager cannot ask. */
export const clientKeysQuery = {
  queryKey: ["client-keys"],
  queryFn: async () => (await ifServed(manage.clientKeys())) ?? null,
  staleTime: 60_000,
  retry: false,
} as const;

/** The models that the gateway offers; `null` where the manager cannot ask. */
export const modelsQuery = {
  queryKey: ["gateway-models"],
  queryFn: async () => (await ifServed(manage.models())) ?? null,
  staleTime: 5 * 60_000,
  retry: false,
} as const;

/** What client keys are called, by their hash: the name they were given, else their first and last characters. */
export function useKeyNames(): ReadonlyMap<string, string> {
  const aliases = useAliases();
  // Many parts of a page have them: what failed is not asked for again by each.
  const { data } = useQuery({ ...clientKeysQuery, staleTime: 5 * 60_000, retryOnMount: false });
  return useMemo(
    () => new Map([...(data?.items ?? []).map((key) => [key.api_key_hash, key.masked] as const), ...aliases]),
    [aliases, data],
  );
}

/** All answers of the gateway's own routes; forgotten when somebody signs out. */
export const GATEWAY = "gateway";

/** The credentials that the gateway holds. Each call costs it a bcrypt comparison. */
export const credentialsQuery = {
  queryKey: [GATEWAY, "credentials"],
  queryFn: ({ signal }: { signal: AbortSignal }) => gateway.credentials(signal),
  staleTime: 5 * 60_000,
  retry: false,
} as const;

/** Whom a credential belongs to, by its handle; only once a page has asked for them (`ask`). */
export function useCredentialNames(ask = false): ReadonlyMap<string, string> {
  const { data } = useQuery({ ...credentialsQuery, enabled: ask });
  return useMemo(
    () => new Map((data ?? []).filter(({ index }) => index !== "").map(({ index, name }) => [index, name])),
    [data],
  );
}

/** Names that client keys were given, by their hash. A key without a name is not in it. */
export function useAliases(): ReadonlyMap<string, string> {
  const { data } = useQuery({
    queryKey: ["aliases"],
    queryFn: async ({ signal }) =>
      new Map(
        ((await ifServed(analytics.aliases({ signal })))?.items ?? []).map((item) => [item.apiKeyHash, item.alias]),
      ),
    staleTime: 60_000,
  });
  return data ?? NO_ALIASES;
}
const NO_ALIASES: ReadonlyMap<string, string> = new Map();

/** What newer version the server knows of; null where it does not look for one. */
export function useUpdateNotice() {
  const { data } = useQuery({
    queryKey: ["update"],
    queryFn: async ({ signal }) => (await ifServed(analytics.update({ signal }))) ?? null,
    staleTime: 3_600_000,
    retry: false,
  });
  return data && data.state !== "off" ? data : null;
}

export interface SavedViews {
  /** null where the manager cannot keep views. */
  views: Loaded<SavedView[] | null>;
  save(view: Pick<SavedView, "name" | "page" | "search">): Promise<SavedView>;
  remove(id: string): Promise<unknown>;
}

/** Views that were saved under a name, for everybody who logs in to this manager. */
export function useSavedViews(enabled = true): SavedViews {
  const views = useQuery({
    queryKey: ["views"],
    queryFn: async ({ signal }) => (await ifServed(analytics.views({ signal })))?.items ?? null,
    staleTime: 30_000,
    enabled,
  });
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["views"] });
  const save = useMutation({ mutationFn: analytics.saveView, onSuccess: refresh });
  const remove = useMutation({ mutationFn: analytics.removeView, onSuccess: refresh });
  return { views: loadedOf(views), save: save.mutateAsync, remove: remove.mutateAsync };
}
