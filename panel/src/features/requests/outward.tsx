import { Link } from "@tanstack/react-router";
import type { EventDetail } from "../../api/types";
import { useI18n } from "../../i18n";

/** From a request to what it has to do with: its account, its key, its log in the gateway. */
export function Outward({ event }: { event: EventDetail }) {
  const { t } = useI18n();
  return (
    <>
      {event.account_snapshot ? (
        <Link
          className="link"
          to="/requests"
          search={{ tab: "accounts", drawer: event.account_snapshot, account: [event.account_snapshot] } as never}
        >
          {t("outward.account")}
        </Link>
      ) : null}
      {event.api_key_hash ? (
        <Link
          className="link"
          to="/requests"
          search={{ tab: "keys", drawer: event.api_key_hash, key: [event.api_key_hash] } as never}
        >
          {t("outward.key")}
        </Link>
      ) : null}
      {event.request_id ? (
        <a
          className="link"
          href={`/v0/management/request-log-by-id/${encodeURIComponent(event.request_id)}`}
          target="_blank"
          rel="noreferrer"
          title={t("outward.logHelp")}
        >
          {t("outward.log")} <span aria-hidden="true">↗</span>
          <span className="sr"> ({t("versions.newTab")})</span>
        </a>
      ) : null}
    </>
  );
}
