import { useMemo } from "react";
import type { QueryMeasure } from "../../api/analytics-types";
import { SERVED_BUCKETS } from "../../api/query";
import { keyOf, valuesOf } from "../../app/answers";
import { useBucketName, useFullBuckets } from "../../app/bucket-names";
import { Money } from "../../app/change";
import { type BucketChoice, useFirstStored, useQuestion } from "../../app/data";
import { useValueText } from "../../app/filter-bar/values";
import { useGaps } from "../../app/gaps";
import { LoadedPanel, StaleMark } from "../../app/loaded";
import { useI18n } from "../../i18n";
import { bucketChoices, bucketsOf } from "../../lib/buckets";
import { useNow } from "../../lib/now";
import { boundedSpan } from "../../lib/range";
import { changed, type ViewSearch } from "../../lib/view";
import { Segmented } from "../../ui/button";
import {
  type ChartColor,
  ChartPanel,
  type ChartSeries,
  type ChartSpec,
  meanOf,
  peakOf,
  stackOf,
  useSpanText,
} from "../../ui/chart";
import { Empty } from "../../ui/panel";
import { colorsFor } from "./colors";
import { type Measure, USUAL, useMeasure } from "./measures";
import styles from "./usage.module.css";
import type { Entity } from "./view";

const SERIES = 5;
const HEIGHT = 210;

