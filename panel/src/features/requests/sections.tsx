import { Link, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { EventDetail, EventRow } from "../../api/types";
import { accountName } from "../../app/account-name";
import { quotaWindows } from "../../app/quota";
import { type Key, useI18n } from "../../i18n";
import { sentences } from "../../i18n/refusals";
import { useNow } from "../../lib/now";
import { ABSENT, rangeOf, type ViewSearch } from "../../lib/view";
import { Code } from "../../ui/code";
import { Definitions } from "../../ui/panel";
import { AccountText, StatusCell, TotalText } from "./cells";
import styles from "./drawer.module.css";
import { Section } from "./drawer-frame";
import { inOrder, outcomeOf, reasonOf, type TimelineBar, timelineOf } from "./explain";
import { Outward } from "./outward";
import { QuotaWindows } from "./quota-windows";
import { accountOf, stateOf } from "./row";
import { codeWords } from "./words";

interface Props {
  event: EventDetail;
  attempts: readonly EventRow[];
}

/** First of all: why, in a sentence, and what the client got. */
export function Why({ event, attempts }: Props) {
  const { t, format } = useI18n();
  const search = useSearch({ from: "/signed-in/app/requests" });
  const outcome = outcomeOf(event, attempts);
  if (!event.failed) {
    if (outcome.kind !== "after") return null;
    return <p className={styles.section}>{t("why.after", { n: outcome.failures })}</p>;
  }
  const state = stateOf(event);
  const code = event.fail_status_code ?? 0;
  const group: ViewSearch = { ...rangeOf(search), status: "failed", code: [code > 0 ? String(code) : ABSENT] };
  const account = event.account_snapshot;
  if (account) group.account = [account];
  return (
    <div className={`${styles.why} ${state === "bad" ? styles.whyBad : state === "warn" ? styles.whyWarn : ""}`}>
      <p>
        <b>{t(reasonOf(event))}</b>{" "}
        {outcome.kind === "answered"
          ? t("why.answered", {
              attempt: outcome.attempt,
              account: accountName(accountOf(outcome.row) ?? t("unknown.account")),
              time: format.duration(outcome.laterMs),
            })
          : outcome.kind === "none"
            ? t("why.none", { n: outcome.count })
            : t("why.alone")}
      </p>
      {event.header_error_code || event.header_error_kind ? (
        <p className="mono">{[event.header_error_kind, event.header_error_code].filter(Boolean).join(" · ")}</p>
      ) : null}
      <p className={styles.links}>
        <Link className="link" to="/requests" search={group as never}>
          {t("why.group")}
        </Link>
        <Outward event={event} />
      </p>
    </div>
  );
}

export function Attempts({ event, attempts }: Props) {
  const { t } = useI18n();
  const search = useSearch({ from: "/signed-in/app/requests" });
  const all = inOrder(event, attempts);
  if (all.length < 2) return null;
  return (
    <Section title={t("attempts.title")} note={t("attempts.note", { n: all.length })}>
      <table className={styles.plain}>
        <caption className="sr">{t("attempts.title")}</caption>
        <thead className="sr">
          <tr>
            <th scope="col">{t("attempts.number")}</th>
            <th scope="col">{t("column.status")}</th>
            <th scope="col">{t("column.account")}</th>
            <th scope="col">{t("column.total")}</th>
          </tr>
        </thead>
        <tbody>
          {all.map((row, index) => (
            <tr
              key={row.id}
              className={row.id === event.id ? styles.current : undefined}
              aria-current={row.id === event.id}
            >
              <td>{index + 1}</td>
              <td>
                <StatusCell row={row} />
              </td>
              <td className="cut">
                {row.id === event.id ? (
                  <AccountText row={row} />
                ) : (
                  <Link
                    className={styles.attempt}
                    to="/requests/$id"
                    params={{ id: row.id }}
                    search={search as never}
                    replace
                    resetScroll={false}
                  >
                    <AccountText row={row} />
                  </Link>
                )}
              </td>
              <td className="num">
                <TotalText row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

const BAR_LABELS: Record<TimelineBar["kind"], Key> = {
  refused: "timeline.refused",
  first: "timeline.first",
  generation: "timeline.generation",
  whole: "timeline.whole",
};

export function Timeline({ event, attempts }: Props) {
  const { t, format } = useI18n();
  const { bars, wholeMs } = timelineOf(event, attempts);
  if (bars.length === 0) return null;
  const many = new Set(bars.map((bar) => bar.attempt)).size > 1;
  const generationMs = (event.latency_ms ?? 0) - (event.ttft_ms ?? 0);
  const rate =
    !event.failed && event.ttft_ms && generationMs > 0 && event.output_tokens > 0
      ? event.output_tokens / (generationMs / 1000)
      : null;
  return (
    <Section title={t("timeline.title")} note={t("timeline.whole_note", { time: format.duration(wholeMs) })}>
      <ul className={styles.timeline}>
        {bars.map((bar) => (
          <li key={`${bar.attempt}-${bar.kind}`}>
            <span>
              {many ? `${bar.attempt} · ` : ""}
              {t(BAR_LABELS[bar.kind])}
            </span>
            <span className={styles.track}>
              <i
                className={styles[bar.kind]}
                style={{ left: `${bar.from * 100}%`, width: `${Math.max(0.3, bar.width * 100)}%` }}
              />
            </span>
            <span className="num">{format.duration(bar.ms)}</span>
          </li>
        ))}
      </ul>
      <p className={styles.caption}>
        {t("timeline.queue")}
        {rate === null ? "" : ` ${t("timeline.rate", { n: Math.round(rate) })}`}
      </p>
    </Section>
  );
}

export function Tokens({ event }: { event: EventDetail }) {
  const { t, format } = useI18n();
  const { normalised, token_breakdown: own } = event;
  const rows: { label: string; value: number; own: number | null }[] = [
    { label: t("tokens.uncached"), value: normalised.uncached_input_tokens, own: own?.input_uncached_tokens ?? null },
    { label: t("tokens.cacheRead"), value: normalised.cache_read_tokens, own: own?.input_cache_read_tokens ?? null },
    {
      label: t("tokens.cacheWrite"),
      value: normalised.cache_creation_tokens,
      own: own?.input_cache_write_tokens ?? null,
    },
    { label: t("tokens.output"), value: event.output_tokens, own: own?.output_total_tokens ?? null },
    {
      label: t("tokens.reasoning"),
      value: event.reasoning_tokens,
      own: own?.output_reasoning_tokens ?? null,
    },
  ];
  const reported = (
    [
      "input_tokens",
      "output_tokens",
      "reasoning_tokens",
      "cached_tokens",
      "cache_tokens",
      "cache_read_tokens",
      "cache_creation_tokens",
      "total_tokens",
    ] as const
  ).map((name) => `${name} ${format.count(event[name])}`);
  return (
    <Section
      title={t("tokens.title")}
      note={own ? t("tokens.quality", { quality: codeWords(t, own.quality) }) : undefined}
    >
      <table className={styles.plain}>
        <caption className="sr">{t("tokens.title")}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr">{t("tokens.kind")}</span>
            </th>
            <th scope="col" className="num">
              {t("tokens.counted")}
            </th>
            {own ? (
              <th scope="col" className="num">
                {t("tokens.split")}
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.label}>
              <th scope="row">{row.label}</th>
              <td className="num">{format.count(row.value)}</td>
              {own ? <td className="num">{row.own === null ? null : format.count(row.own)}</td> : null}
            </tr>
          ))}
          <tr className={styles.sum}>
            <th scope="row">{t("tokens.total")}</th>
            <td className="num">{format.count(event.total_tokens)}</td>
            {own ? <td className="num">{format.count(own.total_tokens)}</td> : null}
          </tr>
        </tbody>
      </table>
      <p className={styles.caption}>
        {sentences(t("tokens.mode", { mode: codeWords(t, event.cache_input_mode) }), t("tokens.reported"))}{" "}
        <span className="mono">{reported.join(" · ")}</span>
        {own && own.unclassified_tokens > 0 ? ` · ${t("tokens.unclassified", { n: own.unclassified_tokens })}` : ""}
      </p>
    </Section>
  );
}

export function Quota({ event }: { event: EventDetail }) {
  const { t } = useI18n();
  const windows = quotaWindows(event);
  if (windows.length === 0) return null;
  return (
    <Section title={t("quota.title")} note={event.header_quota_plan_type ?? undefined}>
      <QuotaWindows windows={windows} />
    </Section>
  );
}

export function Body({ event, onCopy }: { event: EventDetail; onCopy(text: string): void }) {
  const { t, format } = useI18n();
  const body = event.fail_body || event.fail_summary;
  if (!body) {
    return event.failed ? (
      <Section title={t("body.title")}>
        <p className="mid">{t("body.none")}</p>
      </Section>
    ) : null;
  }
  const size = new TextEncoder().encode(body).length;
  return (
    <Section
      title={t("body.title")}
      note={t("body.note", { size: format.bytes(size) })}
      action={
        <button type="button" className="link" onClick={() => onCopy(body)}>
          {t("action.copy")}
        </button>
      }
    >
      <Code text={body} removed={t("body.removed")} label={t("body.title")} />
    </Section>
  );
}

function FilterLink({
  name,
  value,
  children,
}: {
  name: "model" | "provider" | "account" | "key" | "auth" | "endpoint" | "request";
  value: string;
  children: ReactNode;
}) {
  const { t } = useI18n();
  const search = useSearch({ from: "/signed-in/app/requests" });
  return (
    <span className={styles.filterable}>
      <span>{children}</span>
      <Link
        className="link"
        to="/requests"
        search={{ ...search, [name]: [value] } as never}
        title={t("drawer.only", { value })}
      >
        {t("drawer.filter")}
        <span className="sr">: {t("drawer.only", { value })}</span>
      </Link>
    </span>
  );
}

/** The request itself: who, what, where, with a filter for each. */
export function Identity({ event }: { event: EventDetail }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const mono = (text: string) => <code>{text}</code>;
  const items: { key: string; name: string; value: ReactNode }[] = [];
  const add = (name: Key, value: ReactNode) => {
    if (value !== undefined && value !== null && value !== "") items.push({ key: name, name: t(name), value });
  };
  const filtered = (
    name: "model" | "provider" | "account" | "key" | "auth" | "endpoint" | "request",
    value: string | null | undefined,
    text: ReactNode = value,
  ) =>
    value ? (
      <FilterLink name={name} value={value}>
        {text}
      </FilterLink>
    ) : undefined;

  add("field.requestId", filtered("request", event.request_id, event.request_id ? mono(event.request_id) : null));
  add("field.time", `${format.dateTime(event.timestamp_ms, now, { ms: true })} ${format.timeZone}`);
  add("field.reported", mono(event.timestamp));
  add("field.timeQuality", codeWords(t, event.time_quality));
  add("field.model", filtered("model", event.analytics_model || event.model, event.model));
  add("field.requestedModel", event.requested_model);
  add("field.resolvedModel", event.resolved_model);
  add("field.analyticsModel", event.analytics_model);
  add("field.effort", event.reasoning_effort);
  add("field.tier", event.service_tier);
  add("field.tierAsked", event.request_service_tier);
  add("field.tierGiven", event.response_service_tier);
  add("field.generate", event.generate ? t("value.yes") : t("value.no"));
  add("field.provider", filtered("provider", event.provider));
  add("field.executor", event.executor_type);
  add("field.account", filtered("account", event.account_snapshot));
  add("field.label", event.auth_label_snapshot);
  add("field.authFile", event.auth_file_snapshot);
  add("field.authProvider", event.auth_provider_snapshot);
  add("field.project", event.auth_project_id_snapshot);
  add("field.authType", event.auth_type);
  add("field.authIndex", filtered("auth", event.auth_index, event.auth_index ? mono(event.auth_index) : null));
  add("field.source", event.source);
  add("field.sourceHash", event.source_hash ? mono(event.source_hash) : null);
  add("field.key", filtered("key", event.api_key_hash, event.api_key_hash ? mono(event.api_key_hash) : null));
  add("field.endpoint", filtered("endpoint", event.endpoint, mono(event.endpoint)));
  add("field.clientIp", event.client_ip);
  add("field.forwarded", event.x_forwarded_for);
  add("field.userAgent", event.user_agent);
  add("field.trace", event.header_trace_id ? mono(event.header_trace_id) : null);
  add("field.snapshotAt", event.auth_snapshot_at_ms ? format.dateTime(event.auth_snapshot_at_ms, now) : null);
  add("field.stored", format.dateTime(event.created_at_ms, now, { ms: true }));
  add("field.id", format.count(event.id));
  add("field.hash", mono(event.event_hash));
  return (
    <Section title={t("identity.title")}>
      <Definitions items={items} />
    </Section>
  );
}

/** Leaves of a nested document, with dotted names. */
export function leaves(value: unknown, prefix = ""): [name: string, value: string][] {
  if (value === null || value === undefined) return [];
  if (typeof value === "object") {
    return Object.entries(value).flatMap(([name, child]) => leaves(child, prefix ? `${prefix}.${name}` : name));
  }
  return [[prefix, String(value)]];
}

/** What the provider's headers said, beside the quota windows. */
export function Metadata({ event }: { event: EventDetail }) {
  const { t } = useI18n();
  const found = leaves(event.response_metadata);
  if (found.length === 0) return null;
  return (
    <Section title={t("metadata.title")} note={t("metadata.note", { n: found.length })}>
      <Definitions
        items={found.map(([name, value]) => ({ key: name, name: <code>{name}</code>, value: <code>{value}</code> }))}
      />
    </Section>
  );
}

export function Stored({ event, onCopy }: { event: EventDetail; onCopy(text: string): void }) {
  const { t } = useI18n();
  const text = JSON.stringify(event, null, 2);
  return (
    <section className={styles.section}>
      <details>
        <summary>{t("stored.title")}</summary>
        <p className={styles.links}>
          <button type="button" className="link" onClick={() => onCopy(text)}>
            {t("action.copy")}
          </button>
        </p>
        <Code text={text} removed={t("body.removed")} label={t("stored.title")} />
      </details>
    </section>
  );
}
