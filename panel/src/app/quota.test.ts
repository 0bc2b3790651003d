import { expect, it } from "vitest";
import { type QuotaFacts, quotaUsed, quotaWindows } from "./quota";

const facts = (quota: unknown, rest: Partial<QuotaFacts> = {}) =>
  ({ response_metadata: { quota }, ...rest }) as unknown as QuotaFacts;
const short = { used_percent: 42, reset_at_ms: 1_000, window_minutes: 300 };
const long = { used_percent: 61.5, reset_at_ms: 9_000, window_minutes: 10_080 };

it("reads the windows of Codex and those of Claude", () => {
  expect(quotaWindows(facts({ primary: short, secondary: long }))).toEqual([short, long]);
  expect(quotaWindows(facts({ anthropic: { primary: short, secondary: long } }))).toEqual([short, long]);
  expect(quotaUsed(facts({ anthropic: { primary: short, secondary: long } }))).toBe(61.5);
});

it("takes the summary of the headers where no window is told, and knows nothing without", () => {
  expect(quotaWindows(facts(undefined, { header_quota_used_percent: 97, header_quota_recover_at_ms: 5 }))).toEqual([
    { used_percent: 97, reset_at_ms: 5 },
  ]);
  expect(quotaWindows(facts({ plan_type: "plus" }))).toEqual([]);
  expect(quotaUsed(facts({ plan_type: "plus" }))).toBeNull();
  expect(quotaUsed(facts({ primary: { used_percent: 0 } }))).toBe(0);
  expect(quotaUsed(undefined)).toBeNull();
});
