import type { QuotaWindow } from "../../api/types";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { Unknown } from "../../ui/tooltip";
import styles from "./drawer.module.css";

/** The quota windows that a provider told of: how long, how full, when they begin anew. */
export function QuotaWindows({ windows }: { windows: readonly QuotaWindow[] }) {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  return (
    <ul className={styles.timeline}>
      {windows.map((window, index) => {
        const used = window.used_percent ?? null;
        const reset = window.reset_at_ms ?? null;
        return (
          <li key={index}>
            <span>{window.window_minutes ? format.span(window.window_minutes * 60_000) : t("quota.window")}</span>
            <span className={styles.track}>
              {used === null ? null : (
                <i
                  className={used >= 100 ? styles.full : used >= 90 ? styles.high : styles.first}
                  style={{ left: 0, width: `${Math.min(100, Math.max(0, used))}%` }}
                />
              )}
            </span>
            <span className="num">
              {used === null ? <Unknown reason={t("quota.unknown")} /> : format.percent(used)}
              {reset === null ? null : (
                <span className="dim"> {t("quota.reset", { time: format.dateTime(reset, now, { short: true }) })}</span>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
