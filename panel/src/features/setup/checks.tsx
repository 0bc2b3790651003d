import type { ConnectionCheck, Warning } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { refusalWords } from "../../i18n/refusals";
import { Banner } from "../../ui/banner";
import { type State, Status } from "../../ui/status";
import styles from "./setup.module.css";

const CHECK_LABELS: Readonly<Record<string, Key | undefined>> = {
  http: "check.http",
  key: "check.key",
  version: "check.version",
  publishing: "check.publishing",
  retention: "check.retention",
  resp: "check.resp",
};

const CHECK_STATES: Readonly<Record<string, { state: State; word: Key } | undefined>> = {
  ok: { state: "ok", word: "check.ok" },
  warn: { state: "warn", word: "check.warn" },
  failed: { state: "bad", word: "check.failed" },
};

/** The lines of a connection test, in the manager's order. */
export function Checks({ checks }: { checks: readonly ConnectionCheck[] }) {
  const { t, language } = useI18n();
  return (
    <ul className={styles.checks}>
      {checks.map((check) => {
        const label = CHECK_LABELS[check.name];
        const { state, word } = CHECK_STATES[check.state] ?? {
          state: "unknown" as const,
          word: "check.skipped" as const,
        };
        const words = refusalWords(language, check);
        return (
          <li key={check.name}>
            <span className={styles.checkName}>{label ? t(label) : check.name}</span>
            <Status state={state}>{t(word)}</Status>
            <div className={styles.checkText}>
              {state === "ok" && language !== "en" ? <span className="dim">{check.text}</span> : words.text}
              {words.hint ? <p className="mid">{words.hint}</p> : null}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** What works and should be looked at. */
export function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  const { language } = useI18n();
  return warnings.map((warning) => {
    const words = refusalWords(language, warning);
    return (
      <Banner key={warning.code} state="warn" title={words.text}>
        {words.hint}
      </Banner>
    );
  });
}
