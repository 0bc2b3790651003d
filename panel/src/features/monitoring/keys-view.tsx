import { useKeyNames, useQuestion } from "../../app/data";
import { useI18n } from "../../i18n";
import type { ViewSearch } from "../../lib/view";
import { MOST_ENTITIES } from "./accounts-view";
import { EntityTable } from "./entities";
import { EntityDrawer } from "./entity-drawer";
import { ENTITY_MEASURES, type Entity, entitiesOf, NOBODY, openedOf } from "./view";

/** Client keys of the filter: who asks, how much, and what fails for them. */
export function KeysView({ search }: { search: ViewSearch }) {
  const { t } = useI18n();
  const aliases = useKeyNames();
  const loaded = useQuestion(search, {
    measures: ENTITY_MEASURES,
    dimensions: ["api_key"],
    order: { by: "calls", descending: true },
    limit: MOST_ENTITIES,
  });
  const rows = entitiesOf(loaded.data?.answer.groups ?? []);
  const name = (row: Entity) =>
    row.id === NOBODY
      ? t("monitor.withoutKey")
      : (aliases.get(row.id) ?? t("monitor.keyHash", { hash: row.id.slice(0, 8) }));
  const open = openedOf(rows, search.drawer, loaded.data !== undefined);
  return (
    <>
      <EntityTable
        title={t("monitor.keys")}
        search={search}
        loaded={loaded}
        rows={rows}
        name={name}
        second={(row) => (aliases.has(row.id) ? <code>{row.id.slice(0, 8)}</code> : null)}
        empty={t("monitor.noKeys")}
      />
      {open ? (
        <EntityDrawer kind="key" row={open} name={name(open)} search={search} changing={loaded.changing} />
      ) : null}
    </>
  );
}
