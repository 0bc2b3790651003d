import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { PreviewRequest, PriceTotal } from "../../api/price-types";
import { prices } from "../../api/prices";
import { useI18n } from "../../i18n";
import { Segmented } from "../../ui/button";
import { Panel, Skeleton } from "../../ui/panel";
import { Failed } from "../collector/failed";
import styles from "./prices.module.css";

const DAY = 86_400_000;
const SPANS = ["1d", "30d", "all"] as const;
type SpanName = (typeof SPANS)[number];
/** Typing is over when nothing was typed for this long. */
const PAUSE_MS = 350;

function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** What a total says: a lower bound while calls without a price are in it. */
export function Total({ total }: { total: PriceTotal }) {
  const { format } = useI18n();
  return (
    <>
      {total.unpriced_calls > 0 ? "≥ " : ""}
      {format.money(total.usd)}
    </>
  );
}

/** What the total becomes when this is saved, asked of the manager while it is typed. */
export type Change = Pick<PreviewRequest, "model" | "price" | "all_history">;

export function EffectPanel({ change }: { change: Change | null }) {
  const { t, format } = useI18n();
  const [span, setSpan] = useState<SpanName>("30d");
  const text = useSettled(change === null ? "" : JSON.stringify(change), PAUSE_MS);
  const preview = useQuery({
    queryKey: ["price-preview", text, span],
    queryFn: ({ signal }) => {
      const now = Date.now();
      const from_ms = span === "all" ? 0 : now - (span === "1d" ? 1 : 30) * DAY;
      // A price that holds from now on changes nothing of what was; the effect is shown as if it had held.
      const asked = { ...(JSON.parse(text) as Change), all_history: true };
      return prices.preview({ ...asked, from_ms, to_ms: now }, signal);
    },
    enabled: text !== "",
    staleTime: 10_000,
    placeholderData: (old) => old,
    retry: false,
  });
  const { data } = preview;
  const stale = preview.isPlaceholderData || (change !== null && JSON.stringify(change) !== text);
  return (
    <Panel
      title={t("effect.title")}
      actions={
        <Segmented<SpanName>
          label={t("effect.span")}
          value={span}
          options={[
            { value: "1d", label: t("effect.day") },
            { value: "30d", label: t("effect.month") },
            { value: "all", label: t("range.all") },
          ]}
          onChange={setSpan}
        />
      }
    >
      {change === null ? (
        <p className="mid">{t("effect.nothing")}</p>
      ) : preview.isError && !stale ? (
        <Failed error={preview.error} what={t("effect.unreadable")} onRetry={() => void preview.refetch()} />
      ) : data ? (
        <div className={stale ? styles.settling : undefined} aria-live="polite" aria-busy={stale}>
          <dl className={styles.totals}>
            <div>
              <dt>{t("effect.after")}</dt>
              <dd>
                <Total total={data.after} />
              </dd>
            </div>
            <div>
              <dt>{t("effect.before")}</dt>
              <dd>
                <Total total={data.before} />
              </dd>
            </div>
            <div>
              <dt>{t("effect.difference")}</dt>
              <dd>
                {data.difference_usd > 0 ? "+" : ""}
                {format.money(data.difference_usd)}
              </dd>
            </div>
          </dl>
          <p className={styles.help}>
            {t("effect.unpriced", { before: data.before.unpriced_calls, after: data.after.unpriced_calls })}
          </p>
          <p className={styles.help}>
            {data.before.calls === 0 ? t("effect.noCalls") : t("effect.over", { n: data.before.calls })}
            {change.all_history ? "" : ` ${t("effect.asIf")}`}
          </p>
        </div>
      ) : (
        <Skeleton lines={3} label={t("effect.computing")} />
      )}
    </Panel>
  );
}
