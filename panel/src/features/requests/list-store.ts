import { type ApiError, asApiError } from "../../api/errors";
import type { EventPage, EventQuery, EventRow, LiveEvents } from "../../api/types";

export const PAGE_ROWS = 200;
/** With more rows than this on screen, the newest page is read afresh instead of growing on. */
export const MAX_ROWS = 5_000;
/** New rows that are kept while somebody reads; beyond it they are only counted. */
export const MAX_PENDING = 1_000;
/** A search may end a page early and go on from its cursor: fewer rows than this are not enough to stop at. */
const ENOUGH_ROWS = 40;
/** Pages that are read on without a person asking; a search through years goes on at the button. */
const MAX_AUTOMATIC_PAGES = 20;
/** A filtered list asks the manager at most this often while requests stream in. */
export const REFRESH_MS = 1_000;

export interface ListState {
  rows: readonly EventRow[];
  /** The rows are those of the query before, until the first page of this one is here. */
  former: boolean;
  /** `loading` only while there is nothing to show yet. */
  phase: "loading" | "ready" | "failed";
  error: ApiError | null;
  /** The newest refresh failed; the rows are from `readAt`. */
  stale: boolean;
  readAt: number | null;
  /** New requests that wait behind the strip. */
  pending: number;
  older: "more" | "loading" | "failed" | "end";
}

export interface ListDeps {
  fetchPage(
    query: EventQuery,
    page: { limit: number; before?: string | undefined },
    signal: AbortSignal,
  ): Promise<EventPage>;
  /** The newest id that a page has shown. */
  onKnown(id: number): void;
  now(): number;
  setTimer(run: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
}

export interface ListQuery {
  /** The query at a moment: a range of "the last hour" moves. */
  at(now: number): EventQuery;
  /** Rows of the stream can be taken as they are; otherwise the manager is asked. */
  plain: boolean;
  /** New requests belong into the list. */
  openEnded: boolean;
  /** Newest first. Otherwise the manager's order stands, and nothing is added to it. */
  byTime: boolean;
}

/** Newest first by begin; rows of one moment by id. */
export function compareRows(a: EventRow, b: EventRow): number {
  return b.timestamp_ms - a.timestamp_ms || b.id - a.id;
}

/** Rows of both lists without repetitions, newest first. A row of `fresh` replaces its older copy. */
export function mergeRows(rows: readonly EventRow[], fresh: readonly EventRow[]): EventRow[] {
  const byId = new Map<number, EventRow>();
  for (const row of rows) byId.set(row.id, row);
  for (const row of fresh) byId.set(row.id, row);
  return [...byId.values()].sort(compareRows);
}

/** The rows of the request page: pages from the manager, and what the live stream adds. */
export class RequestListStore {
  private state: ListState = {
    rows: [],
    former: false,
    phase: "loading",
    error: null,
    stale: false,
    readAt: null,
    pending: 0,
    older: "end",
  };
  private readonly listeners = new Set<() => void>();
  private query: ListQuery | null = null;
  private cursor: string | null = null;
  private abort = new AbortController();
  private held = false;
  private waiting: EventRow[] = [];
  private waitingSkipped = 0;
  /** Rows up to this id are counted among those that wait. */
  private skippedUpTo = 0;
  /** The first page is being read. */
  private reading = false;
  /** What the stream brought while a page was being read: the page may be older. */
  private meanwhile: EventRow[] = [];
  /** The stream left something out in that time, or brought more than is kept. */
  private missed = false;
  private refreshTimer: unknown = null;
  private refreshing = false;
  private refreshAgain = false;

  constructor(private readonly deps: ListDeps) {}

  getState = (): ListState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Shows another query; the old rows stay until the new ones are here. */
  setQuery(query: ListQuery): void {
    this.query = query;
    // Nothing of another query goes on: neither its place in the list, nor what waits for it, nor how it went.
    this.cursor = null;
    this.waiting = [];
    this.waitingSkipped = 0;
    this.skippedUpTo = 0;
    const former = this.state.rows.length > 0;
    this.patch({
      former,
      phase: former ? "ready" : "loading",
      error: null,
      stale: false,
      pending: 0,
      older: "end",
    });
    void this.reload();
  }

  /** Reads the newest page afresh; whether that went well. */
  async reload(): Promise<boolean> {
    this.abort.abort();
    this.abort = new AbortController();
    this.deps.clearTimer(this.refreshTimer);
    this.refreshTimer = null;
    this.refreshing = false;
    this.refreshAgain = false;
    // What came during a read that ends here is kept: the next page may be older as well.
    this.reading = true;
    // A page further down that was being read ends as well, and would leave a hole behind the new first one.
    if (this.state.older === "loading") this.patch({ older: this.cursor === null ? "end" : "more" });
    await this.readFirst(this.abort.signal);
    return this.state.error === null;
  }

