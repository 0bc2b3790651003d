import { CATEGORIES, type ChartColor } from "../../ui/chart";

/** An entity keeps its colour while the page is open, also when the order changes. */
const given = new Map<string, ChartColor>();

export function colorsFor(dimension: string, keys: readonly string[]): Map<string, ChartColor> {
  const name = (key: string) => `${dimension} ${key}`;
  const shown = keys.slice(0, CATEGORIES.length);
  const used = new Set<ChartColor>();
  const out = new Map<string, ChartColor>();
  for (const key of shown) {
    const before = given.get(name(key));
    // Two that have not been shown together may have the same colour: the greater one keeps it.
    if (!before || used.has(before)) continue;
    used.add(before);
    out.set(key, before);
  }
  for (const key of shown) {
    if (out.has(key)) continue;
    const free = CATEGORIES.find((color) => !used.has(color)) ?? "others";
    used.add(free);
    out.set(key, free);
    given.set(name(key), free);
  }
  return out;
}
