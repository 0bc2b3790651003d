import type { ReactNode } from "react";

/** A column of a table. */
export interface Column<Row> {
  id: string;
  label: string;
  cell(row: Row): ReactNode;
  /** What the copy button of the cell copies. */
  copy?(row: Row): string | null;
  /** Width in px; without one the column shares what is left. */
  width?: number;
  share?: number;
  numeric?: boolean;
  /** The server can sort by it. */
  sortable?: boolean;
  /** 1 is hidden below 1280 px, 2 below 1024 px as well. */
  priority?: 1 | 2;
  /** Not shown until it is chosen. */
  extra?: boolean;
  /** Names the row; cannot be taken away. */
  fixed?: boolean;
}

export interface Sort {
  by: string;
  descending: boolean;
}

/** `-cost` as it stands in the address. */
export function readSort(text: string | undefined, usual: Sort): Sort {
  if (!text) return usual;
  return { by: text.replace(/^-/, ""), descending: text.startsWith("-") };
}

/** The address of a sort; `undefined` for the usual one. */
export function writeSort(sort: Sort, usual: Sort): string | undefined {
  if (sort.by === usual.by && sort.descending === usual.descending) return undefined;
  return `${sort.descending ? "-" : ""}${sort.by}`;
}

/** A click on a head: greatest first for numbers, then the other way round. */
export function nextSort(column: Pick<Column<never>, "id" | "numeric">, now: Sort): Sort {
  if (now.by === column.id) return { by: column.id, descending: !now.descending };
  return { by: column.id, descending: column.numeric ?? false };
}

/** The columns to show, in their own order. */
export function shownColumns<Row>(
  columns: readonly Column<Row>[],
  chosen: readonly string[] | undefined,
): Column<Row>[] {
  const found = columns.filter((column) => (column.fixed ? true : chosen ? chosen.includes(column.id) : !column.extra));
  return found.length > 0 ? found : [...columns];
}

/** A column that shares what is left never gets narrower than this. */
const LEAST_PX = 72;

/** The width of a column in a table of this width: its own, or its share of what is left. */
export function widthOf<Row>(column: Column<Row>, all: readonly Column<Row>[], table: number): number | string {
  if (column.width) return column.width;
  const shares = all.reduce((sum, each) => sum + (each.width ? 0 : (each.share ?? 10)), 0);
  if (table === 0) return `${((column.share ?? 10) / shares) * 100}%`;
  const left = table - all.reduce((sum, each) => sum + (each.width ?? 0), 0);
  return Math.max(LEAST_PX, Math.floor((left * (column.share ?? 10)) / shares));
}

/** The choice after one column was switched; `undefined` when it is the usual one again. */
export function toggleColumn<Row>(
  columns: readonly Column<Row>[],
  chosen: readonly string[] | undefined,
  id: string,
): string[] | undefined {
  const now = new Set(shownColumns(columns, chosen).map((column) => column.id));
  if (now.has(id)) now.delete(id);
  else now.add(id);
  const next = columns.filter((column) => now.has(column.id)).map((column) => column.id);
  const usual = shownColumns(columns, undefined).map((column) => column.id);
  return next.join(" ") === usual.join(" ") ? undefined : next;
}
