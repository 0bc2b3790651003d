import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { I18nProvider } from "../../i18n";
import { ToastProvider } from "../toast";
import { DataTable, type TableProps } from "./table";

interface Row {
  key: string;
}
const rows: Row[] = ["a", "b", "c", "d"].map((key) => ({ key }));
const opened = vi.fn<(key: string) => void>();

beforeEach(() => {
  opened.mockReset();
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  Element.prototype.scrollIntoView = vi.fn();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const table = (id: string, props: Partial<TableProps<Row>> = {}) => (
  <DataTable<Row>
    id={id}
    caption={id}
    columns={[
      { id: "name", label: "Name", cell: ({ key }) => `name ${key}`, copy: ({ key }) => key },
      { id: "figure", label: "Figure", cell: () => 1, sortable: true },
    ]}
    rows={rows}
    rowKey={({ key }) => key}
    link={({ key }, content, given) => (
      <a
        {...given}
        href={`#${key}`}
        onClick={(event) => {
          event.preventDefault();
          opened(key);
        }}
      >
        {content}
      </a>
    )}
    {...props}
  />
);
const show = (tables: React.ReactNode) =>
  render(
    <I18nProvider>
      <ToastProvider closeLabel="Close">{tables}</ToastProvider>
    </I18nProvider>,
  );
const press = (key: string, target: Element = document.activeElement ?? document.body, code = "") =>
  act(async () => fireEvent.keyDown(target, { key, code }));
const focused = () => document.activeElement?.id;
/** What the Tab key comes to in the rows. */
const stops = () =>
  [...document.querySelectorAll<HTMLElement>("tbody a, tbody button")]
    .filter(({ tabIndex }) => tabIndex === 0)
    .map((each) => each.id || each.ariaLabel || each.getAttribute("aria-label"));

it("steps through a table that nobody keeps a selection for, and opens nothing by that", async () => {
  show(table("t", { keys: true }));
  await press("j");
  expect(focused()).toBe("t-row-a");
  await press("j");
  await press("J");
  expect(focused()).toBe("t-row-c");
  await press("k");
  expect(focused()).toBe("t-row-b");
  expect(stops()[0]).toBe("t-row-b");
  expect(opened).not.toHaveBeenCalled();
  // The focus has gone elsewhere: Enter still means the row.
  act(() => (document.activeElement as HTMLElement).blur());
  await press("Enter", document.body);
  expect(opened.mock.calls).toEqual([["b"]]);
});

it("steps from the row that has the focus, by J, K and the arrows, in the table that has the focus alone", async () => {
  show(
    <>
      {table("one", { keys: true })}
      {table("two")}
    </>,
  );
  act(() => document.getElementById("two-row-a")?.focus());
  await press("j");
  expect(focused()).toBe("two-row-b");
  // The same two keys of a Russian keyboard.
  await press("л", undefined, "KeyK");
  expect(focused()).toBe("two-row-a");
  await press("о", undefined, "KeyJ");
  expect(focused()).toBe("two-row-b");
  await press("ArrowDown");
  await press("ArrowDown");
  await press("ArrowDown");
  expect(focused()).toBe("two-row-d");
  await press("ArrowUp");
  await press("k");
  expect(focused()).toBe("two-row-b");
  expect(stops().filter((each) => each?.startsWith("one"))).toEqual(["one-row-a"]);
  expect(opened).not.toHaveBeenCalled();
});

it("leaves the arrows to the page unless a row has the focus", async () => {
  show(table("t", { sort: { by: "figure", descending: true }, onSort: () => {} }));
  const head = screen.getByRole("button", { name: /Figure/ });
  act(() => head.focus());
  await press("ArrowDown");
  expect(document.activeElement).toBe(head);
  await press("j");
  expect(focused()).toBe("t-row-a");
});

/** A page that shows one row beside the table. */
function Opening({ onStep }: { onStep(key: string | number): void }) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <>
      <button type="button" onClick={() => setOpen(open ? null : "b")}>
        switch
      </button>
      {table("t", {
        keys: true,
        selected: open,
        onStep: (key) => {
          onStep(key);
          setOpen(String(key));
        },
      })}
    </>
  );
}

it("follows an open row, and opens the next one in its place", async () => {
  const steps = vi.fn<(key: string | number) => void>();
  show(<Opening onStep={steps} />);
  // To come to a row is not to open it.
  await press("j");
  expect(steps).not.toHaveBeenCalled();
  await act(async () => fireEvent.click(screen.getByText("switch")));
  await press("j");
  expect(steps.mock.calls).toEqual([["c"]]);
  expect(focused()).toBe("t-row-c");
  // At the end there is nothing to open.
  await press("j");
  await press("j");
  expect(steps.mock.calls).toEqual([["c"], ["d"]]);
  await act(async () => fireEvent.click(screen.getByText("switch")));
  await press("k");
  expect(steps).toHaveBeenCalledTimes(2);
  expect(focused()).toBe("t-row-c");
});

it("leaves the focus in a drawer while it steps", async () => {
  show(
    <>
      {table("t", { keys: true, selected: "a", onStep: () => {} })}
      <aside data-drawer>
        <h2 tabIndex={-1}>drawer</h2>
      </aside>
    </>,
  );
  act(() => screen.getByText("drawer").focus());
  await press("j");
  expect(document.activeElement).toBe(screen.getByText("drawer"));
  expect(stops()[0]).toBe("t-row-b");
});

function Selecting({ onSelect }: { onSelect(key: string | number): void }) {
  const [selected, setSelected] = useState<string | number | null>(null);
  return table("t", {
    keys: true,
    selected,
    onSelect: (key) => {
      onSelect(key);
      setSelected(key);
    },
  });
}

it("gives the page the selection where the page keeps it", async () => {
  const chosen: (string | number)[] = [];
  show(<Selecting onSelect={(key) => chosen.push(key)} />);
  await press("j");
  await press("j");
  expect([...new Set(chosen)]).toEqual(["a", "b"]);
  expect(focused()).toBe("t-row-b");
});

it("lets the Tab key come to the copy buttons of the row where the keyboard is, and to all where rows lead nowhere", async () => {
  show(table("t", { keys: true }));
  expect(stops()).toEqual(["t-row-a", "Copy Name"]);
  await press("j");
  await press("j");
  expect(stops()).toEqual(["t-row-b", "Copy Name"]);
  cleanup();
  show(table("t", { link: undefined as never }));
  expect(stops()).toHaveLength(rows.length);
});
