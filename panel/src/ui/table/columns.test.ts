import { describe, expect, it } from "vitest";
import { type Column, nextSort, readSort, shownColumns, toggleColumn, widthOf, writeSort } from "./columns";

const column = (id: string, more: Partial<Column<unknown>> = {}): Column<unknown> => ({
  id,
  label: id,
  cell: () => id,
  ...more,
});
const columns = [
  column("name", { fixed: true }),
  column("calls", { numeric: true }),
  column("cost", { numeric: true }),
  column("p95", { extra: true }),
];
const ids = (chosen?: string[]) => shownColumns(columns, chosen).map(({ id }) => id);
const USUAL = { by: "cost", descending: true };

describe("columns", () => {
  it("shows the usual ones, or the chosen ones and always the name", () => {
    expect(ids()).toEqual(["name", "calls", "cost"]);
    expect(ids(["p95"])).toEqual(["name", "p95"]);
    expect(ids([])).toEqual(["name"]);
  });

  it("keeps the order of the table, and forgets a choice that is the usual one", () => {
    const more = toggleColumn(columns, undefined, "p95");
    expect(more).toEqual(["name", "calls", "cost", "p95"]);
    expect(toggleColumn(columns, more, "p95")).toBeUndefined();
    expect(toggleColumn(columns, undefined, "calls")).toEqual(["name", "cost"]);
  });
});

describe("widths", () => {
  const some = [column("a", { share: 30 }), column("b", { width: 100 }), column("c", { share: 10 })];
  it("share what the fixed ones leave, and fill the table", () => {
    expect(some.map((each) => widthOf(each, some, 900))).toEqual([600, 100, 200]);
    expect(some.map((each) => widthOf(each, some, 0))).toEqual(["75%", 100, "25%"]);
    expect(widthOf(some[0] as Column<unknown>, some, 100)).toBe(72);
  });
});

describe("sorting", () => {
  it("stands in the address only when it is not the usual one", () => {
    expect(readSort(undefined, USUAL)).toEqual(USUAL);
    expect(readSort("-calls", USUAL)).toEqual({ by: "calls", descending: true });
    for (const sort of [
      { by: "calls", descending: true },
      { by: "cost", descending: false },
    ]) {
      expect(readSort(writeSort(sort, USUAL), USUAL)).toEqual(sort);
    }
    expect(writeSort(USUAL, USUAL)).toBeUndefined();
  });

  it("begins with the greatest number and the first name, then turns round", () => {
    expect(nextSort({ id: "calls", numeric: true }, USUAL)).toEqual({ by: "calls", descending: true });
    expect(nextSort({ id: "name" }, USUAL)).toEqual({ by: "name", descending: false });
    expect(nextSort({ id: "cost", numeric: true }, USUAL)).toEqual({ by: "cost", descending: false });
  });
});
