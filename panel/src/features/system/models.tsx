import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { modelsQuery } from "../../app/data";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/button";
import { Empty, Panel, Skeleton } from "../../ui/panel";
import { Failed } from "../collector/failed";
import { familiesOf } from "./families";
import styles from "./system.module.css";

/** The models that the gateway offers to its clients, by family. */
export function ModelsPanel() {
  const { t, format } = useI18n();
  const models = useQuery(modelsQuery);
  // A manager that cannot ask: the panel has nothing to say.
  if (models.data === null) return null;
  const families = familiesOf((models.data?.items ?? []).map(({ id }) => id));
  return (
    <Panel
      title={t("offered.title")}
      note={models.data ? t("offered.count", { n: models.data.items.length }) : undefined}
      actions={
        <Button small icon="retry" disabled={models.isFetching} onClick={() => void models.refetch()}>
          {t("offered.refresh")}
        </Button>
      }
    >
      {models.isPending ? <Skeleton lines={3} label={t("offered.reading")} /> : null}
      {models.isError ? (
        <Failed error={models.error} what={t("offered.unreadable")} onRetry={() => void models.refetch()} />
      ) : null}
      {models.data && families.length === 0 ? <Empty title={t("offered.none")}>{t("offered.noneText")}</Empty> : null}
      {families.length > 0 ? (
        <div className={styles.families}>
          {families.map(({ name, models: names }) => (
            <details key={name}>
              <summary>
                <b>{name || t("offered.other")}</b> <span className="dim">{format.count(names.length)}</span>
              </summary>
              <ul>
                {names.map((model) => (
                  <li key={model}>
                    <Link className="link" to="/requests" search={{ any_model: [model] }} title={model}>
                      <code>{model}</code>
                    </Link>
                  </li>
                ))}
              </ul>
            </details>
          ))}
        </div>
      ) : null}
    </Panel>
  );
}
