import { useI18n } from "../../i18n";
import { Icon } from "../../ui/icon";
import styles from "./settings.module.css";

/** Which variable fixes a setting. */
export function LockNote({ variable }: { variable: string | undefined }) {
  const { t } = useI18n();
  if (variable === undefined) return null;
  return (
    <p className={styles.lock}>
      <Icon name="lock" small />
      <span className="sr">{t("settings.lockedBy")} </span>
      <code>{variable}</code>
    </p>
  );
}
