import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { forgetNotices, ToastProvider, useNoticeHistory, useToast } from "./toast";

const undo = vi.fn<() => unknown>();

function Teller() {
  const toast = useToast();
  const { notices, unseen, unseenFailure, actions, take, clear } = useNoticeHistory();
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
      <button type="button" onClick={clear}>
        forget all
      </button>
      <p data-testid="offers">{actions.size}</p>
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
/** The next act fails when it is told to. */
function failing(): (error: Error) => void {
  let fail = (_: Error) => {};
  undo.mockReturnValueOnce(
    new Promise((_, reject) => {
      fail = reject;
    }),
  );
  return (error) => fail(error);
}
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
  const stack = screen.getByRole("status").parentElement as Element;
  fireEvent.mouseMove(stack);
  await pass(20_000);
  expect(screen.queryByText("Copied")).not.toBeNull();
  fireEvent.mouseLeave(stack);
  act(() => screen.getByRole("button", { name: "Close" }).focus());
  await pass(20_000);
  expect(screen.queryByText("Copied")).not.toBeNull();
  act(() => screen.getByText("copy").focus());
  await pass(1_100);
  expect(screen.queryByText("Copied")).toBeNull();
});

it("does not wait for a reader who has closed a notice: its button went with the focus and under the pointer", async () => {
  for (const come of [
    (close: HTMLElement) => close.focus(),
    (close: HTMLElement) => fireEvent.mouseMove(close),
    // The notice has come up where the pointer rests.
    (close: HTMLElement) => fireEvent.mouseEnter(close.parentElement?.parentElement as Element),
  ]) {
    fireEvent.click(screen.getByText("fail"));
    const close = screen.getByRole("button", { name: "Close" });
    act(() => void come(close));
    fireEvent.click(close);
    expect(screen.queryByRole("alert")).toBeNull();
    fireEvent.click(screen.getByText("copy"));
    await pass(6_100);
    expect(screen.queryByText("Copied")).toBeNull();
  }
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

it("keeps the way back when it fails, and takes it away for good when it does not", async () => {
  const fail = failing();
  fireEvent.click(screen.getByText("price"));
  await pass(20_000);
  fireEvent.click(screen.getByText("kept Undo price"));
  // While it is being taken back it cannot be taken back once more.
  expect(screen.queryByText("kept Undo price")).toBeNull();
  await act(async () => fail(new Error("the manager does not answer")));
  fireEvent.click(screen.getByText("kept Undo price"));
  await pass(0);
  expect(undo).toHaveBeenCalledTimes(2);
  expect(screen.queryByText("kept Undo price")).toBeNull();
  expect(screen.getByTestId("offers").textContent).toBe("0");
});

it("does not bring back a way that failed past something newer", async () => {
  const fail = failing();
  fireEvent.click(screen.getByText("price"));
  fireEvent.click(screen.getByText("Undo price"));
  fireEvent.click(screen.getByText("remove"));
  await act(async () => fail(new Error("too late")));
  expect(screen.getByTestId("offers").textContent).toBe("0");
});

it("keeps what a toast offers when the bell is cleared, and nothing that nobody can reach", async () => {
  fireEvent.click(screen.getByText("tell"));
  fireEvent.click(screen.getByText("forget all"));
  expect(screen.queryByText("Undo")).not.toBeNull();
  await pass(13_000);
  expect(screen.getByTestId("offers").textContent).toBe("0");
  for (let told = 0; told < 120; told += 1) fireEvent.click(screen.getByText("tell"));
  await pass(13_000);
  expect(screen.getByTestId("offers").textContent).toBe("100");
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

it("leaves no failure in sight for whoever signs in next", () => {
  fireEvent.click(screen.getByText("fail"));
  act(() => forgetNotices());
  expect(screen.queryByRole("alert")).toBeNull();
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
