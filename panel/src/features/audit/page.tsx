import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { AuditEntry } from "../../api/audit";
import { FilterBar } from "../../app/filter-bar";
import { LoadedPanel } from "../../app/loaded";
import { Page } from "../../app/shell";
import { useOpenView, useSetView } from "../../app/view";
import { useI18n } from "../../i18n";
import { download } from "../../lib/csv";
import { PHONE, useMedia } from "../../lib/media";
import { useNow } from "../../lib/now";
import { useShortcuts } from "../../lib/shortcuts";
import { changed } from "../../lib/view";
import { Button } from "../../ui/button";
import grid from "../../ui/grid.module.css";
import { Empty } from "../../ui/panel";
import { Badge } from "../../ui/status";
import { type Column, DataTable } from "../../ui/table";
import styles from "./audit.module.css";
import { EntryDrawer } from "./drawer";
import { Action, Actor, None, Outcome, Subject, useReason, Values } from "./parts";
import { useTrail } from "./trail";
import { type AuditSearch, auditCsv, filterOptions, fromBar, isNarrowed, toBar } from "./view";

/** Who changed what, when and from where: newest first, as far back as it is kept. */
export function AuditPage() {
  const { t, format } = useI18n();
  const search = useSearch({ from: "/signed-in/app/audit" }) as AuditSearch;
  const set = useSetView<AuditSearch>();
  const open = useOpenView();
  const phone = useMedia(PHONE);
  const now = useNow(60_000);
  const { loaded, older, more } = useTrail(search);
  const entries = loaded.data?.entries ?? [];
  const [selected, setSelected] = useState<number | null>(search.drawer ?? null);
  const columns = useAuditColumns(now);
  const exportCsv = () => download("audit-trail.csv", auditCsv(entries));
  const exportable = entries.length > 0 && !loaded.changing;
  useShortcuts({ e: exportCsv }, exportable);
  return (
    <Page
      title={t("nav.audit")}
      bar={
        <FilterBar
          page="/audit"
          search={toBar(search)}
          onChange={(next, replace) => set(fromBar(next), replace)}
          onOpen={open}
          searchLabel={t("audit.find")}
          own={{
            name: "action",
            label: t("audit.action"),
            options: filterOptions(search.action).map(([value, label]) => ({ value, label: t(label) })),
            chosen: search.action ?? [],
            onChosen: (chosen) => set(changed(search, { action: chosen.length > 0 ? chosen : undefined })),
          }}
        />
      }
    >
      <div className={grid.page} inert={phone && search.drawer !== undefined}>
        <LoadedPanel
          title={t("nav.audit")}
          note={
            loaded.data?.oldest_ms ? (
              <span className="not-phone">
                {t("audit.keptSince", { n: loaded.data.kept, date: format.date(loaded.data.oldest_ms, now) })}
              </span>
            ) : null
          }
          actions={
            <>
              {loaded.data?.dropped ? (
                <Badge state="warn">{t("audit.dropped", { n: loaded.data.dropped })}</Badge>
              ) : null}
              <Button kind="ghost" small icon="download" onClick={exportCsv} disabled={!exportable}>
                CSV
              </Button>
            </>
          }
          loaded={loaded}
          reading={t("audit.reading")}
          failed={t("audit.unreadable")}
          flush
        >
          {() =>
            entries.length === 0 && older === "end" ? (
              <Empty
                title={t("audit.noneHere")}
                actions={isNarrowed(search) ? <Button onClick={() => set({})}>{t("empty.clearFilters")}</Button> : null}
              >
                {t("audit.noneText")}
              </Empty>
            ) : (
              <DataTable
                id="audit"
                caption={t("nav.audit")}
                columns={columns}
                rows={entries}
                rowKey={(entry) => entry.id}
                density="tall"
                sticky
                keys
                selected={selected}
                onSelect={(key) => setSelected(Number(key))}
                link={(entry, content, props) => (
                  <Link to="." search={{ ...search, drawer: entry.id } as never} resetScroll={false} {...props}>
                    {content}
                  </Link>
                )}
                card={(entry) => ({
                  title: <Action code={entry.action} />,
                  value: entry.outcome === "failed" ? <Outcome outcome={entry.outcome} /> : null,
                  lines: [
                    <>
                      <span className="cut">
                        <Actor kind={entry.actor.kind} /> {entry.actor.address}
                      </span>
                      <span className="nw">{format.dateTime(entry.time_ms, now, { short: true })}</span>
                    </>,
                    <>
                      <span className="cut">{entry.subject ? <code>{entry.subject}</code> : <None />}</span>
                      <span className="cut">
                        {entry.changes[0] ? <First changes={entry.changes} now={now} /> : null}
                      </span>
                    </>,
                  ],
                })}
                paging={{ state: older, onMore: more }}
              />
            )
          }
        </LoadedPanel>
      </div>
      {search.drawer === undefined ? null : (
        <EntryDrawer
          key={search.drawer}
          id={search.drawer}
          entry={entries.find((entry) => entry.id === search.drawer)}
          search={search}
        />
      )}
    </Page>
  );
}

/** The first change, and how many there are besides. Its name is cut before its values are. */
function First({ changes, now }: { changes: AuditEntry["changes"]; now: number }) {
  const [first, ...rest] = changes;
  if (!first) return <None />;
  return (
    <span className={styles.first}>
      <code className="dim cut">{first.field}:</code>
      <span className="nw">
        <Values change={first} now={now} />
        {rest.length > 0 ? <span className="dim"> +{rest.length}</span> : null}
      </span>
    </span>
  );
}

function useAuditColumns(now: number): Column<AuditEntry>[] {
  const { t, format } = useI18n();
  const reasonOf = useReason();
  return [
    {
      id: "time",
      label: t("column.time"),
      width: 140,
      fixed: true,
      cell: (entry) => (
        <span title={`${format.dateTime(entry.time_ms, now, { ms: true })} ${format.timeZone}`}>
          {format.dateTime(entry.time_ms, now)}
        </span>
      ),
    },
    {
      id: "who",
      label: t("audit.who"),
      width: 130,
      cell: ({ actor }) => (
        <>
          <span className={styles.line}>
            <Actor kind={actor.kind} />
          </span>
          {actor.address ? (
            <span className={styles.sub}>
              <code>{actor.address}</code>
            </span>
          ) : null}
        </>
      ),
    },
    {
      id: "action",
      label: t("audit.action"),
      share: 19,
      cell: (entry) => <Action code={entry.action} />,
    },
    {
      id: "subject",
      label: t("audit.subject"),
      share: 22,
      cell: (entry) => <Subject entry={entry} />,
      copy: (entry) => entry.subject ?? null,
    },
    {
      id: "changes",
      label: t("audit.changes"),
      share: 34,
      priority: 2,
      cell: (entry) => <First changes={entry.changes} now={now} />,
    },
    {
      id: "outcome",
      label: t("column.status"),
      width: 130,
      cell: (entry) => (
        <>
          <Outcome outcome={entry.outcome} />
          {entry.code ? (
            <span className={styles.sub} title={reasonOf(entry.code) || entry.code}>
              <code>{entry.code}</code>
            </span>
          ) : null}
        </>
      ),
    },
  ];
}
