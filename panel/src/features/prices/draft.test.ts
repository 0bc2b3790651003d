import { describe, expect, it } from "vitest";
import type { ModelPrice } from "../../api/price-types";
import { countChanges, draftOf, NO_RATES, priceOf, problemsOf, rateNumber } from "./draft";
import { formatRate } from "./rate-text";

const price: ModelPrice = {
  prompt: 2.5,
  completion: 15,
  cache: 0,
  cacheRead: 0,
  promptConfigured: true,
  completionConfigured: true,
  cacheReadConfigured: true,
  contextTiers: [
    {
      thresholdTokens: 272_000,
      prompt: 5,
      completion: 0,
      cache: 0,
      promptConfigured: true,
      completionConfigured: true,
    },
  ],
  serviceTiers: [
    { mode: "fast", serviceTier: "priority", prompt: 5, completion: 30, cache: 0, promptConfigured: true },
  ],
};

describe("a price as it is typed", () => {
  it("tells an explicit zero from a rate that is not set", () => {
    const draft = draftOf(price);
    expect(draft.rates).toEqual({ prompt: "2.5", completion: "15", cacheRead: "0", cacheCreation: "", cache: "" });
    expect(draft.contextTiers[0]?.rates).toEqual({ ...NO_RATES, prompt: "5", completion: "0" });
    const again = priceOf(draft);
    expect(again).toMatchObject({ cacheRead: 0, cacheReadConfigured: true });
    expect(again).not.toHaveProperty("cacheCreation");
    expect(again.contextTiers?.[0]).toMatchObject({ completion: 0, completionConfigured: true });
  });

  it("comes back the same when nothing was typed", () => {
    expect(countChanges(draftOf(price), draftOf(priceOf(draftOf(price))))).toBe(0);
  });

  it("writes small rates out", () => {
    expect(draftOf({ prompt: 0.00000015, completion: 1e-7, cache: 0 }).rates.prompt).toBe("0.00000015");
    expect(rateNumber("0.00000015")).toBe(0.00000015);
    for (const wrong of ["1e-7", "-1", "1,5", "x", "1."]) expect(rateNumber(wrong), wrong).toBeNaN();
  });

  it("sorts tiers and lowers their names", () => {
    const draft = draftOf(price);
    draft.contextTiers.push({ threshold: "128000", rates: { ...NO_RATES, prompt: "3" } });
    draft.serviceTiers.push({ mode: " Batch ", serviceTier: "FLEX", rates: { ...NO_RATES, prompt: "1" } });
    const saved = priceOf(draft);
    expect(saved.contextTiers?.map((tier) => tier.thresholdTokens)).toEqual([128_000, 272_000]);
    expect(saved.serviceTiers?.map((tier) => [tier.mode, tier.serviceTier])).toEqual([
      ["batch", "flex"],
      ["fast", "priority"],
    ]);
  });

  it("says what cannot be saved and where", () => {
    expect([...problemsOf(draftOf(undefined))]).toEqual([["prompt", "noRate"]]);
    const draft = draftOf(price);
    draft.rates = { ...draft.rates, completion: "15 USD" };
    draft.contextTiers.push({ threshold: "272000", rates: NO_RATES });
    draft.contextTiers.push({ threshold: "0", rates: { ...NO_RATES, prompt: "1" } });
    draft.serviceTiers.push({ mode: "priority", serviceTier: "", rates: { ...NO_RATES, prompt: "1" } });
    // One rule may use one name for both.
    draft.serviceTiers.push({ mode: "flex", serviceTier: "flex", rates: { ...NO_RATES, prompt: "1" } });
    expect(Object.fromEntries(problemsOf(draft))).toEqual({
      completion: "rate",
      "context.1.threshold": "thresholdTwice",
      "context.1.prompt": "noRate",
      "context.2.threshold": "threshold",
      "service.1.mode": "nameTwice",
      "service.1.serviceTier": "name",
    });
  });

  it("writes rates with as many digits as they have", () => {
    expect([2.5, 0.25, 15, 0.0375, 0.3, 1250, 0].map(formatRate)).toEqual([
      "$2.50",
      "$0.25",
      "$15.00",
      "$0.0375",
      "$0.30",
      "$1,250.00",
      "$0.00",
    ]);
    expect(formatRate(null)).toBe("—");
  });

  it("counts changed places", () => {
    const draft = draftOf(price);
    expect(countChanges(draftOf(price), { ...draft, rates: { ...draft.rates, prompt: "3 " } })).toBe(1);
    expect(countChanges(draftOf(price), { ...draft, serviceTiers: [] })).toBe(4);
  });
});
