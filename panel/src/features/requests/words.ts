import type { Key } from "../../i18n";

/** Words for what the manager stores as a code. One that is not known here is shown as it is. */
export const CODE_WORDS: Readonly<Record<string, Key | undefined>> = {
  breakdown: "code.breakdown",
  counters: "code.counters",
  complete: "code.complete",
  inconsistent: "code.inconsistent",
  unclassified: "code.unclassified",
  included_in_input: "code.includedInInput",
  separate_from_input: "code.separateFromInput",
  reported: "code.reported",
  assumed: "code.assumed",
  implausible: "code.implausible",
  manual: "code.manual",
  built_in: "code.builtIn",
};

/** A code in words. */
export function codeWords(t: (key: Key) => string, code: string): string {
  const key = CODE_WORDS[code];
  return key ? t(key) : code.replaceAll("_", " ");
}
