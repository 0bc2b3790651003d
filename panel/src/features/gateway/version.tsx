import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { asApiError } from "../../api/errors";
import { gateway } from "../../api/gateway";
import { hostingMode } from "../../app/features";
import { useI18n } from "../../i18n";
import { useFailureText } from "../../i18n/failure";
import { Button } from "../../ui/button";
import { Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import { isNewer } from "./newer";

/** The gateway's version, and on request whether there is a newer one. CPA asks for that, never the browser. */
export function VersionCheck({ current, built }: { current: string | null; built?: string | undefined }) {
  const { t } = useI18n();
  const failureText = useFailureText();
  const check = useMutation({ mutationFn: () => gateway.latestVersion() });
  const latest = check.data;
  let found: ReactNode = null;
  if (check.isError) {
    const silent = hostingMode() === "lightweight" && asApiError(check.error).unreachable;
    const text = silent ? t("error.gatewaySilent") : failureText(check.error);
    found = <Status state="bad">{t("version.failed", { text })}</Status>;
  } else if (latest === "") found = <Status state="unknown">{t("version.unsaid")}</Status>;
  else if (latest !== undefined && current && !isNewer(latest, current))
    found = <Status state="ok">{t("version.newest")}</Status>;
  else if (latest !== undefined) found = <Status state="warn">{t("version.latest", { version: latest })}</Status>;
  return (
    <span className="row">
      <span>
        {current ?? <Unknown reason={t("gateway.silent")} />}
        {built ? <span className="dim"> · {t("version.built", { date: built.slice(0, 10) })}</span> : null}
      </span>
      <span role="status">{found}</span>
      {/* It stays where it is, and with it the focus. */}
      <Button
        small
        kind="ghost"
        aria-disabled={check.isPending}
        onClick={() => {
          if (!check.isPending) check.mutate();
        }}
      >
        {t("version.check")}
      </Button>
    </span>
  );
}

/** How many logs of failed requests the gateway keeps; `null` while it logs all of them. */
export function ErrorLogs({ files }: { files: number | null }) {
  const { t } = useI18n();
  return files === null ? <Unknown reason={t("stock.allLogged")} /> : t("stock.files", { n: files });
}
