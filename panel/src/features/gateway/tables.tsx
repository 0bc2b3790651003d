import type { GatewayCredential, GatewayKeyUse, Slot } from "../../api/gateway";
import type { Loaded } from "../../app/data";
import { LoadedPanel, useMore } from "../../app/loaded";
import { type Key, useI18n } from "../../i18n";
import { Button } from "../../ui/button";
import { Sparkline } from "../../ui/chart";
import { Empty } from "../../ui/panel";
import { type State, Status } from "../../ui/status";
import { type Column, DataTable } from "../../ui/table";
import styles from "./gateway.module.css";
import { stateOf, worstFirst } from "./model";

const SHOWN = 12;
const WORDS: Record<State, Key> = {
  ok: "direct.stateOk",
  warn: "direct.stateBusy",
  bad: "direct.stateBad",
  unknown: "direct.stateOff",
  stale: "direct.stateOff",
};

function useCounterColumns<Row extends { success: number; failed: number; recent: readonly Slot[] }>(): Column<Row>[] {
  const { t, format } = useI18n();
  return [
    {
      id: "recent",
      label: t("direct.recentColumn"),
      width: 96,
      numeric: true,
      priority: 1,
      cell: (row) => <Sparkline values={row.recent.map(({ success, failed }) => success + failed)} bars />,
    },
    {
      id: "success",
      label: t("traffic.succeeded"),
      width: 90,
      numeric: true,
      cell: (row) => format.count(row.success),
    },
    { id: "failed", label: t("figures.failed"), width: 76, numeric: true, cell: (row) => format.count(row.failed) },
  ];
}

/** The same counters in a line of a card. */
function Counters({ of }: { of: { success: number; failed: number } }) {
  const { t, format } = useI18n();
  return (
    <>
      <span>
        {t("traffic.succeeded")} {format.count(of.success)}
      </span>
      <span>
        {t("figures.failed")} {format.count(of.failed)}
      </span>
    </>
  );
}

/** The credentials that CPA holds, worst first; counters since CPA started. */
export function CredentialsPanel({ loaded }: { loaded: Loaded<GatewayCredential[]> }) {
  const { t } = useI18n();
  const { limit, more, all } = useMore(SHOWN);
  const rows = worstFirst(loaded.data ?? []);
  const state = (row: GatewayCredential) => {
    const found = stateOf(row);
    return <Status state={found}>{t(WORDS[found])}</Status>;
  };
  const columns: Column<GatewayCredential>[] = [
    {
      id: "name",
      label: t("field.account"),
      share: 44,
      fixed: true,
      cell: (row) => (
        <>
          {row.name}
          <span className={styles.second}>{row.provider}</span>
        </>
      ),
    },
    {
      id: "state",
      label: t("accounts.state"),
      share: 36,
      cell: (row) => (
        <>
          {state(row)}
          <span className={styles.second} title={row.message || undefined}>
            {row.message}
          </span>
        </>
      ),
    },
    ...useCounterColumns<GatewayCredential>(),
  ];
  return (
    <LoadedPanel
      title={t("direct.credentials")}
      note={t("direct.sinceStart")}
      loaded={loaded}
      reading={t("gateway.reading")}
      failed={t("direct.credentialsFailed")}
      flush
    >
      {() =>
        rows.length === 0 ? (
          <Empty title={t("direct.noCredentials")}>{t("direct.noCredentialsText")}</Empty>
        ) : (
          <>
            <DataTable
              id="credentials"
              caption={t("direct.credentials")}
              columns={columns}
              rows={rows.slice(0, limit)}
              rowKey={({ id }) => id}
              density="tall"
              card={(row) => ({
                title: row.name,
                value: state(row),
                lines: [
                  <>
                    <span>{row.provider}</span>
                    <span>{row.message}</span>
                  </>,
                  <Counters key="counters" of={row} />,
                ],
              })}
            />
            {!all && rows.length > SHOWN ? (
              <Button kind="ghost" wide onClick={more}>
                {t("direct.showAll", { n: rows.length })}
              </Button>
            ) : null}
          </>
        )
      }
    </LoadedPanel>
  );
}

/** Provider keys of CPA's configuration that were used since it started. */
export function KeyUsePanel({ loaded }: { loaded: Loaded<GatewayKeyUse[]> }) {
  const { t } = useI18n();
  const rows = [...(loaded.data ?? [])].sort((a, b) => b.failed - a.failed || b.success - a.success);
  const columns: Column<GatewayKeyUse>[] = [
    {
      id: "key",
      label: t("direct.providerKey"),
      share: 60,
      fixed: true,
      cell: (row) => (
        <>
          <code>{row.masked}</code>
          <span className={styles.second}>{row.provider}</span>
        </>
      ),
    },
    ...useCounterColumns<GatewayKeyUse>(),
  ];
  return (
    <LoadedPanel
      title={t("direct.providerKeys")}
      note={t("direct.sinceStart")}
      loaded={loaded}
      reading={t("gateway.reading")}
      failed={t("direct.keysFailed")}
      flush
    >
      {() =>
        rows.length === 0 ? (
          <Empty title={t("direct.noKeys")} />
        ) : (
          <DataTable
            id="provider-keys"
            caption={t("direct.providerKeys")}
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            density="tall"
            card={(row) => ({
              title: row.masked,
              value: row.provider,
              lines: [<Counters key="counters" of={row} />],
            })}
          />
        )
      }
    </LoadedPanel>
  );
}
