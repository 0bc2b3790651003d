import { type ReactNode, useMemo } from "react";
import { gatewayBase, gatewayVersion } from "../../api/direct";
import { gateway } from "../../api/gateway";
import { credentialsQuery, type Loaded } from "../../app/data";
import { ToManager } from "../../app/hosted-by-gateway";
import { LoadedPanel, StaleMark, Waiting } from "../../app/loaded";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { ChartPanel, type ChartRow } from "../../ui/chart";
import grid from "../../ui/grid.module.css";
import { Metric, MetricStrip } from "../../ui/metrics";
import { Definitions, Empty, Panel } from "../../ui/panel";
import { StatusMark } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import styles from "./gateway.module.css";
import { alignedTo, bucketsOfSlots, type Condition, conditionOf, isSameSlot, ratePerMinute, sumOf } from "./model";
import { settingsQuery, useGateway, useRead } from "./read";
import { GatewaySettingsPanel } from "./settings-panel";
import { CredentialsPanel, KeyUsePanel } from "./tables";
import { ErrorLogs, VersionCheck } from "./version";

/** CPA pushes nothing, so it is asked again while the page is visible. */
const EVERY_MS = 60_000;
const NO_KEYS: readonly never[] = [];

/** What CPA alone can tell: its credentials and keys with their last hours, what it is set to, and what it cannot tell. */
export function GatewayOverview() {
  const { t, format } = useI18n();
  const credentials = useRead(credentialsQuery, { every: EVERY_MS });
  // Older gateways have no such route; their keys' counters are then not known.
  const keys = useGateway("keys", gateway.keyUse, { every: EVERY_MS });
  const settings = useRead(settingsQuery);
  const stock = useGateway("stock", gateway.stock);
  const errorLogs = useGateway("error-logs", gateway.errorLogs, { every: EVERY_MS });
  const { data: found, readAt } = credentials;
  // Keys that can no longer be read are still counted with credentials of the same ten minutes.
  const counted = !keys.error || isSameSlot(keys.readAt, readAt) ? keys.data : undefined;
  const used = useMemo(
    () => (counted ? alignedTo(counted, keys.readAt, readAt) : NO_KEYS),
    [counted, keys.readAt, readAt],
  );
  const slots = useMemo(() => sumOf([...(found ?? []), ...used]), [found, used]);
  const condition = found ? conditionOf(found, used) : undefined;
  const now = useNow(60_000);
  const span = format.duration(slots.length * 600_000);
  /** Sums wait until it is known whether the keys' counters can be read: before that they say nothing of themselves. */
  const summed = found !== undefined && !keys.loading;
  /** Where the keys' counters are not known, a sum is one of the credentials. */
  const based = (all: string, credentialsOnly: string) => (summed ? (counted ? all : credentialsOnly) : null);
  const base = slots.length > 0 ? based(t("direct.lastSpan", { span }), t("direct.credentialsOnly", { span })) : null;
  const unknown = <Unknown reason={t("gateway.silent")} />;
  const unreadable = <Unknown reason={t("stock.unreadable")} />;
  /** A value that is being read, that could not be read, or that is there. */
  const value = <T,>(loaded: Loaded<T>, shown: (data: T) => ReactNode) =>
    loaded.data !== undefined ? shown(loaded.data) : loaded.loading ? "…" : unreadable;
  /** Of the slots. Without any, nothing was counted. */
  const sum = (shown: (condition: Condition) => ReactNode) =>
    value(credentials, () => (!summed ? "…" : condition && slots.length > 0 ? shown(condition) : unknown));
  return (
    <div className={grid.page}>
      <Panel
        title={t("direct.verdict")}
        note={readAt > 0 ? t("direct.readAt", { time: format.moment(readAt, now) }) : null}
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
                        : condition.unclear > 0
                          ? t("direct.unclear", { n: condition.unclear, all: condition.enabled })
                          : t("direct.allUsable", { n: condition.enabled })}
                  </p>
                  <p className="dim">
                    {slots.length === 0
                      ? t("direct.noCounters")
                      : condition.requests === 0
                        ? t("direct.noRequests", { span })
                        : t("direct.recent", {
                            n: condition.requests,
                            share: format.share(condition.failedShare, 1),
                            span,
                          })}
                  </p>
                </div>
              </div>
            ) : null
          }
        </Waiting>
      </Panel>
      <MetricStrip label={t("figures.title")}>
        <Metric label={t("figures.requests")} value={sum(({ requests }) => format.count(requests))} base={base} />
        <Metric
          label={t("figures.failed")}
          state={summed && condition?.failing ? "bad" : undefined}
          value={sum(({ failed }) => format.count(failed))}
          unit={summed && condition && slots.length > 0 ? format.share(condition.failedShare, 1) : undefined}
          base={base}
        />
        <Metric
          label={t("figures.rate")}
          value={sum(() => format.rate(ratePerMinute(slots)))}
          unit={summed && slots.length > 0 ? t("figures.perMinute") : undefined}
          base={slots.length > 0 ? based(t("direct.wholeSlots"), t("direct.wholeSlotsCredentials")) : null}
        />
        <Metric
          label={t("direct.usable")}
          state={condition && condition.broken > 0 ? "bad" : undefined}
          value={value(credentials, () => format.count(condition?.usable))}
          unit={condition ? t("direct.ofAll", { n: format.count(condition.enabled) }) : undefined}
          base={credentials.error ? <StaleMark loaded={credentials} /> : t("direct.enabledOnly")}
        />
        <Metric
          label={t("stock.clientKeys")}
          value={value(stock, ({ clientKeys }) => format.count(clientKeys))}
          base={t("direct.accepted")}
        />
        <Metric
          label={t("stock.models")}
          value={value(stock, ({ models }) =>
            models === null ? <Unknown reason={t("direct.noModels")} /> : format.count(models),
          )}
          base={t("direct.offered")}
        />
      </MetricStrip>
      <div className={`${grid.c8} ${grid.cell}`}>
        <Course slots={slots} loaded={credentials} />
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
                value: value(stock, ({ providerKeys }) =>
                  providerKeys === null ? unreadable : format.count(providerKeys),
                ),
              },
              {
                name: t("stock.errorLogs"),
                value: value(errorLogs, (files) => <ErrorLogs files={files} />),
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
              <ToManager base={gatewayBase()} />
            </p>
          </div>
        </Panel>
      </div>
    </div>
  );
}

function Course({ slots, loaded }: { slots: readonly { success: number; failed: number }[]; loaded: Loaded<unknown> }) {
  const { t, format } = useI18n();
  const { readAt } = loaded;
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
    return { buckets: bucketsOfSlots(slots.length, readAt), rows, readAt };
  }, [slots, readAt, t, format]);
  if (slots.length === 0) {
    return (
      <LoadedPanel
        title={t("traffic.title")}
        loaded={loaded}
        reading={t("gateway.reading")}
        failed={t("direct.credentialsFailed")}
      >
        {() => <Empty title={t("direct.noCounters")} />}
      </LoadedPanel>
    );
  }
  return (
    <ChartPanel
      title={t("traffic.title")}
      note={t("chart.per", { bucket: t("bucket.10m") })}
      controls={<StaleMark loaded={loaded} />}
      label={t("direct.chartLabel")}
      spec={spec}
      legend={[
        { id: "ok", label: t("traffic.succeeded"), color: "base-mark" },
        { id: "failed", label: t("figures.failed"), color: "bad-mark" },
      ]}
    />
  );
}
