import { describe, expect, it } from "vitest";
import type { Finding } from "../../api/analytics-types";
import { shownFindings, stepOf, targetOf } from "./findings";

const finding = (change: Partial<Finding> = {}): Finding => ({
  code: "credential_refused",
  severity: "act",
  subject: { kind: "account", id: "a", label: "a" },
  numbers: {},
  ...change,
});

describe("findings", () => {
  it("lead to the requests behind them, with the checks of any link", () => {
    const filter = {
      account: "dev@example.org",
      code: ["429", "not a code"],
      range: "7d",
      evil: "x",
      status: "failed",
    };
    expect(targetOf(finding({ filter }))).toEqual({
      requests: { account: ["dev@example.org"], code: ["429"], range: "7d", status: "failed" },
    });
    expect(targetOf(finding())).toBeUndefined();
  });

  it("never lead out of the panel", () => {
    const href = "https://evil.example/";
    expect(targetOf(finding({ next_step: { code: "open", href } }))).toBeUndefined();
    expect(targetOf(finding({ next_step: { code: "open_collector" } }))).toEqual({ path: "/collector" });
    expect(stepOf(finding({ next_step: { code: "brand_new" } }))).toBe("step.showRequests");
  });

  it("come worst first, five at most, in the server's order within one severity", () => {
    const list = (["watch", "note", "act", "watch", "act", "unknown"] as const).map((severity, index) =>
      finding({ severity, code: String(index) }),
    );
    expect(shownFindings(list).map(({ code }) => code)).toEqual(["2", "4", "0", "3", "5"]);
  });
});
