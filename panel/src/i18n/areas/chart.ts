import type { Text } from "../texts";

export const chartEn = {
  "chart.cut": "begins outside of the range",
  "chart.howTo":
    "Use the arrow keys to read the chart, Enter to open the requests, Shift with an arrow to choose a span",
  "chart.inProgress": "in progress",
  "chart.legend": "Legend",
  "chart.missing": "{time} without records",
  "chart.noRecords": "No records",
  "chart.note": "Note",
  "chart.showChart": "Show as chart",
  "chart.showTable": "Show as table",
  "chart.span": "From",
  "chart.toggle": "Show or hide {name}",

  "heat.noRecords": "no records",
} as const satisfies Record<string, Text>;

export const chartZh: Record<keyof typeof chartEn, Text> = {
  "chart.cut": "部分在时间范围之外",
  "chart.howTo": "用方向键读取图表，Enter 打开请求，Shift 加方向键选择时段",
  "chart.inProgress": "进行中",
  "chart.legend": "图例",
  "chart.missing": "{time}无记录",
  "chart.noRecords": "无记录",
  "chart.note": "备注",
  "chart.showChart": "显示为图表",
  "chart.showTable": "显示为表格",
  "chart.span": "起始",
  "chart.toggle": "显示或隐藏 {name}",

  "heat.noRecords": "无记录",
};
