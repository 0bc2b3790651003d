import { describe, expect, it } from "vitest";
import type { EventRow } from "../../api/types";
import { aroundOf } from "./neighbours";

const row = (id: number, timestamp_ms = id) => ({ id, timestamp_ms }) as EventRow;

describe("what is around a request", () => {
  it("is at most three on each side, newest first, each once", () => {
    const around = aroundOf([row(14), row(13), row(12), row(11)], row(10), [row(9), row(8), row(10)]);
    expect(around.map(({ id }) => id)).toEqual([13, 12, 11, 10, 9, 8]);
  });

  it("orders events of one moment by their number", () => {
    expect(aroundOf([row(11, 5)], row(10, 5), [row(9, 5)]).map(({ id }) => id)).toEqual([11, 10, 9]);
    expect(aroundOf([], row(1), []).map(({ id }) => id)).toEqual([1]);
  });
});
