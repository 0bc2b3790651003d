import { describe, expect, it } from "vitest";
import { excludedName } from "../lib/view";
import { FIELDS, toQueryFilters } from "./query";
import { exportHref, toEventQuery } from "./view-request";

const NOW = Date.UTC(2026, 10, 23, 12);

describe("a view as parameters of the event pages", () => {
  it("uses the route's own names, and fields for the rest", () => {
    const query = toEventQuery(
      {
        range: "1h",
        status: "failed",
        key: ["ff"],
        code: ["429"],
        error: ["usage_limit_reached"],
        file: ["a:b.json"],
        not_model: ["gpt-5.4"],
        not_key: ["aa"],
        slow: 30_000,
        request: ["one", "two"],
        q: "x",
      },
      NOW,
      "UTC",
    );
    expect(query).toEqual({
      from_ms: NOW - 3_600_000,
      status: "failed",
      api_key_hash: ["ff"],
      include: ["status_code:429", "error_code:usage_limit_reached", "auth_file:a:b.json"],
      exclude: ["model:gpt-5.4", "api_key:aa"],
      range: ["latency_ms:30000.."],
      request_id: "one",
      search: "x",
    });
  });

  it("means by a filter what the query route means by it", () => {
    // The fields that the route's own parameters stand for, as the manager reads them.
    const meant: Readonly<Record<string, string>> = {
      model: "any_model",
      provider: "provider",
      account: "account",
      auth_index: "auth_index",
      api_key_hash: "api_key",
      endpoint: "endpoint",
    };
    for (const name of Object.keys(FIELDS) as (keyof typeof FIELDS)[]) {
      const search = { [name]: ["1"], [excludedName(name)]: ["2"] };
      const { from_ms: _, include = [], exclude = [], ...own } = toEventQuery(search, NOW, "UTC");
      const wanted = [
        ...Object.entries(own).map(([parameter, values]) => [meant[parameter], [values].flat()]),
        ...include.map((pair) => [pair.slice(0, -2), [pair.slice(-1)]]),
      ];
      const { include: asked, exclude: left } = toQueryFilters(search);
      expect(Object.fromEntries(wanted), name).toEqual(asked);
      expect(Object.fromEntries(exclude.map((pair) => [pair.slice(0, -2), [pair.slice(-1)]])), name).toEqual(left);
    }
  });

  it("says in the route's words that there is no code", () => {
    const search = { code: ["429", "-"], error: ["-"] };
    expect(toEventQuery(search, NOW, "UTC").include).toEqual(["status_code:429", "status_code:-", "error_code:-"]);
    expect(toQueryFilters(search).include).toEqual({ status_code: ["429", "-"], error_code: ["-"] });
  });

  it("exports exactly the view that is shown", () => {
    const href = exportHref("csv", { from: 1, to: 2, not_code: ["499"], account: ["=cmd|x"] }, NOW, "UTC");
    expect(href).toBe("/api/v1/events.csv?from_ms=1&to_ms=2&account=%3Dcmd%7Cx&exclude=status_code%3A499");
  });
});
