import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { valuesOf } from "../../app/answers";
import { useBucketName } from "../../app/bucket-names";
import { useQuestion } from "../../app/data";
import { useGaps } from "../../app/gaps";
import { LoadedPanel, StaleMark } from "../../app/loaded";
import { useI18n } from "../../i18n";
import { bucketsOf } from "../../lib/buckets";
import { carried, type ViewSearch } from "../../lib/view";
import { ChartPanel, type ChartRow, peakOf, stackOf } from "../../ui/chart";
import { TRAFFIC } from "./questions";

/** Requests, failures, cost and first tokens over the range, on one time axis. */
export function Traffic({ search, onZoom }: { search: ViewSearch; onZoom(span: { from: number; to: number }): void }) {
  const { t, format } = useI18n();
  const navigate = useNavigate();
  const bucketName = useBucketName();
  const asked = useQuestion(search, TRAFFIC, "auto");
  const { data } = asked;
  const gaps = useGaps(data?.span);
  const spec = useMemo(() => {
    if (!data) return undefined;
    const { answer, span, now } = data;
    const buckets = bucketsOf(span, answer.bucket, format.timeZone, now);
    const calls = valuesOf(answer, "calls", buckets);
    const failures = valuesOf(answer, "failures", buckets);
    const cost = valuesOf(answer, "cost", buckets);
    const succeeded = calls.map((value, index) => (value ?? 0) - (failures[index] ?? 0));
    const share = calls.map((value, index) => (value ? (failures[index] ?? 0) / value : null));
    const peak = (values: readonly (number | null)[], write: (value: number) => string) => {
      const found = peakOf(buckets, values);
      const bucket = found && buckets[found.index];
      return found && bucket ? t("chart.peak", { value: write(found.value), when: spanStart(bucket.from) }) : undefined;
    };
    const spanStart = (at: number) =>
      format.clock(at) === "00:00:00" ? format.date(at, now) : format.clock(at, { short: true });
    const rows: ChartRow[] = [
      {
        id: "calls",
        title: t("figures.requests"),
        answer: (series) => peak(stackOf(series, buckets.length).at(-1) ?? [], format.count),
        height: 78,
        kind: "bars",
        axis: "count",
        format: format.count,
        total: t("chart.total"),
        series: [
          { id: "ok", label: t("traffic.succeeded"), color: "base-mark", values: succeeded },
          { id: "failed", label: t("figures.failed"), color: "bad-mark", values: failures },
        ],
      },
      {
        id: "share",
        title: t("traffic.share"),
        answer: peak(share, (value) => format.share(value, 1)),
        height: 34,
        kind: "bars",
        axis: "share",
        format: (value) => format.share(value, 1),
        series: [{ id: "share", label: t("traffic.share"), color: "bad-mark", values: share, calls }],
      },
      {
        id: "cost",
        title: t("figures.cost"),
        answer: peak(cost, format.money),
        height: 40,
        kind: "bars",
        axis: "money",
        format: format.money,
        series: [{ id: "cost", label: t("figures.cost"), color: "q4", values: cost }],
      },
      {
        id: "ttft",
        title: t("figures.firstToken"),
        height: 40,
        kind: "lines",
        axis: "duration",
        format: format.duration,
        series: [
          {
            id: "ttft",
            label: t("figures.firstToken"),
            color: "ink-2",
            values: valuesOf(answer, "ttft_p95_ms", buckets),
            calls,
          },
        ],
      },
    ];
    return { buckets, rows, gaps };
  }, [data, gaps, format, t]);
  if (!spec) {
    return (
      <LoadedPanel
        title={t("traffic.title")}
        loaded={asked}
        reading={t("traffic.reading")}
        failed={t("traffic.failed")}
        lines={9}
      >
        {() => null}
      </LoadedPanel>
    );
  }
  const view = carried(search);
  return (
    <ChartPanel
      title={t("traffic.title")}
      note={data ? t("chart.per", { bucket: bucketName(data.answer.bucket) }) : null}
      controls={<StaleMark loaded={asked} />}
      label={t("traffic.label")}
      busy={asked.changing}
      spec={spec}
      legend={[
        { id: "ok", label: t("traffic.succeeded"), color: "base-mark" },
        { id: "failed", label: t("figures.failed"), color: "bad-mark" },
      ]}
      onZoom={onZoom}
      onOpen={({ from, to }) => {
        void navigate({ to: "/requests", search: { ...view, range: undefined, from, to } as never });
      }}
    />
  );
}
