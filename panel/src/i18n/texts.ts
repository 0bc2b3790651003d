import type { Language } from "../lib/format";
import { en as base } from "./en";
import { manageEn } from "./manage.en";
import { manageZh } from "./manage.zh-CN";
import { zhCN } from "./zh-CN";

/** Every text in English. */
export const en = { ...base, ...manageEn };

/** A text, or its forms for one and for many. */
export type Text = string | { one: string; other: string };

export type Key = keyof typeof en;

export const texts: Record<Language, Record<Key, Text>> = { en, "zh-CN": { ...zhCN, ...manageZh } };
