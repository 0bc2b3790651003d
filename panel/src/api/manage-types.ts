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

/** What a person chose for every browser; `null` = as the browser has it. */
export interface Preferences {
  time_zone: string | null;
  language: string | null;
  theme: string | null;
  updated_at_ms?: number | null;
}

export interface BrowserSession {
  id: string;
  created_at_ms: number;
  last_seen_at_ms?: number | null;
  expires_at_ms: number;
  address?: string | null;
  user_agent?: string | null;
  current: boolean;
}

export interface TableSize {
  name: string;
  rows?: number | null;
  bytes: number;
}

export type IndexState = "ready" | "building" | "rebuilding" | "off" | "failed";

export interface Storage {
  measured_at_ms: number;
  data_dir: string;
  disk: { total_bytes?: number | null; free_bytes?: number | null };
  database: {
    path: string;
    bytes: number;
    wal_bytes: number;
    shm_bytes: number;
    free_page_bytes: number;
    schema_version: number;
    page_bytes: number;
  };
  events: { count: number; oldest_ms?: number | null; newest_ms?: number | null; bytes_per_event?: number | null };
  /** Largest first, each with its indexes; empty when the server cannot tell. */
  tables: TableSize[];
  index: {
    state: IndexState;
    reason?: string | null;
    /** 0 to 1 while it is being built. */
    progress?: number | null;
    events: number;
    segments: number;
    bytes: number;
    bytes_per_event?: number | null;
    memory_bytes?: number | null;
    generation: number;
    behind_events: number;
    built_at_ms?: number | null;
  };
  imports: { sessions: number; bytes: number };
  growth?: {
    days: number;
    events_per_day: number;
    bytes_per_day: number;
    days_left?: number | null;
  } | null;
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

/** Why the gateway could not be asked. */
export interface GatewayRefusal {
  code: string;
  text: string;
  hint?: string | null;
}

export interface ClientKeys {
  read_at_ms?: number | null;
  error?: GatewayRefusal | null;
  items: { api_key_hash: string; masked: string }[];
}

export interface GatewayModels {
  read_at_ms?: number | null;
  error?: GatewayRefusal | null;
  items: { id: string; owned_by?: string | null; created?: number | null }[];
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
