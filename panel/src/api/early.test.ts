import { afterEach, beforeEach, expect, it, vi } from "vitest";

const REQUEST = (signal?: AbortSignal) =>
  new Request("http://localhost/v0/management/auth-files", signal ? { signal } : {});
const answer = (status: number, headers: Record<string, string> = {}) =>
  new Response(String(status), { status, headers });

async function start(first: Promise<Response>, at?: number) {
  vi.resetModules();
  vi.stubGlobal("cpampEarly", { "/v0/management/auth-files": { answer: first, ...(at === undefined ? {} : { at }) } });
  const again = vi.fn(async () => answer(200));
  vi.stubGlobal("fetch", again);
  const { early } = await import("./early");
  return { early, again };
}

let now: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  // A page that has just begun.
  now = vi.spyOn(performance, "now").mockReturnValue(50);
});
afterEach(() => {
  now.mockRestore();
  vi.unstubAllGlobals();
});

it("hands an answer out once, and only to the very question", async () => {
  const { early, again } = await start(Promise.resolve(answer(200)), 40);
  expect(early(new Request("http://localhost/v0/management/auth-files?x=1"))).toBeUndefined();
  expect(early(new Request("http://localhost/v0/management/auth-files", { method: "DELETE" }))).toBeUndefined();
  expect((await early(REQUEST()))?.status).toBe(200);
  expect(early(REQUEST())).toBeUndefined();
  expect(again).not.toHaveBeenCalled();
});

it("asks again after a refusal of the manager: somebody may have signed in since", async () => {
  const { early, again } = await start(Promise.resolve(answer(401)));
  expect((await early(REQUEST()))?.status).toBe(200);
  expect(again).toHaveBeenCalledOnce();
});

it("hands on what failed, and never asks the gateway twice when it refuses: it bans who is refused too often", async () => {
  for (const [status, headers] of [
    [401, { "x-cpamp-upstream": "1" }],
    [403, { "x-cpamp-upstream": "1" }],
    [500, {}],
    [503, {}],
  ] as const) {
    const { early, again } = await start(Promise.resolve(answer(status, headers)));
    expect((await early(REQUEST()))?.status).toBe(status);
    expect(again).not.toHaveBeenCalled();
  }
  const { early, again } = await start(Promise.reject(new DOMException("too slow", "TimeoutError")));
  await expect(early(REQUEST())).rejects.toThrow("too slow");
  expect(again).not.toHaveBeenCalled();
});

it("does not hand out what was answered long ago", async () => {
  const { early } = await start(Promise.resolve(answer(200)), 1_000);
  now.mockReturnValue(11_500);
  expect(early(REQUEST())).toBeUndefined();
});

it("waits for a slow answer instead of sending the question twice", async () => {
  let come = (_: Response) => {};
  const slow = new Promise<Response>((resolve) => {
    come = resolve;
  });
  const { early, again } = await start(slow);
  now.mockReturnValue(25_000);
  const got = early(REQUEST());
  expect(got).toBeDefined();
  come(answer(200));
  expect((await got)?.status).toBe(200);
  expect(again).not.toHaveBeenCalled();
});

it("lets go whoever gives up, before or while it waits", async () => {
  const gone = AbortSignal.abort(new Error("left the page"));
  const never = new Promise<Response>(() => {});
  await expect((await start(never)).early(REQUEST(gone))).rejects.toThrow("left the page");
  const leaving = new AbortController();
  const got = (await start(never)).early(REQUEST(leaving.signal));
  leaving.abort(new Error("took too long"));
  await expect(got).rejects.toThrow("took too long");
});
