import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { api } from "../../api/client";
import { hub } from "../../api/live";
import type { CostedRow } from "../../api/monitor-types";
import { exportHref, toEventQuery } from "../../api/view-request";
import { useLiveState } from "../../app/live";
import { onRefresh } from "../../app/refresh";
import { useI18n } from "../../i18n";
import { releaseFocus } from "../../lib/focus";
import { useNow } from "../../lib/now";
import { isOpenEnded } from "../../lib/range";
import { useShortcuts } from "../../lib/shortcuts";
import { changed, countFilters, type ViewSearch } from "../../lib/view";
import { Segmented } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Skeleton } from "../../ui/panel";
import { ColumnMenu, DataTable, ExportMenu, readSort, useDensity, writeSort } from "../../ui/table";
import { AccountText, KeyText, ModelText, StatusCell, TotalText } from "./cells";
import { CostText, isNewestFirst, NEWEST, useRequestColumns } from "./columns";
import { RequestListStore } from "./list-store";
import styles from "./requests.module.css";
import { EmptyList, FailedList, StaleNote } from "./states";

/** Reading begins when the list is scrolled further than this. */
const READING_PX = 8;
/** How the route calls the columns that it can order by. */
const SORTS: Readonly<Record<string, string | undefined>> = {
  time: "time",
  total: "latency_ms",
  first: "ttft_ms",
  in: "input_tokens",
  out: "output_tokens",
  cost: "cost",
};
const SLOW = 30_000;
/** Also while nothing arrives, a range such as the last hour moves on. */
const TRIM_MS = 60_000;

/** The rows of the list, for the drawer: its neighbours. */
export interface ListHandle {
  rows: readonly CostedRow[];
  go(id: number): void;
}

