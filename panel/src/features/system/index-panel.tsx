import type { ColumnIndex } from "../../api/manage-types";
import { type Key, useI18n } from "../../i18n";
import { sentence } from "../../i18n/refusals";
import { useNow } from "../../lib/now";
import { Definitions, Panel } from "../../ui/panel";
import { type State, Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import styles from "./system.module.css";

const STATES: Readonly<Record<string, { state: State; word: Key } | undefined>> = {
  ready: { state: "ok", word: "index.ready" },
  starting: { state: "unknown", word: "index.starting" },
  building: { state: "unknown", word: "index.building" },
  repairing: { state: "unknown", word: "index.repairing" },
  disk_full: { state: "bad", word: "database.diskFull" },
  failing: { state: "bad", word: "index.failing" },
  stopped: { state: "unknown", word: "index.stopped" },
};

/** The columns that answer analytics. They are a cache: deleted, they come back by themselves. */
export function IndexPanel({ index }: { index: ColumnIndex }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const shown = STATES[index.state];
  const missing = Math.max(0, index.eventsExpected - index.events);
  const done = index.eventsExpected > 0 ? index.events / index.eventsExpected : 1;
  return (
    <Panel title={t("index.title")} note={t("index.note")}>
      {missing > 0 ? (
        <div className={styles.progress}>
          <progress value={done} max={1} aria-label={t("index.progress")} />
          <span className="num">{format.share(done, 0)}</span>
        </div>
      ) : null}
      <Definitions
        items={[
          {
            name: t("collector.state"),
            value: (
              <>
                <Status state={shown?.state ?? "unknown"}>{shown ? t(shown.word) : index.state}</Status>{" "}
                {index.repricing ? <span className="dim">{t("index.repricing")}</span> : null}
                {index.error ? <span className="mid">{sentence(index.error)}</span> : null}
              </>
            ),
          },
          {
            name: t("index.requests"),
            value: (
              <>
                {format.count(index.events)}
                {missing > 0 ? (
                  <>
                    {" "}
                    <Status state="warn">{t("index.behind", { n: missing })}</Status>
                  </>
                ) : null}
              </>
            ),
          },
          { name: t("index.size"), value: format.bytes(index.diskBytes) },
          { name: t("index.text"), value: format.bytes(index.textBytes) },
          {
            name: t("storage.perRequest"),
            value:
              index.events > 0 && index.diskBytes > 0 ? (
                format.bytes(Math.round(index.diskBytes / index.events))
              ) : (
                <Unknown reason={t(index.events > 0 ? "index.inMemory" : "storage.noRequests")} />
              ),
          },
          { name: t("index.memory"), value: format.bytes(index.memoryBytes) },
          { name: t("index.segments"), value: format.count(index.segments) },
          {
            name: t("index.rebuilt"),
            value:
              (index.rebuiltAtMs ?? null) === null ? (
                <span className="dim">{t("index.neverRebuilt")}</span>
              ) : (
                <>
                  {format.dateTime(index.rebuiltAtMs, now)}{" "}
                  {index.rebuildReason ? <code>{index.rebuildReason}</code> : null}
                </>
              ),
          },
        ]}
      />
    </Panel>
  );
}
