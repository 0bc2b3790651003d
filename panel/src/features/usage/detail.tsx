import type { QueryField, QueryFilters } from "../../api/analytics-types";
import { measureOf, valuesOf, wholeOf } from "../../app/answers";
import { Money } from "../../app/change";
import { useQuestion } from "../../app/data";
import { useValueText } from "../../app/filter-bar/values";
import { LoadedPanel, Waiting } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { useI18n } from "../../i18n";
import { bucketsOf } from "../../lib/buckets";
import { useNow } from "../../lib/now";
import { carried, changed, type Dimension, only, type ViewSearch } from "../../lib/view";
import { Button, IconButton } from "../../ui/button";
import { InlineBar, Sparkline } from "../../ui/chart";
import { Definitions } from "../../ui/panel";
import { type Measure, type MeasureView, useMeasure } from "./measures";
import styles from "./usage.module.css";
import type { Entity } from "./view";

const SHOWN = 6;

/** By what else an entity is looked at. */
const AROUND: Partial<
  Record<
    Entity["dimension"],
    readonly {
      dimension: Dimension;
      field: QueryField;
      title: "usage.byKey" | "usage.byModel" | "usage.byAccount" | "usage.byProvider";
    }[]
  >
> = {
  model: [
    { dimension: "key", field: "api_key", title: "usage.byKey" },
    { dimension: "account", field: "account", title: "usage.byAccount" },
  ],
  key: [
    { dimension: "model", field: "model", title: "usage.byModel" },
    { dimension: "account", field: "account", title: "usage.byAccount" },
    { dimension: "provider", field: "provider", title: "usage.byProvider" },
  ],
  credential: [
    { dimension: "model", field: "model", title: "usage.byModel" },
    { dimension: "key", field: "api_key", title: "usage.byKey" },
  ],
};

/** One model, key or credential: its figures, its own course, and what it is made of. */
export function Detail({
  search,
  entity,
  value,
  onChange,
}: {
  search: ViewSearch & { measure?: Measure };
  entity: Entity;
  value: string;
  onChange(next: ViewSearch): void;
}) {
  const { t, format } = useI18n();
  const valueText = useValueText();
  const measureFor = useMeasure();
  const now = useNow(60_000);
  const view = only(carried(search), entity.dimension, value);
  const asked = useQuestion(
    view,
    {
      measures: [
        "calls",
        "failures",
        "failure_rate",
        "total_tokens",
        "cache_hit_rate",
        "cost",
        "unpriced_calls",
        "average_cost",
        "latency_p95_ms",
        "ttft_p95_ms",
        "first_seen_ms",
        "last_seen_ms",
      ],
    },
    "auto",
  );
  const answer = asked.data?.answer;
  const buckets = asked.data
    ? bucketsOf(asked.data.span, asked.data.answer.bucket, format.timeZone, asked.data.now)
    : [];
  return (
    <LoadedPanel
      title={valueText(entity.dimension, value)}
      actions={
        <IconButton
          icon="close"
          label={t("action.close")}
          onClick={() => onChange(changed(search, { drawer: undefined }))}
        />
      }
      loaded={asked}
      reading={t("usage.reading")}
      failed={t("usage.failed")}
    >
      {() => (
        <div className={styles.detail}>
          {answer && buckets.length > 0 && buckets.length <= 400 ? (
            <Sparkline values={valuesOf(answer, "cost", buckets)} width={300} height={36} bars color="q4" />
          ) : null}
          <Definitions
            items={[
              { name: t("figures.requests"), value: format.count(wholeOf(answer, "calls")) },
              {
                name: t("figures.failed"),
                value: `${format.count(wholeOf(answer, "failures"))} · ${format.share(wholeOf(answer, "failure_rate"))}`,
              },
              {
                name: t("figures.cost"),
                value: <Money value={wholeOf(answer, "cost")} unpriced={wholeOf(answer, "unpriced_calls")} />,
              },
              { name: t("usage.perRequest"), value: format.money(wholeOf(answer, "average_cost")) },
              { name: t("figures.tokens"), value: format.count(wholeOf(answer, "total_tokens")) },
              { name: t("usage.cacheHit"), value: format.share(wholeOf(answer, "cache_hit_rate")) },
              { name: t("usage.latency"), value: format.duration(wholeOf(answer, "latency_p95_ms")) },
              { name: t("figures.firstToken"), value: format.duration(wholeOf(answer, "ttft_p95_ms")) },
              {
                name: t("usage.first"),
                value: format.dateTime(wholeOf(answer, "first_seen_ms"), now, { short: true }),
              },
              { name: t("usage.seen"), value: format.dateTime(wholeOf(answer, "last_seen_ms"), now, { short: true }) },
            ]}
          />
          <div className="row">
            <ToRequests search={view} className={`link ${styles.step}`}>
              {t("step.showRequests")} →
            </ToRequests>
            <Button
              small
              onClick={() => onChange(changed(only(search, entity.dimension, value), { drawer: undefined }))}
            >
              {t("usage.only")}
            </Button>
          </div>
          {(AROUND[entity.dimension] ?? []).map((around) => (
            <Around
              key={around.field}
              view={view}
              dimension={around.dimension}
              field={around.field}
              title={t(around.title)}
              measure={measureFor(search.measure ?? "cost")}
            />
          ))}
        </div>
      )}
    </LoadedPanel>
  );
}

