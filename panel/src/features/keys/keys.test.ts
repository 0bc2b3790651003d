import { describe, expect, it } from "vitest";
import type { ApiKeyStat } from "../../api/analytics-types";
import { aliasProblem, keyRows, sortKeys, withoutKey } from "./keys";

const hash = (char: string) => char.repeat(64);
const stat = (api_key_hash: string, calls: number) =>
  ({
    id: api_key_hash,
    api_key_hash,
    calls,
    failure_calls: 0,
    cost: calls,
    total_tokens: 1,
    last_seen_ms: 1,
  }) as ApiKeyStat;
const stats = [stat(hash("a"), 5), stat(hash("d"), 9), stat("", 3)];
const aliases = [
  { apiKeyHash: hash("a"), alias: "CI" },
  { apiKeyHash: hash("b"), alias: "old laptop" },
];
const keys = {
  items: [
    { api_key_hash: hash("a"), masked: "sk-…aaaa" },
    { api_key_hash: hash("c"), masked: "sk-…cccc" },
  ],
};

describe("client keys", () => {
  it("joins requests, names and what the gateway accepts", () => {
    const rows = sortKeys(keyRows(stats, aliases, keys), "calls", true);
    expect(rows.map((row) => [row.hash[0], row.alias, row.masked, row.accepted, row.stat?.calls ?? null])).toEqual([
      ["d", null, null, false, 9],
      ["a", "CI", "sk-…aaaa", true, 5],
      ["b", "old laptop", null, false, null],
      ["c", null, "sk-…cccc", true, null],
    ]);
    expect(withoutKey(stats)).toBe(3);
  });

  it("does not claim that a key is refused when the gateway could not be asked", () => {
    for (const unknown of [null, undefined]) {
      expect(keyRows(stats, aliases, unknown).map((row) => row.accepted)).toEqual([null, null, null]);
    }
  });

  it("takes a name from a key that is gone, never from one that is accepted or unknown", () => {
    const rows = keyRows(stats, aliases, keys);
    expect(aliasProblem(hash("c"), " ci ", rows)).toBe("taken");
    expect(aliasProblem(hash("a"), "CI", rows)).toBeNull();
    expect(aliasProblem(hash("c"), "Old Laptop", rows)).toBe("orphan");
    expect(aliasProblem(hash("c"), "old laptop", keyRows(stats, aliases, null))).toBe("taken");
    expect(aliasProblem(hash("c"), "  ", rows)).toBe("empty");
    expect(aliasProblem(hash("c"), "😀".repeat(120), rows)).toBeNull();
    expect(aliasProblem(hash("c"), "x".repeat(121), rows)).toBe("long");
  });
});
