import { expect, it } from "vitest";
import type { Finding } from "../../api/analytics-types";
import type { AnswerRow } from "../../api/query";
import { accountState } from "../../app/account-state";
import { entitiesOf } from "../monitoring/view";
import { type AccountStat, accountLines, accountStats, healthyAccounts } from "./accounts";

const NOW = 1_700_000_000_000;
const stat = (account: string, calls: number, failureRate: number, lastSeen = NOW - 60_000): AccountStat => ({
  account,
  providers: ["codex"],
  calls,
  failures: calls * failureRate,
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

const row = (keys: string[], calls: number, failures: number, values: object = {}) =>
  ({ keys, values: { calls, failures, success_rate: 1 - failures / calls, ...values } }) as unknown as AnswerRow;

it("has one state for an account with two providers, the one that Monitoring has", () => {
  const groups = [
    row(["two", "codex"], 90, 0, { cost: 2, unpriced_calls: 1, last_seen_ms: NOW - 60_000 }),
    row(["two", "claude"], 10, 9, { cost: null, unpriced_calls: 4, last_seen_ms: NOW - 5_000 }),
    row(["free", "codex"], 9, 0, { cost: null }),
  ];
  const lines = accountLines(accountStats({ groups }), [], NOW, 86_400_000);
  expect(lines.map(({ stat: each }) => each)).toEqual([
    {
      account: "two",
      providers: ["codex", "claude"],
      calls: 100,
      failures: 9,
      cost: 2,
      unpriced: 5,
      lastSeen: NOW - 5_000,
    },
    { account: "free", providers: ["codex"], calls: 9, failures: 0, cost: null, unpriced: 0, lastSeen: null },
  ]);
  const monitored = entitiesOf([row(["two"], 100, 9, { last_seen_ms: NOW - 5_000 }), row(["free"], 9, 0)]);
  expect(lines.map(({ state }) => state)).toEqual(
    monitored.map((each) => accountState(each, [], NOW, 86_400_000).state),
  );
  expect(lines.map(({ state }) => state)).toEqual(["warn", "ok"]);
  expect(healthyAccounts(lines)).toEqual({ healthy: 1, all: 2 });
});

it("counts an account that is silent as not ill", () => {
  const lines = accountLines([stat("bad", 9, 1), stat("away", 100, 0, NOW - 20 * 3_600_000)], [], NOW, 86_400_000);
  expect(lines.map(({ state }) => state)).toEqual(["bad", "stale"]);
  expect(healthyAccounts(lines)).toEqual({ healthy: 1, all: 2 });
});
