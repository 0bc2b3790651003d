import { expect, it } from "vitest";
import { withoutOldBar } from "./bucket-detail";

it("closes a bar with its range, and keeps it through everything else", () => {
  const open = { range: "7d", drawer: "100-200" };
  expect(withoutOldBar(open, { ...open, model: ["m"] })).toEqual({ ...open, model: ["m"] });
  expect(withoutOldBar(open, { from: 300, to: 400, drawer: "100-200" })).toEqual({ from: 300, to: 400 });
  expect(withoutOldBar(open, { range: "30d", drawer: "100-200" })).toEqual({ range: "30d" });
  // A model is open in any range.
  expect(withoutOldBar({ range: "7d", drawer: "gpt-5.4" }, { range: "30d", drawer: "gpt-5.4" }).drawer).toBe("gpt-5.4");
});