/** The course of a measure, split by an entity: stacked where parts add up, or as lines. Every series is its own. */
export function SeriesPanel({
  search,
  entity,
  title,
  onChange,
  onBucket,
  chart,
  height = HEIGHT,
  aside,
}: {
  search: ViewSearch & { measure?: Measure };
  /** null: not split. */
  entity: Entity | null;
  /** Of the measure, for example "Cost per day, by model". */
  title(measure: string, bucket: string): string;
  onChange(next: ViewSearch): void;
  /** A click on a bar. */
  onBucket(span: { from: number; to: number }): void;
  /** Fixed by the page; without it a person chooses between stacked and lines. */
  chart?: "bars" | "lines";
  /** Of the plot, in px. */
  height?: number;
  /** Under the chart. */
  aside?: React.ReactNode;
}) {
  const { t, format } = useI18n();
  const measureOf = useMeasure();
  const bucketName = useBucketName();
  const fullBuckets = useFullBuckets();
  const valueText = useValueText();
  const spanText = useSpanText();
  const measure = measureOf(search.measure ?? "cost");
  const lines = chart ? chart === "lines" : search.chart === "lines" || !measure.adds;
  const choice: BucketChoice = SERVED_BUCKETS.find((size) => size === search.bucket) ?? "auto";
  const asked = useQuestion(
    search,
    {
      measures:
        measure.query === "cost"
          ? ["cost", "unpriced_calls"]
          : measure.adds
            ? [measure.query]
            : [measure.query, "calls"],
      ...(entity
        ? {
            dimensions: [entity.field],
            order: { by: measure.query, descending: true },
            limit: SERIES,
            others: measure.adds && !lines,
          }
        : {}),
    },
    choice,
  );
  const { data } = asked;
  const gaps = useGaps(data?.span);
  const shown = useMemo(() => {
    if (!data) return undefined;
    const { answer, span, now } = data;
    const buckets = bucketsOf(span, answer.bucket, format.timeZone, now);
    const groups = answer.groups.filter((group) => !lines || group.keys[0] !== null);
    const colors = colorsFor(
      entity?.dimension ?? "all",
      groups.map((group) => group.keys[0] ?? "").filter((key) => key !== ""),
    );
    const series = groups.map((group) => {
      const key = group.keys[0];
      const of = (what: QueryMeasure) =>
        valuesOf(answer, what, buckets, entity === null ? undefined : keyOf(group.keys));
      const color: ChartColor =
        entity === null
          ? lines
            ? "ink-2"
            : measure.query === "cost"
              ? "q4"
              : "base-mark"
          : (colors.get(key ?? "") ?? "others");
      return {
        id: keyOf(group.keys),
        label:
          entity === null
            ? measure.text
            : key === null || key === undefined
              ? t("usage.others", { n: answer.other_groups })
              : valueText(entity.dimension, key),
        color,
        values: of(measure.query),
        ...(measure.adds ? {} : { calls: of("calls") }),
        value: group.values[measure.query] ?? null,
      };
    });
    const headOf = (shown: readonly ChartSeries[]) => {
      const totals = measure.adds ? stackOf(shown, buckets.length).at(-1) : shown[0]?.values;
      const mean = totals && meanOf(buckets, totals);
      if (!totals || !mean) return undefined;
      const found = peakOf(buckets, totals);
      const at = found && buckets[found.index];
      const value = measure.format(mean.mean);
      return [
        found && at ? t("chart.peak", { value: measure.format(found.value), when: spanText(at, now) }) : "",
        t("usage.mean", { buckets: fullBuckets(answer.bucket, mean.count), value }),
      ]
        .filter(Boolean)
        .join(" · ");
    };
    const spec: ChartSpec = {
      buckets,
      gaps,
      rows: [
        {
          id: "measure",
          title: measure.text,
          answer: (measure.adds || series.length === 1) && !lines ? headOf : undefined,
          height,
          kind: lines ? "lines" : "bars",
          axis: measure.axis,
          format: measure.format,
          series,
          ...(measure.adds && !lines ? { total: t("chart.total") } : {}),
        },
      ],
    };
    return { spec, series, bucket: answer.bucket, totals: answer.totals };
  }, [data, gaps, format, lines, entity, measure, t, valueText, fullBuckets, height, spanText]);
  const offered = USUAL.includes(measure.name) ? USUAL : [...USUAL, measure.name];
  const controls = (
    <>
      <StaleMark loaded={asked} />
      {chart ? null : (
        <Segmented
          label={t("usage.measure")}
          value={measure.name}
          options={offered.map((name) => ({ value: name, label: measureOf(name).text }))}
          onChange={(name) => onChange(changed(search as ViewSearch, { measure: name === "cost" ? undefined : name }))}
        />
      )}
      {chart || !measure.adds || !entity ? null : (
        <Segmented
          label={t("usage.drawn")}
          value={lines ? "lines" : "bars"}
          options={[
            { value: "bars", label: t("usage.stacked") },
            { value: "lines", label: t("usage.lines") },
          ]}
          onChange={(drawn) =>
            onChange(changed(search as ViewSearch, { chart: drawn === "lines" ? "lines" : undefined }))
          }
        />
      )}
      <BucketPicker search={search} onChange={onChange} />
    </>
  );
  const heading = title(measure.text, bucketName(shown?.bucket ?? "day"));
  if (!shown || shown.series.length === 0) {
    return (
      <LoadedPanel
        title={heading}
        actions={controls}
        loaded={asked}
        reading={t("traffic.reading")}
        failed={t("traffic.failed")}
        lines={9}
      >
        {() => <Empty title={t("models.none")}>{t("usage.noneText")}</Empty>}
      </LoadedPanel>
    );
  }
  const whole = shown.totals[measure.query] ?? null;
  return (
    <ChartPanel
      title={heading}
      note={
        measure.query === "cost" ? (
          <Money value={whole} unpriced={shown.totals.unpriced_calls} />
        ) : measure.adds ? (
          measure.format(whole)
        ) : null
      }
      controls={<div className={styles.controls}>{controls}</div>}
      label={heading}
      busy={asked.changing}
      spec={shown.spec}
      legend={
        entity === null
          ? []
          : shown.series.map((each) => ({
              id: each.id,
              label: each.label,
              color: each.color,
              value: measure.format(each.value),
            }))
      }
      legendBelow
      aside={aside}
      onZoom={({ from, to }) => onChange(changed(search as ViewSearch, { range: undefined, from, to }))}
      onOpen={({ from, to }) => onBucket({ from, to })}
    />
  );
}

/** How wide a bar is. */
export function BucketPicker({ search, onChange }: { search: ViewSearch; onChange(next: ViewSearch): void }) {
  const { t, format } = useI18n();
  const bucketName = useBucketName();
  const now = useNow(60_000);
  const first = useFirstStored();
  const { from, to } = boundedSpan(search, now, format.timeZone);
  const offered = bucketChoices({ from: from <= 1 && first !== null ? first : from, to }, SERVED_BUCKETS);
  return (
    <select
      className={styles.select}
      aria-label={t("usage.bucket")}
      title={t("usage.bucket")}
      value={search.bucket ?? "auto"}
      onChange={(event) =>
        onChange(changed(search, { bucket: event.target.value === "auto" ? undefined : event.target.value }))
      }
    >
      <option value="auto">{t("usage.auto")}</option>
      {SERVED_BUCKETS.filter((size) => size === search.bucket || offered.includes(size)).map((size) => (
        <option key={size} value={size}>
          {t("chart.per", { bucket: bucketName(size) })}
        </option>
      ))}
    </select>
  );
}
