/** Families of models, in the order shown; the first whose pattern fits takes a name. */
const FAMILIES = [
  ["GPT", /(^|\/)(gpt|chatgpt|o[134](-|$)|codex)/],
  ["Claude", /claude/],
  ["Gemini", /gemini/],
  ["Kimi", /kimi|moonshot/],
  ["Qwen", /qwen|qwq/],
  ["GLM", /glm|zhipu/],
  ["Grok", /grok/],
  ["DeepSeek", /deepseek/],
  ["MiniMax", /minimax|abab/],
] as const;

export interface Family {
  /** Empty = none of the known ones. */
  name: string;
  models: string[];
}

/** Models by family, names sorted; families without a model are left out. */
export function familiesOf(models: readonly string[]): Family[] {
  const found = new Map<string, string[]>();
  for (const model of new Set(models)) {
    const lower = model.toLowerCase();
    const name = FAMILIES.find(([, pattern]) => pattern.test(lower))?.[0] ?? "";
    found.set(name, [...(found.get(name) ?? []), model]);
  }
  return [...FAMILIES.map(([name]) => name as string), ""]
    .filter((name) => found.has(name))
    .map((name) => ({ name, models: (found.get(name) ?? []).sort((a, b) => a.localeCompare(b)) }));
}
