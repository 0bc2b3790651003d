import { send } from "./client";
import type {
  ModelPrice,
  PreviewRequest,
  PriceEdit,
  PriceItem,
  PriceList,
  PricePreview,
  SyncAnswer,
  UnpricedModels,
  UsageSummary,
} from "./price-types";

/** Three catalogues of up to 10 s each. */
const SYNC_TIMEOUT_MS = 60_000;
/** Names of models hold slashes and colons. */
const at = (model: string) => `/api/v1/prices/${encodeURIComponent(model)}`;

export const prices = {
  list: () => send<PriceList>("GET", "/api/v1/prices?scope=used"),
  unpriced: () => send<UnpricedModels>("GET", "/api/v1/prices/unpriced"),
  usage: () => send<UsageSummary>("GET", "/v0/management/model-prices/usage-summary"),
  save: (model: string, body: PriceEdit) => send<PriceItem>("PUT", at(model), { body }),
  remove: (model: string) => send<undefined>("DELETE", at(model)),
  /** Only as long as it is the one that was read: `updated` is its `price.updatedAtMs`. */
  removeVersion: (model: string, from: number, updated: number) =>
    send<undefined>("DELETE", `${at(model)}/versions/${from}?updated_at_ms=${updated}`),
  lock: (model: string, locked: boolean) => send<PriceItem>("PUT", `${at(model)}/lock`, { body: { locked } }),
  applyToAllHistory: (model: string) => send<PriceItem>("POST", `${at(model)}/apply-to-all-history`),
  keepVersions: (versioned: boolean) =>
    send<{ versioned: boolean }>("PUT", "/api/v1/price-versions", { body: { versioned } }),
  preview: (body: PreviewRequest, signal?: AbortSignal) =>
    send<PricePreview>("POST", "/api/v1/prices/preview", { body, signal }),
  sync: (models: string[], overwriteManual: boolean) =>
    send<SyncAnswer>("POST", "/v0/management/model-prices/sync", {
      body: { models, overwriteManual },
      timeout: SYNC_TIMEOUT_MS,
    }),
};

export type { ModelPrice };
