import type { Answer } from "../../api/query";
import { accountName } from "../../app/account-name";
import { measureOf } from "../../app/answers";
import { causeOf } from "../../app/causes";
import { useQuestion } from "../../app/data";
import { LoadedPanel } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { ABSENT, only, type ViewSearch } from "../../lib/view";
import { Empty } from "../../ui/panel";
import { StatusMark } from "../../ui/status";
import styles from "./dashboard.module.css";
import { CAUSES, failedOnly } from "./questions";

const SHOWN = 5;
/** A cause that was seen this recently goes on. */
const ONGOING_MS = 15 * 60_000;

interface CauseRow {
  status: number;
  error: string;
  accounts: string[];
  calls: number;
  first: number;
  last: number;
}

/** Failures of one status and code, over all accounts. */
export function causesOf(answer: Pick<Answer, "rows">): CauseRow[] {
  const found = new Map<string, CauseRow>();
  for (const row of answer.rows) {
    const [status, error, account] = row.keys;
    const key = `${status} ${error}`;
    const one = found.get(key) ?? {
      status: Number(status) || 0,
      error: error === "-" ? "" : (error ?? ""),
      accounts: [],
      calls: 0,
      first: Number.POSITIVE_INFINITY,
      last: 0,
    };
    one.calls += measureOf(row, "calls") ?? 0;
    one.first = Math.min(one.first, measureOf(row, "first_seen_ms") ?? one.first);
    one.last = Math.max(one.last, measureOf(row, "last_seen_ms") ?? 0);
    if (account && account !== "-") one.accounts.push(account);
    found.set(key, one);
  }
  return [...found.values()].sort((a, b) => b.calls - a.calls);
}

/** The view narrowed to the requests of one cause, also where it is that there is no code. */
export function causeSearch(search: ViewSearch, cause: Pick<CauseRow, "status" | "error">): ViewSearch {
  const view = only(search, "code", cause.status > 0 ? String(cause.status) : ABSENT);
  return only(view, "error", cause.error || ABSENT);
}

export function Failures({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const view = failedOnly(search);
  const asked = useQuestion(view, CAUSES);
  const causes = asked.data ? causesOf(asked.data.answer) : [];
  const total = causes.reduce((sum, cause) => sum + cause.calls, 0);
  return (
    <LoadedPanel
      title={t("failures.title")}
      note={asked.data ? format.count(total) : null}
      actions={
        total > 0 ? (
          <ToRequests search={view} className={`link ${styles.viewAll}`}>
            {t("action.viewAll")}
          </ToRequests>
        ) : null
      }
      loaded={asked}
      reading={t("failures.reading")}
      failed={t("failures.failed")}
      flush
    >
      {() =>
        causes.length === 0 ? (
          <Empty title={t("failures.none")} />
        ) : (
          <ul>
            {causes.slice(0, SHOWN).map((cause) => (
              <li key={`${cause.status} ${cause.error}`} className={styles.cause}>
                <ToRequests search={causeSearch(view, cause)}>
                  <CauseLines cause={cause} total={total} />
                </ToRequests>
              </li>
            ))}
          </ul>
        )
      }
    </LoadedPanel>
  );
}

function CauseLines({ cause, total }: { cause: CauseRow; total: number }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const { words, state } = causeOf(cause.status, cause.error);
  // One failure a moment ago is not yet something that goes on.
  const ongoing = cause.calls > 1 && now - cause.last < ONGOING_MS;
  const start =
    format.date(cause.first, now) === format.date(now, now)
      ? format.clock(cause.first, { short: true })
      : format.dateTime(cause.first, now, { short: true });
  return (
    <>
      <StatusMark state={state} />
      <span className={styles.causeText}>
        <b>{t(words)}</b>
        <span className="mid">
          {cause.status > 0 ? cause.status : null} {cause.error}
        </span>
        <span className="mid">
          {cause.accounts.length === 1
            ? accountName(cause.accounts[0] ?? "")
            : t("failures.accounts", { n: cause.accounts.length })}{" "}
          ·{" "}
          {ongoing ? (
            <span className={state === "bad" ? styles.bad : undefined}>{t("failures.ongoing", { time: start })}</span>
          ) : (
            t("failures.first", { time: start })
          )}
        </span>
      </span>
      <span className="num">
        <b>{format.count(cause.calls)}</b>
        <span className="mid">{format.share(cause.calls / total, 1)}</span>
      </span>
    </>
  );
}
