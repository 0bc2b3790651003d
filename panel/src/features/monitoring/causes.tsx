import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ifServed } from "../../api/analytics";
import { monitor } from "../../api/monitor";
import type { FailureGroup, Failures } from "../../api/monitor-types";
import { toEventQuery } from "../../api/view-request";
import { accountName } from "../../app/account-name";
import { causeOf } from "../../app/causes";
import { DATA } from "../../app/data-key";
import { atPace, ENDED_MS, paceOf } from "../../app/pace";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { boundedSpan, isOpenEnded } from "../../lib/range";
import { readSetting, writeSetting } from "../../lib/storage";
import { ABSENT, carried, changed, only, type ViewSearch } from "../../lib/view";
import { Button, Segmented } from "../../ui/button";
import { Sparkline } from "../../ui/chart";
import { Empty, Panel, Skeleton } from "../../ui/panel";
import { Status } from "../../ui/status";
import { type Column, DataTable } from "../../ui/table";
import { Unknown } from "../../ui/tooltip";
import { Failed } from "../collector/failed";
import styles from "./monitoring.module.css";

/** Causes shown before a person asks for more. */
const FEW = 6;
/** Asked for one after the other; the manager answers at most the last one. */
const LIMITS = [50, 200, 500] as const;
const HIDDEN = "causes";

/** The view narrowed to the requests of one cause, also where it is that there is no account or no code. */
export function groupSearch(search: ViewSearch, group: FailureGroup): ViewSearch {
  let next = changed(search, { status: "failed", tab: undefined, drawer: undefined });
  next = only(next, "provider", group.provider);
  // Without a model it is a group over all accounts and models.
  if (group.model) next = only(only(next, "model", group.model), "account", group.account || ABSENT);
  next = only(next, "code", group.status_code ? String(group.status_code) : ABSENT);
  return only(next, "error", group.error_code || ABSENT);
}

