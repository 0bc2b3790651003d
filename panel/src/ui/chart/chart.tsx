import { useCallback, useEffect, useId, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useI18n } from "../../i18n";
import { type Bucket, bucketIndex, ticksOf } from "../../lib/buckets";
import { useNow } from "../../lib/now";
import styles from "./chart.module.css";
import { crosshair } from "./crosshair";
import type { ChartRow, ChartSpec } from "./model";
import { AXIS_WIDTH, canDraw, createPlot, type Plot, type PlotInput } from "./plot";
import { ChartTooltip, useTooltipText } from "./tooltip";

const TICK_ROOM_PX = 76;
/** A shorter movement is a click. */
const BRUSH_PX = 4;

export interface ChartProps {
  /** What the chart shows, for screen readers. */
  label: string;
  spec: ChartSpec;
  /** A brush across the chart: the time range should become this one. */
  onZoom?(span: { from: number; to: number }): void;
  /** A click on a bucket, or Enter. */
  onOpen?(bucket: Bucket): void;
}

/** Charts above each other with one time axis, one crosshair, one tooltip. */
export function TimeChart({ label, spec, onZoom, onOpen }: ChartProps) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const id = useId();
  const { buckets, rows } = spec;
  const frame = useRef<HTMLDivElement>(null);
  const area = useRef({ left: AXIS_WIDTH, width: 1 });
  const [width, setWidth] = useState(0);
  const [active, setActive] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const [brushing, setBrushing] = useState(false);
  const pressed = useRef<{ x: number; index: number } | null>(null);
  const shared = useSyncExternalStore(crosshair.subscribe, crosshair.get);
  const span = useMemo(() => ({ from: buckets[0]?.from ?? 0, to: buckets.at(-1)?.to ?? 1 }), [buckets]);
  const ticks = useMemo(
    () => ticksOf(span, format.timeZone, Math.max(2, Math.floor(width / TICK_ROOM_PX))),
    [span, format.timeZone, width],
  );
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // A chart that goes, for example because its bar was opened, takes its moment along.
  useEffect(
    () => () => {
      if (crosshair.get()?.owner === id) crosshair.set(null);
    },
    [id],
  );
  const current = active !== null && active < buckets.length ? active : null;
  const show = useCallback(
    (index: number | null) => {
      setActive(index);
      const bucket = index === null ? undefined : buckets[index];
      crosshair.set(bucket ? { at: (bucket.from + bucket.to) / 2, owner: id } : null);
    },
    [buckets, id],
  );
  const indexAt = (clientX: number): number | null => {
    const box = frame.current?.getBoundingClientRect();
    if (!box) return null;
    const share = (clientX - box.left - area.current.left) / area.current.width;
    if (share < 0 || share > 1) return null;
    const index = bucketIndex(buckets, Math.min(span.to - 1, span.from + share * (span.to - span.from)));
    return index < 0 ? null : index;
  };
  const position = (at: number) => area.current.left + ((at - span.from) / (span.to - span.from)) * area.current.width;
  const chosen = (one: number, other: number) => {
    const [first, last] = [buckets[Math.min(one, other)], buckets[Math.max(one, other)]];
    return first && last ? { from: first.from, to: last.to } : undefined;
  };
  const zoom = (one: number, other: number) => {
    const wanted = chosen(one, other);
    setAnchor(null);
    setBrushing(false);
    show(null);
    if (wanted && onZoom) onZoom(wanted);
  };
  const open = (index: number) => {
    const bucket = buckets[index];
    if (bucket) onOpen?.(bucket);
  };
  const text = useTooltipText(spec);
  const brush =
    anchor !== null && current !== null && (brushing || anchor !== current) ? chosen(anchor, current) : undefined;
  const crossAt = shared === null ? null : bucketIndex(buckets, shared.at);
  const crossBucket = crossAt === null || crossAt < 0 ? undefined : buckets[crossAt];

  return (
    <div
      ref={frame}
      className={styles.chart}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, buckets.length - 1)}
      aria-valuenow={current ?? 0}
      aria-valuetext={current === null ? t("chart.howTo") : text(current)}
      onPointerMove={(event) => {
        const index = indexAt(event.clientX);
        const start = pressed.current;
        if (start && Math.abs(event.clientX - start.x) > BRUSH_PX && onZoom) {
          if (!brushing) {
            event.currentTarget.setPointerCapture(event.pointerId);
            setBrushing(true);
            setAnchor(start.index);
          }
          if (index !== null) show(index);
          return;
        }
        if (event.pointerType === "mouse") show(index);
      }}
      onPointerDown={(event) => {
        const index = indexAt(event.clientX);
        if (event.button !== 0 || event.pointerType !== "mouse" || index === null) return;
        pressed.current = { x: event.clientX, index };
      }}
      onPointerUp={(event) => {
        const index = indexAt(event.clientX);
        const start = pressed.current;
        pressed.current = null;
        if (brushing && anchor !== null && current !== null) zoom(anchor, current);
        else if (start && index !== null) open(index);
        else if (event.pointerType !== "mouse" && index !== null) {
          // The first tap tells, the second one opens.
          if (index === current) open(index);
          else show(index);
        }
      }}
      onPointerCancel={() => {
        pressed.current = null;
        setBrushing(false);
        setAnchor(null);
      }}
      onPointerLeave={() => {
        if (!brushing && document.activeElement !== frame.current) show(null);
      }}
      onBlur={() => {
        setAnchor(null);
        show(null);
      }}
      onKeyDown={(event) => {
        const last = buckets.length - 1;
        const from = current ?? last;
        const moves: Record<string, number> = {
          ArrowLeft: current === null ? last : Math.max(0, from - 1),
          ArrowRight: current === null ? 0 : Math.min(last, from + 1),
          Home: 0,
          End: last,
          PageUp: Math.max(0, from - 10),
          PageDown: Math.min(last, from + 10),
        };
        const next = moves[event.key];
        if (next !== undefined) {
          if (event.shiftKey) setAnchor(anchor ?? from);
          else setAnchor(null);
          show(next);
        } else if (event.key === "Enter" && current !== null) {
          if (anchor !== null && anchor !== current) zoom(anchor, current);
          else open(current);
        } else if (event.key === "Escape" && current !== null) {
          setAnchor(null);
          show(null);
        } else return;
        event.preventDefault();
      }}
    >
      {rows.map((row, index) => (
        <PlotRow
          key={row.id}
          spec={spec}
          row={row}
          ticks={ticks}
          now={now}
          first={index === 0}
          last={index === rows.length - 1}
          onArea={(found) => {
            area.current = found;
          }}
        />
      ))}
      {crossBucket ? (
        <i
          className={styles.crosshair}
          style={{ left: position((crossBucket.from + crossBucket.to) / 2) }}
          aria-hidden="true"
        />
      ) : null}
      {brush ? (
        <i
          className={styles.brush}
          style={{ left: position(brush.from), width: position(brush.to) - position(brush.from) }}
          aria-hidden="true"
        />
      ) : null}
      {current !== null && shared?.owner === id ? (
        <ChartTooltip spec={spec} index={current} now={now} left={position(middleOf(buckets[current]))} room={width} />
      ) : null}
    </div>
  );
}

