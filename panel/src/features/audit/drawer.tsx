import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { type AuditEntry, audit } from "../../api/audit";
import { loadedOf } from "../../app/data";
import { Waiting } from "../../app/loaded";
import { useSetView } from "../../app/view";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { changed } from "../../lib/view";
import { Definitions } from "../../ui/panel";
import styles from "../requests/drawer.module.css";
import { DrawerFrame, Section } from "../requests/drawer-frame";
import { Action, Actor, None, Outcome, Subject, useReason, Values } from "./parts";
import type { AuditSearch } from "./view";

/** One entry with everything that was recorded of it, at its own address. */
export function EntryDrawer({
  id,
  entry,
  search,
}: {
  id: number;
  /** Where it is among those that the page shows. */
  entry: AuditEntry | undefined;
  search: AuditSearch;
}) {
  const { t } = useI18n();
  const set = useSetView<AuditSearch>();
  const heading = useRef<HTMLHeadingElement>(null);
  const asked = useQuery({
    queryKey: ["audit-entry", id],
    // Ids only grow: the newest one below the next id is this entry, or it is kept no longer.
    queryFn: async ({ signal }) => {
      const { entries } = await audit.page({}, { limit: 1, before: id + 1 }, signal);
      return entries.find((each) => each.id === id) ?? null;
    },
    enabled: entry === undefined,
  });
  const loaded = loadedOf(asked);
  const found = entry ?? asked.data;
  const close = useCallback(() => {
    set(changed(search, { drawer: undefined }));
    document.getElementById(`audit-row-${id}`)?.focus({ preventScroll: true });
  }, [set, search, id]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <DrawerFrame
      onClose={close}
      title={
        <h2 id="drawer-title" ref={heading} tabIndex={-1} className={styles.name}>
          {found ? <Action code={found.action} /> : `${t("nav.audit")} · ${id}`}
        </h2>
      }
    >
      <Waiting
        loaded={entry === undefined ? loaded : { ...loaded, data: entry, error: null }}
        reading={t("audit.reading")}
        failed={t("audit.unreadable")}
      >
        {(data) => (data === null ? <p className={styles.section}>{t("audit.noneHere")}</p> : <Facts entry={data} />)}
      </Waiting>
    </DrawerFrame>
  );
}

function Facts({ entry }: { entry: AuditEntry }) {
  const { t, format } = useI18n();
  const reasonOf = useReason();
  const now = useNow(30_000);
  const { actor, action, code, changes } = entry;
  return (
    <>
      <div className={styles.section}>
        <Definitions
          items={[
            {
              name: t("column.time"),
              value: `${format.dateTime(entry.time_ms, now, { ms: true })} · ${format.ago(entry.time_ms, now)}`,
            },
            {
              name: t("audit.who"),
              value: (
                <>
                  <Actor kind={actor.kind} /> {actor.address ? <code>{actor.address}</code> : null}
                </>
              ),
            },
            { name: t("audit.action"), value: <code>{action}</code> },
            { name: t("audit.subject"), value: <Subject entry={entry} /> },
            {
              name: t("column.status"),
              value: (
                <>
                  <Outcome outcome={entry.outcome} />{" "}
                  {code ? (
                    <>
                      {reasonOf(code)} <code>{code}</code>
                    </>
                  ) : null}
                </>
              ),
            },
          ]}
        />
      </div>
      <Section title={t("audit.changes")}>
        {changes.length === 0 ? (
          <None />
        ) : (
          <Definitions
            items={changes.map((change, index) => ({
              key: String(index),
              name: <code>{change.field}</code>,
              value: <Values change={change} now={now} />,
            }))}
          />
        )}
      </Section>
    </>
  );
}
