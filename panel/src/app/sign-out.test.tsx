import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, type MockInstance, vi } from "vitest";
import { api } from "../api/client";
import { ApiError } from "../api/errors";
import { hub } from "../api/live";
import { I18nProvider } from "../i18n";
import { ToastProvider } from "../ui/toast";
import { setLoginRedirect } from "./session";
import { useSignOut } from "./sign-out";

const left = vi.fn();
let told: MockInstance<typeof hub.signOut>;
let logout: MockInstance<typeof api.logout>;

function Leave() {
  const signOut = useSignOut();
  return (
    <button type="button" onClick={signOut}>
      leave
    </button>
  );
}

beforeEach(() => {
  setLoginRedirect(left);
  left.mockReset();
  told = vi.spyOn(hub, "signOut");
  logout = vi.spyOn(api, "logout");
  render(
    <I18nProvider>
      <ToastProvider closeLabel="Close">
        <Leave />
      </ToastProvider>
    </I18nProvider>,
  );
});
afterEach(cleanup);

const click = (name: string) => act(async () => fireEvent.click(screen.getByRole("button", { name })));

it("does not look signed out while the session is alive, and tries again when told", async () => {
  logout.mockRejectedValueOnce(new ApiError(0, "network", "failed to fetch", undefined, undefined));
  await click("leave");
  expect(screen.getByRole("alert").textContent).toContain("You are still signed inThe manager did not answer.");
  expect([left.mock.calls.length, told.mock.calls.length]).toEqual([0, 0]);

  logout.mockRejectedValueOnce(new ApiError(503, "store_unavailable", "the disk is full", "free some", undefined));
  await click("Retry");
  expect(screen.getByRole("alert").textContent).toContain("The disk is full. Free some.");
  expect(left).not.toHaveBeenCalled();

  logout.mockResolvedValueOnce(undefined as never);
  await click("Retry");
  expect([left.mock.calls.length, told.mock.calls.length]).toEqual([1, 1]);
  // Nor is what failed in the session left for whoever signs in next.
  expect(screen.queryByRole("alert")).toBeNull();
});

it("leaves where the session had ended before", async () => {
  logout.mockRejectedValueOnce(new ApiError(401, "invalid_admin_key", "no session", undefined, undefined));
  await click("leave");
  expect([left.mock.calls.length, told.mock.calls.length]).toEqual([1, 1]);
  expect(screen.queryByRole("alert")).toBeNull();
});