function middleOf(bucket: Bucket | undefined): number {
  return bucket ? (bucket.from + bucket.to) / 2 : 0;
}

function PlotRow({
  spec,
  row,
  ticks,
  now,
  first,
  last,
  onArea,
}: Pick<PlotInput, "spec" | "row" | "ticks" | "first" | "last"> & {
  now: number;
  onArea(area: { left: number; width: number }): void;
}) {
  const { format } = useI18n();
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const report = useRef(onArea);
  report.current = onArea;
  const day = Math.floor(now / 86_400_000);
  const input = useMemo<PlotInput>(
    () => ({
      spec,
      row,
      ticks,
      first,
      last,
      tickLabel: (tick) => format.tick(tick.at, tick.kind, day * 86_400_000),
      axisLabel: format.axis[row.axis],
    }),
    [spec, row, ticks, first, last, format, day],
  );
  const latest = useRef(input);
  latest.current = input;
  useEffect(() => {
    if (!element.current || !canDraw()) return;
    const made = createPlot(element.current, latest.current);
    plot.current = made;
    report.current(made.area());
    const theme = new MutationObserver(() => made.redraw());
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "lang"] });
    return () => {
      theme.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => {
    plot.current?.update(input);
    if (plot.current) report.current(plot.current.area());
  }, [input]);
  const answer = typeof row.answer === "function" ? row.answer(row.series) : row.answer;
  return (
    <div className={styles.plotRow}>
      <div className={styles.plotHead} aria-hidden="true">
        <b>{row.title}</b>
        <span className="grow" />
        {answer ? <span>{answer}</span> : null}
      </div>
      <div ref={element} className={styles.plot} style={{ minHeight: row.height }} aria-hidden="true" />
    </div>
  );
}

export type { ChartRow, ChartSpec };
