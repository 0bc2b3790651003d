import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "../../api/client";
import { asApiError } from "../../api/errors";
import { infoQuery, statusQuery } from "../../api/queries";
import type { Collector, Database, Gap, Status as StatusDocument } from "../../api/types";
import { useLiveState } from "../../app/live";
import { Page } from "../../app/shell";
import { type Key, useI18n } from "../../i18n";
import { refusalWords, sentence } from "../../i18n/refusals";
import { useNow } from "../../lib/now";
import { Banner } from "../../ui/banner";
import { Button, buttonClass } from "../../ui/button";
import { Code } from "../../ui/code";
import { Definitions, Empty, Panel, Skeleton } from "../../ui/panel";
import { type State, Status, StatusMark } from "../../ui/status";
import { useToast } from "../../ui/toast";
import { Unknown } from "../../ui/tooltip";
import { Warnings } from "../setup/checks";
import styles from "./collector.module.css";
import { useCollection } from "./state";

/** What the collector does, how far it can be trusted, and what a person must do. */
export function CollectorPage() {
  const { t } = useI18n();
  const status = useQuery(statusQuery);
  return (
    <Page title={t("nav.system")}>
      <div className={styles.page}>
        {status.data ? (
          <Contents status={status.data} />
        ) : status.isError ? (
          <Panel title={t("collector.title")}>
            <Failed error={status.error} what={t("collector.unreadable")} onRetry={() => void status.refetch()} />
          </Panel>
        ) : (
          <Panel title={t("collector.title")}>
            <Skeleton label={t("collector.loading")} />
          </Panel>
        )}
      </div>
    </Page>
  );
}

function Failed({ error, what, onRetry }: { error: unknown; what: string; onRetry(): void }) {
  const { t, language } = useI18n();
  const found = asApiError(error);
  const words = refusalWords(language, { code: found.code, text: found.message, hint: found.hint });
  return (
    <div className={styles.stack}>
      <Banner state="bad" title={what} alert>
        {found.unreachable
          ? t("error.noAnswer")
          : t("error.answered", { status: String(found.status), text: words.text })}
      </Banner>
      <div>
        <Button icon="retry" onClick={onRetry}>
          {t("action.retry")}
        </Button>
      </div>
    </div>
  );
}

function Contents({ status }: { status: StatusDocument }) {
  const { t, format } = useI18n();
  const live = useLiveState();
  const { collector, database } = status;
  return (
    <>
      {live.kind === "retrying" ? (
        <div className={styles.wide}>
          <Banner state="stale" title={t("live.lost", { time: format.clock(live.lostAt) })} />
        </div>
      ) : null}
      <Verdict status={status} />
      <div className={styles.half}>
        <StatePanel collector={collector} />
      </div>
      <div className={styles.half}>
        <GatewayPanel collector={collector} />
      </div>
      <div className={styles.half}>
        <CountersPanel collector={collector} eventCount={status.eventCount} />
      </div>
      <div className={styles.half}>
        <DatabasePanel database={database} />
      </div>
      <div className={styles.wide}>
        <GapsPanel latest={status.gaps[0]} />
      </div>
      <div className={styles.wide}>
        <DeadLettersPanel count={collector.deadLetters} />
      </div>
    </>
  );
}

