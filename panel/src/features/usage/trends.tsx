import { useMemo } from "react";
import { SERVED_BUCKETS } from "../../api/query";
import { valuesOf, wholeOf } from "../../app/answers";
import { useBucketName, useFullBuckets } from "../../app/bucket-names";
import { type Basis, Change, useBasis } from "../../app/change";
import { type Loaded, useCompared, useQuestion } from "../../app/data";
import { useGaps } from "../../app/gaps";
import { LoadedPanel, LoadedStrip, StaleMark } from "../../app/loaded";
import { TOKEN_PARTS, tokenMix } from "../../app/token-parts";
import { useI18n } from "../../i18n";
import { type Bucket, bucketsOf } from "../../lib/buckets";
import { useNow } from "../../lib/now";
import { changed } from "../../lib/view";
import { ChartPanel, type ChartRow, meanOf, peakOf } from "../../ui/chart";
import grid from "../../ui/grid.module.css";
import { Metric } from "../../ui/metrics";
import { Unknown } from "../../ui/tooltip";
import { StandsOut } from "./anomalies";
import type { TabProps } from "./overview";
import { BucketPicker, SeriesPanel } from "./series-panel";
import { ENTITIES } from "./view";

const QUESTION = {
  measures: [
    "calls",
    "successes",
    "failures",
    "failure_rate",
    "cost",
    "unpriced_calls",
    "total_tokens",
    "input_tokens",
    "cached_tokens",
    "cache_read_tokens",
    "cache_creation_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cache_hit_rate",
    "latency_p95_ms",
    "ttft_p95_ms",
  ],
} as const;

/** What tokens are, from the bottom of the stack. */
const TOKEN_SERIES = [
  { id: "cached", color: "c1" },
  { id: "uncached", color: "c2" },
  { id: "written", color: "c5" },
  { id: "output", color: "c3" },
  { id: "reasoning", color: "c4" },
  { id: "rest", color: "c6" },
] as const;

