import { type ReactElement, type ReactNode, useCallback, useEffect, useLayoutEffect, useState } from "react";
import { useI18n } from "../../i18n";
import { copyText } from "../../lib/clipboard";
import { BELOW_DESKTOP, NARROW, PHONE, useMedia } from "../../lib/media";
import { Button } from "../button";
import { Icon } from "../icon";
import { useToast } from "../toast";
import { type Column, nextSort, type Sort, shownColumns, widthOf } from "./columns";
import { type Cursor, focusRow, linkId, type RowKey, useCursor } from "./cursor";
import styles from "./table.module.css";
import { useRows } from "./virtual";

/** `compact`: 28 px, for many rows · `normal`: 34 px · `tall`: 42 px, with a second line. */
export type Density = "compact" | "normal" | "tall";
const HEIGHTS: Record<Density, number> = { compact: 28, normal: 34, tall: 42 };
const CARD_HEIGHT = 73;

export interface LinkProps {
  id: string;
  tabIndex: number;
  className: string | undefined;
  onFocus(): void;
}

export interface TableProps<Row> {
  /** Unique on the page. */
  id: string;
  caption: string;
  columns: readonly Column<Row>[];
  /** Ids of the columns shown; the usual ones when absent. */
  chosen?: readonly string[] | undefined;
  rows: readonly Row[];
  rowKey(row: Row): RowKey;
  /** Where a row leads: the first cell becomes that link, a click anywhere in the row follows it. */
  link?(row: Row, content: ReactNode, props: LinkProps): ReactElement;
  /** The row that is shown as selected: where the keyboard is, or without `onSelect` the one that is open beside the table. */
  selected?: RowKey | null;
  /** The page keeps the selection, which follows the focus. Without it the table keeps where the keyboard is. */
  onSelect?(key: RowKey): void;
  /** The keyboard has left the row that is open for another one, which is to be open in its place. */
  onStep?(key: RowKey): void;
  /** J, K and Enter belong to this table wherever the focus is. One table of a page; others take J and K in themselves. */
  keys?: boolean;
  sort?: Sort;
  /** The server sorts; the table only asks. */
  onSort?(sort: Sort): void;
  density?: Density;
  /** Three lines on a phone: what it is, second line, what counts. Without it, the columns are written as a list. */
  card?(row: Row): { lead?: ReactNode; title: ReactNode; value?: ReactNode; lines: readonly ReactNode[] };
  paging?: {
    state: "more" | "loading" | "failed" | "end";
    onMore(): void;
    /** How many there are in all, when it is known. */
    total?: number | undefined;
  };
  /** The heads stay in view while the page scrolls. */
  sticky?: boolean;
}

/** The one table: sorted and paged by the server, only rows in view in the document, cards on a phone. */
export function DataTable<Row>(props: TableProps<Row>) {
  const phone = useMedia(PHONE);
  const cursor = useCursor(props);
  return (
    <>
      {phone ? <Cards {...props} cursor={cursor} /> : <Grid {...props} cursor={cursor} />}
      {props.paging ? <Paging paging={props.paging} shown={props.rows.length} /> : null}
    </>
  );
}

interface Inner<Row> extends TableProps<Row> {
  cursor: Cursor;
}

function useVirtualRows<Row>({ id, rows, rowKey, cursor, paging }: Inner<Row>, height: number) {
  const more = useCallback(() => {
    if (paging?.state === "more") paging.onMore();
  }, [paging]);
  const key = useCallback(
    (index: number) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
    [rows, rowKey],
  );
  const found = useRows(rows.length, height, key, cursor.index, paging ? more : undefined);
  // A row that was far away is in the document only after the page has scrolled to it.
  useEffect(() => {
    const { wanted } = cursor;
    if (wanted.current !== null && focusRow(id, wanted.current)) wanted.current = null;
  });
  return found;
}

