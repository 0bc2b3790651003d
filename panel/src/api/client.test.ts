import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api, send, setSignedOutHandler } from "./client";

const onSignedOut = vi.fn();
let headers: Record<string, string>;

beforeEach(() => {
  onSignedOut.mockReset();
  setSignedOutHandler(onSignedOut);
  vi.stubGlobal("fetch", async () => Response.json({ error: "invalid management key" }, { status: 401, headers }));
});
afterEach(() => {
  setSignedOutHandler(() => {});
  vi.unstubAllGlobals();
});

it("ends the session at the manager's own 401", async () => {
  headers = {};
  await expect(send("GET", "/v0/management/auth-files")).rejects.toMatchObject({ status: 401, relayed: false });
  await expect(api.status()).rejects.toMatchObject({ status: 401 });
  expect(onSignedOut).toHaveBeenCalledTimes(2);
});

it("does not end it at a 401 of the gateway that the manager passes on", async () => {
  headers = { "X-Cpamp-Upstream": "1" };
  await expect(send("GET", "/v0/management/auth-files")).rejects.toMatchObject({ status: 401, relayed: true });
  await expect(api.status()).rejects.toMatchObject({ relayed: true });
  expect(onSignedOut).not.toHaveBeenCalled();
});
