import { useMemo, useState } from "react";
import type { AnalyticsAnswer } from "../../api/analytics-types";
import { valuesOf } from "../../app/answers";
import { useBucketName } from "../../app/bucket-names";
import { Money } from "../../app/change";
import { type Dated, type Loaded, useQuestion } from "../../app/data";
import { useGaps } from "../../app/gaps";
import { StaleMark } from "../../app/loaded";
import { useI18n } from "../../i18n";
import { type Bucket, bucketsOf } from "../../lib/buckets";
import { changed, type ViewSearch } from "../../lib/view";
import { Button } from "../../ui/button";
import { ChartPanel, type ChartSpec } from "../../ui/chart";
import { Metric, MetricStrip } from "../../ui/metrics";
import { Skeleton } from "../../ui/panel";
import styles from "./monitoring.module.css";

/** The figures of the filter: calls, failures, latency, tokens, cache, cost. */
export function MonitorStrip({ loaded }: { loaded: Loaded<Dated<AnalyticsAnswer>> }) {
  const { t, format } = useI18n();
  const summary = loaded.data?.answer.summary;
  if (!summary) {
    return loaded.error ? (
      <p className="mid">
        {t("monitor.figuresUnreadable")}{" "}
        <button type="button" className="link" onClick={loaded.retry}>
          {t("action.retry")}
        </button>
      </p>
    ) : (
      <Skeleton lines={1} label={t("monitor.readingFigures")} />
    );
  }
  const failed = summary.total_calls > 0 ? summary.failure_calls / summary.total_calls : null;
  return (
    <div className={styles.strip}>
      <MetricStrip label={t("monitor.figures")}>
        <Metric label={t("monitor.calls")} value={format.count(summary.total_calls)} base={t("monitor.inRange")} />
        <Metric
          label={t("monitor.failed")}
          value={format.count(summary.failure_calls)}
          base={failed === null ? t("monitor.noCalls") : t("monitor.ofAll", { share: format.share(failed) })}
        />
        <Metric
          label={t("monitor.latency")}
          value={format.duration(summary.average_latency_ms)}
          base={t("monitor.mean")}
        />
        <Metric
          label={t("monitor.tokens")}
          value={format.tokens(summary.total_tokens)}
          base={t("monitor.inOut", {
            in: format.tokens(summary.input_tokens),
            out: format.tokens(summary.output_tokens),
          })}
        />
        <Metric
          label={t("monitor.cached")}
          value={summary.input_tokens > 0 ? format.share(summary.cache_hit_rate) : "—"}
          base={t("monitor.cachedTokens", {
            read: format.tokens(summary.cache_read_tokens + summary.cached_tokens),
            reasoning: format.tokens(summary.reasoning_tokens),
          })}
        />
        <Metric
          label={t("prices.cost")}
          value={<Money value={summary.total_cost} unpriced={summary.unpriced_calls} />}
          base={
            (summary.unpriced_calls ?? 0) > 0
              ? t("monitor.unpriced", { n: summary.unpriced_calls ?? 0 })
              : t("monitor.perCall", { cost: format.money(summary.average_cost_per_call) })
          }
        />
      </MetricStrip>
      {loaded.error ? (
        <div>
          <StaleMark loaded={loaded} />
        </div>
      ) : null}
    </div>
  );
}

/** Requests over the range, successes and failures; a brush sets the range. */
export function TrafficChart({ search, onZoom }: { search: ViewSearch; onZoom(next: ViewSearch): void }) {
  const { t, format } = useI18n();
  const bucketName = useBucketName();
  const [shown, setShown] = useState(true);
  const loaded = useQuestion(search, { measures: ["successes", "failures"] }, "auto", shown);
  const span = loaded.data?.span;
  const gaps = useGaps(span);
  const spec = useMemo((): ChartSpec | null => {
    if (!loaded.data) return null;
    const { answer, span: asked, now } = loaded.data;
    const first = answer.rows.reduce((least, row) => Math.min(least, row.bucket_ms ?? least), asked.to);
    // "All time" begins with the first request, not with the year 1970.
    const dated = asked.from <= 1 ? { from: first, to: asked.to } : asked;
    const buckets = bucketsOf(dated, answer.bucket, format.timeZone, now);
    return {
      buckets,
      gaps,
      rows: [
        {
          id: "calls",
          title: t("monitor.per", { bucket: bucketName(answer.bucket) }),
          height: 64,
          kind: "bars",
          axis: "count",
          format: (value) => format.count(value),
          total: t("monitor.calls"),
          series: [
            {
              id: "success",
              label: t("monitor.succeeded"),
              color: "base-mark",
              values: valuesOf(answer, "successes", buckets),
            },
            {
              id: "failures",
              label: t("monitor.failed"),
              color: "bad-mark",
              values: valuesOf(answer, "failures", buckets),
            },
          ],
        },
      ],
    };
  }, [loaded.data, gaps, t, format, bucketName]);
  const zoom = ({ from, to }: { from: number; to: number }) => onZoom(changed(search, { range: undefined, from, to }));
  if (!shown) {
    return (
      <div>
        <Button small kind="ghost" onClick={() => setShown(true)}>
          {t("monitor.showChart")}
        </Button>
      </div>
    );
  }
  if (!spec) return loaded.error ? null : <Skeleton lines={2} label={t("monitor.readingChart")} />;
  return (
    <ChartPanel
      title={t("monitor.traffic")}
      label={t("monitor.requestsPer")}
      note={t("monitor.dragToZoom")}
      spec={spec}
      onZoom={zoom}
      onOpen={(bucket: Bucket) => zoom(bucket)}
      legend={[
        { id: "success", label: t("monitor.succeeded"), color: "base-mark" },
        { id: "failures", label: t("monitor.failed"), color: "bad-mark" },
      ]}
      controls={
        <Button small kind="ghost" onClick={() => setShown(false)}>
          {t("monitor.hide")}
        </Button>
      }
    />
  );
}
