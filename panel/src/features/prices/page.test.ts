import { expect, it } from "vitest";
import { requestsOf, validatePriceSearch } from "./page";

it("leads from a name without a price to the requests that have it, asked for by that name or another one", () => {
  const calls = { calls: 1, last_ms: 1 };
  expect(requestsOf({ model: "m", requested_model: "m", ...calls })).toEqual({ range: "all", model: ["m"] });
  expect(requestsOf({ model: "lab/m", requested_model: "m", ...calls })).toEqual({
    range: "all",
    model: ["m"],
    any_model: ["lab/m"],
  });
});

it("keeps no more of a text than the field takes", () => {
  expect(validatePriceSearch({ q: ` ${"x".repeat(300)}` }).q).toHaveLength(200);
});
