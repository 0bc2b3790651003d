import { type ReactNode, useRef, useState } from "react";
import { useI18n } from "../../i18n";
import { type State, StatusMark } from "../status";
import styles from "./heatmap.module.css";

export interface HeatCell {
  /** `null` = no data; 0 = nothing happened. */
  value: number | null;
  /** Place and value, in words. */
  text: string;
  /** A judgement in place of a quantity: its mark and its tint. `ok` is quiet. */
  state?: Extract<State, "ok" | "warn" | "bad">;
}

/** Rows down and columns to the right. */
const [UP, DOWN, LEFT, RIGHT] = [[-1, 0] as const, [1, 0] as const, [0, -1] as const, [0, 1] as const];

export const STEPS = 7;

/** 1 to 7 above zero. */
export function stepOf(value: number, max: number): number {
  return max > 0 ? Math.max(1, Math.min(STEPS, Math.ceil((value / max) * STEPS))) : 1;
}

/** A quantity over two orders: seven steps, no data hatched, one cell chosen. */
export function Heatmap({
  label,
  rows,
  columns,
  columnNames,
  cells,
  max = 0,
  maxText,
  zeroText,
  legend,
  failures = false,
  selected,
  onSelect,
  square = false,
}: {
  label: string;
  rows: readonly string[];
  /** Empty text = no label over that column. */
  columns: readonly string[];
  /** What columns are called where no label stands over them. */
  columnNames?: readonly string[];
  /** By row, then column; `undefined` = outside of the range. */
  cells: readonly (readonly (HeatCell | undefined)[])[];
  max?: number | ((row: number, column: number) => number);
  maxText?: string;
  zeroText?: string;
  /** What the cells mean, in place of the scale. */
  legend?: ReactNode;
  failures?: boolean;
  selected?: { row: number; column: number } | null;
  onSelect?(row: number, column: number): void;
  square?: boolean;
}) {
  const grid = useRef<HTMLTableElement>(null);
  const [focus, setFocus] = useState({ row: 0, column: 0 });
  const exists = (row: number, column: number) => cells[row]?.[column] !== undefined;
  const first = () => {
    const row = cells.findIndex((line) => line.some((cell) => cell !== undefined));
    return { row, column: cells[row]?.findIndex((cell) => cell !== undefined) ?? -1 };
  };
  // One cell can be reached with the keyboard, whatever the chosen one is.
  const wanted = selected ?? focus;
  const at = exists(wanted.row, wanted.column) ? wanted : first();
  /** To the first cell there is, from a place on and in steps. */
  const move = ([row, column]: readonly [number, number], [down, right]: readonly [number, number]) => {
    let next = { row, column };
    while (!exists(next.row, next.column)) {
      next = { row: next.row + down, column: next.column + right };
      if (next.row < 0 || next.row >= rows.length || next.column < 0 || next.column >= columns.length) return;
    }
    setFocus(next);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next.row} ${next.column}"]`)?.focus();
    onSelect?.(next.row, next.column);
  };
  return (
    <div>
      <table ref={grid} className={`${styles.heat} ${square ? styles.square : ""}`} aria-label={label}>
        <thead>
          <tr>
            <td />
            {columns.map((column, index) =>
              column === "" && !columnNames ? (
                <td key={index} />
              ) : (
                <th key={index} scope="col">
                  {column === "" ? <i className="sr">{columnNames?.[index]}</i> : <span>{column}</span>}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, y) => (
            <tr key={row}>
              <th scope="row">{row}</th>
              {columns.map((_, x) => {
                const cell = cells[y]?.[x];
                const chosen = selected?.row === y && selected.column === x;
                const top = typeof max === "function" ? max(y, x) : max;
                const judged = cell?.state ? JUDGED[cell.state] : undefined;
                const step =
                  (judged ?? cell?.value)
                    ? (judged ?? `var(--${failures ? "r" : "q"}${stepOf(cell?.value ?? 0, top)})`)
                    : undefined;
                return (
                  <td key={x}>
                    {cell ? (
                      <button
                        type="button"
                        data-cell={`${y} ${x}`}
                        tabIndex={at.row === y && at.column === x ? 0 : -1}
                        className={`${styles.cell} ${chosen ? styles.chosen : ""} ${cell.value === null ? styles.none : cell.value === 0 ? styles.zero : ""}`}
                        style={step ? { background: step } : undefined}
                        aria-label={cell.text}
                        aria-pressed={chosen}
                        title={cell.text}
                        onClick={() => {
                          setFocus({ row: y, column: x });
                          onSelect?.(y, x);
                        }}
                        onKeyDown={(event) => {
                          const moves: Record<string, Parameters<typeof move>> = {
                            ArrowLeft: [[y, x - 1], LEFT],
                            ArrowRight: [[y, x + 1], RIGHT],
                            ArrowUp: [[y - 1, x], UP],
                            ArrowDown: [[y + 1, x], DOWN],
                            Home: [[y, 0], RIGHT],
                            End: [[y, columns.length - 1], LEFT],
                          };
                          const next = moves[event.key];
                          if (!next) return;
                          event.preventDefault();
                          move(...next);
                        }}
                      >
                        {cell.state && cell.state !== "ok" ? <StatusMark state={cell.state} /> : null}
                      </button>
                    ) : null}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {legend ?? <Scale failures={failures} zeroText={zeroText} maxText={maxText} />}
    </div>
  );
}

const JUDGED = { ok: "var(--ok-weak)", warn: "var(--warn-weak)", bad: "var(--bad-weak)" } as const;

function Scale({
  failures,
  zeroText,
  maxText,
}: {
  failures: boolean;
  zeroText: string | undefined;
  maxText: string | undefined;
}) {
  const { t } = useI18n();
  return (
    <div className={styles.scale} aria-hidden="true">
      <span>{zeroText}</span>
      {Array.from({ length: STEPS }, (_, index) => (
        <i key={index} style={{ background: `var(--${failures ? "r" : "q"}${index + 1})` }} />
      ))}
      <span>{maxText}</span>
      <span className="grow" />
      <i className={styles.none} />
      <span>{t("heat.noRecords")}</span>
    </div>
  );
}
