import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { gateway } from "../../api/gateway";
import { statusQuery } from "../../api/queries";
import { clientKeysQuery, modelsQuery } from "../../app/data";
import { Gated } from "../../app/features";
import { ToRequests } from "../../app/to-requests";
import { useI18n } from "../../i18n";
import type { ViewSearch } from "../../lib/view";
import { Definitions, Panel } from "../../ui/panel";
import { Unknown } from "../../ui/tooltip";
import { stateOf } from "../gateway/model";
import { useGateway } from "../gateway/read";
import { GatewaySettingsPanel } from "../gateway/settings-panel";
import { VersionCheck } from "../gateway/version";

/** What the gateway holds, in numbers that lead on. Read after the figures of the page, which matter more. */
export function GatewayStock({ providers, ready }: { providers: number | undefined; ready: boolean }) {
  const { t } = useI18n();
  return (
    <Gated feature="gateway" title={t("gateway.title")}>
      <Stock providers={providers} ready={ready} />
    </Gated>
  );
}

function Stock({ providers, ready }: { providers: number | undefined; ready: boolean }) {
  const { t, format } = useI18n();
  const status = useQuery(statusQuery);
  const keys = useQuery({ ...clientKeysQuery, enabled: ready });
  const models = useQuery({ ...modelsQuery, enabled: ready });
  const credentials = useGateway("credentials", gateway.credentials, { enabled: ready });
  const errorLogs = useGateway("error-logs", gateway.errorLogs, { enabled: ready });
  const value = (found: ReactNode, failed: boolean) =>
    found ?? (failed ? <Unknown reason={t("stock.unreadable")} /> : "…");
  const enabled = (credentials.data ?? []).filter((one) => stateOf(one) !== "unknown");
  const usable = enabled.filter((one) => stateOf(one) !== "bad").length;
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
            {t("stock.usable", { usable: format.count(usable), all: format.count(enabled.length) })}
          </ToRequests>
        ) : undefined,
        credentials.error !== null,
      ),
    },
    {
      name: t("stock.providers"),
      value: value(providers === undefined ? undefined : format.count(providers), false),
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
        errorLogs.data === undefined ? undefined : t("stock.files", { n: errorLogs.data }),
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

export function GatewaySettings({ ready }: { ready: boolean }) {
  const { t } = useI18n();
  const settings = useGateway("settings", gateway.settings, { enabled: ready });
  return (
    <Gated feature="gateway" title={t("gateway.settingsTitle")}>
      <GatewaySettingsPanel loaded={settings} />
    </Gated>
  );
}