function Grid<Row>(props: Inner<Row>) {
  const { id, caption, rows, rowKey, link, selected = null, cursor, sort, onSort, density = "normal", sticky } = props;
  const { t } = useI18n();
  const columns = useFitting(shownColumns(props.columns, props.chosen));
  const { start, items, above, below } = useVirtualRows(props, HEIGHTS[density]);
  const width = useWidth(start);
  // One stop of the Tab key: the row where the keyboard is, or the first one while that is out of sight.
  const tabStop = items.some(({ index }) => index === cursor.index) ? cursor.index : items[0]?.index;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the links within
    <div ref={start} onKeyDown={cursor.press}>
      <table
        className={`${styles.table} ${styles[density] ?? ""} ${sticky ? styles.sticky : ""}`}
        aria-rowcount={rows.length + 1}
      >
        <caption className="sr">{caption}</caption>
        <colgroup>
          {columns.map((column) => (
            <col key={column.id} style={{ width: widthOf(column, columns, width) }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={column.numeric ? "num" : undefined}
                aria-sort={sort?.by === column.id ? (sort.descending ? "descending" : "ascending") : undefined}
              >
                {column.sortable && onSort && sort ? (
                  <button
                    type="button"
                    title={t("table.sort", { name: column.label })}
                    onClick={() => onSort(nextSort(column, sort))}
                  >
                    {column.label}
                    <SortMark column={column.id} sort={sort} />
                  </button>
                ) : (
                  <>
                    {column.label}
                    {sort ? <SortMark column={column.id} sort={sort} /> : null}
                  </>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 ? <Spacer height={above} columns={columns.length} /> : null}
          {items.map(({ index }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const key = rowKey(row);
            const chosen = selected !== null && key === selected;
            const own = (event: React.MouseEvent<HTMLTableRowElement>) => {
              cursor.moveTo(key);
              const target = event.target instanceof Element ? event.target : null;
              if (!link || target?.closest("a, button, input, label") || getSelection()?.type === "Range") return;
              document.getElementById(linkId(id, key))?.click();
            };
            return (
              // The link in the first cell is the control; a click anywhere in the row is a shortcut to it.
              <tr
                key={key}
                data-row={index}
                aria-rowindex={index + 2}
                className={`${chosen ? styles.selected : ""} ${link ? styles.leads : ""}`}
                onClick={own}
              >
                {columns.map((column, at) => (
                  <td key={column.id} className={column.numeric ? "num" : styles.name}>
                    {at === 0 && link
                      ? link(row, column.cell(row), {
                          id: linkId(id, key),
                          tabIndex: index === tabStop ? 0 : -1,
                          className: undefined,
                          onFocus: () => cursor.moveTo(key),
                        })
                      : column.cell(row)}
                    {column.copy ? (
                      <CopyCell text={column.copy(row)} name={column.label} reached={!link || index === tabStop} />
                    ) : null}
                  </td>
                ))}
              </tr>
            );
          })}
          {below > 0 ? <Spacer height={below} columns={columns.length} /> : null}
        </tbody>
      </table>
    </div>
  );
}

function SortMark({ column, sort }: { column: string; sort: Sort }) {
  if (sort.by !== column) return null;
  return <span aria-hidden="true"> {sort.descending ? "↓" : "↑"}</span>;
}

/** `reached`: by the Tab key. Only in one row of a table whose rows are one stop. */
function CopyCell({ text, name, reached }: { text: string | null; name: string; reached: boolean }) {
  const { t } = useI18n();
  const toast = useToast();
  if (!text) return null;
  return (
    <button
      type="button"
      className={`${styles.copy} ${reached ? styles.reached : ""}`}
      tabIndex={reached ? 0 : -1}
      aria-label={t("table.copy", { name })}
      title={t("table.copy", { name })}
      onClick={() => {
        void copyText(text).then((done) =>
          toast.show({ state: done ? "ok" : "bad", title: done ? t("table.copied") : t("copy.failed") }),
        );
      }}
    >
      <Icon name="copy" small />
    </button>
  );
}

/** The columns that a window of this width has room for. */
function useFitting<Row>(columns: readonly Column<Row>[]): readonly Column<Row>[] {
  const rail = useMedia(BELOW_DESKTOP);
  const narrow = useMedia(NARROW);
  return columns.filter(({ priority }) => !(priority === 1 && rail) && !(priority && narrow));
}

function useWidth(element: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const found = element.current;
    if (!found) return;
    setWidth(found.clientWidth);
    const observer = new ResizeObserver(() => setWidth(found.clientWidth));
    observer.observe(found);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

function Spacer({ height, columns }: { height: number; columns: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have the focus
    <tr aria-hidden="true" className={styles.spacer}>
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

function Cards<Row>(props: Inner<Row>) {
  const { id, caption, rows, rowKey, link, card, selected = null, cursor } = props;
  const { start, items, above, below } = useVirtualRows(props, CARD_HEIGHT);
  const columns = shownColumns(props.columns, props.chosen);
  return (
    <div ref={start}>
      <ul className={styles.cards} style={{ paddingTop: above, paddingBottom: below }} aria-label={caption}>
        {items.map(({ index }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const key = rowKey(row);
          const content = card ? <CardLines {...card(row)} /> : <ListedCard row={row} columns={columns} />;
          return (
            <li
              key={key}
              data-row={index}
              className={selected !== null && key === selected ? styles.selected : undefined}
            >
              {link ? (
                link(row, content, {
                  id: linkId(id, key),
                  tabIndex: 0,
                  className: styles.card,
                  onFocus: () => cursor.moveTo(key),
                })
              ) : (
                <div className={styles.card}>{content}</div>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function CardLines({ lead, title, value, lines }: ReturnType<NonNullable<TableProps<unknown>["card"]>>) {
  return (
    <>
      <span className={styles.cardHead}>
        {lead}
        <span className={`${styles.cardTitle} cut`}>{title}</span>
        <span className="grow" />
        {value}
      </span>
      {lines.map((line, index) => (
        <span key={index} className={styles.cardLine}>
          {line}
        </span>
      ))}
    </>
  );
}

function ListedCard<Row>({ row, columns }: { row: Row; columns: readonly Column<Row>[] }) {
  const [first, ...rest] = columns;
  return (
    <>
      <span className={styles.cardHead}>
        <span className={`${styles.cardTitle} cut`}>{first?.cell(row)}</span>
      </span>
      <span className={styles.cardPairs}>
        {rest.map((column) => (
          <span key={column.id}>
            <span className="dim">{column.label}</span> {column.cell(row)}
          </span>
        ))}
      </span>
    </>
  );
}

function Paging({ paging, shown }: { paging: NonNullable<TableProps<unknown>["paging"]>; shown: number }) {
  const { t, format } = useI18n();
  const { state, onMore, total } = paging;
  if (shown === 0 && state === "end") return null;
  return (
    <div className={styles.paging}>
      {total === undefined ? null : t("table.of", { shown: format.count(shown), total: format.count(total) })}
      {state === "loading" ? t("table.loadingMore") : null}
      {state === "more" ? (
        <Button small onClick={onMore}>
          {t("table.more")}
        </Button>
      ) : null}
      {state === "failed" ? (
        <>
          {t("table.moreFailed")}
          <Button small icon="retry" onClick={onMore}>
            {t("action.retry")}
          </Button>
        </>
      ) : null}
    </div>
  );
}
