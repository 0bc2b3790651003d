import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { forgetDirectKey, getDirect, setRefusedHandler, signInDirect, startHosted } from "./direct";
import { gateway } from "./gateway";

const onRefused = vi.fn();
let gatewayKey: string;
/** Every call that left the page: its path and key. */
let sent: [string, string | null][];
let open: number;
let most: number;

beforeEach(() => {
  gatewayKey = "right";
  sent = [];
  open = 0;
  most = 0;
  onRefused.mockReset();
  setRefusedHandler(onRefused);
  startHosted();
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const authorization = new Headers(init.headers).get("authorization");
    sent.push([url, authorization]);
    open += 1;
    most = Math.max(most, open);
    await new Promise((done) => setTimeout(done, 1));
    open -= 1;
    return authorization === `Bearer ${gatewayKey}`
      ? Response.json({ files: [] })
      : Response.json({ error: "invalid management key" }, { status: 401 });
  });
});

afterEach(() => {
  forgetDirectKey();
  startHosted(false);
  vi.unstubAllGlobals();
});

it("sends nothing without a key", async () => {
  await expect(gateway.credentials()).rejects.toMatchObject({ status: 401, code: "no_key" });
  await signInDirect("/v0/management/debug", "right", "");
  forgetDirectKey();
  await expect(gateway.settings()).rejects.toMatchObject({ code: "no_key" });
  expect(sent).toHaveLength(1);
});

it("gives up every waiting call when one is refused, and tells it once", async () => {
  await signInDirect("/v0/management/debug", "right", "");
  gatewayKey = "changed";
  sent = [];
  const all = await Promise.allSettled([
    gateway.credentials(),
    gateway.keyUse(),
    gateway.settings(),
    gateway.stock(),
    gateway.errorLogs(),
  ]);
  expect(all.every(({ status }) => status === "rejected")).toBe(true);
  expect(sent).toEqual([["/v0/management/auth-files", "Bearer right"]]);
  expect(onRefused).toHaveBeenCalledTimes(1);
  await expect(gateway.keyUse()).rejects.toMatchObject({ code: "no_key" });
  expect(sent).toHaveLength(1);
});

it("has one call under way at a time, also when callers take theirs back", async () => {
  await signInDirect("/v0/management/debug", "right", "");
  sent = [];
  const leaving = new AbortController();
  const first = getDirect("/v0/management/a", leaving.signal);
  const second = getDirect("/v0/management/b", leaving.signal);
  const third = getDirect("/v0/management/c");
  // The first one has left the page by then, and the others wait for its answer.
  await Promise.resolve();
  await Promise.resolve();
  expect(sent).toHaveLength(1);
  leaving.abort();
  await expect(first).rejects.toThrow();
  await expect(second).rejects.toThrow();
  await third;
  expect(sent.map(([path]) => path)).toEqual(["/v0/management/a", "/v0/management/c"]);
  expect(most).toBe(1);
});

it("does not wait again for a gateway that is away", async () => {
  await signInDirect("/v0/management/debug", "right", "");
  let calls = 0;
  vi.stubGlobal("fetch", async () => {
    calls += 1;
    throw new TypeError("connection refused");
  });
  const all = await Promise.allSettled([gateway.credentials(), gateway.keyUse(), gateway.settings()]);
  expect(all.map((each) => each.status === "rejected" && each.reason.status)).toEqual([0, 0, 0]);
  expect(calls).toBe(1);
  // The next one is tried.
  await expect(gateway.keyUse()).rejects.toMatchObject({ status: 0 });
  expect(calls).toBe(2);
});

it("counts provider keys only where every section answered or is not there", async () => {
  await signInDirect("/v0/management/debug", "right", "");
  let failing = 404;
  vi.stubGlobal("fetch", async (url: string) => {
    const name = url.split("/").at(-1) ?? "";
    if (name === "api-keys") return Response.json({ "api-keys": [] });
    if (name === "claude-api-key") return Response.json({ [name]: [{ "api-key": "x" }] });
    if (name === "openai-compatibility")
      return Response.json({ [name]: [{ name: "a", "api-key-entries": [{}, {}, {}] }, { name: "b" }] });
    if (name === "vertex-api-key") return Response.json({ error: "?" }, { status: failing });
    return Response.json({ [name]: null });
  });
  expect((await gateway.stock()).providerKeys).toBe(4);
  failing = 500;
  expect((await gateway.stock()).providerKeys).toBeNull();
});

it("does not know the error logs while every request is logged", async () => {
  await signInDirect("/v0/management/debug", "right", "");
  let all = false;
  vi.stubGlobal("fetch", async (url: string) =>
    url.endsWith("request-log") ? Response.json({ "request-log": all }) : Response.json({ files: [{}, {}] }),
  );
  expect(await gateway.errorLogs()).toBe(2);
  all = true;
  expect(await gateway.errorLogs()).toBeNull();
});
