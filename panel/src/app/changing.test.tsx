import { onlineManager, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "../api/errors";
import { queryClient } from "../api/queries";
import { I18nProvider } from "../i18n";
import { ToastProvider } from "../ui/toast";
import { type Loaded, useCompared, useQuestion } from "./data";
import { LoadedPanel, LoadedStrip, StaleMark } from "./loaded";

const query = vi.hoisted(() => vi.fn());
vi.mock("../api/analytics", () => ({ analytics: { query }, ifServed: async () => undefined }));

/** One answer each, given by the test. */
let waiting: { model: string; answer(calls: number): void; fail(): void }[] = [];
beforeEach(() => {
  waiting = [];
  queryClient.clear();
  query.mockImplementation(
    (request: { filters: { include?: { model?: string[] } } }) =>
      new Promise((resolve, reject) => {
        waiting.push({
          model: JSON.stringify(request.filters),
          answer: (calls) => resolve({ rows: [], totals: { values: { calls } }, total_rows: 0 }),
          fail: () => reject(new ApiError(400, "request_failed", "no", undefined, undefined)),
        });
      }),
  );
});
afterEach(cleanup);

const QUESTION = { measures: ["calls"] } as const;

function Figures({ model }: { model: string }) {
  const search = { model: [model], from: 1_000, to: 2_000 };
  const asked = useQuestion(search, QUESTION);
  const compared = useCompared(search, QUESTION);
  return (
    <>
      <LoadedPanel title="Figures" note="note" loaded={asked} reading="reading" failed="failed">
        {({ answer }) => <p>{`calls ${answer.totals.calls}`}</p>}
      </LoadedPanel>
      <LoadedStrip label="Strip" loaded={[asked]}>
        <i />
      </LoadedStrip>
      <p>{`base ${compared.data?.answer.totals.calls ?? "none"}`}</p>
    </>
  );
}

function page(model: string) {
  return (
    <I18nProvider>
      <ToastProvider closeLabel="Close">
        <QueryClientProvider client={queryClient}>
          <Figures model={model} />
        </QueryClientProvider>
      </ToastProvider>
    </I18nProvider>
  );
}

async function settle(what: "answer" | "fail", model: string, calls = 0) {
  await vi.waitFor(() => expect(waiting.some((each) => each.model.includes(model))).toBe(true));
  await act(async () => {
    for (const each of waiting.filter((one) => one.model.includes(model))) each[what](calls);
    waiting = waiting.filter((one) => !one.model.includes(model));
    await new Promise((resolve) => setTimeout(resolve, 0));
  });
}

const busy = () => screen.getByRole("region", { name: "Figures" }).getAttribute("aria-busy");

it("marks the answer of the view before until the new view has answered", async () => {
  const { rerender } = render(page("first"));
  await settle("answer", "first", 11);
  await screen.findByText("calls 11");
  expect(screen.getByText("base 11")).toBeDefined();
  expect(busy()).toBeNull();
  rerender(page("second"));
  expect(screen.getByText("calls 11").closest(".changing")).not.toBeNull();
  expect(busy()).toBe("true");
  expect(screen.getByRole("region", { name: "Strip" }).getAttribute("aria-busy")).toBe("true");
  expect(screen.getByText("base none")).toBeDefined();
  await settle("answer", "second", 22);
  await screen.findByText("calls 22");
  expect(busy()).toBeNull();
  expect(document.querySelector(".changing")).toBeNull();
});

it("shows the failure of the new view, and no figure of the view before while it is tried again", async () => {
  const { rerender } = render(page("first"));
  await settle("answer", "first", 11);
  await screen.findByText("calls 11");
  rerender(page("second"));
  await settle("fail", "second");
  await screen.findByText("failed");
  expect(screen.queryByText("calls 11")).toBeNull();
  await act(async () => void queryClient.invalidateQueries());
  await screen.findAllByText("reading");
  expect(screen.queryByText("calls 11")).toBeNull();
  await settle("answer", "second", 22);
  await screen.findByText("calls 22");
});

it("asks a manager on this machine, whether the browser has a network or not", async () => {
  onlineManager.setOnline(false);
  try {
    render(page("first"));
    await settle("answer", "first", 11);
    await screen.findByText("calls 11");
  } finally {
    onlineManager.setOnline(true);
  }
});

it("marks figures as older than they look, by the oldest of their answers", () => {
  const read = (readAt: number, error: ApiError | null): Loaded<number> => ({
    data: 1,
    loading: false,
    error,
    readAt,
    changing: false,
    retry: () => undefined,
  });
  const failed = new ApiError(500, "request_failed", "no", undefined, undefined);
  const at = (minute: number) => new Date().setHours(0, minute, 5, 0);
  const mark = (loaded: Loaded<number>[]) => {
    const { container, unmount } = render(
      <I18nProvider>
        <StaleMark loaded={loaded} />
        <LoadedStrip label="Strip" loaded={loaded}>
          <i />
        </LoadedStrip>
      </I18nProvider>,
    );
    const found = container.textContent;
    unmount();
    return found;
  };
  expect(mark([read(at(1), null), read(at(2), null)])).toBe("");
  expect(mark([read(at(1), null), read(at(3), failed), read(at(2), failed)])).toMatch(/(as of 00:02:05.*){2}/i);
});
