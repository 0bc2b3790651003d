import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SEARCH_DELAY_MS, SearchBox } from "./search-box";

let asked: (string | undefined)[];
let show: (text: string | undefined) => void;
const field = () => screen.getByRole<HTMLInputElement>("searchbox", { name: "Search" });
const type = (value: string) => fireEvent.change(field(), { target: { value } });
const rest = () => act(() => vi.advanceTimersByTime(SEARCH_DELAY_MS));

/** The box with an address that changes when it is told to, as navigations do. */
beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  const box = (text: string | undefined) => (
    <SearchBox text={text} onText={(next) => asked.push(next)} label="Search" limit={20} />
  );
  const { rerender } = render(box(undefined));
  show = (text) => rerender(box(text));
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("leaves the blank between two words", () => {
  type("rate ");
  rest();
  expect(asked).toEqual(["rate"]);
  show("rate");
  expect(field().value).toBe("rate ");
  type("rate limit");
  rest();
  show("rate limit");
  expect([asked.at(-1), field().value]).toEqual(["rate limit", "rate limit"]);
});

it("keeps what is typed while the address takes the text before", () => {
  type("ra");
  rest();
  type("rate");
  show("ra");
  expect(field().value).toBe("rate");
  rest();
  type("rate l");
  rest();
  // Two on their way: the older one arrives, then the newer one.
  show("rate");
  expect(field().value).toBe("rate l");
  show("rate l");
  expect([asked, field().value]).toEqual([["ra", "rate", "rate l"], "rate l"]);
});

it("takes the text out again, also when it has not arrived yet", () => {
  type("gpt");
  rest();
  type("");
  rest();
  expect(asked).toEqual(["gpt", undefined]);
  show("gpt");
  show(undefined);
  expect(field().value).toBe("");
});

it("follows an address that changed from outside", () => {
  show("gpt");
  expect(field().value).toBe("gpt");
  type("gpt-5");
  rest();
  show("gpt-5");
  show(undefined);
  expect(field().value).toBe("");
  // What was sent before is not taken for its own again.
  type("claude");
  show("gpt-5");
  rest();
  expect([asked, field().value]).toEqual([["gpt-5"], "gpt-5"]);
});

it("keeps its text when it is left with Escape", () => {
  type("gpt");
  field().focus();
  const escaped = fireEvent.keyDown(field(), { key: "Escape" });
  rest();
  expect([escaped, field().value, asked]).toEqual([false, "gpt", ["gpt"]]);
  expect(document.activeElement).not.toBe(field());
});
