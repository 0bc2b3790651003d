import { useSearch } from "@tanstack/react-router";
import { Callouts } from "../../app/callouts";
import { useFindings, useQuestion } from "../../app/data";
import { FilterBar } from "../../app/filter-bar";
import { LiveBanner } from "../../app/live-banner";
import { Page } from "../../app/shell";
import { useOpenView, useSetView } from "../../app/view";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { isOpenEnded } from "../../lib/range";
import { changed, type ViewSearch } from "../../lib/view";
import grid from "../../ui/grid.module.css";
import { Accounts, accountLines, accountStats, healthyAccounts } from "./accounts";
import { Failures } from "./failures";
import { Figures } from "./figures";
import { GatewaySettings, GatewayStock } from "./gateway-panel";
import { Models } from "./models";
import { Newest } from "./newest";
import { ACCOUNTS } from "./questions";
import { Today } from "./today";
import { TokenMix } from "./token-mix";
import { Traffic } from "./traffic";
import { Verdict } from "./verdict";

/** Whether everything is fine; what the range comes to; when; and who. */
export function DashboardPage() {
  const { t } = useI18n();
  const search: ViewSearch = useSearch({ from: "/signed-in/app/" });
  const setView = useSetView<ViewSearch>();
  const openView = useOpenView();
  const findings = useFindings();
  const accounts = useQuestion(search, ACCOUNTS);
  const now = useNow(60_000);
  const lines = accountLines(
    accounts.data ? accountStats(accounts.data.answer) : [],
    findings.data?.findings ?? [],
    now,
    accounts.data && isOpenEnded(search, now) ? accounts.data.span.to - accounts.data.span.from : null,
  );
  return (
    <Page
      title={t("nav.dashboard")}
      bar={<FilterBar page="/" search={search} onChange={setView} onOpen={openView} compare textIfRoom />}
    >
      <div className={grid.page}>
        <LiveBanner />
        <Callouts />
        <Verdict
          loaded={findings}
          span={accounts.changing ? undefined : accounts.data?.span}
          accounts={accounts.data && !accounts.changing ? healthyAccounts(lines) : undefined}
          search={search}
        />
        <Figures search={search} />
        <div className={`${grid.c8} ${grid.cell}`}>
          <Traffic
            search={search}
            onZoom={({ from, to }) => setView(changed(search, { range: undefined, from, to }))}
          />
        </div>
        <div className={`${grid.c4} ${grid.half} ${grid.cell}`}>
          <Failures search={search} />
        </div>
        <div className={`${grid.c7} ${grid.cell}`}>
          <Accounts search={search} loaded={accounts} lines={lines} />
        </div>
        <div className={`${grid.c5} ${grid.half} ${grid.cell}`}>
          <Models search={search} />
        </div>
        <div className={`${grid.c8} ${grid.cell}`}>
          <Today search={search} />
        </div>
        <div className={`${grid.c4} ${grid.half} ${grid.cell}`}>
          <Newest search={search} />
        </div>
        <div className={`${grid.c4} ${grid.half} ${grid.cell}`}>
          <TokenMix search={search} />
        </div>
        <div className={`${grid.c4} ${grid.half} ${grid.cell}`}>
          <GatewayStock
            search={search}
            providers={{
              data:
                accounts.data && !accounts.changing
                  ? new Set(accountStats(accounts.data.answer).flatMap(({ providers }) => providers)).size
                  : undefined,
              error: accounts.error,
            }}
          />
        </div>
        <div className={`${grid.c4} ${grid.half} ${grid.cell}`}>
          <GatewaySettings />
        </div>
      </div>
    </Page>
  );
}
