import { Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { hub } from "../../api/live";
import { wholeOf } from "../../app/answers";
import { Callouts } from "../../app/callouts";
import { useQuestion } from "../../app/data";
import { FilterBar } from "../../app/filter-bar";
import { useLiveState } from "../../app/live";
import { Countdown } from "../../app/live-banner";
import { PageTabs } from "../../app/page-tabs";
import { useCollectorRate } from "../../app/rate";
import { Page } from "../../app/shell";
import { useOpenView, useSetView } from "../../app/view";
import { useI18n } from "../../i18n";
import { PHONE, useMedia } from "../../lib/media";
import { useNow } from "../../lib/now";
import { isOpenEnded } from "../../lib/range";
import { useShortcuts } from "../../lib/shortcuts";
import { changed, type ViewSearch } from "../../lib/view";
import { Banner } from "../../ui/banner";
import { buttonClass } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { StatusMark } from "../../ui/status";
import { isNewestFirst } from "../requests/columns";
import { ListContext } from "../requests/list-context";
import { RequestsView, useRequestList, useReturnFocus } from "../requests/list-view";
import styles from "../requests/requests.module.css";
import { AccountsView } from "./accounts-view";
import { CausesPanel } from "./causes";
import { KeysView } from "./keys-view";
import { MonitorStrip, STRIP_QUESTION, TrafficChart } from "./overview";
import { TransferMenu } from "./transfer";
import { MONITOR_TABS, type MonitorTab } from "./view";

/** What the gateway does now, and why requests fail: requests, accounts and keys of one filter. */
export function MonitoringPage() {
  const { t, format } = useI18n();
  const search = useSearch({ from: "/signed-in/app/requests" }) as ViewSearch;
  const tab = (search.tab as MonitorTab | undefined) ?? "requests";
  const { id: open } = useParams({ strict: false });
  const navigate = useNavigate();
  const set = useSetView<ViewSearch>();
  const openView = useOpenView();
  const phone = useMedia(PHONE);
  const live = useLiveState();
  const now = useNow(30_000);
  const [paused, setPaused] = useState(false);
  const [selected, setSelected] = useState<number | null>(open ?? null);
  const { store, list } = useRequestList(search, paused);
  const counts = useQuestion(search, STRIP_QUESTION);

  useShortcuts({ p: () => setPaused((before) => !before) });
  useEffect(() => {
    if (open !== undefined) setSelected(open);
  }, [open]);
  useReturnFocus(open);
  const go = useCallback(
    (id: number) =>
      void navigate({
        to: "/requests/$id",
        params: { id },
        search: search as never,
        replace: open !== undefined,
        resetScroll: false,
      }),
    [navigate, search, open],
  );
  const context = useMemo(() => ({ rows: list.rows, go }), [list.rows, go]);
  // A number of the view before would stand beside the rows of this one.
  const calls = counts.changing ? null : wholeOf(counts.data?.answer, "calls");
  const labels: Record<MonitorTab, { label: string; count?: string | undefined }> = {
    requests: { label: t("requests.title"), count: calls === null ? undefined : format.count(calls) },
    accounts: { label: t("monitor.accounts") },
    keys: { label: t("monitor.keys") },
  };
  // Filters go along from tab to tab; what only one tab knows stays there.
  const filters = changed(search, { tab: undefined, sort: undefined, columns: undefined, drawer: undefined });

  return (
    <Page
      title={t("nav.monitoring")}
      bar={
        <FilterBar
          page="/requests"
          search={search}
          onChange={set}
          onOpen={openView}
          extra={
            <LiveButton
              paused={paused}
              openEnded={isOpenEnded(search, now)}
              ordered={tab === "requests" && !isNewestFirst(search.sort)}
              onPause={() => setPaused((before) => !before)}
            />
          }
        />
      }
      tabs={
        <PageTabs
          label={t("monitor.views")}
          current={tab}
          tabs={MONITOR_TABS.map((id) => ({
            id,
            ...labels[id],
            search: id === "requests" ? filters : { ...filters, tab: id },
          }))}
        />
      }
    >
      <div className={styles.page} inert={phone && open !== undefined}>
        {live.kind === "retrying" ? (
          <Banner
            state="stale"
            title={t("live.lost", { time: format.moment(live.lostAt, now) })}
            action={
              <button type="button" className="link" onClick={() => hub.retryNow()}>
                {t("live.retryNow")}
              </button>
            }
          >
            <Countdown at={live.retryAt} />
          </Banner>
        ) : null}
        <Callouts />
        <MonitorStrip loaded={counts} search={search} />
        {tab === "requests" ? (
          <>
            <TrafficChart search={search} onZoom={set} />
            <CausesPanel search={search} />
            <RequestsView
              store={store}
              list={list}
              selected={selected}
              onSelect={setSelected}
              tools={<TransferMenu />}
            />
          </>
        ) : tab === "accounts" ? (
          <AccountsView search={search} />
        ) : (
          <KeysView search={search} />
        )}
      </div>
      <ListContext value={context}>
        <Outlet />
      </ListContext>
    </Page>
  );
}

/** Whether requests stream in, how many, and the way to stop them for a while. */
function LiveButton({
  paused,
  openEnded,
  ordered,
  onPause,
}: {
  paused: boolean;
  openEnded: boolean;
  /** The list is in another order than that of time, so that new requests have no place in it. */
  ordered: boolean;
  onPause(): void;
}) {
  const { t, format } = useI18n();
  const live = useLiveState();
  const rate = useCollectorRate();
  if (!openEnded) {
    return (
      <span className={`${styles.live} dim`} title={t("live.closedRange")}>
        {t("monitor.closed")}
      </span>
    );
  }
  if (ordered) {
    return (
      <span className={`${styles.live} dim`} title={t("monitor.sorted")}>
        {t("monitor.notLive")}
      </span>
    );
  }
  const streaming = live.kind === "live" && !paused;
  const word = paused ? t("live.paused") : live.kind === "live" ? t("live.live") : t("live.waiting");
  return (
    <button
      type="button"
      className={buttonClass()}
      aria-pressed={paused}
      title={paused ? t("live.resumeHint") : t("live.pauseHint")}
      onClick={onPause}
    >
      <StatusMark state={paused ? "unknown" : live.kind === "live" ? "ok" : "stale"} />
      {word}
      {streaming && rate !== undefined ? (
        <span className="dim not-phone">{t("monitor.perMinute", { n: format.count(Math.round(rate * 60)) })}</span>
      ) : null}
      <Icon name={paused ? "play" : "pause"} small />
    </button>
  );
}
