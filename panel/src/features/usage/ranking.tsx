import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { QueryMeasure } from "../../api/analytics-types";
import { useBasis } from "../../app/change";
import { useCompared, useQuestion } from "../../app/data";
import { FILTER_LABELS, useValueText } from "../../app/filter-bar/values";
import { LoadedPanel } from "../../app/loaded";
import { useI18n } from "../../i18n";
import { download, toCsv } from "../../lib/csv";
import { useNow } from "../../lib/now";
import { useShortcuts } from "../../lib/shortcuts";
import { changed, type ViewSearch } from "../../lib/view";
import { Button } from "../../ui/button";
import { InlineBar, Swatch } from "../../ui/chart";
import { Empty } from "../../ui/panel";
import { Status } from "../../ui/status";
import { type Column, ColumnMenu, DataTable, readSort, type Sort, useDensity, writeSort } from "../../ui/table";
import { Unknown } from "../../ui/tooltip";
import { openSpan } from "./bucket-detail";
import { colorsFor } from "./colors";
import { LINE_MEASURES, type Line, linesOf, sortLines } from "./lines";
import styles from "./usage.module.css";
import { COLUMNS, type Entity } from "./view";

const USUAL: Sort = { by: "cost", descending: true };
const MOST = 1_000;
const COLOURED = 5;
/** What the manager orders by, when there are more groups than one answer holds. */
const ORDER: Partial<Record<string, QueryMeasure>> = {
  requests: "calls",
  failed: "failure_rate",
  tokens: "total_tokens",
  input: "input_tokens",
  output: "output_tokens",
  cached: "cached_input_tokens",
  cacheHit: "cache_hit_rate",
  perRequest: "average_cost",
  latency: "latency_p95_ms",
  firstToken: "ttft_p95_ms",
  seen: "last_seen_ms",
};

