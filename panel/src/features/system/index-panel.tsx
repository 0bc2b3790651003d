import type { IndexState, Storage } from "../../api/manage-types";
import { type Key, useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { Definitions, Panel } from "../../ui/panel";
import { type State, Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import styles from "./system.module.css";

const STATES: Record<IndexState, { state: State; word: Key }> = {
  ready: { state: "ok", word: "index.ready" },
  building: { state: "unknown", word: "index.building" },
  rebuilding: { state: "unknown", word: "index.rebuilding" },
  off: { state: "unknown", word: "index.off" },
  failed: { state: "bad", word: "index.failed" },
};

/** The columns that answer analytics. They are a cache: deleted, they come back by themselves. */
export function IndexPanel({ index }: { index: Storage["index"] }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const shown = STATES[index.state] ?? { state: "unknown" as const, word: "index.off" as const };
  const progress = index.progress ?? null;
  const bytes = (value: number | null | undefined, reason: Key) =>
    (value ?? null) === null ? <Unknown reason={t(reason)} /> : format.bytes(Math.round(value ?? 0));
  return (
    <Panel title={t("index.title")} note={t("index.note")}>
      {progress === null ? null : (
        <div className={styles.progress}>
          <progress value={progress} max={1} aria-label={t("index.progress")} />
          <span className="num">{format.share(progress, 0)}</span>
        </div>
      )}
      <Definitions
        items={[
          {
            name: t("collector.state"),
            value: (
              <>
                <Status state={shown.state}>{t(shown.word)}</Status> {index.reason ? <code>{index.reason}</code> : null}
              </>
            ),
          },
          {
            name: t("index.requests"),
            value: (
              <>
                {format.count(index.events)}
                {index.behind_events > 0 ? (
                  <>
                    {" "}
                    <Status state="warn">{t("index.behind", { n: index.behind_events })}</Status>
                  </>
                ) : null}
              </>
            ),
          },
          { name: t("index.size"), value: format.bytes(index.bytes) },
          { name: t("storage.perRequest"), value: bytes(index.bytes_per_event, "storage.noRequests") },
          { name: t("index.memory"), value: bytes(index.memory_bytes, "index.noMemory") },
          { name: t("index.segments"), value: format.count(index.segments) },
          {
            name: t("index.built"),
            value:
              (index.built_at_ms ?? null) === null ? (
                <Unknown reason={t("index.neverBuilt")} />
              ) : (
                format.dateTime(index.built_at_ms, now)
              ),
          },
        ]}
      />
    </Panel>
  );
}
