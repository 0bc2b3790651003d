// @vitest-environment node
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
// @ts-expect-error a plain script without types
import { tokensCss } from "../../scripts/tokens.mjs";

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");

it("writes every token into the style sheet", () => {
  const tokens = JSON.parse(read("tokens.json")) as { color: { dark: { role: Record<string, string> } } };
  expect(read("tokens.css")).toBe(tokensCss(tokens));
  expect(read("tokens.css")).toContain(`--bad: ${tokens.color.dark.role.bad}`);
});
