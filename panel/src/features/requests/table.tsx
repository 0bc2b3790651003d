import { Link, useSearch } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { EventRow } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { AccountText, CachedText, FirstTokenText, KeyText, ModelText, StatusCell, TimeText, TotalText } from "./cells";
import styles from "./requests.module.css";

interface Column {
  id: string;
  label: Key;
  /** Width in px; without one the column shares what is left. */
  width?: number;
  share?: number;
  numeric?: boolean;
  /** 1 is hidden below 1280 px, 2 below 1024 px as well. */
  priority?: 1 | 2;
  cell(row: EventRow, now: number): ReactNode;
}

function Tokens({ value }: { value: number }) {
  return useI18n().format.count(value);
}

const COLUMNS: readonly Column[] = [
  { id: "time", label: "column.time", width: 150, cell: (row, now) => <TimeText row={row} now={now} /> },
  { id: "status", label: "column.status", width: 84, cell: (row) => <StatusCell row={row} /> },
  { id: "model", label: "column.model", share: 26, cell: (row) => <ModelText row={row} /> },
  { id: "account", label: "column.account", share: 26, cell: (row) => <AccountText row={row} /> },
  { id: "key", label: "column.key", width: 92, priority: 2, cell: (row) => <KeyText row={row} /> },
  {
    id: "first",
    label: "column.firstToken",
    width: 88,
    numeric: true,
    priority: 1,
    cell: (row) => <FirstTokenText row={row} />,
  },
  { id: "total", label: "column.total", width: 88, numeric: true, cell: (row) => <TotalText row={row} /> },
  {
    id: "in",
    label: "column.tokensIn",
    width: 88,
    numeric: true,
    cell: (row) => <Tokens value={row.normalised.total_input_tokens} />,
  },
  {
    id: "cached",
    label: "column.cached",
    width: 70,
    numeric: true,
    priority: 1,
    cell: (row) => <CachedText row={row} />,
  },
  {
    id: "out",
    label: "column.out",
    width: 80,
    numeric: true,
    priority: 2,
    cell: (row) => <Tokens value={row.output_tokens} />,
  },
];

const ROW_HEIGHT = 28;
const CARD_HEIGHT = 73;
const OVERSCAN = 12;
/** Older rows are asked for when fewer than this many are left below. */
const AHEAD = 40;

interface ListProps {
  rows: readonly EventRow[];
  now: number;
  /** The row that J and K move. */
  selected: number | null;
  onSelect(id: number): void;
  onNearEnd(): void;
}

/** The link of a row can be found by id, to give the focus back to it. */
export function rowLinkId(id: number): string {
  return `request-${id}`;
}

function useVirtual({ rows, selected, onNearEnd }: ListProps, height: number) {
  const start = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const top = start.current?.getBoundingClientRect().top;
    if (top !== undefined) setMargin(Math.round(top + window.scrollY));
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: margin,
    getItemKey: (index) => rows[index]?.id ?? index,
    initialRect: { width: 1000, height: 900 },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - AHEAD) onNearEnd();
  }, [last, rows.length, onNearEnd]);
  const index = selected === null ? -1 : rows.findIndex((row) => row.id === selected);
  const before = useRef(selected);
  useEffect(() => {
    // Only when the selection moves: new rows must not pull the page back.
    if (before.current === selected) return;
    before.current = selected;
    if (index >= 0) virtual.scrollToIndex(index, { align: "auto" });
  }, [selected, index, virtual]);
  const first = items[0];
  const end = items.at(-1);
  return {
    start,
    items,
    above: first ? first.start - margin : 0,
    below: end ? virtual.getTotalSize() - (end.end - margin) : 0,
  };
}

