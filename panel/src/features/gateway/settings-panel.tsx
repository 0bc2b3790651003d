import { ApiError } from "../../api/errors";
import type { GatewaySetting, GatewaySettings } from "../../api/gateway";
import type { Loaded } from "../../app/data";
import { LoadedPanel } from "../../app/loaded";
import { type Key, useI18n } from "../../i18n";
import { Definitions } from "../../ui/panel";
import { Unknown } from "../../ui/tooltip";

const NAMES: readonly [GatewaySetting, Key][] = [
  ["strategy", "gateway.strategy"],
  ["retries", "gateway.retries"],
  ["publishing", "gateway.publishing"],
  ["wsAuth", "gateway.wsAuth"],
  ["proxy", "gateway.proxy"],
  ["fileLog", "gateway.fileLog"],
  ["requestLog", "gateway.requestLog"],
  ["debug", "gateway.debug"],
];
const STRATEGIES: Readonly<Record<string, Key | undefined>> = {
  "round-robin": "gateway.roundRobin",
  "weighted-round-robin": "gateway.weighted",
  "fill-first": "gateway.fillFirst",
};

/** How the gateway is set, in a few lines; each value is CPA's own. */
export function GatewaySettingsPanel({ loaded }: { loaded: Loaded<GatewaySettings> }) {
  const { t, format } = useI18n();
  const text = (name: GatewaySetting, value: GatewaySettings[GatewaySetting]) => {
    if (value instanceof ApiError) {
      const { unreachable, status, message } = value;
      return (
        <Unknown
          reason={
            unreachable
              ? t("error.gatewaySilent")
              : t("error.gatewayAnswered", { status: String(status), text: message })
          }
        />
      );
    }
    if (value === null) return <Unknown reason={t("gateway.silent")} />;
    if (typeof value === "boolean") return t(value ? "gateway.on" : "gateway.off");
    if (name === "strategy") {
      const words = STRATEGIES[String(value)];
      return words ? t(words) : String(value);
    }
    if (name === "proxy") return value === "" ? t("gateway.noProxy") : <code>{value}</code>;
    return typeof value === "number" ? format.count(value) : value;
  };
  return (
    <LoadedPanel
      title={t("gateway.settingsTitle")}
      loaded={loaded}
      reading={t("gateway.reading")}
      failed={t("gateway.settingsFailed")}
    >
      {(values) => (
        <Definitions
          items={NAMES.map(([name, key]) => ({ key: name, name: t(key), value: text(name, values[name]) }))}
        />
      )}
    </LoadedPanel>
  );
}
