import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { manage } from "../../api/manage";
import type { ConfigAnswer } from "../../api/manage-types";
import { configQuery, infoQuery } from "../../api/queries";
import { I18nProvider } from "../../i18n";
import { ConfirmProvider } from "../../ui/confirm";
import { ToastProvider } from "../../ui/toast";
import { KEY_PLACEHOLDER } from "./form";
import { SettingsPage } from "./page";

vi.mock("@tanstack/react-router", () => ({ Link: () => null, useSearch: () => ({}) }));
vi.mock("../../app/shell", () => ({ Page: ({ children }: { children: React.ReactNode }) => children }));
vi.mock("../../app/unsaved", () => ({ useUnsavedGuard: () => {} }));
vi.mock("./sessions", () => ({ SessionsPanel: () => null }));
vi.mock("./language", () => ({ LanguagePanel: () => null }));
vi.mock("./policy", () => ({ PolicyPanel: () => null }));

const answer = (collector: object) =>
  ({
    config: {
      cpaConnection: { cpaBaseUrl: "http://cpa:8317", managementKey: KEY_PLACEHOLDER },
      collector: { collectorMode: "auto", pollIntervalMs: 500, batchSize: 100, queryLimit: 50_000, ...collector },
    },
    source: "db",
    locked: [],
  }) as unknown as ConfigAnswer;

let client: QueryClient;

beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false } } });
  client.setQueryData(infoQuery.queryKey, { connectionState: "ok" } as never);
  client.setQueryData(configQuery.queryKey, answer({}));
  vi.spyOn(client, "invalidateQueries").mockResolvedValue();
  render(
    <QueryClientProvider client={client}>
      <I18nProvider>
        <ToastProvider closeLabel="Close">
          <ConfirmProvider>
            <SettingsPage />
          </ConfirmProvider>
        </ToastProvider>
      </I18nProvider>
    </QueryClientProvider>,
  );
});
afterEach(cleanup);

const field = (name: string) => document.querySelector<HTMLInputElement>(`input[name="${name}"]`);
/** Does something, and lets the page hear of it. */
const doing = (what: () => unknown) =>
  act(async () => {
    what();
    await new Promise((heard) => setTimeout(heard));
  });
const type = (name: string, value: string) =>
  doing(() => fireEvent.change(field(name) as HTMLInputElement, { target: { value } }));
const store = (collector: object) => doing(() => client.setQueryData(configQuery.queryKey, answer(collector)));
const click = (name: string) => doing(() => fireEvent.click(screen.getByRole("button", { name })));
const MOVED = "Other settings were stored meanwhile";

it("keeps what is typed when other settings are stored elsewhere, and says so", async () => {
  await store({ batchSize: 70 });
  expect(field("batch")?.value).toBe("70");
  expect(screen.queryByText(MOVED)).toBeNull();
  await type("poll", "750");
  await store({ batchSize: 80, pollIntervalMs: 900 });
  expect([field("poll")?.value, field("batch")?.value]).toEqual(["750", "80"]);
  expect(screen.queryByText(MOVED)).not.toBeNull();
  expect(screen.queryByText("1 change not saved")).not.toBeNull();
  await click("Discard");
  expect(field("poll")?.value).toBe("900");
  expect(screen.queryByText(MOVED)).toBeNull();
});

it("takes nothing while it saves, and shows what was stored after that", async () => {
  let done: (saved: ConfigAnswer) => void = () => {};
  const save = vi.spyOn(manage, "saveConfig").mockReturnValueOnce(
    new Promise((resolve) => {
      done = resolve;
    }),
  );
  await type("poll", "750");
  await click("Save");
  expect(save).toHaveBeenCalledExactlyOnceWith({ collector: { pollIntervalMs: 750 } });
  expect(field("batch")?.readOnly).toBe(true);
  expect(screen.getByRole("button", { name: "Discard" })).toHaveProperty("disabled", true);
  await type("batch", "1");
  expect(field("batch")?.value).toBe("100");
  // As the manager rounds it.
  await doing(() => done(answer({ pollIntervalMs: 800 })));
  expect(field("poll")?.value).toBe("800");
  expect(field("batch")?.readOnly).toBe(false);
  expect(screen.queryByText(/not saved/)).toBeNull();
  expect(screen.queryByText(MOVED)).toBeNull();
});