/** What the requests of a view are made of, by one more dimension. */
export function Around({
  view,
  dimension,
  field,
  title,
  measure,
  within,
}: {
  view: ViewSearch;
  dimension: Dimension;
  field: QueryField;
  title: string;
  /** What the parts are parts of; requests without one, or where parts do not add up. */
  measure?: MeasureView | undefined;
  /** Narrower than an address can say: the parts lead nowhere then. */
  within?: QueryFilters["include"];
}) {
  const { t, format } = useI18n();
  const valueText = useValueText();
  const query = measure?.adds ? measure.query : "calls";
  const write = measure?.adds ? measure.format : format.count;
  const asked = useQuestion(view, {
    measures: [...new Set([query, "calls", "unpriced_calls"] as const)],
    dimensions: [field],
    order: { by: query, descending: true },
    limit: SHOWN,
    others: true,
    ...(within ? { within } : {}),
  });
  return (
    <section className={styles.around}>
      <h3>
        {title} <span className="dim">{measure?.adds ? measure.text : t("figures.requests")}</span>
      </h3>
      <Waiting loaded={asked} reading={t("usage.reading")} failed={t("usage.failed")} lines={3}>
        {({ answer }) => {
          const most = Math.max(0, ...answer.groups.map((row) => measureOf(row, query) ?? 0));
          const whole = wholeOf(answer, query) ?? 0;
          return (
            <ul>
              {answer.groups.map((row) => {
                const key = row.keys[0] ?? null;
                const value = measureOf(row, query) ?? 0;
                const bound = query === "cost" && (measureOf(row, "unpriced_calls") ?? 0) > 0;
                const content = (
                  <>
                    <span className="cut">
                      {key === null ? t("usage.others", { n: answer.other_groups }) : valueText(dimension, key)}
                    </span>
                    <InlineBar share={most > 0 ? value / most : 0} {...(query === "cost" ? { color: "q4" } : {})} />
                    <span className={styles.number}>
                      {bound ? "≥ " : ""}
                      {write(value)}
                    </span>
                    <span className={`dim ${styles.number}`}>{format.share(whole > 0 ? value / whole : null, 0)}</span>
                  </>
                );
                return (
                  <li key={key ?? "others"}>
                    {key === null || within ? (
                      <span className={styles.part}>{content}</span>
                    ) : (
                      <ToRequests search={only(view, dimension, key)} className={styles.part}>
                        {content}
                      </ToRequests>
                    )}
                  </li>
                );
              })}
            </ul>
          );
        }}
      </Waiting>
    </section>
  );
}
