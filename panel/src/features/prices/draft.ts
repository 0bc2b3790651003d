import type { ContextTier, ModelPrice, Rates, ServiceTier } from "../../api/price-types";

export const RATES = ["prompt", "completion", "cacheRead", "cacheCreation", "cache"] as const;
export type Rate = (typeof RATES)[number];
/** Rates as they are typed. An empty text is "not set", which is something else than 0. */
export type RateTexts = Record<Rate, string>;

export interface ContextDraft {
  threshold: string;
  rates: RateTexts;
}

export interface ServiceDraft {
  mode: string;
  serviceTier: string;
  rates: RateTexts;
}

export interface PriceDraft {
  rates: RateTexts;
  contextTiers: ContextDraft[];
  serviceTiers: ServiceDraft[];
}

export const NO_RATES: RateTexts = { prompt: "", completion: "", cacheRead: "", cacheCreation: "", cache: "" };

const flag = (rate: Rate) => `${rate}Configured` as const;

function numberText(value: number): string {
  // Never in the form 1e-7, which nobody would type.
  return value.toFixed(10).replace(/0+$/, "").replace(/\.$/, "");
}

/** A rate is set when its flag says so or when it is above zero. */
export function rateOf(rates: Rates, rate: Rate): number | null {
  const value = rates[rate] ?? 0;
  return value > 0 || rates[flag(rate)] === true ? value : null;
}

function textsOf(rates: Rates): RateTexts {
  const found = { ...NO_RATES };
  for (const rate of RATES) {
    const value = rateOf(rates, rate);
    if (value !== null) found[rate] = numberText(value);
  }
  return found;
}

export function draftOf(price: ModelPrice | undefined): PriceDraft {
  return {
    rates: price ? textsOf(price) : NO_RATES,
    contextTiers: (price?.contextTiers ?? []).map((tier) => ({
      threshold: String(tier.thresholdTokens ?? 0),
      rates: textsOf(tier),
    })),
    serviceTiers: (price?.serviceTiers ?? []).map((tier) => ({
      mode: tier.mode ?? "",
      serviceTier: tier.serviceTier ?? "",
      rates: textsOf(tier),
    })),
  };
}

/** A typed rate: up to ten digits after the point, not negative. NaN when it is none. */
export function rateNumber(text: string): number {
  const trimmed = text.trim();
  return /^\d{1,9}(\.\d{1,10})?$/.test(trimmed) ? Number(trimmed) : Number.NaN;
}

export type PriceProblem = "rate" | "threshold" | "thresholdTwice" | "noRate" | "name" | "nameTwice";

/** What cannot be saved, by the place: `prompt`, `context.0.threshold`, `service.1.mode`, … */
export function problemsOf(draft: PriceDraft): ReadonlyMap<string, PriceProblem> {
  const found = new Map<string, PriceProblem>();
  const rates = (texts: RateTexts, prefix: string) => {
    for (const rate of RATES) {
      if (texts[rate].trim() !== "" && Number.isNaN(rateNumber(texts[rate]))) found.set(`${prefix}${rate}`, "rate");
    }
  };
  const empty = (texts: RateTexts) => RATES.every((rate) => texts[rate].trim() === "");
  rates(draft.rates, "");
  if (empty(draft.rates)) found.set("prompt", "noRate");
  const thresholds = new Set<number>();
  draft.contextTiers.forEach((tier, index) => {
    const at = `context.${index}.`;
    const threshold = /^\d{1,12}$/.test(tier.threshold.trim()) ? Number(tier.threshold.trim()) : 0;
    if (threshold < 1) found.set(`${at}threshold`, "threshold");
    else if (thresholds.has(threshold)) found.set(`${at}threshold`, "thresholdTwice");
    thresholds.add(threshold);
    if (empty(tier.rates)) found.set(`${at}prompt`, "noRate");
    rates(tier.rates, at);
  });
  const names = new Set<string>();
  draft.serviceTiers.forEach((tier, index) => {
    const at = `service.${index}.`;
    const own = new Set<string>();
    for (const part of ["mode", "serviceTier"] as const) {
      const name = tier[part].trim().toLowerCase();
      if (name === "") found.set(`${at}${part}`, "name");
      else if (names.has(name)) found.set(`${at}${part}`, "nameTwice");
      own.add(name);
    }
    for (const name of own) names.add(name);
    if (empty(tier.rates)) found.set(`${at}prompt`, "noRate");
    rates(tier.rates, at);
  });
  return found;
}

function ratesFrom(texts: RateTexts, tier: boolean): Rates {
  const rates: Rates = { prompt: 0, completion: 0, cache: 0 };
  for (const rate of RATES) {
    if (texts[rate].trim() === "") continue;
    rates[rate] = rateNumber(texts[rate]);
    // The base price has no such flag for the older cache rate.
    if (rate !== "cache" || tier) rates[flag(rate)] = true;
  }
  return rates;
}

/** The price as the manager takes it. Only for a draft without problems. */
export function priceOf(draft: PriceDraft): ModelPrice {
  const price: ModelPrice = { ...ratesFrom(draft.rates, false), source: "manual" };
  const contextTiers: ContextTier[] = draft.contextTiers
    .map((tier) => ({ thresholdTokens: Number(tier.threshold.trim()), ...ratesFrom(tier.rates, true) }))
    .sort((a, b) => a.thresholdTokens - b.thresholdTokens);
  const serviceTiers: ServiceTier[] = draft.serviceTiers
    .map((tier) => ({
      mode: tier.mode.trim().toLowerCase(),
      serviceTier: tier.serviceTier.trim().toLowerCase(),
      ...ratesFrom(tier.rates, true),
    }))
    .sort((a, b) => a.mode.localeCompare(b.mode) || a.serviceTier.localeCompare(b.serviceTier));
  if (contextTiers.length > 0) price.contextTiers = contextTiers;
  if (serviceTiers.length > 0) price.serviceTiers = serviceTiers;
  return price;
}

/** How many places of the form differ from what is stored. */
export function countChanges(before: PriceDraft, draft: PriceDraft): number {
  const leaves = (value: unknown, prefix = ""): [string, string][] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([name, child]) => leaves(child, `${prefix}.${name}`))
      : [[prefix, String(value).trim()]];
  const was = new Map(leaves(before));
  const is = new Map(leaves(draft));
  let count = 0;
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    if ((was.get(name) ?? "") !== (is.get(name) ?? "")) count += 1;
  }
  return count;
}
