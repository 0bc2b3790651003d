import { asApiError } from "../../api/errors";
import type { ModelPrice, PriceItem } from "../../api/price-types";
import { prices } from "../../api/prices";
import { kindOf, type PricedModel } from "./list";

type Stored = Pick<PriceItem, "versions" | "locked"> | undefined;
type Step = () => Promise<PriceItem | undefined>;
/** Takes an act back; `false`: the price has been changed since, and was left as it is. What fails can be tried again. */
export type WayBack = () => Promise<boolean>;

/** What is to become of a model's price. */
export interface Edit {
  model: string;
  /** Without one, only the lock changes. */
  price: ModelPrice | undefined;
  allHistory: boolean;
  locked: boolean;
}

const ownOf = (item: PricedModel | undefined) => (item && kindOf(item.origin) !== "bundled" ? item : undefined);

/** Stores what was typed, and says what takes it back. */
export async function savePrice(
  item: PricedModel | undefined,
  { model, price, allHistory, locked }: Edit,
  send: Pick<typeof prices, "list" | "save" | "lock" | "remove" | "removeVersion"> = prices,
): Promise<WayBack | undefined> {
  const own = ownOf(item);
  let left: PriceItem | undefined;
  // First, where it can be: a lock that fails leaves no price behind that was said not to be saved.
  if (own && own.locked !== locked) left = await send.lock(model, locked);
  if (price) left = await send.save(model, { price, all_history: allHistory });
  // A price that was just stored is not locked yet.
  if ((left ?? item)?.locked !== locked) left = await send.lock(model, locked);
  const stored = left;
  if (!stored) return undefined;
  if (!own) return wayBack(model, stored, [() => send.remove(model)], send);
  const unlock: Step[] = stored.locked === own.locked ? [] : [() => send.lock(model, own.locked)];
  if (!price) return wayBack(model, stored, unlock, send);
  const newest = stored.versions.at(-1);
  const begin = newest?.valid_from_ms ?? 0;
  const begun = !allHistory && newest && !own.versions.some((version) => (version.valid_from_ms ?? 0) === begin);
  // The version goes, so that what was counted with it meanwhile costs what it did before.
  if (begun) {
    const updated = newest.price.updatedAtMs ?? 0;
    return wayBack(model, stored, [...unlock, () => send.removeVersion(model, begin, updated)], send);
  }
  // It has taken the place of another one; of several ones nothing brings them back.
  const before = own.versions.at(-1);
  if (!before || stored.versions.length !== own.versions.length) return undefined;
  const save = () => send.save(model, { price: before.price, all_history: allHistory });
  return wayBack(model, stored, [save, ...unlock], send);
}

/**
 * What puts a removed price back: nothing, unless it was the one price of all time. Several versions, or one that began at
 * some moment, cannot be stored as they were.
 */
export function restoreOf(
  item: PricedModel | undefined,
  send: Pick<typeof prices, "list" | "save" | "lock"> = prices,
): WayBack | undefined {
  const only = item?.versions.length === 1 ? item.versions[0] : undefined;
  if (!item || !only || kindOf(item.origin) === "bundled" || (only.valid_from_ms ?? 0) > 0) return undefined;
  const save = () => send.save(item.model, { price: only.price, all_history: true });
  return wayBack(item.model, undefined, item.locked ? [save, () => send.lock(item.model, true)] : [save], send);
}

/** Steps that are taken once each, as long as the price is what the act, or the step before, has left. */
function wayBack(model: string, stored: Stored, steps: Step[], send: Pick<typeof prices, "list">): WayBack {
  let left = stored;
  return async () => {
    if (!(await isUntouched(model, left, send))) return false;
    for (let step = steps[0]; step; step = steps[0]) {
      try {
        left = await step();
      } catch (error) {
        // Somebody was faster than the look at it.
        if (asApiError(error).code === "price_version_changed") return false;
        throw error;
      }
      steps.shift();
    }
    return true;
  };
}

/** Whether a model's stored price is still what an act left: another person, or a synchronisation, may have changed it. */
async function isUntouched(model: string, left: Stored, send: Pick<typeof prices, "list">): Promise<boolean> {
  const found = (await send.list()).items.find((item) => item.model === model && item.origin === "stored");
  const text = (stored: Stored) => JSON.stringify(stored ? [stored.versions, stored.locked] : null);
  return text(found) === text(left);
}
