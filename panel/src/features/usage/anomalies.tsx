import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { AnomalyPoint } from "../../api/analytics-types";
import { isExpressible } from "../../api/view-request";
import { measureOf } from "../../app/answers";
import { useBasis } from "../../app/change";
import { useAnalytics, useCompared, useHoursOrDays, useQuestion } from "../../app/data";
import { LoadedPanel } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { type Key, useI18n } from "../../i18n";
import { RULES } from "../../lib/languages";
import { useNow } from "../../lib/now";
import type { Bounded } from "../../lib/range";
import { carried, changed, only, type ViewSearch } from "../../lib/view";
import { addUnits } from "../../lib/zone";
import { useSpanText } from "../../ui/chart";
import { Empty } from "../../ui/panel";
import { type State, StatusMark } from "../../ui/status";
import styles from "./usage.module.css";

/** Buckets with fewer requests are chance. */
const LEAST_CALLS = 10;
/** Against a base smaller than this a percentage says nothing. */
const LEAST_BASE = 20;
const HOUR_MS = 3_600_000;
const SHOWN = 5;
const MOST_MODELS = 200;

const CHANGES: Readonly<Record<string, { words: Key; change: keyof AnomalyPoint; share?: boolean } | undefined>> = {
  request_spike: { words: "anomaly.requests", change: "request_change" },
  cost_spike: { words: "anomaly.cost", change: "cost_change" },
  tokens_per_request_spike: { words: "anomaly.tokens", change: "tokens_per_request_change" },
  cache_hit_drop: { words: "anomaly.cache", change: "cache_hit_rate_change", share: true },
  failure_rate_spike: { words: "anomaly.failures", change: "failure_rate_change", share: true },
  latency_spike: { words: "anomaly.latency", change: "latency_p95_change" },
};

/** A bucket that leaps, and the one before it. */
export interface Leap {
  point: AnomalyPoint;
  before: { calls: number; cost: number };
}

/**
 * The strongest ones that are more than chance: both buckets lie wholly in the span and are over, and both have enough
 * requests. `before` is the bucket before a moment.
 */
export function shownLeaps(
  points: readonly AnomalyPoint[],
  { from, to }: Bounded,
  before: (at: number) => { from: number; calls: number; cost: number },
): Leap[] {
  return points
    .map((point) => ({ point, before: before(point.bucket_ms) }))
    .filter(
      ({ point, before: base }) =>
        point.calls >= LEAST_CALLS && point.bucket_end_ms <= to && base.calls >= LEAST_BASE && base.from >= from,
    )
    .slice(0, SHOWN);
}

interface Item {
  key: string;
  state: State;
  when: string;
  text: ReactNode;
  to: ViewSearch;
  /** What is to be done is to set prices. */
  prices?: boolean;
  /** A bucket against the one before, not a fact of the whole range. */
  leap?: boolean;
}

