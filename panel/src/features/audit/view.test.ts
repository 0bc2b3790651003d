import { describe, expect, it } from "vitest";
import type { AuditEntry, AuditTrail } from "../../api/audit";
import {
  auditCsv,
  auditQuery,
  filterOptions,
  fromBar,
  GROUPS,
  groupOf,
  isNarrowed,
  refreshed,
  targetOf,
  toBar,
  validateAudit,
} from "./view";

const NOW = Date.UTC(2026, 10, 29, 12);
const HOUR = 3_600_000;

const entry = (id: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  time_ms: NOW - 1_000 * (100 - id),
  actor: { kind: "browser", address: "10.0.0.7" },
  action: "price.save",
  subject: "gpt-5.4",
  outcome: "done",
  code: null,
  changes: [{ field: "input_per_million", before: "1.25", after: "1.5" }],
  ...more,
});
const trail = (ids: readonly number[], next_before: number | null): AuditTrail => ({
  entries: ids.map((id) => entry(id)),
  next_before,
  oldest_ms: 1,
  kept: 50_000,
  dropped: 0,
});
const ids = ({ entries }: AuditTrail) => entries.map(({ id }) => id);

describe("the address of the audit trail", () => {
  it("means all time without a range, and the last day where it says so", () => {
    expect(validateAudit({})).toEqual({});
    expect(auditQuery({}, NOW, "UTC")).toEqual({
      action: undefined,
      q: undefined,
      from_ms: undefined,
      to_ms: undefined,
    });
    expect(validateAudit({ range: "24h" })).toEqual({ range: "24h" });
    expect(auditQuery({ range: "24h" }, NOW, "UTC").from_ms).toBe(NOW - 24 * HOUR);
    expect(validateAudit({ range: "all" })).toEqual({});
    expect(validateAudit({ from: "5", to: "9", range: "24h" })).toEqual({ from: 5, to: 9 });
    expect(isNarrowed({})).toBe(false);
    expect(isNarrowed({ range: "24h" })).toBe(true);
  });

  it("goes through the bar of filters and back, whatever the bar leaves out", () => {
    expect(toBar({})).toEqual({ range: "all" });
    // The bar writes no range for the last day.
    expect(fromBar({})).toEqual({ range: "24h" });
    for (const search of [{}, { range: "24h" }, { range: "7d", q: "gpt" }, { from: 5 }, { action: ["price"], q: "x" }])
      expect(fromBar(toBar(search))).toEqual(search);
  });

  it("leaves out what the manager would refuse", () => {
    expect(validateAudit({ action: ["price", "alias.save", "nothing", "toString"], drawer: "0", q: " " })).toEqual({
      action: ["price", "alias.save"],
    });
    expect(validateAudit({ q: "界".repeat(400) }).q).toHaveLength(170);
    expect(validateAudit({ drawer: "12", columns: "who" })).toEqual({ drawer: 12 });
  });
});

describe("the filter", () => {
  it("offers the groups, and a single action that an address chose, after its group", () => {
    expect(filterOptions().map(([value]) => value)).toEqual(Object.keys(GROUPS));
    expect(filterOptions(["price"])).toEqual(filterOptions());
    const single = filterOptions(["alias.save", "price.sync", "alias.remove", "nothing"]);
    expect(single.filter(([value]) => value.includes("."))).toEqual([
      ["price.sync", "sync.start"],
      ["alias.save", "clients.sheet"],
      ["alias.remove", "clients.remove"],
    ]);
    const values = single.map(([value]) => value);
    expect(values.slice(values.indexOf("alias"), values.indexOf("view"))).toEqual([
      "alias",
      "alias.save",
      "alias.remove",
    ]);
  });
});

describe("the entries", () => {
  it("keeps older pages when the newest one is read anew, and none where some may be missing", () => {
    const shown = trail([9, 8, 7, 6, 5], 5);
    expect(refreshed(trail([11, 10, 9, 8], 8), undefined)).toEqual(trail([11, 10, 9, 8], 8));
    const again = refreshed(trail([11, 10, 9, 8], 8), shown);
    expect(ids(again)).toEqual([11, 10, 9, 8, 7, 6, 5]);
    expect(again.next_before).toBe(5);
    // Everything below what is shown has been read before.
    expect(refreshed(trail([11, 10, 9, 8], 8), trail([9, 8, 7], null)).next_before).toBeNull();
    // More is new than one page holds.
    expect(ids(refreshed(trail([20, 19, 18, 17], 17), shown))).toEqual([20, 19, 18, 17]);
    // The whole of it.
    expect(ids(refreshed(trail([11, 10], null), shown))).toEqual([11, 10]);
    expect(ids(refreshed(trail([], null), shown))).toEqual([]);
  });

  it("leads to what an entry is about, and nowhere where no page shows it", () => {
    expect(targetOf(entry(1))).toEqual({ to: "/prices/edit", search: { model: "gpt-5.4" } });
    expect(targetOf({ action: "price.sync", subject: null })).toEqual({ to: "/prices" });
    expect(targetOf({ action: "price.versions", subject: null })).toEqual({ to: "/prices" });
    expect(targetOf({ action: "gateway.change", subject: "http://x:1" })?.search).toEqual({ section: "connection" });
    expect(targetOf({ action: "alias.save", subject: "ide-team-a" })?.to).toBe("/keys");
    expect(targetOf({ action: "session.sign_in", subject: null })?.search).toEqual({ section: "sessions" });
    // Every place has words to lead there, whatever the entry is about.
    for (const action of ["price.sync", "session.sign_in", "gateway.retry", "alias.save", "import.finish"])
      expect(groupOf(action)).toBeTypeOf("string");
    expect(groupOf("unheard.of")).toBeUndefined();
    expect(targetOf({ action: "relay.write", subject: "PUT /v0/management/debug" })).toBeUndefined();
  });

  it("writes a file that programs read and no spreadsheet runs", () => {
    const text = auditCsv([
      entry(7),
      entry(6, {
        action: "view.save",
        subject: "=1+1",
        actor: { kind: "command_line", address: null },
        outcome: "failed",
        code: "store_unavailable",
        changes: [
          { field: "a", before: null, after: "1" },
          { field: "b", before: "2", after: null },
        ],
      }),
    ]);
    const [head, first, second] = text.replace("\ufeff", "").split("\r\n");
    expect(head).toBe("id,time,actor,address,action,subject,outcome,code,changes");
    expect(first).toBe(
      `7,${new Date(NOW - 93_000).toISOString()},browser,10.0.0.7,price.save,gpt-5.4,done,,input_per_million: 1.25 → 1.5`,
    );
    expect(second).toMatch(/,command_line,,view\.save,'=1\+1,failed,store_unavailable,a: {2}→ 1; b: 2 → $/);
  });
});
