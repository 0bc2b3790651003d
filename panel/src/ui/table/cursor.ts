import { type KeyboardEvent, type RefObject, useRef, useState } from "react";
import { keyName, keysAreFree, useShortcuts } from "../../lib/shortcuts";

export type RowKey = string | number;

/** The link of a row can be found by id, to move the focus to it. */
export function linkId(table: string, key: RowKey): string {
  return `${table}-row-${key}`;
}

/** Moves the focus to a row, and the page as little as that needs. `false`: the row is not in the document (yet). */
export function focusRow(table: string, key: RowKey): boolean {
  const link = document.getElementById(linkId(table, key));
  if (!link) return false;
  link.closest("[data-row]")?.scrollIntoView({ block: "nearest" });
  link.focus({ preventScroll: true });
  return true;
}

export interface Cursor {
  /** Of the row that the keyboard is at; -1 = none yet. */
  index: number;
  /** A row that gets the focus once it is in the document. */
  wanted: RefObject<RowKey | null>;
  /** The keyboard, or the pointer, has come to a row. */
  moveTo(key: RowKey): void;
  /** Keys that a table takes while the focus is in it. */
  press(event: KeyboardEvent<HTMLElement>): void;
}

interface Options<Row> {
  id: string;
  rows: readonly Row[];
  rowKey(row: Row): RowKey;
  link?: unknown;
  selected?: RowKey | null;
  onSelect?(key: RowKey): void;
  onStep?(key: RowKey): void;
  keys?: boolean;
}

const ARROWS: Partial<Record<string, 1 | -1>> = { ArrowDown: 1, ArrowUp: -1 };
const LETTERS: Partial<Record<string, 1 | -1>> = { j: 1, k: -1 };

/** The row that the keyboard is at: the selected one where the page keeps a selection, else one that the table keeps. */
export function useCursor<Row>(options: Options<Row>): Cursor {
  const { id, rows, rowKey, link, selected = null, onSelect, onStep, keys = false } = options;
  const [own, setOwn] = useState(selected);
  const [opened, setOpened] = useState(selected);
  // What was opened otherwise, by the pointer or by the address, is where the keyboard goes on from.
  if (opened !== selected) {
    setOpened(selected);
    if (selected !== null) setOwn(selected);
  }
  const current = onSelect ? selected : own;
  const index = current === null ? -1 : rows.findIndex((row) => rowKey(row) === current);
  const wanted = useRef<RowKey | null>(null);
  const moveTo = onSelect ?? setOwn;
  const step = (by: 1 | -1) => {
    const row = rows[index < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, index + by))];
    if (row === undefined) return;
    const key = rowKey(row);
    // A drawer keeps the focus within itself.
    const inDrawer = document.activeElement?.closest("[data-drawer]");
    wanted.current = null;
    moveTo(key);
    if (selected !== null && selected !== key) onStep?.(key);
    if (!inDrawer && !focusRow(id, key)) wanted.current = key;
  };
  const open = () => {
    if (current !== null) document.getElementById(linkId(id, current))?.click();
  };
  useShortcuts({ j: () => step(1), k: () => step(-1), Enter: open }, keys);
  const press = (event: KeyboardEvent<HTMLElement>) => {
    if (!link || !keysAreFree(event.nativeEvent)) return;
    const onRow = event.target instanceof Element && event.target.closest("[data-row] a") !== null;
    // J and K come from everywhere where they are this table's, or where the page steps by itself.
    const letter = keys || onSelect ? undefined : LETTERS[keyName(event.nativeEvent)];
    const by = letter ?? (onRow ? ARROWS[event.key] : undefined);
    if (!by) return;
    event.preventDefault();
    step(by);
  };
  return { index, wanted, moveTo, press };
}
