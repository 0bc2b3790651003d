export { type ChartProps, TimeChart } from "./chart";
export { type HeatCell, Heatmap } from "./heatmap";
export {
  CATEGORIES,
  type ChartColor,
  type ChartGap,
  type ChartMark,
  type ChartRow,
  type ChartSeries,
  type ChartSpec,
  meanOf,
  peakOf,
  stackOf,
} from "./model";
export { ChartPanel, ChartTable, type LegendItem } from "./panel";
export { Donut, InlineBar, Sparkline, Track } from "./svg";
export { Swatch, useSpanText } from "./tooltip";
