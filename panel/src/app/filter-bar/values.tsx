import { useCallback, useState } from "react";
import type { QueryField } from "../../api/analytics-types";
import { FIELDS } from "../../api/query";
import { type Key, useI18n } from "../../i18n";
import { ABSENT, type ChipName, changed, chipOf, type Dimension, excludedName, type ViewSearch } from "../../lib/view";
import { Icon } from "../../ui/icon";
import { accountName } from "../account-name";
import { measureOf } from "../answers";
import { useCredentialNames, useKeyNames, useQuestion } from "../data";
import styles from "./filter-bar.module.css";

export const FILTER_LABELS: Record<Dimension, Key> = {
  model: "filter.model",
  any_model: "filter.anyModel",
  provider: "filter.provider",
  account: "filter.account",
  key: "filter.key",
  code: "filter.code",
  error: "filter.error",
  auth: "filter.auth",
  credential: "filter.credential",
  file: "filter.file",
  endpoint: "filter.endpoint",
  project: "filter.project",
  executor: "filter.executor",
  trace: "filter.trace",
  request: "filter.request",
};

/** The field of the query route; without one the values cannot be listed, and the filter arrives by link. */
export const LISTED: Partial<Record<Dimension, QueryField>> = FIELDS;

const KEY_CHARS = 8;
const MOST = 200;

/** How it is written that a request has no value. */
const ABSENT_LABELS: Partial<Record<Dimension, Key>> = { code: "filter.noCode", error: "filter.noError" };

/** How a value is written: credentials by their account where the gateway has told it, keys by their name or their ends, else by the begin of their hash. */
export function useValueText(): (dimension: Dimension, value: string) => string {
  const { t } = useI18n();
  const keys = useKeyNames();
  const credentials = useCredentialNames();
  return useCallback(
    (dimension: Dimension, value: string) => {
      if (value === ABSENT) return t(ABSENT_LABELS[dimension] ?? "filter.valueUnknown");
      if (dimension === "account") return accountName(value);
      if (dimension === "key") return keys.get(value) ?? value.slice(0, KEY_CHARS);
      return dimension === "credential" || dimension === "auth" ? (credentials.get(value) ?? value) : value;
    },
    [t, keys, credentials],
  );
}

/** The values of a filter to tick, with how many requests of this view have them. */
export function Values({
  name,
  search,
  onChange,
  onBack,
}: {
  name: ChipName;
  search: ViewSearch;
  onChange(next: ViewSearch): void;
  onBack?: () => void;
}) {
  const { t, format } = useI18n();
  const text = useValueText();
  const [needle, setNeedle] = useState("");
  const { dimension, excluded } = chipOf(name);
  const label = t(FILTER_LABELS[dimension]);
  // Counted without this filter itself: what else could be chosen.
  const around = changed(search, {
    [dimension]: undefined,
    [excludedName(dimension)]: undefined,
  } as Partial<ViewSearch>);
  const asked = useQuestion(around, {
    measures: ["calls"],
    dimensions: [LISTED[dimension] ?? "model"],
    order: { by: "calls", descending: true },
    limit: MOST,
  });
  const chosen = search[name] ?? [];
  const counts = new Map<string, number>();
  for (const row of asked.data?.answer.rows ?? []) {
    const [value] = row.keys;
    if (value !== null && value !== undefined && value !== "") counts.set(value, measureOf(row, "calls") ?? 0);
  }
  const low = needle.trim().toLowerCase();
  // What most requests do not have is nothing to look for, unless a link has brought it.
  const listed = [...counts.keys()].filter((value) => value !== ABSENT);
  const options = [...new Set([...chosen, ...listed])].filter(
    (value) => low === "" || value.toLowerCase().includes(low) || text(dimension, value).toLowerCase().includes(low),
  );
  const set = (values: string[], target: ChipName = name) =>
    onChange(
      changed(search, {
        [name]: undefined,
        [target]: values.length > 0 ? values : undefined,
      } as Partial<ViewSearch>),
    );
  return (
    <div>
      <div className={styles.menuSearch}>
        {onBack ? (
          <button type="button" className="link" onClick={onBack} aria-label={t("filter.back")}>
            <Icon name="left" small />
          </button>
        ) : (
          <Icon name="search" small />
        )}
        <input
          type="search"
          aria-label={t("filter.find", { name: label })}
          placeholder={t("filter.find", { name: label })}
          value={needle}
          onChange={(event) => setNeedle(event.target.value)}
        />
      </div>
      <div className={styles.options}>
        {options.map((value) => (
          <label key={value} className={styles.option} title={value}>
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={() =>
                set(chosen.includes(value) ? chosen.filter((item) => item !== value) : [...chosen, value])
              }
            />
            <span className={`${styles.value} cut`}>{text(dimension, value)}</span>
            <span className={styles.countText}>{asked.data ? format.count(counts.get(value) ?? 0) : null}</span>
          </label>
        ))}
      </div>
      {asked.loading ? <p className={styles.menuNote}>{t("filter.loading")}</p> : null}
      {asked.error ? (
        <p className={styles.menuNote}>
          {t("filter.failed")}{" "}
          <button type="button" className="link" onClick={asked.retry}>
            {t("action.retry")}
          </button>
        </p>
      ) : null}
      {asked.data && options.length === 0 ? <p className={styles.menuNote}>{t("filter.noneHere")}</p> : null}
      <button
        type="button"
        className={styles.menuAct}
        disabled={chosen.length === 0}
        onClick={() => set(chosen, excluded ? dimension : excludedName(dimension))}
      >
        {excluded ? t("filter.includeInstead") : t("filter.excludeInstead")}
      </button>
    </div>
  );
}
