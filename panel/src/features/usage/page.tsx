import { useSearch } from "@tanstack/react-router";
import { useCredentialNames } from "../../app/data";
import { FilterBar } from "../../app/filter-bar";
import { LiveBanner } from "../../app/live-banner";
import { PageTabs } from "../../app/page-tabs";
import { Page } from "../../app/shell";
import { useOpenView, useSetView } from "../../app/view";
import { type Key, useI18n } from "../../i18n";
import { carried, changed, type ViewSearch } from "../../lib/view";
import grid from "../../ui/grid.module.css";
import { BucketDetail, openSpan, withoutOldBar } from "./bucket-detail";
import { Detail } from "./detail";
import { Explore } from "./explore";
import { HeatTab } from "./heat";
import type { Measure } from "./measures";
import { Overview, type TabProps } from "./overview";
import { Ranking } from "./ranking";
import { SeriesPanel } from "./series-panel";
import { Trends } from "./trends";
import styles from "./usage.module.css";
import { ENTITIES, TABS, type Tab } from "./view";

const TAB_LABELS: Record<Tab, Key> = {
  overview: "usage.overview",
  trends: "usage.trends",
  models: "usage.models",
  keys: "usage.keys",
  credentials: "usage.credentials",
  heatmap: "usage.heatmap",
  explore: "usage.explore",
};

/** Where the money and the tokens go. */
export function UsagePage() {
  const { t } = useI18n();
  const search = useSearch({ from: "/signed-in/app/usage" }) as ViewSearch & { tab?: Tab; measure?: Measure };
  const setSearch = useSetView<ViewSearch>();
  // A bar that is open belongs to the range: it is closed with it, or it would stay where it is in no chart.
  const setView = (next: ViewSearch, replace?: boolean) => setSearch(withoutOldBar(search, next), replace);
  const openView = useOpenView();
  const tab = search.tab ?? "overview";
  // Older records name a credential by its handle only; the gateway knows whose it is.
  useCredentialNames(tab === "credentials" || (tab === "explore" && search.split === "credential"));
  const onBucket = ({ from, to }: { from: number; to: number }) =>
    setView(changed(search as ViewSearch, { drawer: `${from}-${to}` }));
  const span = openSpan(search.drawer);
  const detail = span ? (
    <BucketDetail
      key={search.drawer}
      search={search}
      span={span}
      onClose={() => setView(changed(search as ViewSearch, { drawer: undefined }))}
    />
  ) : null;
  const props: TabProps = { search, onChange: setView, onBucket, detail };
  return (
    <Page
      title={t("nav.usage")}
      bar={<FilterBar page="/usage" search={search} onChange={setView} onOpen={openView} compare textIfRoom />}
      tabs={
        <PageTabs
          label={t("usage.parts")}
          current={tab}
          tabs={TABS.map((id) => ({
            id,
            label: t(TAB_LABELS[id]),
            search: { ...carried(search), ...(id === "overview" ? {} : { tab: id }) },
          }))}
        />
      }
    >
      <div className={grid.page}>
        <LiveBanner />
        {tab === "overview" ? <Overview {...props} /> : null}
        {tab === "trends" ? <Trends {...props} /> : null}
        {tab === "models" || tab === "keys" || tab === "credentials" ? <Entities {...props} tab={tab} /> : null}
        {tab === "heatmap" ? <HeatTab {...props} /> : null}
        {tab === "explore" ? <Explore {...props} /> : null}
      </div>
    </Page>
  );
}

const TITLES: Record<"models" | "keys" | "credentials", Key> = {
  models: "usage.byModelTitle",
  keys: "usage.byKeyTitle",
  credentials: "usage.byCredentialTitle",
};

function Entities({ search, onChange, onBucket, detail, tab }: TabProps & { tab: "models" | "keys" | "credentials" }) {
  const { t } = useI18n();
  const entity = ENTITIES[tab];
  const open = search.drawer !== undefined && openSpan(search.drawer) === undefined ? search.drawer : undefined;
  return (
    <>
      <SeriesPanel
        search={search}
        entity={entity}
        title={(measure, bucket) => t(TITLES[tab], { measure, bucket })}
        onChange={onChange}
        onBucket={onBucket}
        aside={detail}
      />
      {open === undefined ? null : (
        <div className={`${grid.c4} ${styles.right}`}>
          <Detail key={`${tab} ${open}`} search={search} entity={entity} value={open} onChange={onChange} />
        </div>
      )}
      <div className={open === undefined ? undefined : `${grid.c8} ${styles.left}`}>
        <Ranking
          search={search}
          entity={entity}
          title={t(TAB_LABELS[tab])}
          onChange={onChange}
          tight={open !== undefined}
        />
      </div>
    </>
  );
}
