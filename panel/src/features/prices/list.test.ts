import { describe, expect, it } from "vitest";
import type { PriceBook, PricedModel } from "../../api/price-types";
import { countsOf, currentVersion, namesToSync, rowsOf } from "./list";

const item = (model: string, origin: string, calls = 0): PricedModel => ({
  model,
  origin,
  locked: false,
  calls,
  versions: [{ valid_from_ms: 0, price: { prompt: 1, completion: 2, cache: 0 } }],
});
const book: PriceBook = {
  versions_enabled: true,
  items: [
    item("gpt-5.4", "models.dev", 9),
    item("internal", "manual"),
    item("claude", "bundled", 3),
    item("x", "bundled"),
  ],
  unpriced: [{ model: "ds32", calls: 5, input_tokens: 1, output_tokens: 1, first_seen_ms: 1, last_seen_ms: 2 }],
};

describe("the price list", () => {
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
    const versions = [100, 200, 900].map((valid_from_ms) => ({
      valid_from_ms,
      price: { prompt: valid_from_ms, completion: 0, cache: 0 },
    }));
    expect(currentVersion(versions, 500)?.valid_from_ms).toBe(200);
    // The first one also covers what was before it.
    expect(currentVersion(versions, 50)?.valid_from_ms).toBe(100);
    expect(currentVersion([], 50)).toBeUndefined();
  });

  it("asks the catalogues for what is seen or kept, not for the whole bundle", () => {
    expect(namesToSync(book)).toEqual(["claude", "ds32", "gpt-5.4", "internal"]);
  });
});
