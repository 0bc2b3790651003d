import { send, throughGateway } from "./client";
import type {
  AccountPolicy,
  AliasItem,
  AliasUpdate,
  BrowserSession,
  ClientKeys,
  CollectorTest,
  ConfigAnswer,
  GatewayModels,
  GivenSetting,
  ManagerConfig,
  Preferences,
  Storage,
} from "./manage-types";

/** The manager asks the gateway, which has its own time-outs. */
const GATEWAY_TIMEOUT_MS = 90_000;

export const manage = {
  preferences: () => send<Preferences>("GET", "/api/v1/preferences"),
  savePreferences: (body: Preferences) => send<Preferences>("PUT", "/api/v1/preferences", { body }),
  sessions: () => send<{ items: BrowserSession[] }>("GET", "/api/v1/sessions"),
  endSession: (id: string) => send<undefined>("DELETE", `/api/v1/sessions/${encodeURIComponent(id)}`),
  endOtherSessions: () => send<{ ended: number }>("DELETE", "/api/v1/sessions"),
  settings: () => send<{ items: GivenSetting[] }>("GET", "/api/v1/settings"),
  storage: () => send<Storage>("GET", "/api/v1/storage"),
  saveConfig: (config: ManagerConfig) =>
    send<ConfigAnswer>("PUT", "/usage-service/config", { body: { config }, timeout: GATEWAY_TIMEOUT_MS }),
  /** What of collecting works from where the manager runs; tried now, without taking a record. */
  testCollector: () => send<CollectorTest>("POST", "/api/v1/collector/test", { timeout: GATEWAY_TIMEOUT_MS }),
  publish: () =>
    send<unknown>("PUT", "/v0/management/usage-statistics-enabled", {
      body: { value: true },
      timeout: GATEWAY_TIMEOUT_MS,
    }),
  policy: () => send<AccountPolicy>("GET", "/usage-service/account-processing-policy"),
  models: () => throughGateway(() => send<GatewayModels>("GET", "/api/v1/models", { timeout: GATEWAY_TIMEOUT_MS })),
  clientKeys: () =>
    throughGateway(() => send<ClientKeys>("GET", "/api/v1/client-keys", { timeout: GATEWAY_TIMEOUT_MS })),
  aliases: () => send<{ items: AliasItem[] }>("GET", "/v0/management/api-key-aliases"),
  saveAliases: (body: AliasUpdate) => send<{ items: AliasItem[] }>("PUT", "/v0/management/api-key-aliases", { body }),
  removeAlias: (hash: string) =>
    send<{ ok: boolean }>("DELETE", `/v0/management/api-key-aliases/${encodeURIComponent(hash)}`),
};
