import type { ComponentProps } from "react";
import { useI18n } from "../i18n";
import { Metric } from "../ui/metrics";
import { CostBase, Money } from "./change";

type Cost = (measure: "cost" | "unpriced_calls") => number | null;

/** The cost of a range beside that of another, and what of either has no price. */
export function CostMetric({
  now,
  base,
  basis,
  link,
}: { now: Cost; base: Cost } & Required<
  Pick<ComponentProps<typeof CostBase>, "basis"> & Pick<ComponentProps<typeof Metric>, "link">
>) {
  const { t } = useI18n();
  const unpriced = now("unpriced_calls") ?? 0;
  return (
    <Metric
      label={t("figures.cost")}
      value={<Money value={now("cost")} unpriced={unpriced} />}
      base={
        <CostBase
          value={now("cost")}
          base={base("cost")}
          unpriced={unpriced}
          baseUnpriced={base("unpriced_calls") ?? 0}
          basis={basis}
        />
      }
      link={link}
    />
  );
}
