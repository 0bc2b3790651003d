import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { asApiError } from "../../api/errors";
import { manage } from "../../api/manage";
import type { CollectorCheck, CollectorTest } from "../../api/manage-types";
import { configQuery, statusQuery } from "../../api/queries";
import { type Key, useI18n } from "../../i18n";
import { refusalWords, sentences } from "../../i18n/refusals";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { type State, Status } from "../../ui/status";
import { useToast } from "../../ui/toast";
import { TRANSPORTS } from "../collector/state";
import styles from "./settings.module.css";

/** What is tried, what it says where it works, and what where it is not known. */
const CHECKS: Readonly<Record<string, { name: Key; works: Key; unknown: Key } | undefined>> = {
  key: { name: "check.key", works: "trial.key", unknown: "trial.untried" },
  resp: { name: "trial.respName", works: "trial.resp", unknown: "trial.untried" },
  subscribe: { name: "check.resp", works: "trial.subscribe", unknown: "trial.untried" },
  http: { name: "trial.queueName", works: "trial.queue", unknown: "trial.untried" },
  publishing: { name: "check.publishing", works: "trial.publishing", unknown: "gateway.silent" },
  retention: { name: "check.retention", works: "trial.retention", unknown: "gateway.silent" },
};

const STATES: Readonly<Record<string, { state: State; word: Key } | undefined>> = {
  ok: { state: "ok", word: "trial.works" },
  warn: { state: "warn", word: "check.warn" },
  failed: { state: "bad", word: "check.failed" },
  unknown: { state: "unknown", word: "trial.unknown" },
};

/** What of collecting works from where the manager runs: one line for each part, and what comes next where it does not. */
export function LiveTest({ test }: { test: UseMutationResult<CollectorTest, Error, void> }) {
  const { t, format } = useI18n();
  if (test.error) return <TestFailed error={test.error} />;
  if (!test.data) return null;
  const { ok, transport, checks, retention_seconds } = test.data;
  const way = TRANSPORTS[transport ?? ""];
  const kept = retention_seconds === null || retention_seconds === undefined ? null : retention_seconds * 1000;
  return (
    <section className={styles.trial} aria-label={t("settings.worksHere")}>
      <h3>{t("settings.worksHere")}</h3>
      <Status state={ok ? "ok" : "bad"}>
        {ok ? t("trial.collects", { way: way ? t(way) : "" }) : t("trial.none")}
      </Status>
      <ul>
        {checks.map((check) => (
          <Line key={check.name} check={check} kept={format.duration(kept)} onAgain={() => test.mutate()} />
        ))}
      </ul>
    </section>
  );
}

function Line({ check, kept, onAgain }: { check: CollectorCheck; kept: string; onAgain(): void }) {
  const { t, language } = useI18n();
  const known = CHECKS[check.name];
  const { state, word } = STATES[check.state] ?? { state: "unknown" as const, word: "check.skipped" as const };
  const words = refusalWords(language, check);
  const text =
    known && check.state === "ok"
      ? t(known.works, { time: kept })
      : known && check.state === "unknown"
        ? t(known.unknown)
        : words.text;
  const wrong = state === "bad" || state === "warn";
  return (
    <li data-check={check.name}>
      <span>{known ? t(known.name) : check.name}</span>
      <Status state={state}>{t(word)}</Status>
      <div>
        <p>{text}</p>
        {wrong && words.hint ? (
          <p className="mid">
            <b>{t("refusal.next")}</b> {words.hint}
          </p>
        ) : null}
        {wrong && check.name === "publishing" ? <PublishButton onDone={onAgain} /> : null}
      </div>
    </li>
  );
}

/** Switches publishing on in the gateway: without it there is nothing to collect. */
function PublishButton({ onDone }: { onDone(): void }) {
  const { t, language } = useI18n();
  const client = useQueryClient();
  const toast = useToast();
  const publish = useMutation({
    mutationFn: manage.publish,
    onSuccess: async () => {
      toast.show({ state: "ok", title: t("settings.published"), text: t("settings.publishedText") });
      onDone();
      await client.invalidateQueries({ queryKey: statusQuery.queryKey });
      await client.invalidateQueries({ queryKey: configQuery.queryKey });
    },
    onError: (error) => {
      const found = asApiError(error);
      const words = refusalWords(language, { code: found.code, text: found.message, hint: found.hint });
      toast.show({ state: "bad", title: t("settings.notPublished"), text: sentences(words.text, words.hint) });
    },
  });
  return (
    <Button small disabled={publish.isPending} onClick={() => publish.mutate()}>
      {t("settings.publish")}
    </Button>
  );
}

function TestFailed({ error }: { error: unknown }) {
  const { t, language } = useI18n();
  const found = asApiError(error);
  const words = refusalWords(language, { code: found.code, text: found.message, hint: found.hint });
  return (
    <Banner state="bad" title={t("setup.testFailed")} alert>
      {sentences(found.unreachable ? t("error.noAnswer") : words.text, words.hint)}
    </Banner>
  );
}
