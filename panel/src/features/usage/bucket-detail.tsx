import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/client";
import { asApiError } from "../../api/errors";
import type { EventRow } from "../../api/types";
import { toEventQuery } from "../../api/view-request";
import { wholeOf } from "../../app/answers";
import { useQuestion } from "../../app/data";
import { DATA } from "../../app/data-key";
import { useValueText } from "../../app/filter-bar/values";
import { Failed, StaleMark, Waiting } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { useI18n } from "../../i18n";
import { barBefore } from "../../lib/buckets";
import { useNow } from "../../lib/now";
import { boundedSpan, isOpenEnded } from "../../lib/range";
import { useShortcuts } from "../../lib/shortcuts";
import { carried, changed, type ViewSearch } from "../../lib/view";
import { IconButton } from "../../ui/button";
import { useSpanText } from "../../ui/chart";
import { Definitions, Skeleton } from "../../ui/panel";
import { Status } from "../../ui/status";
import { type Column, DataTable } from "../../ui/table";
import { Around } from "./detail";
import { partOf } from "./heat-model";
import { type Measure, useMeasure } from "./measures";
import styles from "./usage.module.css";

const SAMPLE = 12;
const SPAN = /^(\d{1,15})-(\d{1,15})$/;

/** The span that the address has opened, if any. */
export function openSpan(drawer: string | undefined): { from: number; to: number } | undefined {
  const match = SPAN.exec(drawer ?? "");
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  return match && to > from ? { from, to } : undefined;
}

/** The next state of the address, in which a bar of another range is closed. */
export function withoutOldBar(before: ViewSearch, next: ViewSearch): ViewSearch {
  const same = before.range === next.range && before.from === next.from && before.to === next.to;
  return same || !openSpan(next.drawer) ? next : changed(next, { drawer: undefined });
}

/** One bar of a chart: its figures against the bar before, who made it, and a sample of its requests. */
export function BucketDetail({
  search,
  span: bar,
  onClose,
}: {
  search: ViewSearch & { measure?: Measure };
  span: { from: number; to: number };
  onClose(): void;
}) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const spanText = useSpanText();
  // In a chart, Escape takes the crosshair away first.
  useShortcuts({ Escape: onClose });
  const measure = useMeasure()(search.measure ?? "cost");
  // The first bar of a range, and the last one, may not be whole.
  const span = partOf(bar, boundedSpan(search, now, format.timeZone), isOpenEnded(search, now));
  const inside = changed(carried(search), { range: undefined, compare: undefined, from: span.from, to: span.to });
  const before = changed(inside, barBefore(span, format.timeZone, now));
  const question = {
    measures: ["calls", "failure_rate", "cost", "unpriced_calls", "total_tokens", "cache_hit_rate", "latency_p95_ms"],
  } as const;
  const asked = useQuestion(inside, question);
  const compared = useQuestion(before, question);
  const old = compared.changing ? undefined : compared.data?.answer;
  const answer = asked.data?.answer;
  const line = (
    name: string,
    measure: (typeof question.measures)[number],
    write: (value: number | null) => string,
    share = false,
  ) => {
    const [value, base] = [wholeOf(answer, measure), wholeOf(old, measure)];
    const change = share ? format.points(value, base) : format.change(value, base);
    return {
      name,
      value: (
        <>
          {write(value)}{" "}
          <span className="dim">{base === null ? null : t("usage.wasBefore", { change, base: write(base) })}</span>
        </>
      ),
    };
  };
  return (
    <section className={styles.bucketBox} aria-label={spanText(span, now)}>
      <header className={styles.bucketHead}>
        <h3>{spanText(span, now)}</h3>
        <span className="dim">{t("usage.againstBefore")}</span>
        <span className="grow" />
        <StaleMark loaded={asked} />
        <ToRequests search={inside} className={`link ${styles.step}`}>
          {t("step.showRequests")} →
        </ToRequests>
        <IconButton icon="close" label={t("action.close")} onClick={onClose} />
      </header>
      <Waiting loaded={asked} reading={t("usage.reading")} failed={t("usage.failed")}>
        {() => (
          <div className={styles.bucket}>
            <Definitions
              items={[
                line(t("figures.requests"), "calls", format.count),
                line(t("traffic.share"), "failure_rate", (value) => format.share(value), true),
                line(t("figures.cost"), "cost", format.money),
                line(t("figures.tokens"), "total_tokens", format.tokens),
                line(t("usage.cacheHit"), "cache_hit_rate", (value) => format.share(value, 1), true),
                line(t("usage.latency"), "latency_p95_ms", format.duration),
              ]}
            />
            <Around view={inside} dimension="model" field="model" title={t("usage.byModel")} measure={measure} />
            <Around view={inside} dimension="key" field="api_key" title={t("usage.byKey")} measure={measure} />
            <div className={styles.sample}>
              <Sample view={inside} />
            </div>
          </div>
        )}
      </Waiting>
    </section>
  );
}

function Sample({ view }: { view: ViewSearch }) {
  const { t, format } = useI18n();
  const valueText = useValueText();
  const asked = useQuery({
    queryKey: [DATA, "sample", view, format.timeZone],
    queryFn: ({ signal }) => api.events(toEventQuery(view, Date.now(), format.timeZone), { limit: SAMPLE }, signal),
    staleTime: 30_000,
  });
  if (asked.isPending) return <Skeleton lines={4} label={t("requests.loading")} />;
  if (asked.isError) {
    return <Failed what={t("requests.failed")} error={asApiError(asked.error)} onRetry={() => void asked.refetch()} />;
  }
  if (asked.data.items.length === 0) return null;
  const columns: Column<EventRow>[] = [
    {
      id: "time",
      label: t("column.time"),
      width: 110,
      fixed: true,
      cell: (row) => format.clock(row.timestamp_ms, { ms: true }),
    },
    {
      id: "status",
      label: t("column.status"),
      width: 84,
      cell: (row) => (
        <Status state={row.failed ? "bad" : "ok"}>
          {row.fail_status_code ? row.fail_status_code : t(row.failed ? "row.failed" : "row.ok")}
        </Status>
      ),
    },
    { id: "model", label: t("filter.model"), share: 30, cell: (row) => row.model },
    {
      id: "key",
      label: t("filter.key"),
      share: 20,
      priority: 2,
      cell: (row) => (row.api_key_hash ? valueText("key", row.api_key_hash) : format.count(null)),
    },
    {
      id: "tokens",
      label: t("figures.tokens"),
      width: 90,
      numeric: true,
      cell: (row) => format.count(row.total_tokens),
    },
    { id: "total", label: t("column.total"), width: 90, numeric: true, cell: (row) => format.duration(row.latency_ms) },
  ];
  return (
    <>
      <h3>{t("usage.sample", { n: asked.data.items.length })}</h3>
      <DataTable
        id="sample"
        caption={t("usage.sample", { n: asked.data.items.length })}
        columns={columns}
        rows={asked.data.items}
        rowKey={(row) => row.id}
        density="compact"
        link={(row, content, props) => (
          <Link to="/requests/$id" params={{ id: row.id }} search={view as never} {...props}>
            {content}
          </Link>
        )}
      />
    </>
  );
}
