import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "../../lib/search";
import { validateFilters } from "../../lib/view";
import { causeSearch, causesOf } from "./failures";

const row = (keys: string[], calls: number) => ({ keys, values: { calls } });
const led = (cause: { status: number; error: string }) =>
  // As an address gives it to the page.
  validateFilters(parseSearch(stringifySearch({ ...causeSearch({ status: "failed" }, cause) })));

describe("the causes of the dashboard", () => {
  it("are told apart by code and error, over all accounts", () => {
    const rows = [row(["-", "-", "a"], 2), row(["429", "-", "a"], 3), row(["429", "-", "b"], 4)];
    expect(causesOf({ rows }).map(({ status, error, calls }) => [status, error, calls])).toEqual([
      [429, "", 7],
      [0, "", 2],
    ]);
  });

  it("lead to their own requests, also where it is that there is no code", () => {
    expect(led({ status: 429, error: "usage_limit_reached" })).toEqual({
      status: "failed",
      code: ["429"],
      error: ["usage_limit_reached"],
    });
    expect(led({ status: 429, error: "" })).toEqual({ status: "failed", code: ["429"], error: ["-"] });
    expect(led({ status: 0, error: "" })).toEqual({ status: "failed", code: ["-"], error: ["-"] });
  });
});
