import { useQuery } from "@tanstack/react-query";
import { ifServed } from "../../api/analytics";
import { manage } from "../../api/manage";
import type { ColumnIndex } from "../../api/manage-types";
import { statusQuery } from "../../api/queries";
import type { Status as StatusDocument } from "../../api/types";
import { useLiveState } from "../../app/live";
import { Page } from "../../app/shell";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { Banner } from "../../ui/banner";
import { Panel, Skeleton } from "../../ui/panel";
import styles from "../collector/collector.module.css";
import { DeadLettersPanel } from "../collector/dead-letters";
import { Failed } from "../collector/failed";
import { GapsPanel } from "../collector/gaps";
import { CountersPanel, GatewayPanel, StatePanel, Verdict } from "../collector/parts";
import { DiagnosticsPanel } from "./diagnostics";
import { SettingsPanel } from "./given-settings";
import { IndexPanel } from "./index-panel";
import { ModelsPanel } from "./models";
import { StoragePanel } from "./storage";
import { VersionsPanel } from "./versions";

/** The manager itself: what runs, what it stores, what it missed, and what to hand to somebody who helps. */
export function SystemPage() {
  const { t } = useI18n();
  const status = useQuery(statusQuery);
  return (
    <Page title={t("nav.system")}>
      <div className={styles.page}>
        {status.data ? (
          <Contents status={status.data} />
        ) : status.isError ? (
          <Panel title={t("collector.title")}>
            <Failed error={status.error} what={t("collector.unreadable")} onRetry={() => void status.refetch()} />
          </Panel>
        ) : (
          <Panel title={t("collector.title")}>
            <Skeleton label={t("collector.loading")} />
          </Panel>
        )}
      </div>
    </Page>
  );
}

function Contents({ status }: { status: StatusDocument }) {
  const { t, format } = useI18n();
  const live = useLiveState();
  const now = useNow(60_000);
  const storage = useQuery({
    queryKey: ["storage"],
    queryFn: async () => (await ifServed(manage.storage())) ?? null,
    staleTime: 30_000,
    refetchInterval: 60_000,
    placeholderData: (old) => old,
  });
  const { collector } = status;
  const { index } = status as { index?: ColumnIndex };
  return (
    <>
      {live.kind === "retrying" ? (
        <div className={styles.wide}>
          <Banner state="stale" title={t("live.lost", { time: format.moment(live.lostAt, now) })} />
        </div>
      ) : null}
      <Verdict status={status} />
      <div className={styles.column}>
        <StatePanel collector={collector} />
        <CountersPanel collector={collector} eventCount={status.eventCount} />
        <VersionsPanel status={status} />
      </div>
      <div className={styles.column}>
        <GatewayPanel collector={collector} />
        <StoragePanel
          database={status.database}
          storage={storage.data ?? null}
          error={storage.error}
          onRetry={() => void storage.refetch()}
        />
        {index ? <IndexPanel index={index} /> : null}
      </div>
      <div className={styles.wide}>
        <GapsPanel latest={status.gaps[0]} />
      </div>
      <div className={styles.wide}>
        <DeadLettersPanel count={collector.deadLetters} />
      </div>
      <div className={styles.column}>
        <SettingsPanel />
      </div>
      <div className={styles.column}>
        <DiagnosticsPanel />
      </div>
      <div className={styles.wide}>
        <ModelsPanel />
      </div>
    </>
  );
}
