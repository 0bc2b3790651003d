import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { manage } from "../../api/manage";
import type { ConfigAnswer } from "../../api/manage-types";
import { type Key, useI18n } from "../../i18n";
import { PHONE, useMedia } from "../../lib/media";
import { Button, Segmented } from "../../ui/button";
import { SelectField, SwitchField, TextField } from "../../ui/field";
import { Panel } from "../../ui/panel";
import type { FormPart } from "./connection";
import { type Draft, lockOf, MODES } from "./form";
import { LiveTest } from "./live-test";
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
  saving,
  stored,
  usage,
}: FormPart & { stored: Draft; usage: ConfigAnswer["cpaUsage"] }) {
  const { t, format } = useI18n();
  const words = useProblemText();
  const test = useMutation({ mutationFn: manage.testCollector });
  const { reset } = test;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a test tells of the settings that were stored at its time
  useEffect(() => reset(), [reset, stored]);
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
          disabled={lockOf("enabled", locked) !== undefined || saving}
          onChange={(enabled) => change({ enabled })}
        />
        <LockNote variable={lockOf("enabled", locked)} />
      </div>
      <div className={styles.field}>
        <SwitchField
          label={t("settings.ensure")}
          help={t("settings.ensureHelp")}
          checked={draft.publishing}
          disabled={lockOf("publishing", locked) !== undefined || saving}
          onChange={(publishing) => change({ publishing })}
        />
        <LockNote variable={lockOf("publishing", locked)} />
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
                disabled={saving}
                options={MODES.map((mode) => ({ value: mode, label: t(MODE_NAMES[mode]) }))}
                onChange={(event) => change({ mode: MODES.find((mode) => mode === event.target.value) ?? "auto" })}
              />
            ) : (
              <Segmented
                label={t("setup.mode")}
                value={draft.mode}
                disabled={saving}
                options={MODES.map((mode) => ({ value: mode, label: t(MODE_NAMES[mode]) }))}
                onChange={(mode) => change({ mode })}
              />
            )}
            <LockNote variable={lockedMode} />
            <div aria-live="polite">
              <LiveTest test={test} />
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
            readOnly={lockOf(field, locked) !== undefined || saving}
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
          disabled={lockOf("tlsSkipVerify", locked) !== undefined || saving}
          onChange={(tlsSkipVerify) => change({ tlsSkipVerify })}
        />
        <LockNote variable={lockOf("tlsSkipVerify", locked)} />
      </div>
    </Panel>
  );
}
