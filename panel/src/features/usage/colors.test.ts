import { describe, expect, it } from "vitest";
import { colorsFor } from "./colors";

describe("colours of entities", () => {
  it("stay when the order changes", () => {
    const first = colorsFor("test", ["a", "b", "c"]);
    const second = colorsFor("test", ["c", "b", "a"]);
    for (const key of ["a", "b", "c"]) expect(second.get(key)).toBe(first.get(key));
    expect(new Set(first.values()).size).toBe(3);
  });

  it("give a new one what is free, and never the same to two that stand together", () => {
    colorsFor("more", ["a", "b"]);
    colorsFor("more", ["c", "d"]);
    const together = colorsFor("more", ["a", "c", "b", "d", "e"]);
    expect(new Set(together.values()).size).toBe(5);
    expect(together.get("a")).toBe("c1");
  });

  it("end at eight", () => {
    const many = colorsFor(
      "many",
      Array.from({ length: 12 }, (_, index) => String(index)),
    );
    expect(many.size).toBe(8);
    expect([...many.values()]).not.toContain("others");
  });
});
