import { type Language, RULES } from "../lib/languages";
import { refusalsZh } from "./refusals.zh-CN";
import { en, type Key, type Text, zhCN } from "./texts";

/** Everything that is said in a language. */
export interface Pack {
  texts: Readonly<Record<Key, Text>>;
  /** Code of the manager → what happened, what to do next. Without an entry its own words stand, which are English. */
  refusals: Readonly<Record<string, readonly [text: string, hint: string] | undefined>>;
}

/** The languages that every start needs; the others stand in the page as data, which nobody reads before it is wanted. */
const packs = new Map<Language, Pack>([
  ["en", { texts: en, refusals: {} }],
  ["zh-CN", { texts: zhCN, refusals: refusalsZh }],
]);

/** Id of the element of the page that holds a language. `vite.config.ts` puts them there. */
export function packElement(language: Language): string {
  return `texts-${language}`;
}

function read(language: Language): Pack | null {
  const text = globalThis.document?.getElementById(packElement(language))?.textContent;
  return text ? (JSON.parse(text) as Pack) : null;
}

/** What is said in a language; in English where the page does not have it. */
export function packOf(language: Language): Pack {
  let found = packs.get(language);
  if (!found) {
    // A text that is younger than its translation is said in English.
    const own = read(language) ?? { texts: en, refusals: {} };
    found = { texts: { ...en, ...own.texts }, refusals: own.refusals };
    packs.set(language, found);
  }
  return found;
}

export const LANGUAGES: readonly { id: Language; name: string; short: string }[] = Object.entries(RULES).map(
  ([id, { name, short }]) => ({ id: id as Language, name, short }),
);