/** The first line says whether everything is fine; then what needs a person, worst first. */
function Verdict({ status }: { status: StatusDocument }) {
  const { t, language, format } = useI18n();
  const { collector, database } = status;
  const { data: info } = useQuery(infoQuery);
  const collection = useCollection();
  const now = useNow(30_000);
  const client = useQueryClient();
  const toast = useToast();
  const retry = useMutation({
    mutationFn: api.retryCollector,
    onSuccess: async () => {
      toast.show({ state: "ok", title: t("collector.retried"), text: t("collector.retriedText") });
      await client.invalidateQueries({ queryKey: statusQuery.queryKey });
    },
    onError: (error) => {
      const found = asApiError(error);
      const words = refusalWords(language, { code: found.code, text: found.message, hint: found.hint });
      toast.show({ state: "bad", title: t("collector.retryFailed"), text: `${words.text} ${words.hint ?? ""}` });
    },
  });
  const failing = ["key_refused", "banned", "error"].includes(collector.state);
  const detail = collector.lastErrorDetail;
  const words = detail ? refusalWords(language, detail) : null;
  const unconnected = info !== undefined && info.connectionState !== "ok";
  const rival = collector.rivalSuspected
    ? refusalWords(language, { code: "rival_suspected", ...collector.rivalSuspected })
    : null;

  return (
    <div className={`${styles.wide} ${styles.stack}`}>
      <div className={styles.verdict} aria-live="polite">
        <StatusMark state={collection.state} />
        <b>{collection.text}</b>
        {collection.note ? <span className="dim">{collection.note}</span> : null}
      </div>
      {unconnected ? (
        <Banner
          state="warn"
          title={info.connectionState === "reentry_required" ? t("setup.reentryTitle") : t("collector.unconnected")}
          action={
            <Link to="/setup" className={buttonClass("plain", true)}>
              {t("empty.connect")}
            </Link>
          }
        >
          {info.connectionState === "reentry_required" ? t("setup.reentryText") : null}
        </Banner>
      ) : null}
      {failing ? (
        <Banner
          state="bad"
          title={words?.text ?? sentence(collector.lastError)}
          action={
            <Button small icon="retry" disabled={retry.isPending} onClick={() => retry.mutate()}>
              {t("collector.retry")}
            </Button>
          }
        >
          {words?.hint ? (
            <p>
              <b>{t("refusal.next")}</b> {words.hint}
            </p>
          ) : null}
          {detail ? (
            <p className="dim">
              {t("collector.errorAt", { stage: detail.stage, time: format.dateTime(detail.atMs, now) })}{" "}
              <code>{detail.code}</code>
            </p>
          ) : null}
        </Banner>
      ) : null}
      {database.state !== "ok" && database.state !== "checking" ? (
        <Banner state="bad" title={sentence(database.stateText)}>
          {database.remedy ? sentence(database.remedy) : null}
        </Banner>
      ) : null}
      {rival ? (
        <Banner state="warn" title={rival.text}>
          {rival.hint}{" "}
          <span className="dim">
            {t("collector.since", { time: format.dateTime(collector.rivalSuspected?.sinceMs, now, { short: true }) })}
          </span>
        </Banner>
      ) : null}
      <Warnings warnings={collector.gateway?.warnings ?? []} />
      {!failing && words && detail ? (
        <Banner state="unknown" title={t("collector.lastErrorTitle", { time: format.dateTime(detail.atMs, now) })}>
          {words.text} {words.hint}
        </Banner>
      ) : null}
    </div>
  );
}

const STATES: Readonly<Record<string, { state: State; word: Key } | undefined>> = {
  stopped: { state: "unknown", word: "state.stopped" },
  starting: { state: "unknown", word: "state.starting" },
  connecting: { state: "unknown", word: "state.connecting" },
  running: { state: "ok", word: "state.running" },
  error: { state: "bad", word: "state.error" },
  key_refused: { state: "bad", word: "state.keyRefused" },
  banned: { state: "bad", word: "state.banned" },
};

const TRANSPORTS: Readonly<Record<string, Key | undefined>> = {
  subscribe: "transport.subscribe",
  http: "transport.http",
  resp: "transport.resp",
};

function Moment({ at, unknown }: { at: number | null | undefined; unknown: string }): ReactNode {
  const { format } = useI18n();
  const now = useNow(5_000);
  if (!at) return <Unknown reason={unknown} />;
  return (
    <span title={`${format.dateTime(at, now, { ms: true })} ${format.timeZone}`}>
      {format.dateTime(at, now)} <span className="dim">{format.ago(at, now)}</span>
    </span>
  );
}

function StatePanel({ collector }: { collector: Collector }) {
  const { t } = useI18n();
  const shown = STATES[collector.state] ?? { state: "unknown" as const, word: null };
  const transport = TRANSPORTS[collector.transport];
  return (
    <Panel title={t("collector.title")}>
      <Definitions
        items={[
          {
            name: t("collector.state"),
            value: <Status state={shown.state}>{shown.word ? t(shown.word) : collector.state}</Status>,
          },
          {
            name: t("collector.transport"),
            value: transport ? t(transport) : <Unknown reason={t("foot.noTransport")} />,
          },
          { name: t("collector.mode"), value: <code>{collector.mode}</code> },
          {
            name: t("collector.upstream"),
            value: collector.upstream ? (
              <code>{collector.upstream}</code>
            ) : (
              <Unknown reason={t("collector.unconnected")} />
            ),
          },
          {
            name: t("collector.connectedSince"),
            value: <Moment at={collector.connectedSince} unknown={t("unknown.notConnected")} />,
          },
          {
            name: t("collector.lastRecord"),
            value: <Moment at={collector.lastRecordReceivedAt} unknown={t("unknown.noRecord")} />,
          },
          {
            name: t("collector.lastCommit"),
            value: <Moment at={collector.lastCommitAt} unknown={t("unknown.noRecord")} />,
          },
          {
            name: t("collector.completeUntil"),
            value: <Moment at={collector.completeUntil} unknown={t("unknown.complete")} />,
          },
        ]}
      />
    </Panel>
  );
}

