import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useRef } from "react";
import type { HeaderSnapshot } from "../../api/monitor-types";
import { accountName } from "../../app/account-name";
import { valuesOf } from "../../app/answers";
import { Money } from "../../app/change";
import { useKeyNames, useQuestion } from "../../app/data";
import { healthOf } from "../../app/health";
import { quotaWindows } from "../../app/quota";
import { ToRequests } from "../../app/to-requests";
import { TOKEN_PARTS, tokenMix } from "../../app/token-parts";
import { useI18n } from "../../i18n";
import { bucketsOf } from "../../lib/buckets";
import { useNow } from "../../lib/now";
import { changed, only, type ViewSearch } from "../../lib/view";
import { InlineBar } from "../../ui/chart";
import { Definitions } from "../../ui/panel";
import { Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import styles from "../requests/drawer.module.css";
import { DrawerFrame, Section } from "../requests/drawer-frame";
import { QuotaWindows } from "../requests/quota-windows";
import type { EntityState } from "./entities";
import own from "./monitoring.module.css";
import { ENTITY_MEASURES, type Entity, entitiesOf, entitySearch, NOBODY } from "./view";

/** One account or key with what is known of it, at its own address. */
export function EntityDrawer({
  kind,
  row,
  name,
  search,
  snapshot,
  state,
  changing,
}: {
  kind: "account" | "key";
  row: Entity;
  name: string;
  search: ViewSearch;
  snapshot?: HeaderSnapshot | undefined;
  /** Where more is known of it than how its requests went. */
  state?: EntityState;
  /** Its figures are those of the view before. */
  changing: boolean;
}) {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  const { id } = row;
  const mix = tokenMix({ ...row, total: row.tokens });
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
  const requests = entitySearch(search, kind, id);
  const hasRequests = id !== NOBODY;
  const requestsText =
    row.calls === 0
      ? t("monitor.noCalls")
      : t("entity.verdict", {
          n: row.calls,
          failed: format.count(row.failures),
          success: format.share(row.success, 1),
        });
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
      <div className={changing ? `${styles.section} changing` : styles.section} aria-busy={changing}>
        {state ? (
          <p>
            <Status state={state.state}>{state.words}</Status> <span className="mid">{state.detail}</span>
          </p>
        ) : null}
        {state?.words === requestsText ? null : (
          <p>{state ? requestsText : <Status state={healthOf(row)}>{requestsText}</Status>}</p>
        )}
        {row.calls === 0 && search.range !== "all" ? (
          <p className={styles.links}>
            <Link
              to="/requests"
              search={{ ...search, range: "all", from: undefined, to: undefined } as never}
              className="link"
              resetScroll={false}
            >
              {t("empty.allTime")}
            </Link>
          </p>
        ) : null}
        {hasRequests && row.calls > 0 ? (
          <p className={styles.links}>
            <ToRequests search={requests} className="link">
              {t("entity.requests")}
            </ToRequests>
            {row.failures > 0 ? (
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
      {hasRequests && row.calls > 0 ? <Health search={requests} /> : null}
      <Section title={t("tokens.title")} note={format.count(row.tokens)}>
        <ul className={styles.timeline}>
          {mix.parts
            .filter(({ id, tokens }) => tokens > 0 || id === "uncached" || id === "output")
            .map((part) => (
              <li key={part.id}>
                <span>{t(TOKEN_PARTS[part.id])}</span>
                <Bar share={part.share} />
                <span className="num">
                  {format.tokens(part.tokens)} <span className="dim">{format.share(part.share, 0)}</span>
                </span>
              </li>
            ))}
        </ul>
        {mix.overlap > 0 ? <p className="dim">{t("mix.overlap", { n: mix.overlap })}</p> : null}
      </Section>
      {snapshot ? <Quota snapshot={snapshot} /> : null}
      {hasRequests ? (
        <Parts title={t("entity.models")} label={t("column.model")} field="model" search={requests} />
      ) : null}
      {hasRequests && kind === "key" ? (
        <Parts title={t("entity.contexts")} label={t("column.account")} field="account" search={requests} />
      ) : null}
      {hasRequests && kind === "account" ? (
        <Parts title={t("entity.keys")} label={t("column.key")} field="api_key" search={requests} />
      ) : null}
      <Section title={t("entity.facts")}>
        <Definitions
          items={[
            {
              name: t("prices.lastSeen"),
              value:
                row.seen === null ? (
                  <Unknown reason={t("monitor.noCalls")} />
                ) : (
                  `${format.dateTime(row.seen, now)} · ${format.ago(row.seen, now)}`
                ),
            },
            {
              name: t("monitor.latency"),
              value: row.latency === null ? <Unknown reason={t("unknown.latency")} /> : format.duration(row.latency),
            },
            { name: t("prices.cost"), value: <Money value={row.cost} unpriced={row.unpriced} /> },
            kind === "key"
              ? { name: t("field.key"), value: <code>{id}</code> }
              : { name: t("field.provider"), value: row.providers.join(", ") || "—" },
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
  const loaded = useQuestion(search, { measures: ["successes", "failures"] }, "coarse");
  if (!loaded.data || loaded.changing) return null;
  const { answer, span, now: asked } = loaded.data;
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
            n: all,
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
  const windows = quotaWindows(snapshot);
  return (
    <Section
      title={t("quota.title")}
      note={[snapshot.header_quota_plan_type, t("entity.asOf", { time: format.ago(snapshot.timestamp_ms, now) })]
        .filter(Boolean)
        .join(" · ")}
    >
      {windows.length === 0 ? <p className="mid">{t("quota.unknown")}</p> : <QuotaWindows windows={windows} />}
      {snapshot.header_error_code || snapshot.header_error_kind ? (
        <p className="mono">{[snapshot.header_error_kind, snapshot.header_error_code].filter(Boolean).join(" · ")}</p>
      ) : null}
    </Section>
  );
}

const FEW = 8;
const CHIP = { model: "model", account: "account", api_key: "key" } as const;

/** What the account or key is made of: its models, accounts or keys, dearest first. */
function Parts({
  title,
  label,
  field,
  search,
}: {
  title: string;
  label: string;
  field: keyof typeof CHIP;
  search: ViewSearch;
}) {
  const { t, format } = useI18n();
  const aliases = useKeyNames();
  const loaded = useQuestion(search, {
    measures: ENTITY_MEASURES,
    dimensions: [field],
    order: { by: "cost", descending: true },
    limit: 200,
  });
  if (!loaded.data || loaded.changing) return null;
  const parts = entitiesOf(loaded.data.answer.groups);
  if (parts.length === 0) return null;
  const most = Math.max(1e-9, ...parts.map((part) => part.cost ?? 0));
  const nameOf = (part: Entity) =>
    part.id === NOBODY
      ? t("entity.nobody")
      : field === "api_key"
        ? (aliases.get(part.id) ?? t("monitor.keyHash", { hash: part.id.slice(0, 8) }))
        : field === "account"
          ? accountName(part.id)
          : part.id;
  const table = (list: readonly Entity[]) => (
    <table className={styles.plain}>
      <caption className="sr">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{label}</th>
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
      <tbody>
        {list.map((part) => (
          <tr key={part.id}>
            <th scope="row" className="cut">
              {part.id === NOBODY ? (
                nameOf(part)
              ) : (
                <ToRequests search={only(search, CHIP[field], part.id)} className={styles.attempt}>
                  {nameOf(part)}
                </ToRequests>
              )}
            </th>
            <td className="num">{format.count(part.calls)}</td>
            <td className="num">{format.share(part.success, 1)}</td>
            <td className="num">{format.tokens(part.tokens)}</td>
            <td className="num">
              <span className="not-phone">
                <InlineBar share={(part.cost ?? 0) / most} />{" "}
              </span>
              <Money value={part.cost} unpriced={part.unpriced} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  return (
    <Section title={title} note={format.count(parts.length)}>
      {table(parts.slice(0, FEW))}
      {parts.length > FEW ? (
        <details>
          <summary>{t("entity.more", { n: parts.length - FEW })}</summary>
          {table(parts.slice(FEW))}
        </details>
      ) : null}
    </Section>
  );
}
