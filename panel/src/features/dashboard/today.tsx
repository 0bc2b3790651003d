import { useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import type { HealthPoint } from "../../api/analytics-types";
import { loadedOf } from "../../app/data";
import { LoadedPanel } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { countFilters, type ViewSearch } from "../../lib/view";
import { startOf } from "../../lib/zone";
import { type HeatCell, Heatmap } from "../../ui/chart";
import { Status } from "../../ui/status";
import styles from "./dashboard.module.css";
import { todayQuery } from "./questions";
import { HOURS, PER_HOUR, slotsOf } from "./today-slots";

const HOUR_NAMES = Array.from({ length: HOURS }, (_, hour) => String(hour).padStart(2, "0"));
const SLOT_MS = 600_000;
const WORST_FIRST = ["bad", "warn", "ok"] as const;
const STATES: Readonly<Record<string, HeatCell["state"]>> = { good: "ok", warn: "warn", bad: "bad" };

/** The day so far in slots of ten minutes, over all requests: which of them went wrong. */
export function Today({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const [selected, setSelected] = useState<{ row: number; column: number; day: number } | null>(null);
  const start = startOf("day", useNow(30_000), format.timeZone);
  const asked = loadedOf(useQuery(todayQuery(start, format.timeZone)));
  const timeline = asked.data?.today_request_health_timeline;
  const slots = slotsOf(timeline?.points ?? [], start, format.timeZone);
  /** Two where the clock is set back. */
  const at = (row: number, column: number) => (slots[row]?.[column] ?? []).filter(({ future }) => !future);
  const words = (point: HealthPoint) => {
    const span = `${format.clock(point.bucket_ms, { short: true })}–${format.clock(point.bucket_ms + SLOT_MS, { short: true })}`;
    return point.calls === 0
      ? t("today.slotEmpty", { span })
      : t("today.slot", { span, n: point.calls, failed: point.failure, share: format.share(point.success_rate, 1) });
  };
  const cells = Array.from({ length: PER_HOUR }, (_, row) =>
    Array.from({ length: HOURS }, (__, column): HeatCell | undefined => {
      const points = at(row, column);
      if (points.length === 0) return undefined;
      const state = WORST_FIRST.find((each) => points.some(({ tone }) => STATES[tone] === each));
      return {
        value: points.reduce((sum, { calls }) => sum + calls, 0),
        text: points.map(words).join(" · "),
        ...(state ? { state } : {}),
      };
    }),
  );
  const chosen = selected?.day === start ? selected : null;
  const open = chosen ? at(chosen.row, chosen.column) : [];
  return (
    <LoadedPanel
      title={t("today.title")}
      note={
        timeline && timeline.total_calls > 0
          ? t("today.note", { n: timeline.total_calls, share: format.share(timeline.success_rate, 1) })
          : null
      }
      loaded={asked}
      reading={t("today.reading")}
      failed={t("today.failed")}
    >
      {() => (
        <>
          <Heatmap
            label={t("today.label")}
            rows={Array.from({ length: PER_HOUR }, (_, row) => `:${row}0`)}
            columns={HOUR_NAMES.map((name, hour) => (hour % 3 === 0 ? name : ""))}
            columnNames={HOUR_NAMES}
            cells={cells}
            selected={chosen}
            onSelect={(row, column) => setSelected({ row, column, day: start })}
            legend={
              <p className={styles.legend}>
                <span className={styles.key}>
                  <i style={{ background: "var(--ok-weak)" }} />
                  {t("today.good")}
                </span>
                <Status state="warn">{t("today.warn")}</Status>
                <Status state="bad">{t("today.bad")}</Status>
                {countFilters(search) > 0 ? <span className="dim">{t("today.unfiltered")}</span> : null}
              </p>
            }
          />
          <p className={styles.slot} aria-live="polite">
            {open.map((point) => (
              <Fragment key={point.bucket_ms}>
                {words(point)}{" "}
                <ToRequests
                  search={{
                    from: point.bucket_ms,
                    to: point.bucket_ms + SLOT_MS,
                    ...(point.failure > 0 ? { status: "failed" } : {}),
                  }}
                  className="link"
                >
                  {t(point.failure > 0 ? "today.showFailed" : "step.showRequests")} →
                </ToRequests>{" "}
              </Fragment>
            ))}
            {open.length === 0 ? <span className="dim">{t("today.choose")}</span> : null}
          </p>
        </>
      )}
    </LoadedPanel>
  );
}
