import type { ApiKeyStat } from "../../api/analytics-types";
import type { AliasItem, ClientKeys } from "../../api/manage-types";

/** A client key with everything that is known of it. The key itself is known to nobody here. */
export interface KeyRow {
  hash: string;
  alias: string | null;
  /** First and last characters, when the gateway accepts the key now. */
  masked: string | null;
  /** The gateway accepts it; `null` = the gateway could not be asked. */
  accepted: boolean | null;
  /** `null` = no request in the range. */
  stat: ApiKeyStat | null;
}

/** All keys: those that sent requests, those that have a name, and those that the gateway accepts. */
export function keyRows(
  stats: readonly ApiKeyStat[],
  aliases: readonly AliasItem[],
  keys: ClientKeys | null | undefined,
): KeyRow[] {
  const accepted = keys ? new Map(keys.items.map((key) => [key.api_key_hash, key.masked])) : null;
  const names = new Map(aliases.map((item) => [item.apiKeyHash, item.alias]));
  const used = new Map(stats.filter((stat) => stat.api_key_hash !== "").map((stat) => [stat.api_key_hash, stat]));
  const hashes = new Set([...used.keys(), ...names.keys(), ...(accepted?.keys() ?? [])]);
  return [...hashes].map((hash) => ({
    hash,
    alias: names.get(hash) ?? null,
    masked: accepted?.get(hash) ?? null,
    accepted: accepted === null ? null : accepted.has(hash),
    stat: used.get(hash) ?? null,
  }));
}

/** Requests that named no key, as one figure. */
export function withoutKey(stats: readonly ApiKeyStat[]): number {
  return stats.filter((stat) => stat.api_key_hash === "").reduce((sum, stat) => sum + stat.calls, 0);
}

export const ALIAS_LENGTH = 120;

export type AliasProblem = "empty" | "long" | "taken" | "orphan";

/**
 * What is wrong with a name. `orphan`: the name belongs to a key that the gateway does not accept any more, and may be
 * taken from it.
 */
export function aliasProblem(hash: string, text: string, rows: readonly KeyRow[]): AliasProblem | null {
  const alias = text.trim();
  if (alias === "") return "empty";
  if ([...alias].length > ALIAS_LENGTH) return "long";
  const other = rows.find((row) => row.hash !== hash && row.alias?.toLowerCase() === alias.toLowerCase());
  if (!other) return null;
  return other.accepted === false ? "orphan" : "taken";
}

export function sortKeys(rows: readonly KeyRow[], by: string, descending: boolean): KeyRow[] {
  const value = (row: KeyRow): number | string => {
    switch (by) {
      case "name":
        return (row.alias ?? `~${row.hash}`).toLowerCase();
      case "failures":
        return row.stat?.failure_calls ?? -1;
      case "tokens":
        return row.stat?.total_tokens ?? -1;
      case "cost":
        return row.stat?.cost ?? -1;
      case "seen":
        return row.stat?.last_seen_ms ?? -1;
      default:
        return row.stat?.calls ?? -1;
    }
  };
  return [...rows].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    const order = left < right ? -1 : left > right ? 1 : 0;
    return (descending ? -order : order) || a.hash.localeCompare(b.hash);
  });
}
