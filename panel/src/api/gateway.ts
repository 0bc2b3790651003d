/**
 * CPA's own management routes. The manager relays them; in the file that CPA hosts they are asked directly (`direct.ts`).
 * Answers hold keys in plain text, so each is cut down here to what pages show, and nothing else of it is kept.
 */
import { send, throughGateway } from "./client";
import { getAsClient, getDirect, isHosted, signInDirect } from "./direct";
import { type ApiError, asApiError } from "./errors";

const ROOT = "/v0/management/";

/**
 * A gateway's address as a person types it: with a scheme, without the management path and the panel's own file.
 * Nothing = the host of this page; `null` = no address.
 */
export function baseOf(typed: string): string | null {
  const text = typed.trim();
  if (text === "") return "";
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    if (url.protocol !== "http:" && url.protocol !== "https:") return null;
    return `${url.origin}${url.pathname.replace(/\/(v0\/management.*|management\.html)?$/, "").replace(/\/+$/, "")}`;
  } catch {
    return null;
  }
}

function get(route: string, signal?: AbortSignal): Promise<unknown> {
  const path = `${ROOT}${route}`;
  if (isHosted()) return getDirect(path, signal);
  return throughGateway(() => send<unknown>("GET", path, { signal }), signal);
}

/** Whether a route is not there, which an older gateway may say; any other failure says nothing of it. */
function isAbsent(answer: PromiseSettledResult<unknown> | undefined): boolean {
  return answer?.status === "rejected" && asApiError(answer.reason).status === 404;
}

type Json = Record<string, unknown>;
const record = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(record) : []);
const word = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);

/** Ten minutes of a credential, as CPA counts them. */
export interface Slot {
  success: number;
  failed: number;
}

/** A login or key file that CPA holds. Counters begin with CPA's start. */
export interface GatewayCredential {
  id: string;
  /** The handle that records name it by. */
  index: string;
  name: string;
  provider: string;
  /** CPA's own word: `active`, `pending`, `refreshing`, `error`, `disabled`, `unknown`. */
  status: string;
  message: string;
  disabled: boolean;
  unavailable: boolean;
  success: number;
  failed: number;
  /** Oldest first. */
  recent: Slot[];
}

/** A provider key of CPA's configuration, masked. */
export interface GatewayKeyUse {
  id: string;
  provider: string;
  masked: string;
  success: number;
  failed: number;
  recent: Slot[];
}

function slots(value: unknown): Slot[] {
  return list(value).map(({ success, failed }) => ({ success: count(success), failed: count(failed) }));
}

/** First and last characters of a key; of a short one, nothing. */
export function masked(key: string): string {
  return key.length >= 12 ? `${key.slice(0, 3)}…${key.slice(-4)}` : "…";
}

export function credentialsOf(answer: unknown): GatewayCredential[] {
  return list(record(answer).files).map((file) => ({
    id: word(file.id) || word(file.name),
    index: word(file.auth_index),
    name: word(file.email) || word(file.label) || word(file.account) || word(file.name),
    provider: word(file.provider) || word(file.type),
    status: word(file.status) || "unknown",
    message: word(file.status_message),
    disabled: file.disabled === true,
    unavailable: file.unavailable === true,
    success: count(file.success),
    failed: count(file.failed),
    recent: slots(file.recent_requests),
  }));
}

export function keyUseOf(answer: unknown): GatewayKeyUse[] {
  return Object.entries(record(answer)).flatMap(([provider, keys]) =>
    Object.entries(record(keys)).map(([at, use], index) => {
      const found = record(use);
      return {
        id: `${provider} ${index}`,
        provider,
        // "<base-url>|<key>"; a base URL has no bar in it.
        masked: masked(at.slice(at.lastIndexOf("|") + 1)),
        success: count(found.success),
        failed: count(found.failed),
        recent: slots(found.recent_requests),
      };
    }),
  );
}

/** Settings that have a route of their own, so that the whole configuration with its keys need not be read. */
const SETTINGS = {
  debug: ["debug", "debug"],
  fileLog: ["logging-to-file", "logging_to_file"],
  requestLog: ["request-log", "request_log"],
  retries: ["request-retry", "request_retry"],
  wsAuth: ["ws-auth", "ws_auth"],
  strategy: ["routing/strategy", "routing_strategy"],
  proxy: ["proxy-url", "proxy_host"],
  publishing: ["usage-statistics-enabled", "usage_statistics_enabled"],
} as const;
export type GatewaySetting = keyof typeof SETTINGS;
/** `null` where this CPA does not say; an error where it was asked and could not be read. */
export type GatewaySettings = Record<GatewaySetting, string | number | boolean | null | ApiError>;

