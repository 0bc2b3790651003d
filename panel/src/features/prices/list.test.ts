import { describe, expect, it } from "vitest";
import type { PriceItem, PriceList } from "../../api/price-types";
import { bookOf, countsOf, currentVersion, namesToSync, rowsOf } from "./list";

const item = (model: string, origin: PriceItem["origin"], source = ""): PriceItem => ({
  model,
  origin,
  manual: source === "manual",
  locked: false,
  versions: [{ price: { prompt: 1, completion: 2, cache: 0, ...(source ? { source } : {}) } }],
});
const list: PriceList = {
  generation: 1,
  versioned: true,
  cost_basis: "breakdown",
  bundled: { enabled: true, package: "genai-prices", version: "1", licence: "MIT", date: "2026-11-02", models: 3 },
  sources: [],
  items: [
    item("gpt-5.4", "stored", "models.dev"),
    item("internal", "stored", "manual"),
    item("claude", "bundled"),
    item("x", "built_in"),
  ],
};
const unpriced = {
  items: [
    { model: "b", requested_model: "b", calls: 5, last_ms: 2 },
    { model: "ds32", requested_model: "ds32", calls: 9, last_ms: 2 },
  ],
  unpriced_calls: 14,
  sampled_events: 50_000,
  truncated: true,
};
const usage = {
  sampled_events: 50_000,
  total_events: 90_000,
  truncated: true,
  models: [
    { model: "gpt-5.4", calls: 9 },
    { model: "claude", calls: 3 },
  ],
};
const book = bookOf(list, unpriced, usage);

describe("the price list", () => {
  it("joins prices, use and what has no price, most calls first", () => {
    expect(book.items.map(({ model, origin, calls }) => [model, origin, calls])).toEqual([
      ["gpt-5.4", "models.dev", 9],
      ["internal", "manual", 0],
      ["claude", "bundled", 3],
      ["x", "built_in", 0],
    ]);
    expect(book.unpriced.map(({ model }) => model)).toEqual(["ds32", "b"]);
    // The counts are of the newest requests only, which must be said.
    expect(book.sampled).toBe(50_000);
    expect(bookOf(list, { ...unpriced, truncated: false }, { ...usage, truncated: false }).sampled).toBeNull();
    // What is said of the list is not said again of the models without a price.
    expect(bookOf(list, { ...unpriced, truncated: true }, { ...usage, truncated: true }).unpricedSampled).toBeNull();
    expect(bookOf(list, { ...unpriced, truncated: true }, { ...usage, truncated: false }).unpricedSampled).toBe(50_000);
  });

  it("narrows by origin, use and name", () => {
    const names = (shown: Parameters<typeof rowsOf>[1], search = "") =>
      rowsOf(book, shown, search, 1).map(({ model }) => model);
    expect(names("all")).toHaveLength(4);
    expect(names("used")).toEqual(["gpt-5.4", "claude"]);
    expect(names("synced")).toEqual(["gpt-5.4"]);
    expect(names("bundled", "CLA")).toEqual(["claude"]);
    expect(countsOf(book)).toEqual({ all: 4, used: 2, manual: 1, synced: 1, bundled: 2 });
  });

  it("shows the version in force, also when another one is to come", () => {
    const price = { prompt: 1, completion: 0, cache: 0 };
    const versions = [{ price }, { valid_from_ms: 200, price }, { valid_from_ms: 900, price }];
    expect(currentVersion(versions, 500)?.valid_from_ms).toBe(200);
    // The first one also covers what was before it.
    expect(currentVersion(versions, 50)).toBe(versions[0]);
    expect(currentVersion([], 50)).toBeUndefined();
  });

  it("asks the catalogues for what is seen or kept, not for the whole bundle", () => {
    expect(namesToSync(book)).toEqual(["b", "claude", "ds32", "gpt-5.4", "internal"]);
  });
});
