import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Finding, Findings, Verdict as VerdictKind } from "../../api/analytics-types";
import { statusQuery } from "../../api/queries";
import type { Loaded } from "../../app/data";
import { StaleMark, Waiting } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import type { Bounded } from "../../lib/range";
import { Icon } from "../../ui/icon";
import { type State, StatusMark } from "../../ui/status";
import styles from "./dashboard.module.css";
import { SENTENCES, SEVERITY, shownFindings, stepOf, targetOf } from "./findings";

const STATES: Record<VerdictKind, State> = { fine: "ok", watch: "warn", act: "bad", unknown: "stale" };

/** The first line of the page: whether everything is fine, and if not, what is not. */
export function Verdict({
  loaded,
  span,
  accounts,
}: {
  loaded: Loaded<Findings | null>;
  span: Bounded | undefined;
  /** The accounts that answered requests of this view. */
  accounts: ReadonlySet<string> | undefined;
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
      <Facts span={span} findings={loaded.data} accounts={accounts} />
    </section>
  );
}

function useTitle(found: Findings): { title: string; rest: string } {
  const { t, format } = useI18n();
  const acts = found.findings.filter(({ severity }) => severity === "act");
  const watches = found.findings.filter(({ severity }) => severity === "watch").length;
  const now = useNow(60_000);
  switch (found.verdict) {
    case "fine":
      return { title: t("verdict.fine"), rest: "" };
    case "watch":
      return { title: t("verdict.watch", { n: watches }), rest: "" };
    case "unknown": {
      const since = found.findings.find(({ severity }) => severity === "unknown")?.since_ms;
      return {
        title: since
          ? t("verdict.unknownSince", { time: format.dateTime(since, now, { short: true }) })
          : t("verdict.unknown"),
        rest: "",
      };
    }
    default: {
      const accounts = acts.every(({ subject }) => subject.kind === "account");
      return {
        title: t(accounts ? "verdict.actAccounts" : "verdict.act", { n: acts.length }),
        rest: watches > 0 ? t("verdict.andWatch", { n: watches }) : "",
      };
    }
  }
}

function Lines({ found, loaded }: { found: Findings; loaded: Loaded<Findings | null> }) {
  const { t } = useI18n();
  const { title, rest } = useTitle(found);
  const shown = shownFindings(found.findings);
  return (
    <>
      <header className={styles.verdictHead}>
        <StatusMark state={STATES[found.verdict]} />
        <h2 id="verdict" aria-live="polite">
          {title}
        </h2>
        {rest ? <span className={styles.rest}>{rest}</span> : null}
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
  const target = targetOf(finding);
  const step = target ? (
    <>
      <span className="link not-phone">{t(stepOf(finding))} →</span>
      <span className="phone-only link">
        <Icon name="right" small />
      </span>
    </>
  ) : null;
  const content = (
    <>
      <StatusMark state={SEVERITY[finding.severity]} />
      <span>
        <Sentence finding={finding} />
      </span>
      {step}
    </>
  );
  if (!target) return <div className={styles.finding}>{content}</div>;
  if ("path" in target) {
    return (
      <Link to={target.path} className={styles.finding}>
        {content}
      </Link>
    );
  }
  return (
    <ToRequests search={target.requests} className={styles.finding}>
      {content}
    </ToRequests>
  );
}

/** What, how much, since when, what to do. A finding that this panel does not know is told by its code and numbers. */
function Sentence({ finding }: { finding: Finding }) {
  const { t, rich, format } = useI18n();
  const now = useNow(60_000);
  const number = (name: string) => finding.numbers[name] ?? null;
  const at = (ms: number | null) => (ms === null ? format.count(null) : format.dateTime(ms, now, { short: true }));
  const values: Record<string, ReactNode> = {
    name: <b>{finding.subject.label}</b>,
    requests: <b>{format.count(number("requests"))}</b>,
    keys: t("finding.keys", { n: number("keys") ?? 0 }),
    status: String(number("status") ?? ""),
    used: format.percent(number("used_percent")),
    window: format.span((number("window_minutes") ?? 0) * 60_000),
    resets: at(number("resets_at_ms")),
    full: at(number("full_at_ms")),
    since: at(finding.since_ms ?? null),
    share: format.share(number("share")),
    usual: format.share(number("usual_share")),
    time: format.duration(number("p95_ms")),
    usualTime: format.duration(number("usual_p95_ms")),
    cost: format.money(number("cost")),
    usualCost: format.money(number("usual_cost")),
    lost: format.count(number("lost_estimate")),
  };
  const key = SENTENCES[finding.code];
  const sentence = key ? (
    rich(key, values)
  ) : (
    <>
      <b>{finding.subject.label}</b> {finding.code.replaceAll("_", " ")}
      {Object.entries(finding.numbers).map(([name, value]) => ` · ${name.replaceAll("_", " ")} ${value ?? "—"}`)}
    </>
  );
  const tail: ReactNode[] = [];
  if (key && finding.since_ms && !["model_without_price", "quota_nearly_used"].includes(finding.code)) {
    tail.push(t("finding.since", { time: at(finding.since_ms) }));
  }
  if (number("resets_at_ms") !== null) tail.push(t("finding.resets", { time: at(number("resets_at_ms")) }));
  if (finding.next_step?.code === "sign_in_again") tail.push(t("finding.signIn"));
  return (
    <>
      {sentence}
      {tail.map((each, index) => (
        <span key={index}> {each}</span>
      ))}
    </>
  );
}

/** The facts beside the verdict, mostly fine. */
function Facts({
  span,
  findings,
  accounts,
}: {
  span: Bounded | undefined;
  findings: Findings | undefined | null;
  accounts: ReadonlySet<string> | undefined;
}) {
  const { t, format } = useI18n();
  const { data } = useQuery(statusQuery);
  const gaps = (data?.gaps ?? []).filter(
    (gap) => gap.lossy && span && (gap.toMs ?? Number.POSITIVE_INFINITY) > span.from && gap.fromMs < span.to,
  );
  const lost = gaps.reduce((sum, gap) => sum + (gap.toMs ?? Date.now()) - gap.fromMs, 0);
  const troubled = new Set(
    (findings?.findings ?? [])
      .filter(({ severity, subject }) => severity === "act" && subject.kind === "account" && accounts?.has(subject.id))
      .map(({ subject }) => subject.id),
  ).size;
  const bytes = data?.database.totalBytes;
  const events = data?.eventCount ?? 0;
  const until = data?.collector.completeUntil ?? null;
  const rows: { name: string; value: ReactNode }[] = [
    {
      name: t("facts.accounts"),
      value:
        accounts === undefined || !findings ? (
          format.count(null)
        ) : (
          <>
            <b>{format.count(accounts.size - troubled)}</b> / {format.count(accounts.size)}
          </>
        ),
    },
    {
      name: t("facts.collected"),
      value: until === null ? format.count(null) : t("facts.until", { time: format.clock(until) }),
    },
    {
      name: t("facts.gaps"),
      value: gaps.length === 0 ? t("facts.none") : `${format.count(gaps.length)} · ${format.span(lost)}`,
    },
    { name: t("facts.queue"), value: format.count(data?.collector.queueDepths.writerEvents ?? null) },
    {
      name: t("facts.storage"),
      value:
        bytes !== undefined && events > 0
          ? t("facts.perEvent", { size: format.bytes(bytes), each: format.bytes(Math.round(bytes / events)) })
          : format.bytes(bytes),
    },
  ];
  return (
    <aside className={styles.facts} aria-label={t("facts.title")}>
      <h3>{t("facts.title")}</h3>
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