/** The course of everything over the range, on one time axis; then models and keys as series of their own. */
export function Trends({ search, onChange, onBucket, detail }: TabProps) {
  const { t, format } = useI18n();
  const bucketName = useBucketName();
  const fullBuckets = useFullBuckets();
  const choice = SERVED_BUCKETS.find((size) => size === search.bucket) ?? "auto";
  const asked = useQuestion(search, QUESTION, choice);
  const before = useCompared(search, { measures: ["calls", "total_tokens", "cost"] });
  const basis = useBasis(before);
  const compared = before.data?.answer;
  const { data } = asked;
  const gaps = useGaps(data?.span);
  const shown = useMemo(() => {
    if (!data) return undefined;
    const { answer, span, now } = data;
    const buckets = bucketsOf(span, answer.bucket, format.timeZone, now);
    const of = (measure: (typeof QUESTION.measures)[number]) => valuesOf(answer, measure, buckets);
    const [input, cached, read, written] = [
      of("input_tokens"),
      of("cached_tokens"),
      of("cache_read_tokens"),
      of("cache_creation_tokens"),
    ];
    const [output, reasoning, total] = [of("output_tokens"), of("reasoning_tokens"), of("total_tokens")];
    const calls = of("calls");
    // Each kind of a bar once, so that the stack is the total.
    const mixes = buckets.map((_, at) =>
      total[at] === null
        ? null
        : tokenMix({
            input: input[at] ?? 0,
            cached: (cached[at] ?? 0) + (read[at] ?? 0),
            written: written[at] ?? 0,
            output: output[at] ?? 0,
            reasoning: reasoning[at] ?? 0,
            total: total[at] ?? 0,
          }),
    );
    const kinds = TOKEN_SERIES.map(({ id, color }) => ({
      id,
      label: t(TOKEN_PARTS[id]),
      color,
      values: mixes.map((mix) => mix && (mix.parts.find((part) => part.id === id)?.tokens ?? 0)),
    }));
    // A kind that is nowhere in the range needs no colour.
    const present = kinds.filter(({ values }) => values.some((value) => value));
    const rows: ChartRow[] = [
      {
        id: "calls",
        title: t("figures.requests"),
        height: 84,
        kind: "bars",
        axis: "count",
        format: format.count,
        total: t("chart.total"),
        series: [
          { id: "ok", label: t("traffic.succeeded"), color: "base-mark", values: of("successes") },
          { id: "failed", label: t("figures.failed"), color: "bad-mark", values: of("failures") },
        ],
      },
      {
        id: "share",
        title: t("traffic.share"),
        height: 40,
        kind: "bars",
        axis: "share",
        format: (value) => format.share(value, 1),
        series: [{ id: "share", label: t("traffic.share"), color: "bad-mark", values: of("failure_rate"), calls }],
      },
      {
        id: "cost",
        title: t("figures.cost"),
        height: 64,
        kind: "bars",
        axis: "money",
        format: format.money,
        series: [{ id: "cost", label: t("figures.cost"), color: "q4", values: of("cost") }],
      },
      {
        id: "tokens",
        title: t("figures.tokens"),
        height: 84,
        kind: "bars",
        axis: "tokens",
        format: format.tokens,
        total: t("chart.total"),
        series: present.length > 0 ? present : kinds.slice(0, 1),
      },
      {
        id: "cache",
        title: t("usage.cacheHit"),
        height: 48,
        kind: "lines",
        axis: "share",
        format: (value) => format.share(value, 1),
        series: [{ id: "cache", label: t("usage.cacheHit"), color: "ink-2", values: of("cache_hit_rate"), calls }],
      },
      {
        id: "latency",
        title: t("usage.latency"),
        height: 48,
        kind: "lines",
        axis: "duration",
        format: format.duration,
        series: [{ id: "latency", label: t("usage.latency"), color: "ink-2", values: of("latency_p95_ms"), calls }],
      },
      {
        id: "ttft",
        title: t("figures.firstToken"),
        height: 48,
        kind: "lines",
        axis: "duration",
        format: format.duration,
        series: [{ id: "ttft", label: t("figures.firstToken"), color: "ink-2", values: of("ttft_p95_ms"), calls }],
      },
    ];
    return { buckets, rows, answer };
  }, [data, format, t]);
  const title = t("usage.course");
  return (
    <>
      {shown ? (
        <Extremes
          loaded={[asked, before]}
          buckets={shown.buckets}
          rows={shown.rows}
          bucket={bucketName(shown.answer.bucket)}
          full={(count) => fullBuckets(shown.answer.bucket, count)}
          whole={(measure) => wholeOf(shown.answer, measure)}
          base={(measure) => wholeOf(compared, measure)}
          basis={basis}
          days={shown.buckets.every(({ from, to }) => to - from > 22 * 3_600_000)}
          onBucket={onBucket}
        />
      ) : null}
      <div className={`${grid.c9} ${grid.cell}`}>
        {shown ? (
          <ChartPanel
            title={title}
            note={t("chart.per", { bucket: bucketName(shown.answer.bucket) })}
            controls={
              <>
                <StaleMark loaded={asked} />
                <BucketPicker search={search} onChange={onChange} />
              </>
            }
            label={title}
            busy={asked.changing}
            spec={{ buckets: shown.buckets, rows: shown.rows, gaps }}
            legend={shown.rows
              .filter((row) => row.series.length > 1)
              .flatMap((row) => row.series.map(({ id, label, color }) => ({ id, label, color })))}
            legendBelow
            onZoom={({ from, to }) => onChange(changed(search, { range: undefined, from, to }))}
            onOpen={onBucket}
            aside={detail}
          />
        ) : (
          <LoadedPanel
            title={title}
            loaded={asked}
            reading={t("traffic.reading")}
            failed={t("traffic.failed")}
            lines={12}
          >
            {() => null}
          </LoadedPanel>
        )}
      </div>
      <div className={`${grid.c3} ${grid.top}`}>
        <StandsOut search={search} most={7} />
      </div>
      <div className={`${grid.c6} ${grid.cell}`}>
        <SeriesPanel
          search={search}
          entity={ENTITIES.models}
          title={(measure, bucket) => t("usage.byModelTitle", { measure, bucket })}
          onChange={onChange}
          onBucket={onBucket}
          chart="lines"
        />
      </div>
      <div className={`${grid.c6} ${grid.cell}`}>
        <SeriesPanel
          search={search}
          entity={ENTITIES.keys}
          title={(measure, bucket) => t("usage.byKeyTitle", { measure, bucket })}
          onChange={onChange}
          onBucket={onBucket}
          chart="lines"
        />
      </div>
    </>
  );
}

