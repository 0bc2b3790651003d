import { describe, expect, it } from "vitest";
import { baseOf, credentialsOf, keyUseOf, masked } from "../../api/gateway";
import {
  alignedTo,
  bucketsOfSlots,
  conditionOf,
  ratePerMinute,
  stateOf,
  sumOf,
  usabilityOf,
  worstFirst,
} from "./model";
import { isNewer } from "./newer";

const slot = (success: number, failed = 0) => ({ time: "20:50-21:00", success, failed });
const file = (change: object) => ({
  id: "codex-dev.json",
  auth_index: "7d1f0c2ab94e6631",
  name: "codex-dev.json",
  provider: "codex",
  email: "dev@example.org",
  status: "active",
  status_message: "",
  disabled: false,
  unavailable: false,
  success: 120,
  failed: 3,
  path: "/data/auths/codex-dev.json",
  id_token: { plan: "plus" },
  recent_requests: [slot(4, 1), slot(2)],
  ...change,
});

describe("what CPA alone can tell", () => {
  it("keeps of a credential what is shown, and nothing else", () => {
    const [one] = credentialsOf({ files: [file({})] });
    expect(one).toEqual({
      id: "codex-dev.json",
      index: "7d1f0c2ab94e6631",
      name: "dev@example.org",
      provider: "codex",
      status: "active",
      message: "",
      disabled: false,
      unavailable: false,
      success: 120,
      failed: 3,
      recent: [
        { success: 4, failed: 1 },
        { success: 2, failed: 0 },
      ],
    });
    expect(credentialsOf({ files: null })).toEqual([]);
    expect(credentialsOf("<html>")).toEqual([]);
  });

  it("masks provider keys before anything keeps them", () => {
    const secret = "sk-ant-api03-abda0a337bed91722371da017c58";
    const uses = keyUseOf({
      claude: { [`https://api.anthropic.com|${secret}`]: { success: 3, failed: 1, recent_requests: [slot(3, 1)] } },
    });
    expect(uses).toEqual([
      {
        id: "claude 0",
        provider: "claude",
        masked: "sk-…7c58",
        success: 3,
        failed: 1,
        recent: [{ success: 3, failed: 1 }],
      },
    ]);
    expect(JSON.stringify(uses)).not.toContain(secret);
    expect(masked("short-key")).toBe("…");
  });

  it("says of a credential what CPA says", () => {
    const of = (change: object) =>
      stateOf(credentialsOf({ files: [file(change)] })[0] ?? { status: "", disabled: false, unavailable: false });
    expect(of({})).toBe("ok");
    expect(of({ status: "error" })).toBe("bad");
    expect(of({ unavailable: true })).toBe("bad");
    expect(of({ status: "refreshing" })).toBe("warn");
    expect(of({ status: "error", disabled: true })).toBe("unknown");
    expect(of({ status: "brand-new" })).toBe("unknown");
  });

  it("adds slots from the newest back, also where one has fewer", () => {
    expect(sumOf([{ recent: [slot(1), slot(2, 1)] }, { recent: [slot(5)] }])).toEqual([
      { success: 1, failed: 0 },
      { success: 7, failed: 1 },
    ]);
    expect(sumOf([])).toEqual([]);
  });

  it("puts counters that were read in another slot where they belong", () => {
    const at = (minute: number) => Date.UTC(2026, 10, 28, 12, minute);
    const parts = [{ recent: [slot(1), slot(2)] }];
    expect(sumOf([{ recent: [slot(5), slot(6)] }, ...alignedTo(parts, at(39), at(40))])).toEqual([
      { success: 1, failed: 0 },
      { success: 7, failed: 0 },
      { success: 6, failed: 0 },
    ]);
    expect(alignedTo(parts, at(41), at(39))[0]?.recent).toEqual([slot(1)]);
    expect(alignedTo(parts, at(31), at(39))[0]?.recent).toEqual(parts[0]?.recent);
  });

  it("counts what can be used in one way", () => {
    const files = credentialsOf({
      files: [
        file({}),
        file({ status: "refreshing" }),
        file({ status: "error" }),
        file({ status: "brand-new" }),
        file({ disabled: true }),
      ],
    });
    expect(usabilityOf(files)).toEqual({ enabled: 4, usable: 2, broken: 1, unclear: 1 });
    expect(conditionOf(files, [])).toMatchObject({ enabled: 4, usable: 2, broken: 1, unclear: 1, state: "warn" });
    expect(conditionOf(credentialsOf({ files: [file({ status: "brand-new" })] }), []).state).toBe("unknown");
  });

  it("dates slots back from the reading; the newest has not ended", () => {
    const now = Date.UTC(2026, 10, 28, 12, 34);
    const buckets = bucketsOfSlots(2, now);
    expect(buckets.map(({ from, partial }) => [new Date(from).toISOString().slice(11, 16), partial])).toEqual([
      ["12:20", false],
      ["12:30", true],
    ]);
    // The running slot is not part of the rate.
    expect(ratePerMinute([slot(90), slot(30), slot(30), slot(30), slot(500)])).toBe(3);
    expect(ratePerMinute([slot(500)])).toBeNull();
  });

  it("comes to one sentence's worth", () => {
    const good = credentialsOf({ files: [file({ recent_requests: [slot(30, 1)] })] });
    const bad = credentialsOf({ files: [file({ id: "b", status: "error", recent_requests: [] })] });
    expect(conditionOf(good, [])).toMatchObject({ state: "ok", usable: 1, broken: 0, requests: 31 });
    expect(conditionOf([...good, ...bad], [])).toMatchObject({ state: "warn", usable: 1, broken: 1, enabled: 2 });
    expect(conditionOf(bad, [])).toMatchObject({ state: "bad", usable: 0, failedShare: null });
    expect(conditionOf([], [])).toMatchObject({ state: "unknown" });
    const failing = credentialsOf({ files: [file({ recent_requests: [slot(15, 5)] })] });
    expect(conditionOf(failing, [])).toMatchObject({ state: "warn", failing: true });
    expect(worstFirst([...good, ...bad]).map(({ id }) => id)).toEqual(["b", "codex-dev.json"]);
  });

  it("takes a gateway's address as people type it", () => {
    expect(baseOf("  ")).toBe("");
    expect(baseOf("10.0.0.5:8317")).toBe("http://10.0.0.5:8317");
    expect(baseOf("https://cpa.example.org/v0/management/")).toBe("https://cpa.example.org");
    expect(baseOf("https://example.org/cpa/management.html")).toBe("https://example.org/cpa");
    expect(baseOf("javascript://x")).toBeNull();
    expect(baseOf("http://")).toBeNull();
  });

  it("compares versions by their numbers", () => {
    expect(isNewer("v7.3.0", "v7.2.140")).toBe(true);
    expect(isNewer("v7.2.140", "v7.2.140")).toBe(false);
    expect(isNewer("v7.2.9", "v7.2.140")).toBe(false);
    expect(isNewer("v7.3.0", "dev")).toBe(true);
  });
});
