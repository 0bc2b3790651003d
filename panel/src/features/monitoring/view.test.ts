import { describe, expect, it } from "vitest";
import { healthOf } from "../../app/health";
import {
  type Entity,
  entitiesOf,
  entityOf,
  entitySearch,
  openedOf,
  snapshotOf,
  sortEntities,
  validateMonitoring,
} from "./view";

const entity = (change: Partial<Entity>): Entity => ({ ...entityOf("a", { calls: 100, success_rate: 1 }), ...change });

describe("the address of monitoring", () => {
  it("keeps what it knows and drops the rest", () => {
    expect(
      validateMonitoring({ tab: "accounts", sort: "-latency", status: "failed", code: ["429", "x"], nonsense: "1" }),
    ).toEqual({ tab: "accounts", sort: "-latency", status: "failed", code: ["429"] });
    // The first tab is what an address without one means.
    expect(validateMonitoring({ tab: "requests", sort: "-bogus" })).toEqual({});
  });

  it("leads from an account or a key to its requests, with the other filters kept", () => {
    const search = { range: "7d", tab: "accounts", sort: "-calls", drawer: "x", model: ["m"], account: ["b"] };
    expect(entitySearch(search, "account", "a@example.org")).toEqual({
      range: "7d",
      model: ["m"],
      account: ["a@example.org"],
    });
    expect(entitySearch({ ...search, not_key: ["x"] }, "key", "ff")).toEqual({
      range: "7d",
      model: ["m"],
      account: ["b"],
      key: ["ff"],
    });
  });
});

describe("accounts and keys", () => {
  it("keep unknown apart from zero, and the others out of the list", () => {
    const [first, second, ...more] = entitiesOf(
      [
        { keys: ["a"], values: { calls: 3, failures: 1, cached_tokens: 2, cache_read_tokens: 5 } },
        { keys: [""], values: { calls: 1, average_latency_ms: null } },
        { keys: [null], values: { calls: 99 } },
      ],
      [
        { keys: ["a", "codex"], values: {} },
        { keys: ["a", "codex"], values: {} },
        { keys: ["a", ""], values: {} },
        { keys: ["b", "xai"], values: {} },
      ],
    );
    expect(first).toMatchObject({ id: "a", calls: 3, cached: 7, success: null, cost: null, providers: ["codex"] });
    expect(second).toMatchObject({ id: "-", latency: null, seen: null });
    expect(more).toEqual([]);
  });

  it("are opened by their address, also without a request in the view", () => {
    const rows = [entity({ id: "a", calls: 3 })];
    expect(openedOf(rows, "a", true)?.calls).toBe(3);
    expect(openedOf(rows, "b", true)).toMatchObject({ id: "b", calls: 0, success: null, seen: null, cost: null });
    expect(openedOf(rows, "b", false)).toBeUndefined();
    expect(openedOf(rows, undefined, true)).toBeUndefined();
  });

  it("are sorted by the figure, then by name; no latency comes last", () => {
    const rows = [entity({ id: "b", latency: null }), entity({ id: "a", latency: 5 }), entity({ id: "c", latency: 9 })];
    const ids = (by: string, descending: boolean) =>
      sortEntities(rows, (row) => row.id, { by, descending }).map(({ id }) => id);
    expect(ids("latency", true)).toEqual(["c", "a", "b"]);
    expect(ids("calls", true)).toEqual(["a", "b", "c"]);
    expect(ids("name", true)).toEqual(["c", "b", "a"]);
  });

  it("are not condemned for one failure, nor called healthy", () => {
    expect(healthOf({ calls: 1, success: 0 })).toBe("warn");
    expect(healthOf({ calls: 5, success: 0 })).toBe("bad");
    expect(healthOf({ calls: 8, success: 7 / 8 })).toBe("ok");
    expect(healthOf({ calls: 8, success: 6 / 8 })).toBe("warn");
    expect(healthOf({ calls: 8, success: 5 / 8 })).toBe("bad");
    expect(healthOf({ calls: 0, success: null })).toBe("unknown");
  });

  it("have a state by their success rate, and none without calls", () => {
    expect([1, 0.95, 0.949, 0.85, 0.84, null].map((success) => healthOf({ calls: 1_000, success }))).toEqual([
      "ok",
      "ok",
      "warn",
      "warn",
      "bad",
      "unknown",
    ]);
  });

  it("show the newest answer of any of their credentials", () => {
    const snapshots = [
      { timestamp_ms: 1, account_snapshot: "a", header_quota_used_percent: 10 },
      { timestamp_ms: 5, account_snapshot: "a", header_quota_used_percent: 50 },
      { timestamp_ms: 9, account_snapshot: "b", header_quota_used_percent: 90 },
    ];
    expect(snapshotOf("a", snapshots)?.header_quota_used_percent).toBe(50);
    expect(snapshotOf("c", snapshots)).toBeUndefined();
  });
});
