import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../api/errors";
import type { EventPage, EventRow } from "../../api/types";
import { type ListDeps, type ListQuery, mergeRows, PAGE_ROWS, RequestListStore } from "./list-store";

const NOW = 1_000_000;
const row = (id: number, at = id) => ({ id, timestamp_ms: at }) as EventRow;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => row(from + index));

/** The next read waits until it is told what the manager holds. */
function held(): (events: EventRow[]) => Promise<void> {
  const fetchPage = vi.spyOn(deps, "fetchPage");
  let tell: (page: EventPage) => void = () => {};
  fetchPage.mockImplementationOnce(() => new Promise((done) => (tell = done)));
  return async (events) => {
    tell({ items: [...events].reverse(), next_cursor: null, latest_id: events.at(-1)?.id ?? 0 });
    await new Promise((done) => setTimeout(done));
  };
}

/** Events on the manager, newest last, served in pages. */
class Manager {
  events: EventRow[] = [];
  calls = 0;
  fail: ApiError | null = null;

  fetchPage = async (_: unknown, page: { limit: number; before?: string | undefined }): Promise<EventPage> => {
    this.calls += 1;
    if (this.fail) throw this.fail;
    const all = [...this.events].sort((a, b) => b.timestamp_ms - a.timestamp_ms);
    const rest = page.before === undefined ? all : all.filter((item) => item.id < Number(page.before));
    const items = rest.slice(0, page.limit);
    return {
      items,
      next_cursor: rest.length > page.limit ? String(items.at(-1)?.id) : null,
      latest_id: this.events.at(-1)?.id ?? 0,
    };
  };
}

let manager: Manager;
let deps: ListDeps;
let timers: (() => void)[];
let store: RequestListStore;
let known: number[];
const settle = () => vi.waitFor(async () => void (await Promise.resolve()));
const runTimers = async () => {
  const due = timers;
  timers = [];
  for (const run of due) run();
  await new Promise((done) => setTimeout(done));
};
const ids = () => store.getState().rows.map((item) => item.id);
const query = (plain = true): ListQuery => ({ at: () => ({ from_ms: 0 }), plain, openEnded: true, byTime: true });

async function show(wanted: ListQuery): Promise<void> {
  store.setQuery(wanted);
  await new Promise((done) => setTimeout(done));
}

beforeEach(async () => {
  manager = new Manager();
  timers = [];
  known = [];
  deps = {
    fetchPage: manager.fetchPage,
    onKnown: (id) => known.push(id),
    now: () => NOW,
    setTimer: (run) => timers.push(run),
    clearTimer: () => {
      timers = [];
    },
  };
  store = new RequestListStore(deps);
  await settle();
});

describe("merging", () => {
  it("keeps rows once, newest first, and puts late ones where they belong", () => {
    const merged = mergeRows([row(3, 30), row(1, 10)], [row(2, 20), row(3, 30), row(4, 5)]);
    expect(merged.map(({ id }) => id)).toEqual([3, 2, 1, 4]);
  });
});

