import { describe, expect, it } from "vitest";
import type { FailureGroup } from "../../api/monitor-types";
import { parseSearch, stringifySearch } from "../../lib/search";
import { groupSearch } from "./causes";
import { validateMonitoring } from "./view";

const NOBODY = { provider: "codex", account: null, model: "gpt-5.4", status_code: null, error_code: null };
const led = (group: Partial<FailureGroup>) => {
  const search = groupSearch({ range: "7d", tab: "keys", not_code: ["499"] }, group as FailureGroup);
  // As an address gives it to the page.
  return validateMonitoring(parseSearch(stringifySearch({ ...search })));
};

describe("a cause leads to its own requests", () => {
  it("by all that it names", () => {
    expect(led({ ...NOBODY, account: "a@example.org", status_code: 429, error_code: "usage_limit_reached" })).toEqual({
      range: "7d",
      status: "failed",
      provider: ["codex"],
      model: ["gpt-5.4"],
      account: ["a@example.org"],
      code: ["429"],
      error: ["usage_limit_reached"],
    });
  });

  it("also where it is that there is no account, no status code and no error code", () => {
    expect(led(NOBODY)).toMatchObject({ account: ["-"], code: ["-"], error: ["-"] });
  });

  it("over all accounts and models where they are taken together", () => {
    const search = led({ ...NOBODY, model: null, status_code: 500 });
    expect(search).toEqual({ range: "7d", status: "failed", provider: ["codex"], code: ["500"], error: ["-"] });
  });
});
