import { expect, it, vi } from "vitest";
import type { PricedModel } from "./list";
import { isUntouched, restoreOf, undoOf } from "./undo";

const item = (origin: string, versions: number) =>
  ({
    model: "m",
    origin,
    locked: true,
    versions: Array.from({ length: versions }, (_, index) => ({ valid_from_ms: index, price: { prompt: index } })),
  }) as unknown as PricedModel;
const send = () => ({ save: vi.fn(async () => {}), lock: vi.fn(async () => {}), remove: vi.fn(async () => {}) });

it("puts the price and the lock back that were there before", async () => {
  const calls = send();
  await undoOf(item("manual", 2), "m", false, 10, calls as never)?.();
  expect(calls.save).toHaveBeenCalledWith("m", { price: { prompt: 1 }, all_history: false });
  expect(calls.lock).toHaveBeenCalledWith("m", true);
});

it("removes a price where there was none, or only one from the list", async () => {
  for (const before of [undefined, item("bundled", 1)]) {
    const calls = send();
    await undoOf(before, "m", true, 10, calls as never)?.();
    expect(calls.remove).toHaveBeenCalledWith("m");
    expect(calls.save).not.toHaveBeenCalled();
  }
});

it("offers nothing where several versions are gone", () => {
  expect(undoOf(item("manual", 2), "m", true, 10, send() as never)).toBeUndefined();
});

it("puts a removed price back where it was the one price of all time", async () => {
  const calls = send();
  await restoreOf(item("manual", 1), calls as never)?.();
  expect(calls.save).toHaveBeenCalledWith("m", { price: { prompt: 0 }, all_history: true });
  expect(calls.lock).toHaveBeenCalledWith("m", true);
  const later = { ...item("manual", 1), versions: [{ valid_from_ms: 5, price: {} }] } as unknown as PricedModel;
  for (const lost of [undefined, item("manual", 2), item("bundled", 1), later]) {
    expect(restoreOf(lost, calls as never)).toBeUndefined();
  }
});

it("knows whether a price is still what was left", async () => {
  const stored = { model: "m", origin: "stored", locked: true, versions: [{ price: { prompt: 1 } }] };
  const list = (items: unknown[]) => ({ list: async () => ({ items }) }) as never;
  expect(await isUntouched("m", stored as never, list([stored]))).toBe(true);
  expect(await isUntouched("m", stored as never, list([{ ...stored, locked: false }]))).toBe(false);
  expect(await isUntouched("m", stored as never, list([]))).toBe(false);
  expect(await isUntouched("m", undefined, list([{ ...stored, origin: "bundled" }]))).toBe(true);
  expect(await isUntouched("m", undefined, list([stored]))).toBe(false);
});
