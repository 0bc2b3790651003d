import { wholeOf } from "../../app/answers";
import { Change, ShareChange, useBasis } from "../../app/change";
import { CostMetric } from "../../app/cost-metric";
import { useCompared, useQuestion } from "../../app/data";
import { LoadedStrip, Waiting } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { useI18n } from "../../i18n";
import { carried, changed, type ViewSearch } from "../../lib/view";
import { Metric } from "../../ui/metrics";
import { Panel } from "../../ui/panel";
import { Unknown } from "../../ui/tooltip";
import { FIGURES, FIGURES_AND_MIX, RATE, RATE_MINUTES, recently } from "./questions";

/** Worse than before by more than this is said in red. */
const FAILED_POINTS = 0.01;
const SLOWER = 1.5;

/** The six figures of a range, each with what it is compared with, each leading to its requests. */
export function Figures({ search }: { search: ViewSearch }) {
  const { t, rich, format } = useI18n();
  const asked = useQuestion(search, FIGURES_AND_MIX);
  const compared = useCompared(search, FIGURES);
  const basis = useBasis(compared);
  const recent = useQuestion(recently(search), RATE);
  if (!asked.data) {
    return (
      <Panel title={t("figures.title")}>
        <Waiting loaded={asked} reading={t("figures.reading")} failed={t("figures.unreadable")} lines={3}>
          {() => null}
        </Waiting>
      </Panel>
    );
  }
  const { answer } = asked.data;
  const now = (measure: (typeof FIGURES.measures)[number]) => wholeOf(answer, measure);
  const base = (measure: (typeof FIGURES.measures)[number]) => wholeOf(compared.data?.answer, measure);
  const perMinute = (measure: (typeof RATE.measures)[number]) => {
    const whole = wholeOf(recent.data?.answer, measure);
    return whole === null ? null : whole / RATE_MINUTES;
  };
  const view = carried(search);
  const to =
    (change: { [Name in keyof ViewSearch]: ViewSearch[Name] | undefined }) =>
    (content: React.ReactNode, className: string) => (
      <ToRequests search={changed(view, change)} className={className}>
        {content}
      </ToRequests>
    );
  const failed = now("failure_rate");
  const worse =
    failed !== null && base("failure_rate") !== null && failed - (base("failure_rate") ?? 0) > FAILED_POINTS;
  const ttft = now("ttft_p95_ms");
  const slower = ttft !== null && (base("ttft_p95_ms") ?? 0) > 0 && ttft > (base("ttft_p95_ms") ?? 0) * SLOWER;
  // Only one number has its unit in small beside it: "7.90 s", but "1 m 39 s".
  const [time, unit, ...rest] = format.duration(ttft).split("\u00a0");
  return (
    <LoadedStrip label={t("figures.title")} loaded={[asked, compared, recent]}>
      <Metric
        label={t("figures.requests")}
        value={format.count(now("calls"))}
        base={<Change value={now("calls")} base={base("calls")} text={format.count} basis={basis} />}
        link={to({})}
      />
      <Metric
        label={t("figures.failed")}
        state={worse ? "bad" : undefined}
        value={format.count(now("failures"))}
        unit={format.share(failed)}
        base={
          <ShareChange
            value={failed}
            base={(base("calls") ?? 0) > 0 ? base("failure_rate") : null}
            bad={worse}
            basis={basis}
          />
        }
        link={to({ status: "failed" })}
      />
      <CostMetric now={now} base={base} basis={basis} link={to({})} />
      <Metric
        label={t("figures.tokens")}
        value={<span title={format.count(now("total_tokens"))}>{format.tokens(now("total_tokens"))}</span>}
        base={rich("figures.cacheHit", { share: <b>{format.share(now("cache_hit_rate"), 1)}</b> })}
        link={to({})}
      />
      <Metric
        label={t("figures.firstToken")}
        value={
          ttft === null ? <Unknown reason={t("unknown.firstToken")} /> : rest.length > 0 ? format.duration(ttft) : time
        }
        unit={rest.length > 0 || ttft === null ? undefined : unit}
        base={
          <Change value={ttft} base={base("ttft_p95_ms")} text={format.duration} small={1} bad={slower} basis={basis} />
        }
        link={to({ slow: 10_000 })}
      />
      <Metric
        label={t("figures.rate")}
        value={format.rate(perMinute("calls"))}
        unit={t("figures.perMinute")}
        base={t("figures.tokensPerMinute", { tokens: format.tokens(perMinute("total_tokens")) })}
        link={to({ range: "30m", from: undefined, to: undefined })}
      />
    </LoadedStrip>
  );
}
