import { describe, expect, it } from "vitest";
import type { QueryAnswer, QueryRequest } from "./analytics-types";
import { QUERY_FIELDS } from "./fields";
import { ask, restOf, SERVED_BUCKETS, toQueryFilters } from "./query";

const scope = { span: { from: 0, to: 20 }, zone: "UTC", filters: {} };
const answer = (change: Partial<QueryAnswer>): QueryAnswer => ({
  generated_at_ms: 1,
  from_ms: 0,
  to_ms: 20,
  dimensions: [],
  buckets: {},
  rows: [],
  total_rows: 0,
  totals: { keys: [], values: {} },
  ...change,
});

describe("filters", () => {
  it("narrow and exclude by the fields of the route", () => {
    expect(
      toQueryFilters({
        model: ["a"],
        not_key: ["h"],
        code: ["429"],
        status: "failed",
        slow: 3_000,
        q: "x",
        cache: "hit",
        trace: ["t"],
      }),
    ).toEqual({
      include: { model: ["a"], status_code: ["429"], status: ["failed"] },
      exclude: { api_key: ["h"] },
      ranges: [{ of: "latency_ms", min: 3_000 }],
      text: "x",
      trace_ids: ["t"],
      cache: "hit",
    });
    expect(toQueryFilters({})).toEqual({});
  });
});

describe("a question", () => {
  it("without dimensions is one call, and its whole is the total", async () => {
    const calls: QueryRequest[] = [];
    const found = await ask(
      async (request) => {
        calls.push(request);
        return answer({ rows: [{ keys: [10], values: { calls: 2 } }], totals: { keys: [], values: { calls: 2 } } });
      },
      scope,
      { measures: ["calls"] },
      "hour",
    );
    expect(calls).toHaveLength(1);
    expect(calls[0]?.dimensions).toEqual(["hour"]);
    expect(found.rows).toEqual([{ bucket_ms: 10, keys: [], values: { calls: 2 } }]);
    expect(found.totals.calls).toBe(2);
  });

  it("over time takes the greatest groups, and what is left of each bar is the others", async () => {
    const calls: QueryRequest[] = [];
    const send = async (request: QueryRequest) => {
      calls.push(request);
      const by = (request.dimensions ?? []).join();
      if (by === "model") {
        return answer({
          rows: [{ keys: ["a"], values: { calls: 7, cost: 1 } }],
          others: { keys: [], values: { calls: 3, cost: 0.3 } },
          total_rows: 4,
          totals: { keys: [], values: { calls: 10, cost: 1.3 } },
        });
      }
      if (by === "hour,model") return answer({ rows: [{ keys: [0, "a"], values: { calls: 7, cost: 1 } }] });
      return answer({
        rows: [
          { keys: [0], values: { calls: 8, cost: 1.1 } },
          { keys: [10], values: { calls: 2, cost: 0.2 } },
        ],
      });
    };
    const found = await ask(
      send,
      scope,
      { measures: ["calls", "cost"], dimensions: ["model"], limit: 1, others: true },
      "hour",
    );
    expect(calls[1]?.filters?.include).toEqual({ model: ["a"] });
    expect(found.other_groups).toBe(3);
    expect(found.groups.map(({ keys }) => keys)).toEqual([["a"], [null]]);
    expect(found.rows.map(({ bucket_ms, keys, values }) => [bucket_ms, keys[0], values.calls])).toEqual([
      [0, "a", 7],
      [0, null, 1],
      [10, null, 2],
    ]);
    expect(found.rows[1]?.values.cost).toBeCloseTo(0.1);
  });

  it("does not know what cannot be summed", () => {
    expect(restOf({ calls: 5, ttft_p95_ms: 700, cost: 0.1 + 0.2 }, [{ calls: 2, ttft_p95_ms: 1, cost: 0.3 }])).toEqual({
      calls: 3,
      ttft_p95_ms: null,
      cost: 0,
    });
  });

  it("offers no width of a bar that the contract has not", () => {
    expect(SERVED_BUCKETS).toEqual(expect.arrayContaining(["hour", "day", "week", "month"]));
    for (const size of SERVED_BUCKETS) expect(QUERY_FIELDS as readonly string[]).toContain(size);
  });
});
