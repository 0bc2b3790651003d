import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";
import type { QueryMeasure } from "../../api/analytics-types";
import type { Answer, Question } from "../../api/query";
import { valuesOf, wholeOf } from "../../app/answers";
import { useBucketName } from "../../app/bucket-names";
import { Money } from "../../app/change";
import { type Dated, type Loaded, useQuestion } from "../../app/data";
import { useGaps } from "../../app/gaps";
import { LoadedStrip, StaleMark } from "../../app/loaded";
import { useI18n } from "../../i18n";
import { type Bucket, bucketsOf } from "../../lib/buckets";
import { readSetting, writeSetting } from "../../lib/storage";
import { changed, type ViewSearch } from "../../lib/view";
import { Button } from "../../ui/button";
import { ChartPanel, type ChartSpec } from "../../ui/chart";
import { Metric } from "../../ui/metrics";
import { Skeleton } from "../../ui/panel";

/** What the strip asks; the page asks it too, for its tabs. */
export const STRIP_QUESTION: Question = {
  measures: [
    "calls",
    "failures",
    "average_latency_ms",
    "latency_p95_ms",
    "total_tokens",
    "input_tokens",
    "output_tokens",
    "cache_hit_rate",
    "cached_tokens",
    "cache_read_tokens",
    "reasoning_tokens",
    "cost",
    "average_cost",
    "unpriced_calls",
  ],
};

/** The figures of the filter: calls, failures, latency, tokens, cache, cost. */
export function MonitorStrip({ loaded, search }: { loaded: Loaded<Dated<Answer>>; search: ViewSearch }) {
  const { t, format } = useI18n();
  const answer = loaded.data?.answer;
  if (!answer) {
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
  const whole = (measure: QueryMeasure) => wholeOf(answer, measure);
  const [calls, failures] = [whole("calls") ?? 0, whole("failures") ?? 0];
  const unpriced = whole("unpriced_calls") ?? 0;
  // The view's own requests, narrowed or in the order that shows what made the figure.
  const view = changed(search, { tab: undefined, drawer: undefined, columns: undefined, sort: undefined });
  const to = (change: { [Name in keyof ViewSearch]?: ViewSearch[Name] | undefined }) =>
    function toThem(content: ReactNode, className: string) {
      return (
        <Link to="/requests" search={changed(view, change) as never} className={className} resetScroll={false}>
          {content}
        </Link>
      );
    };
  return (
    <LoadedStrip label={t("monitor.figures")} loaded={[loaded]}>
      <Metric label={t("monitor.calls")} value={format.count(calls)} base={t("monitor.inRange")} link={to({})} />
      <Metric
        label={t("monitor.failed")}
        value={format.count(failures)}
        base={calls === 0 ? t("monitor.noCalls") : t("monitor.ofAll", { share: format.share(failures / calls) })}
        link={to({ status: "failed" })}
      />
      <Metric
        label={t("monitor.latency")}
        value={format.duration(whole("average_latency_ms"))}
        base={t("monitor.mean", { p95: format.duration(whole("latency_p95_ms")) })}
        link={to({ sort: "-total" })}
      />
      <Metric
        label={t("monitor.tokens")}
        value={format.tokens(whole("total_tokens"))}
        base={t("monitor.inOut", {
          in: format.tokens(whole("input_tokens")),
          out: format.tokens(whole("output_tokens")),
        })}
        link={to({ sort: "-in" })}
      />
      <Metric
        label={t("monitor.cached")}
        value={format.share(whole("input_tokens") ? whole("cache_hit_rate") : null)}
        base={t("monitor.cachedTokens", {
          read: format.tokens((whole("cache_read_tokens") ?? 0) + (whole("cached_tokens") ?? 0)),
          reasoning: format.tokens(whole("reasoning_tokens")),
        })}
        link={to({ cache: "hit" })}
      />
      <Metric
        label={t("prices.cost")}
        value={<Money value={whole("cost")} unpriced={unpriced} />}
        base={
          unpriced > 0
            ? t("monitor.unpriced", { n: unpriced })
            : t("monitor.perCall", { cost: format.money(whole("average_cost")) })
        }
        link={to({ sort: "-cost" })}
      />
    </LoadedStrip>
  );
}

const HIDDEN = "traffic";

/** Requests over the range, successes and failures; a brush sets the range. */
export function TrafficChart({ search, onZoom }: { search: ViewSearch; onZoom(next: ViewSearch): void }) {
  const { t, format } = useI18n();
  const bucketName = useBucketName();
  const [shown, setShown] = useState(() => readSetting(HIDDEN) !== "hidden");
  const show = (next: boolean) => {
    writeSetting(HIDDEN, next ? "" : "hidden");
    setShown(next);
  };
  const loaded = useQuestion(search, { measures: ["successes", "failures"] }, "auto", shown);
  const span = loaded.data?.span;
  const gaps = useGaps(span);
  const spec = useMemo((): ChartSpec | null => {
    if (!loaded.data) return null;
    const { answer, span: asked, now } = loaded.data;
    const buckets = bucketsOf(asked, answer.bucket, format.timeZone, now);
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
        <Button small kind="ghost" onClick={() => show(true)}>
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
      busy={loaded.changing}
      spec={spec}
      onZoom={zoom}
      onOpen={(bucket: Bucket) => zoom(bucket)}
      legend={[
        { id: "success", label: t("monitor.succeeded"), color: "base-mark" },
        { id: "failures", label: t("monitor.failed"), color: "bad-mark" },
      ]}
      controls={
        <>
          <StaleMark loaded={loaded} />
          <Button small kind="ghost" onClick={() => show(false)}>
            {t("monitor.hide")}
          </Button>
        </>
      }
    />
  );
}
