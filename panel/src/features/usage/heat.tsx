import { useMemo, useState } from "react";
import { measureOf } from "../../app/answers";
import { useQuestion } from "../../app/data";
import { useGaps } from "../../app/gaps";
import { LoadedPanel } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { type Key, useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { type Bounded, isOpenEnded } from "../../lib/range";
import { carried, changed, type ViewSearch } from "../../lib/view";
import { Segmented } from "../../ui/button";
import { type HeatCell, Heatmap } from "../../ui/chart";
import grid from "../../ui/grid.module.css";
import { Empty } from "../../ui/panel";
import { Around } from "./detail";
import {
  calendarOf,
  HEAT_MEASURES,
  type HeatMeasure,
  heatValue,
  isWhole,
  occurrences,
  partOf,
  weekOf,
} from "./heat-model";
import { MEASURES, type Measure, useMeasure } from "./measures";
import type { TabProps } from "./overview";
import styles from "./usage.module.css";
import { SCALES } from "./view";

const OFFERED = ["requests", "tokens", "cost", "failureRate"] as const satisfies readonly Measure[];
const QUERY: Record<(typeof OFFERED)[number], HeatMeasure> = {
  requests: "calls",
  tokens: "total_tokens",
  cost: "cost",
  failureRate: "failure_rate",
};
const LABELS: Record<(typeof OFFERED)[number], Key> = {
  requests: "figures.requests",
  tokens: "figures.tokens",
  cost: "figures.cost",
  failureRate: "traffic.share",
};
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

function useHeatMeasure(measure: HeatMeasure) {
  const { format } = useI18n();
  return (value: number | null) => {
    if (measure === "cost") return format.money(value);
    if (measure === "failure_rate") return format.share(value, 1);
    if (measure === "total_tokens") return format.tokens(value);
    return value === null || value === 0 || value >= 100 ? format.count(value) : format.rate(value);
  };
}

/** Weekday by hour on the overview: requests, with one sentence about the busiest cell. */
export function HeatPanel({ search }: { search: ViewSearch }) {
  return <WeekPanel search={search} measure="requests" scale="all" />;
}

export function HeatTab({ search, onChange }: TabProps) {
  const { t } = useI18n();
  const chosen = search.measure;
  // An address without a measure means the first one, here as on the other tabs: else cost could not be chosen.
  const measure = OFFERED.find((name) => name === chosen) ?? MEASURES[0];
  const scale = SCALES.find((name) => name === search.chart) ?? "all";
  return (
    <>
      <div className={`${grid.c12} ${styles.controlsRow}`}>
        <Segmented
          label={t("usage.measure")}
          value={measure}
          options={OFFERED.map((name) => ({ value: name, label: t(LABELS[name]) }))}
          onChange={(name) => onChange(changed(search as ViewSearch, { measure: name }))}
        />
        <Segmented
          label={t("heat.scale")}
          value={scale}
          options={[
            { value: "all", label: t("heat.scaleAll") },
            { value: "row", label: t("heat.scaleRow") },
            { value: "column", label: t("heat.scaleColumn") },
          ]}
          onChange={(name) => onChange(changed(search as ViewSearch, { chart: name === "all" ? undefined : name }))}
        />
      </div>
      <div className={`${grid.c7} ${grid.cell}`}>
        <WeekPanel search={search} measure={measure} scale={scale} detailed />
      </div>
      <div className={`${grid.c5} ${grid.cell}`}>
        <CalendarPanel search={search} measure={measure} />
      </div>
    </>
  );
}

function WeekPanel({
  search,
  measure,
  scale,
  detailed = false,
}: {
  search: ViewSearch;
  measure: (typeof OFFERED)[number];
  scale: (typeof SCALES)[number];
  detailed?: boolean;
}) {
  const { t, format } = useI18n();
  const asked = useQuestion(search, {
    measures: [...HEAT_MEASURES],
    dimensions: ["weekday", "hour_of_day"],
    limit: 200,
  });
  const query = QUERY[measure];
  const write = useHeatMeasure(query);
  const [picked, setPicked] = useState<{ row: number; column: number } | null>(null);
  const week = useMemo(
    () => (asked.data ? weekOf(asked.data.answer, asked.data.span, format.timeZone) : []),
    [asked.data, format.timeZone],
  );
  const values = week.map((row) => row.map((cell) => heatValue(cell, query)));
  const known = values
    .flatMap((row, y) => row.filter((_, x) => isWhole(week[y]?.[x])))
    .filter((value): value is number => value !== null);
  // The scale must hold hours that are not over as well.
  const max = Math.max(0, ...values.flat().map((value) => value ?? 0));
  const best = useMemo(() => {
    let found: { row: number; column: number; value: number } | null = null;
    values.forEach((row, y) => {
      row.forEach((value, x) => {
        if (value !== null && isWhole(week[y]?.[x]) && value > (found?.value ?? 0))
          found = { row: y, column: x, value };
      });
    });
    return found as { row: number; column: number; value: number } | null;
  }, [values, week]);
  const selected = picked ?? (best ? { row: best.row, column: best.column } : null);
  const place = (row: number, column: number) => `${format.weekday(row)} ${String(column).padStart(2, "0")}:00`;
  const cells = values.map((row, y) =>
    row.map((value, x): HeatCell => ({ value, text: t("heat.cell", { place: place(y, x), value: write(value) }) })),
  );
  const mean = known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
  const topOf = (row: number, column: number) =>
    scale === "row"
      ? Math.max(0, ...(values[row] ?? []).map((value) => value ?? 0))
      : scale === "column"
        ? Math.max(0, ...values.map((line) => line[column] ?? 0))
        : max;
  const value = selected ? (values[selected.row]?.[selected.column] ?? null) : null;
  const cell = selected ? week[selected.row]?.[selected.column] : undefined;
  return (
    <LoadedPanel
      title={t("heat.week", { name: t(LABELS[measure]) })}
      note={measure === "failureRate" ? null : t("heat.mean")}
      loaded={asked}
      reading={t("usage.reading")}
      failed={t("usage.failed")}
      lines={7}
    >
      {({ answer }) =>
        /* A map of zeros would only hide that there is nothing. */ answer.rows.length === 0 ? (
          <Empty title={t("models.none")}>{t("usage.noneText")}</Empty>
        ) : (
          <>
            <Heatmap
              label={t("heat.week", { name: t(LABELS[measure]) })}
              rows={HOURS.slice(0, 7).map((row) => format.weekday(row))}
              columns={HOURS.map((hour) => (hour % 6 === 0 ? String(hour).padStart(2, "0") : ""))}
              cells={cells}
              max={topOf}
              maxText={scale === "all" ? write(max) : t("heat.most")}
              zeroText={write(0)}
              failures={measure === "failureRate"}
              selected={selected}
              onSelect={(row, column) => setPicked({ row, column })}
            />
            {selected && cell ? (
              <p className={styles.sentence}>
                <b>{place(selected.row, selected.column)}</b>{" "}
                {isWhole(cell)
                  ? t("heat.sentence", { value: write(value), mean: write(mean), n: Math.round(cell.hours) })
                  : t("heat.notOver", { value: write(value), mean: write(mean) })}{" "}
                {best && best.row === selected.row && best.column === selected.column ? t("heat.highest") : null}
              </p>
            ) : null}
            {detailed && selected && asked.data ? (
              <CellDetail
                search={search}
                span={asked.data.span}
                row={selected.row}
                column={selected.column}
                measure={measure}
              />
            ) : null}
            {detailed && selected ? (
              <Highlights values={values} week={week} write={write} place={place} onPick={setPicked} />
            ) : null}
          </>
        )
      }
    </LoadedPanel>
  );
}

/** By what the requests of an hour are told apart. */
const AROUND = [
  { dimension: "model", field: "model", title: "usage.byModel" },
  { dimension: "key", field: "api_key", title: "usage.byKey" },
  { dimension: "provider", field: "provider", title: "usage.byProvider" },
] as const;

/** Who made the hour, and each time that it came. */
function CellDetail({
  search,
  span,
  row,
  column,
  measure,
}: {
  search: ViewSearch;
  span: Bounded;
  row: number;
  column: number;
  measure: Measure;
}) {
  const { t, format } = useI18n();
  const measured = useMeasure()(measure);
  const now = useNow(60_000);
  const view = carried(search);
  // The manager counts from Sunday.
  const within = { weekday: [String((row + 1) % 7)], hour_of_day: [String(column)] };
  const times = occurrences(span, format.timeZone, row, column).map((hour) =>
    partOf(hour, span, isOpenEnded(search, now)),
  );
  return (
    <>
      <p className={styles.dates}>
        {t("heat.requestsOf")}
        {times.map(({ from, to }) => (
          <ToRequests
            key={from}
            search={changed(view, { range: undefined, compare: undefined, from, to })}
            className={`link ${styles.step}`}
          >
            {format.date(from, now)}
          </ToRequests>
        ))}
      </p>
      <div className={styles.highlights}>
        {AROUND.map(({ dimension, field, title }) => (
          <Around
            key={dimension}
            view={view}
            dimension={dimension}
            field={field}
            title={t(title)}
            within={within}
            measure={measured}
          />
        ))}
      </div>
    </>
  );
}

const HIGHLIGHTS = 3;
const LEAST_CALLS = 5;

/** The strongest cells, and those where most fails. */
function Highlights({
  values,
  week,
  write,
  place,
  onPick,
}: {
  values: (number | null)[][];
  week: ReturnType<typeof weekOf>;
  write(value: number | null): string;
  place(row: number, column: number): string;
  onPick(cell: { row: number; column: number }): void;
}) {
  const { t, format } = useI18n();
  const all = values.flatMap((row, y) =>
    row.map((value, x) => ({
      row: y,
      column: x,
      value,
      failed: heatValue(week[y]?.[x], "failure_rate"),
      calls: week[y]?.[x]?.calls ?? 0,
    })),
  );
  const strongest = all
    .filter(({ row, column, value }) => (value ?? 0) > 0 && isWhole(week[row]?.[column]))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const risky = all
    .filter(({ calls, failed }) => calls >= LEAST_CALLS && (failed ?? 0) > 0)
    .sort((a, b) => (b.failed ?? 0) - (a.failed ?? 0));
  const list = (title: string, found: typeof all, text: (cell: (typeof all)[number]) => string) =>
    found.length === 0 ? null : (
      <section className={styles.around}>
        <h3>{title}</h3>
        <ul>
          {found.slice(0, HIGHLIGHTS).map((cell) => (
            <li key={`${cell.row} ${cell.column}`}>
              <button type="button" className={styles.pick} onClick={() => onPick(cell)}>
                <span>{place(cell.row, cell.column)}</span>
                <span className="grow" />
                <b>{text(cell)}</b>
              </button>
            </li>
          ))}
        </ul>
      </section>
    );
  return (
    <div className={styles.highlights}>
      {list(t("heat.strongest"), strongest, ({ value }) => write(value))}
      {list(t("heat.risky"), risky, ({ failed }) => format.share(failed, 1))}
    </div>
  );
}

function CalendarPanel({ search, measure }: { search: ViewSearch; measure: (typeof OFFERED)[number] }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const asked = useQuestion(search, { measures: [...HEAT_MEASURES] }, "day");
  const query = QUERY[measure];
  const measured = useMeasure()(measure);
  const write = useHeatMeasure(query);
  const [picked, setPicked] = useState<number | null>(null);
  const { data } = asked;
  const gaps = useGaps(data?.span);
  const days = useMemo(() => {
    if (!data) return [];
    const first = data.answer.rows.reduce((least, row) => Math.min(least, row.bucket_ms ?? least), data.span.to);
    return calendarOf({ from: Math.max(data.span.from, first), to: data.span.to }, format.timeZone);
  }, [data, format.timeZone]);
  const found = new Map((data?.answer.rows ?? []).map((row) => [row.bucket_ms, row]));
  const valueAt = (day: (typeof days)[number]): number | null => {
    const row = found.get(day.from);
    // A day without a row had no request, unless nothing was collected on it.
    if (!row) return gaps.some((gap) => gap.from <= day.from && gap.to >= day.to) ? null : 0;
    const of = (name: (typeof HEAT_MEASURES)[number]) => measureOf(row, name) ?? 0;
    if (query === "failure_rate") return of("calls") > 0 ? of("failures") / of("calls") : 0;
    return of(query);
  };
  const weeks = (days.at(-1)?.column ?? 0) + 1;
  const cells: (HeatCell | undefined)[][] = Array.from({ length: 7 }, () => new Array(weeks).fill(undefined));
  for (const day of days) {
    const value = valueAt(day);
    const row = cells[day.row];
    if (row)
      row[day.column] = { value, text: t("heat.cell", { place: format.date(day.from, now), value: write(value) }) };
  }
  const max = Math.max(0, ...days.map((day) => valueAt(day) ?? 0));
  const busiest = days.reduce<(typeof days)[number] | undefined>(
    (best, day) => ((valueAt(day) ?? 0) > (best ? (valueAt(best) ?? 0) : 0) ? day : best),
    undefined,
  );
  const day = days.find(({ from }) => from === picked) ?? busiest;
  // The first day of a range, and the last one, may not be whole: what is shown of them is what was counted.
  const view =
    day && data
      ? changed(carried(search), {
          range: undefined,
          compare: undefined,
          ...partOf(day, data.span, isOpenEnded(search, now)),
        })
      : undefined;
  const monthAt = (column: number) => {
    const first = days.find((each) => each.column === column);
    return first ? format.date(first.from, now) : "";
  };
  const every = Math.ceil(weeks / 6);
  return (
    <LoadedPanel
      title={t("heat.calendar", { name: t(LABELS[measure]) })}
      loaded={asked}
      reading={t("usage.reading")}
      failed={t("usage.failed")}
      lines={7}
    >
      {({ answer }) =>
        answer.rows.length === 0 ? (
          <Empty title={t("models.none")}>{t("usage.noneText")}</Empty>
        ) : (
          <>
            <Heatmap
              label={t("heat.calendar", { name: t(LABELS[measure]) })}
              rows={HOURS.slice(0, 7).map((row) => format.weekday(row))}
              columns={Array.from({ length: weeks }, (_, column) => (column % every === 0 ? monthAt(column) : ""))}
              cells={cells}
              max={max}
              maxText={write(max)}
              zeroText={write(0)}
              failures={measure === "failureRate"}
              selected={day ? { row: day.row, column: day.column } : null}
              onSelect={(row, column) =>
                setPicked(days.find((each) => each.row === row && each.column === column)?.from ?? null)
              }
              square
            />
            {day && view ? (
              <>
                <p className={styles.sentence}>
                  <b>{format.date(day.from, now)}</b> {write(valueAt(day))}{" "}
                  <ToRequests search={view} className={`link ${styles.step}`}>
                    {t("step.showRequests")} →
                  </ToRequests>
                </p>
                <Around view={view} dimension="model" field="model" title={t("usage.byModel")} measure={measured} />
                <Around view={view} dimension="key" field="api_key" title={t("usage.byKey")} measure={measured} />
              </>
            ) : null}
          </>
        )
      }
    </LoadedPanel>
  );
}