export function useRequestList(search: ViewSearch, paused: boolean) {
  const { format } = useI18n();
  const zone = format.timeZone;
  const live = useLiveState();
  const store = useMemo(
    () =>
      new RequestListStore({
        fetchPage: (query, page, signal) => api.events(query, page, signal),
        onKnown: (id) => hub.known(id),
        now: () => Date.now(),
        setTimer: (run, ms) => setTimeout(run, ms),
        clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
      }),
    [],
  );
  const list = useSyncExternalStore(store.subscribe, store.getState);
  // The address is the state: another address, another query. Tabs, columns and drawers ask nothing else.
  const { tab: _tab, columns: _columns, drawer: _drawer, ...asked } = search;
  const address = JSON.stringify(asked);
  useEffect(() => {
    const wanted = JSON.parse(address) as ViewSearch;
    const sort = readSort(wanted.sort, NEWEST);
    const byTime = isNewestFirst(wanted.sort);
    store.setQuery({
      at: (moment) => ({
        ...toEventQuery(wanted, moment, zone),
        ...(byTime ? {} : ({ sort: SORTS[sort.by], order: sort.descending ? "desc" : "asc" } as object)),
      }),
      plain: countFilters(wanted) === 0,
      openEnded: byTime && isOpenEnded(wanted, Date.now()),
      byTime,
    });
    return () => store.stop();
  }, [store, address, zone]);

  useEffect(() => onRefresh(() => store.reload()), [store]);
  useEffect(() => hub.subscribe({ onEvents: (events) => store.onLive(events) }), [store]);
  const streaming = live.kind === "live";
  const streamed = useRef(streaming);
  useEffect(() => {
    // The stream began (again): a page closes whatever hole there may be. One that was there before the list left none.
    if (streaming && !streamed.current) store.refreshSoon();
    streamed.current = streaming;
  }, [store, streaming]);
  useEffect(() => {
    const timer = setInterval(() => store.trim(), TRIM_MS);
    return () => clearInterval(timer);
  }, [store]);

  const [scrolled, setScrolled] = useState(false);
  useEffect(() => {
    const look = () => setScrolled(window.scrollY > READING_PX);
    look();
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, []);
  useEffect(() => {
    store.hold(paused || scrolled);
  }, [store, paused, scrolled]);
  return { store, list };
}

/** The requests themselves, newest first and growing, or in another order. */
export function RequestsView({
  store,
  list,
  selected,
  onSelect,
  tools,
}: ReturnType<typeof useRequestList> & {
  selected: number | null;
  onSelect(id: number): void;
  tools?: React.ReactNode;
}) {
  const { t, format } = useI18n();
  const search = useSearch({ from: "/signed-in/app/requests" }) as ViewSearch;
  const { id: open } = useParams({ strict: false });
  const navigate = useNavigate();
  const now = useNow(30_000);
  const columns = useRequestColumns(now);
  const [density, setDensity] = useDensity("requests", "compact");
  const sort = readSort(search.sort, NEWEST);
  const byTime = isNewestFirst(search.sort);
  const set = (next: ViewSearch) => void navigate({ to: "/requests", search: next as never, resetScroll: false });

  const step = (by: 1 | -1) => {
    const at = list.rows.findIndex((row) => row.id === selected);
    const next = list.rows[at < 0 ? 0 : Math.min(list.rows.length - 1, Math.max(0, at + by))];
    if (!next) return;
    // A drawer keeps the focus within itself.
    if (open === undefined) releaseFocus();
    onSelect(next.id);
    if (open !== undefined)
      void navigate({
        to: "/requests/$id",
        params: { id: next.id },
        search: search as never,
        replace: true,
        resetScroll: false,
      });
  };
  const openSelected = () => {
    if (selected !== null && open === undefined) document.getElementById(rowLinkId(selected))?.click();
  };
  useShortcuts({
    j: () => step(1),
    k: () => step(-1),
    Enter: openSelected,
    e: () => document.getElementById("export-view")?.click(),
  });

  const loadMore = useCallback(() => void store.loadOlder(), [store]);
  const showNew = () => {
    window.scrollTo({ top: 0 });
    store.showPending();
  };
  const rows = list.rows as readonly CostedRow[];
  const slow = search.slow === SLOW;
  return (
    <section
      className={list.pending > 0 ? `${styles.panel} ${styles.waiting}` : styles.panel}
      aria-labelledby="requests-title"
      aria-busy={list.former}
    >
      <header className={styles.head}>
        <h2 id="requests-title">{t("requests.title")}</h2>
        <span className={`${styles.note} not-phone`}>{byTime ? t("requests.newestFirst") : t("monitor.sorted")}</span>
        {list.stale && list.readAt !== null ? <StaleNote at={list.readAt} onRetry={() => void store.reload()} /> : null}
        <span className="grow" />
        <Segmented
          label={t("column.status")}
          value={slow ? "slow" : (search.status ?? "all")}
          options={[
            { value: "all", label: t("status.all") },
            { value: "ok", label: t("status.ok") },
            { value: "failed", label: t("status.failed") },
            { value: "slow", label: t("monitor.slow", { time: format.duration(SLOW) }) },
          ]}
          onChange={(value) =>
            set(
              changed(search, {
                status: value === "ok" || value === "failed" ? value : undefined,
                slow: value === "slow" ? SLOW : undefined,
              }),
            )
          }
        />
        <ColumnMenu
          columns={columns}
          chosen={search.columns}
          onChosen={(columns) => set(changed(search, { columns }))}
          density={density}
          onDensity={setDensity}
        />
        <ExportMenu
          id="export-view"
          csv={exportHref("csv", search, now, format.timeZone)}
          jsonl={exportHref("jsonl", search, now, format.timeZone)}
        />
        {tools}
      </header>
      {list.pending > 0 ? (
        <button type="button" className={styles.strip} onClick={showNew}>
          <Icon name="chevronUp" small />
          {t("requests.new", { n: list.pending })}
        </button>
      ) : null}
      <p className="sr" role="status">
        {list.pending > 0 ? t("requests.newSpoken") : ""}
      </p>
      {list.phase === "loading" || (rows.length === 0 && list.older === "loading") ? (
        <Skeleton lines={8} label={list.phase === "loading" ? t("requests.loading") : t("requests.loadingOlder")} />
      ) : null}
      {list.phase === "failed" && list.error ? (
        <FailedList error={list.error} onRetry={() => void store.reload()} />
      ) : null}
      {list.phase === "ready" && rows.length === 0 && list.older === "end" ? <EmptyList search={search} /> : null}
      {rows.length > 0 || list.older === "more" || list.older === "failed" ? (
        <DataTable
          id="request"
          caption={byTime ? t("requests.caption") : t("monitor.sorted")}
          columns={columns}
          chosen={search.columns}
          rows={rows}
          rowKey={(row) => row.id}
          selected={selected}
          onSelect={(key) => onSelect(Number(key))}
          density={density}
          sticky
          sort={sort}
          onSort={(next) => set(changed(search, { sort: writeSort(next, NEWEST) }))}
          link={(row, content, props) => (
            <Link {...props} to="/requests/$id" params={{ id: row.id }} search={search as never} resetScroll={false}>
              {content}
            </Link>
          )}
          card={(row) => ({
            lead: <StatusCell row={row} />,
            title: <ModelText row={row} />,
            value: <TotalText row={row} />,
            lines: [
              <span key="who" className={styles.cardLine}>
                <CardTime row={row} now={now} />
                <span className="cut">
                  <AccountText row={row} />
                </span>
              </span>,
              <span key="what" className={styles.cardLine}>
                <KeyText row={row} />
                <span className="grow" />
                <span className="num">
                  {t("monitor.cardTokens", {
                    in: format.tokens(row.normalised.total_input_tokens),
                    out: format.tokens(row.output_tokens),
                  })}{" "}
                  · <CostText row={row} />
                </span>
              </span>,
            ],
          })}
          paging={{ state: list.older, onMore: loadMore }}
        />
      ) : null}
      {rows.length > 0 && list.older === "end" && !list.former ? (
        <div className={styles.more}>{t("requests.end", { n: rows.length })}</div>
      ) : null}
    </section>
  );
}

/** The link of a row can be found by id, to give the focus back to it. */
export function rowLinkId(id: number): string {
  return `request-row-${id}`;
}

/** Short, as the column is narrow: the date alone says that it was another day. */
function CardTime({ row, now }: { row: CostedRow; now: number }) {
  const { format } = useI18n();
  const date = format.date(row.timestamp_ms, now);
  return (
    <span className="dim nw">
      {date === format.date(now, now) ? "" : `${date} `}
      {format.clock(row.timestamp_ms)}
    </span>
  );
}

/** Gives the focus back to the row whose drawer was closed. */
export function useReturnFocus(open: number | undefined): void {
  const before = useRef(open);
  useEffect(() => {
    if (before.current !== undefined && open === undefined) {
      document.getElementById(rowLinkId(before.current))?.focus({ preventScroll: true });
    }
    before.current = open;
  }, [open]);
}