function GatewayPanel({ collector }: { collector: Collector }) {
  const { t, format } = useI18n();
  const { gateway } = collector;
  return (
    <Panel title={t("gateway.title")}>
      {gateway ? (
        <Definitions
          items={[
            {
              name: t("gateway.version"),
              value: gateway.version ?? <Unknown reason={t("gateway.notSaid")} />,
            },
            {
              name: t("gateway.retention"),
              value:
                (gateway.retentionSeconds ?? null) === null ? (
                  <Unknown reason={t("gateway.notSaid")} />
                ) : (
                  format.duration((gateway.retentionSeconds ?? 0) * 1000)
                ),
            },
            {
              name: t("gateway.publishing"),
              value:
                (gateway.usageStatisticsEnabled ?? null) === null ? (
                  <Unknown reason={t("gateway.notSaid")} />
                ) : gateway.usageStatisticsEnabled ? (
                  <Status state="ok">{t("gateway.publishingOn")}</Status>
                ) : (
                  <Status state="bad">{t("gateway.publishingOff")}</Status>
                ),
            },
            { name: t("gateway.checked"), value: <Moment at={gateway.checkedAt} unknown={t("gateway.never")} /> },
          ]}
        />
      ) : (
        <p className="mid">{t("gateway.unknown")}</p>
      )}
    </Panel>
  );
}

function CountersPanel({ collector, eventCount }: { collector: Collector; eventCount: number }) {
  const { t, format } = useI18n();
  const { counters, queueDepths } = collector;
  const used = queueDepths.intakeLimitBytes > 0 ? queueDepths.intakeBytes / queueDepths.intakeLimitBytes : 0;
  const figures: { label: Key; value: number; bad?: boolean }[] = [
    { label: "counters.received", value: counters.received },
    { label: "counters.stored", value: counters.stored },
    { label: "counters.duplicate", value: counters.duplicate },
    { label: "counters.dead", value: counters.dead },
    { label: "counters.lost", value: counters.lostEstimate, bad: counters.lostEstimate > 0 },
    { label: "counters.reconnects", value: counters.reconnects },
  ];
  return (
    <Panel title={t("counters.title")} note={t("counters.note")}>
      <dl className={styles.figures}>
        {figures.map((figure) => (
          <div key={figure.label}>
            <dt>{t(figure.label)}</dt>
            <dd className={figure.bad ? styles.bad : undefined}>
              {figure.bad ? <StatusMark state="bad" /> : null}{" "}
              {figure.label === "counters.lost" && figure.value > 0 ? "≈ " : ""}
              {format.count(figure.value)}
            </dd>
          </div>
        ))}
      </dl>
      <Definitions
        items={[
          { name: t("counters.total"), value: format.count(eventCount) },
          {
            name: t("queue.waiting"),
            value: t("queue.waitingValue", {
              n: queueDepths.intakeItems,
              size: format.bytes(queueDepths.intakeBytes),
              limit: format.bytes(queueDepths.intakeLimitBytes),
              share: format.share(used, 1),
            }),
          },
          { name: t("queue.high"), value: format.bytes(queueDepths.intakeHighWaterBytes) },
          { name: t("queue.writer"), value: format.count(queueDepths.writerEvents) },
        ]}
      />
    </Panel>
  );
}

const DATABASE_WORDS: Readonly<Record<string, { state: State; word: Key } | undefined>> = {
  ok: { state: "ok", word: "database.ok" },
  checking: { state: "unknown", word: "database.checking" },
  disk_full: { state: "bad", word: "database.diskFull" },
  read_only: { state: "bad", word: "database.readOnly" },
  corrupt: { state: "bad", word: "database.corrupt" },
};

function DatabasePanel({ database }: { database: Database }) {
  const { t, format } = useI18n();
  const shown = DATABASE_WORDS[database.state] ?? { state: "bad" as const, word: "database.error" as const };
  return (
    <Panel title={t("database.title")}>
      <Definitions
        items={[
          { name: t("collector.state"), value: <Status state={shown.state}>{t(shown.word)}</Status> },
          { name: t("database.file"), value: format.bytes(database.databaseBytes) },
          { name: t("database.wal"), value: format.bytes(database.walBytes) },
          { name: t("database.total"), value: format.bytes(database.totalBytes) },
        ]}
      />
    </Panel>
  );
}

const GAP_KINDS: Readonly<Record<string, Key | undefined>> = {
  disconnected: "gap.disconnected",
  cut_off: "gap.cutOff",
  overflow: "gap.overflow",
  not_running: "gap.notRunning",
  storage: "gap.storage",
};

