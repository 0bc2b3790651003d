import { useQuery } from "@tanstack/react-query";
import { ifServed } from "../../api/analytics";
import type { AccountStat } from "../../api/analytics-types";
import { monitor } from "../../api/monitor";
import { useAnalytics } from "../../app/data";
import { useI18n } from "../../i18n";
import type { ViewSearch } from "../../lib/view";
import type { Column } from "../../ui/table";
import { Unknown } from "../../ui/tooltip";
import { EntityTable } from "./entities";
import { EntityDrawer } from "./entity-drawer";
import { accountName, snapshotOf } from "./view";

/** What the providers' headers said of each credential in the last 30 days. */
export function useSnapshots() {
  return useQuery({
    queryKey: ["header-snapshots"],
    queryFn: async ({ signal }) => (await ifServed(monitor.headerSnapshots(signal)))?.items ?? [],
    staleTime: 60_000,
  });
}

/** Accounts of the filter: who serves, who fails, who runs out. */
export function AccountsView({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const loaded = useAnalytics(search, { account_stats: true });
  const snapshots = useSnapshots();
  const rows = loaded.data?.answer.account_stats ?? [];
  const open = rows.find((row) => row.id === search.drawer);
  const quota: Column<AccountStat> = {
    id: "quota",
    label: t("monitor.quota"),
    width: 92,
    numeric: true,
    priority: 1,
    cell: (row) => {
      const used = snapshotOf(row, snapshots.data ?? [])?.header_quota_used_percent;
      return used === undefined ? <Unknown reason={t("quota.unknown")} /> : format.percent(used);
    },
  };
  return (
    <>
      <EntityTable
        title={t("monitor.accounts")}
        search={search}
        loaded={loaded}
        rows={rows}
        name={accountName}
        second={(row) => (row.auth_provider_snapshot ? `· ${row.auth_provider_snapshot}` : null)}
        empty={t("monitor.noAccounts")}
        extra={[quota]}
      />
      {open ? (
        <EntityDrawer
          kind="account"
          stat={open}
          name={accountName(open)}
          search={search}
          snapshot={snapshotOf(open, snapshots.data ?? [])}
        />
      ) : null}
    </>
  );
}
