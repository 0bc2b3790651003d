// @vitest-environment node
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";

const BOOT = readFileSync(new URL("../boot.js", import.meta.url), "utf8");
/** Routes whose answer waits for the gateway. */
const GATEWAY = /auth-files|gateway-settings|client-keys|models|request-error-logs/;

/** What the script in the head asks for. */
function boot(hash: string, { inside = true, full = true } = {}) {
  const sent = new Map<string, RequestInit>();
  let end = () => {};
  const page: Record<string, unknown> = {
    document: {
      documentElement: { dataset: {} },
      querySelector: () => (full ? {} : null),
      addEventListener: () => {},
      visibilityState: "visible",
    },
    localStorage: { getItem: (name: string) => (name === "cpamp.inside" && inside ? "yes" : null) },
    matchMedia: () => ({ matches: false }),
    navigator: { language: "en" },
    location: { hash },
    performance: { now: () => 42 },
    AbortSignal,
    fetch: (path: string, how: RequestInit) => {
      sent.set(path, how);
      return new Promise<void>((done) => {
        end = done;
      });
    },
  };
  runInNewContext(BOOT, page);
  return { sent, page, end: () => end() };
}

it("asks for the dashboard where the page begins there, and hands its view on", () => {
  for (const [hash, view] of [
    ["", ""],
    ["#", ""],
    ["#/", ""],
    ["#/?range=7d", "?range=7d"],
    ["#?range=7d", "?range=7d"],
  ] as const) {
    const { sent, page } = boot(hash);
    expect(page.cpampHome, hash).toBe(view);
    expect(sent.has("/api/v1/findings"), hash).toBe(true);
  }
  for (const [hash, how] of [
    ["#/requests", {}],
    ["#//", {}],
    ["#/", { inside: false }],
    ["#/", { full: false }],
  ] as const) {
    const { sent, page } = boot(hash, how);
    expect(page.cpampHome, hash).toBeUndefined();
    expect([...sent.keys()].filter((path) => GATEWAY.test(path))).toEqual([]);
  }
});

it("leaves connections free: two questions wait for the gateway, and each ends by itself", () => {
  const { sent } = boot("#/");
  expect([...sent.keys()].filter((path) => GATEWAY.test(path))).toEqual([
    "/v0/management/auth-files",
    "/api/v1/gateway-settings",
  ]);
  for (const [path, { signal }] of sent) expect(signal, path).toBeInstanceOf(AbortSignal);
});

it("notes when an answer came", async () => {
  const { page, end } = boot("#/");
  const early = page.cpampEarly as Record<string, { at?: number }>;
  expect(early["/api/v1/storage"]?.at).toBeUndefined();
  end();
  await Promise.resolve();
  await Promise.resolve();
  expect(early["/api/v1/storage"]?.at).toBe(42);
});
