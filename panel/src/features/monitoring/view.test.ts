import { describe, expect, it } from "vitest";
import type { AccountStat, ApiKeyStat } from "../../api/analytics-types";
import { entitySearch, healthOf, snapshotOf, sortEntities, tokenParts, validateMonitoring } from "./view";

const account = (change: Partial<AccountStat>): AccountStat =>
  ({
    id: "a",
    account_snapshot: "a@example.org",
    calls: 100,
    success_calls: 100,
    failure_calls: 0,
    success_rate: 1,
    total_tokens: 1,
    cost: 1,
    average_latency_ms: 1,
    last_seen_ms: 1,
    ...change,
  }) as AccountStat;

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
    expect(entitySearch(search, "account", account({}))).toEqual({
      range: "7d",
      model: ["m"],
      account: ["a@example.org"],
    });
    const key = { ...account({}), api_key_hash: "f".repeat(64) } as unknown as ApiKeyStat;
    expect(entitySearch({ ...search, not_key: ["x"] }, "key", key)).toEqual({
      range: "7d",
      model: ["m"],
      account: ["b"],
      key: ["f".repeat(64)],
    });
  });
});

describe("accounts", () => {
  it("are sorted by the figure, then by name; no latency comes last", () => {
    const rows = [
      account({ id: "b", average_latency_ms: null }),
      account({ id: "a", average_latency_ms: 5 }),
      account({ id: "c", average_latency_ms: 9 }),
    ];
    const ids = (by: string, descending: boolean) =>
      sortEntities(rows, (row) => row.id, { by, descending }).map(({ id }) => id);
    expect(ids("latency", true)).toEqual(["c", "a", "b"]);
    expect(ids("calls", true)).toEqual(["a", "b", "c"]);
    expect(ids("name", true)).toEqual(["c", "b", "a"]);
  });

  it("have a state by their success rate, and none without calls", () => {
    expect([1, 0.95, 0.949, 0.85, 0.84].map((success_rate) => healthOf(account({ success_rate })))).toEqual([
      "ok",
      "ok",
      "warn",
      "warn",
      "bad",
    ]);
    expect(healthOf(account({ calls: 0, success_rate: 0 }))).toBe("unknown");
  });

  it("show the newest answer of any of their credentials", () => {
    const snapshots = [
      { timestamp_ms: 1, auth_index: "3", header_quota_used_percent: 10 },
      { timestamp_ms: 5, auth_index: "4", header_quota_used_percent: 50 },
      { timestamp_ms: 9, auth_index: "9", header_quota_used_percent: 90 },
    ];
    expect(snapshotOf(account({ auth_indices: ["3", "4"] }), snapshots)?.header_quota_used_percent).toBe(50);
    expect(snapshotOf(account({ auth_indices: [] }), snapshots)).toBeUndefined();
  });

  it("split tokens into parts that do not overlap", () => {
    const parts = tokenParts({
      input_tokens: 100,
      output_tokens: 50,
      cached_tokens: 10,
      cache_read_tokens: 20,
      cache_creation_tokens: 20,
    });
    expect(parts.map(({ tokens }) => tokens)).toEqual([50, 30, 20, 50]);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(
      tokenParts({
        input_tokens: 0,
        output_tokens: 0,
        cached_tokens: 0,
        cache_read_tokens: 0,
        cache_creation_tokens: 0,
      })[0]?.share,
    ).toBe(0);
  });
});