/** Failures by cause: what it is, whom it hits, since when, and an example. */
export function CausesPanel({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const [hidden, setHidden] = useState(() => readSetting(HIDDEN) === "hidden");
  const [group, setGroup] = useState<"account" | "cause">("account");
  // 0: a few of the first answer. After that, all of an answer that grows.
  const [step, setStep] = useState(0);
  const limit = LIMITS[Math.max(0, step - 1)] ?? LIMITS[0];
  const view = carried(search);
  const span = boundedSpan(view, now, format.timeZone);
  const hide = (next: boolean) => {
    writeSetting(HIDDEN, next ? "hidden" : "");
    setHidden(next);
  };
  const causes = useQuery({
    queryKey: [DATA, "failures", view, format.timeZone, limit, group],
    queryFn: async ({ signal }) =>
      (await ifServed(monitor.failures(toEventQuery(view, Date.now(), format.timeZone), limit, group, signal))) ?? null,
    meta: atPace(isOpenEnded(view) ? paceOf(span.to - span.from) : ENDED_MS),
    placeholderData: keepPreviousData,
    enabled: !hidden,
  });
  const columns = useCauseColumns(search, now, causes.data ?? null);
  // A manager that cannot group them: the list below still shows every failure.
  if (causes.data === null) return null;
  const items = causes.data?.items ?? [];
  // Nothing failed: healthy is quiet.
  if (causes.data && causes.data.failed === 0 && search.status !== "failed") return null;
  const shown = step > 0 ? items : items.slice(0, FEW);
  const total = items.length + (causes.data?.more ?? 0);
  const next = LIMITS[step];
  return (
    <Panel
      title={t("causes.title")}
      note={
        causes.data
          ? t("causes.note", {
              failed: causes.data.failed,
              all: causes.data.requests,
              share: format.share(causes.data.requests > 0 ? causes.data.failed / causes.data.requests : null),
            })
          : undefined
      }
      actions={
        <>
          {hidden || items.length === 0 ? null : (
            <Segmented
              label={t("causes.grouped")}
              value={group}
              options={[
                { value: "account", label: t("causes.byAccount") },
                { value: "cause", label: t("causes.byCause") },
              ]}
              onChange={(chosen) => setGroup(chosen === "cause" ? "cause" : "account")}
            />
          )}
          <Button small kind="ghost" aria-expanded={!hidden} onClick={() => hide(!hidden)}>
            {hidden ? t("monitor.show") : t("monitor.hide")}
          </Button>
        </>
      }
      flush
    >
      {hidden ? null : causes.isError && !causes.data ? (
        <div className={styles.pad}>
          <Failed error={causes.error} what={t("causes.unreadable")} onRetry={() => void causes.refetch()} />
        </div>
      ) : !causes.data ? (
        <Skeleton lines={3} label={t("causes.reading")} />
      ) : items.length === 0 ? (
        <Empty title={t("causes.none")} />
      ) : (
        <>
          <DataTable
            id="cause"
            caption={t("causes.title")}
            columns={columns}
            rows={shown}
            rowKey={causeKey}
            density="compact"
            card={(row) => ({
              title: <CauseName row={row} />,
              value: <b className="num">{format.count(row.failed)}</b>,
              lines: [
                <span key="who" className="cut">
                  <Who row={row} />
                </span>,
                <span key="acts" className={styles.acts}>
                  <FirstSeen row={row} now={now} />
                  <span className="grow" />
                  <CauseLinks row={row} search={search} />
                </span>,
              ],
            })}
          />
          {total > FEW ? (
            <p className={styles.more}>
              {next !== undefined && shown.length < total ? (
                <Button small onClick={() => setStep(step + 1)}>
                  {Math.min(next, total) === total
                    ? t("causes.all", { n: total })
                    : t("causes.some", { n: Math.min(next, total), all: total })}
                </Button>
              ) : null}
              {step > 0 ? (
                <Button small onClick={() => setStep(0)}>
                  {t("causes.fewer")}
                </Button>
              ) : null}
              {next === undefined && shown.length < total ? t("causes.more", { n: total - shown.length }) : null}
            </p>
          ) : null}
        </>
      )}
    </Panel>
  );
}

function causeKey(row: FailureGroup): string {
  return JSON.stringify([row.provider, row.account, row.auth_index, row.model, row.status_code, row.error_code]);
}

function CauseName({ row }: { row: FailureGroup }) {
  const { t } = useI18n();
  const cause = causeOf(row.status_code ?? 0, row.error_code ?? "");
  return (
    <Status state={cause.state}>
      <b className={styles.cause}>{t(cause.words)}</b>
    </Status>
  );
}

/** Whom it hits: the account and model, or how many. */
function Who({ row }: { row: FailureGroup }) {
  const { t } = useI18n();
  return (
    <>
      {accountName(row.account ?? (row.accounts > 1 ? t("failures.accounts", { n: row.accounts }) : row.provider))} ·{" "}
      {row.model ?? t("causes.models", { n: row.models })}
    </>
  );
}

function FirstSeen({ row, now }: { row: FailureGroup; now: number }) {
  const { t, format } = useI18n();
  const at = row.first_seen_ms ?? row.first_in_range_ms;
  const date = format.date(at, now);
  const text =
    date === format.date(now, now) ? format.clock(at, { short: true }) : format.dateTime(at, now, { short: true });
  // What the client did, or what passes by itself, is no alarm.
  const alarming = row.ongoing && causeOf(row.status_code ?? 0, row.error_code ?? "").state === "bad";
  return (
    <span className={alarming ? styles.ongoing : undefined} title={format.dateTime(at, now)}>
      {text}
      {row.ongoing ? ` · ${t("causes.ongoing")}` : ""}
    </span>
  );
}

function CauseLinks({ row, search }: { row: FailureGroup; search: ViewSearch }) {
  const { t } = useI18n();
  return (
    <span className={styles.acts}>
      <Link className="link" to="/requests" search={groupSearch(search, row) as never} resetScroll={false}>
        {t("causes.filter")}
        <span className="sr">
          : {row.account ?? row.provider}, {row.model ?? ""}, {row.status_code ?? ""}
        </span>
      </Link>
      <Link
        className="link"
        to="/requests/$id"
        params={{ id: row.example_id }}
        search={search as never}
        resetScroll={false}
      >
        {t("causes.example")}
        <span className="sr">
          : {row.account ?? row.provider}, {row.model ?? ""}, {row.status_code ?? ""}
        </span>
      </Link>
    </span>
  );
}

function useCauseColumns(search: ViewSearch, now: number, data: Failures | null): Column<FailureGroup>[] {
  const { t, format } = useI18n();
  const since = data ? format.clock(data.bars.from_ms, { short: true }) : "";
  return [
    { id: "cause", label: t("causes.cause"), share: 46, fixed: true, cell: (row) => <CauseName row={row} /> },
    {
      id: "error",
      label: t("causes.error"),
      share: 26,
      priority: 1,
      cell: (row) => (
        <code title={row.error_code ?? undefined}>
          {row.status_code ?? "—"} {row.error_code ?? ""}
        </code>
      ),
    },
    {
      id: "account",
      label: t("column.account"),
      share: 32,
      cell: (row) => (
        <span title={row.account ?? undefined}>
          {(row.account && accountName(row.account)) ??
            (row.accounts > 1 ? (
              t("failures.accounts", { n: row.accounts })
            ) : (
              <Unknown reason={t("unknown.account")} />
            ))}{" "}
          <span className="dim">· {row.provider}</span>
        </span>
      ),
    },
    {
      id: "model",
      label: t("column.model"),
      share: 22,
      priority: 2,
      cell: (row) => <span title={row.model ?? undefined}>{row.model ?? t("causes.models", { n: row.models })}</span>,
    },
    {
      id: "keys",
      label: t("causes.keys"),
      width: 56,
      numeric: true,
      priority: 1,
      cell: (row) => format.count(row.keys),
    },
    {
      id: "share",
      label: t("causes.share"),
      width: 84,
      numeric: true,
      priority: 1,
      cell: (row) => (
        <span
          title={t("causes.shareHelp", { answered: format.count(row.answered), requests: format.count(row.requests) })}
        >
          {format.share(row.share, 1)}
        </span>
      ),
    },
    {
      id: "first",
      label: t("causes.firstSeen"),
      width: 164,
      priority: 2,
      cell: (row) => <FirstSeen row={row} now={now} />,
    },
    {
      id: "bars",
      label: t("causes.bars"),
      width: 92,
      numeric: true,
      priority: 1,
      cell: (row) => (
        <span title={t("causes.barsHelp", { time: since, n: row.bars.reduce((sum, value) => sum + value, 0) })}>
          <Sparkline values={row.bars} bars color="bad-mark" />
        </span>
      ),
    },
    {
      id: "failed",
      label: t("monitor.failed"),
      width: 60,
      numeric: true,
      cell: (row) => <b>{format.count(row.failed)}</b>,
    },
    {
      id: "do",
      label: t("prices.action"),
      width: 130,
      numeric: true,
      cell: (row) => <CauseLinks row={row} search={search} />,
    },
  ];
}
