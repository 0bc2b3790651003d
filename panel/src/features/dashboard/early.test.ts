import { afterEach, beforeEach, expect, it, vi } from "vitest";

const GATEWAY = /^\/(v0\/management\/(auth-files|request-error-logs)|api\/v1\/(gateway-settings|client-keys|models))$/;
const json = (value: unknown, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json" } });

let asked: string[] = [];
/** What the manager answers; one that never does by default. */
let reply: (path: string) => Promise<Response> = () => new Promise(() => {});

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  asked = [];
  vi.stubGlobal("fetch", (input: Request | string) => {
    const { pathname } = new URL(typeof input === "string" ? input : input.url, location.href);
    asked.push(pathname);
    return reply(pathname);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
const ofGateway = () => asked.filter((path) => GATEWAY.test(path)).sort();

it("sends a question to the gateway that failed once, not again with every change of the view", async () => {
  reply = async (path) => {
    if (path === "/usage-service/info") return json({ configured: true });
    return json({ code: "upstream_unreachable", error: "no answer" }, GATEWAY.test(path) ? 502 : 500);
  };
  const { askEarly, askStored } = await import("./early");
  const settle = async (work: Promise<unknown>) => {
    await vi.advanceTimersByTimeAsync(20_000);
    await work;
  };
  await settle(askEarly({}, "UTC"));
  const once = ["/api/v1/client-keys", "/api/v1/gateway-settings", "/api/v1/models", "/v0/management/auth-files"];
  expect(ofGateway()).toEqual(once);
  asked = [];
  await settle(askStored({ range: "7d" }, "UTC"));
  expect(asked).toContain("/api/v1/query");
  expect(ofGateway()).toEqual([]);
  // On mount, and for somebody who comes back at once.
  await settle(askEarly({}, "UTC"));
  expect(ofGateway()).toEqual([]);
  // It is asked again by who comes later.
  await vi.advanceTimersByTimeAsync(60_000);
  await settle(askEarly({}, "UTC"));
  expect(ofGateway()).toEqual(once);
});

it("waits for answers only when the visit begins with the dashboard", async () => {
  reply = () => new Promise(() => {});
  const { askFirst, noteVisit } = await import("./early");
  const drawn = async (ms: number) => {
    let done = false;
    void askFirst({}, "UTC").then(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(ms);
    return done;
  };
  expect(await drawn(140)).toBe(false);
  expect(await drawn(160)).toBe(true);
  // Also when the visit has begun on another page, where the dashboard has never been asked for.
  noteVisit();
  expect(await drawn(0)).toBe(true);
});

it("reads the settings of the gateway anew for its error logs, when they are old", async () => {
  reply = async (path) => json(path === "/api/v1/gateway-settings" ? { request_log: true } : { files: [{}, {}] });
  const { queryClient } = await import("../../api/queries");
  const { errorLogsQuery, settingsQuery } = await import("../gateway/read");
  const { signal } = new AbortController();
  const read = async (age: number) => {
    asked = [];
    queryClient.setQueryData(settingsQuery.queryKey, { requestLog: false }, { updatedAt: Date.now() - age });
    return errorLogsQuery.queryFn({ signal });
  };
  expect(await read(60_000)).toBe(2);
  expect(asked).toEqual(["/v0/management/request-error-logs"]);
  expect(await read(6 * 60_000)).toBeNull();
  expect(asked).toEqual(["/api/v1/gateway-settings"]);
});
