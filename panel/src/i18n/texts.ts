import type { Language } from "../lib/format";
import { en } from "./en";
import { zhCN } from "./zh-CN";

export { en } from "./en";

/** A text, or its forms for one and for many. */
export type Text = string | { one: string; other: string };

export type Key = keyof typeof en;

export const texts: Record<Language, Record<Key, Text>> = { en, "zh-CN": zhCN };
