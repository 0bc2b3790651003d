import type {
  BundledInfo,
  ModelPrice,
  PriceItem,
  PriceList,
  PriceSourceState,
  PriceVersion,
  UnpricedModel,
  UnpricedModels,
  UsageSummary,
} from "../../api/price-types";

export const SHOWN = ["all", "used", "manual", "synced", "bundled"] as const;
export type Shown = (typeof SHOWN)[number];

/** A model's price with how often it is used. */
export interface PricedModel extends Omit<PriceItem, "origin"> {
  /** `manual`, `bundled`, `built_in`, or the catalogue that it comes from. */
  origin: string;
  /** Among the newest requests. */
  calls: number;
}

/** Everything that the price pages know. */
export interface PriceBook {
  versioned: boolean;
  bundled: BundledInfo;
  sources: PriceSourceState[];
  items: PricedModel[];
  unpriced: UnpricedModel[];
  unpricedCalls: number;
  /** Requests that the counts of the list are of, when those are not all. */
  sampled: number | null;
  /** The same of the models without a price; said only where the list does not say it. */
  unpricedSampled: number | null;
}

export function bookOf(list: PriceList, unpriced: UnpricedModels, usage: UsageSummary): PriceBook {
  const calls = new Map(usage.models.map((model) => [model.model, model.calls]));
  return {
    versioned: list.versioned,
    bundled: list.bundled,
    sources: list.sources,
    items: list.items.map((item) => ({
      ...item,
      origin:
        item.origin === "stored"
          ? item.manual
            ? "manual"
            : item.versions.at(-1)?.price.source || "sync"
          : item.origin,
      calls: calls.get(item.model) ?? 0,
    })),
    unpriced: [...unpriced.items].sort((a, b) => b.calls - a.calls || a.model.localeCompare(b.model)),
    unpricedCalls: unpriced.unpriced_calls,
    sampled: usage.truncated ? usage.sampled_events : null,
    unpricedSampled: unpriced.truncated && !usage.truncated ? unpriced.sampled_events : null,
  };
}

/** What holds now: the last version that has begun. */
export function currentVersion(versions: readonly PriceVersion[], now: number): PriceVersion | undefined {
  return versions.filter((version) => (version.valid_from_ms ?? 0) <= now).at(-1) ?? versions[0];
}

export interface PriceRow extends PricedModel {
  /** The price in force now. */
  price: ModelPrice;
  /** `null` = since ever. */
  validFrom: number | null;
}

export function kindOf(origin: string): Exclude<Shown, "all" | "used"> {
  if (origin === "manual") return "manual";
  return origin === "bundled" || origin === "built_in" ? "bundled" : "synced";
}

/** Rows of the list: what a person looks for first is what is used most. */
export function rowsOf(book: PriceBook, shown: Shown, search: string, now: number): PriceRow[] {
  const wanted = search.trim().toLowerCase();
  return book.items
    .filter((item) => {
      if (wanted !== "" && !item.model.toLowerCase().includes(wanted)) return false;
      if (shown === "all") return true;
      return shown === "used" ? item.calls > 0 : kindOf(item.origin) === shown;
    })
    .flatMap((item): PriceRow[] => {
      const version = currentVersion(item.versions, now);
      return version ? [{ ...item, price: version.price, validFrom: version.valid_from_ms ?? null }] : [];
    });
}

export function countsOf(book: PriceBook): Record<Shown, number> {
  const counts: Record<Shown, number> = { all: book.items.length, used: 0, manual: 0, synced: 0, bundled: 0 };
  for (const item of book.items) {
    if (item.calls > 0) counts.used += 1;
    counts[kindOf(item.origin)] += 1;
  }
  return counts;
}

/** Names to look up in the catalogues: everything seen and everything that has a price of its own. */
export function namesToSync(book: PriceBook): string[] {
  const own = book.items.filter((item) => kindOf(item.origin) !== "bundled" || item.calls > 0);
  return [...new Set([...book.unpriced.map(({ model }) => model), ...own.map(({ model }) => model)])].sort();
}