  stop(): void {
    this.abort.abort();
    this.deps.clearTimer(this.refreshTimer);
    this.refreshTimer = null;
    this.reading = false;
    this.refreshing = false;
    this.meanwhile = [];
    this.missed = false;
  }

  /** While held (somebody reads further down, or paused), new rows wait behind the strip. */
  hold(held: boolean): void {
    if (this.held === held) return;
    this.held = held;
    if (held) return;
    this.showPending();
    this.trim();
  }

  /** Takes away what has left a range that moves on; while somebody reads, nothing does. */
  trim(): void {
    const { query, state } = this;
    if (!query?.openEnded || !query.byTime || this.held || state.former || state.stale) return;
    const from = query.at(this.deps.now()).from_ms ?? Number.NEGATIVE_INFINITY;
    const oldest = state.rows.at(-1);
    if (!oldest || oldest.timestamp_ms >= from) return;
    // What comes after the last one has left it, too.
    this.cursor = null;
    this.patch({
      rows: state.rows.filter((row) => row.timestamp_ms >= from),
      older: state.older === "loading" ? "loading" : "end",
    });
  }

  showPending(): void {
    if (this.state.pending === 0) return;
    const waiting = this.waiting;
    const complete = this.waitingSkipped === 0;
    this.waiting = [];
    this.waitingSkipped = 0;
    if (complete) this.patch({ rows: mergeRows(this.state.rows, waiting), pending: 0 });
    else {
      this.patch({ pending: 0 });
      void this.reload();
    }
  }

  /** Requests from the live stream. */
  onLive(events: LiveEvents): void {
    if (!this.query?.openEnded) return;
    if (!this.query.plain || events.skipped > 0) {
      if (this.reading || this.state.phase === "ready") this.refreshSoon();
      return;
    }
    if (this.reading || this.refreshing) {
      if (this.meanwhile.length + events.items.length <= MAX_PENDING) this.meanwhile.push(...events.items);
      else this.missed = true;
    }
    if (this.state.phase === "ready" && !this.state.former) this.add(events.items);
  }

  /** The stream began again: something may have been missed. */
  refreshSoon(): void {
    if (!this.query?.openEnded) return;
    if (this.reading) {
      this.missed = true;
      return;
    }
    if (this.state.phase === "loading") return;
    if (this.refreshing) {
      this.refreshAgain = true;
      return;
    }
    if (this.refreshTimer !== null) return;
    this.refreshTimer = this.deps.setTimer(() => {
      this.refreshTimer = null;
      // Where the first page could not be read, there is nothing to add to.
      void (this.state.phase === "failed" ? this.reload() : this.refresh(this.abort.signal));
    }, REFRESH_MS);
  }

  async loadOlder(): Promise<void> {
    const { query } = this;
    if (!query || this.reading || this.cursor === null || this.state.older === "loading") return;
    const { signal } = this.abort;
    const wanted = this.state.rows.length + ENOUGH_ROWS;
    this.patch({ older: "loading" });
    try {
      for (let pages = 0; pages < MAX_AUTOMATIC_PAGES && this.cursor !== null; pages += 1) {
        const page: EventPage = await this.deps.fetchPage(
          query.at(this.deps.now()),
          { limit: PAGE_ROWS, before: this.cursor },
          signal,
        );
        if (signal.aborted) return;
        this.cursor = page.next_cursor ?? null;
        this.patch({ rows: this.joined(page.items) });
        if (this.state.rows.length >= wanted) break;
      }
      this.patch({ older: this.cursor === null ? "end" : "more" });
    } catch {
      if (!signal.aborted) this.patch({ older: "failed" });
    }
  }

