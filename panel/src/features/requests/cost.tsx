import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ifServed } from "../../api/analytics";
import { monitor } from "../../api/monitor";
import type { EventCost } from "../../api/monitor-types";
import type { EventDetail } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { useFailureText } from "../../i18n/failure";
import { useNow } from "../../lib/now";
import { Skeleton } from "../../ui/panel";
import { Status } from "../../ui/status";
import { formatRate } from "../prices/rate-text";
import styles from "./drawer.module.css";
import { Section } from "./drawer-frame";
import { codeWords } from "./words";

const PARTS: Readonly<Record<string, Key | undefined>> = {
  uncached_input: "tokens.uncached",
  cached_input: "cost.cachedInput",
  cache_read: "tokens.cacheRead",
  cache_creation: "tokens.cacheWrite",
  output: "tokens.output",
};

/** Why a rate is none of the price's own base rates. */
const FROM: Readonly<Record<string, Key | undefined>> = {
  context_tier: "cost.fromContext",
  service_tier: "cost.fromService",
  built_in: "cost.fromBuiltIn",
  cache_rate: "cost.fromCache",
  share_of_prompt: "cost.fromShare",
  not_set: "cost.fromNothing",
};

/** What the request cost, line by line: which tokens, which rate, which rule. */
export function Cost({ event }: { event: EventDetail }) {
  const { t } = useI18n();
  const failureText = useFailureText();
  const cost = useQuery({
    queryKey: ["event-cost", event.id],
    queryFn: async ({ signal }) => (await ifServed(monitor.cost(event.id, signal))) ?? null,
    staleTime: 30_000,
  });
  // A manager that knows no prices says nothing about money.
  if (cost.data === null) return null;
  const priced = cost.data?.usd !== undefined;
  const model = cost.data?.price?.model || cost.data?.looked_for[0] || event.resolved_model || event.model;
  return (
    <Section
      title={t("cost.title")}
      note={cost.data ? t("cost.basis", { basis: codeWords(t, cost.data.tokens_from) }) : undefined}
      action={
        <Link className="link" to="/prices/edit" search={{ model }}>
          {t("price.of", { model })}
        </Link>
      }
    >
      {cost.isPending ? <Skeleton lines={3} label={t("cost.reading")} /> : null}
      {cost.isError ? (
        <p>
          <Status state="bad">{t("cost.unreadable")}</Status> <span className="mid">{failureText(cost.error)}</span>{" "}
          <button type="button" className="link" onClick={() => void cost.refetch()}>
            {t("action.retry")}
          </button>
        </p>
      ) : null}
      {cost.data && !priced ? (
        <p>
          <Status state="warn">{t("cost.unpriced", { model })}</Status>{" "}
          <span className="mid">{t("cost.lookedFor", { names: cost.data.looked_for.join(", ") })}</span>
        </p>
      ) : null}
      {cost.data && priced ? <Lines cost={cost.data} /> : null}
    </Section>
  );
}

function Lines({ cost }: { cost: EventCost }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  // A kind of token that was not there explains nothing.
  const lines = cost.lines.filter((line) => line.tokens !== 0);
  const multiplied = lines.some((line) => line.multiplier !== 1);
  const { price } = cost;
  const rule = [
    price ? t("cost.priceOf", { model: price.model }) : null,
    price?.origin === "bundled"
      ? t("cost.listPrice")
      : price && (price.source || price.origin)
        ? t("cost.source", { source: codeWords(t, price.source || price.origin) })
        : null,
    price?.valid_from_ms === undefined ? null : t("cost.validFrom", { date: format.date(price.valid_from_ms, now) }),
    price?.band === "context_tier"
      ? t("cost.contextTier", { n: price.above_tokens ?? 0 })
      : price?.band === "long_context"
        ? t("cost.longContext", { n: price.above_tokens ?? 0 })
        : null,
    price && price.behaviour_model !== price.model ? t("cost.behaves", { model: price.behaviour_model }) : null,
    cost.service_tier ? t("cost.tier", { tier: price?.tier_rule || cost.service_tier }) : null,
  ].filter((part) => part !== null);
  return (
    <>
      <table className={styles.plain}>
        <caption className="sr">{t("cost.title")}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr">{t("tokens.kind")}</span>
            </th>
            <th scope="col" className="num">
              {t("cost.tokens")}
            </th>
            <th scope="col" className="num">
              {t("cost.rate")}
            </th>
            {multiplied ? (
              <th scope="col" className="num">
                ×
              </th>
            ) : null}
            <th scope="col" className="num">
              {t("prices.cost")}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const from = FROM[line.rate_from];
            const part = PARTS[line.part];
            return (
              <tr key={line.part}>
                <th scope="row">
                  {part ? t(part) : line.part.replaceAll("_", " ")}
                  {from ? <span className="dim"> · {t(from)}</span> : null}
                </th>
                <td className="num">{format.count(line.tokens)}</td>
                <td className="num">{formatRate(line.usd_per_million)}</td>
                {multiplied ? <td className="num">{line.multiplier}</td> : null}
                <td className="num">{format.money(line.usd)}</td>
              </tr>
            );
          })}
          <tr className={styles.sum}>
            <th scope="row">{t("tokens.total")}</th>
            <td className="num">{format.count(lines.reduce((sum, line) => sum + line.tokens, 0))}</td>
            <td />
            {multiplied ? <td /> : null}
            <td className="num">{format.money(cost.usd)}</td>
          </tr>
        </tbody>
      </table>
      <p className={styles.caption}>{rule.join(" · ")}</p>
    </>
  );
}
