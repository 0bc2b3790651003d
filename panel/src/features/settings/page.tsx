import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { asApiError } from "../../api/errors";
import { manage } from "../../api/manage";
import type { ConfigAnswer, ManagerConfig } from "../../api/manage-types";
import { configQuery, infoQuery, statusQuery } from "../../api/queries";
import { Page } from "../../app/shell";
import { useUnsavedGuard } from "../../app/unsaved";
import { type Key, useI18n } from "../../i18n";
import { refusalWords } from "../../i18n/refusals";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { useConfirm } from "../../ui/confirm";
import { Panel, Skeleton } from "../../ui/panel";
import { StatusMark } from "../../ui/status";
import { useToast } from "../../ui/toast";
import { Failed } from "../collector/failed";
import { CollectionPanel } from "./collection";
import { ConnectionPanel } from "./connection";
import { changesOf, type Draft, draftOf, type Field, isRisky, problemsOf, rebased, updateOf } from "./form";
import { LanguagePanel } from "./language";
import { PolicyPanel } from "./policy";
import { SessionsPanel } from "./sessions";
import styles from "./settings.module.css";

export const SECTIONS = ["connection", "collection", "sessions", "language"] as const;
export type Section = (typeof SECTIONS)[number];

const SECTION_NAMES: Record<Section, Key> = {
  connection: "settings.connection",
  collection: "settings.collection",
  sessions: "settings.sessions",
  language: "settings.language",
};

