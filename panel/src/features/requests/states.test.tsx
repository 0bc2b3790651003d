import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { infoQuery, statusQuery } from "../../api/queries";
import { I18nProvider } from "../../i18n";
import { EmptyList } from "./states";

const gone = vi.hoisted(() => vi.fn());
vi.mock("@tanstack/react-router", () => ({ Link: () => null, useNavigate: () => gone }));
vi.mock("./without-filters", () => ({ WithoutFilters: () => null }));

afterEach(cleanup);

it("searches all time, also where the range was chosen by hand", () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(statusQuery.queryKey, { eventCount: 12 } as never);
  client.setQueryData(infoQuery.queryKey, { connectionState: "ok" } as never);
  render(
    <QueryClientProvider client={client}>
      <I18nProvider>
        <EmptyList search={{ from: 1_000, to: 2_000, status: "failed", model: ["gpt-5.4"] }} />
      </I18nProvider>
    </QueryClientProvider>,
  );
  fireEvent.click(screen.getByRole("button", { name: "Search all time" }));
  expect(gone).toHaveBeenCalledExactlyOnceWith({
    to: "/requests",
    search: { range: "all", status: "failed", model: ["gpt-5.4"] },
  });
});
