/**
 * Shapes of the price routes, from the contract. Rates are USD per 1,000,000 tokens, times are Unix milliseconds. A rate
 * counts when its flag says so or when it is above zero: an explicit zero is not "not set".
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type ContextTier = Schemas["ContextTier"];
export type ServiceTier = Schemas["ServiceTier"];
export type ModelPrice = Schemas["ModelPrice"];
/** What all prices have: the rates. */
export type Rates = Omit<ContextTier, "thresholdTokens">;
export type PriceVersion = Schemas["PriceVersion"];
export type PriceItem = Schemas["PriceItem"];
export type BundledInfo = Schemas["BundledInfo"];
export type PriceSourceState = Schemas["PriceSourceState"];
export type PriceList = Schemas["PriceList"];
export type UnpricedModel = Schemas["UnpricedModel"];
export type UnpricedModels = Schemas["UnpricedModels"];
export type UsageSummary = Omit<Schemas["PriceUsageSummary"], "models"> & {
  models: Pick<Schemas["ModelCalls"], "model" | "calls">[];
};
export type PriceEdit = Schemas["PriceEdit"];
export type PreviewRequest = Schemas["PricePreviewRequest"];
export type PriceTotal = Schemas["CostSum"];
export type PricePreview = Schemas["PricePreview"];
export type Candidate = Schemas["SyncCandidate"];
export type SourceResult = Schemas["SyncSourceResult"];
export type SyncAnswer = Schemas["SyncAnswer"];
