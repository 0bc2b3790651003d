import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { api } from "../../api/client";
import { asApiError } from "../../api/errors";
import { configQuery, infoQuery } from "../../api/queries";
import type { ConnectionTestAnswer, SetupAnswer } from "../../api/types";
import { Bare } from "../../app/bare";
import { skipSetup } from "../../app/session";
import { useSignOut } from "../../app/sign-out";
import { useI18n } from "../../i18n";
import { refusalWords } from "../../i18n/refusals";
import { useNow } from "../../lib/now";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { SecretField, SelectField, SwitchField, TextField } from "../../ui/field";
import { Checks, Warnings } from "./checks";
import styles from "./setup.module.css";

const DEFAULT_URL = "http://host.docker.internal:8317";
const DEFAULT_POLL_MS = 500;
/** What the manager answers in place of a stored key; sent back, it means "unchanged". */
const KEY_PLACEHOLDER = "********";
const MODES = ["auto", "subscribe", "http", "resp"] as const;
type Mode = (typeof MODES)[number];

export function SetupPage() {
  const { t } = useI18n();
  const info = useQuery(infoQuery);
  const config = useQuery({ ...configQuery, retry: false });
  const [done, setDone] = useState<SetupAnswer | null>(null);
  useEffect(() => {
    document.title = `${t("setup.title")} · ${t("app.name")}`;
  }, [t]);
  if (done) return <Success answer={done} />;
  // The stored values fill the form once; the form opens without them when they cannot be read.
  if (config.isPending) {
    return (
      <Bare wide>
        <h1>{t("setup.title")}</h1>
        <p className="dim" role="status">
          {t("setup.reading")}
        </p>
      </Bare>
    );
  }
  const connection = config.data?.config.cpaConnection;
  const collector = config.data?.config.collector;
  return (
    <Wizard
      reentry={info.data?.connectionState === "reentry_required"}
      historical={info.data?.hasHistoricalData ?? false}
      configured={info.data?.configured ?? false}
      locked={config.data?.locked ?? []}
      initial={{
        url: connection?.cpaBaseUrl || DEFAULT_URL,
        keyStored: info.data?.connectionState !== "reentry_required" && Boolean(connection?.managementKey),
        mode: MODES.find((mode) => mode === collector?.collectorMode) ?? "auto",
        poll: collector?.pollIntervalMs || DEFAULT_POLL_MS,
        monitoring: collector?.enabled ?? true,
        publishing: collector?.ensureUsageStatisticsEnabled ?? true,
      }}
      onDone={setDone}
    />
  );
}

interface Initial {
  url: string;
  keyStored: boolean;
  mode: Mode;
  poll: number;
  monitoring: boolean;
  /** Whether the manager may switch publishing on at the gateway. */
  publishing: boolean;
}

