import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useRef } from "react";
import type { AccountStat, ApiKeyStat } from "../../api/analytics-types";
import type { HeaderSnapshot } from "../../api/monitor-types";
import { valuesOf } from "../../app/answers";
import { Money } from "../../app/change";
import { useQuestion } from "../../app/data";
import { ToRequests } from "../../app/to-requests";
import { type Key, useI18n } from "../../i18n";
import { bucketsOf } from "../../lib/buckets";
import { useNow } from "../../lib/now";
import { changed, type ViewSearch } from "../../lib/view";
import { InlineBar } from "../../ui/chart";
import { Definitions } from "../../ui/panel";
import { Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import styles from "../requests/drawer.module.css";
import { DrawerFrame, Section } from "../requests/drawer-frame";
import own from "./monitoring.module.css";
import { byCost, type EntityStat, entitySearch, healthOf, tokenParts } from "./view";

const PARTS: Record<ReturnType<typeof tokenParts>[number]["id"], Key> = {
  uncached: "tokens.uncached",
  cached: "tokens.cacheRead",
  written: "tokens.cacheWrite",
  output: "tokens.output",
};

/** One account or key with what is known of it, at its own address. */
export function EntityDrawer({
  kind,
  stat,
  name,
  search,
  snapshot,
}: {
  kind: "account" | "key";
  stat: EntityStat;
  name: string;
  search: ViewSearch;
  snapshot?: HeaderSnapshot | undefined;
}) {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  const id = stat.id;
  const close = useCallback(() => {
    void navigate({
      to: "/requests",
      search: changed(search, { drawer: undefined }) as never,
      resetScroll: false,
    });
    document.getElementById(`entity-row-${id}`)?.focus({ preventScroll: true });
  }, [navigate, search, id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another account is another heading to read
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, [id]);
  const requests = entitySearch(search, kind, stat);
  const hasRequests = kind === "account" || (stat as ApiKeyStat).api_key_hash !== "";
  return (
    <DrawerFrame
      onClose={close}
      title={
        <h2 id="drawer-title" ref={heading} tabIndex={-1} className={styles.name}>
          <span className="sr">{kind === "account" ? t("column.account") : t("column.key")} </span>
          {name}
        </h2>
      }
    >
      <div className={styles.section}>
        <p>
          <Status state={healthOf(stat)}>
            {stat.calls === 0
              ? t("monitor.noCalls")
              : t("entity.verdict", {
                  calls: format.count(stat.calls),
                  failed: format.count(stat.failure_calls),
                  success: format.share(stat.success_rate, 1),
                })}
          </Status>
        </p>
        {hasRequests ? (
          <p className={styles.links}>
            <ToRequests search={requests} className="link">
              {t("entity.requests")}
            </ToRequests>
            {stat.failure_calls > 0 ? (
              <ToRequests search={{ ...requests, status: "failed" }} className="link">
                {t("entity.failures")}
              </ToRequests>
            ) : null}
            {kind === "key" ? (
              <Link to="/keys" className="link">
                {t("entity.names")}
              </Link>
            ) : null}
          </p>
        ) : null}
      </div>
      {hasRequests ? <Health search={requests} /> : null}
      <Section title={t("tokens.title")} note={format.count(stat.total_tokens)}>
        <ul className={styles.timeline}>
          {tokenParts(stat).map((part) => (
            <li key={part.id}>
              <span>{t(PARTS[part.id])}</span>
              <Bar share={part.share} />
              <span className="num">
                {format.tokens(part.tokens)} <span className="dim">{format.share(part.share, 0)}</span>
              </span>
            </li>
          ))}
        </ul>
      </Section>
      {snapshot ? <Quota snapshot={snapshot} /> : null}
      <Models stat={stat} search={requests} />
      {kind === "key" ? <Contexts stat={stat as ApiKeyStat} search={requests} /> : null}
      <Section title={t("identity.title")}>
        <Definitions
          items={[
            {
              name: t("prices.lastSeen"),
              value: `${format.dateTime(stat.last_seen_ms, now)} · ${format.ago(stat.last_seen_ms, now)}`,
            },
            {
              name: t("monitor.latency"),
              value:
                stat.average_latency_ms === null ? (
                  <Unknown reason={t("unknown.latency")} />
                ) : (
                  format.duration(stat.average_latency_ms)
                ),
            },
            { name: t("prices.cost"), value: <Money value={stat.cost} unpriced={stat.unpriced_calls} /> },
            ...(kind === "key"
              ? [{ name: t("field.key"), value: <code>{(stat as ApiKeyStat).api_key_hash}</code> }]
              : [
                  {
                    name: t("field.authIndex"),
                    value: <code>{(stat as AccountStat).auth_indices?.join(", ") || "—"}</code>,
                  },
                  { name: t("field.source"), value: (stat as AccountStat).sources?.join(", ") || "—" },
                ]),
          ]}
        />
      </Section>
    </DrawerFrame>
  );
}

function Bar({ share, className }: { share: number; className?: string | undefined }) {
  return (
    <span className={styles.track} aria-hidden="true">
      <i className={className} style={{ left: 0, width: `${Math.min(1, Math.max(0, share)) * 100}%` }} />
    </span>
  );
}

/** Success over the range, in slots of one length. A slot without requests says so. */
function Health({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const loaded = useQuestion(search, { measures: ["successes", "failures"] }, "auto");
  if (!loaded.data) return null;
  const { answer, span: wanted, now: asked } = loaded.data;
  const first = answer.rows.reduce((least, row) => Math.min(least, row.bucket_ms ?? least), wanted.to);
  const span = wanted.from <= 1 ? { from: first, to: wanted.to } : wanted;
  const buckets = bucketsOf(span, answer.bucket, format.timeZone, asked);
  const success = valuesOf(answer, "successes", buckets);
  const failures = valuesOf(answer, "failures", buckets);
  return (
    <Section title={t("entity.health")} note={t("entity.healthNote")}>
      <ol className={own.health}>
        {buckets.map((bucket, index) => {
          const [ok, bad] = [success[index] ?? 0, failures[index] ?? 0];
          const all = ok + bad;
          const state = all === 0 ? "none" : bad / all >= 0.1 ? "bad" : bad > 0 ? "warn" : "ok";
          const text = t("entity.slot", {
            from: format.dateTime(bucket.from, now, { short: true }),
            calls: format.count(all),
            failed: format.count(bad),
          });
          return (
            <li key={bucket.from} className={own[state]} title={text}>
              <span className="sr">{text}</span>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

function Quota({ snapshot }: { snapshot: HeaderSnapshot }) {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const used = snapshot.header_quota_used_percent;
  return (
    <Section
      title={t("quota.title")}
      note={[snapshot.header_quota_plan_type, t("entity.asOf", { time: format.ago(snapshot.timestamp_ms, now) })]
        .filter(Boolean)
        .join(" · ")}
    >
      {used === undefined ? (
        <p className="mid">{t("quota.unknown")}</p>
      ) : (
        <ul className={styles.timeline}>
          <li>
            <span>{t("quota.window")}</span>
            <Bar share={used / 100} className={used >= 100 ? styles.full : used >= 90 ? styles.high : undefined} />
            <span className="num">
              {format.percent(used)}
              {snapshot.header_quota_recover_at_ms ? (
                <span className="dim">
                  {" "}
                  {t("quota.reset", {
                    time: format.dateTime(snapshot.header_quota_recover_at_ms, now, { short: true }),
                  })}
                </span>
              ) : null}
            </span>
          </li>
        </ul>
      )}
      {snapshot.header_error_code || snapshot.header_error_kind ? (
        <p className="mono">{[snapshot.header_error_kind, snapshot.header_error_code].filter(Boolean).join(" · ")}</p>
      ) : null}
    </Section>
  );
}

const FEW_MODELS = 8;

function Models({ stat, search }: { stat: EntityStat; search: ViewSearch }) {
  const { t, format } = useI18n();
  const models = byCost(stat.models ?? []);
  if (models.length === 0) return null;
  const most = Math.max(1e-9, ...models.map((model) => model.cost));
  const row = (model: (typeof models)[number]) => (
    <tr key={model.model}>
      <th scope="row" className="cut">
        <ToRequests search={{ ...search, model: [model.model] }} className={styles.attempt}>
          {model.model}
        </ToRequests>
      </th>
      <td className="num">{format.count(model.calls)}</td>
      <td className="num">{format.share(model.success_rate, 1)}</td>
      <td className="num">{format.tokens(model.total_tokens)}</td>
      <td className="num">
        <InlineBar share={model.cost / most} /> <Money value={model.cost} unpriced={model.unpriced_calls} />
      </td>
    </tr>
  );
  const table = (list: typeof models) => (
    <table className={styles.plain}>
      <caption className="sr">{t("entity.models")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("column.model")}</th>
          <th scope="col" className="num">
            {t("monitor.calls")}
          </th>
          <th scope="col" className="num">
            {t("monitor.success")}
          </th>
          <th scope="col" className="num">
            {t("monitor.tokens")}
          </th>
          <th scope="col" className="num">
            {t("prices.cost")}
          </th>
        </tr>
      </thead>
      <tbody>{list.map(row)}</tbody>
    </table>
  );
  return (
    <Section title={t("entity.models")} note={format.count(models.length)}>
      {table(models.slice(0, FEW_MODELS))}
      {models.length > FEW_MODELS ? (
        <details>
          <summary>{t("entity.moreModels", { n: models.length - FEW_MODELS })}</summary>
          {table(models.slice(FEW_MODELS))}
        </details>
      ) : null}
    </Section>
  );
}

/** Which accounts served this key. */
function Contexts({ stat, search }: { stat: ApiKeyStat; search: ViewSearch }) {
  const { t, format } = useI18n();
  const contexts = stat.contexts ?? [];
  if (contexts.length === 0) return null;
  return (
    <Section title={t("entity.contexts")} note={format.count(contexts.length)}>
      <table className={styles.plain}>
        <caption className="sr">{t("entity.contexts")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("column.account")}</th>
            <th scope="col" className="num">
              {t("monitor.calls")}
            </th>
            <th scope="col" className="num">
              {t("monitor.failed")}
            </th>
            <th scope="col" className="num">
              {t("prices.cost")}
            </th>
          </tr>
        </thead>
        <tbody>
          {contexts.slice(0, 12).map((context) => {
            const account = context.account_snapshot || context.auth_label_snapshot || context.source;
            return (
              <tr key={context.id}>
                <th scope="row" className="cut">
                  {account ? (
                    <ToRequests search={{ ...search, account: [account] }} className={styles.attempt}>
                      {account}
                    </ToRequests>
                  ) : (
                    <Unknown reason={t("unknown.account")} />
                  )}
                  {context.auth_provider_snapshot ? (
                    <span className="dim"> · {context.auth_provider_snapshot}</span>
                  ) : null}
                </th>
                <td className="num">{format.count(context.calls)}</td>
                <td className="num">{format.share(context.failure_rate, 1)}</td>
                <td className="num">{format.money(context.cost)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Section>
  );
}
