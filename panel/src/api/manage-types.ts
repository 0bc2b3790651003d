/**
 * Shapes of the routes behind the "Manage" pages, from the contract. Times are Unix milliseconds; `null` and an absent
 * member mean "not known".
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type ConfigAnswer = Schemas["ConfigAnswer"];
export type ManagerConfig = Schemas["ManagerConfig"];
export type AccountPolicy = Schemas["AccountProcessingPolicy"];
export type ImportSession = Schemas["ImportSession"];
export type ImportResult = Schemas["ImportResult"];

/** What a person chose for every browser; an empty text = as the browser has it. */
export type Preferences = Required<Schemas["Preferences"]>;
export type BrowserSession = Schemas["SessionItem"];
export type Storage = Schemas["StorageDocument"];
/** The column index, as `/status` has it. */
export type ColumnIndex = Schemas["IndexDocument"];
/** A setting that a flag, the environment or the configuration file sets. */
export type GivenSetting = Schemas["GivenSetting"];

/** One step of a test. */
export type CollectorCheck = Schemas["ConnectionCheck"];
export type CollectorTest = Schemas["CollectorTestAnswer"];
export type ClientKeys = Schemas["ClientKeyList"];
export type GatewayModels = Schemas["GatewayModelList"];
export type AliasItem = Schemas["KeyAlias"];
export type AliasUpdate = Schemas["KeyAliasUpdate"];
