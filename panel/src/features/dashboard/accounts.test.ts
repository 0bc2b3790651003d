import { expect, it } from "vitest";
import type { Finding } from "../../api/analytics-types";
import { type AccountStat, accountLines, healthyAccounts } from "./accounts";

const NOW = 1_700_000_000_000;
const stat = (account: string, calls: number, failureRate: number, lastSeen = NOW - 60_000): AccountStat => ({
  account,
  provider: "codex",
  calls,
  failureRate,
  cost: 1,
  unpriced: 0,
  lastSeen,
});
const finding = {
  code: "quota_nearly_used",
  severity: "warning",
  subject: { kind: "credential", id: "near", name: "near" },
  numbers: {},
} as unknown as Finding;

it("calls no account healthy whose requests fail, and puts the worst first", () => {
  const lines = accountLines(
    [stat("fine", 900, 0.01), stat("some", 40, 0.1), stat("many", 30, 1), stat("near", 50, 0), stat("once", 1, 1)],
    [finding],
    NOW,
    86_400_000,
  );
  expect(lines.map(({ stat: { account }, state }) => [account, state])).toEqual([
    ["many", "bad"],
    ["once", "warn"],
    ["some", "warn"],
    ["near", "warn"],
    ["fine", "ok"],
  ]);
  expect(healthyAccounts(lines)).toEqual({ healthy: 1, all: 5 });
});

it("counts an account with two providers once, and one that is silent as not ill", () => {
  const silent = stat("away", 100, 0, NOW - 20 * 3_600_000);
  const lines = accountLines(
    [stat("two", 9, 0), { ...stat("two", 9, 1), provider: "claude" }, silent],
    [],
    NOW,
    86_400_000,
  );
  expect(lines.at(-1)).toMatchObject({ state: "ok" });
  expect(lines.find(({ stat: each }) => each.account === "away")?.state).toBe("stale");
  expect(healthyAccounts(lines)).toEqual({ healthy: 1, all: 2 });
});
