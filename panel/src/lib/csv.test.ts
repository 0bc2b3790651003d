import { expect, it } from "vitest";
import { toCsv } from "./csv";

it("writes text that no spreadsheet runs, and numbers as numbers", () => {
  const csv = toCsv(
    ["model", "cost"],
    [
      ["=cmd|'/c calc'!A0", 1.5],
      ['a "quoted", one', null],
      ["+1", -2],
      ["@x\ny", Number.NaN],
      ["\u202eevil 🦊", 0],
    ],
  );
  expect(csv.split("\r\n")).toEqual([
    "\ufeffmodel,cost",
    "'=cmd|'/c calc'!A0,1.5",
    '"a ""quoted"", one",',
    "'+1,-2",
    '"\'@x\ny",',
    "\u202eevil 🦊,0",
    "",
  ]);
});
