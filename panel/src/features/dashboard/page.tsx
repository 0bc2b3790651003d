import { useSearch } from "@tanstack/react-router";
import { useAnalytics, useFindings } from "../../app/data";
import { FilterBar } from "../../app/filter-bar";
import { LiveBanner } from "../../app/live-banner";
import { Page } from "../../app/shell";
import { useOpenView, useSetView } from "../../app/view";
import { useI18n } from "../../i18n";
import { isOpenEnded } from "../../lib/range";
import { changed, type ViewSearch } from "../../lib/view";
import grid from "../../ui/grid.module.css";
import { Accounts } from "./accounts";
import { Failures } from "./failures";
import { Figures } from "./figures";
import { Models } from "./models";
import { Traffic } from "./traffic";
import { Verdict } from "./verdict";

/** Whether everything is fine; what the range comes to; when; and who. */
export function DashboardPage() {
  const { t } = useI18n();
  const search: ViewSearch = useSearch({ from: "/signed-in/app/" });
  const setView = useSetView<ViewSearch>();
  const openView = useOpenView();
  const findings = useFindings();
  const summary = useAnalytics(search, { summary: true, summary_percentiles: true });
  const accounts = useAnalytics(search, { account_stats: true });
  return (
    <Page
      title={t("nav.dashboard")}
      bar={<FilterBar page="/" search={search} onChange={setView} onOpen={openView} compare noText />}
    >
      <div className={grid.page}>
        <LiveBanner />
        <Verdict
          loaded={findings}
          span={summary.data?.span}
          accounts={accounts.data?.answer.account_stats?.length ?? (accounts.data ? 0 : undefined)}
        />
        <Figures search={search} loaded={summary} />
        <div className={`${grid.c8} ${grid.cell}`}>
          <Traffic
            search={search}
            onZoom={({ from, to }) => setView(changed(search, { range: undefined, from, to }))}
          />
        </div>
        <div className={`${grid.c4} ${grid.cell}`}>
          <Failures search={search} />
        </div>
        <div className={`${grid.c7} ${grid.cell}`}>
          <Accounts
            search={search}
            loaded={accounts}
            findings={findings.data?.findings ?? []}
            ongoing={isOpenEnded(search)}
          />
        </div>
        <div className={`${grid.c5} ${grid.cell}`}>
          <Models search={search} />
        </div>
      </div>
    </Page>
  );
}
