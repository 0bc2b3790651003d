import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { PriceChange, PriceTotal } from "../../api/price-types";
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
      {format.money(total.cost)}
    </>
  );
}

/** What the total becomes when this is saved, asked of the manager while it is typed. */
export function EffectPanel({ changes }: { changes: PriceChange[] | null }) {
  const { t, format } = useI18n();
  const [span, setSpan] = useState<SpanName>("30d");
  const text = useSettled(changes === null ? "" : JSON.stringify(changes), PAUSE_MS);
  const preview = useQuery({
    queryKey: ["price-preview", text, span],
    queryFn: ({ signal }) => {
      const now = Date.now();
      const from = span === "all" ? undefined : now - (span === "1d" ? 1 : 30) * DAY;
      return prices.preview({ changes: JSON.parse(text) as PriceChange[], from_ms: from }, signal);
    },
    enabled: text !== "",
    staleTime: 10_000,
    placeholderData: (old) => old,
    retry: false,
  });
  const { data } = preview;
  const stale = preview.isPlaceholderData || (changes !== null && JSON.stringify(changes) !== text);
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
      {changes === null ? (
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
                {data.after.cost > data.before.cost ? "+" : ""}
                {format.money(data.after.cost - data.before.cost)}
              </dd>
            </div>
          </dl>
          <p className={styles.help}>
            {t("effect.unpriced", { before: data.before.unpriced_calls, after: data.after.unpriced_calls })}
          </p>
          {data.models.length > 0 ? (
            <ul className={styles.effects}>
              {data.models.slice(0, 8).map((model) => (
                <li key={model.model}>
                  <span className="cut" title={model.model}>
                    {model.model}
                  </span>
                  <span className="num dim">{t("effect.calls", { n: model.calls })}</span>
                  <span className="num">
                    {model.before_unpriced > 0 && model.before === 0 ? "—" : format.money(model.before)}
                    <span aria-hidden="true"> → </span>
                    <span className="sr"> {t("effect.becomes")} </span>
                    {format.money(model.after)}
                  </span>
                </li>
              ))}
            </ul>
          ) : (
            <p className={styles.help}>{t("effect.noCalls")}</p>
          )}
        </div>
      ) : (
        <Skeleton lines={3} label={t("effect.computing")} />
      )}
    </Panel>
  );
}
