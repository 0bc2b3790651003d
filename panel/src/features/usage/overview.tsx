import { wholeOf } from "../../app/answers";
import { Change, ShareChange, useBasis } from "../../app/change";
import { CostMetric } from "../../app/cost-metric";
import { useCompared, useQuestion } from "../../app/data";
import { LoadedStrip, Waiting } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { UsageLink } from "../../app/usage-link";
import { useI18n } from "../../i18n";
import { carried, changed, type ViewSearch } from "../../lib/view";
import grid from "../../ui/grid.module.css";
import { Metric } from "../../ui/metrics";
import { Panel } from "../../ui/panel";
import { StandsOut } from "./anomalies";
import { HeatPanel } from "./heat";
import type { Measure } from "./measures";
import { Ranking } from "./ranking";
import { SeriesPanel } from "./series-panel";
import styles from "./usage.module.css";
import { ENTITIES } from "./view";

const TOP = 9;

export interface TabProps {
  search: ViewSearch & { measure?: Measure };
  onChange(next: ViewSearch, replace?: boolean): void;
  onBucket(span: { from: number; to: number }): void;
  /** The bar that is open, if any; it stands under the chart. */
  detail: React.ReactNode;
}

/** What the range comes to, what stands out in it, and who made it. */
export function Overview({ search, onChange, onBucket, detail }: TabProps) {
  const { t } = useI18n();
  return (
    <>
      <Totals search={search} />
      <div className={`${grid.c9} ${grid.cell}`}>
        <SeriesPanel
          search={search}
          entity={ENTITIES.models}
          title={(measure, bucket) => t("usage.byModelTitle", { measure, bucket })}
          onChange={onChange}
          onBucket={onBucket}
          height={300}
          aside={detail}
        />
      </div>
      <div className={`${grid.c3} ${grid.top}`}>
        <StandsOut search={search} most={4} />
      </div>
      <div className={`${grid.c7} ${grid.cell}`}>
        <Ranking
          search={search}
          entity={ENTITIES.models}
          title={t("usage.models")}
          onChange={onChange}
          limit={TOP}
          more={
            <UsageLink search={{ ...carried(search), tab: "models" }} className={`link ${styles.step}`}>
              {t("action.viewAll")}
            </UsageLink>
          }
        />
      </div>
      <div className={`${grid.c5} ${grid.cell}`}>
        <HeatPanel search={search} />
      </div>
    </>
  );
}

const TOTALS = {
  measures: [
    "calls",
    "failures",
    "failure_rate",
    "success_rate",
    "latency_p95_ms",
    "cost",
    "unpriced_calls",
    "total_tokens",
    "input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cached_input_tokens",
    "cache_hit_rate",
  ],
} as const;

function Totals({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const asked = useQuestion(search, TOTALS);
  const before = useCompared(search, TOTALS);
  const basis = useBasis(before);
  const compared = before.data?.answer;
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
  const now = (measure: (typeof TOTALS.measures)[number]) => wholeOf(answer, measure);
  const base = (measure: (typeof TOTALS.measures)[number]) => wholeOf(compared, measure);
  const share = (part: number | null) => {
    const whole = now("total_tokens");
    return part === null || !whole ? null : part / whole;
  };
  const view = carried(search);
  const to = (change: { [Name in keyof ViewSearch]: ViewSearch[Name] | undefined }) =>
    function toThem(content: React.ReactNode, className: string) {
      return (
        <ToRequests search={changed(view, change)} className={className}>
          {content}
        </ToRequests>
      );
    };
  const tokens = (value: number | null) => <span title={format.count(value)}>{format.tokens(value)}</span>;
  return (
    <LoadedStrip label={t("figures.title")} cells={8} loaded={[asked, before]}>
      <Metric
        label={t("figures.requests")}
        value={format.count(now("calls"))}
        base={<Change value={now("calls")} base={base("calls")} text={format.count} basis={basis} />}
        link={to({})}
      />
      <Metric
        label={t("usage.success")}
        value={format.share(now("success_rate"))}
        base={t("usage.p95", { time: format.duration(now("latency_p95_ms")) })}
        link={to({ status: "ok" })}
      />
      <Metric
        label={t("figures.failed")}
        value={format.count(now("failures"))}
        unit={format.share(now("failure_rate"))}
        base={<ShareChange value={now("failure_rate")} base={base("failure_rate")} basis={basis} />}
        link={to({ status: "failed" })}
      />
      <CostMetric now={now} base={base} basis={basis} link={to({})} />
      <Metric
        label={t("figures.tokens")}
        value={tokens(now("total_tokens"))}
        base={t("usage.ofReasoning", { tokens: format.tokens(now("reasoning_tokens")) })}
        link={to({})}
      />
      <Metric
        label={t("usage.input")}
        value={tokens(now("input_tokens"))}
        base={t("usage.ofTokens", { share: format.share(share(now("input_tokens")), 1) })}
        link={to({})}
      />
      <Metric
        label={t("usage.output")}
        value={tokens(now("output_tokens"))}
        base={t("usage.ofTokens", { share: format.share(share(now("output_tokens")), 1) })}
        link={to({})}
      />
      <Metric
        label={t("usage.cached")}
        value={tokens(now("cached_input_tokens"))}
        base={t("usage.hitRate", { share: format.share(now("cache_hit_rate"), 1) })}
        link={to({ cache: "hit" })}
      />
    </LoadedStrip>
  );
}
