import { describe, expect, it } from "vitest";
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
      status_code: ["429"],
      include: ["error_code:usage_limit_reached", "auth_file:a:b.json"],
      exclude: ["any_model:gpt-5.4", "api_key:aa"],
      range: ["latency_ms:30000.."],
      request_id: "one",
      search: "x",
    });
  });

  it("exports exactly the view that is shown", () => {
    const href = exportHref("csv", { from: 1, to: 2, not_code: ["499"], account: ["=cmd|x"] }, NOW, "UTC");
    expect(href).toBe("/api/v1/events.csv?from_ms=1&to_ms=2&account=%3Dcmd%7Cx&exclude=status_code%3A499");
  });
});
