import { useI18n } from "../../i18n";
import { Icon } from "../../ui/icon";
import styles from "./prices.module.css";

/** Where a price comes from. A bundled one says of which day it is. */
export function OriginChip({ origin, date }: { origin: string; date?: string | undefined }) {
  const { t } = useI18n();
  const word =
    origin === "manual"
      ? t("origin.manual")
      : origin === "bundled"
        ? date
          ? t("origin.bundledOf", { date })
          : t("origin.bundled")
        : origin === "built_in"
          ? t("origin.builtIn")
          : origin === "" || origin === "sync"
            ? t("origin.synced")
            : origin;
  return <span className={origin === "manual" ? `${styles.chip} ${styles.own}` : styles.chip}>{word}</span>;
}

export function LockMark({ locked }: { locked: boolean }) {
  const { t } = useI18n();
  if (!locked) return null;
  return (
    <span className={styles.locked} title={t("price.locked")}>
      <Icon name="lock" small />
      <span className="sr">{t("price.locked")}</span>
    </span>
  );
}