  private async readFirst(signal: AbortSignal): Promise<void> {
    const { query } = this;
    if (!query) {
      this.reading = false;
      return;
    }
    try {
      const page = await this.deps.fetchPage(query.at(this.deps.now()), { limit: PAGE_ROWS }, signal);
      if (signal.aborted) return;
      this.deps.onKnown(page.latest_id);
      this.waiting = [];
      this.waitingSkipped = 0;
      this.cursor = page.next_cursor ?? null;
      this.patch({
        rows: query.byTime ? [...page.items].sort(compareRows) : page.items,
        former: false,
        phase: "ready",
        error: null,
        stale: false,
        readAt: this.deps.now(),
        pending: 0,
        older: this.cursor === null ? "end" : "more",
      });
      this.reading = false;
      this.addMeanwhile(page.latest_id);
      if (page.items.length < ENOUGH_ROWS) void this.loadOlder();
    } catch (error) {
      if (signal.aborted) return;
      const keep = this.state.phase === "ready" && !this.state.former;
      this.reading = false;
      this.patch({
        ...(keep ? {} : { rows: [], former: false }),
        phase: keep ? "ready" : "failed",
        stale: keep,
        error: asApiError(error),
      });
      // Nothing was replaced: what came is shown already, or there is no list that it could go into, nor a reason to ask again.
      if (!keep) this.missed = false;
      this.addMeanwhile(Number.POSITIVE_INFINITY);
    }
  }

  /** Reads the newest page and adds what is new in it. */
  private async refresh(signal: AbortSignal): Promise<void> {
    const { query } = this;
    if (!query || signal.aborted) return;
    this.refreshing = true;
    // Rows that are not replaced hold already what came.
    let held = Number.POSITIVE_INFINITY;
    try {
      const page = await this.deps.fetchPage(query.at(this.deps.now()), { limit: PAGE_ROWS }, signal);
      if (signal.aborted) return;
      this.deps.onKnown(page.latest_id);
      const known = new Set([...this.state.rows, ...this.waiting].map((row) => row.id));
      const joined = page.items.length < PAGE_ROWS || page.items.some((row) => known.has(row.id));
      if (joined) this.add(page.items);
      else if (this.held) {
        // More is new than fits one page: count what was not counted before, and read afresh when asked for.
        const fresh = page.items.filter((row) => row.id > this.skippedUpTo);
        this.waitingSkipped += fresh.length;
        this.skippedUpTo = fresh.reduce((highest, row) => Math.max(highest, row.id), this.skippedUpTo);
        this.patch({ pending: this.state.pending + fresh.length });
      } else {
        held = page.latest_id;
        this.cursor = page.next_cursor ?? null;
        this.patch({ rows: [...page.items].sort(compareRows), older: this.cursor === null ? "end" : "more" });
      }
      this.patch({ stale: false, error: null, phase: "ready", readAt: this.deps.now() });
    } catch (error) {
      if (!signal.aborted) this.patch({ stale: true, error: asApiError(error) });
    } finally {
      // One that was ended leaves all of it to the read that ended it.
      if (!signal.aborted) {
        this.refreshing = false;
        this.addMeanwhile(held);
        if (this.refreshAgain) {
          this.refreshAgain = false;
          this.refreshSoon();
        }
      }
    }
  }

  /** Adds what the stream brought while a page was read, and what is not shown yet: the page holds all up to an id. */
  private addMeanwhile(heldUpTo: number): void {
    const newer = this.meanwhile.filter((row) => row.id > heldUpTo);
    const again = this.missed;
    this.meanwhile = [];
    this.missed = false;
    if (newer.length > 0 && this.query?.openEnded && this.query.plain) this.add(newer);
    if (again || (newer.length > 0 && !this.query?.plain)) this.refreshSoon();
  }

  /** The rows with a further page. */
  private joined(items: readonly EventRow[]): readonly EventRow[] {
    if (this.query?.byTime) return mergeRows(this.state.rows, items);
    const known = new Set(this.state.rows.map((row) => row.id));
    return [...this.state.rows, ...items.filter((row) => !known.has(row.id))];
  }

  private add(items: readonly EventRow[]): void {
    const { from_ms: from, to_ms: to } = this.query?.at(this.deps.now()) ?? {};
    const known = new Set(this.state.rows.map((row) => row.id));
    for (const row of this.waiting) known.add(row.id);
    const fresh = items.filter(
      (row) =>
        !known.has(row.id) &&
        (from === undefined || row.timestamp_ms >= from) &&
        (to === undefined || row.timestamp_ms < to),
    );
    if (fresh.length === 0) this.trim();
    else if (this.held) {
      if (this.waiting.length + fresh.length <= MAX_PENDING) this.waiting.push(...fresh);
      else this.waitingSkipped += fresh.length;
      this.patch({ pending: this.state.pending + fresh.length });
    } else if (this.state.rows.length + fresh.length > MAX_ROWS) {
      this.reload();
    } else {
      this.patch({ rows: mergeRows(this.state.rows, fresh) });
      this.trim();
    }
  }

  private patch(change: Partial<ListState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of [...this.listeners]) listener();
  }
}
