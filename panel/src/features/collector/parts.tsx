import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "../../api/client";
import { asApiError } from "../../api/errors";
import { infoQuery, statusQuery } from "../../api/queries";
import type { Collector, Status as StatusDocument } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { refusalWords, sentence, sentences } from "../../i18n/refusals";
import { useNow } from "../../lib/now";
import { Banner } from "../../ui/banner";
import { Button, buttonClass } from "../../ui/button";
import { Definitions, Panel } from "../../ui/panel";
import { type State, Status, StatusMark } from "../../ui/status";
import { useToast } from "../../ui/toast";
import { Unknown } from "../../ui/tooltip";
import { Warnings } from "../setup/checks";
import styles from "./collector.module.css";
import { TRANSPORTS, useCollection } from "./state";

/** The first line says whether everything is fine; then what needs a person, worst first. */
export function Verdict({ status }: { status: StatusDocument }) {
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
      toast.show({ state: "bad", title: t("collector.retryFailed"), text: sentences(words.text, words.hint) });
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
            <div className="row">
              <Link to="/setup" className={buttonClass("ghost", true)}>
                {t("collector.editConnection")}
              </Link>
              <Button small icon="retry" disabled={retry.isPending} onClick={() => retry.mutate()}>
                {t("collector.retry")}
              </Button>
            </div>
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
        <Banner state={database.state === "unchecked" ? "warn" : "bad"} title={sentence(database.stateText)}>
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
          {sentences(words.text, words.hint)}
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

export function Moment({ at, unknown }: { at: number | null | undefined; unknown: string }): ReactNode {
  const { format } = useI18n();
  const now = useNow(5_000);
  if (!at) return <Unknown reason={unknown} />;
  return (
    <span title={`${format.dateTime(at, now, { ms: true })} ${format.timeZone}`}>
      {format.dateTime(at, now)} <span className="dim">{format.ago(at, now)}</span>
    </span>
  );
}

export function StatePanel({ collector }: { collector: Collector }) {
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

export function GatewayPanel({ collector }: { collector: Collector }) {
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

export function CountersPanel({ collector, eventCount }: { collector: Collector; eventCount: number }) {
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
