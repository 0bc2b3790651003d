import type { ReactNode } from "react";
import type { Storage } from "../../api/manage-types";
import type { Database } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { Definitions, Panel } from "../../ui/panel";
import { type State, Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import { Failed } from "../collector/failed";
import styles from "./system.module.css";

const DATABASE_WORDS: Readonly<Record<string, { state: State; word: Key } | undefined>> = {
  ok: { state: "ok", word: "database.ok" },
  checking: { state: "unknown", word: "database.checking" },
  disk_full: { state: "bad", word: "database.diskFull" },
  read_only: { state: "bad", word: "database.readOnly" },
  corrupt: { state: "bad", word: "database.corrupt" },
};
/** Less than this many days until the disk is full needs somebody. */
const DAYS_TO_WATCH = 30;

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
  ];
  if (storage) {
    const { events, disk, growth } = storage;
    const left = growth?.days_left ?? null;
    items.push(
      {
        name: t("storage.requests"),
        value: (
          <>
            {format.count(events.count)}
            {(events.oldest_ms ?? null) === null ? null : (
              <span className="dim"> {t("storage.from", { date: format.date(events.oldest_ms, now) })}</span>
            )}
          </>
        ),
      },
      {
        name: t("storage.perRequest"),
        value:
          (events.bytes_per_event ?? null) === null ? (
            <Unknown reason={t("storage.noRequests")} />
          ) : (
            format.bytes(Math.round(events.bytes_per_event ?? 0))
          ),
      },
      { name: t("storage.freeInside"), value: format.bytes(storage.database.free_page_bytes) },
      {
        name: t("storage.disk"),
        value:
          (disk.free_bytes ?? null) === null ? (
            <Unknown reason={t("storage.noDisk")} />
          ) : (
            <>
              {t("storage.free", { size: format.bytes(disk.free_bytes) })}
              {(disk.total_bytes ?? null) === null ? null : (
                <span className="dim"> {t("storage.of", { size: format.bytes(disk.total_bytes) })}</span>
              )}
            </>
          ),
      },
      {
        name: t("storage.growth"),
        value: growth ? (
          <>
            ≈ {t("storage.perDay", { size: format.bytes(growth.bytes_per_day) })}
            {left === null ? null : (
              <>
                {" "}
                <Status state={left < DAYS_TO_WATCH ? "warn" : "ok"}>
                  {t("storage.daysLeft", { n: Math.floor(left) })}
                </Status>
              </>
            )}
          </>
        ) : (
          <Unknown reason={t("storage.noGrowth")} />
        ),
      },
    );
  }
  return (
    <Panel
      title={t("storage.title")}
      note={storage ? t("storage.measured", { time: format.clock(storage.measured_at_ms) }) : undefined}
    >
      <Definitions items={items} />
      {error && !storage ? <Failed error={error} what={t("storage.unreadable")} onRetry={onRetry} /> : null}
    </Panel>
  );
}

/** Where the bytes are, largest first. */
export function TablesPanel({ storage }: { storage: Storage }) {
  const { t, format } = useI18n();
  const largest = Math.max(1, ...storage.tables.map(({ bytes }) => bytes));
  return (
    <Panel title={t("storage.tables")} note={t("storage.tablesNote")} flush>
      <ul className={styles.tables}>
        {storage.tables.map((table) => (
          <li key={table.name}>
            <code>{table.name}</code>
            <span className={styles.track} aria-hidden="true">
              <i style={{ width: `${(table.bytes / largest) * 100}%` }} />
            </span>
            <span className="num">{format.bytes(table.bytes)}</span>
            <span className="num dim">
              {(table.rows ?? null) === null ? (
                <Unknown reason={t("storage.noRows")} />
              ) : (
                t("storage.rows", { n: table.rows ?? 0 })
              )}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
