import { Link } from "@tanstack/react-router";
import { useI18n } from "../../i18n";
import { SecretField, TextField } from "../../ui/field";
import { Panel } from "../../ui/panel";
import type { Draft, Field, Problem } from "./form";
import { lockOf } from "./form";
import { LockNote } from "./lock";
import { useProblemText } from "./problem";
import styles from "./settings.module.css";

export interface FormPart {
  draft: Draft;
  change(part: Partial<Draft>): void;
  problems: Partial<Record<Field, Problem>>;
  locked: readonly string[];
  /** Fields whose fault is shown. */
  faults: readonly Field[];
  /** What was typed is on its way: nothing can be typed until it has arrived. */
  saving: boolean;
}

/** Where the gateway is and how the manager proves itself to it. */
export function ConnectionPanel({
  draft,
  change,
  problems,
  locked,
  faults,
  saving,
  source,
  keyStored,
}: FormPart & { source: string; keyStored: boolean }) {
  const { t } = useI18n();
  const words = useProblemText();
  const lockedUrl = lockOf("url", locked);
  const lockedKey = lockOf("key", locked);
  const problem = (field: Field) => (faults.includes(field) ? words(problems[field]) : undefined);
  return (
    <Panel
      title={t("settings.connection")}
      note={source === "db" ? t("settings.fromDatabase") : source === "env" ? t("settings.fromEnv") : undefined}
      actions={
        <Link to="/setup" className="link">
          {t("settings.wizard")}
        </Link>
      }
      flush
    >
      <div className={styles.field}>
        <TextField
          inline
          label={t("setup.url")}
          help={lockedUrl ? t("settings.lockedHelp") : t("setup.urlHelp")}
          error={problem("url")}
          name="cpa-url"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          readOnly={lockedUrl !== undefined || saving}
          value={draft.url}
          onChange={(event) => change({ url: event.target.value })}
        />
        <LockNote variable={lockedUrl} />
      </div>
      <div className={styles.field}>
        <SecretField
          inline
          label={t("setup.key")}
          help={lockedKey ? t("settings.lockedHelp") : keyStored ? t("settings.keyStored") : t("setup.keyHelp")}
          error={problem("key")}
          showLabel={t("action.show")}
          hideLabel={t("action.hide")}
          name="cpa-management-key"
          placeholder={keyStored ? t("settings.unchanged") : undefined}
          readOnly={lockedKey !== undefined || saving}
          value={draft.key}
          onChange={(event) => change({ key: event.target.value })}
        />
        <LockNote variable={lockedKey} />
      </div>
    </Panel>
  );
}
