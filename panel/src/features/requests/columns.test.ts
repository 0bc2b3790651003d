import { expect, it } from "vitest";
import { isNewestFirst } from "./columns";

it("is live in no other order than the newest first", () => {
  expect(isNewestFirst(undefined)).toBe(true);
  expect(isNewestFirst("-time")).toBe(true);
  for (const sort of ["time", "-total", "cost"]) expect(isNewestFirst(sort), sort).toBe(false);
});
