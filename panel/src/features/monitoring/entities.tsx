import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Money } from "../../app/change";
import type { Loaded } from "../../app/data";
import { healthOf } from "../../app/health";
import { LoadedPanel } from "../../app/loaded";
import { type Key, useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { changed, type ViewSearch } from "../../lib/view";
import { InlineBar } from "../../ui/chart";
import { Empty } from "../../ui/panel";
import { type State, Status } from "../../ui/status";
import { type Column, ColumnMenu, DataTable, readSort, writeSort } from "../../ui/table";
import { Unknown } from "../../ui/tooltip";
import { type Entity, sortEntities, USUAL_ENTITY_SORT } from "./view";

const HEALTH: Record<ReturnType<typeof healthOf>, Key> = {
  ok: "monitor.healthy",
  warn: "monitor.someFail",
  bad: "monitor.manyFail",
  unknown: "monitor.noCalls",
};

/** A state as it is shown: what is known besides the share of failures is told first. */
export interface EntityState {
  state: State;
  words: string;
  detail?: string;
}

/** Accounts or keys with their figures; a row opens what is known of one. */
export function EntityTable({
  title,
  search,
  loaded,
  rows,
  name,
  second,
  empty,
  extra,
  stateOf,
}: {
  title: string;
  search: ViewSearch;
  loaded: Loaded<unknown>;
  rows: readonly Entity[];
  name(row: Entity): string;
  second?(row: Entity): ReactNode;
  empty: string;
  extra?: readonly Column<Entity>[];
  /** Where more is known of one than how its requests went. */
  stateOf?(row: Entity): EntityState;
}) {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const navigate = useNavigate();
  const sort = readSort(search.sort, USUAL_ENTITY_SORT);
  const set = (next: ViewSearch) =>
    void navigate({ to: "/requests", search: next as never, replace: true, resetScroll: false });
  const stated = (row: Entity): EntityState =>
    stateOf?.(row) ?? { state: healthOf(row), words: t(HEALTH[healthOf(row)]) };
  const most = Math.max(1, ...rows.map((row) => row.calls));
  const columns: Column<Entity>[] = [
    {
      id: "name",
      label: title,
      share: 34,
      fixed: true,
      sortable: true,
      cell: (row) => (
        <span title={name(row)}>
          {name(row)}
          {second ? <span className="dim"> {second(row)}</span> : null}
        </span>
      ),
    },
    {
      id: "state",
      label: t("monitor.state"),
      width: 120,
      priority: 2,
      cell: (row) => {
        const { state, words, detail } = stated(row);
        return (
          <span title={detail ? `${words} · ${detail}` : words}>
            <Status state={state}>{words}</Status>
          </span>
        );
      },
    },
    {
      id: "calls",
      label: t("monitor.calls"),
      width: 130,
      numeric: true,
      sortable: true,
      cell: (row) => (
        <>
          <InlineBar share={row.calls / most} /> {format.count(row.calls)}
        </>
      ),
    },
    {
      id: "failures",
      label: t("monitor.failed"),
      width: 76,
      numeric: true,
      sortable: true,
      cell: (row) => format.count(row.failures),
    },
    {
      id: "success",
      label: t("monitor.success"),
      width: 80,
      numeric: true,
      sortable: true,
      priority: 1,
      cell: (row) => (row.calls === 0 ? <Unknown reason={t("monitor.noCalls")} /> : format.share(row.success, 1)),
    },
    {
      id: "tokens",
      label: t("monitor.tokens"),
      width: 88,
      numeric: true,
      sortable: true,
      priority: 2,
      cell: (row) => format.tokens(row.tokens),
    },
    {
      id: "input",
      label: t("column.tokensIn"),
      width: 88,
      numeric: true,
      extra: true,
      cell: (row) => format.tokens(row.input),
    },
    {
      id: "output",
      label: t("column.out"),
      width: 88,
      numeric: true,
      extra: true,
      cell: (row) => format.tokens(row.output),
    },
    {
      id: "cachedRead",
      label: t("column.cached"),
      width: 88,
      numeric: true,
      extra: true,
      cell: (row) => format.tokens(row.cached),
    },
    {
      id: "latency",
      label: t("monitor.latency"),
      width: 84,
      numeric: true,
      sortable: true,
      priority: 1,
      cell: (row) => (row.latency === null ? <Unknown reason={t("unknown.latency")} /> : format.duration(row.latency)),
    },
    ...(extra ?? []),
    {
      id: "cost",
      label: t("prices.cost"),
      width: 96,
      numeric: true,
      sortable: true,
      cell: (row) => <Money value={row.cost} unpriced={row.unpriced} />,
    },
    {
      id: "seen",
      label: t("prices.lastSeen"),
      width: 112,
      numeric: true,
      sortable: true,
      priority: 2,
      cell: (row) => <span title={format.dateTime(row.seen, now)}>{format.ago(row.seen, now)}</span>,
    },
  ];
  const sorted = sortEntities(rows, name, sort);
  return (
    <LoadedPanel
      title={title}
      note={loaded.data === undefined ? undefined : format.count(rows.length)}
      actions={
        <ColumnMenu
          columns={columns}
          chosen={search.columns}
          onChosen={(chosen) => set(changed(search, { columns: chosen }))}
        />
      }
      loaded={loaded}
      reading={t("monitor.reading")}
      failed={t("monitor.unreadable")}
      flush
    >
      {() =>
        rows.length === 0 ? (
          <Empty title={empty}>{t("monitor.emptyText")}</Empty>
        ) : (
          <DataTable
            id="entity"
            caption={title}
            columns={columns}
            chosen={search.columns}
            rows={sorted}
            rowKey={(row) => row.id}
            selected={search.drawer ?? null}
            onStep={(key) => set(changed(search, { drawer: String(key) }))}
            sticky
            keys
            sort={sort}
            onSort={(next) => set(changed(search, { sort: writeSort(next, USUAL_ENTITY_SORT) }))}
            link={(row, content, props) => (
              <Link {...props} to="/requests" search={{ ...search, drawer: row.id } as never} resetScroll={false}>
                {content}
              </Link>
            )}
            card={(row) => ({
              lead: (
                <>
                  <Status state={stated(row).state}>{""}</Status>
                  <span className="sr">{stated(row).words} </span>
                </>
              ),
              title: name(row),
              value: <Money value={row.cost} unpriced={row.unpriced} />,
              lines: [
                t("monitor.cardLine", {
                  calls: format.count(row.calls),
                  failed: format.count(row.failures),
                  success: row.calls === 0 ? "—" : format.share(row.success, 1),
                }),
                t("monitor.cardSeen", {
                  tokens: format.tokens(row.tokens),
                  time: format.ago(row.seen, now),
                }),
              ],
            })}
          />
        )
      }
    </LoadedPanel>
  );
}