/** The models, keys or credentials of a view with their figures: all of them, sorted by any column. */
export function Ranking({
  search,
  entity,
  title,
  onChange,
  limit,
  more,
  tight = false,
}: {
  search: ViewSearch;
  entity: Entity;
  title: string;
  onChange(next: ViewSearch, replace?: boolean): void;
  /** Shown on the overview only: the first ones. */
  limit?: number;
  more?: React.ReactNode;
  /** Something stands beside it. */
  tight?: boolean;
}) {
  const { t, format } = useI18n();
  const valueText = useValueText();
  const now = useNow(60_000);
  const sort = useMemo(() => (limit ? USUAL : readSort(search.sort, USUAL)), [limit, search.sort]);
  const order = { by: ORDER[sort.by] ?? "cost", descending: sort.descending || sort.by === "name" } as const;
  const question = { measures: LINE_MEASURES, dimensions: [entity.field], order, limit: MOST };
  const asked = useQuestion(search, question);
  const before = useCompared(search, { measures: ["cost", "calls"], dimensions: [entity.field], limit: MOST });
  const basis = useBasis(before);
  const answer = asked.data?.answer;
  const name = (key: string) => valueText(entity.dimension, key);
  const lines = useMemo(() => {
    const found = answer ? linesOf(answer, before.data?.answer) : [];
    return sortLines(found, sort, (key) => valueText(entity.dimension, key));
  }, [answer, before.data, sort, entity.dimension, valueText]);
  const colors = useMemo(
    () =>
      colorsFor(
        entity.dimension,
        [...lines]
          .sort((a, b) => (b.cost ?? 0) - (a.cost ?? 0))
          .slice(0, COLOURED)
          .map(({ key }) => key),
      ),
    [lines, entity.dimension],
  );
  const [density, setDensity] = useDensity("usage", "normal");
  const most = (of: (line: Line) => number | null) => Math.max(0, ...lines.map((line) => of(line) ?? 0));
  const [mostCalls, mostCost] = [most(({ calls }) => calls), most(({ cost }) => cost)];
  const costText = (line: Line) =>
    unknownCost(line) ? (
      <Status state="warn">{t("models.noPrice")}</Status>
    ) : (
      `${line.unpriced > 0 ? "≥ " : ""}${format.money(line.cost)}`
    );
  const changeText = (line: Line) => {
    if (line.before === null || line.cost === null || unknownCost(line)) return format.money(null);
    if (basis.few || basis.from !== null) return <Unknown reason={t("change.unsound")} />;
    if (line.before === 0) return line.cost > 0 ? t("usage.new") : format.money(0);
    return format.change(line.cost, line.before);
  };
  const failedText = (line: Line) => (
    <span className={(line.failureRate ?? 0) >= 0.05 ? `${styles.bad} b` : undefined}>
      {format.share(line.failureRate, 1)}
    </span>
  );
  const tokens = (value: number | null) => <span title={format.count(value)}>{format.tokens(value)}</span>;
  const columns: Column<Line>[] = [
    {
      id: "name",
      label: t(FILTER_LABELS[entity.dimension]),
      share: 30,
      fixed: true,
      sortable: true,
      cell: ({ key }) => (
        <span className={styles.named}>
          <Swatch color={colors.get(key) ?? "others"} />
          <span className="cut">{name(key)}</span>
        </span>
      ),
      copy: ({ key }) => key,
    },
    {
      id: "requests",
      label: t("figures.requests"),
      share: 20,
      numeric: true,
      sortable: true,
      cell: ({ calls }) => (
        <span className={styles.withBar}>
          <InlineBar share={mostCalls > 0 ? calls / mostCalls : 0} />
          <span className={styles.number}>{format.count(calls)}</span>
        </span>
      ),
    },
    { id: "failed", label: t("figures.failed"), width: 74, numeric: true, sortable: true, cell: failedText },
    {
      id: "tokens",
      label: t("figures.tokens"),
      width: 80,
      numeric: true,
      sortable: true,
      priority: 1,
      cell: (line) => tokens(line.tokens),
    },
    {
      id: "input",
      label: t("usage.input"),
      width: 80,
      numeric: true,
      sortable: true,
      extra: true,
      cell: (line) => tokens(line.input),
    },
    {
      id: "output",
      label: t("usage.output"),
      width: 80,
      numeric: true,
      sortable: true,
      extra: true,
      cell: (line) => tokens(line.output),
    },
    {
      id: "cached",
      label: t("usage.cached"),
      width: 80,
      numeric: true,
      sortable: true,
      extra: true,
      cell: (line) => tokens(line.cached),
    },
    {
      id: "cacheHit",
      label: t("usage.cacheHit"),
      width: 82,
      numeric: true,
      sortable: true,
      priority: 2,
      cell: (line) => format.share(line.cacheHit, 1),
    },
    {
      id: "perRequest",
      label: t("usage.perRequest"),
      width: 88,
      numeric: true,
      sortable: true,
      priority: 1,
      cell: (line) => format.money(line.perRequest),
    },
    {
      id: "latency",
      label: t("usage.latency"),
      width: 92,
      numeric: true,
      sortable: true,
      extra: true,
      cell: (line) => format.duration(line.latency),
    },
    {
      id: "firstToken",
      label: t("figures.firstToken"),
      width: 110,
      numeric: true,
      sortable: true,
      extra: true,
      cell: (line) => format.duration(line.firstToken),
    },
    {
      id: "share",
      label: t("usage.share"),
      width: 68,
      numeric: true,
      sortable: true,
      priority: 2,
      cell: (line) => format.share(unknownCost(line) && (answer?.totals.cost ?? 0) > 0 ? null : line.share, 1),
    },
    { id: "change", label: t("usage.change"), width: 84, numeric: true, sortable: true, priority: 1, cell: changeText },
    {
      id: "cost",
      label: t("figures.cost"),
      share: 24,
      numeric: true,
      sortable: true,
      cell: (line) => (
        <span className={styles.withBar}>
          <InlineBar share={mostCost > 0 ? (line.cost ?? 0) / mostCost : 0} color="q4" />
          <span className={styles.money}>{costText(line)}</span>
        </span>
      ),
    },
    {
      id: "seen",
      label: t("usage.seen"),
      width: 104,
      numeric: true,
      sortable: true,
      extra: true,
      cell: (line) => <span title={format.dateTime(line.seen, now)}>{format.ago(line.seen, now)}</span>,
    },
  ];
  const exportCsv = () =>
    download(
      `usage-${entity.dimension}.csv`,
      toCsv(
        [
          entity.dimension,
          "name",
          "requests",
          "failures",
          "tokens",
          "input",
          "output",
          "cached",
          "cost_usd",
          "unpriced",
        ],
        lines.map((line) => [
          line.key,
          name(line.key),
          line.calls,
          line.failures,
          line.tokens,
          line.input,
          line.output,
          line.cached,
          line.cost,
          line.unpriced,
        ]),
      ),
    );
  useShortcuts({ e: exportCsv }, lines.length > 0 && !asked.changing);
  const rows = limit ? lines.slice(0, limit) : lines;
  // On the overview there is room for the usual few.
  const chosen = limit
    ? ["name", "requests", "failed", "cacheHit", "perRequest", "cost"]
    : (search.columns ?? (tight ? ["name", "requests", "failed", "share", "cost"] : undefined));
  return (
    <LoadedPanel
      title={title}
      note={answer ? t("usage.inRange", { n: answer.total_groups }) : null}
      actions={
        <>
          {limit ? null : (
            <ColumnMenu
              columns={columns}
              chosen={search.columns}
              onChosen={(columnsChosen) => onChange(changed(search, { columns: columnsChosen }))}
              density={density}
              onDensity={setDensity}
            />
          )}
          <Button
            kind="ghost"
            small
            icon="download"
            onClick={exportCsv}
            disabled={lines.length === 0 || asked.changing}
          >
            CSV
          </Button>
          {more}
        </>
      }
      loaded={asked}
      reading={t("usage.reading")}
      failed={t("usage.failed")}
      lines={8}
      flush
    >
      {() =>
        rows.length === 0 ? (
          <Empty title={t("models.none")}>{t("usage.noneText")}</Empty>
        ) : (
          <DataTable
            id={`usage-${entity.dimension}`}
            caption={title}
            columns={columns.filter(({ id }) => (COLUMNS as readonly string[]).includes(id))}
            chosen={chosen}
            rows={rows}
            rowKey={({ key }) => key}
            density={limit ? "normal" : density}
            keys={!limit}
            sort={sort}
            {...(limit ? {} : { onSort: (next: Sort) => onChange(changed(search, { sort: writeSort(next, USUAL) })) })}
            selected={openSpan(search.drawer) ? null : (search.drawer ?? null)}
            // While one is open, a step shows the next one, which is no visit to go back to.
            {...(limit
              ? {}
              : { onStep: (key: string | number) => onChange(changed(search, { drawer: String(key) }), true) })}
            sticky={!limit}
            link={(line, content, props) => (
              <Link
                to="."
                search={{ ...search, ...(limit ? { tab: TAB_OF[entity.dimension] } : {}), drawer: line.key } as never}
                resetScroll={false}
                {...props}
              >
                {content}
              </Link>
            )}
            card={(line) => ({
              lead: <Swatch color={colors.get(line.key) ?? "others"} />,
              title: name(line.key),
              value: costText(line),
              lines: [
                <>
                  <span>{t("palette.requestCount", { n: line.calls })}</span>
                  <span>{t("models.tokens", { tokens: format.tokens(line.tokens) })}</span>
                </>,
                <>
                  <span>
                    {t("figures.failed")} {failedText(line)}
                  </span>
                  <span>
                    {t("usage.cacheHit")} {format.share(line.cacheHit, 1)}
                  </span>
                </>,
              ],
            })}
          />
        )
      }
    </LoadedPanel>
  );
}

/** None of its requests has a price. */
function unknownCost(line: Pick<Line, "unpriced" | "calls">): boolean {
  return line.unpriced > 0 && line.unpriced === line.calls;
}

const TAB_OF: Partial<Record<Entity["dimension"], string>> = {
  model: "models",
  key: "keys",
  credential: "credentials",
};
