import { describe, expect, it } from "vitest";
import type { ConfigAnswer } from "../../api/manage-types";
import { browserOf, changesOf, draftOf, isRisky, KEY_PLACEHOLDER, lockOf, problemsOf, rebased, updateOf } from "./form";

const answer = {
  config: {
    cpaConnection: { cpaBaseUrl: "http://cpa:8317", managementKey: KEY_PLACEHOLDER },
    collector: { enabled: true, collectorMode: "auto", pollIntervalMs: 500, batchSize: 100, queryLimit: 50_000 },
  },
  source: "db",
  locked: [],
} as unknown as ConfigAnswer;
const before = draftOf(answer);

describe("the settings form", () => {
  it("never fills in the stored key", () => {
    expect(before.key).toBe("");
    expect(JSON.stringify(before)).not.toContain(KEY_PLACEHOLDER);
  });

  it("sends only what was changed", () => {
    const draft = { ...before, poll: " 750 " };
    expect(changesOf(before, draft)).toEqual(["poll"]);
    expect(updateOf(["poll"], draft)).toEqual({ collector: { pollIntervalMs: 750 } });
    expect(changesOf(before, { ...before, url: " http://cpa:8317 " })).toEqual([]);
  });

  it("keeps what was typed over other stored values, and follows them elsewhere", () => {
    const typed = { ...before, poll: "750", key: "secret" };
    const stored = { ...before, poll: "900", batch: "50", url: "http://other:8317" };
    expect(rebased(before, typed, stored)).toEqual({ ...stored, poll: "750", key: "secret" });
    expect(changesOf(stored, rebased(before, typed, stored))).toEqual(["key", "poll"]);
    // What both have come to is no change any more.
    expect(changesOf(stored, rebased(before, { ...before, poll: "900" }, stored))).toEqual([]);
  });

  it("changes whether publishing is kept on, which is on where nobody said otherwise", () => {
    expect(before.publishing).toBe(true);
    const off = draftOf({
      ...answer,
      config: { ...answer.config, collector: { ensureUsageStatisticsEnabled: false } },
    });
    expect(off.publishing).toBe(false);
    const draft = { ...before, publishing: false };
    expect(changesOf(before, draft)).toEqual(["publishing"]);
    expect(updateOf(["publishing"], draft)).toEqual({ collector: { ensureUsageStatisticsEnabled: false } });
    expect(isRisky(["publishing"], draft)).toBe(false);
    expect(lockOf("publishing", ["collector"])).toBe("collector.ensureUsageStatisticsEnabled");
  });

  it("keeps the stored key when another address is typed", () => {
    const draft = { ...before, url: "http://other:8317" };
    expect(updateOf(changesOf(before, draft), draft)).toEqual({
      cpaConnection: { cpaBaseUrl: "http://other:8317", managementKey: KEY_PLACEHOLDER },
    });
  });

  it("says what cannot be saved", () => {
    const known = { keyStored: true, retentionMs: 60_000 };
    expect(problemsOf(before, known)).toEqual({});
    expect(problemsOf({ ...before, poll: "90000" }, known)).toEqual({
      poll: { kind: "retention", value: 90_000, limit: 60_000 },
    });
    // Without collection nothing is polled, so nothing can be lost.
    expect(problemsOf({ ...before, poll: "90000", enabled: false }, known)).toEqual({});
    expect(problemsOf({ ...before, poll: "90000" }, { ...known, retentionMs: null })).toEqual({});
    expect(problemsOf({ ...before, batch: "1.5", url: " " }, { ...known, keyStored: false })).toEqual({
      url: { kind: "url" },
      key: { kind: "key" },
      batch: { kind: "whole" },
    });
  });

  it("asks before it cuts the connection or switches collection off", () => {
    expect(isRisky(["poll"], before)).toBe(false);
    expect(isRisky(["url"], before)).toBe(true);
    expect(isRisky(["enabled"], { ...before, enabled: false })).toBe(true);
    expect(isRisky(["enabled"], before)).toBe(false);
  });

  it("names the variable that fixes a setting, also through its parent", () => {
    expect(lockOf("url", ["cpaConnection"])).toBe("CPA_UPSTREAM_URL");
    expect(lockOf("poll", ["collector.pollIntervalMs"])).toBe("USAGE_POLL_INTERVAL_MS");
    expect(lockOf("poll", ["collector.pollIntervalMsX"])).toBeUndefined();
  });

  it("reads browsers and gives up on others", () => {
    expect(browserOf("Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0 Safari/537.36")).toEqual({
      browser: "Chrome",
      system: "Linux",
    });
    expect(browserOf("curl/8.5")).toBeNull();
    expect(browserOf(undefined)).toBeNull();
  });
});
