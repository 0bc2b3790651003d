import { useEffect } from "react";
import { useI18n } from "../i18n";
import { Banner } from "../ui/banner";
import { Bare } from "./bare";

const MANAGER_PORT = "18317";

/** CPA itself serves this file. It keeps no history, so request monitoring is not here. */
export function HostedByGateway() {
  const { t, rich } = useI18n();
  const manager = `${location.protocol}//${location.hostname}:${MANAGER_PORT}/management.html`;
  useEffect(() => {
    document.title = t("app.name");
  }, [t]);
  return (
    <Bare>
      <h1>{t("hosted.title")}</h1>
      <Banner state="unknown" title={t("hosted.what", { host: location.host })}>
        {t("hosted.why")}
      </Banner>
      <p>
        {rich("hosted.where", {
          address: (
            <a className="link" href={manager}>
              {manager}
            </a>
          ),
        })}
      </p>
      <p className="dim">{t("hosted.later")}</p>
    </Bare>
  );
}
