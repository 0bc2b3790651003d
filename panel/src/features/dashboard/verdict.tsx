import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Finding, Findings } from "../../api/analytics-types";
import { statusQuery } from "../../api/queries";
import { accountName } from "../../app/account-name";
import type { Loaded } from "../../app/data";
import { useGaps } from "../../app/gaps";
import { StaleMark, Waiting } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import type { Bounded } from "../../lib/range";
import { carried, type ViewSearch } from "../../lib/view";
import { Icon } from "../../ui/icon";
import { StatusMark } from "../../ui/status";
import styles from "./dashboard.module.css";
import { requestsOf, SENTENCES, SEVERITY, SINCE, STEPS, shownFindings, titleOf, VERDICTS } from "./findings";

/** The first line of the page: whether everything is fine, and if not, what is not. */
export function Verdict({
  loaded,
  span,
  accounts,
  search,
}: {
  loaded: Loaded<Findings | null>;
  span: Bounded | undefined;
  /** Of the accounts that had requests of this view. */
  accounts: { healthy: number; all: number } | undefined;
  search: ViewSearch;
}) {
  const { t } = useI18n();
  // A manager without the engine has no verdict, and nothing is said in its place.
  if (loaded.data === null) return null;
  return (
    <section className={styles.verdict} aria-labelledby="verdict">
      <div className={styles.verdictMain}>
        <Waiting loaded={loaded} reading={t("verdict.reading")} failed={t("verdict.failed")} lines={3}>
          {(found) => (found ? <Lines found={found} loaded={loaded} /> : null)}
        </Waiting>
      </div>
      <Facts span={span} findings={loaded.data} accounts={accounts} search={search} />
    </section>
  );
}

function Lines({ found, loaded }: { found: Findings; loaded: Loaded<Findings | null> }) {
  const { t } = useI18n();
  const title = titleOf(found);
  const shown = shownFindings(found.findings);
  return (
    <>
      <header className={styles.verdictHead}>
        <StatusMark state={VERDICTS[found.verdict] ?? "stale"} />
        <h2 id="verdict" aria-live="polite">
          {t(title.key, { n: title.n })}
        </h2>
        {title.watch > 0 ? <span className={styles.rest}>{t("verdict.andWatch", { n: title.watch })}</span> : null}
        <span className="grow" />
        <StaleMark loaded={loaded} />
      </header>
      {shown.length > 0 ? (
        <ul>
          {shown.map((finding) => (
            <li key={`${finding.code} ${finding.subject.id}`}>
              <Line finding={finding} />
            </li>
          ))}
        </ul>
      ) : null}
      {found.findings.length > shown.length ? (
        <p className={styles.moreFindings}>{t("verdict.more", { n: found.findings.length - shown.length })}</p>
      ) : null}
    </>
  );
}

function Line({ finding }: { finding: Finding }) {
  const { t } = useI18n();
  const step = STEPS[finding.next_step];
  const requests = requestsOf(finding);
  const arrow = (
    <span className="phone-only link">
      <Icon name="right" small />
    </span>
  );
  const content = (text: ReactNode) => (
    <>
      <StatusMark state={SEVERITY[finding.severity] ?? "unknown"} />
      <span>
        <Sentence finding={finding} />
      </span>
      {text}
    </>
  );
  if (step?.page && requests) {
    // Two ways on: to what is to be done, and to the requests.
    return (
      <div className={styles.finding}>
        {content(
          <span className={styles.ways}>
            <ToRequests search={requests} className="link">
              {t("step.showRequests")} →
            </ToRequests>
            <Link to={step.page} className="link">
              {t(step.text)} →
            </Link>
          </span>,
        )}
      </div>
    );
  }
  if (step?.page) {
    return (
      <Link to={step.page} className={styles.finding}>
        {content(
          <>
            <span className="link not-phone">{t(step.text)} →</span>
            {arrow}
          </>,
        )}
      </Link>
    );
  }
  if (requests) {
    return (
      <ToRequests search={requests} className={styles.finding}>
        {content(
          <>
            <span className="link not-phone">{t(step?.text ?? "step.showRequests")} →</span>
            {arrow}
          </>,
        )}
      </ToRequests>
    );
  }
  return <div className={styles.finding}>{content(null)}</div>;
}

