import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { statusQuery } from "../api/queries";
import { useI18n } from "../i18n";
import type { Bounded } from "../lib/range";
import type { ChartGap } from "../ui/chart";

/** Time of the span in which requests may be missing, for charts and for words. */
export function useGaps(span: Bounded | undefined): readonly ChartGap[] {
  const { t, format } = useI18n();
  const { data, dataUpdatedAt } = useQuery(statusQuery);
  const gaps = data?.gaps;
  const [from, to] = [span?.from, span?.to];
  // An open gap grows with time.
  const now = Math.floor(dataUpdatedAt / 60_000) * 60_000;
  return useMemo(() => {
    if (from === undefined || to === undefined) return [];
    return (gaps ?? [])
      .filter((gap) => gap.lossy)
      .map((gap) => ({ from: Math.max(from, gap.fromMs), to: Math.min(to, gap.toMs ?? now) }))
      .filter((gap) => gap.to > gap.from)
      .map((gap) => ({ ...gap, label: t("gaps.label", { time: format.span(gap.to - gap.from) }) }));
  }, [gaps, from, to, now, t, format]);
}
