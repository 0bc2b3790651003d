import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ApiError } from "../../api/errors";
import { infoQuery, statusQuery } from "../../api/queries";
import { useI18n } from "../../i18n";
import { refusalWords, sentences } from "../../i18n/refusals";
import { copyText } from "../../lib/clipboard";
import { useNow } from "../../lib/now";
import { DEFAULT_RANGE, isByHand } from "../../lib/range";
import { changed, countFilters, rangeOf, type ViewSearch } from "../../lib/view";
import { Banner } from "../../ui/banner";
import { Button, buttonClass } from "../../ui/button";
import { Empty } from "../../ui/panel";
import { Badge } from "../../ui/status";
import { useToast } from "../../ui/toast";
import { WithoutFilters } from "./without-filters";

/** Says why the list is empty, and the nearest way out. */
export function EmptyList({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const navigate = useNavigate();
  const { data: status } = useQuery(statusQuery);
  const { data: info } = useQuery(infoQuery);
  const show = (next: ViewSearch) => void navigate({ to: "/requests", search: next as never });
  const stored = status?.eventCount ?? null;

  if (stored !== 0 && countFilters(search) > 0) {
    return (
      <Empty
        title={t("empty.filtered")}
        actions={
          <>
            <Button onClick={() => show(rangeOf(search))}>{t("empty.clearFilters")}</Button>
            {search.range === "all" && !isByHand(search) ? null : (
              <Button
                kind="ghost"
                onClick={() => show(changed(search, { range: "all", from: undefined, to: undefined }))}
              >
                {t("empty.allTime")}
              </Button>
            )}
          </>
        }
      >
        {stored === null ? null : t("empty.stored", { n: stored })}
        <WithoutFilters search={search} />
      </Empty>
    );
  }
  if (stored !== 0 && (search.range ?? DEFAULT_RANGE) !== "all") {
    return (
      <Empty
        title={t("empty.range")}
        actions={<Button onClick={() => show({ range: "all" })}>{t("empty.allTime")}</Button>}
      >
        {stored === null ? null : t("empty.stored", { n: stored })}
      </Empty>
    );
  }
  const since = status?.collector.connectedSince ?? null;
  const unconnected = info && info.connectionState !== "ok";
  return (
    <Empty
      title={t("empty.first")}
      actions={
        <Link to={unconnected ? "/setup" : "/system"} className={buttonClass()}>
          {unconnected ? t("empty.connect") : t("empty.look")}
        </Link>
      }
    >
      {unconnected
        ? t("empty.unconnected")
        : since === null
          ? t("empty.notConnected")
          : t("empty.connectedSince", { time: format.dateTime(since, Date.now(), { short: true }) })}
    </Empty>
  );
}

/** The list could not be read; the rest of the page is not affected. */
export function FailedList({ error, onRetry }: { error: ApiError; onRetry(): void }) {
  const { t, language } = useI18n();
  const toast = useToast();
  const words = refusalWords(language, { code: error.code, text: error.message, hint: error.hint });
  const copy = async () => {
    const done = await copyText(`${new Date().toISOString()} HTTP ${error.status} ${error.code}: ${error.message}`);
    toast.show({ state: done ? "ok" : "bad", title: done ? t("copy.done") : t("copy.failed") });
  };
  return (
    <div style={{ padding: 12, display: "grid", gap: 10 }}>
      <Banner state="bad" title={t("requests.failed")} alert>
        {sentences(
          error.unreachable
            ? t("error.noAnswer")
            : t(error.relayed ? "error.gatewayAnswered" : "error.answered", {
                status: String(error.status),
                text: words.text,
              }),
          words.hint,
        )}
      </Banner>
      <div className="row">
        <Button icon="retry" onClick={onRetry}>
          {t("action.retry")}
        </Button>
        <Button kind="ghost" onClick={() => void copy()}>
          {t("action.copyDetails")}
        </Button>
      </div>
    </div>
  );
}

/** The last good rows stay; the badge says how old they are. */
export function StaleNote({ at, onRetry }: { at: number; onRetry(): void }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  return (
    <>
      <Badge state="stale">{t("stale.asOf", { time: format.moment(at, now) })}</Badge>
      <button type="button" className="link" onClick={onRetry}>
        {t("action.retry")}
      </button>
    </>
  );
}
