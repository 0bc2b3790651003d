/**
 * Shapes of the routes behind the "Manage" pages, written by hand until the OpenAPI document has them. Times are Unix
 * milliseconds, money is USD, rates are USD per 1,000,000 tokens; `null` and an absent member mean "not known".
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type ConfigAnswer = Schemas["ConfigAnswer"];
export type ManagerConfig = Schemas["ManagerConfig"];
export type AccountPolicy = Schemas["AccountProcessingPolicy"];
export type ImportSession = Schemas["ImportSession"];
export type ImportResult = Schemas["ImportResult"];

/** What a person chose for every browser; an empty text = as the browser has it. */
export interface Preferences {
  time_zone: string;
  language: string;
  theme: string;
  density: string;
}

export interface BrowserSession {
  id: string;
  current: boolean;
  created_at_ms: number;
  last_used_at_ms: number;
  expires_at_ms: number;
  /** The address at login. */
  client: string;
  user_agent: string;
}

export interface Storage {
  events: number;
  first_event_ms?: number | null;
  last_event_ms?: number | null;
  database_bytes: number;
  /** The part of it that is free for new data. */
  free_bytes: number;
  wal_bytes: number;
  /** Used bytes of the file for each event. */
  bytes_per_event?: number | null;
  dead_letters: number;
}

/** The column index, as `/status` has it. */
export interface ColumnIndex {
  state: string;
  generation: number;
  lag: number;
  events: number;
  eventsExpected: number;
  segments: number;
  missingSegments: number;
  diskBytes: number;
  textBytes: number;
  memoryBytes: number;
  rowsRead: number;
  repricing: boolean;
  rebuildReason: string;
  rebuiltAtMs?: number | null;
  error: string;
}

/** A setting that a flag, the environment or the configuration file sets. */
export interface GivenSetting {
  name: string;
  source: string;
  member?: string;
}

export interface CollectorCheck {
  name: string;
  state: string;
  code?: string | null;
  text: string;
  hint?: string | null;
  took_ms?: number | null;
  in_use?: boolean;
}

export interface CollectorTest {
  ok: boolean;
  tested_at_ms?: number;
  checks: CollectorCheck[];
}

export interface ClientKeys {
  items: { api_key_hash: string; masked: string }[];
}

export interface GatewayModels {
  items: { id: string; owned_by?: string; created?: number }[];
}

export interface AliasItem {
  apiKeyHash: string;
  alias: string;
  updatedAtMs?: number;
}

export interface AliasUpdate {
  items: { apiKeyHash: string; alias: string }[];
  activeApiKeyHashes?: string[];
  allowOrphanAliasCleanup?: boolean;
}
