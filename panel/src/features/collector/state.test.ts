import { describe, expect, it } from "vitest";
import type { LiveState } from "../../api/live";
import type { LiveStatus } from "../../api/types";
import { type Params, translate } from "../../i18n";
import { createFormatter } from "../../lib/format";
import { describeCollection, gatewayState } from "./state";

const NOW = Date.UTC(2026, 10, 23, 9, 20, 0);
const format = createFormatter("en", "Asia/Shanghai");
const words = {
  format,
  t: (key: Parameters<typeof translate>[1], params?: Params) => translate("en", key, params, format),
};

const live: LiveState = { kind: "live" } as LiveState;
const status = (collector: Partial<LiveStatus["collector"]>, rest: Partial<LiveStatus> = {}): LiveStatus =>
  ({
    collector: { state: "running", completeUntil: NOW, ...collector },
    database: { state: "ok" },
    gaps: [],
    ...rest,
  }) as unknown as LiveStatus;
const said = (given: LiveStatus, state: LiveState = live) => describeCollection(given, state, NOW, words);

describe("how far the stored requests are complete", () => {
  it("says it with the time, also while nothing arrives", () => {
    expect(said(status({}))).toMatchObject({ state: "ok", text: "Complete to 17:20:00" });
    expect(said(status({ completeUntil: NOW - 40_000 })).state).toBe("ok");
  });

  it("does not call fine what has stood still for minutes", () => {
    expect(said(status({ completeUntil: NOW - 20 * 60_000 }))).toMatchObject({
      state: "warn",
      text: "Behind: complete only to 17:00:00",
    });
  });

  it("names what keeps it from collecting", () => {
    for (const [state, wanted] of [
      ["key_refused", "bad"],
      ["banned", "bad"],
      ["error", "bad"],
      ["stopped", "unknown"],
      ["connecting", "unknown"],
    ] as const)
      expect(said(status({ state })).state).toBe(wanted);
    expect(said(status({}, { database: { state: "disk_full" } } as never)).text).toMatch(/database/);
  });

  it("counts lossy gaps of a day, and warns of one that grows", () => {
    const gap = { id: 1, lossy: true, fromMs: NOW - 3_600_000, toMs: NOW - 3_500_000 };
    expect(said(status({}, { gaps: [gap] } as never)).note).toBe("1 gap in 24 h");
    expect(said(status({}, { gaps: [{ ...gap, toMs: null }] } as never)).state).toBe("warn");
  });

  it("calls nothing complete once the manager has missed its turn, though the connection still seems open", () => {
    const heard = (ago: number) => describeCollection(status({}), live, NOW, words, NOW - ago);
    expect(heard(16_000).state).toBe("ok");
    expect(heard(21_000)).toMatchObject({ state: "stale", short: "17:19:39" });
  });

  it("says the day where it is not today's", () => {
    expect(said(status({ completeUntil: NOW - 18 * 3_600_000 })).text).toMatch(/22 Nov 23:20:00/);
    const lost = { kind: "retrying", lostAt: NOW - 18 * 3_600_000, retryAt: NOW } as LiveState;
    expect(said(status({}), lost).short).toBe("22 Nov 23:20:00");
    expect(describeCollection(status({}), live, NOW, words, NOW - 18 * 3_600_000).short).toBe("22 Nov 23:20:00");
  });

  it("is stale while the manager does not answer", () => {
    const lost = { kind: "retrying", lostAt: NOW - 5_000, retryAt: NOW } as LiveState;
    expect(said(status({}), lost)).toMatchObject({ state: "stale", short: "17:19:55" });
  });
});

describe("the gateway's mark", () => {
  const facts = { version: "7.0.0", checkedAt: NOW, warnings: [] };
  const of = (collector: Partial<LiveStatus["collector"]>, state: LiveState = live) =>
    gatewayState(status({ gateway: facts, ...collector }).collector, state);

  it("is that of now, though it was read when it answered", () => {
    expect(of({})).toBe("ok");
    for (const state of ["key_refused", "banned", "error"] as const) expect(of({ state }), state).toBe("bad");
    for (const state of ["stopped", "connecting"] as const) expect(of({ state }), state).toBe("unknown");
    expect(of({}, { kind: "retrying", lostAt: NOW, retryAt: NOW } as LiveState)).toBe("stale");
    const warnings = [{ code: "facts_unavailable", text: "", hint: "" }];
    expect(of({ gateway: { ...facts, warnings } as never })).toBe("warn");
    expect(gatewayState(status({}).collector, live)).toBe("unknown");
  });
});