/** What, how much, since when. A finding that this panel does not know is told by its code and numbers. */
export function Sentence({ finding }: { finding: Finding }) {
  const { t, rich, format } = useI18n();
  const now = useNow(60_000);
  const number = (name: string) => finding.numbers[name] ?? null;
  const at = (ms: number | null) => (ms === null ? format.count(null) : format.dateTime(ms, now, { short: true }));
  const name = accountName(finding.subject.name || finding.subject.id);
  const key = SENTENCES[finding.code];
  if (!key) {
    return (
      <>
        {name ? <b>{name} </b> : null}
        {finding.code.replaceAll("_", " ")}
        {Object.entries(finding.numbers).map(([label, value]) => ` · ${label.replaceAll("_", " ")} ${value}`)}
      </>
    );
  }
  const values: Record<string, ReactNode> = {
    name: <b>{name}</b>,
    state: name.replaceAll("_", " "),
    calls: format.count(number("calls")),
    failures: <b>{format.count(number("failures"))}</b>,
    share: format.share(number("failure_rate"), 1),
    requests: <b>{format.count(number("calls"))}</b>,
    usualCalls: format.count(number("usual_calls")),
    cost: <b>{format.money(number("cost"))}</b>,
    usualCost: format.money(number("usual_cost")),
    time: <b>{format.duration(number("latency_p95_ms"))}</b>,
    usualTime: format.duration(number("usual_latency_p95_ms")),
    used: format.percent(number("used_percent")),
    unpriced: <b>{format.count(number("unpriced_calls"))}</b>,
    models: t("finding.models", { n: number("models") ?? 0 }),
    gaps: t("finding.gaps", { n: number("gaps") ?? 0 }),
    events: format.count(number("events")),
    of: format.count(number("of")),
  };
  const tail: string[] = [];
  const usualShare = number("usual_failure_rate");
  const lost = number("lost_estimate") ?? 0;
  const recovers = number("recover_at_ms");
  if (usualShare !== null) tail.push(t("finding.usualShare", { share: format.share(usualShare, 1) }));
  if (lost > 0) tail.push(t("finding.lost", { n: lost }));
  if (finding.since_ms !== null && SINCE.has(finding.code)) {
    tail.push(t("finding.since", { time: at(finding.since_ms) }));
  }
  if (recovers !== null) tail.push(t("finding.resets", { time: at(recovers) }));
  return (
    <>
      {rich(key, values)}
      {tail.map((each) => (
        <span key={each}> {each}</span>
      ))}
    </>
  );
}

/** The facts beside the verdict, mostly fine. */
function Facts({
  span,
  findings,
  accounts,
  search,
}: {
  span: Bounded | undefined;
  findings: Findings | undefined | null;
  accounts: { healthy: number; all: number } | undefined;
  search: ViewSearch;
}) {
  const { t, format } = useI18n();
  const { data } = useQuery(statusQuery);
  const now = useNow(60_000);
  // Only what of them lies in the range.
  const gaps = useGaps(span);
  const lost = gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  const bytes = data?.database.totalBytes;
  const events = data?.eventCount ?? 0;
  const until = data?.collector.completeUntil ?? null;
  const toSystem = (content: ReactNode) => <Link to="/system">{content}</Link>;
  const rows: { name: string; value: ReactNode }[] = [
    {
      name: t("facts.accounts"),
      value:
        accounts === undefined || !findings ? (
          format.count(null)
        ) : (
          <ToRequests search={{ ...carried(search), tab: "accounts" } as ViewSearch}>
            <b>{format.count(accounts.healthy)}</b> / {format.count(accounts.all)}
          </ToRequests>
        ),
    },
    {
      name: t("facts.collected"),
      value: until === null ? format.count(null) : toSystem(t("facts.until", { time: format.moment(until, now) })),
    },
    {
      name: t("facts.gaps"),
      value: toSystem(
        span === undefined || !data
          ? format.count(null)
          : gaps.length === 0
            ? t("facts.none")
            : `${format.count(gaps.length)} · ${format.span(lost)}`,
      ),
    },
    { name: t("facts.queue"), value: toSystem(format.count(data?.collector.queueDepths.writerEvents ?? null)) },
    {
      name: t("facts.storage"),
      value: toSystem(
        bytes !== undefined && events > 0
          ? t("facts.perEvent", { size: format.bytes(bytes), each: format.bytes(Math.round(bytes / events)) })
          : format.bytes(bytes),
      ),
    },
  ];
  return (
    <aside className={styles.facts} aria-label={t("facts.title")}>
      <h2>{t("facts.title")}</h2>
      <dl>
        {rows.map((row) => (
          <div key={row.name}>
            <dt>{row.name}</dt>
            <dd>{row.value}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}
