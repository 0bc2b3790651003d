import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { api } from "../../api/client";
import { asApiError } from "../../api/errors";
import { infoQuery, sessionQuery } from "../../api/queries";
import { Bare } from "../../app/bare";
import { useI18n } from "../../i18n";
import { refusalWords, sentences } from "../../i18n/refusals";
import { useNow } from "../../lib/now";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { SecretField } from "../../ui/field";
import { Status } from "../../ui/status";

export function LoginPage() {
  const { t, rich, language, format } = useI18n();
  const { to } = useSearch({ from: "/login" });
  const navigate = useNavigate();
  const router = useRouter();
  const client = useQueryClient();
  const info = useQuery(infoQuery);
  const [key, setKey] = useState("");
  const [blockedUntil, setBlockedUntil] = useState(0);
  const now = useNow(1_000);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = `${t("login.title")} · ${t("app.name")}`;
  }, [t]);

  /** What is tried. Not a variable of the mutation, which keeps those. */
  const tried = useRef("");
  const login = useMutation({
    mutationFn: () => api.login(tried.current),
    gcTime: 0,
    onSettled: () => {
      tried.current = "";
    },
    onSuccess: async (session) => {
      setKey("");
      client.setQueryData(sessionQuery.queryKey, session);
      await client.invalidateQueries({ queryKey: infoQuery.queryKey });
      if (to) router.history.push(to);
      else await navigate({ to: "/" });
    },
    onError: (error) => {
      const { retryAfter } = asApiError(error);
      if (retryAfter !== undefined) setBlockedUntil(Date.now() + retryAfter * 1000);
      field.current?.focus();
      field.current?.select();
    },
  });

  const failure = login.error ? asApiError(login.error) : null;
  const wait = Math.max(0, Math.ceil((blockedUntil - now) / 1000));
  const words = failure
    ? refusalWords(language, { code: failure.code, text: failure.message, hint: failure.hint })
    : null;
  const empty = login.isIdle && login.submittedAt === 0;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const typed = key.trim();
    if (typed === "" || wait > 0 || login.isPending) {
      field.current?.focus();
      return;
    }
    tried.current = typed;
    login.mutate();
  };

  return (
    <Bare
      foot={
        info.data ? (
          <Status state="ok">
            {t("login.manager", {
              version: info.data.version,
              uptime: format.span(Math.max(0, now - info.data.startedAt)),
            })}
          </Status>
        ) : info.isError ? (
          <Status state="bad">{t("unreachable.title")}</Status>
        ) : (
          <Status state="unknown">{t("login.asking")}</Status>
        )
      }
    >
      <div>
        <h1>{t("login.title")}</h1>
        <p className="dim">{rich("login.served", { host: <code key="host">{location.host}</code> })}</p>
      </div>
      {info.isError && !info.data ? (
        <Banner
          state="bad"
          title={t("unreachable.text", { host: location.host })}
          action={
            <Button small icon="retry" onClick={() => void info.refetch()}>
              {t("action.retry")}
            </Button>
          }
        >
          {t("unreachable.hint")}
        </Banner>
      ) : null}
      <form onSubmit={submit} style={{ display: "grid", gap: 14 }} noValidate>
        <SecretField
          ref={field}
          label={t("login.key")}
          help={rich("login.keyHelp", { prefix: <code key="prefix">cmp_admin_</code> })}
          error={
            failure
              ? sentences(
                  failure.unreachable ? t("unreachable.text", { host: location.host }) : words?.text,
                  // What the help below says already is not said twice.
                  failure.status === 429 || failure.code === "invalid_admin_key"
                    ? null
                    : failure.unreachable
                      ? t("unreachable.hint")
                      : words?.hint,
                  wait > 0 ? t("login.wait", { n: wait }) : null,
                )
              : undefined
          }
          showLabel={t("action.show")}
          hideLabel={t("action.hide")}
          name="admin-key"
          autoComplete="current-password"
          autoFocus={empty}
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
        <Button kind="primary" wide type="submit" disabled={wait > 0 || login.isPending}>
          {wait > 0 ? t("login.waitButton", { n: wait }) : login.isPending ? t("login.pending") : t("login.submit")}
        </Button>
      </form>
    </Bare>
  );
}
