import type { PriceItem } from "../../api/price-types";
import { prices } from "../../api/prices";
import { currentVersion, kindOf, type PricedModel } from "./list";

/**
 * What takes a saved price back: the price before it, or none where there was none of its own. Nothing does where the
 * new price has taken the place of several versions.
 */
export function undoOf(
  item: PricedModel | undefined,
  model: string,
  allHistory: boolean,
  now: number,
  send: Pick<typeof prices, "save" | "lock" | "remove"> = prices,
): (() => Promise<unknown>) | undefined {
  const own = item && kindOf(item.origin) !== "bundled" ? item : undefined;
  if (!own) return () => send.remove(model);
  if (allHistory && own.versions.length > 1) return undefined;
  const before = currentVersion(own.versions, now);
  if (!before) return undefined;
  return async () => {
    await send.save(model, { price: before.price, all_history: allHistory });
    await send.lock(model, own.locked);
  };
}

/**
 * What puts a removed price back: nothing, unless it was the one price of all time. Several versions, or one that began at
 * some moment, cannot be stored as they were.
 */
export function restoreOf(
  item: PricedModel | undefined,
  send: Pick<typeof prices, "save" | "lock"> = prices,
): (() => Promise<unknown>) | undefined {
  const only = item?.versions.length === 1 ? item.versions[0] : undefined;
  if (!item || !only || kindOf(item.origin) === "bundled" || (only.valid_from_ms ?? 0) > 0) return undefined;
  return async () => {
    await send.save(item.model, { price: only.price, all_history: true });
    await send.lock(item.model, item.locked);
  };
}

type Stored = Pick<PriceItem, "versions" | "locked"> | undefined;

/** Whether a model's stored price is still what an act left: another person, or a synchronisation, may have changed it. */
export async function isUntouched(
  model: string,
  left: Stored,
  send: Pick<typeof prices, "list"> = prices,
): Promise<boolean> {
  const found = (await send.list()).items.find((item) => item.model === model && item.origin === "stored");
  const text = (stored: Stored) => JSON.stringify(stored ? [stored.versions, stored.locked] : null);
  return text(found) === text(left);
}
