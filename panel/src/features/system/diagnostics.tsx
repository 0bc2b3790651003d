import { useI18n } from "../../i18n";
import { buttonClass } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Panel } from "../../ui/panel";
import styles from "./system.module.css";

/** One file for somebody who helps; it says what is in it before it is downloaded. */
export function DiagnosticsPanel() {
  const { t } = useI18n();
  return (
    <Panel title={t("diagnostics.title")}>
      <p className="mid">{t("diagnostics.what")}</p>
      <p className={`mid ${styles.gap}`}>{t("diagnostics.without")}</p>
      <a className={buttonClass()} href="/api/v1/diagnostics" download>
        <Icon name="download" small />
        {t("diagnostics.download")}
      </a>
    </Panel>
  );
}
