import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { asApiError } from "../../api/errors";
import { baseOf, gateway } from "../../api/gateway";
import { Bare } from "../../app/bare";
import { ToManager } from "../../app/hosted-by-gateway";
import { type Key, useI18n } from "../../i18n";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { SecretField, TextField } from "../../ui/field";

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
  const [address, setAddress] = useState("");
  const base = baseOf(address);
  const field = useRef<HTMLInputElement>(null);
  /** What is tried. Not a variable of the mutation, which keeps those. */
  const tried = useRef({ key: "", at: "" });
  const login = useMutation({
    mutationFn: () => gateway.signIn(tried.current.key, tried.current.at),
    gcTime: 0,
    onSettled: () => {
      tried.current = { key: "", at: "" };
    },
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
    else if (base !== null) {
      tried.current = { key: typed, at: base };
      login.mutate();
    }
  };
  return (
    <Bare
      foot={
        <>
          <p>{t("hosted.why")}</p>
          <ToManager base={base ?? ""} />
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
                    ? t("direct.noAnswer", { host: base || location.host })
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
        <details open={address !== "" || undefined}>
          <summary className="dim">{t("direct.elsewhere")}</summary>
          <TextField
            label={t("setup.url")}
            help={t("direct.elsewhereHelp", { host: location.host })}
            error={base === null ? t("direct.badAddress") : undefined}
            name="gateway-address"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder={location.origin}
            value={address}
            onChange={(event) => setAddress(event.target.value)}
          />
        </details>
        <Button kind="primary" wide type="submit" disabled={login.isPending}>
          {login.isPending ? t("login.pending") : t("login.submit")}
        </Button>
      </form>
    </Bare>
  );
}
