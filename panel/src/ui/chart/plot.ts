/** The only file that knows uPlot. It draws one row: axes and lines by uPlot, bars, gaps and marks on the same canvas. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Tick } from "../../lib/buckets";
import { type ChartColor, type ChartRow, type ChartSpec, cutsOf, splitsOf, stackOf, withBreaks } from "./model";

export interface PlotInput {
  spec: ChartSpec;
  row: ChartRow;
  ticks: readonly Tick[];
  tickLabel(tick: Tick): string;
  axisLabel(value: number): string;
  /** The time axis stands under the last row only. */
  last: boolean;
  /** Words stand in the first row only. */
  first: boolean;
}

export interface Plot {
  update(input: PlotInput): void;
  redraw(): void;
  /** Left edge and width of the plot area in px of the element. */
  area(): { left: number; width: number };
  destroy(): void;
}

export const AXIS_WIDTH = 46;
const AXIS_HEIGHT = 22;
const TOP = 6;
const RIGHT = 16;
const HATCH_STEP = 6;
/** A narrower gap has no room for words; its bar says how long it is. */
const WORDED_PX = 6;
/** Half the width of the mark where something goes beyond the axis. */
const CUT_PX = 4;
const DASHES = [[], [], [], [], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4]];

/** What the style sheet says at this moment: themes change. */
function role(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function font(size = 11, weight = 400): string {
  return `${weight} ${size}px ${role("font-sans")}`;
}

function fillOf(color: ChartColor): string {
  return role(color === "others" ? "inset" : color);
}

export function canDraw(): boolean {
  return typeof CanvasRenderingContext2D !== "undefined";
}

export function createPlot(element: HTMLElement, input: PlotInput): Plot {
  let current = input;
  let drawn = uplotFor(element, current);
  const resize = new ResizeObserver(() => {
    const width = Math.floor(element.clientWidth);
    if (width > 0 && width !== drawn.width) drawn.setSize({ width, height: heightOf(current) });
  });
  resize.observe(element);
  const shape = (each: PlotInput) =>
    JSON.stringify([each.row.kind, each.row.height, each.last, each.row.series.map(({ id, color }) => [id, color])]);
  return {
    update(next) {
      const same = shape(next) === shape(current);
      current = next;
      if (same) {
        inputs.set(drawn, next);
        drawn.setData(dataOf(next));
        // Labels change also where the scale does not.
        drawn.redraw(false, true);
      } else {
        drawn.destroy();
        drawn = uplotFor(element, next);
      }
    },
    redraw: () => drawn.redraw(false, true),
    area: () => ({ left: drawn.bbox.left / devicePixelRatio, width: drawn.bbox.width / devicePixelRatio }),
    destroy() {
      resize.disconnect();
      drawn.destroy();
    },
  };
}

const inputs = new WeakMap<uPlot, PlotInput>();

/** The lowest label of the axis hangs over the base line by half its height. */
const OVERHANG = 7;

function heightOf({ row, last }: PlotInput): number {
  return row.height + TOP + (last ? AXIS_HEIGHT : OVERHANG);
}

function dataOf({ spec, row }: PlotInput): uPlot.AlignedData {
  const middle = spec.buckets.map(({ from, to }) => (from + to) / 2);
  return [middle, ...row.series.map(({ values }) => withBreaks(spec, values))] as uPlot.AlignedData;
}

function uplotFor(element: HTMLElement, input: PlotInput): uPlot {
  const of = (u: uPlot) => inputs.get(u) ?? input;
  const options: uPlot.Options = {
    width: Math.max(50, Math.floor(element.clientWidth)),
    height: heightOf(input),
    padding: [TOP, RIGHT, input.last ? 0 : OVERHANG, 0],
    legend: { show: false },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: {
        time: false,
        range: (u) => {
          const { buckets } = of(u).spec;
          return [buckets[0]?.from ?? 0, buckets.at(-1)?.to ?? 1];
        },
      },
      y: {
        range: (u) => {
          const { spec, row } = of(u);
          return [0, splitsOf(row, spec.buckets).at(-1) ?? 1];
        },
      },
    },
    axes: [
      {
        scale: "x",
        show: input.last,
        size: AXIS_HEIGHT,
        gap: 3,
        font: font(),
        stroke: () => role("ink-3"),
        splits: (u) => of(u).ticks.map(({ at }) => at),
        values: (u, splits) => {
          const { ticks, tickLabel } = of(u);
          return splits.map((at) => {
            const tick = ticks.find((each) => each.at === at);
            return tick ? tickLabel(tick) : "";
          });
        },
        grid: { show: false },
        ticks: { size: 4, width: 1, stroke: () => role("border-strong") },
      },
      {
        scale: "y",
        size: AXIS_WIDTH,
        gap: 5,
        font: font(),
        stroke: () => role("ink-3"),
        splits: (u) => splitsOf(of(u).row, of(u).spec.buckets),
        values: (u, splits) => splits.map((value) => of(u).axisLabel(value)),
        grid: { width: 1, stroke: () => role("border") },
        ticks: { show: false },
      },
    ],
    series: [
      {},
      ...input.row.series.map(({ color }, index): uPlot.Series => {
        const lines = input.row.kind === "lines";
        return {
          scale: "y",
          show: lines,
          stroke: () => role(color === "others" ? "ink-3" : color),
          width: 1.5,
          dash: DASHES[index] ?? [],
          points: { show: true, size: 4, filter: (u, at) => alone(u, at) },
          spanGaps: false,
        };
      }),
    ],
    hooks: {
      drawAxes: [(u) => drawGaps(u, of(u))],
      draw: [
        (u) => {
          if (of(u).row.kind === "bars") drawBars(u, of(u));
          drawBase(u);
          drawMarks(u, of(u));
          drawCuts(u, of(u));
        },
      ],
    },
  };
  const plot = new uPlot(options, dataOf(input), element);
  inputs.set(plot, input);
  return plot;
}