/** What stands out in the range, in words; each line leads to its requests. */
export function StandsOut({ search, most }: { search: ViewSearch; most: number }) {
  const { t, rich, format } = useI18n();
  const now = useNow(60_000);
  const spanText = useSpanText();
  const view = carried(search);
  const expressible = isExpressible(view);
  const width = useHoursOrDays(search);
  const asked = useAnalytics(search, { anomaly_points: true, granularity: width }, expressible);
  const course = useQuestion(search, { measures: ["calls", "cost"] }, width, expressible);
  const question = {
    measures: ["cost", "calls", "unpriced_calls"],
    dimensions: ["model"],
    order: { by: "calls", descending: true },
    limit: MOST_MODELS,
  } as const;
  const models = useQuestion(search, question);
  const before = useCompared(search, question);
  const basis = useBasis(before);
  const items: Item[] = [];
  const rows = new Map((course.data?.answer.rows ?? []).map((row) => [row.bucket_ms, row]));
  const bucketBefore = (at: number) => {
    const from = width === "hour" ? at - HOUR_MS : addUnits("day", at, -1, format.timeZone);
    const row = rows.get(from);
    return { from, calls: row?.values.calls ?? 0, cost: row?.values.cost ?? 0 };
  };
  const whole =
    expressible && course.data ? { from: course.data.span.from, to: Math.min(course.data.span.to, now) } : null;
  const found = whole ? shownLeaps(asked.data?.answer.anomaly_points ?? [], whole, bucketBefore) : [];
  for (const { point, before: base } of found) {
    const changes = point.metric_keys.flatMap((name) => {
      const known = CHANGES[name];
      if (!known) return [];
      const change = Number(point[known.change]);
      const text = known.share ? format.points(change, 0) : format.change(1 + change, 1);
      return [t(known.words, { change: text })];
    });
    const span = { from: point.bucket_ms, to: point.bucket_end_ms };
    items.push({
      key: String(point.bucket_ms),
      state: point.severity === "high" || point.metric_keys.includes("failure_rate_spike") ? "warn" : "unknown",
      when: spanText(span, now),
      text: (
        <>
          {upperFirst(changes.join(RULES[format.language].comma))}
          {RULES[format.language].colon}
          {t("anomaly.against", {
            n: point.calls,
            before: base.calls,
            cost: format.money(point.cost),
            costBefore: format.money(base.cost),
          })}
        </>
      ),
      to: changed(view, { range: undefined, ...span }),
      leap: true,
    });
  }
  const old = new Map((before.data?.answer.groups ?? []).map((row) => [row.keys[0], measureOf(row, "calls") ?? 0]));
  const without: { model: string; unpriced: number }[] = [];
  for (const row of models.data?.answer.groups ?? []) {
    const [model] = row.keys;
    const calls = measureOf(row, "calls") ?? 0;
    const unpriced = measureOf(row, "unpriced_calls") ?? 0;
    if (!model) continue;
    if (unpriced > 0) without.push({ model, unpriced });
    // Where the span before is hardly stored, everything would be new.
    if (before.data && !basis.few && basis.from === null && !old.has(model) && calls >= LEAST_CALLS) {
      items.push({
        key: `new ${model}`,
        state: "unknown",
        when: t("usage.wholeRange"),
        text: rich("anomaly.newModel", {
          model: <b>{model}</b>,
          n: format.count(calls),
          cost: format.money(measureOf(row, "cost")),
        }),
        to: only(view, "model", model),
      });
    }
  }
  const [alone] = without;
  if (alone) {
    const n = format.count(without.reduce((sum, { unpriced }) => sum + unpriced, 0));
    items.unshift({
      key: "prices",
      state: "warn",
      when: t("usage.wholeRange"),
      text:
        without.length === 1
          ? rich("anomaly.unpriced", { model: <b>{alone.model}</b>, n })
          : rich("anomaly.unpricedMany", { models: <b>{t("anomaly.models", { n: without.length })}</b>, n }),
      prices: true,
      to: changed(view, { model: without.map(({ model }) => model), not_model: undefined }),
    });
  }
  // Leaps and facts share the room; where one has less, the other gets it.
  const leaps = items.filter(({ leap }) => leap);
  const facts = items.filter(({ leap }) => !leap);
  const room = Math.max(most - facts.length, Math.ceil(most / 2));
  const shown = [...leaps.slice(0, room), ...facts].slice(0, most);
  return (
    <LoadedPanel
      title={t("usage.standsOut")}
      loaded={{ ...models, changing: models.changing || (expressible && (asked.changing || course.changing)) }}
      reading={t("usage.reading")}
      failed={t("usage.failed")}
      flush
    >
      {() => (
        <>
          {models.data?.answer.groups.length === 0 ? (
            <Empty title={t("models.none")} />
          ) : items.length === 0 ? (
            <Empty title={t("anomaly.none")}>{t("anomaly.noneText")}</Empty>
          ) : null}
          <ul>
            {shown.map((item) => (
              <li key={item.key} className={styles.anomaly}>
                <StatusMark state={item.state} />
                <div>
                  <div className="mid">{item.when}</div>
                  <p>{item.text}</p>
                  <ToRequests search={item.to} className={`link ${styles.step}`}>
                    {t("step.showRequests")} →
                  </ToRequests>
                  {item.prices ? (
                    <>
                      {" "}
                      <Link to="/prices" className={`link ${styles.step}`}>
                        {t("step.prices")} →
                      </Link>
                    </>
                  ) : null}
                </div>
              </li>
            ))}
          </ul>
          {expressible ? null : <p className={styles.footnote}>{t("anomaly.filtered")}</p>}
        </>
      )}
    </LoadedPanel>
  );
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
