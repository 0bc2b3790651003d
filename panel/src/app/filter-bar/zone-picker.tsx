import { useMemo, useState } from "react";
import { useI18n } from "../../i18n";
import { NARROW, useMedia } from "../../lib/media";
import { useNow } from "../../lib/now";
import { allZones, browserZone } from "../../lib/zone";
import { Icon } from "../../ui/icon";
import { Popover } from "../../ui/menu";
import styles from "./filter-bar.module.css";

const SHOWN = 60;

/** The zone of all times on all pages. Always in sight; a click changes it. */
export function ZonePicker() {
  const { t, format } = useI18n();
  const [open, setOpen] = useState(false);
  // Its name has no room there; it stands in the tooltip, in the list, and beside every custom range.
  const narrow = useMedia(NARROW);
  return (
    <Popover
      label={t("zone.label")}
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button
          type="button"
          className={styles.zone}
          title={narrow ? `${t("zone.label")}: ${format.timeZone}` : t("filter.zone")}
        >
          <span className="sr">{t("zone.label")}: </span>
          {narrow ? (
            <>
              <Icon name="zone" />
              <span className="sr">{format.timeZone}</span>
            </>
          ) : (
            format.timeZone
          )}
        </button>
      }
    >
      <ZoneList onChosen={() => setOpen(false)} />
    </Popover>
  );
}

export function ZoneList({ onChosen }: { onChosen?: () => void }) {
  const { t, format, setTimeZone, zoneChosen } = useI18n();
  const now = useNow(30_000);
  const [needle, setNeedle] = useState("");
  const zones = useMemo(allZones, []);
  const low = needle.trim().toLowerCase().replaceAll(" ", "_");
  const found = zones.filter((zone) => zone.toLowerCase().includes(low)).slice(0, SHOWN);
  const choose = (zone: string) => {
    setTimeZone(zone);
    onChosen?.();
  };
  return (
    <div>
      <div className={styles.menuSearch}>
        <Icon name="search" small />
        <input
          type="search"
          aria-label={t("zone.find")}
          placeholder={t("zone.find")}
          value={needle}
          onChange={(event) => setNeedle(event.target.value)}
        />
      </div>
      <div className={styles.options}>
        {low === "" ? (
          <button type="button" className={styles.option} aria-current={!zoneChosen} onClick={() => choose("")}>
            {t("zone.browser", { zone: browserZone() })}
          </button>
        ) : null}
        {found.map((zone) => (
          <button
            key={zone}
            type="button"
            className={styles.option}
            aria-current={zoneChosen && zone === format.timeZone}
            onClick={() => choose(zone)}
          >
            <span className={`${styles.value} cut`}>{zone.replaceAll("_", " ")}</span>
            <span className={styles.countText}>{clockIn(zone, now)}</span>
          </button>
        ))}
      </div>
      {found.length === 0 ? <p className={styles.menuNote}>{t("zone.none")}</p> : null}
    </div>
  );
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockIn(zone: string, at: number): string {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    clocks.set(zone, clock);
  }
  return clock.format(at);
}
