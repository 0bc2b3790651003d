// @vitest-environment node
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

/** Every file that is loaded with a file of this folder, and every package. */
function loaded(file: URL, found: Set<string>): Set<string> {
  const path = fileURLToPath(file);
  if (found.has(path)) return found;
  found.add(path);
  for (const [, from = ""] of readFileSync(path, "utf8").matchAll(
    /^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gms,
  )) {
    if (!from.startsWith(".")) found.add(from);
    else {
      const next = [`${from}.ts`, `${from}.tsx`, `${from}/index.ts`, `${from}/index.tsx`].map(
        (each) => new URL(each, file),
      );
      const there = next.find((each) => existsSync(each));
      if (there) loaded(there, found);
    }
  }
  return found;
}

it("imports nothing that draws: the questions are sent before there is anything to draw", () => {
  const found = [...loaded(new URL("./questions.ts", import.meta.url), new Set())];
  expect(found.some((path) => path.endsWith("/api/client.ts"))).toBe(true);
  expect(found.filter((path) => path.endsWith(".tsx") || /^(@base-ui\/)?react|react-/.test(path))).toEqual([]);
});