/** Values between two unknown ones have no line; they are shown as points. */
function alone(u: uPlot, series: number): number[] {
  const values = u.data[series] ?? [];
  const found: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    if (values[index] != null && values[index - 1] == null && values[index + 1] == null) found.push(index);
  }
  return found;
}

function clipped(u: uPlot, draw: (context: CanvasRenderingContext2D, pixel: number) => void): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height);
  ctx.clip();
  draw(ctx, devicePixelRatio);
  ctx.restore();
}

function drawBars(u: uPlot, { spec, row }: PlotInput): void {
  const tops = stackOf(row.series, spec.buckets.length);
  const seam = role("surface");
  const colors = row.series.map(({ color }) => ({
    fill: fillOf(color),
    line: role(color === "others" ? "ink-3" : color),
    hollow: color === "others",
  }));
  clipped(u, (context, pixel) => {
    // A bar that is beyond the axis is cut at its top.
    context.beginPath();
    context.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    context.clip();
    const base = u.valToPos(0, "y", true);
    const each = u.bbox.width / Math.max(1, spec.buckets.length);
    const outlined = each >= 4 * pixel;
    for (const [index, bucket] of spec.buckets.entries()) {
      const left = u.valToPos(bucket.from, "x", true);
      const right = u.valToPos(bucket.to, "x", true);
      // One pixel of air between bars, as long as they have room for it.
      const air = right - left > 4 * pixel ? pixel : 0;
      const [x, width] = [Math.round(left) + air / 2, Math.max(pixel, Math.round(right) - Math.round(left) - air)];
      for (const [at, color] of colors.entries()) {
        const below = at === 0 ? 0 : (tops[at - 1]?.[index] ?? 0);
        const above = tops[at]?.[index] ?? 0;
        if (above <= below) continue;
        const [y0, y1] = [u.valToPos(below, "y", true), u.valToPos(above, "y", true)];
        context.fillStyle = color.fill;
        context.globalAlpha = bucket.partial ? 0.45 : 1;
        context.fillRect(x, y1, width, y0 - y1);
        context.globalAlpha = 1;
        // All bars of a chart are outlined, or none: their widths differ by a pixel.
        if (color.hollow && outlined && y0 - y1 > 2 * pixel) {
          context.strokeStyle = color.line;
          context.lineWidth = pixel;
          context.strokeRect(x + pixel / 2, y1 + pixel / 2, width - pixel, y0 - y1 - pixel);
        } else if (color.hollow && y0 - y1 > 2 * pixel) {
          // Too narrow for a frame: its top alone still tells where the bar ends.
          context.fillStyle = color.line;
          context.fillRect(x, y1, width, pixel);
        }
        if (at > 0) {
          context.fillStyle = seam;
          context.fillRect(x, y0 - 0.375 * pixel, width, 0.75 * pixel);
        }
      }
      if (bucket.partial) outline(context, pixel, x, u.valToPos(tops.at(-1)?.[index] ?? 0, "y", true), width, base);
    }
  });
}

