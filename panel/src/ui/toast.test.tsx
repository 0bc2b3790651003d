import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { forgetNotices, ToastProvider, useNoticeHistory, useToast } from "./toast";

const undo = vi.fn();

function Teller() {
  const toast = useToast();
  const { notices, unseen, unseenFailure, actions, take } = useNoticeHistory();
  return (
    <>
      <button
        type="button"
        onClick={() => toast.show({ state: "ok", title: "View saved", action: { label: "Undo", run: undo } })}
      >
        tell
      </button>
      <button type="button" onClick={() => toast.show({ state: "ok", title: "Copied" })}>
        copy
      </button>
      <button
        type="button"
        onClick={() => toast.show({ state: "bad", title: "View not saved", text: "The disk is full." })}
      >
        fail
      </button>
      <button
        type="button"
        onClick={() =>
          toast.show({ state: "ok", title: "Price saved", about: "m", action: { label: "Undo price", run: undo } })
        }
      >
        price
      </button>
      <button type="button" onClick={() => toast.show({ state: "ok", title: "Price removed", about: "m" })}>
        remove
      </button>
      <ul>
        {notices.map(({ id }) =>
          actions.has(id) ? (
            <li key={id}>
              <button type="button" onClick={() => take(id)}>
                kept {actions.get(id)?.label}
              </button>
            </li>
          ) : null,
        )}
      </ul>
      <p data-testid="history">{`${notices.map(({ title }) => title).join(", ")} · ${unseen} · ${unseenFailure}`}</p>
    </>
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  undo.mockReset();
  render(
    <ToastProvider closeLabel="Close">
      <Teller />
    </ToastProvider>,
  );
});
afterEach(() => {
  cleanup();
  forgetNotices();
  vi.useRealTimers();
});
const pass = (ms: number) => act(async () => vi.advanceTimersByTimeAsync(ms));

it("takes a success away after six seconds and keeps it under the bell", async () => {
  fireEvent.click(screen.getByText("copy"));
  expect(screen.getByRole("status").textContent).toContain("Copied");
  await pass(5_900);
  expect(screen.queryByText("Copied")).not.toBeNull();
  await pass(200);
  expect(screen.queryByText("Copied")).toBeNull();
  expect(screen.getByTestId("history").textContent).toBe("Copied · 1 · false");
});

it("leaves twice the time to take something back", async () => {
  fireEvent.click(screen.getByText("tell"));
  await pass(11_000);
  expect(screen.queryByText("View saved")).not.toBeNull();
  await pass(1_200);
  expect(screen.queryByText("View saved")).toBeNull();
});

it("waits while somebody reads it", async () => {
  fireEvent.click(screen.getByText("copy"));
  const toast = screen.getByText("Copied");
  fireEvent.mouseEnter(toast.closest('[role="status"]')?.parentElement as Element);
  await pass(20_000);
  expect(screen.queryByText("Copied")).not.toBeNull();
  fireEvent.mouseLeave(toast.closest('[role="status"]')?.parentElement as Element);
  await pass(1_100);
  expect(screen.queryByText("Copied")).toBeNull();
});

it("keeps a failure as an alert until it is closed", async () => {
  fireEvent.click(screen.getByText("fail"));
  await pass(60_000);
  expect(screen.getByRole("alert").textContent).toContain("The disk is full.");
  expect(screen.getByTestId("history").textContent).toBe("View not saved · 1 · true");
  fireEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("alert")).toBeNull();
});

it("takes an act back, once", () => {
  fireEvent.click(screen.getByText("tell"));
  fireEvent.click(screen.getByText("Undo"));
  expect(undo).toHaveBeenCalledOnce();
  expect(screen.queryByText("Undo")).toBeNull();
});

it("keeps the way back under the bell when its toast has left, until it is used", async () => {
  fireEvent.click(screen.getByText("tell"));
  await pass(20_000);
  expect(screen.queryByText("View saved")).toBeNull();
  fireEvent.click(screen.getByText("kept Undo"));
  expect(undo).toHaveBeenCalledOnce();
  expect(screen.queryByText("kept Undo")).toBeNull();
});

it("offers no way back past something newer that was done to the same thing", async () => {
  fireEvent.click(screen.getByText("price"));
  fireEvent.click(screen.getByText("tell"));
  expect(screen.queryByText("kept Undo price")).not.toBeNull();
  fireEvent.click(screen.getByText("remove"));
  expect(screen.queryByText("Undo price")).toBeNull();
  expect(screen.queryByText("kept Undo price")).toBeNull();
  expect(screen.queryByText("kept Undo")).not.toBeNull();
});

it("keeps under the bell what was said before a reload, until the session ends", () => {
  fireEvent.click(screen.getByText("fail"));
  fireEvent.click(screen.getByText("tell"));
  const again = () => {
    cleanup();
    render(
      <ToastProvider closeLabel="Close">
        <Teller />
      </ToastProvider>,
    );
    return screen.getByTestId("history").textContent;
  };
  expect(again()).toBe("View saved, View not saved · 0 · false");
  expect(screen.queryByRole("alert")).toBeNull();
  act(() => forgetNotices());
  expect(again()).toBe(" · 0 · false");
});
