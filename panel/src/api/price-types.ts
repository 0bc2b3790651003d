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
  /** Absent = since ever. */
  valid_from_ms?: number;
  /** Absent = still valid. */
  valid_to_ms?: number;
  price: ModelPrice;
}

export interface PriceItem {
  model: string;
  origin: "stored" | "bundled" | "built_in";
  locked: boolean;
  /** A person typed it. */
  manual: boolean;
  /** The newest last; never empty. */
  versions: PriceVersion[];
}

export interface BundledInfo {
  enabled: boolean;
  package: string;
  version: string;
  licence: string;
  /** `YYYY-MM-DD`. */
  date: string;
  models: number;
}

export interface PriceSourceState {
  source: string;
  asked_at_ms: number;
  error?: string;
  good_at_ms?: number;
  good_models?: number;
}

export interface PriceList {
  generation: number;
  /** Whether an edited price begins a new version; if not, it applies to all of history. */
  versioned: boolean;
  cost_basis: string;
  bundled: BundledInfo;
  sources: PriceSourceState[];
  items: PriceItem[];
}

export interface UnpricedModel {
  model: string;
  requested_model: string;
  /** Among the events that were looked at. */
  calls: number;
  last_ms: number;
}

export interface UnpricedModels {
  items: UnpricedModel[];
  unpriced_calls: number;
  sampled_events: number;
  truncated: boolean;
}

export interface UsageSummary {
  sampled_events: number;
  total_events: number;
  truncated: boolean;
  models: { model: string; calls: number }[];
}

export interface PriceEdit {
  price: ModelPrice;
  all_history: boolean;
}

export interface PreviewRequest {
  model: string;
  /** `null` = none. */
  price: ModelPrice | null;
  all_history: boolean;
  from_ms: number;
  to_ms: number;
}

export interface PriceTotal {
  usd: number;
  calls: number;
  unpriced_calls: number;
}

export interface PricePreview {
  before: PriceTotal;
  after: PriceTotal;
  difference_usd: number;
}

export interface Candidate {
  sourceModelId: string;
  /** 0 to 1. */
  score: number;
  reason: string;
  price: ModelPrice;
}

export interface SourceResult {
  source: string;
  models: number;
  skipped: number;
  error?: string | null;
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
  kept?: { model: string; reason: string }[];
  proxyUsed?: boolean;
  sourceResults?: SourceResult[];
}
