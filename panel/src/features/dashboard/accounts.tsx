import type { Finding } from "../../api/analytics-types";
import type { Answer } from "../../api/query";
import { accountName } from "../../app/account-name";
import { type AccountState, accountState, useAccountWords, WORST_FIRST } from "../../app/account-state";
import { measureOf } from "../../app/answers";
import type { Dated, Loaded } from "../../app/data";
import { LoadedPanel } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { carried, only, type ViewSearch } from "../../lib/view";
import { Empty } from "../../ui/panel";
import { Status } from "../../ui/status";
import { type Column, DataTable } from "../../ui/table";
import styles from "./dashboard.module.css";

const SHOWN = 6;

export interface AccountStat {
  account: string;
  /** Those that served it, the most used first. */
  providers: string[];
  calls: number;
  failures: number;
  cost: number | null;
  unpriced: number;
  lastSeen: number | null;
}

/** An account is one, whatever providers it has: its state is the same wherever it is named. */
export function accountStats(answer: Pick<Answer, "groups">): AccountStat[] {
  const found = new Map<string, AccountStat>();
  for (const row of answer.groups) {
    const [account = "-", provider = "-"] = row.keys.map((key) => key ?? "-");
    const before = found.get(account);
    const [cost, seen] = [measureOf(row, "cost"), measureOf(row, "last_seen_ms")];
    found.set(account, {
      account,
      providers: [...new Set([...(before?.providers ?? []), provider])],
      calls: (before?.calls ?? 0) + (measureOf(row, "calls") ?? 0),
      failures: (before?.failures ?? 0) + (measureOf(row, "failures") ?? 0),
      cost: cost === null ? (before?.cost ?? null) : (before?.cost ?? 0) + cost,
      unpriced: (before?.unpriced ?? 0) + (measureOf(row, "unpriced_calls") ?? 0),
      lastSeen: seen === null ? (before?.lastSeen ?? null) : Math.max(before?.lastSeen ?? 0, seen),
    });
  }
  return [...found.values()];
}

const failureRateOf = ({ calls, failures }: AccountStat): number | null => (calls > 0 ? failures / calls : null);

export interface AccountLine extends AccountState {
  stat: AccountStat;
}

/** Worst first; within a state, the larger share of failures first. */
export function accountLines(
  stats: readonly AccountStat[],
  findings: readonly Finding[],
  now: number,
  /** Length of the range in ms, where it reaches until now; else nothing is said of now. */
  lasting: number | null,
): AccountLine[] {
  const line = (stat: AccountStat): AccountLine => {
    const { account: id, calls, lastSeen: seen } = stat;
    const failureRate = failureRateOf(stat);
    const success = failureRate === null ? null : 1 - failureRate;
    return { stat, ...accountState({ id, calls, success, seen }, findings, now, lasting) };
  };
  return stats
    .map(line)
    .sort(
      (a, b) =>
        WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state) ||
        (failureRateOf(b.stat) ?? 0) - (failureRateOf(a.stat) ?? 0) ||
        b.stat.calls - a.stat.calls,
    );
}

/** How many accounts there are, and of how many nothing bad is known. One that has been silent is not ill. */
export function healthyAccounts(lines: readonly AccountLine[]): { healthy: number; all: number } {
  const ill = lines.filter(({ state }) => state === "bad" || state === "warn").length;
  return { healthy: lines.length - ill, all: lines.length };
}

export function Accounts({
  search,
  loaded,
  lines,
}: {
  search: ViewSearch;
  loaded: Loaded<Dated<Answer>>;
  lines: readonly AccountLine[];
}) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const say = useAccountWords();
  const stateText = (line: AccountLine) => say.words(line, line.stat.lastSeen, now);
  const detail = (line: AccountLine) => say.detail(line, line.stat.lastSeen, now);
  const failedText = ({ stat, state }: AccountLine) => (
    <span className={state === "bad" ? `${styles.bad} b` : undefined}>{format.share(failureRateOf(stat), 1)}</span>
  );
  const columns: Column<AccountLine>[] = [
    {
      id: "account",
      label: t("field.account"),
      share: 34,
      fixed: true,
      cell: ({ stat }) => (
        <>
          {accountName(stat.account)}
          <span className={styles.second}>{stat.providers.join(", ")}</span>
        </>
      ),
    },
    {
      id: "state",
      label: t("accounts.state"),
      share: 30,
      cell: (line) => (
        <>
          <Status state={line.state}>{stateText(line)}</Status>
          <span className={styles.second}>{detail(line)}</span>
        </>
      ),
    },
    {
      id: "calls",
      label: t("figures.requests"),
      numeric: true,
      width: 86,
      cell: ({ stat }) => format.count(stat.calls),
    },
    { id: "failed", label: t("figures.failed"), numeric: true, width: 76, cell: failedText },
    {
      id: "cost",
      label: t("figures.cost"),
      numeric: true,
      width: 92,
      priority: 2,
      cell: ({ stat }) => `${stat.unpriced > 0 ? "≥ " : ""}${format.money(stat.cost)}`,
    },
  ];
  return (
    <LoadedPanel
      title={t("accounts.title")}
      note={loaded.data ? t("accounts.note", { shown: Math.min(SHOWN, lines.length), total: lines.length }) : null}
      actions={
        <ToRequests search={{ ...carried(search), tab: "accounts" } as ViewSearch} className={`link ${styles.viewAll}`}>
          {t("action.viewAll")}
        </ToRequests>
      }
      loaded={loaded}
      reading={t("accounts.reading")}
      failed={t("accounts.failed")}
      flush
    >
      {() =>
        lines.length === 0 ? (
          <Empty title={t("accounts.none")} />
        ) : (
          <DataTable
            id="accounts"
            caption={t("accounts.title")}
            columns={columns}
            rows={lines.slice(0, SHOWN)}
            rowKey={({ stat }) => stat.account}
            density="tall"
            link={({ stat }, content, props) => (
              <ToRequests search={only(carried(search), "account", stat.account)} {...props}>
                {content}
              </ToRequests>
            )}
            card={(line) => ({
              title: accountName(line.stat.account),
              value: <Status state={line.state}>{stateText(line)}</Status>,
              lines: [
                <>
                  <span>{line.stat.providers.join(", ")}</span>
                  <span>{detail(line)}</span>
                </>,
                <>
                  <span>{t("palette.requestCount", { n: line.stat.calls })}</span>
                  <span>
                    {t("figures.failed")} {failedText(line)}
                  </span>
                </>,
              ],
            })}
          />
        )
      }
    </LoadedPanel>
  );
}
