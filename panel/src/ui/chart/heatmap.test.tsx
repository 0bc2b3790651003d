import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { I18nProvider } from "../../i18n";
import { type HeatCell, Heatmap } from "./heatmap";

afterEach(cleanup);

const cell = (text: string): HeatCell => ({ value: 1, text });
const CELLS = [
  [undefined, undefined, cell("a2")],
  [cell("b0"), undefined, cell("b2")],
];

function shown(selected: { row: number; column: number } | null, onSelect = vi.fn()) {
  render(
    <I18nProvider>
      <Heatmap
        label="Map"
        rows={["a", "b"]}
        columns={["0", "1", "2"]}
        cells={CELLS}
        selected={selected}
        onSelect={onSelect}
      />
    </I18nProvider>,
  );
  return onSelect;
}
const stops = () => screen.getAllByRole("button").filter((each) => each.tabIndex === 0);
const name = (element: Element | null | undefined) => element?.getAttribute("aria-label");

it("can be reached with the keyboard where its first cell, or the chosen one, does not exist", () => {
  shown(null);
  expect(stops().map(name)).toEqual(["a2"]);
  cleanup();
  shown({ row: 1, column: 1 });
  expect(stops().map(name)).toEqual(["a2"]);
  cleanup();
  shown({ row: 1, column: 0 });
  expect(stops().map(name)).toEqual(["b0"]);
});

it("is walked through from cell to cell, over places without one", () => {
  const onSelect = shown(null);
  const press = (from: string, key: string) => {
    const button = screen.getByRole("button", { name: from });
    button.focus();
    fireEvent.keyDown(button, { key });
    return name(document.activeElement);
  };
  expect(press("b0", "ArrowRight")).toBe("b2");
  expect(onSelect).toHaveBeenLastCalledWith(1, 2);
  expect(press("b2", "ArrowUp")).toBe("a2");
  expect(press("a2", "Home")).toBe("a2");
  expect(press("b2", "Home")).toBe("b0");
  expect(press("b0", "End")).toBe("b2");
  onSelect.mockClear();
  // There is nothing on that side.
  expect(press("b0", "ArrowUp")).toBe("b0");
  expect(onSelect).not.toHaveBeenCalled();
  expect(stops().map(name)).toEqual(["b2"]);
});