/** Compact rows of a real table; only what is in view is in the document. */
export function RequestTable(props: ListProps) {
  const { rows, now, selected, onSelect } = props;
  const { t } = useI18n();
  const search = useSearch({ from: "/signed-in/app/requests" });
  const { start, items, above, below } = useVirtual(props, ROW_HEIGHT);
  const tabStop = selected ?? rows[items[0]?.index ?? 0]?.id ?? null;
  return (
    <div ref={start}>
      <table className={styles.table} aria-rowcount={rows.length + 1}>
        <caption className="sr">{t("requests.caption")}</caption>
        <colgroup>
          {COLUMNS.map((column) => (
            <col
              key={column.id}
              className={priorityClass(column)}
              style={{ width: column.width ? column.width : `${column.share ?? 10}%` }}
            />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={`${column.numeric ? "num" : ""} ${priorityClass(column)}`}
                aria-sort={column.id === "time" ? "descending" : undefined}
              >
                {t(column.label)}
                {column.id === "time" ? <span aria-hidden="true"> ↓</span> : null}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 ? <Spacer height={above} /> : null}
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              // The link in the first cell is the control; a click anywhere in the row is a shortcut to it.
              <tr
                key={row.id}
                aria-rowindex={item.index + 2}
                aria-selected={row.id === selected}
                className={row.id === selected ? styles.selected : undefined}
                onClick={(event) => {
                  onSelect(row.id);
                  if (event.target instanceof Element && event.target.closest("a")) return;
                  document.getElementById(rowLinkId(row.id))?.click();
                }}
              >
                {COLUMNS.map((column, index) => (
                  <td key={column.id} className={`${column.numeric ? "num" : styles.name} ${priorityClass(column)}`}>
                    {index === 0 ? (
                      <Link
                        id={rowLinkId(row.id)}
                        to="/requests/$id"
                        params={{ id: row.id }}
                        search={search}
                        resetScroll={false}
                        tabIndex={row.id === tabStop ? 0 : -1}
                        onFocus={() => onSelect(row.id)}
                      >
                        {column.cell(row, now)}
                      </Link>
                    ) : (
                      column.cell(row, now)
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
          {below > 0 ? <Spacer height={below} /> : null}
        </tbody>
      </table>
    </div>
  );
}

function priorityClass(column: Column): string {
  return (column.priority && styles[`p${column.priority}`]) || "";
}

function Spacer({ height }: { height: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have the focus
    <tr aria-hidden="true" className={styles.spacer}>
      <td colSpan={COLUMNS.length} style={{ height }} />
    </tr>
  );
}

/** The same rows on a phone: a list of cards. */
export function RequestCards(props: ListProps) {
  const { rows, now, selected, onSelect } = props;
  const { t, format } = useI18n();
  const search = useSearch({ from: "/signed-in/app/requests" });
  const { start, items, above, below } = useVirtual(props, CARD_HEIGHT);
  return (
    <div ref={start}>
      <ul
        className={styles.cards}
        style={{ paddingTop: above, paddingBottom: below }}
        aria-label={t("requests.caption")}
      >
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <li key={row.id} className={row.id === selected ? styles.selected : undefined}>
              <Link
                id={rowLinkId(row.id)}
                to="/requests/$id"
                params={{ id: row.id }}
                search={search}
                resetScroll={false}
                className={styles.card}
                onClick={() => onSelect(row.id)}
              >
                <span className={styles.cardStatus}>
                  <StatusCell row={row} />
                </span>
                <span className={`${styles.cardModel} cut`}>
                  <ModelText row={row} />
                </span>
                <span className={styles.cardTotal}>
                  <TotalText row={row} />
                </span>
                <span className={styles.cardTime}>
                  <CardTime row={row} now={now} />
                </span>
                <span className={`${styles.cardAccount} cut`}>
                  <AccountText row={row} />
                </span>
                <span className={styles.cardIn}>
                  {t("card.in", { tokens: format.count(row.normalised.total_input_tokens) })}
                </span>
                <span className={styles.cardKey}>
                  <KeyText row={row} />
                </span>
                <span className={styles.cardOut}>{t("card.out", { tokens: format.count(row.output_tokens) })}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Short, as the column is narrow: the date alone says that it was another day. */
function CardTime({ row, now }: { row: EventRow; now: number }) {
  const { format } = useI18n();
  const date = format.date(row.timestamp_ms, now);
  return (
    <>
      {format.clock(row.timestamp_ms)}
      {date === format.date(now, now) ? null : <span className={styles.cardDate}>{date}</span>}
    </>
  );
}
