import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { infoQuery, statusQuery } from "../api/queries";
import { useI18n } from "../i18n";
import { Banner } from "../ui/banner";
import { buttonClass } from "../ui/button";

/** Why nothing new may arrive, said before a person wonders. One line at most. */
export function Callouts() {
  const { t } = useI18n();
  const { data: info } = useQuery(infoQuery);
  const { data: status } = useQuery(statusQuery);
  const gateway = status?.collector.gateway;
  const to = (name: "/settings" | "/setup") => (
    <Link to={name} className={buttonClass("plain", true)}>
      {name === "/setup" ? t("empty.connect") : t("monitor.openSettings")}
    </Link>
  );
  if (info && info.connectionState !== "ok") {
    return <Banner state="warn" title={t("monitor.notConnected")} action={to("/setup")} />;
  }
  if (status?.collector.state === "stopped") {
    return (
      <Banner state="unknown" title={t("monitor.off")} action={to("/settings")}>
        {t("monitor.offText")}
      </Banner>
    );
  }
  if (gateway && gateway.usageStatisticsEnabled === false) {
    return (
      <Banner state="warn" title={t("monitor.notPublishing")} action={to("/settings")}>
        {t("monitor.notPublishingText")}
      </Banner>
    );
  }
  return null;
}
