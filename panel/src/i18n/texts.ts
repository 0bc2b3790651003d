import { auditEn, auditZh } from "./areas/audit";
import { chartEn, chartZh } from "./areas/chart";
import { dashboardEn, dashboardZh } from "./areas/dashboard";
import { gatewayEn, gatewayZh } from "./areas/gateway";
import { manageEn, manageZh } from "./areas/manage";
import { monitorEn, monitorZh } from "./areas/monitor";
import { pricesEn, pricesZh } from "./areas/prices";
import { shellEn, shellZh } from "./areas/shell";
import { usageEn, usageZh } from "./areas/usage";
import { baseEn } from "./en";
import { baseZh } from "./zh-CN";

/** A text, or its forms by number. */
export type Text = string | Forms;

/** Forms by the plural rules of the language; the last resort is `other`, or `many` where a language has no `other`. */
export type Forms = { readonly [rule in Intl.LDMLPluralRule]?: string };

/** Every text of the panel in English. Values in braces are put in; `n` chooses between one and many. */
export const en = {
  ...baseEn,
  ...shellEn,
  ...chartEn,
  ...dashboardEn,
  ...usageEn,
  ...manageEn,
  ...pricesEn,
  ...monitorEn,
  ...gatewayEn,
  ...auditEn,
} as const;

export type Key = keyof typeof en;

export const zhCN: Record<Key, Text> = {
  ...baseZh,
  ...shellZh,
  ...chartZh,
  ...dashboardZh,
  ...usageZh,
  ...manageZh,
  ...pricesZh,
  ...monitorZh,
  ...gatewayZh,
  ...auditZh,
};
