import { useMutation } from "@tanstack/react-query";
import { asApiError } from "../../api/errors";
import { gateway } from "../../api/gateway";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/button";
import { Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import { isNewer } from "./newer";

/** The gateway's version, and on request whether there is a newer one. CPA asks for that, never the browser. */
export function VersionCheck({ current, built }: { current: string | null; built?: string | undefined }) {
  const { t } = useI18n();
  const check = useMutation({ mutationFn: () => gateway.latestVersion() });
  const latest = check.data;
  return (
    <span className="row">
      <span>
        {current ?? <Unknown reason={t("gateway.silent")} />}
        {built ? <span className="dim"> · {t("version.built", { date: built.slice(0, 10) })}</span> : null}
      </span>
      {check.isError ? (
        <Status state="bad">{t("version.failed", { text: asApiError(check.error).message })}</Status>
      ) : latest ? (
        current && !isNewer(latest, current) ? (
          <Status state="ok">{t("version.newest")}</Status>
        ) : (
          <Status state="warn">{t("version.latest", { version: latest })}</Status>
        )
      ) : (
        <Button small kind="ghost" disabled={check.isPending} onClick={() => check.mutate()}>
          {t("version.check")}
        </Button>
      )}
    </span>
  );
}
