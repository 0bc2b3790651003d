import type { QueryField } from "../../api/analytics-types";
import { FIELDS } from "../../api/query";
import { measureOf as figureOf } from "../../app/answers";
import { useQuestion } from "../../app/data";
import { FILTER_LABELS, useValueText } from "../../app/filter-bar/values";
import { LoadedPanel } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { useI18n } from "../../i18n";
import { download, toCsv } from "../../lib/csv";
import { useShortcuts } from "../../lib/shortcuts";
import { carried, changed, only, type ViewSearch } from "../../lib/view";
import { Button, Segmented } from "../../ui/button";
import { InlineBar } from "../../ui/chart";
import grid from "../../ui/grid.module.css";
import { Empty } from "../../ui/panel";
import { Status } from "../../ui/status";
import { type Column, DataTable } from "../../ui/table";
import { MEASURES, useMeasure } from "./measures";
import type { TabProps } from "./overview";
import { SeriesPanel } from "./series-panel";
import styles from "./usage.module.css";
import { CHARTS, type Entity, SPLITS, type Split } from "./view";

const MOST = 1_000;

/** Any measure, split by anything, with any filter, as a chart or a table. The address is the question: save it as a view. */
export function Explore({ search, onChange, onBucket, detail }: TabProps) {
  const { t } = useI18n();
  const measureFor = useMeasure();
  const measure = measureFor(search.measure ?? "cost");
  const split = (SPLITS.find((name) => name === search.split) ?? "model") as Split;
  const entity: Entity | null = split === "none" ? null : { dimension: split, field: FIELDS[split] };
  const chart = CHARTS.find((name) => name === search.chart) ?? "bars";
  const set = (change: { [Name in keyof ViewSearch]: ViewSearch[Name] | undefined }) =>
    onChange(changed(search as ViewSearch, change));
  return (
    <>
      <section className={`${grid.c12} ${styles.question}`} aria-label={t("explore.question")}>
        <label>
          <span>{t("explore.measure")}</span>
          <select
            className={styles.select}
            value={measure.name}
            onChange={(event) => set({ measure: event.target.value === MEASURES[0] ? undefined : event.target.value })}
          >
            {MEASURES.map((name) => (
              <option key={name} value={name}>
                {measureFor(name).text}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t("explore.split")}</span>
          <select
            className={styles.select}
            value={split}
            onChange={(event) => set({ split: event.target.value === SPLITS[0] ? undefined : event.target.value })}
          >
            {SPLITS.map((name) => (
              <option key={name} value={name}>
                {name === "none" ? t("explore.nothing") : t(FILTER_LABELS[name])}
              </option>
            ))}
          </select>
        </label>
        <Segmented
          label={t("usage.drawn")}
          value={chart}
          options={[
            { value: "bars", label: t("usage.stacked") },
            { value: "lines", label: t("usage.lines") },
            { value: "table", label: t("explore.table") },
          ]}
          onChange={(name) => set({ chart: name === "bars" ? undefined : name })}
        />
        <span className="dim">{t("explore.save")}</span>
      </section>
      {chart === "table" ? null : (
        <SeriesPanel
          search={search}
          entity={entity}
          title={(name, bucket) =>
            entity
              ? t("explore.title", { measure: name, bucket, split: inText(t(FILTER_LABELS[entity.dimension])) })
              : t("explore.titleAlone", { measure: name, bucket })
          }
          onChange={onChange}
          onBucket={onBucket}
          aside={detail}
          chart={chart === "lines" || !measure.adds ? "lines" : "bars"}
        />
      )}
      {entity ? <Groups search={search} entity={entity} /> : null}
    </>
  );
}

interface GroupLine {
  key: string;
  value: number | null;
  calls: number | null;
  unpriced: number;
}

function Groups({
  search,
  entity,
}: Pick<TabProps, "search"> & { entity: { dimension: Entity["dimension"]; field: QueryField } }) {
  const { t, format } = useI18n();
  const valueText = useValueText();
  const measure = useMeasure()(search.measure ?? "cost");
  const asked = useQuestion(search, {
    measures: [measure.query, "calls", "unpriced_calls"],
    dimensions: [entity.field],
    order: { by: measure.query, descending: true },
    limit: MOST,
  });
  const lines = (asked.data?.answer.groups ?? []).map(
    (row): GroupLine => ({
      key: row.keys[0] ?? "-",
      value: figureOf(row, measure.query),
      calls: figureOf(row, "calls"),
      unpriced: figureOf(row, "unpriced_calls") ?? 0,
    }),
  );
  const most = Math.max(0, ...lines.map(({ value }) => value ?? 0));
  const label = t(FILTER_LABELS[entity.dimension]);
  const money = measure.query === "cost" || measure.query === "average_cost";
  const lineText = ({ value, calls, unpriced }: GroupLine) => {
    if (!money || unpriced === 0) return measure.format(value);
    if (unpriced === calls) return <Status state="warn">{t("models.noPrice")}</Status>;
    return measure.query === "cost" ? `≥ ${measure.format(value)}` : measure.format(value);
  };
  const columns: Column<GroupLine>[] = [
    {
      id: "name",
      label,
      share: 40,
      fixed: true,
      cell: ({ key }) => valueText(entity.dimension, key),
      copy: ({ key }) => key,
    },
    {
      id: "value",
      label: measure.text,
      share: 40,
      numeric: true,
      cell: (line) => (
        <span className={styles.withBar}>
          <InlineBar share={most > 0 ? (line.value ?? 0) / most : 0} color="q4" />
          <span className={styles.money}>{lineText(line)}</span>
        </span>
      ),
    },
    ...(measure.name === "requests"
      ? []
      : [
          {
            id: "calls",
            label: t("figures.requests"),
            width: 100,
            numeric: true,
            cell: ({ calls }: GroupLine) => format.count(calls),
          },
        ]),
  ];
  const exportCsv = () =>
    download(
      `explore-${entity.dimension}.csv`,
      toCsv(
        [entity.dimension, measure.query, "calls"],
        lines.map(({ key, value, calls }) => [key, value, calls]),
      ),
    );
  // A file of the view before would have the name of this one.
  const exportable = lines.length > 0 && !asked.changing;
  useShortcuts({ e: exportCsv }, exportable);
  return (
    <LoadedPanel
      title={t("explore.groups", { measure: measure.text, split: inText(label) })}
      note={asked.data ? t("usage.inRange", { n: asked.data.answer.total_groups }) : null}
      actions={
        <Button kind="ghost" small icon="download" disabled={!exportable} onClick={exportCsv}>
          CSV
        </Button>
      }
      loaded={asked}
      reading={t("usage.reading")}
      failed={t("usage.failed")}
      flush
    >
      {() =>
        lines.length === 0 ? (
          <Empty title={t("models.none")}>{t("usage.noneText")}</Empty>
        ) : (
          <DataTable
            id="explore"
            caption={t("explore.groups", { measure: measure.text, split: inText(label) })}
            columns={columns}
            rows={lines}
            rowKey={({ key }) => key}
            sort={{ by: "value", descending: true }}
            density="compact"
            link={(line, content, props) => (
              <ToRequests search={only(carried(search), entity.dimension, line.key)} {...props}>
                {content}
              </ToRequests>
            )}
            card={(line) => ({
              title: valueText(entity.dimension, line.key),
              value: lineText(line),
              lines: [<span key="calls">{t("palette.requestCount", { n: line.calls ?? 0 })}</span>],
            })}
          />
        )
      }
    </LoadedPanel>
  );
}

/** A label in the middle of a text: small letters, where the language has them. */
function inText(label: string): string {
  return label.toLowerCase();
}
