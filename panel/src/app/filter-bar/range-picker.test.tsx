import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { I18nProvider } from "../../i18n";
import type { RangeSearch } from "../../lib/range";
import { type RangeChange, RangePicker } from "./range-picker";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("leaves two dates as they are typed while the range moves on", () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 29, 12) });
  const asked: RangeChange[] = [];
  const picker = (search: RangeSearch) => (
    <I18nProvider>
      <RangePicker search={search} onChange={(change) => asked.push(change)} />
    </I18nProvider>
  );
  const { rerender } = render(picker({ range: "1h" }));
  fireEvent.click(screen.getByRole("button", { name: /Time range/ }));
  const from = () => screen.getByLabelText<HTMLInputElement>("From");
  from().focus();
  fireEvent.change(from(), { target: { value: "2026-11-01T08:30" } });
  const typed = from();
  act(() => vi.advanceTimersByTime(130_000));
  expect([from().value, from() === typed, document.activeElement === typed]).toEqual(["2026-11-01T08:30", true, true]);
  // Another address is another span.
  rerender(picker({ from: Date.UTC(2026, 9, 1), to: Date.UTC(2026, 9, 2) }));
  expect(from().value).toMatch(/^2026-(10-01|09-30)T/);
  expect(asked).toEqual([]);
});