describe("the list", () => {
  it("reads the newest page and then older ones, each row once", async () => {
    manager.events = range(1, PAGE_ROWS * 2 + 50);
    await show(query());
    expect(ids()).toHaveLength(PAGE_ROWS);
    expect(known).toEqual([PAGE_ROWS * 2 + 50]);
    await store.loadOlder();
    await store.loadOlder();
    expect(ids()).toEqual(
      range(1, PAGE_ROWS * 2 + 50)
        .map(({ id }) => id)
        .reverse(),
    );
    expect(store.getState().older).toBe("end");
  });

  it("keeps the manager's order when it is not that of time", async () => {
    manager.events = range(1, PAGE_ROWS + 10);
    const reversed = { ...query(), byTime: false, openEnded: false };
    const fetched = manager.fetchPage;
    const backwards = vi.fn(async (_: unknown, page: { limit: number; before?: string | undefined }) => {
      const answer = await fetched(_, page);
      return { ...answer, items: [...answer.items].reverse() };
    });
    store = new RequestListStore({
      fetchPage: backwards,
      onKnown: () => {},
      now: () => NOW,
      setTimer: (run) => timers.push(run),
      clearTimer: () => {},
    });
    await show(reversed);
    await store.loadOlder();
    const first = range(11, PAGE_ROWS + 10).map(({ id }) => id);
    expect(ids()).toEqual([...first, ...range(1, 10).map(({ id }) => id)]);
    store.onLive({ items: [row(999)], skipped: 0 });
    expect(ids()).not.toContain(999);
  });

  it("takes live rows at once, but not those of another time", async () => {
    manager.events = range(1, 3);
    await show({ ...query(), at: () => ({ from_ms: 2, to_ms: 8 }) });
    store.onLive({ items: [row(5), row(4), row(6, 1), row(8)], skipped: 0 });
    expect(ids().slice(0, 2)).toEqual([5, 4]);
    expect(ids()).not.toContain(6);
    // The end of the range was still to come when it was chosen, and has come.
    expect(ids()).not.toContain(8);
    expect(manager.calls).toBe(1);
  });

  it("never moves what is read: new rows wait behind the strip", async () => {
    manager.events = range(1, 3);
    await show(query());
    store.hold(true);
    store.onLive({ items: [row(4)], skipped: 0 });
    store.onLive({ items: [row(4), row(5)], skipped: 0 });
    expect([ids(), store.getState().pending]).toEqual([[3, 2, 1], 2]);
    store.showPending();
    expect([ids(), store.getState().pending]).toEqual([[5, 4, 3, 2, 1], 0]);
    store.hold(true);
    store.onLive({ items: [row(6)], skipped: 0 });
    store.hold(false);
    expect(ids()[0]).toBe(6);
  });

  it("asks the manager when there are filters, once however many arrive", async () => {
    manager.events = range(1, 3);
    await show(query(false));
    manager.events.push(row(4));
    for (let id = 5; id < 50; id += 1) store.onLive({ items: [row(id)], skipped: 0 });
    expect(timers).toHaveLength(1);
    await runTimers();
    expect(manager.calls).toBe(2);
    expect(ids()).toEqual([4, 3, 2, 1]);
  });

  it("reads again when the stream left something out", async () => {
    manager.events = range(1, 3);
    await show(query());
    manager.events.push(row(4), row(5));
    store.onLive({ items: [row(5)], skipped: 1 });
    await runTimers();
    expect(ids()).toEqual([5, 4, 3, 2, 1]);
  });

  it("begins anew rather than showing a hole", async () => {
    manager.events = range(1, 10);
    await show(query());
    manager.events = range(1, 10 + PAGE_ROWS * 2);
    store.refreshSoon();
    await runTimers();
    expect(ids()).toHaveLength(PAGE_ROWS);
    expect(ids().at(-1)).toBe(11 + PAGE_ROWS);
    expect(store.getState().older).toBe("more");
  });

  it("counts each row that waits once, however often it looks", async () => {
    manager.events = range(1, 10);
    await show(query(false));
    store.hold(true);
    manager.events = range(1, 10 + PAGE_ROWS * 2);
    for (let times = 0; times < 3; times += 1) {
      store.refreshSoon();
      await runTimers();
    }
    expect(store.getState().pending).toBe(PAGE_ROWS);
  });

  it("keeps the last good rows when a refresh fails, and says so", async () => {
    manager.events = range(1, 3);
    await show(query(false));
    manager.fail = new ApiError(500, "request_failed", "boom", undefined, undefined);
    store.refreshSoon();
    await runTimers();
    expect(ids()).toEqual([3, 2, 1]);
    expect(store.getState()).toMatchObject({ phase: "ready", stale: true, readAt: NOW });
    manager.fail = null;
    store.reload();
    await new Promise((done) => setTimeout(done));
    expect(store.getState()).toMatchObject({ stale: false, error: null });
  });

  it("keeps what the stream brings while the first page is read, and what that page is too old for", async () => {
    const answer = held();
    store.setQuery(query());
    store.onLive({ items: [row(3), row(4)], skipped: 0 });
    store.onLive({ items: [row(5)], skipped: 0 });
    // As it was before the last two.
    await answer(range(1, 3));
    expect(ids()).toEqual([5, 4, 3, 2, 1]);
    expect([manager.calls, timers.length]).toEqual([0, 0]);
  });

  it("keeps it while the list is read again, at the top or behind the strip", async () => {
    manager.events = range(1, 3);
    await show(query());
    let answer = held();
    void store.reload();
    store.onLive({ items: [row(4)], skipped: 0 });
    expect(ids()[0]).toBe(4);
    await answer(range(1, 3));
    expect(ids()).toEqual([4, 3, 2, 1]);

    store.hold(true);
    answer = held();
    void store.reload();
    store.onLive({ items: [row(5), row(6)], skipped: 0 });
    await answer(range(1, 5));
    expect([ids()[0], store.getState().pending]).toEqual([5, 1]);
    store.showPending();
    expect(ids()).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it("keeps it when the newest page replaces a list with a hole", async () => {
    manager.events = range(1, 10);
    await show(query());
    store.refreshSoon();
    const answer = held();
    await runTimers();
    const newest = 10 + PAGE_ROWS * 2;
    store.onLive({ items: [row(newest + 1)], skipped: 0 });
    await answer(range(11 + PAGE_ROWS, newest));
    expect(ids()[0]).toBe(newest + 1);
    expect(ids()).toHaveLength(PAGE_ROWS + 1);
  });

  it("reads once more when the stream left something out, or began, while a page was read", async () => {
    for (const tell of [() => store.onLive({ items: [], skipped: 7 }), () => store.refreshSoon()]) {
      const answer = held();
      store.setQuery(query());
      tell();
      expect(timers).toHaveLength(0);
      await answer(range(1, 3));
      expect(timers).toHaveLength(1);
      store.stop();
    }
    // A filtered list takes nothing from the stream as it is.
    const answer = held();
    store.setQuery(query(false));
    store.onLive({ items: [row(4)], skipped: 0 });
    await answer(range(1, 3));
    expect([ids(), timers.length]).toEqual([[3, 2, 1], 1]);
  });

  it("marks the rows of the query before, and shows none of them where the new one cannot be read", async () => {
    manager.events = range(1, PAGE_ROWS + 10);
    await show(query());
    const answer = held();
    store.setQuery(query());
    expect(store.getState()).toMatchObject({ former: true, phase: "ready", older: "end" });
    // Neither the stream nor a page further down is mixed into them.
    store.onLive({ items: [row(900)], skipped: 0 });
    const calls = manager.calls;
    await store.loadOlder();
    expect([ids()[0], manager.calls - calls]).toEqual([PAGE_ROWS + 10, 0]);
    await answer(range(5, 7));
    expect(store.getState()).toMatchObject({ former: false, phase: "ready" });
    expect(ids()).toEqual([900, 7, 6, 5]);

    manager.fail = new ApiError(500, "request_failed", "boom", undefined, undefined);
    await show(query());
    expect(store.getState()).toMatchObject({ former: false, phase: "failed", stale: false, rows: [], older: "end" });
    // It is read in full as soon as it can be.
    manager.fail = null;
    store.refreshSoon();
    await runTimers();
    expect(store.getState()).toMatchObject({ phase: "ready", error: null, older: "more" });
  });

  it("says that it reads, where the query before had no row", async () => {
    await show(query());
    expect(store.getState().phase).toBe("ready");
    const answer = held();
    store.setQuery(query());
    expect(store.getState()).toMatchObject({ phase: "loading", former: false });
    await answer([]);
  });

  it("forgets what waits for the query before", async () => {
    manager.events = range(1, 3);
    await show(query());
    store.hold(true);
    store.onLive({ items: [row(4)], skipped: 0 });
    const answer = held();
    store.setQuery(query());
    expect(store.getState().pending).toBe(0);
    store.showPending();
    expect(ids()).toEqual([3, 2, 1]);
    await answer([]);
  });

  it("leaves no hole where a further page and the first one are read at once", async () => {
    manager.events = range(1, PAGE_ROWS * 3);
    await show(query());
    let answer = held();
    const older = store.loadOlder();
    const first = held();
    const again = store.reload();
    expect(store.getState().older).toBe("more");
    await store.loadOlder();
    await answer(range(1, 3));
    await first(range(PAGE_ROWS * 2 + 1, PAGE_ROWS * 3));
    await Promise.all([older, again]);
    expect(ids()).toHaveLength(PAGE_ROWS);
    // One that fails leaves the list as it was, with a way on.
    await show(query());
    answer = held();
    void store.loadOlder();
    manager.fail = new ApiError(500, "request_failed", "boom", undefined, undefined);
    await store.reload();
    expect(store.getState()).toMatchObject({ phase: "ready", stale: true, older: "more" });
    await answer([]);
  });

  it("lets go of what has left a range that moves on, but of nothing that is being read", async () => {
    let from = 0;
    const moving = { ...query(), at: () => ({ from_ms: from }) };
    manager.events = range(1, PAGE_ROWS + 10);
    await show(moving);
    const newest = PAGE_ROWS + 10;
    from = newest - 1;
    store.onLive({ items: [row(newest + 1)], skipped: 0 });
    expect(ids()).toEqual([newest + 1, newest, newest - 1]);
    // There is nothing further down in it.
    expect(store.getState().older).toBe("end");
    store.hold(true);
    from = newest;
    store.trim();
    expect(ids().at(-1)).toBe(newest - 1);
    store.hold(false);
    expect(ids()).toEqual([newest + 1, newest]);
    from = newest + 1;
    store.trim();
    expect(ids()).toEqual([newest + 1]);
    // Nothing new in the newest page, and the list has moved on all the same.
    from = newest + 2;
    manager.events = [];
    store.refreshSoon();
    await runTimers();
    expect(ids()).toEqual([]);
  });

  it("keeps what is shown as it was at a moment, and a list that does not grow", async () => {
    let from = 0;
    manager.events = range(1, 3);
    await show({ ...query(), at: () => ({ from_ms: from }) });
    manager.fail = new ApiError(500, "request_failed", "boom", undefined, undefined);
    await store.reload();
    from = 3;
    store.trim();
    expect(ids()).toEqual([3, 2, 1]);
    manager.fail = null;
    from = 0;
    await show({ ...query(), at: () => ({ from_ms: from }), openEnded: false });
    from = 3;
    store.trim();
    expect(ids()).toEqual([3, 2, 1]);
  });

  it("says that the first page failed, and does not ask again by itself", async () => {
    manager.fail = new ApiError(503, "storage_unavailable", "no disk", undefined, undefined);
    const showing = show({ ...query(), plain: false });
    store.onLive({ items: [row(5)], skipped: 0 });
    await showing;
    const { calls } = manager;
    await runTimers();
    expect(manager.calls).toBe(calls);
    expect(store.getState()).toMatchObject({ phase: "failed", rows: [] });
    expect(store.getState().error?.code).toBe("storage_unavailable");
  });

  it("goes on when a search ends its page early", async () => {
    // Every page holds one match at most, and most hold none.
    let at = 60;
    manager.fetchPage = async (_, page) => {
      at = page.before === undefined ? 60 : Number(page.before) - 10;
      return { items: at === 30 ? [row(30)] : [], next_cursor: at > 10 ? String(at) : null, latest_id: 99 };
    };
    store = new RequestListStore({
      fetchPage: manager.fetchPage,
      onKnown: () => {},
      now: () => NOW,
      setTimer: () => 0,
      clearTimer: () => {},
    });
    await show(query(false));
    await vi.waitFor(() => expect(store.getState().older).toBe("end"));
    expect(ids()).toEqual([30]);
  });

  it("forgets an answer to a query that is no longer asked", async () => {
    manager.events = range(1, 3);
    store.setQuery({ ...query(), at: () => ({ search: "old" }) });
    manager.events = range(1, 5);
    await show(query());
    expect(manager.calls).toBe(2);
    expect(ids()).toEqual([5, 4, 3, 2, 1]);
  });
});
