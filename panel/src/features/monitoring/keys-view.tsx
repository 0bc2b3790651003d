import type { ApiKeyStat } from "../../api/analytics-types";
import { useAliases, useAnalytics } from "../../app/data";
import { useI18n } from "../../i18n";
import type { ViewSearch } from "../../lib/view";
import { EntityTable } from "./entities";
import { EntityDrawer } from "./entity-drawer";

/** Client keys of the filter: who asks, how much, and what fails for them. */
export function KeysView({ search }: { search: ViewSearch }) {
  const { t } = useI18n();
  const aliases = useAliases();
  const loaded = useAnalytics(search, { api_key_stats: true });
  const rows = loaded.data?.answer.api_key_stats ?? [];
  const name = (row: ApiKeyStat) =>
    row.api_key_hash === ""
      ? t("monitor.withoutKey")
      : (aliases.get(row.api_key_hash) ?? t("monitor.keyHash", { hash: row.api_key_hash.slice(0, 8) }));
  const open = rows.find((row) => row.id === search.drawer);
  return (
    <>
      <EntityTable
        title={t("monitor.keys")}
        search={search}
        loaded={loaded}
        rows={rows}
        name={name}
        second={(row) => (aliases.has(row.api_key_hash) ? <code>{row.api_key_hash.slice(0, 8)}</code> : null)}
        empty={t("monitor.noKeys")}
      />
      {open ? <EntityDrawer kind="key" stat={open} name={name(open)} search={search} /> : null}
    </>
  );
}
