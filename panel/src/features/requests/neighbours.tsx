import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { monitor } from "../../api/monitor";
import type { EventDetail, EventQuery, EventRow } from "../../api/types";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { Skeleton } from "../../ui/panel";
import { ModelText, StatusCell, TimeText, TotalText } from "./cells";
import styles from "./drawer.module.css";
import { Section } from "./drawer-frame";

const EACH = 3;

/** What the same account, and the same key, did just before and after. */
export function Neighbours({ event }: { event: EventDetail }) {
  const { t } = useI18n();
  return (
    <>
      {event.auth_index ? (
        <Around event={event} title={t("around.account")} filter={{ auth_index: [event.auth_index] }} />
      ) : null}
      {event.api_key_hash ? (
        <Around event={event} title={t("around.key")} filter={{ api_key_hash: [event.api_key_hash] }} />
      ) : null}
    </>
  );
}

/** Events around one, newest first; the one itself in its place. */
export function aroundOf(newer: readonly EventRow[], event: EventRow, older: readonly EventRow[]): EventRow[] {
  const byId = new Map([...newer, event, ...older].map((row) => [row.id, row]));
  const all = [...byId.values()].sort((a, b) => b.timestamp_ms - a.timestamp_ms || b.id - a.id);
  const at = all.findIndex((row) => row.id === event.id);
  return all.slice(Math.max(0, at - EACH), at + EACH + 1);
}

function Around({ event, title, filter }: { event: EventDetail; title: string; filter: EventQuery }) {
  const { t } = useI18n();
  const now = useNow(60_000);
  const search = useSearch({ from: "/signed-in/app/requests" });
  const cursor = `${event.timestamp_ms}.${event.id}`;
  const around = useQuery({
    queryKey: ["around", filter, event.id],
    queryFn: async ({ signal }) => {
      const [newer, older] = await Promise.all([
        monitor.near(filter, { after: cursor }, EACH, signal),
        monitor.near(filter, { before: cursor }, EACH, signal),
      ]);
      return aroundOf(newer.items, event, older.items);
    },
    staleTime: 30_000,
  });
  const rows = around.data ?? [];
  return (
    <Section title={title} note={t("around.note")}>
      {around.isPending ? <Skeleton lines={2} label={t("around.reading")} /> : null}
      {around.isError ? (
        <p className="mid">
          {t("around.unreadable")}{" "}
          <button type="button" className="link" onClick={() => void around.refetch()}>
            {t("action.retry")}
          </button>
        </p>
      ) : null}
      {around.data && rows.length < 2 ? <p className="mid">{t("around.none")}</p> : null}
      {rows.length > 1 ? (
        <table className={`${styles.plain} ${styles.fixed}`}>
          <caption className="sr">{title}</caption>
          <thead className="sr">
            <tr>
              <th scope="col">{t("column.time")}</th>
              <th scope="col">{t("column.status")}</th>
              <th scope="col">{t("column.model")}</th>
              <th scope="col">{t("column.total")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr
                key={row.id}
                className={row.id === event.id ? styles.current : undefined}
                aria-current={row.id === event.id}
              >
                <td className="nw">
                  {row.id === event.id ? (
                    <TimeText row={row} now={now} />
                  ) : (
                    <Link
                      className={styles.attempt}
                      to="/requests/$id"
                      params={{ id: row.id }}
                      search={search as never}
                      resetScroll={false}
                    >
                      <TimeText row={row} now={now} />
                    </Link>
                  )}
                </td>
                <td>
                  <StatusCell row={row} />
                </td>
                <td className="cut">
                  <ModelText row={row} />
                </td>
                <td className="num">
                  <TotalText row={row} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </Section>
  );
}