function Extremes({
  loaded,
  buckets,
  rows,
  bucket,
  full: fullOf,
  whole,
  base,
  basis,
  days,
  onBucket,
}: {
  loaded: readonly Loaded<unknown>[];
  buckets: readonly Bucket[];
  rows: readonly ChartRow[];
  bucket: string;
  full(count: number): string;
  whole(measure: "calls" | "total_tokens" | "cost"): number | null;
  base(measure: "calls" | "total_tokens" | "cost"): number | null;
  basis: Basis;
  /** Bars of whole days or more: a time of day says nothing of them. */
  days: boolean;
  onBucket(span: { from: number; to: number }): void;
}) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const values = (id: string, sum = false) => {
    const row = rows.find((each) => each.id === id);
    if (!row) return [];
    if (!sum) return row.series[0]?.values ?? [];
    return buckets.map((_, index) => row.series.reduce((all, { values: list }) => all + (list[index] ?? 0), 0));
  };
  const peak = (id: string, write: (value: number | null) => string, sum = false) => {
    const found = peakOf(buckets, values(id, sum));
    const at = found && buckets[found.index];
    return {
      value: format.count(null),
      ...(found && at
        ? {
            value: write(found.value),
            base: days ? format.date(at.from, now) : format.dateTime(at.from, now, { short: true }),
            link: (content: React.ReactNode, className: string) => (
              <button type="button" className={className} onClick={() => onBucket(at)}>
                {content}
              </button>
            ),
          }
        : {}),
    };
  };
  const mean = meanOf(buckets, values("calls", true));
  const changeOf = (measure: "calls" | "total_tokens" | "cost", write: (value: number) => string) => {
    const [value, was] = [whole(measure), base(measure)];
    const sound = !basis.few && basis.from === null && (was ?? 0) > 0;
    return {
      value: sound ? format.change(value, was) : <Unknown reason={t("change.unsound")} />,
      base: <Change value={was} base={was} text={write} basis={{ ...basis, few: true }} />,
    };
  };
  return (
    <LoadedStrip label={t("usage.extremes")} cells={8} loaded={loaded}>
      <Metric label={t("usage.peakRequests", { bucket })} {...peak("calls", format.count, true)} />
      <Metric
        label={t("usage.meanRequests", { bucket })}
        value={mean ? format.rate(mean.mean) : format.count(null)}
        base={mean ? t("usage.wholeBuckets", { buckets: fullOf(mean.count) }) : null}
      />
      <Metric label={t("usage.changeOf", { name: t("figures.requests") })} {...changeOf("calls", format.count)} />
      <Metric label={t("usage.changeOf", { name: t("figures.tokens") })} {...changeOf("total_tokens", format.tokens)} />
      <Metric label={t("usage.changeOf", { name: t("figures.cost") })} {...changeOf("cost", format.money)} />
      <Metric label={t("usage.peakFailures")} {...peak("share", (value) => format.share(value, 1))} />
      <Metric label={t("usage.peakLatency")} {...peak("latency", format.duration)} />
      <Metric label={t("usage.peakFirst")} {...peak("ttft", format.duration)} />
    </LoadedStrip>
  );
}
