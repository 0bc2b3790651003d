import type { Finding } from "../../api/analytics-types";
import type { Answer } from "../../api/query";
import { accountName } from "../../app/account-name";
import { measureOf } from "../../app/answers";
import type { Dated, Loaded } from "../../app/data";
import { healthOf } from "../../app/health";
import { LoadedPanel } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { type Key, useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { carried, only, type ViewSearch } from "../../lib/view";
import { Empty } from "../../ui/panel";
import { type State, Status } from "../../ui/status";
import { type Column, DataTable } from "../../ui/table";
import styles from "./dashboard.module.css";
import { findingOf, SINCE } from "./findings";

const SHOWN = 6;
/** An account that was used in the range, but not for this long, and not for many times its usual pause. */
const QUIET_MS = 6 * 3_600_000;
const QUIET_PAUSES = 10;
const STATE_WORDS: Readonly<Record<string, Key | undefined>> = {
  quota_used_up: "accounts.outOfQuota",
  credential_failing: "accounts.failing",
  credential_without_success: "accounts.failing",
  quota_nearly_used: "accounts.nearlyUsed",
};
const ORDER: State[] = ["bad", "warn", "stale", "unknown", "ok"];

export interface AccountStat {
  account: string;
  provider: string;
  calls: number;
  failureRate: number | null;
  cost: number | null;
  unpriced: number;
  lastSeen: number | null;
}

export function accountStats(answer: Pick<Answer, "groups">): AccountStat[] {
  return answer.groups.map((row) => ({
    account: row.keys[0] ?? "-",
    provider: row.keys[1] ?? "-",
    calls: measureOf(row, "calls") ?? 0,
    failureRate: measureOf(row, "failure_rate"),
    cost: measureOf(row, "cost"),
    unpriced: measureOf(row, "unpriced_calls") ?? 0,
    lastSeen: measureOf(row, "last_seen_ms"),
  }));
}

export interface AccountLine {
  stat: AccountStat;
  state: State;
  finding: Finding | undefined;
}

/**
 * Worst first: what the findings of the last hour say of an account, how its requests of the range went, then what has not
 * been heard of for long. Within a state, the larger share of failures first.
 */
export function accountLines(
  stats: readonly AccountStat[],
  findings: readonly Finding[],
  now: number,
  /** Length of the range in ms, where it reaches until now; else nothing is said of silence. */
  lasting: number | null,
): AccountLine[] {
  const line = (stat: AccountStat): AccountLine => {
    const finding = findingOf(stat.account, findings);
    const silent = stat.lastSeen === null ? 0 : now - stat.lastSeen;
    const quiet = lasting !== null && silent > QUIET_MS && silent > (QUIET_PAUSES * lasting) / Math.max(1, stat.calls);
    const told: State = finding ? (finding.severity === "critical" ? "bad" : "warn") : "ok";
    const health = healthOf({ calls: stat.calls, success: stat.failureRate === null ? null : 1 - stat.failureRate });
    const worse: State = ORDER.indexOf(health) < ORDER.indexOf(told) ? health : told;
    return { stat, state: quiet && worse === "ok" ? "stale" : worse, finding };
  };
  return stats
    .map(line)
    .sort(
      (a, b) =>
        ORDER.indexOf(a.state) - ORDER.indexOf(b.state) ||
        (b.stat.failureRate ?? 0) - (a.stat.failureRate ?? 0) ||
        b.stat.calls - a.stat.calls,
    );
}

/** How many accounts there are, and of how many nothing bad is known. One that has been silent is not ill. */
export function healthyAccounts(lines: readonly AccountLine[]): { healthy: number; all: number } {
  const all = new Set(lines.map(({ stat }) => stat.account));
  const ill = new Set(lines.filter(({ state }) => state === "bad" || state === "warn").map(({ stat }) => stat.account));
  return { healthy: all.size - ill.size, all: all.size };
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
  const stateText = (line: AccountLine) => {
    const key = STATE_WORDS[line.finding?.code ?? ""];
    if (key) return t(key, { used: format.percent(line.finding?.numbers.used_percent ?? null) });
    if (line.finding) return line.finding.code.replaceAll("_", " ");
    if (line.state === "bad") return t("monitor.manyFail");
    if (line.state === "warn") return t("monitor.someFail");
    return line.state === "stale"
      ? t("accounts.quiet", { time: format.span(line.stat.lastSeen === null ? null : now - line.stat.lastSeen) })
      : t("accounts.healthy");
  };
  const detail = (line: AccountLine) => {
    const resets = line.finding?.numbers.recover_at_ms;
    if (resets) return t("accounts.resets", { time: format.clock(resets, { short: true }) });
    if (line.finding?.since_ms && SINCE.has(line.finding.code)) {
      return t("accounts.since", { time: format.dateTime(line.finding.since_ms, now, { short: true }) });
    }
    if (line.state === "stale") {
      return t("accounts.last", { time: format.dateTime(line.stat.lastSeen, now, { short: true }) });
    }
    return t("accounts.last", { time: format.ago(line.stat.lastSeen, now) });
  };
  const failedText = ({ stat, state }: AccountLine) => (
    <span className={state === "bad" ? `${styles.bad} b` : undefined}>{format.share(stat.failureRate, 1)}</span>
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
          <span className={styles.second}>{stat.provider}</span>
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
            rowKey={({ stat }) => `${stat.provider} ${stat.account}`}
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
                  <span>{line.stat.provider}</span>
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
