import { send } from "./client";
import type { PriceBook, PriceChange, PricedModel, PricePreview, SyncAnswer } from "./price-types";

/** Three catalogues of up to 10 s each. */
const SYNC_TIMEOUT_MS = 60_000;

export const prices = {
  book: () => send<PriceBook>("GET", "/api/v1/prices"),
  save: (change: PriceChange & { locked?: boolean }) => send<PricedModel>("PUT", "/api/v1/prices", { body: change }),
  remove: (model: string, valid_from_ms?: number) => {
    const query = new URLSearchParams({ model });
    if (valid_from_ms !== undefined) query.set("valid_from_ms", String(valid_from_ms));
    return send<undefined>("DELETE", `/api/v1/prices?${query}`);
  },
  lock: (model: string, locked: boolean) =>
    send<PricedModel>("PUT", "/api/v1/prices/lock", { body: { model, locked } }),
  preview: (
    body: { changes: PriceChange[]; from_ms?: number | undefined; to_ms?: number | undefined },
    signal?: AbortSignal,
  ) => send<PricePreview>("POST", "/api/v1/prices/preview", { body, signal }),
  sync: (models: string[]) =>
    send<SyncAnswer>("POST", "/v0/management/model-prices/sync", { body: { models }, timeout: SYNC_TIMEOUT_MS }),
};
