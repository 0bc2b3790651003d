import { afterEach, beforeEach, expect, it, vi } from "vitest";

const REQUEST = () => new Request("http://localhost/v0/management/auth-files");
const answer = (status: number, headers: Record<string, string> = {}) =>
  Object.assign(new Response(String(status), { status, headers }));

async function start(first: Response) {
  vi.resetModules();
  vi.stubGlobal("cpampEarly", { "/v0/management/auth-files": Promise.resolve(first) });
  const again = vi.fn(async () => answer(200));
  vi.stubGlobal("fetch", again);
  const { early } = await import("./early");
  return { early, again };
}

beforeEach(() => {
  // A page that has just begun.
  vi.spyOn(performance, "now").mockReturnValue(50);
});
afterEach(() => vi.unstubAllGlobals());

it("hands an answer out once, and only to the very question", async () => {
  const { early, again } = await start(answer(200));
  expect(early(new Request("http://localhost/v0/management/auth-files?x=1"))).toBeUndefined();
  expect(early(new Request("http://localhost/v0/management/auth-files", { method: "DELETE" }))).toBeUndefined();
  expect((await early(REQUEST()))?.status).toBe(200);
  expect(early(REQUEST())).toBeUndefined();
  expect(again).not.toHaveBeenCalled();
});

it("asks again after a refusal of the manager: somebody may have signed in since", async () => {
  const { early, again } = await start(answer(401));
  expect((await early(REQUEST()))?.status).toBe(200);
  expect(again).toHaveBeenCalledOnce();
});

it("never asks the gateway twice when it refuses: it bans who is refused too often", async () => {
  const { early, again } = await start(answer(401, { "x-cpamp-upstream": "1" }));
  expect((await early(REQUEST()))?.status).toBe(401);
  expect(again).not.toHaveBeenCalled();
});
