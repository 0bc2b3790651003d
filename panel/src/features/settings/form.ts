import type { ConfigAnswer, ManagerConfig } from "../../api/manage-types";

/** What the manager answers in place of a stored key; sent back, it means "unchanged". */
export const KEY_PLACEHOLDER = "********";
export const MODES = ["auto", "subscribe", "resp", "http"] as const;
export type Mode = (typeof MODES)[number];

/** The settings as they are typed: numbers as text, so that a half-typed one is no other number. */
export interface Draft {
  url: string;
  /** Empty = keep what is stored. */
  key: string;
  enabled: boolean;
  /** Whether the gateway's usage publishing is switched on whenever it is found off. */
  publishing: boolean;
  mode: Mode;
  poll: string;
  batch: string;
  queryLimit: string;
  tlsSkipVerify: boolean;
}

export type Field = keyof Draft;

/** Where a setting stands in the configuration, and the variable that can fix it. */
const PATHS: Record<Field, { path: string; variable: string }> = {
  url: { path: "cpaConnection.cpaBaseUrl", variable: "CPA_UPSTREAM_URL" },
  key: { path: "cpaConnection.managementKey", variable: "CPA_MANAGEMENT_KEY" },
  enabled: { path: "collector.enabled", variable: "" },
  publishing: { path: "collector.ensureUsageStatisticsEnabled", variable: "" },
  mode: { path: "collector.collectorMode", variable: "USAGE_COLLECTOR_MODE" },
  poll: { path: "collector.pollIntervalMs", variable: "USAGE_POLL_INTERVAL_MS" },
  batch: { path: "collector.batchSize", variable: "USAGE_BATCH_SIZE" },
  queryLimit: { path: "collector.queryLimit", variable: "USAGE_QUERY_LIMIT" },
  tlsSkipVerify: { path: "collector.tlsSkipVerify", variable: "USAGE_RESP_TLS_SKIP_VERIFY" },
};
export const FIELDS = Object.keys(PATHS) as Field[];

export function draftOf({ config }: ConfigAnswer): Draft {
  const { cpaConnection, collector } = config;
  const number = (value: number | null | undefined) => (value === null || value === undefined ? "" : String(value));
  return {
    url: cpaConnection?.cpaBaseUrl ?? "",
    key: "",
    enabled: collector?.enabled ?? true,
    publishing: collector?.ensureUsageStatisticsEnabled ?? true,
    mode: MODES.find((mode) => mode === collector?.collectorMode) ?? "auto",
    poll: number(collector?.pollIntervalMs),
    batch: number(collector?.batchSize),
    queryLimit: number(collector?.queryLimit),
    tlsSkipVerify: collector?.tlsSkipVerify ?? false,
  };
}

/** The variable that fixes a setting, if one does: then it is shown and cannot be changed here. */
export function lockOf(field: Field, locked: readonly string[]): string | undefined {
  const { path, variable } = PATHS[field];
  const fixed = locked.some((name) => path === name || path.startsWith(`${name}.`));
  return fixed ? variable || path : undefined;
}

export function changesOf(before: Draft, draft: Draft): Field[] {
  return FIELDS.filter((field) => {
    const [was, is] = [before[field], draft[field]];
    return typeof was === "string" && typeof is === "string" ? was.trim() !== is.trim() : was !== is;
  });
}

/** What was typed, over settings that are stored now: what was not touched follows them. */
export function rebased(before: Draft, draft: Draft, stored: Draft): Draft {
  const changed = changesOf(before, draft);
  return { ...stored, ...Object.fromEntries(changed.map((field) => [field, draft[field]])) };
}

export type Problem =
  | { kind: "url" }
  | { kind: "key" }
  | { kind: "whole" }
  | { kind: "retention"; value: number; limit: number };

const whole = (text: string) => (/^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN);

/** What cannot be saved, and why. */
export function problemsOf(
  draft: Draft,
  { keyStored, retentionMs }: { keyStored: boolean; retentionMs: number | null },
): Partial<Record<Field, Problem>> {
  const found: Partial<Record<Field, Problem>> = {};
  if (draft.url.trim() === "") found.url = { kind: "url" };
  if (draft.key.trim() === "" && !keyStored) found.key = { kind: "key" };
  for (const field of ["poll", "batch", "queryLimit"] as const) {
    if (!(whole(draft[field]) >= 1)) found[field] = { kind: "whole" };
  }
  const poll = whole(draft.poll);
  if (draft.enabled && retentionMs !== null && poll > retentionMs)
    found.poll = { kind: "retention", value: poll, limit: retentionMs };
  return found;
}

/** The members to send: only what was changed, so that nothing else is touched. */
export function updateOf(changes: readonly Field[], draft: Draft): ManagerConfig {
  const changed = (field: Field) => changes.includes(field);
  const update: ManagerConfig = {};
  if (changed("url") || changed("key")) {
    update.cpaConnection = {
      cpaBaseUrl: draft.url.trim(),
      managementKey: draft.key.trim() === "" ? KEY_PLACEHOLDER : draft.key.trim(),
    };
  }
  const collector: NonNullable<ManagerConfig["collector"]> = {};
  if (changed("enabled")) collector.enabled = draft.enabled;
  if (changed("publishing")) collector.ensureUsageStatisticsEnabled = draft.publishing;
  if (changed("mode")) collector.collectorMode = draft.mode;
  if (changed("poll")) collector.pollIntervalMs = whole(draft.poll);
  if (changed("batch")) collector.batchSize = whole(draft.batch);
  if (changed("queryLimit")) collector.queryLimit = whole(draft.queryLimit);
  if (changed("tlsSkipVerify")) collector.tlsSkipVerify = draft.tlsSkipVerify;
  if (Object.keys(collector).length > 0) update.collector = collector;
  return update;
}

/** Changes that stop what runs now for a moment or for good: they are asked about first. */
export function isRisky(changes: readonly Field[], draft: Draft): boolean {
  return changes.includes("url") || changes.includes("key") || (changes.includes("enabled") && !draft.enabled);
}

/** The name of a browser and its system, as far as its user agent tells; the whole text otherwise. */
export function browserOf(userAgent: string | null | undefined): { browser: string; system: string } | null {
  const text = userAgent ?? "";
  const browser = [
    [/Edg\//, "Edge"],
    [/OPR\//, "Opera"],
    [/Firefox\//, "Firefox"],
    [/Chrome\//, "Chrome"],
    [/Safari\//, "Safari"],
  ] as const;
  const system = [
    [/iPhone|iPad/, "iOS"],
    [/Android/, "Android"],
    [/Windows/, "Windows"],
    [/Mac OS X/, "macOS"],
    [/Linux|X11/, "Linux"],
  ] as const;
  const find = (table: typeof browser | typeof system) => table.find(([pattern]) => pattern.test(text))?.[1];
  const found = find(browser);
  return found ? { browser: found, system: find(system) ?? "" } : null;
}
