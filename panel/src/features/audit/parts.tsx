import { Link } from "@tanstack/react-router";
import type { AuditChange, AuditEntry } from "../../api/audit";
import { type Key, useI18n } from "../../i18n";
import { refusalWords } from "../../i18n/refusals";
import { Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import { ACTIONS, ACTORS, groupOf, REASONS, targetOf } from "./view";

/** The words for a code; one that this panel is too old for stands as it is. */
function Words({ code, of }: { code: string; of: Readonly<{ [code: string]: Key | undefined }> }) {
  const { t } = useI18n();
  const words = of[code];
  return words ? t(words) : <code>{code}</code>;
}

export function Action({ code }: { code: string }) {
  return <Words code={code} of={ACTIONS} />;
}

export function Actor({ kind }: { kind: string }) {
  return <Words code={kind} of={ACTORS} />;
}

export function Outcome({ outcome }: Pick<AuditEntry, "outcome">) {
  const { t } = useI18n();
  const failed = outcome === "failed";
  return <Status state={failed ? "bad" : "ok"}>{t(failed ? "status.failed" : "row.ok")}</Status>;
}

/** Words for the code of a failure; none for one that this panel does not know. */
export function useReason(): (code: string) => string {
  const { t, language } = useI18n();
  return (code) => {
    const words = REASONS[code];
    return words ? t(words) : refusalWords(language, { code, text: "" }).text;
  };
}

/** What the kind of act does not have. */
export function None() {
  const { t } = useI18n();
  return <Unknown reason={t("audit.noSubject")} />;
}

/** What it is about, and the way there; of what has no name of its own, the way to all of its kind. */
export function Subject({ entry }: { entry: AuditEntry }) {
  const { t } = useI18n();
  const { subject } = entry;
  const target = targetOf(entry);
  const group = groupOf(entry.action);
  const name = subject ? <code title={subject}>{subject}</code> : target && group ? t(group) : <None />;
  return target ? (
    <Link to={target.to} search={target.search as never} className="link">
      {name}
    </Link>
  ) : (
    name
  );
}

/** Moments among the values: they are written as dates. Lengths of time also end in `_ms`. */
const MOMENT = /(from|to)_ms$/;

/** Before and after. What was not there before stands alone: a count, a new price. */
export function Values({ change: { field, before, after }, now }: { change: AuditChange; now: number }) {
  const { t, format } = useI18n();
  const moment = (text: string) => (text === "0" ? t("audit.beginning") : format.dateTime(Number(text), now));
  const value = (text: string | null | undefined) =>
    typeof text === "string" ? (
      <code>{MOMENT.test(field) ? moment(text) : text}</code>
    ) : (
      <span className="dim">{t("facts.none")}</span>
    );
  return (
    <>
      {typeof before === "string" ? <>{value(before)} → </> : null}
      {value(after)}
    </>
  );
}
