import { useCallback } from "react";
import { useI18n } from "../../i18n";
import type { Bucket } from "../../lib/buckets";
import styles from "./chart.module.css";
import { type ChartColor, type ChartRow, type ChartSpec, missingOf } from "./model";

export function Swatch({ color, line = false }: { color: ChartColor; line?: boolean }) {
  const className = `${styles.swatch} ${color === "others" ? styles.hollow : ""} ${line ? styles.line : ""}`;
  return <i className={className} style={color === "others" ? undefined : { background: `var(--${color})` }} />;
}

/** "23 Nov 16:30–17:00", as short as it can be said. */
export function useSpanText(): (bucket: Pick<Bucket, "from" | "to">, now: number) => string {
  const { format } = useI18n();
  return useCallback(
    ({ from, to }: Pick<Bucket, "from" | "to">, now: number) => {
      const whole = format.clock(from) === "00:00:00" && format.clock(to) === "00:00:00";
      if (whole) {
        const last = format.date(to - 1, now);
        return format.date(from, now) === last ? last : `${format.date(from, now)} – ${last}`;
      }
      const sameDay = format.date(from, now) === format.date(to - 1, now);
      const end = sameDay ? format.clock(to, { short: true }) : format.dateTime(to, now, { short: true });
      return `${format.dateTime(from, now, { short: true })}–${end}`;
    },
    [format],
  );
}

/** What stands beside a bucket: how much of it is missing, or not over yet. */
export function useNotes(): (bucket: Bucket, spec: ChartSpec, now: number) => string {
  const { t, format } = useI18n();
  return (bucket, spec, now) => {
    const missing = missingOf(bucket, spec.gaps ?? []);
    const notes: string[] = [];
    if (missing > 0) notes.push(t("chart.missing", { time: format.span(missing) }));
    if (bucket.partial) {
      const at = spec.readAt ?? now;
      notes.push(bucket.to > at && bucket.from <= at ? t("chart.inProgress") : t("chart.cut"));
    }
    return notes.join(" · ");
  };
}

function total(row: ChartRow, index: number): number | null {
  const known = row.series.map(({ values }) => values[index] ?? null).filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) : null;
}

/** A bucket in words, for screen readers. */
export function useTooltipText(spec: ChartSpec): (index: number) => string {
  const spanText = useSpanText();
  const notes = useNotes();
  return (index) => {
    const bucket = spec.buckets[index];
    if (!bucket) return "";
    const now = Date.now();
    const values = spec.rows.flatMap((row) => [
      ...row.series.map((series) => `${series.label} ${row.format(series.values[index] ?? null)}`),
      ...(row.total && row.series.length > 1 ? [`${row.total} ${row.format(total(row, index))}`] : []),
    ]);
    return [spanText(bucket, now), ...values, notes(bucket, spec, now)].filter(Boolean).join(", ");
  };
}

export function ChartTooltip({
  spec,
  index,
  now,
  left,
  room,
}: {
  spec: ChartSpec;
  index: number;
  now: number;
  left: number;
  room: number;
}) {
  const { format } = useI18n();
  const spanText = useSpanText();
  const notes = useNotes();
  const bucket = spec.buckets[index];
  if (!bucket) return null;
  const note = notes(bucket, spec, now);
  // Beside the crosshair, on the side that has more room.
  const onLeft = left > room / 2;
  return (
    <div
      className={styles.tooltip}
      style={onLeft ? { right: room - left + 10 } : { left: left + 10 }}
      aria-hidden="true"
    >
      <b>
        {spanText(bucket, now)} <span className="dim">{format.timeZone}</span>
      </b>
      {spec.rows.map((row) => (
        <div key={row.id}>
          {(row.kind === "bars" ? [...row.series].reverse() : row.series).map((series) => (
            <div key={series.id} className={styles.tipRow}>
              {row.series.length > 1 ? <Swatch color={series.color} line={row.kind === "lines"} /> : null}
              <span className="cut">{series.label}</span>
              <b>{row.format(series.values[index] ?? null)}</b>
            </div>
          ))}
          {row.total && row.series.length > 1 ? (
            <div className={`${styles.tipRow} ${styles.tipTotal}`}>
              <span>{row.total}</span>
              <b>{row.format(total(row, index))}</b>
            </div>
          ) : null}
        </div>
      ))}
      {note ? <div className="dim">{note}</div> : null}
    </div>
  );
}