/** The host of a proxy address; user and password in it are nobody's business. */
function hostOf(address: string): string {
  try {
    return address === "" ? "" : new URL(address).host;
  } catch {
    return "…";
  }
}

/** The manager reads all of them in one call, and keeps the keys that stand beside them. */
async function settings(signal?: AbortSignal): Promise<GatewaySettings> {
  const names = Object.keys(SETTINGS) as GatewaySetting[];
  const found = {} as GatewaySettings;
  if (!isHosted()) {
    const told = record(
      await throughGateway(() => send<unknown>("GET", "/api/v1/gateway-settings", { signal }), signal),
    );
    for (const name of names) found[name] = plain(told[SETTINGS[name][1]]);
    return found;
  }
  const answers = await Promise.allSettled(names.map((name) => get(SETTINGS[name][0], signal)));
  const first = answers.find((answer) => answer.status === "fulfilled");
  // Where nothing answers, the fault is not the routes'.
  if (!first && answers[0]?.status === "rejected") throw answers[0].reason;
  for (const [index, name] of names.entries()) {
    const answer = answers[index];
    if (answer?.status === "rejected") {
      found[name] = isAbsent(answer) ? null : asApiError(answer.reason);
      continue;
    }
    const value = plain(Object.values(record(answer?.value))[0]);
    found[name] = name === "proxy" && typeof value === "string" ? hostOf(value) : value;
  }
  return found;
}

function plain(value: unknown): string | number | boolean | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** The sections of CPA's configuration that hold provider keys. */
const PROVIDERS = [
  "gemini-api-key",
  "interactions-api-key",
  "codex-api-key",
  "xai-api-key",
  "claude-api-key",
  "vertex-api-key",
  "openai-compatibility",
] as const;

export interface GatewayStock {
  clientKeys: number;
  /** Provider keys of the configuration; `null` where not every section could be read. */
  providerKeys: number | null;
  /** Offered to clients; `null` where they could not be read with a client key. */
  models: number | null;
}

/** The keys of a section; an entry of `openai-compatibility` holds several. */
export function keysOf(section: string, entries: unknown): number {
  if (section !== "openai-compatibility") return list(entries).length;
  return list(entries).reduce((sum, entry) => {
    const keys = entry["api-key-entries"] ?? entry["api-keys"];
    return sum + (Array.isArray(keys) ? keys.length : 0);
  }, 0);
}

/** What is configured, in numbers. Only for direct use: the answers hold every key in plain text. */
async function stock(signal?: AbortSignal): Promise<GatewayStock> {
  const keys = record(await get("api-keys", signal))["api-keys"];
  const clientKeys = Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
  const answers = await Promise.allSettled(PROVIDERS.map((section) => get(section, signal)));
  let providerKeys: number | null = 0;
  for (const [index, section] of PROVIDERS.entries()) {
    const answer = answers[index];
    if (answer?.status === "fulfilled") {
      if (providerKeys !== null) providerKeys += keysOf(section, record(answer.value)[section]);
    } else if (!isAbsent(answer)) providerKeys = null;
  }
  const [client] = clientKeys;
  let models: number | null = null;
  if (client !== undefined) {
    models = await getAsClient("/v1/models", client)
      .then((answer) => list(record(answer).data).length)
      .catch(() => null);
  }
  return { clientKeys: clientKeys.length, providerKeys, models };
}

/** Files with a failed request each; `null` while CPA logs every request, which it then does not list here. */
async function errorLogs(signal?: AbortSignal): Promise<number | null> {
  const [all] = await Promise.allSettled([get("request-log", signal)]);
  if (all.status === "fulfilled" && record(all.value)["request-log"] === true) return null;
  if (all.status === "rejected" && !isAbsent(all)) throw all.reason;
  return errorLogFiles(signal);
}

/** Files with a failed request each; none while CPA logs every request. */
async function errorLogFiles(signal?: AbortSignal): Promise<number> {
  return list(record(await get("request-error-logs", signal)).files).length;
}

export const gateway = {
  /** Whether CPA takes this key; one attempt only. */
  signIn: (key: string, at: string) => signInDirect(`${ROOT}debug`, key, at),
  credentials: async (signal?: AbortSignal) => credentialsOf(await get("auth-files", signal)),
  keyUse: async (signal?: AbortSignal) => keyUseOf(await get("api-key-usage", signal)),
  errorLogs,
  errorLogFiles,
  /** The newest release that CPA knows of; CPA asks, never the browser. */
  latestVersion: async (signal?: AbortSignal) => word(record(await get("latest-version", signal))["latest-version"]),
  settings,
  stock,
};
