// Holds docs/panel.md honest: every number of the inventory stands there once, and every test it names exists.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** npm runs its scripts in the folder of the package. */
const ROOT = join(process.cwd(), "..");
const AREAS = {
  "P-SHELL": 21,
  "P-LOGIN": 10,
  "P-DASH": 15,
  "P-USE": 25,
  "P-MON": 22,
  "P-PRICE": 6,
  "P-CFGM": 4,
  "P-SYS": 4,
  "P-DEMO": 1,
  "P-OFF": 16,
  "P-NEW": 24,
};
/** The weaknesses of these areas. */
const WEAKNESSES = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 20, 23, 27, 28, 29, 30, 32, 33, 35, 36, 37];
const STATES = ["built", "otherwise", "not built"];

const two = (number) => String(number).padStart(2, "0");
const document = readFileSync(join(ROOT, "docs/panel.md"), "utf8");
const rows = document
  .split("\n")
  .filter((line) => /^\| [PW]-/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );

/** Titles of the tests in a file; what a template fills in may be anything. */
function titlesIn(path) {
  const text = readFileSync(path, "utf8");
  const found = text.matchAll(
    /\b(?:spec|withHistory|(?:it|test)(?:\.runIf\([^"`]*?\))?(?:\.each\(\w+\))?)\(\s*(?:world,\s*)?("(?:[^"\\]|\\.)*"|`[^`]*`)/g,
  );
  return [...found].map(([, literal]) => {
    const parts = literal
      .slice(1, -1)
      .replaceAll('\\"', '"')
      .split(/\$\{[^}]*\}|%s/);
    return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`);
  });
}

const files = new Map([
  ...readdirSync(join(ROOT, "panel/e2e/specs")).map((name) => [name, join(ROOT, "panel/e2e/specs", name)]),
  ...readdirSync(join(ROOT, "panel/src"), { recursive: true })
    .filter((name) => /\.test\.tsx?$/.test(name))
    .map((name) => [name, join(ROOT, "panel/src", name)]),
]);

describe("docs/panel.md", () => {
  it("has every number of the inventory once, and no other", () => {
    const wanted = Object.entries(AREAS).flatMap(([area, last]) =>
      Array.from({ length: last }, (_, index) => `${area}-${two(index + 1)}`),
    );
    wanted.push(...WEAKNESSES.map((number) => `W-${two(number)}`));
    expect(rows.map(([number]) => number)).toEqual(wanted);
  });

  it("says of each feature whether it is built, where or why not, and names a test for what is", () => {
    for (const [number, ...cells] of rows) {
      if (number.startsWith("W-")) {
        expect(cells, number).toHaveLength(2);
        expect(cells[1], number).toMatch(/^`/);
        continue;
      }
      const [state, where, shown] = cells;
      expect(STATES, number).toContain(state);
      expect(where.length, number).toBeGreaterThan(8);
      if (state !== "not built") expect(shown, number).toMatch(/^`/);
    }
  });

  it("names tests that exist", () => {
    const named = [...document.matchAll(/`([\w./-]+\.(?:mjs|tsx?))` “([^”]+)”/g)];
    expect(named.length).toBeGreaterThan(100);
    const missing = named.filter(([, file, title]) => {
      const path = files.get(file);
      return !path || !titlesIn(path).some((pattern) => pattern.test(title));
    });
    expect(missing.map(([text]) => text)).toEqual([]);
  });
});
