import { useQuery } from "@tanstack/react-query";
import { ifServed } from "../../api/analytics";
import { monitor } from "../../api/monitor";
import { accountName } from "../../app/account-name";
import { accountState, useAccountWords } from "../../app/account-state";
import { useFindings, useQuestion } from "../../app/data";
import { quotaUsed } from "../../app/quota";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { isOpenEnded } from "../../lib/range";
import type { ViewSearch } from "../../lib/view";
import type { Column } from "../../ui/table";
import { Unknown } from "../../ui/tooltip";
import { type EntityState, EntityTable } from "./entities";
import { EntityDrawer } from "./entity-drawer";
import { ENTITY_MEASURES, type Entity, entitiesOf, NOBODY, openedOf, snapshotOf } from "./view";

/** Groups that one answer may hold. */
export const MOST_ENTITIES = 5_000;

/** What the providers' headers said of each credential in the last 30 days. */
function useSnapshots() {
  return useQuery({
    queryKey: ["header-snapshots"],
    queryFn: async ({ signal }) => (await ifServed(monitor.headerSnapshots(signal)))?.items ?? [],
    staleTime: 60_000,
  });
}

/** Accounts of the filter: who serves, who fails, who runs out. */
export function AccountsView({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const loaded = useQuestion(search, {
    measures: ENTITY_MEASURES,
    dimensions: ["account"],
    order: { by: "calls", descending: true },
    limit: MOST_ENTITIES,
  });
  const providers = useQuestion(search, {
    measures: ["calls"],
    dimensions: ["account", "provider"],
    order: { by: "calls", descending: true },
    limit: MOST_ENTITIES,
  });
  const snapshots = useSnapshots();
  const rows = entitiesOf(loaded.data?.answer.groups ?? [], providers.data?.answer.groups ?? []);
  const open = openedOf(rows, search.drawer, loaded.data !== undefined);
  const name = (row: Entity) => (row.id === NOBODY ? t("monitor.withoutAccount") : accountName(row.id));
  const now = useNow(30_000);
  const findings = useFindings();
  const say = useAccountWords();
  const span = loaded.data?.span;
  const stateOf = (row: Entity): EntityState => {
    const found = accountState(
      row,
      findings.data?.findings ?? [],
      now,
      span && isOpenEnded(search, now) ? span.to - span.from : null,
    );
    return { state: found.state, words: say.words(found, row.seen, now), detail: say.detail(found, row.seen, now) };
  };
  const quota: Column<Entity> = {
    id: "quota",
    label: t("monitor.quota"),
    width: 92,
    numeric: true,
    priority: 1,
    cell: (row) => {
      const used = quotaUsed(snapshotOf(row.id, snapshots.data ?? []));
      return used === null ? <Unknown reason={t("quota.unknown")} /> : format.percent(used);
    },
  };
  return (
    <>
      <EntityTable
        title={t("monitor.accounts")}
        search={search}
        loaded={loaded}
        rows={rows}
        name={name}
        second={(row) => (row.providers.length > 0 ? `· ${row.providers.join(", ")}` : null)}
        empty={t("monitor.noAccounts")}
        extra={[quota]}
        stateOf={stateOf}
      />
      {open ? (
        <EntityDrawer
          kind="account"
          row={open}
          name={name(open)}
          state={stateOf(open)}
          search={search}
          changing={loaded.changing}
          snapshot={snapshotOf(open.id, snapshots.data ?? [])}
        />
      ) : null}
    </>
  );
}
