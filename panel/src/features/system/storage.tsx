import type { ReactNode } from "react";
import type { Storage } from "../../api/manage-types";
import type { Database } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { Definitions, Panel } from "../../ui/panel";
import { type State, Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import { Failed } from "../collector/failed";

const DATABASE_WORDS: Readonly<Record<string, { state: State; word: Key } | undefined>> = {
  ok: { state: "ok", word: "database.ok" },
  checking: { state: "unknown", word: "database.checking" },
  unchecked: { state: "unknown", word: "database.unchecked" },
  disk_full: { state: "bad", word: "database.diskFull" },
  read_only: { state: "bad", word: "database.readOnly" },
  corrupt: { state: "bad", word: "database.corrupt" },
};

/** When the log was last moved into the database, and whether all of it. */
function CheckpointText({ database, now }: { database: Database; now: number }) {
  const { t, format } = useI18n();
  const { checkpoint } = database;
  if (checkpoint.executedAtMs <= 0) return <span className="dim">{t("database.noCheckpoint")}</span>;
  return (
    <>
      {format.ago(checkpoint.executedAtMs, now)}{" "}
      <span className="dim">
        {t("database.moved", {
          moved: format.count(checkpoint.checkpointedFrames),
          all: format.count(checkpoint.logFrames),
          time: format.duration(checkpoint.durationMs),
        })}
        {checkpoint.busy > 0 ? ` · ${t("database.busy")}` : ""}
      </span>
    </>
  );
}

/** How much is stored, how large it is, and how long the disk will do. */
export function StoragePanel({
  database,
  storage,
  error,
  onRetry,
}: {
  database: Database;
  storage: Storage | null;
  error: unknown;
  onRetry(): void;
}) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const shown = DATABASE_WORDS[database.state] ?? { state: "bad" as const, word: "database.error" as const };
  const items: { name: string; value: ReactNode }[] = [
    { name: t("collector.state"), value: <Status state={shown.state}>{t(shown.word)}</Status> },
    { name: t("database.file"), value: format.bytes(database.databaseBytes) },
    { name: t("database.wal"), value: format.bytes(database.walBytes) },
    { name: t("database.shm"), value: format.bytes(database.shmBytes) },
    { name: t("database.total"), value: format.bytes(database.totalBytes) },
    { name: t("database.limit"), value: format.bytes(database.journalSizeLimitBytes) },
    { name: t("database.checkpoint"), value: <CheckpointText database={database} now={now} /> },
  ];
  if (storage) {
    items.push(
      {
        name: t("storage.requests"),
        value: (
          <>
            {format.count(storage.events)}
            {(storage.first_event_ms ?? null) === null ? null : (
              <span className="dim">
                {" "}
                {t("storage.span", {
                  from: format.date(storage.first_event_ms, now),
                  to: format.date(storage.last_event_ms, now),
                })}
              </span>
            )}
          </>
        ),
      },
      {
        name: t("storage.perRequest"),
        value:
          storage.events === 0 ? (
            <Unknown reason={t("storage.noRequests")} />
          ) : (
            // All files: what is new stands in the log until the next checkpoint.
            format.bytes(Math.round(database.totalBytes / Math.max(1, storage.events)))
          ),
      },
      { name: t("storage.freeInside"), value: format.bytes(storage.free_bytes) },
    );
  }
  return (
    <Panel title={t("storage.title")}>
      <Definitions items={items} />
      {error && !storage ? <Failed error={error} what={t("storage.unreadable")} onRetry={onRetry} /> : null}
    </Panel>
  );
}