function outline(
  context: CanvasRenderingContext2D,
  pixel: number,
  x: number,
  top: number,
  width: number,
  base: number,
) {
  if (base - top < 2 * pixel) return;
  context.strokeStyle = role("border-strong");
  context.lineWidth = pixel;
  context.setLineDash([2 * pixel, 2 * pixel]);
  context.strokeRect(x + pixel / 2, top + pixel / 2, width - pixel, base - top - pixel);
  context.setLineDash([]);
}

function drawBase(u: uPlot): void {
  const { ctx, bbox } = u;
  ctx.fillStyle = role("border-strong");
  ctx.fillRect(bbox.left, Math.round(bbox.top + bbox.height) - devicePixelRatio, bbox.width, devicePixelRatio);
}

function drawGaps(u: uPlot, { spec, first }: PlotInput): void {
  const gaps = spec.gaps ?? [];
  if (gaps.length === 0) return;
  clipped(u, (context, pixel) => {
    const color = role("hatch");
    context.strokeStyle = color;
    context.lineWidth = pixel;
    for (const gap of gaps) {
      const left = Math.round(u.valToPos(gap.from, "x", true));
      const width = Math.max(2 * pixel, Math.round(u.valToPos(gap.to, "x", true)) - left);
      const { top, height } = u.bbox;
      context.save();
      context.beginPath();
      context.rect(left, top, width, height);
      context.clip();
      context.beginPath();
      for (let x = left - height; x < left + width; x += HATCH_STEP * pixel) {
        context.moveTo(x, top + height);
        context.lineTo(x + height, top);
      }
      context.stroke();
      context.restore();
      context.strokeRect(left + pixel / 2, top + pixel / 2, width - pixel, height - pixel);
      if (first && width >= WORDED_PX * pixel) word(u, context, pixel, gap.label, left + width, left, "ink-2", 400);
    }
  });
}

function drawMarks(u: uPlot, { spec, first }: PlotInput): void {
  clipped(u, (context, pixel) => {
    for (const mark of spec.marks ?? []) {
      const x = Math.round(u.valToPos(mark.at, "x", true)) + pixel / 2;
      context.strokeStyle = role("bad");
      context.lineWidth = pixel;
      context.setLineDash([3 * pixel, 2 * pixel]);
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, u.bbox.top + u.bbox.height);
      context.stroke();
      context.setLineDash([]);
      if (first) word(u, context, pixel, mark.label, x, x, "bad", 600);
    }
  });
}

/** What goes beyond the axis has its mark there, and its figure. */
function drawCuts(u: uPlot, { spec, row }: PlotInput): void {
  clipped(u, (context, pixel) => {
    for (const { index, value } of cutsOf(row, spec.buckets)) {
      const bucket = spec.buckets[index];
      if (!bucket) continue;
      const x = u.valToPos((bucket.from + bucket.to) / 2, "x", true);
      const half = CUT_PX * pixel;
      context.fillStyle = role("ink");
      context.beginPath();
      context.moveTo(x, u.bbox.top - half);
      context.lineTo(x + half, u.bbox.top + half);
      context.lineTo(x - half, u.bbox.top + half);
      context.fill();
      word(u, context, pixel, row.format(value), x + half, x - half, "ink", 600);
    }
  });
}

/** A word beside a place: right of it, or left where the right has no room. */
function word(
  u: uPlot,
  context: CanvasRenderingContext2D,
  pixel: number,
  text: string,
  right: number,
  left: number,
  color: string,
  weight: number,
): void {
  context.font = `${weight} ${11 * pixel}px ${role("font-sans")}`;
  context.textBaseline = "top";
  const width = context.measureText(text).width;
  const fits = right + width + 8 * pixel < u.bbox.left + u.bbox.width;
  context.textAlign = fits ? "left" : "right";
  // Words must stay readable over bars.
  const x = fits ? right + 2 * pixel : left - 2 * pixel - width - 4 * pixel;
  context.fillStyle = role("surface");
  context.fillRect(x, u.bbox.top, width + 4 * pixel, 13 * pixel);
  context.fillStyle = role(color);
  context.fillText(text, fits ? right + 4 * pixel : left - 4 * pixel, u.bbox.top + pixel);
}
