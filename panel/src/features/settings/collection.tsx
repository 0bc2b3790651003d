import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client";
import { asApiError } from "../../api/errors";
import { manage } from "../../api/manage";
import type { CollectorCheck, CollectorTest, ConfigAnswer } from "../../api/manage-types";
import { configQuery, statusQuery } from "../../api/queries";
import { type Key, useI18n } from "../../i18n";
import { refusalWords, sentences } from "../../i18n/refusals";
import { PHONE, useMedia } from "../../lib/media";
import { Banner } from "../../ui/banner";
import { Button, Segmented } from "../../ui/button";
import { SelectField, SwitchField, TextField } from "../../ui/field";
import { Panel } from "../../ui/panel";
import { type State, Status } from "../../ui/status";
import { useToast } from "../../ui/toast";
import type { FormPart } from "./connection";
import { lockOf, MODES } from "./form";
import { LockNote } from "./lock";
import { useProblemText } from "./problem";
import styles from "./settings.module.css";

const MODE_NAMES = { auto: "mode.auto", subscribe: "mode.subscribe", resp: "mode.resp", http: "mode.http" } as const;
const NUMBERS = [
  { field: "poll", label: "setup.poll", help: "settings.pollHelp" },
  { field: "batch", label: "settings.batch", help: "settings.batchHelp" },
  { field: "queryLimit", label: "settings.queryLimit", help: "settings.queryLimitHelp" },
] as const satisfies { field: string; label: Key; help: Key }[];

/** How records are collected, and what of it works from where the manager runs. */
export function CollectionPanel({
  draft,
  change,
  problems,
  locked,
  faults,
  usage,
}: FormPart & { usage: ConfigAnswer["cpaUsage"] }) {
  const { t, format } = useI18n();
  const words = useProblemText();
  const test = useMutation({ mutationFn: () => api.testConnection({}) });
  const phone = useMedia(PHONE);
  const lockedMode = lockOf("mode", locked);
  return (
    <Panel
      title={t("settings.collection")}
      actions={
        <Button small disabled={test.isPending} onClick={() => test.mutate()}>
          {test.isPending ? t("setup.testing") : t("settings.testHere")}
        </Button>
      }
      flush
    >
      <div className={styles.field}>
        <SwitchField
          label={t("setup.monitoring")}
          help={t("setup.monitoringHelp")}
          checked={draft.enabled}
          disabled={lockOf("enabled", locked) !== undefined}
          onChange={(enabled) => change({ enabled })}
        />
      </div>
      <div className={styles.field}>
        <div className={styles.split}>
          <div>
            <b>{t("setup.mode")}</b>
            <p className={styles.help}>{t("setup.modeHelp")}</p>
          </div>
          <div>
            {lockedMode ? (
              <code>{draft.mode}</code>
            ) : phone ? (
              <SelectField
                label={<span className="sr">{t("setup.mode")}</span>}
                value={draft.mode}
                options={MODES.map((mode) => ({ value: mode, label: t(MODE_NAMES[mode]) }))}
                onChange={(event) => change({ mode: MODES.find((mode) => mode === event.target.value) ?? "auto" })}
              />
            ) : (
              <Segmented
                label={t("setup.mode")}
                value={draft.mode}
                options={MODES.map((mode) => ({ value: mode, label: t(MODE_NAMES[mode]) }))}
                onChange={(mode) => change({ mode })}
              />
            )}
            <LockNote variable={lockedMode} />
            <div aria-live="polite">
              {test.data ? <TestResult test={test.data} onAgain={() => test.mutate()} /> : null}
              {test.error ? <TestFailed error={test.error} /> : null}
            </div>
          </div>
        </div>
      </div>
      {NUMBERS.map(({ field, label, help }) => (
        <div key={field} className={styles.field}>
          <TextField
            inline
            label={t(label)}
            help={
              field === "poll" && usage
                ? t(usage.retentionSourceDefault ? "settings.pollHelpAssumed" : "settings.pollHelpKnown", {
                    time: format.duration(usage.redisUsageQueueRetentionSeconds * 1000),
                  })
                : t(help)
            }
            error={faults.includes(field) ? words(problems[field]) : undefined}
            name={field}
            inputMode="numeric"
            readOnly={lockOf(field, locked) !== undefined}
            value={draft[field]}
            onChange={(event) => change({ [field]: event.target.value })}
          />
          <LockNote variable={lockOf(field, locked)} />
        </div>
      ))}
      <div className={styles.field}>
        <SwitchField
          label={t("settings.tls")}
          help={t("settings.tlsHelp")}
          checked={draft.tlsSkipVerify}
          disabled={lockOf("tlsSkipVerify", locked) !== undefined}
          onChange={(tlsSkipVerify) => change({ tlsSkipVerify })}
        />
      </div>
    </Panel>
  );
}

const CHECK_NAMES: Readonly<Record<string, Key | undefined>> = {
  http: "check.http",
  key: "check.key",
  version: "check.version",
  publishing: "check.publishing",
  retention: "check.retention",
  resp: "settings.checkResp",
};

const CHECK_STATES: Readonly<Record<string, { state: State; word: Key } | undefined>> = {
  ok: { state: "ok", word: "settings.works" },
  warn: { state: "warn", word: "check.warn" },
  failed: { state: "bad", word: "check.failed" },
};

function TestResult({ test, onAgain }: { test: CollectorTest; onAgain(): void }) {
  const { t } = useI18n();
  return (
    <table className={styles.test}>
      <caption>{t("settings.worksHere")}</caption>
      <thead className="sr">
        <tr>
          <th scope="col">{t("settings.check")}</th>
          <th scope="col">{t("settings.result")}</th>
        </tr>
      </thead>
      <tbody>
        {test.checks.map((check) => (
          <Check key={check.name} check={check} onAgain={onAgain} />
        ))}
      </tbody>
    </table>
  );
}

function Check({ check, onAgain }: { check: CollectorCheck; onAgain(): void }) {
  const { t, language } = useI18n();
  const name = CHECK_NAMES[check.name];
  const { state, word } = CHECK_STATES[check.state] ?? { state: "unknown" as const, word: "check.skipped" as const };
  const words = refusalWords(language, check);
  const said = state === "ok" ? (language === "en" ? words.text : null) : words.text;
  return (
    <tr>
      <th scope="row">{name ? t(name) : check.name}</th>
      <td>
        <Status state={state}>{t(word)}</Status>
        {said ? <span className={styles.said}>{said}</span> : null}
        {words.hint && state !== "ok" ? <span className={styles.said}>{words.hint}</span> : null}
        {check.name === "publishing" && state !== "ok" && check.state !== "skipped" ? (
          <PublishButton onDone={onAgain} />
        ) : null}
      </td>
    </tr>
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
