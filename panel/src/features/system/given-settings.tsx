import { useQuery } from "@tanstack/react-query";
import { ifServed } from "../../api/analytics";
import { manage } from "../../api/manage";
import { type Key, useI18n } from "../../i18n";
import { Empty, Panel, Skeleton } from "../../ui/panel";
import { Failed } from "../collector/failed";
import styles from "./system.module.css";

const SOURCES: Readonly<Record<string, Key | undefined>> = {
  flag: "given.flag",
  environment: "given.environment",
  file: "given.file",
};

/** Settings that stand outside of the database. Their values are not shown: some are secret. */
export function SettingsPanel() {
  const { t } = useI18n();
  const given = useQuery({
    queryKey: ["given-settings"],
    queryFn: async () => (await ifServed(manage.settings()))?.items ?? null,
    staleTime: 60_000,
  });
  if (given.data === null) return null;
  const items = given.data ?? [];
  return (
    <Panel title={t("given.title")} note={t("given.note")} flush>
      {given.isPending ? <Skeleton lines={3} label={t("given.reading")} /> : null}
      {given.isError ? (
        <div className={styles.pad}>
          <Failed error={given.error} what={t("given.unreadable")} onRetry={() => void given.refetch()} />
        </div>
      ) : null}
      {given.data && items.length === 0 ? <Empty title={t("given.none")}>{t("given.noneText")}</Empty> : null}
      <ul className={styles.tables}>
        {items.map((item) => {
          const source = SOURCES[item.source];
          return (
            <li key={item.name}>
              <code>{item.name}</code>
              <span className="dim">{source ? t(source) : item.source}</span>
              <code className="dim">{item.member ?? ""}</code>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
