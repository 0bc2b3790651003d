// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const FOLDER = new URL("./", import.meta.url);

/** Sources with a field for a secret, and everything that they send. */
const forms = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".tsx") && !name.endsWith(".test.tsx"))
  .map((name) => ({ name, text: readFileSync(new URL(name, FOLDER), "utf8") }))
  .filter(({ text }) => /SecretField|ConnectionPanel \{/.test(text));

it("keeps nothing that a form with a secret has sent: neither in the cache of mutations nor as their variables", () => {
  const sending = forms.filter(({ text }) => text.includes("useMutation("));
  expect(sending.map(({ name }) => name).sort()).toEqual([
    "gateway/login.tsx",
    "login/page.tsx",
    "settings/page.tsx",
    "setup/page.tsx",
  ]);
  for (const { name, text } of sending) {
    const mutations = text.match(/useMutation\(\{[\s\S]*?\n {2}\}\);/g) ?? [];
    expect(mutations.length, name).toBe(text.match(/useMutation\(/g)?.length);
    for (const mutation of mutations) {
      expect(mutation, name).toContain("gcTime: 0");
      expect(mutation, `${name}: variables are kept`).toMatch(/mutationFn: \(\) =>/);
      expect(mutation, `${name}: what was sent is forgotten`).toMatch(/onSettled/);
    }
  }
});
