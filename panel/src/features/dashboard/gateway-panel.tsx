import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { statusQuery } from "../../api/queries";
import { clientKeysQuery, credentialsQuery, type Loaded, modelsQuery } from "../../app/data";
import { Gated } from "../../app/features";
import { ToRequests } from "../../app/to-requests";
import { UsageLink } from "../../app/usage-link";
import { useI18n } from "../../i18n";
import { carried, type ViewSearch } from "../../lib/view";
import { Definitions, Panel } from "../../ui/panel";
import { Unknown } from "../../ui/tooltip";
import { usabilityOf } from "../gateway/model";
import { errorLogsQuery, settingsQuery, useRead } from "../gateway/read";
import { GatewaySettingsPanel } from "../gateway/settings-panel";
import { ErrorLogs, VersionCheck } from "../gateway/version";

/** These are asked before they are drawn (`early.ts`). What failed there is not sent a second time for that. */
const ASKED = { retryOnMount: false } as const;

interface Props {
  /** Of the view: how many there are, or that they are not known. */
  providers: Pick<Loaded<number>, "data" | "error">;
  search: ViewSearch;
}

/** What the gateway holds, in numbers that lead on. */
export function GatewayStock(props: Props) {
  const { t } = useI18n();
  return (
    <Gated feature="gateway" title={t("gateway.title")}>
      <Stock {...props} />
    </Gated>
  );
}

function Stock({ providers, search }: Props) {
  const { t, format } = useI18n();
  const status = useQuery(statusQuery);
  const keys = useQuery({ ...clientKeysQuery, ...ASKED });
  const models = useQuery({ ...modelsQuery, ...ASKED });
  const credentials = useRead({ ...credentialsQuery, ...ASKED });
  const errorLogs = useRead({ ...errorLogsQuery, ...ASKED });
  const value = (found: ReactNode, failed: boolean) =>
    found ?? (failed ? <Unknown reason={t("stock.unreadable")} /> : "…");
  const { usable, enabled } = usabilityOf(credentials.data ?? []);
  const items = [
    {
      name: t("gateway.version"),
      value: <VersionCheck current={status.data?.collector.gateway?.version ?? null} />,
    },
    {
      name: t("stock.clientKeys"),
      value: value(
        keys.data ? (
          <Link to="/keys" className="link">
            {format.count(keys.data.items.length)}
          </Link>
        ) : undefined,
        keys.isError || keys.data === null,
      ),
    },
    {
      name: t("stock.credentials"),
      value: value(
        credentials.data ? (
          <ToRequests search={{ tab: "accounts" } as ViewSearch} className="link">
            {t("stock.usable", { usable: format.count(usable), all: format.count(enabled) })}
          </ToRequests>
        ) : undefined,
        credentials.error !== null,
      ),
    },
    {
      name: t("stock.providers"),
      value: value(
        providers.data === undefined ? undefined : (
          <UsageLink search={{ ...carried(search), tab: "explore", split: "provider" }} className="link">
            {format.count(providers.data)}
          </UsageLink>
        ),
        providers.error !== null,
      ),
    },
    {
      name: t("stock.models"),
      value: value(
        models.data ? (
          <Link to="/system" className="link">
            {format.count(models.data.items.length)}
          </Link>
        ) : undefined,
        models.isError || models.data === null,
      ),
    },
    {
      name: t("stock.errorLogs"),
      value: value(
        errorLogs.data === undefined ? undefined : <ErrorLogs files={errorLogs.data} />,
        errorLogs.error !== null,
      ),
    },
  ];
  return (
    <Panel title={t("gateway.title")}>
      <Definitions items={items} />
    </Panel>
  );
}

export function GatewaySettings() {
  const { t } = useI18n();
  return (
    <Gated feature="gateway" title={t("gateway.settingsTitle")}>
      <Settings />
    </Gated>
  );
}

function Settings() {
  return <GatewaySettingsPanel loaded={useRead({ ...settingsQuery, ...ASKED })} />;
}
