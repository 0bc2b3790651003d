import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { asApiError } from "../../api/errors";
import { gateway } from "../../api/gateway";
import { Bare } from "../../app/bare";
import { ToManager } from "../../app/hosted-by-gateway";
import { type Key, useI18n } from "../../i18n";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { SecretField } from "../../ui/field";

/** What a refusal of the key means. CPA counts refused keys, and bans an address after five of them. */
const REFUSALS: Readonly<Record<number, Key | undefined>> = {
  401: "direct.wrongKey",
  403: "direct.forbidden",
  404: "direct.noManagement",
};

/** Where CPA hosts the file, its management key opens the page. The key is kept nowhere. */
export function GatewayLogin({ refused, onDone }: { refused: boolean; onDone(): void }) {
  const { t, rich } = useI18n();
  const [key, setKey] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const login = useMutation({
    mutationFn: (typed: string) => gateway.signIn(typed),
    onSuccess: () => {
      setKey("");
      onDone();
    },
    onError: () => {
      field.current?.focus();
      field.current?.select();
    },
  });
  const failure = login.error ? asApiError(login.error) : null;
  const words = failure ? REFUSALS[failure.status] : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const typed = key.trim();
    if (typed === "" || login.isPending) field.current?.focus();
    else login.mutate(typed);
  };
  return (
    <Bare
      foot={
        <>
          <p>{t("hosted.why")}</p>
          <ToManager />
        </>
      }
    >
      <div>
        <h1>{t("hosted.title")}</h1>
        <p className="dim">{t("hosted.what", { host: location.host })}</p>
      </div>
      {refused && !failure ? <Banner state="bad" alert title={t("direct.refusedLater")} /> : null}
      <form onSubmit={submit} style={{ display: "grid", gap: 14 }} noValidate>
        <SecretField
          ref={field}
          label={t("direct.key")}
          help={rich("direct.keyHelp", { setting: <code key="setting">remote-management.secret-key</code> })}
          error={
            failure ? (
              <>
                {words
                  ? t(words)
                  : failure.unreachable
                    ? t("direct.noAnswer", { host: location.host })
                    : t("error.gatewayAnswered", { status: String(failure.status), text: failure.message })}
                {failure.status === 403 ? ` ${failure.message}` : ""}
              </>
            ) : undefined
          }
          showLabel={t("action.show")}
          hideLabel={t("action.hide")}
          name="management-key"
          autoComplete="off"
          autoFocus
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
        <Button kind="primary" wide type="submit" disabled={login.isPending}>
          {login.isPending ? t("login.pending") : t("login.submit")}
        </Button>
      </form>
    </Bare>
  );
}
