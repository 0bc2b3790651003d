// @vitest-environment node
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../api/analytics-types";
import { en, zhCN } from "../../i18n/texts";
import { findingOf, requestsOf, SENTENCES, STEPS, shownFindings, titleOf, VERDICTS } from "./findings";

const finding = (change: Partial<Finding> = {}): Finding => ({
  code: "credential_failing",
  severity: "critical",
  subject: { kind: "credential", id: "a.json", name: "a@example.org" },
  numbers: {},
  since_ms: null,
  next_step: "check_credential",
  filter: {},
  ...change,
});
const all = { kind: "all", id: "", name: "" };

const contract = JSON.parse(readFileSync(new URL("../../../../contract/openapi.json", import.meta.url), "utf8"));
const words = (member: string): string[] =>
  [...contract.components.schemas.Finding.properties[member].description.matchAll(/`(\w+)`/g)].map(
    (match: RegExpMatchArray) => match[1] ?? "",
  );

describe("findings", () => {
  it("have a sentence for each code of the contract, in every language, and for no other", () => {
    const codes = words("code");
    expect(codes).toContain("index_building");
    expect(Object.keys(SENTENCES).sort()).toEqual(codes.sort());
    for (const key of Object.values(SENTENCES)) for (const each of [en, zhCN]) expect(each).toHaveProperty([`${key}`]);
  });

  it("have a step for each of the contract, and for no other", () => {
    expect(Object.keys(STEPS).sort()).toEqual(words("next_step").sort());
  });

  it("know each verdict of the contract", () => {
    const verdicts = contract.components.schemas.Verdict;
    const known = verdicts.enum ?? verdicts.oneOf.flatMap((one: { enum: string[] }) => one.enum);
    expect(Object.keys(VERDICTS).sort()).toEqual([...known].sort());
  });

  it("lead to the requests behind them by the names of the address, with the checks of any link", () => {
    const filter = { credential: ["a.json"], api_key: ["k"], status_code: ["429", "not a code"], status: ["failed"] };
    expect(requestsOf(finding({ filter }))).toEqual({
      credential: ["a.json"],
      key: ["k"],
      code: ["429"],
      status: "failed",
      range: "1h",
    });
  });

  it("look back as far as the server did", () => {
    const filter = { model: ["m"] };
    expect(requestsOf(finding({ code: "calls_without_price", subject: all, filter }))).toEqual({ model: ["m"] });
    expect(requestsOf(finding({ code: "cost_above_usual", subject: all }))).toEqual({ range: "1h" });
  });

  it("lead to no requests where there are none, or where the address cannot tell which", () => {
    expect(requestsOf(finding({ subject: { kind: "collector", id: "", name: "banned" } }))).toBeUndefined();
    expect(requestsOf(finding({ filter: { weekday: ["1"] } }))).toBeUndefined();
  });

  it("come worst first, five at most, in the server's order within one severity", () => {
    const list = ["warning", "info", "critical", "warning", "brand_new", "critical", "info"].map((severity, index) =>
      finding({ severity: severity as Finding["severity"], code: String(index) }),
    );
    expect(shownFindings(list).map(({ code }) => code)).toEqual(["2", "5", "0", "3", "1"]);
  });

  it("are told of an account by its credentials, the worst one", () => {
    const list = [
      finding({ severity: "warning", code: "quota_nearly_used" }),
      finding({ code: "quota_used_up" }),
      finding({ subject: { kind: "model", id: "b", name: "b" } }),
    ];
    expect(findingOf("a@example.org", list)?.code).toBe("quota_used_up");
    expect(findingOf("b", list)).toBeUndefined();
  });
});

describe("the verdict", () => {
  const warning = finding({ severity: "warning", code: "cost_above_usual", subject: all });
  const say = (verdict: string, findings: Finding[]) => titleOf({ verdict: verdict as "ok", findings });

  it("counts accounts once, and only where it is all about accounts", () => {
    const two = [finding(), finding({ code: "quota_used_up" }), warning];
    expect(say("trouble", two)).toEqual({ key: "verdict.troubleAccounts", n: 1, watch: 1 });
    const model = finding({ code: "model_failing", subject: { kind: "model", id: "m", name: "m" } });
    expect(say("trouble", [...two, model])).toEqual({ key: "verdict.trouble", n: 3, watch: 1 });
    expect(say("attention", [warning])).toEqual({ key: "verdict.attention", n: 1, watch: 0 });
  });

  it("never counts none", () => {
    for (const verdict of [...Object.keys(VERDICTS), "brand_new"]) {
      for (const findings of [[], [warning], [finding({ severity: "info" })]]) {
        const { key, n } = say(verdict, findings);
        if (JSON.stringify(en[key]).includes("{n}")) expect(n, `${verdict} ${findings.length}`).toBeGreaterThan(0);
      }
    }
  });
});
