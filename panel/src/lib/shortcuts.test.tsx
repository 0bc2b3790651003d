import { cleanup, fireEvent, render } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { keyName, useShortcuts } from "./shortcuts";

afterEach(cleanup);

function Page({ run }: { run(): void }) {
  useShortcuts({ k: run });
  return null;
}

it("knows a letter of another script by where it stands", () => {
  expect(keyName({ key: "л", code: "KeyK" })).toBe("k");
  expect(keyName({ key: "Л", code: "KeyK" })).toBe("k");
  expect(keyName({ key: "ᄀ", code: "KeyR" })).toBe("r");
});

it("takes a Latin letter and any sign as they are, wherever they stand", () => {
  // On a Dvorak keyboard "t" stands where others have "k".
  expect(keyName({ key: "T", code: "KeyK" })).toBe("t");
  expect(keyName({ key: "?", code: "Digit7" })).toBe("?");
  expect(keyName({ key: "é", code: "Digit2" })).toBe("é");
  expect(keyName({ key: "Escape", code: "Escape" })).toBe("Escape");
});

it("runs the shortcut with a Russian keyboard", () => {
  const run = vi.fn();
  render(<Page run={run} />);
  fireEvent.keyDown(window, { key: "л", code: "KeyK" });
  fireEvent.keyDown(window, { key: "ж", code: "Semicolon" });
  expect(run).toHaveBeenCalledTimes(1);
});
