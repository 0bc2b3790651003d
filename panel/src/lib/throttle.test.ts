import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { throttle } from "./throttle";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("runs at once, then once per interval however often it is called", () => {
  const run = vi.fn();
  const limited = throttle(run, () => 1_000);
  for (let count = 0; count < 50; count += 1) limited.call();
  expect(run).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(999);
  expect(run).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(5_000);
  expect(run).toHaveBeenCalledTimes(2);
  limited.call();
  expect(run).toHaveBeenCalledTimes(3);
});

it("stops what waits", () => {
  const run = vi.fn();
  const limited = throttle(run, () => 1_000);
  limited.call();
  limited.call();
  limited.stop();
  vi.advanceTimersByTime(5_000);
  expect(run).toHaveBeenCalledTimes(1);
});
