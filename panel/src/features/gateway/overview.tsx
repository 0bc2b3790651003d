import { useMemo } from "react";
import { gateway, gatewayVersion } from "../../api/gateway";
import { ToManager } from "../../app/hosted-by-gateway";
import { StaleMark, Waiting } from "../../app/loaded";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { ChartPanel, type ChartRow } from "../../ui/chart";
import grid from "../../ui/grid.module.css";
import { Metric, MetricStrip } from "../../ui/metrics";
import { Definitions, Panel } from "../../ui/panel";
import { StatusMark } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import styles from "./gateway.module.css";
import { bucketsOfSlots, conditionOf, ratePerMinute, sumOf } from "./model";
import { useGateway } from "./read";
import { GatewaySettingsPanel } from "./settings-panel";
import { CredentialsPanel, KeyUsePanel } from "./tables";
import { VersionCheck } from "./version";

/** CPA pushes nothing, so it is asked again while the page is visible. */
const EVERY_MS = 60_000;

/** What CPA alone can tell: its credentials and keys with their last hours, what it is set to, and what it cannot tell. */
export function GatewayOverview() {
  const { t, format } = useI18n();
  const credentials = useGateway("credentials", gateway.credentials, { every: EVERY_MS });
  // Older gateways have no such route; their keys' counters are then not known.
  const keys = useGateway("keys", gateway.keyUse, { every: EVERY_MS });
  const settings = useGateway("settings", gateway.settings);
  const stock = useGateway("stock", gateway.stock);
  const errorLogs = useGateway("error-logs", gateway.errorLogs, { every: EVERY_MS });
  const now = useNow(EVERY_MS);
  const found = credentials.data;
  const slots = useMemo(() => sumOf([...(found ?? []), ...(keys.data ?? [])]), [found, keys.data]);
  const condition = found ? conditionOf(found, keys.data ?? []) : undefined;
  const hours = format.duration(slots.length * 600_000);
  const providers = stock.data?.providers.reduce((sum, { entries }) => sum + entries, 0);
  const unknown = <Unknown reason={t("gateway.silent")} />;
  return (
    <div className={grid.page}>
      <Panel
        title={t("direct.verdict")}
        note={credentials.readAt > 0 ? t("direct.readAt", { time: format.clock(credentials.readAt) }) : null}
        actions={<StaleMark loaded={credentials} />}
      >
        <Waiting loaded={credentials} reading={t("gateway.reading")} failed={t("direct.credentialsFailed")} lines={2}>
          {() =>
            condition ? (
              <div className={styles.verdict}>
                <StatusMark state={condition.state} />
                <div aria-live="polite">
                  <p>
                    {condition.enabled === 0
                      ? t("direct.noCredentials")
                      : condition.broken > 0
                        ? t("direct.broken", { n: condition.broken, all: condition.enabled })
                        : t("direct.allUsable", { n: condition.enabled })}
                  </p>
                  <p className="dim">
                    {condition.requests === 0
                      ? t("direct.noRequests", { span: hours })
                      : t("direct.recent", {
                          n: condition.requests,
                          share: format.share(condition.failedShare, 1),
                          span: hours,
                        })}
                  </p>
                </div>
              </div>
            ) : null
          }
        </Waiting>
      </Panel>
      <MetricStrip label={t("figures.title")}>
        <Metric
          label={t("figures.requests")}
          value={condition ? format.count(condition.requests) : unknown}
          base={t("direct.lastSpan", { span: hours })}
        />
        <Metric
          label={t("figures.failed")}
          state={condition?.failing ? "bad" : undefined}
          value={condition ? format.count(condition.failed) : unknown}
          unit={condition ? format.share(condition.failedShare, 1) : undefined}
          base={t("direct.lastSpan", { span: hours })}
        />
        <Metric
          label={t("figures.rate")}
          value={format.rate(ratePerMinute(slots))}
          unit={t("figures.perMinute")}
          base={t("direct.wholeSlots")}
        />
        <Metric
          label={t("direct.usable")}
          state={condition && condition.broken > 0 ? "bad" : undefined}
          value={condition ? format.count(condition.usable) : unknown}
          unit={condition ? t("direct.ofAll", { n: format.count(condition.enabled) }) : undefined}
          base={t("direct.enabledOnly")}
        />
        <Metric
          label={t("stock.clientKeys")}
          value={stock.data ? format.count(stock.data.clientKeys) : stock.loading ? "…" : unknown}
          base={t("direct.accepted")}
        />
        <Metric
          label={t("stock.models")}
          value={
            stock.loading ? (
              "…"
            ) : (stock.data?.models ?? null) === null ? (
              <Unknown reason={t("direct.noModels")} />
            ) : (
              format.count(stock.data?.models)
            )
          }
          base={t("direct.offered")}
        />
      </MetricStrip>
      <div className={`${grid.c8} ${grid.cell}`}>
        <Course slots={slots} now={now} />
      </div>
      <div className={`${grid.c4} ${grid.half} ${grid.cell}`}>
        <GatewaySettingsPanel loaded={settings} />
      </div>
      <div className={`${grid.c7} ${grid.cell}`}>
        <CredentialsPanel loaded={credentials} />
      </div>
      <div className={`${grid.c5} ${grid.half} ${grid.cell}`}>
        <KeyUsePanel loaded={keys} />
      </div>
      <div className={`${grid.c6} ${grid.half} ${grid.cell}`}>
        <Panel title={t("gateway.title")}>
          <Definitions
            items={[
              {
                name: t("gateway.version"),
                value: <VersionCheck current={gatewayVersion().version ?? null} built={gatewayVersion().built} />,
              },
              {
                name: t("stock.providerKeys"),
                value: providers === undefined ? unknown : format.count(providers),
              },
              {
                name: t("stock.errorLogs"),
                value: errorLogs.data === undefined ? unknown : t("stock.files", { n: errorLogs.data }),
              },
            ]}
          />
        </Panel>
      </div>
      <div className={`${grid.c6} ${grid.half} ${grid.cell}`}>
        <Panel title={t("gate.needsManager")}>
          <div className={styles.list}>
            <p>{t("direct.whatManager")}</p>
            <p>
              <ToManager />
            </p>
          </div>
        </Panel>
      </div>
    </div>
  );
}

function Course({ slots, now }: { slots: readonly { success: number; failed: number }[]; now: number }) {
  const { t, format } = useI18n();
  const spec = useMemo(() => {
    const rows: ChartRow[] = [
      {
        id: "calls",
        title: t("figures.requests"),
        height: 120,
        kind: "bars",
        axis: "count",
        format: format.count,
        total: t("chart.total"),
        series: [
          { id: "ok", label: t("traffic.succeeded"), color: "base-mark", values: slots.map(({ success }) => success) },
          { id: "failed", label: t("figures.failed"), color: "bad-mark", values: slots.map(({ failed }) => failed) },
        ],
      },
    ];
    return { buckets: bucketsOfSlots(slots.length, now), rows };
  }, [slots, now, t, format]);
  return (
    <ChartPanel
      title={t("traffic.title")}
      note={t("chart.per", { bucket: t("bucket.10m") })}
      label={t("traffic.label")}
      spec={spec}
      legend={[
        { id: "ok", label: t("traffic.succeeded"), color: "base-mark" },
        { id: "failed", label: t("figures.failed"), color: "bad-mark" },
      ]}
    />
  );
}
