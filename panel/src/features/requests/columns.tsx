import type { CostedRow } from "../../api/monitor-types";
import { useI18n } from "../../i18n";
import { type Column, readSort, type Sort } from "../../ui/table";
import { Unknown } from "../../ui/tooltip";
import { AccountText, CachedText, FirstTokenText, KeyText, ModelText, StatusCell, TimeText, TotalText } from "./cells";
import styles from "./requests.module.css";
import { rateOf } from "./row";

/** How the list is ordered unless the address says otherwise. */
export const NEWEST: Sort = { by: "time", descending: true };

/** Whether a new request belongs at the top: in any other order it has no place, and nothing is live. */
export function isNewestFirst(sort: string | undefined): boolean {
  const { by, descending } = readSort(sort, NEWEST);
  return by === NEWEST.by && descending;
}

export const REQUEST_SORTS = ["time", "total", "first", "in", "out", "cost"] as const;
export const REQUEST_COLUMNS = [
  "time",
  "status",
  "model",
  "account",
  "key",
  "first",
  "total",
  "in",
  "cached",
  "out",
  "rate",
  "cost",
  "endpoint",
  "effort",
  "client",
] as const;

/** The columns of the request list. The last ones are shown when chosen. */
export function useRequestColumns(now: number): Column<CostedRow>[] {
  const { t, format } = useI18n();
  return [
    {
      id: "time",
      label: t("column.time"),
      width: 150,
      fixed: true,
      sortable: true,
      numeric: false,
      cell: (row) => <TimeText row={row} now={now} />,
    },
    { id: "status", label: t("column.status"), width: 84, cell: (row) => <StatusCell row={row} /> },
    { id: "model", label: t("column.model"), share: 26, cell: (row) => <ModelText row={row} /> },
    { id: "account", label: t("column.account"), share: 26, cell: (row) => <AccountText row={row} /> },
    { id: "key", label: t("column.key"), width: 104, priority: 2, cell: (row) => <KeyText row={row} /> },
    {
      id: "first",
      label: t("column.firstToken"),
      width: 88,
      numeric: true,
      priority: 1,
      sortable: true,
      cell: (row) => <FirstTokenText row={row} />,
    },
    {
      id: "total",
      label: t("column.total"),
      width: 80,
      numeric: true,
      sortable: true,
      cell: (row) => <TotalText row={row} />,
    },
    {
      id: "in",
      label: t("column.tokensIn"),
      width: 84,
      numeric: true,
      sortable: true,
      cell: (row) => format.count(row.normalised.total_input_tokens),
    },
    {
      id: "cached",
      label: t("column.cached"),
      width: 68,
      numeric: true,
      priority: 1,
      cell: (row) => <CachedText row={row} />,
    },
    {
      id: "out",
      label: t("column.out"),
      width: 72,
      numeric: true,
      priority: 2,
      sortable: true,
      cell: (row) => format.count(row.output_tokens),
    },
    {
      id: "rate",
      label: t("monitor.rate"),
      width: 84,
      numeric: true,
      extra: true,
      cell: (row) => {
        const rate = rateOf(row);
        return rate === null ? <Unknown reason={t("monitor.noRate")} /> : format.count(rate);
      },
    },
    {
      id: "cost",
      label: t("prices.cost"),
      width: 88,
      numeric: true,
      priority: 2,
      sortable: true,
      cell: (row) => <CostText row={row} />,
    },
    {
      id: "endpoint",
      label: t("field.endpoint"),
      share: 20,
      extra: true,
      cell: (row) => <code title={row.endpoint}>{row.endpoint}</code>,
    },
    {
      id: "effort",
      label: t("field.effort"),
      width: 120,
      extra: true,
      cell: (row) =>
        [row.reasoning_effort, row.service_tier].filter(Boolean).join(" · ") || (
          <Unknown reason={t("monitor.notSaid")} />
        ),
    },
    {
      id: "client",
      label: t("field.requestId"),
      width: 110,
      extra: true,
      cell: (row) => <code>{row.request_id || "—"}</code>,
      copy: (row) => row.request_id ?? null,
    },
  ];
}

/** What a request cost. Without a price nothing is claimed. */
export function CostText({ row }: { row: CostedRow }) {
  const { t, format } = useI18n();
  if (row.cost === undefined || row.cost === null) return <Unknown reason={t("monitor.noPrice")} />;
  return <span className={row.cost === 0 ? styles.zero : undefined}>{format.money(row.cost)}</span>;
}
