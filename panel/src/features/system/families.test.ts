import { describe, expect, it } from "vitest";
import { familiesOf } from "./families";

describe("families of models", () => {
  it("groups by the model, not by who resells it", () => {
    const families = familiesOf(["openrouter/moonshotai/kimi-k2", "o3-mini", "gpt-5.4", "my-model", "claude-opus-4-6"]);
    expect(families.map(({ name, models }) => [name, models])).toEqual([
      ["GPT", ["gpt-5.4", "o3-mini"]],
      ["Claude", ["claude-opus-4-6"]],
      ["Kimi", ["openrouter/moonshotai/kimi-k2"]],
      ["", ["my-model"]],
    ]);
  });

  it("names each model once and shows no empty family", () => {
    expect(familiesOf(["grok-4.5", "grok-4.5"])).toEqual([{ name: "Grok", models: ["grok-4.5"] }]);
    expect(familiesOf([])).toEqual([]);
  });
});
