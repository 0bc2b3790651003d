import { useI18n } from "../i18n";

const MANAGER_PORT = "18317";

/** The manager usually listens beside the gateway; the same view is asked for there. */
export function ToManager({ hash = "", base = "" }: { hash?: string; base?: string }) {
  const { t } = useI18n();
  const { protocol, hostname } = base === "" ? location : new URL(base);
  const address = `${protocol}//${hostname}:${MANAGER_PORT}/management.html`;
  return (
    <a className="link" href={`${address}${hash}`} title={address}>
      {t("hosted.openManager", { address: `${hostname}:${MANAGER_PORT}` })}
    </a>
  );
}
