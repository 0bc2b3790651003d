import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { accountName } from "../../app/account-name";
import { causeOf } from "../../app/causes";
import { loadedOf, ofViewBefore } from "../../app/data";
import { LoadedPanel } from "../../app/loaded";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { changed, type ViewSearch } from "../../lib/view";
import { Empty } from "../../ui/panel";
import { StatusMark } from "../../ui/status";
import { accountOf } from "../requests/row";
import styles from "./dashboard.module.css";
import { failedOnly, newestQuery } from "./questions";

/** The last requests that failed; each leads to itself. */
export function Newest({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const view = failedOnly(search);
  const query = newestQuery(search, format.timeZone);
  const asked = loadedOf(useQuery({ ...query, placeholderData: ofViewBefore(query.queryKey) }));
  return (
    <LoadedPanel
      title={t("newest.title")}
      loaded={asked}
      reading={t("newest.reading")}
      failed={t("newest.failed")}
      flush
    >
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={t("failures.none")} />
        ) : (
          <ul>
            {items.map((row) => {
              const cause = causeOf(row.fail_status_code ?? 0, row.header_error_code ?? "", row.fail_summary ?? "");
              return (
                <li key={row.id} className={styles.cause}>
                  <Link
                    to="/requests/$id"
                    params={{ id: row.id }}
                    search={changed<ViewSearch>(view, { compare: undefined }) as never}
                    title={row.fail_summary ?? undefined}
                  >
                    <StatusMark state={cause.state} />
                    <span className={styles.causeText}>
                      <b>{t(cause.words)}</b>
                      <span className="mid">
                        {[[row.fail_status_code, row.header_error_code].filter(Boolean).join(" "), row.model]
                          .filter((part) => part !== "")
                          .join(" · ")}
                      </span>
                      <span className="mid">{accountName(accountOf(row) ?? t("unknown.account"))}</span>
                    </span>
                    <span className="num">
                      <span title={format.dateTime(row.timestamp_ms, now)}>{format.ago(row.timestamp_ms, now)}</span>
                    </span>
                  </Link>
                </li>
              );
            })}
          </ul>
        )
      }
    </LoadedPanel>
  );
}
