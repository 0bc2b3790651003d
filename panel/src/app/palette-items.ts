import type { EventFacets } from "../api/types";
import type { IconName } from "../ui/icon";
import { accountName } from "./account-name";

/** `text` comes last: it always fits, so it must not stand before what was meant. */
export type GroupName = "pages" | "accounts" | "keys" | "models" | "requests" | "do" | "text";

export interface Item {
  id: string;
  group: GroupName;
  label: string;
  /** What it can be found by besides its label. */
  words?: string;
  note?: string;
  icon: IconName;
  /** A key that does the same. */
  key?: string;
  run(): void;
}

const PER_GROUP = 6;
/** CPA writes request ids as hexadecimal numbers; others write longer ones. */
const REQUEST_ID = /^[0-9a-zA-Z_-]{6,80}$/;

/** How well a text fits what was typed: 0 = not at all. */
export function score(text: string, needle: string): number {
  const [low, wanted] = [text.toLowerCase(), needle.trim().toLowerCase()];
  if (wanted === "") return 1;
  if (low === wanted) return 6;
  if (low.startsWith(wanted)) return 5;
  if (new RegExp(`[\\s@/._-]${escaped(wanted)}`).test(low)) return 4;
  if (low.includes(wanted)) return 3;
  const parts = wanted.split(/\s+/);
  return parts.length > 1 && parts.every((part) => low.includes(part)) ? 2 : 0;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

export function looksLikeRequestId(needle: string): boolean {
  const wanted = needle.trim();
  return REQUEST_ID.test(wanted) && /\d/.test(wanted);
}

/** Whether what was typed is the begin of something known by name, and so no id of a request. */
export function isKnownName(items: readonly Item[], needle: string): boolean {
  const wanted = needle.trim().toLowerCase();
  return items.some((item) => item.label.toLowerCase().startsWith(wanted));
}

/** The items that fit, best first within their groups, a few of each. */
export function search(items: readonly Item[], needle: string, order: readonly GroupName[]): Item[] {
  const found = items
    .map((item, index) => ({
      item,
      index,
      points: Math.max(score(item.label, needle), item.words ? score(item.words, needle) - 0.5 : 0),
    }))
    .filter(({ points }) => points > 0);
  return order.flatMap((group) =>
    found
      .filter(({ item }) => item.group === group)
      .sort((a, b) => b.points - a.points || a.index - b.index)
      // Every page can be reached; of what is stored there may be thousands.
      .slice(0, group === "pages" ? undefined : PER_GROUP)
      .map(({ item }) => item),
  );
}

/** Accounts, keys and models of the stored requests, as things to go to. */
export function facetItems(
  facets: EventFacets | undefined,
  names: { alias(hash: string): string | undefined; count(value: number): string },
  go: (dimension: "account" | "key" | "any_model", value: string) => void,
): Item[] {
  const known = (list: EventFacets["models"] | undefined) => (list ?? []).filter(({ value }) => value !== "");
  return [
    ...known(facets?.accounts).map(
      ({ value, count }): Item => ({
        id: `account ${value}`,
        group: "accounts",
        label: accountName(value),
        words: value,
        note: names.count(count),
        icon: "user",
        run: () => go("account", value),
      }),
    ),
    ...known(facets?.api_keys).map(
      ({ value, count }): Item => ({
        id: `key ${value}`,
        group: "keys",
        label: names.alias(value) ?? value.slice(0, 8),
        words: value,
        note: names.count(count),
        icon: "key",
        run: () => go("key", value),
      }),
    ),
    ...known(facets?.models).map(
      ({ value }): Item => ({
        id: `model ${value}`,
        group: "models",
        label: value,
        // Without a count: the list holds requests that asked for it under another name as well.
        icon: "grid",
        run: () => go("any_model", value),
      }),
    ),
  ];
}
