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
