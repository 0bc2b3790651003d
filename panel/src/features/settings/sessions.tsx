import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ifServed } from "../../api/analytics";
import { manage } from "../../api/manage";
import type { BrowserSession } from "../../api/manage-types";
import { useSignOut } from "../../app/sign-out";
import { useI18n } from "../../i18n";
import { useFailureText } from "../../i18n/failure";
import { useNow } from "../../lib/now";
import { Button } from "../../ui/button";
import { useConfirm } from "../../ui/confirm";
import { Empty, Panel, Skeleton } from "../../ui/panel";
import { Badge } from "../../ui/status";
import { useToast } from "../../ui/toast";
import { Unknown } from "../../ui/tooltip";
import { Failed } from "../collector/failed";
import { browserOf } from "./form";
import styles from "./settings.module.css";

const sessionsKey = ["sessions"];

/** Every browser that is signed in, with a way to sign it out. */
export function SessionsPanel() {
  const { t } = useI18n();
  const client = useQueryClient();
  const toast = useToast();
  const failureText = useFailureText();
  const signOut = useSignOut();
  const confirm = useConfirm();
  const sessions = useQuery({
    queryKey: sessionsKey,
    queryFn: async () => (await ifServed(manage.sessions()))?.items ?? null,
    staleTime: 10_000,
  });
  const refresh = () => client.invalidateQueries({ queryKey: sessionsKey });
  const end = useMutation({
    mutationFn: (session: BrowserSession) => manage.endSession(session.id),
    onSuccess: async () => {
      toast.show({ state: "ok", title: t("sessions.ended") });
      await refresh();
    },
    onError: (error) => toast.show({ state: "bad", title: t("sessions.notEnded"), text: failureText(error) }),
  });
  const items = sessions.data ?? [];
  const others = items.filter((session) => !session.current).length;
  const endOthers = async () => {
    const done = await confirm({
      title: t("sessions.askOthers", { n: others }),
      body: t("sessions.askOthersText"),
      confirm: t("sessions.endOthers"),
      keep: t("sessions.keepOthers"),
      danger: true,
      run: manage.endOtherSessions,
    });
    if (!done) return;
    toast.show({ state: "ok", title: t("sessions.othersEnded", { n: others }) });
    await refresh();
  };
  // A manager that cannot list them: nothing is promised here.
  if (sessions.data === null) return null;
  return (
    <Panel
      title={t("settings.sessions")}
      note={items.length > 0 ? t("sessions.count", { n: items.length }) : undefined}
      actions={
        others > 0 ? (
          <Button small onClick={() => void endOthers()}>
            {t("sessions.endOthers")}
          </Button>
        ) : undefined
      }
      flush
    >
      {sessions.isPending ? <Skeleton lines={3} label={t("sessions.reading")} /> : null}
      {sessions.isError && items.length === 0 ? (
        <div className={styles.field}>
          <Failed error={sessions.error} what={t("sessions.unreadable")} onRetry={() => void sessions.refetch()} />
        </div>
      ) : null}
      {sessions.data && items.length === 0 ? <Empty title={t("sessions.none")} /> : null}
      <ul className={styles.sessions}>
        {items.map((session) => (
          <Session
            key={session.id}
            session={session}
            busy={end.isPending && end.variables?.id === session.id}
            onEnd={() => (session.current ? signOut() : end.mutate(session))}
          />
        ))}
      </ul>
    </Panel>
  );
}

function Session({ session, busy, onEnd }: { session: BrowserSession; busy: boolean; onEnd(): void }) {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const found = browserOf(session.user_agent);
  const name = found
    ? found.system
      ? t("sessions.browser", { browser: found.browser, system: found.system })
      : found.browser
    : session.user_agent || t("sessions.unknownBrowser");
  const seen = session.last_used_at_ms > 0 ? session.last_used_at_ms : null;
  return (
    <li>
      <div className={styles.sessionName}>
        <b title={session.user_agent ?? undefined}>{name}</b>
        {session.current ? <Badge state="ok">{t("sessions.this")}</Badge> : null}
      </div>
      <div className={styles.sessionFacts}>
        <span>{session.client || <Unknown reason={t("sessions.noAddress")} />}</span>
        <span title={seen === null ? undefined : format.dateTime(seen, now)}>
          {seen === null ? (
            <Unknown reason={t("sessions.noLastSeen")} />
          ) : (
            t("sessions.lastSeen", { time: format.ago(seen, now) })
          )}
        </span>
        <span>{t("sessions.since", { time: format.dateTime(session.created_at_ms, now, { short: true }) })}</span>
        <span>{t("sessions.until", { time: format.dateTime(session.expires_at_ms, now, { short: true }) })}</span>
      </div>
      <Button small disabled={busy} onClick={onEnd} aria-label={t("sessions.endOne", { name })}>
        {t("session.signOut")}
      </Button>
    </li>
  );
}
