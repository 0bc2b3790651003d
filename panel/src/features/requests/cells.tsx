import type { EventRow } from "../../api/types";
import { accountName } from "../../app/account-name";
import { useKeyNames } from "../../app/data";
import { useI18n } from "../../i18n";
import { Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import styles from "./requests.module.css";
import { accountOf, cachedShareOf, codeOf, firstTokenOf, resolvedOf, SLOW_MS, shortHash, stateOf } from "./row";

export function StatusCell({ row }: { row: EventRow }) {
  const { t } = useI18n();
  const code = codeOf(row);
  return (
    <Status state={stateOf(row)}>
      {code === null ? (
        row.failed ? (
          t("row.failed")
        ) : (
          t("row.ok")
        )
      ) : (
        <>
          <span className="sr">{row.failed ? t("row.failed") : t("row.ok")} </span>
          {code}
        </>
      )}
    </Status>
  );
}

export function TimeText({ row, now }: { row: EventRow; now: number }) {
  const { t, format } = useI18n();
  const at = row.timestamp_ms;
  const [clock, millis] = format.clock(at, { ms: true }).split(".");
  const date = format.date(at, now);
  const today = date === format.date(now, now);
  const mark = row.time_quality === "reported" ? "" : "≈ ";
  const title =
    row.time_quality === "assumed"
      ? t("row.timeAssumed")
      : row.time_quality === "implausible"
        ? t("row.timeImplausible")
        : `${format.dateTime(at, now, { ms: true })} ${format.timeZone}`;
  return (
    <span title={title}>
      {mark}
      {today ? "" : <span className="dim">{date} </span>}
      {clock}
      <span className="dim">.{millis}</span>
    </span>
  );
}

export function ModelText({ row }: { row: EventRow }) {
  const { t } = useI18n();
  const resolved = resolvedOf(row);
  const label = resolved ? `${row.model} → ${resolved}` : row.model;
  return (
    <span title={label}>
      {row.model || <Unknown reason={t("unknown.model")} />}
      {resolved ? (
        <span className="dim">
          {" "}
          <span aria-hidden="true">→</span>
          <span className="sr">{t("row.resolvedTo")}</span> {resolved}
        </span>
      ) : null}
    </span>
  );
}

export function AccountText({ row }: { row: EventRow }) {
  const { t } = useI18n();
  const account = accountOf(row);
  return (
    <span title={account ?? undefined}>
      {account === null ? <Unknown reason={t("unknown.account")} /> : accountName(account)}
      {row.provider ? <span className="dim"> · {row.provider}</span> : null}
    </span>
  );
}

export function KeyText({ row }: { row: EventRow }) {
  const { t } = useI18n();
  const aliases = useKeyNames();
  const short = shortHash(row.api_key_hash);
  const alias = aliases.get(row.api_key_hash ?? "");
  if (alias) return <span title={t("row.keyHash", { hash: row.api_key_hash ?? "" })}>{alias}</span>;
  if (!short) return <Unknown reason={t("unknown.key")} />;
  return (
    <span className="mono" title={t("row.keyHash", { hash: row.api_key_hash ?? "" })}>
      {short}
    </span>
  );
}

export function FirstTokenText({ row }: { row: EventRow }) {
  const { t, format } = useI18n();
  const value = firstTokenOf(row);
  return value === null ? <Unknown reason={t("unknown.firstToken")} /> : format.duration(value);
}

export function TotalText({ row }: { row: EventRow }) {
  const { t, format } = useI18n();
  if (row.latency_ms === null || row.latency_ms === undefined) return <Unknown reason={t("unknown.latency")} />;
  const text = format.duration(row.latency_ms);
  if (row.latency_ms < SLOW_MS) return text;
  return (
    <span className={styles.slow} title={t("row.slow")}>
      {text}
    </span>
  );
}

export function CachedText({ row }: { row: EventRow }) {
  const { t, format } = useI18n();
  const share = cachedShareOf(row);
  return share === null ? <Unknown reason={t("unknown.cached")} /> : format.share(share, 0);
}