function Wizard({
  reentry,
  historical,
  configured,
  locked,
  initial,
  onDone,
}: {
  reentry: boolean;
  historical: boolean;
  configured: boolean;
  locked: readonly string[];
  initial: Initial;
  onDone(answer: SetupAnswer): void;
}) {
  const { t } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const [url, setUrl] = useState(initial.url);
  const [key, setKey] = useState("");
  const [monitoring, setMonitoring] = useState(initial.monitoring);
  const [publishing, setPublishing] = useState(initial.publishing);
  const [mode, setMode] = useState<Mode>(initial.mode);
  const [poll, setPoll] = useState(String(initial.poll));
  const [checked, setChecked] = useState(false);
  const urlField = useRef<HTMLInputElement>(null);
  const keyField = useRef<HTMLInputElement>(null);
  const pollField = useRef<HTMLInputElement>(null);

  const pollMs = /^\d{1,9}$/.test(poll.trim()) ? Number(poll.trim()) : Number.NaN;
  const urlError = url.trim() === "" ? t("setup.urlMissing") : undefined;
  const keyError = key.trim() === "" && !initial.keyStored ? t("setup.keyMissing") : undefined;
  const pollError = monitoring && !(pollMs >= 1) ? t("setup.pollWrong") : undefined;
  const typedKey = () => (key.trim() === "" ? KEY_PLACEHOLDER : key.trim());

  /** The key that is tried. Not a variable of a mutation, which keeps those. */
  const tried = useRef("");
  const forget = () => {
    tried.current = "";
  };
  const test = useMutation({
    mutationFn: () => api.testConnection({ cpa_base_url: url.trim(), cpa_management_key: tried.current }),
    gcTime: 0,
    onSettled: forget,
  });
  const save = useMutation({
    gcTime: 0,
    onSettled: forget,
    mutationFn: () =>
      api.setup({
        cpaBaseUrl: url.trim(),
        cpaManagementKey: tried.current,
        collectorMode: mode,
        pollIntervalMs: pollMs,
        requestMonitoringEnabled: monitoring,
        ensureUsageStatisticsEnabled: publishing,
      }),
    onSuccess: async (answer) => {
      setKey("");
      await Promise.all([
        client.invalidateQueries({ queryKey: infoQuery.queryKey }),
        client.invalidateQueries({ queryKey: ["status"] }),
        client.invalidateQueries({ queryKey: ["config"] }),
      ]);
      onDone(answer);
    },
  });

  const complete = () => {
    setChecked(true);
    const first = urlError ? urlField : keyError ? keyField : pollError ? pollField : null;
    first?.current?.focus();
    return first === null;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete() && !save.isPending) {
      test.reset();
      tried.current = typedKey();
      save.mutate();
    }
  };
  const tryOut = () => {
    if (complete() && !test.isPending) {
      save.reset();
      tried.current = typedKey();
      test.mutate();
    }
  };
  const lockedConnection = locked.includes("cpaConnection");

  return (
    <Bare
      wide
      foot={
        <div className="row">
          {reentry || historical || configured ? (
            <button
              type="button"
              className="link"
              onClick={() => {
                skipSetup();
                void navigate({ to: "/" });
              }}
            >
              {configured && !reentry ? t("setup.back") : t("setup.skip")}
            </button>
          ) : null}
          <span className="grow" />
          <button type="button" className="link" onClick={signOut}>
            {t("session.signOut")}
          </button>
        </div>
      }
    >
      <div>
        <h1>{t("setup.title")}</h1>
        <p className="dim">{t("setup.intro")}</p>
      </div>
      {reentry ? (
        <Banner state="warn" title={t("setup.reentryTitle")}>
          {t("setup.reentryText")}
        </Banner>
      ) : historical && !configured ? (
        <Banner state="unknown" title={t("setup.historicalTitle")}>
          {t("setup.historicalText")}
        </Banner>
      ) : null}
      {lockedConnection ? (
        <Banner state="unknown" title={t("setup.lockedTitle")}>
          {t("setup.lockedText")}
        </Banner>
      ) : null}
      <form onSubmit={submit} className={styles.form} noValidate>
        <TextField
          ref={urlField}
          inline
          label={t("setup.url")}
          help={t("setup.urlHelp")}
          error={checked ? urlError : undefined}
          name="cpa-url"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          readOnly={lockedConnection}
          value={url}
          onChange={(event) => setUrl(event.target.value)}
        />
        <SecretField
          ref={keyField}
          inline
          label={t("setup.key")}
          help={initial.keyStored ? t("setup.keyStored") : t("setup.keyHelp")}
          error={checked ? keyError : undefined}
          showLabel={t("action.show")}
          hideLabel={t("action.hide")}
          name="cpa-management-key"
          readOnly={lockedConnection}
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
        <SwitchField
          label={t("setup.monitoring")}
          help={t("setup.monitoringHelp")}
          checked={monitoring}
          onChange={setMonitoring}
        />
        {monitoring ? (
          <SwitchField
            label={t("setup.publishing")}
            help={t("setup.publishingHelp")}
            checked={publishing}
            onChange={setPublishing}
          />
        ) : null}
        {monitoring ? (
          <details className={styles.advanced} open={checked && pollError ? true : undefined}>
            <summary>{t("setup.advanced")}</summary>
            <div className={styles.form}>
              <SelectField
                inline
                label={t("setup.mode")}
                help={t("setup.modeHelp")}
                value={mode}
                onChange={(event) => setMode(MODES.find((item) => item === event.target.value) ?? "auto")}
                options={[
                  { value: "auto", label: t("mode.auto") },
                  { value: "subscribe", label: t("mode.subscribe") },
                  { value: "http", label: t("mode.http") },
                  { value: "resp", label: t("mode.resp") },
                ]}
              />
              <TextField
                ref={pollField}
                inline
                label={t("setup.poll")}
                help={t("setup.pollHelp")}
                error={checked ? pollError : undefined}
                inputMode="numeric"
                value={poll}
                onChange={(event) => setPoll(event.target.value)}
              />
            </div>
          </details>
        ) : null}
        <div className="row">
          <Button onClick={tryOut} disabled={test.isPending || save.isPending}>
            {test.isPending ? t("setup.testing") : t("setup.test")}
          </Button>
          <span className="grow" />
          <Button kind="primary" type="submit" disabled={test.isPending || save.isPending}>
            {save.isPending ? t("setup.saving") : t("setup.save")}
          </Button>
        </div>
      </form>
      {test.data ? <TestResult answer={test.data} /> : null}
      {test.error ? <Refused error={test.error} title={t("setup.testFailed")} /> : null}
      {save.error ? <Refused error={save.error} title={t("setup.saveFailed")} /> : null}
    </Bare>
  );
}

