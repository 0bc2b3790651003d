/** Search parameters of the address: plain `name=value` pairs, repeated names for lists. */
export type RawSearch = Record<string, string | string[]>;

export function parseSearch(text: string): RawSearch {
  // A map first: a parameter may be called `__proto__`.
  const found = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text.startsWith("?") ? text.slice(1) : text)) {
    const before = found.get(name);
    if (before === undefined) found.set(name, value);
    else if (Array.isArray(before)) before.push(value);
    else found.set(name, [before, value]);
  }
  return Object.fromEntries(found);
}

export function stringifySearch(search: Record<string, unknown>): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === "") continue;
    for (const item of Array.isArray(value) ? value : [value]) out.append(name, String(item));
  }
  const text = out.toString();
  return text === "" ? "" : `?${text}`;
}

const MOST_VALUES = 50;
const LONGEST_VALUE = 500;

/** All values of a name, without blanks and repetitions, in a stable order. */
export function list(value: unknown): string[] | undefined {
  const items = (Array.isArray(value) ? value : [value])
    .filter((item) => typeof item === "string" || typeof item === "number")
    .map((item) => String(item).trim().slice(0, LONGEST_VALUE))
    .filter((item) => item !== "");
  const unique = [...new Set(items)].slice(0, MOST_VALUES);
  return unique.length > 0 ? unique : undefined;
}

export function text(value: unknown, limit = LONGEST_VALUE): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  const trimmed = typeof first === "string" || typeof first === "number" ? String(first).trim().slice(0, limit) : "";
  return trimmed === "" ? undefined : trimmed;
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  const found = text(value);
  return allowed.find((item) => item === found);
}

export function milliseconds(value: unknown): number | undefined {
  const found = text(value);
  if (found === undefined || !/^\d{1,15}$/.test(found)) return undefined;
  return Number(found);
}

/**
 * The router lays a validator's answer over the raw address, so that what the validator left out would still be there.
 * Here it is there as `undefined`, which takes it out.
 */
export function strict<T extends object>(
  validate: (search: Record<string, unknown>) => T,
): (search: Record<string, unknown>) => T {
  return (search) => ({
    ...Object.fromEntries(Object.keys(search).map((name) => [name, undefined])),
    ...validate(search),
  });
}
