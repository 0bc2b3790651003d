/**
 * Shapes of the price routes, written by hand until the OpenAPI document has them. Rates are USD per 1,000,000 tokens, times
 * are Unix milliseconds. A rate counts when its flag says so or when it is above zero: an explicit zero is not "not set".
 */

export interface Rates {
  prompt: number;
  completion: number;
  cache: number;
  cacheRead?: number;
  cacheCreation?: number;
  promptConfigured?: boolean;
  completionConfigured?: boolean;
  cacheConfigured?: boolean;
  cacheReadConfigured?: boolean;
  cacheCreationConfigured?: boolean;
}

export interface ContextTier extends Rates {
  thresholdTokens: number;
}

export interface ServiceTier extends Rates {
  mode: string;
  serviceTier: string;
}

export interface ModelPrice extends Rates {
  contextTiers?: ContextTier[];
  serviceTiers?: ServiceTier[];
  source?: string;
  sourceModelId?: string;
  rawJson?: string;
  updatedAtMs?: number;
  syncedAtMs?: number;
}

export interface PriceVersion {
  id?: number | null;
  /** 0 = since ever. */
  valid_from_ms: number;
  price: ModelPrice;
}

export interface PricedModel {
  model: string;
  locked: boolean;
  /** `manual`, `bundled`, or the catalogue it was synchronised from. */
  origin: string;
  /** Oldest first; each holds until the next begins. */
  versions: PriceVersion[];
  calls: number;
  cost?: number | null;
  last_seen_ms?: number | null;
}

export interface UnpricedModel {
  model: string;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  first_seen_ms: number;
  last_seen_ms: number;
}

export interface SourceResult {
  source: string;
  models: number;
  skipped: number;
  error?: string | null;
}

export interface PriceBook {
  versions_enabled: boolean;
  bundled?: { package: string; version: string; date: string; models: number } | null;
  last_sync?: { at_ms: number; sources: SourceResult[] } | null;
  items: PricedModel[];
  /** Models of stored requests that no price fits, most calls first. */
  unpriced: UnpricedModel[];
}

export type PriceScope = "all_history" | "from_now";

export interface PriceChange {
  model: string;
  /** `null` removes the price. */
  price: ModelPrice | null;
  valid_from_ms?: number | null;
  apply?: PriceScope;
}

export interface PriceTotal {
  cost: number;
  calls: number;
  unpriced_calls: number;
}

export interface PricePreview {
  from_ms: number;
  to_ms: number;
  before: PriceTotal;
  after: PriceTotal;
  models: {
    model: string;
    calls: number;
    before: number;
    after: number;
    before_unpriced: number;
    after_unpriced: number;
  }[];
}

export interface Candidate {
  sourceModelId: string;
  /** 0 to 1. */
  score: number;
  reason: string;
  price: ModelPrice;
}

export interface SyncAnswer {
  source: string;
  sources?: string[];
  imported: number;
  skipped: number;
  matched?: Record<string, ModelPrice>;
  candidates?: { model: string; candidates: Candidate[] }[];
  unmatched?: string[];
  /** Left alone: their own source failed this time. */
  preserved?: string[];
  /** Left alone: locked or typed by a person. */
  locked?: string[];
  proxyUsed?: boolean;
  sourceResults?: SourceResult[];
}
