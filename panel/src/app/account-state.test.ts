import { expect, it } from "vitest";
import type { Finding } from "../api/analytics-types";
import { accountState } from "./account-state";

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const account = { id: "a@example.org", calls: 100, success: 1, seen: NOW - 60_000 };
const finding = (code: string, severity: string, name = account.id) =>
  ({ code, severity, subject: { kind: "credential", id: "a.json", name }, numbers: {} }) as unknown as Finding;

it("says what was found of an account before how its requests went, and never makes it better", () => {
  const state = (change: object, findings: Finding[] = []) => {
    const found = accountState({ ...account, ...change }, findings, NOW, 24 * HOUR);
    return [found.state, found.finding?.code];
  };
  expect(state({})).toEqual(["ok", undefined]);
  expect(state({}, [finding("quota_used_up", "critical")])).toEqual(["bad", "quota_used_up"]);
  expect(state({ success: 0.2 }, [finding("quota_nearly_used", "warning")])).toEqual(["bad", "quota_nearly_used"]);
  expect(state({}, [finding("quota_used_up", "critical", "b@example.org")])).toEqual(["ok", undefined]);
  expect(state({ calls: 0, success: null })).toEqual(["unknown", undefined]);
});

it("says nothing of now beside the figures of a range that is over", () => {
  const now = [finding("quota_used_up", "critical")];
  expect(accountState(account, now, NOW, 24 * HOUR)).toMatchObject({ state: "bad", finding: now[0] });
  expect(accountState(account, now, NOW, null)).toEqual({ state: "ok", finding: undefined });
  expect(accountState({ ...account, success: 0.5 }, now, NOW, null).state).toBe("bad");
});

it("speaks of silence only where the range reaches until now, and of an account that is not ill", () => {
  const silent = { ...account, seen: NOW - 20 * HOUR };
  expect(accountState(silent, [], NOW, 24 * HOUR).state).toBe("stale");
  expect(accountState(silent, [], NOW, null).state).toBe("ok");
  expect(accountState({ ...silent, success: 0.5 }, [], NOW, 24 * HOUR).state).toBe("bad");
});