const GAP_LIMIT = 200;

function GapsPanel({ latest }: { latest: Gap | undefined }) {
  const { t, format } = useI18n();
  const now = useNow(10_000);
  // A new or a closed gap in the live status is a reason to read the table again.
  const gaps = useQuery({
    queryKey: ["gaps", latest?.id ?? null, latest?.toMs ?? null],
    queryFn: () => api.gaps(GAP_LIMIT),
    placeholderData: (old) => old,
  });
  const items = gaps.data?.items ?? [];
  return (
    <Panel title={t("gaps.title")} note={t("gaps.note")} flush>
      {gaps.isPending ? <Skeleton lines={3} label={t("gaps.loading")} /> : null}
      {gaps.isError && items.length === 0 ? (
        <div style={{ padding: 12 }}>
          <Failed error={gaps.error} what={t("gaps.unreadable")} onRetry={() => void gaps.refetch()} />
        </div>
      ) : null}
      {gaps.data && items.length === 0 ? <Empty title={t("gaps.none")}>{t("gaps.noneText")}</Empty> : null}
      {items.length > 0 ? (
        <table className={styles.table}>
          <caption className="sr">{t("gaps.title")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("gaps.when")}</th>
              <th scope="col" className="num">
                {t("gaps.length")}
              </th>
              <th scope="col">{t("gaps.what")}</th>
              <th scope="col">{t("gaps.effect")}</th>
              <th scope="col" className={`num ${styles.p1}`}>
                {t("gaps.retention")}
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((gap) => {
              const to = gap.toMs ?? null;
              return (
                <tr key={gap.id}>
                  <td className="nw">
                    {format.dateTime(gap.fromMs, now)} – {to === null ? t("gaps.ongoing") : format.clock(to)}
                  </td>
                  <td className="num">{format.duration((to ?? now) - gap.fromMs)}</td>
                  <td>
                    {GAP_KINDS[gap.kind] ? t(GAP_KINDS[gap.kind] as Key) : gap.kind}
                    {gap.detail ? <span className={styles.sub}>{gap.detail}</span> : null}
                  </td>
                  <td>
                    {gap.lossy ? (
                      <Status state="warn">
                        {(gap.lostEstimate ?? null) === null
                          ? t("gaps.lossy")
                          : t("gaps.lost", { n: gap.lostEstimate ?? 0 })}
                      </Status>
                    ) : (
                      <Status state="ok">{t("gaps.covered")}</Status>
                    )}
                  </td>
                  <td className={`num ${styles.p1}`}>
                    {(gap.retentionSeconds ?? null) === null ? (
                      <Unknown reason={t("gateway.notSaid")} />
                    ) : (
                      format.duration((gap.retentionSeconds ?? 0) * 1000)
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      ) : null}
    </Panel>
  );
}

const DEAD_PAGE = 20;

function DeadLettersPanel({ count }: { count: number }) {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const letters = useInfiniteQuery({
    queryKey: ["dead-letters", count],
    queryFn: ({ pageParam }) => api.deadLetters(DEAD_PAGE, pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.items.length === DEAD_PAGE ? page.items.at(-1)?.id : undefined),
    placeholderData: (old) => old,
  });
  const items = letters.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel title={t("dead.title")} note={count > 0 ? format.count(count) : undefined} flush>
      {letters.isPending ? <Skeleton lines={2} label={t("dead.loading")} /> : null}
      {letters.isError && items.length === 0 ? (
        <div style={{ padding: 12 }}>
          <Failed error={letters.error} what={t("dead.unreadable")} onRetry={() => void letters.refetch()} />
        </div>
      ) : null}
      {letters.data && items.length === 0 ? <Empty title={t("dead.none")}>{t("dead.noneText")}</Empty> : null}
      {items.length > 0 ? (
        <ul className={styles.letters}>
          {items.map((letter) => (
            <li key={letter.id}>
              <details>
                <summary>
                  <span className="nw">{format.dateTime(letter.created_at_ms, now)}</span>{" "}
                  <span className="cut">{sentence(letter.error)}</span>{" "}
                  <span className="dim nw">{format.bytes(letter.payload_bytes)}</span>
                </summary>
                <Code text={letter.payload} removed={t("body.removed")} label={t("dead.payload")} />
              </details>
            </li>
          ))}
        </ul>
      ) : null}
      {letters.hasNextPage ? (
        <div style={{ padding: 12 }}>
          <Button small disabled={letters.isFetchingNextPage} onClick={() => void letters.fetchNextPage()}>
            {t("dead.more")}
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}
