import type { AnalyticsAnswer, Summary } from "../../api/analytics-types";
import { wholeOf } from "../../app/answers";
import { Change, Money, ShareChange } from "../../app/change";
import { type Dated, type Loaded, useCompared } from "../../app/data";
import { Waiting } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { useI18n } from "../../i18n";
import { carried, changed, type ViewSearch } from "../../lib/view";
import { Metric, MetricStrip } from "../../ui/metrics";
import { Panel } from "../../ui/panel";
import { StatusMark } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";

const COMPARED = {
  measures: ["calls", "failure_rate", "cost", "unpriced_calls", "total_tokens", "p95_ttft_ms"],
} as const;
/** Worse than before by more than this is said in red. */
const FAILED_POINTS = 0.01;
const SLOWER = 1.5;

/** The six figures of a range, each with what it is compared with, each leading to its requests. */
export function Figures({ search, loaded }: { search: ViewSearch; loaded: Loaded<Dated<AnalyticsAnswer>> }) {
  const { t } = useI18n();
  const summary = loaded.data?.answer.summary;
  if (!summary) {
    return (
      <Panel title={t("figures.title")}>
        <Waiting loaded={loaded} reading={t("figures.reading")} failed={t("figures.unreadable")} lines={3}>
          {() => null}
        </Waiting>
      </Panel>
    );
  }
  return <Strip search={search} summary={summary} />;
}

function Strip({ search, summary }: { search: ViewSearch; summary: Summary }) {
  const { t, rich, format } = useI18n();
  const compared = useCompared(search, { measures: [...COMPARED.measures] });
  const before = compared.data?.answer;
  const base = (measure: (typeof COMPARED.measures)[number]) => (before ? wholeOf(before, measure) : null);
  const view = carried(search);
  const to =
    (change: { [Name in keyof ViewSearch]: ViewSearch[Name] | undefined }) =>
    (content: React.ReactNode, className: string) => (
      <ToRequests search={changed(view, change)} className={className}>
        {content}
      </ToRequests>
    );
  const failed = summary.total_calls > 0 ? summary.failure_calls / summary.total_calls : null;
  const worse =
    failed !== null && base("failure_rate") !== null && failed - (base("failure_rate") ?? 0) > FAILED_POINTS;
  const ttft = summary.p95_ttft_ms;
  const slower = ttft !== null && (base("p95_ttft_ms") ?? 0) > 0 && ttft > (base("p95_ttft_ms") ?? 0) * SLOWER;
  const [time, unit] = ttft === null ? [null, ""] : format.duration(ttft).split("\u00a0");
  const unpriced = summary.unpriced_calls;
  return (
    <MetricStrip label={t("figures.title")}>
      <Metric
        label={t("figures.requests")}
        value={format.count(summary.total_calls)}
        base={<Change value={summary.total_calls} base={base("calls")} text={format.count} />}
        link={to({})}
      />
      <Metric
        label={t("figures.failed")}
        state={worse ? "bad" : undefined}
        value={format.count(summary.failure_calls)}
        unit={format.share(failed)}
        base={<ShareChange value={failed} base={(base("calls") ?? 0) > 0 ? base("failure_rate") : null} bad={worse} />}
        link={to({ status: "failed" })}
      />
      <Metric
        label={t("figures.cost")}
        value={<Money value={summary.total_cost} unpriced={unpriced} />}
        base={
          unpriced ? (
            <>
              <StatusMark state="warn" /> {t("figures.unpriced", { n: unpriced })}
            </>
          ) : (
            <Change value={summary.total_cost} base={base("cost")} text={format.money} small={0.01} />
          )
        }
        link={to({})}
      />
      <Metric
        label={t("figures.tokens")}
        value={<span title={format.count(summary.total_tokens)}>{format.tokens(summary.total_tokens)}</span>}
        base={
          summary.input_tokens > 0
            ? rich("figures.cacheHit", { share: <b>{format.share(summary.cache_hit_rate, 1)}</b> })
            : null
        }
        link={to({})}
      />
      <Metric
        label={t("figures.firstToken")}
        value={time === null ? <Unknown reason={t("unknown.firstToken")} /> : time}
        unit={unit}
        base={<Change value={ttft} base={base("p95_ttft_ms")} text={format.duration} small={1} bad={slower} />}
        link={to({ slow: 10_000 })}
      />
      <Metric
        label={t("figures.rate")}
        value={format.rate(summary.rpm_30m)}
        unit={t("figures.perMinute")}
        base={t("figures.tokensPerMinute", { tokens: format.tokens(Math.round(summary.tpm_30m)) })}
        link={to({ range: "30m", from: undefined, to: undefined })}
      />
    </MetricStrip>
  );
}