function TestResult({ answer }: { answer: ConnectionTestAnswer }) {
  const { t } = useI18n();
  return (
    <section className={styles.result} aria-live="polite">
      <h2>{answer.ok ? t("setup.testOk") : t("setup.testNotOk")}</h2>
      <Checks checks={answer.checks} />
    </section>
  );
}

/** What the manager or the gateway refused, and the next step. */
function Refused({ error, title }: { error: unknown; title: string }) {
  const { t, language, format } = useI18n();
  const found = asApiError(error);
  const now = useNow(1_000);
  const [until] = useState(() => Date.now() + (found.retryAfter ?? 0) * 1000);
  const words = refusalWords(language, { code: found.code, text: found.message, hint: found.hint });
  const left = until - now;
  return (
    <Banner state="bad" title={title} alert>
      <p>{found.unreachable ? t("error.noAnswer") : words.text}</p>
      {words.hint ? (
        <p>
          <b>{t("refusal.next")}</b> {words.hint}
        </p>
      ) : null}
      {found.retryAfter !== undefined && left > 0 ? (
        <p>{t("refusal.wait", { time: format.span(left), clock: format.clock(until) })}</p>
      ) : null}
      {language === "en" ? null : <p className="dim">{found.message}</p>}
    </Banner>
  );
}

function Success({ answer }: { answer: SetupAnswer }) {
  const { t, rich } = useI18n();
  const navigate = useNavigate();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <Bare wide>
      <h1 ref={title} tabIndex={-1} style={{ outline: "none" }}>
        {t("setup.done")}
      </h1>
      <Banner state="ok" title={t("setup.doneTitle")}>
        {rich("setup.doneText", { upstream: <code key="upstream">{answer.upstream}</code> })}
      </Banner>
      <Warnings warnings={answer.warnings} />
      <div className="row">
        <Button kind="primary" onClick={() => void navigate({ to: "/requests" })}>
          {t("setup.toRequests")}
        </Button>
        <Button kind="ghost" onClick={() => void navigate({ to: "/system" })}>
          {t("setup.toCollector")}
        </Button>
      </div>
    </Bare>
  );
}
