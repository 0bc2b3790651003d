import { Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { api } from "../../api/client";
import { hub } from "../../api/live";
import { useLiveState } from "../../app/live";
import { Page } from "../../app/shell";
import { useI18n } from "../../i18n";
import { PHONE, useMedia } from "../../lib/media";
import { useNow } from "../../lib/now";
import { Banner } from "../../ui/banner";
import { Button, Segmented } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Skeleton } from "../../ui/panel";
import { FilterBar } from "./filter-bar";
import { isFiltered, isOpenEnded, type RequestSearch, toQuery } from "./filters";
import { ListContext } from "./list-context";
import { RequestListStore } from "./list-store";
import styles from "./requests.module.css";
import { EmptyList, FailedList, StaleNote } from "./states";
import { RequestCards, RequestTable, rowLinkId } from "./table";

/** Reading begins when the page is scrolled further than this. */
const READING_PX = 8;

export function RequestsPage() {
  const { t, format } = useI18n();
  const search = useSearch({ from: "/signed-in/app/requests" });
  const { id: open } = useParams({ strict: false });
  const navigate = useNavigate();
  const phone = useMedia(PHONE);
  const live = useLiveState();
  const now = useNow(30_000);
  const [paused, setPaused] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  const [selected, setSelected] = useState<number | null>(open ?? null);
  const openEnded = isOpenEnded(search);

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

  // The address is the state: another address, another query.
  const address = JSON.stringify(search);
  useEffect(() => {
    const wanted = JSON.parse(address) as RequestSearch;
    store.setQuery({
      at: (moment) => toQuery(wanted, moment),
      plain: !isFiltered(wanted),
      openEnded: isOpenEnded(wanted),
    });
    return () => store.stop();
  }, [store, address]);

  useEffect(
    () =>
      hub.subscribe({
        onEvents: (events) => store.onLive(events),
      }),
    [store],
  );
  const streaming = live.kind === "live";
  useEffect(() => {
    // The stream began (again): a page closes whatever hole there may be.
    if (streaming) store.refreshSoon();
  }, [store, streaming]);

  useEffect(() => {
    const look = () => setScrolled(window.scrollY > READING_PX);
    look();
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, []);
  useEffect(() => {
    store.hold(paused || scrolled);
  }, [store, paused, scrolled]);

  useEffect(() => {
    if (open !== undefined) setSelected(open);
  }, [open]);

  const go = useCallback(
    (id: number) =>
      void navigate({ to: "/requests/$id", params: { id }, search, replace: open !== undefined, resetScroll: false }),
    [navigate, search, open],
  );
  const step = useCallback(
    (by: 1 | -1) => {
      const { rows } = store.getState();
      const at = rows.findIndex((row) => row.id === selected);
      const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
      if (!next) return;
      setSelected(next.id);
      if (open !== undefined) go(next.id);
    },
    [store, selected, open, go],
  );
  useShortcuts({
    j: () => step(1),
    k: () => step(-1),
    enter: () => {
      if (selected !== null && open === undefined) go(selected);
    },
    p: () => setPaused((before) => !before),
    "/": () => document.getElementById("request-search")?.focus(),
  });

  const loadOlder = useCallback(() => {
    if (store.getState().older === "more") void store.loadOlder();
  }, [store]);
  const showNew = () => {
    window.scrollTo({ top: 0 });
    store.showPending();
  };

  // The focus goes back to the row when the drawer closes.
  const before = useRef(open);
  useEffect(() => {
    if (before.current !== undefined && open === undefined) {
      document.getElementById(rowLinkId(before.current))?.focus({ preventScroll: true });
    }
    before.current = open;
  }, [open]);

  const context = useMemo(() => ({ rows: list.rows, go }), [list.rows, go]);
  const List = phone ? RequestCards : RequestTable;

  return (
    <Page
      title={t("nav.monitoring")}
      bar={<FilterBar search={search} paused={paused} onPause={setPaused} live={live} openEnded={openEnded} />}
    >
      <div className={styles.page} inert={phone && open !== undefined}>
        {live.kind === "retrying" ? (
          <Banner
            state="stale"
            title={t("live.lost", { time: format.clock(live.lostAt) })}
            action={
              <button type="button" className="link" onClick={() => hub.retryNow()}>
                {t("live.retryNow")}
              </button>
            }
          >
            <RetryCountdown at={live.retryAt} />
          </Banner>
        ) : null}
        <section
          className={list.pending > 0 ? `${styles.panel} ${styles.waiting}` : styles.panel}
          aria-labelledby="requests-title"
        >
          <header className={styles.head}>
            <h2 id="requests-title">{t("requests.title")}</h2>
            <span className={`${styles.note} not-phone`}>{t("requests.newestFirst")}</span>
            {list.stale && list.readAt !== null ? <StaleNote at={list.readAt} onRetry={() => store.reload()} /> : null}
            <span className="grow" />
            <Segmented
              label={t("column.status")}
              value={search.status ?? "all"}
              options={[
                { value: "all", label: t("status.all") },
                { value: "ok", label: t("status.ok") },
                { value: "failed", label: t("status.failed") },
              ]}
              onChange={(value) => {
                const { status: _, ...rest } = search;
                void navigate({ to: "/requests", search: value === "all" ? rest : { ...rest, status: value } });
              }}
            />
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
          {list.phase === "loading" || (list.rows.length === 0 && list.older === "loading") ? (
            <Skeleton lines={8} label={list.phase === "loading" ? t("requests.loading") : t("requests.loadingOlder")} />
          ) : null}
          {list.phase === "failed" && list.error ? (
            <FailedList error={list.error} onRetry={() => store.reload()} />
          ) : null}
          {list.phase === "ready" && list.rows.length === 0 && list.older === "end" ? (
            <EmptyList search={search} />
          ) : null}
          {list.rows.length > 0 ? (
            <List rows={list.rows} now={now} selected={selected} onSelect={setSelected} onNearEnd={loadOlder} />
          ) : null}
          {list.rows.length > 0 || list.older === "more" || list.older === "failed" ? (
            <div className={styles.more}>
              {list.older === "loading" ? t("requests.loadingOlder") : null}
              {list.older === "more" ? (
                <Button small onClick={() => void store.loadOlder()}>
                  {t("requests.older")}
                </Button>
              ) : null}
              {list.older === "failed" ? (
                <>
                  {t("requests.olderFailed")}
                  <Button small icon="retry" onClick={() => void store.loadOlder()}>
                    {t("action.retry")}
                  </Button>
                </>
              ) : null}
              {list.older === "end" ? t("requests.end", { n: list.rows.length }) : null}
            </div>
          ) : null}
        </section>
      </div>
      <ListContext value={context}>
        <Outlet />
      </ListContext>
    </Page>
  );
}

function RetryCountdown({ at }: { at: number }) {
  const { t } = useI18n();
  const now = useNow(1_000);
  return t("live.retryIn", { n: Math.max(0, Math.ceil((at - now) / 1000)) });
}

/** Single keys, when no field has the focus and nothing lies above the page. */
function useShortcuts(keys: Record<string, () => void>): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("input, textarea, select, [role=menu], [role=dialog], [contenteditable]")) return;
      // Enter belongs to the control that has the focus.
      if (event.key === "Enter" && target?.closest("a, button")) return;
      const run = current.current[event.key.toLowerCase()];
      if (!run) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
