import { type ReactNode, useMemo, useState } from "react";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { IconButton } from "../button";
import { Panel } from "../panel";
import { type ChartProps, TimeChart } from "./chart";
import styles from "./chart.module.css";
import type { ChartColor, ChartSpec } from "./model";
import { Swatch, useNotes, useSpanText } from "./tooltip";

export interface LegendItem {
  id: string;
  label: string;
  color: ChartColor;
  /** Over the whole range. */
  value?: string;
  /** Cannot be taken away. */
  fixed?: boolean;
}

/** A chart in its panel: legend that switches series, the same figures as a table, room for the page's own controls. */
export function ChartPanel({
  title,
  note,
  controls,
  legend = [],
  legendBelow = false,
  aside,
  busy = false,
  ...chart
}: ChartProps & {
  title: ReactNode;
  note?: ReactNode;
  controls?: ReactNode;
  legend?: readonly LegendItem[];
  legendBelow?: boolean;
  /** Under the chart. */
  aside?: ReactNode;
  /** The figures are of the view before, and those of this one are being read. */
  busy?: boolean;
}) {
  const { t } = useI18n();
  const [table, setTable] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const spec = useMemo(
    (): ChartSpec => ({
      ...chart.spec,
      rows: chart.spec.rows.map((row) => {
        const left = row.series.filter((series) => !hidden.has(series.id));
        return left.length === row.series.length ? row : { ...row, series: left };
      }),
    }),
    [chart.spec, hidden],
  );
  const toggle = (id: string) =>
    setHidden((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const hasGaps = (chart.spec.gaps?.length ?? 0) > 0;
  const keys = (
    <ul className={styles.legend} aria-label={t("chart.legend")}>
      {legend.map((item) => (
        <li key={item.id}>
          {item.fixed ? (
            <span className={styles.key}>
              <Swatch color={item.color} />
              {item.label}
            </span>
          ) : (
            <button
              type="button"
              className={styles.key}
              aria-pressed={!hidden.has(item.id)}
              title={t("chart.toggle", { name: item.label })}
              onClick={() => toggle(item.id)}
            >
              <Swatch color={item.color} />
              <span className={styles.name}>{item.label}</span>
              {item.value ? <b>{item.value}</b> : null}
            </button>
          )}
        </li>
      ))}
      {hasGaps ? (
        <li className={styles.key}>
          <i className={styles.hatch} />
          {t("chart.noRecords")}
        </li>
      ) : null}
    </ul>
  );
  return (
    <Panel
      title={title}
      note={note}
      busy={busy}
      actions={
        <>
          {legendBelow ? null : keys}
          {controls}
          <IconButton
            icon="grid"
            label={table ? t("chart.showChart") : t("chart.showTable")}
            aria-pressed={table}
            onClick={() => setTable(!table)}
          />
        </>
      }
    >
      {table ? <ChartTable spec={spec} label={chart.label} /> : <TimeChart {...chart} spec={spec} />}
      {legendBelow ? keys : null}
      {aside}
    </Panel>
  );
}

/** The figures of a chart as a table, in the same place. */
export function ChartTable({ spec, label }: { spec: ChartSpec; label: string }) {
  const { t } = useI18n();
  const now = useNow(60_000);
  const spanText = useSpanText();
  const notes = useNotes();
  const columns = spec.rows.flatMap((row) => row.series.map((series) => ({ row, series })));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section className={styles.tableBox} tabIndex={0} aria-label={label}>
      <table className={styles.figures}>
        <thead>
          <tr>
            <th scope="col">{t("chart.span")}</th>
            {columns.map(({ row, series }) => (
              <th key={`${row.id} ${series.id}`} scope="col" className="num">
                {series.label}
              </th>
            ))}
            <th scope="col">{t("chart.note")}</th>
          </tr>
        </thead>
        <tbody>
          {spec.buckets.map((bucket, index) => (
            <tr key={bucket.from}>
              <th scope="row">{spanText(bucket, now)}</th>
              {columns.map(({ row, series }) => (
                <td key={`${row.id} ${series.id}`} className="num">
                  {row.format(series.values[index] ?? null)}
                </td>
              ))}
              <td className="dim">{notes(bucket, spec, now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