/** The manager's own settings: the gateway, collection, who is logged in, language and zone. */
export function SettingsPage() {
  const { t } = useI18n();
  const { section } = useSearch({ from: "/signed-in/app/settings" });
  const config = useQuery(configQuery);
  useEffect(() => {
    if (!section) return;
    const target = document.getElementById(`settings-${section}`);
    target?.scrollIntoView({ block: "start" });
    target?.focus({ preventScroll: true });
  }, [section]);
  return (
    <Page title={t("nav.settings")}>
      <div className={styles.page}>
        <nav className={styles.nav} aria-label={t("settings.sections")}>
          <ul>
            {SECTIONS.map((name) => (
              <li key={name}>
                <Link to="/settings" search={{ section: name }} aria-current={section === name ? "true" : undefined}>
                  {t(SECTION_NAMES[name])}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className={styles.sections}>
          {config.data ? (
            <Form answer={config.data} />
          ) : (
            <Panel title={t("settings.connection")}>
              {config.isError ? (
                <Failed error={config.error} what={t("settings.unreadable")} onRetry={() => void config.refetch()} />
              ) : (
                <Skeleton label={t("settings.reading")} />
              )}
            </Panel>
          )}
          <section id="settings-sessions" tabIndex={-1} className={styles.anchor}>
            <SessionsPanel />
          </section>
          <section id="settings-language" tabIndex={-1} className={styles.anchor}>
            <LanguagePanel />
          </section>
          <PolicyPanel />
        </div>
      </div>
    </Page>
  );
}

function Form({ answer }: { answer: ConfigAnswer }) {
  const { t, format, language } = useI18n();
  const client = useQueryClient();
  const toast = useToast();
  const confirm = useConfirm();
  const info = useQuery(infoQuery);
  const [before, setBefore] = useState(() => draftOf(answer));
  const [draft, setDraft] = useState(before);
  /** Other values were stored while something was typed. */
  const [moved, setMoved] = useState(false);
  const stored = draftOf(answer);
  // Whoever stored it, another tab or another person: it is filled in where nothing was typed.
  if (changesOf(before, stored).length > 0) {
    if (changesOf(before, draft).length > 0) setMoved(true);
    setDraft(rebased(before, draft, stored));
    setBefore(stored);
  }
  const form = useRef<HTMLFormElement>(null);

  const retentionMs = answer.cpaUsage ? answer.cpaUsage.redisUsageQueueRetentionSeconds * 1000 : null;
  const keyStored =
    Boolean(answer.config.cpaConnection?.managementKey) && info.data?.connectionState !== "reentry_required";
  const problems = problemsOf(draft, { keyStored, retentionMs });
  const changes = changesOf(before, draft);
  const faults = (Object.keys(problems) as Field[]).filter(
    // A setting that was stored so is not the person's mistake of now.
    (field) => changes.includes(field) || field === "url" || field === "key",
  );
  const dirty = changes.length > 0;
  if (moved && !dirty) setMoved(false);

  /** What is sent, which may hold a key. Not a variable of the mutation, which keeps those. */
  const sent = useRef<ManagerConfig>({});
  const save = useMutation({
    mutationFn: () => manage.saveConfig(sent.current),
    gcTime: 0,
    onSettled: () => {
      sent.current = {};
    },
    onSuccess: async (saved) => {
      // As it is stored, which may be written otherwise than it was typed.
      const kept = draftOf(saved);
      setBefore(kept);
      setDraft(kept);
      setMoved(false);
      client.setQueryData(configQuery.queryKey, { ...answer, ...saved });
      toast.show({ state: "ok", title: t("settings.saved"), text: t("settings.savedText") });
      await Promise.all([
        client.invalidateQueries({ queryKey: infoQuery.queryKey }),
        client.invalidateQueries({ queryKey: statusQuery.queryKey }),
        client.invalidateQueries({ queryKey: configQuery.queryKey }),
      ]);
    },
  });

  useUnsavedGuard(changes.length);

  const change = (part: Partial<Draft>) => {
    if (!save.isPending) setDraft((old) => ({ ...old, ...part }));
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending || !dirty) return;
    if (faults.length > 0) {
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    const sure =
      !isRisky(changes, draft) ||
      (await confirm(
        draft.enabled
          ? {
              title: t("settings.askConnection"),
              body: t("settings.askConnectionText", { from: before.url || t("settings.none"), to: draft.url.trim() }),
              confirm: t("settings.replace"),
              keep: t("settings.keep"),
              danger: true,
            }
          : {
              title: t("settings.askOff"),
              body: t("settings.askOffText", { time: format.duration(retentionMs) }),
              confirm: t("settings.switchOff"),
              keep: t("settings.keep"),
              danger: true,
            },
      ));
    if (!sure) return;
    sent.current = updateOf(changes, draft);
    save.mutate();
  };
  const failure = save.error ? asApiError(save.error) : null;
  const words = failure
    ? refusalWords(language, { code: failure.code, text: failure.message, hint: failure.hint })
    : null;
  const shared = { draft, change, problems, locked: answer.locked, faults, saving: save.isPending };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} className={styles.form} noValidate>
      {answer.source === "env" ? (
        <Banner state="unknown" title={t("settings.envTitle")}>
          {t("settings.envText")}
        </Banner>
      ) : null}
      <section id="settings-connection" tabIndex={-1} className={styles.anchor}>
        <ConnectionPanel {...shared} source={answer.source} keyStored={keyStored} />
      </section>
      <section id="settings-collection" tabIndex={-1} className={styles.anchor}>
        <CollectionPanel {...shared} stored={before} usage={answer.cpaUsage ?? null} />
      </section>
      {failure && words ? (
        <Banner state="bad" title={t("settings.notSaved")} alert>
          <p>{failure.unreachable ? t("error.noAnswer") : words.text}</p>
          {words.hint ? (
            <p>
              <b>{t("refusal.next")}</b> {words.hint}
            </p>
          ) : null}
        </Banner>
      ) : null}
      {moved && dirty ? (
        <Banner state="warn" title={t("settings.movedTitle")} alert>
          {t("settings.movedText")}
        </Banner>
      ) : null}
      {dirty ? (
        <div className={styles.bar} role="status">
          <StatusMark state="warn" />
          <b>{t("settings.unsaved", { n: changes.length })}</b>
          {faults.length > 0 ? <span className={styles.barProblem}>{t("settings.correctFirst")}</span> : null}
          <span className="grow" />
          <Button
            kind="ghost"
            disabled={save.isPending}
            onClick={() => {
              save.reset();
              setMoved(false);
              setDraft(before);
            }}
          >
            {t("settings.discard")}
          </Button>
          <Button kind="primary" type="submit" disabled={save.isPending}>
            {save.isPending ? t("settings.saving") : t("settings.save")}
          </Button>
        </div>
      ) : null}
    </form>
  );
}
