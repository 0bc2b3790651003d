import { useI18n } from "../i18n";

const MANAGER_PORT = "18317";

/** The manager usually listens beside the gateway that hosts this file; the same view is asked for there. */
export function ToManager({ hash = "" }: { hash?: string }) {
  const { t } = useI18n();
  const address = `${location.protocol}//${location.hostname}:${MANAGER_PORT}/management.html`;
  return (
    <a className="link" href={`${address}${hash}`} title={address}>
      {t("hosted.openManager", { address: `${location.hostname}:${MANAGER_PORT}` })}
    </a>
  );
}
