import { describe, expect, it } from "vitest";
import type { EventRow } from "../../api/types";
import { inOrder, outcomeOf, reasonOf, timelineOf } from "./explain";
import { accountOf, cachedShareOf, codeOf, firstTokenOf, rateOf, resolvedOf, shortHash, stateOf } from "./row";
import { leaves } from "./sections";

const row = (change: Partial<EventRow>) =>
  ({
    id: 1,
    timestamp_ms: 0,
    latency_ms: 100,
    failed: false,
    model: "m",
    normalised: { uncached_input_tokens: 0, total_input_tokens: 0, cache_read_tokens: 0, cache_creation_tokens: 0 },
    ...change,
  }) as EventRow;
const refused = row({ id: 1, failed: true, fail_status_code: 429, latency_ms: 214 });
const answered = row({ id: 2, timestamp_ms: 300, latency_ms: 1_900, ttft_ms: 900, account_snapshot: "b@example.org" });

describe("a row", () => {
  it("has a state by what failed", () => {
    const state = (code: number) => stateOf(row({ failed: true, fail_status_code: code }));
    expect([429, 401, 529, 408, 499, 0].map(state)).toEqual(["bad", "bad", "warn", "warn", "unknown", "bad"]);
    expect(stateOf(row({ fail_status_code: 500 }))).toBe("ok");
  });

  it("keeps unknown apart from zero", () => {
    expect(codeOf(row({ fail_status_code: 0 }))).toBeNull();
    expect(firstTokenOf(row({ ttft_ms: 0 }))).toBeNull();
    expect(cachedShareOf(row({}))).toBeNull();
    expect(accountOf(row({}))).toBeNull();
    expect(shortHash("")).toBeNull();
    expect(
      cachedShareOf(row({ normalised: { ...row({}).normalised, total_input_tokens: 200, cache_read_tokens: 50 } })),
    ).toBe(0.25);
  });

  it("counts output against generation only, not against the wait for the first token", () => {
    expect(rateOf(row({ latency_ms: 11_000, ttft_ms: 1_000, output_tokens: 500 }))).toBe(50);
    for (const none of [{ ttft_ms: 0 }, { failed: true }, { output_tokens: 0 }, { latency_ms: null }])
      expect(rateOf(row({ latency_ms: 11_000, ttft_ms: 1_000, output_tokens: 500, ...none }))).toBeNull();
  });

  it("names another resolved model only", () => {
    expect(resolvedOf(row({ model: "a", resolved_model: "a" }))).toBeNull();
    expect(resolvedOf(row({ model: "a(high)", resolved_model: "a" }))).toBe("a");
  });
});

describe("why", () => {
  it("tells quota from rate limit by what the provider said", () => {
    expect(reasonOf(row({ failed: true, fail_status_code: 429, fail_summary: '{"type":"usage_limit_reached"}' }))).toBe(
      "because.quota",
    );
    expect(reasonOf(row({ failed: true, fail_status_code: 429, fail_summary: "slow down" }))).toBe("because.rateLimit");
    const said = (fail_summary: string, header_error_code = "") =>
      reasonOf(row({ failed: true, fail_status_code: 429, fail_summary, header_error_code }));
    expect(said("The usage limit has been reached")).toBe("because.quota");
    expect(said("You exceeded your current quota", "insufficient_quota")).toBe("because.quota");
    expect(said("rate limit has been reached")).toBe("because.rateLimit");
    expect(said("", "RESOURCE_EXHAUSTED")).toBe("because.rateLimit");
    expect(said("Resource has been exhausted (e.g. check quota).", "RESOURCE_EXHAUSTED")).toBe("because.rateLimit");
    expect(said("Quota exceeded for metric 'requests per minute'")).toBe("because.rateLimit");
    expect(said("You have exhausted your weekly quota", "rate_limit_exceeded")).toBe("because.quota");
    expect(reasonOf(row({ failed: true }))).toBe("because.unknown");
    expect(reasonOf(row({ failed: true, fail_status_code: 529 }))).toBe("because.overloaded");
  });

  it("says what the client got", () => {
    expect(outcomeOf(refused, [answered])).toEqual({
      kind: "answered",
      attempt: 2,
      row: answered,
      laterMs: 2_200 - 214,
    });
    expect(outcomeOf(answered, [refused])).toEqual({ kind: "after", failures: 1 });
    expect(outcomeOf(refused, [])).toEqual({ kind: "alone" });
    expect(outcomeOf(refused, [row({ id: 3, timestamp_ms: 9, failed: true })])).toEqual({ kind: "none", count: 2 });
  });

  it("orders attempts by their beginning", () => {
    expect(inOrder(answered, [refused]).map(({ id }) => id)).toEqual([1, 2]);
  });

  it("draws all attempts on one axis", () => {
    const { bars, wholeMs } = timelineOf(refused, [answered]);
    expect(wholeMs).toBe(2_200);
    expect(bars.map(({ attempt, kind, ms }) => [attempt, kind, ms])).toEqual([
      [1, "refused", 214],
      [2, "first", 900],
      [2, "generation", 1_000],
    ]);
    expect(bars[2]?.from).toBeCloseTo(1_200 / 2_200);
    expect(timelineOf(row({ latency_ms: null }), []).bars).toEqual([]);
  });

  it("names the leaves of a nested document", () => {
    expect(leaves({ a: { b: 1, c: null, d: ["x"] }, e: false })).toEqual([
      ["a.b", "1"],
      ["a.d.0", "x"],
      ["e", "false"],
    ]);
  });
});
