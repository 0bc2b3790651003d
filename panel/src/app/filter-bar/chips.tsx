import { type ReactNode, useState } from "react";
import { type Key, useI18n } from "../../i18n";
import {
  CACHE_STATES,
  type CacheState,
  type ChipName,
  changed,
  chipOf,
  DIMENSIONS,
  type Dimension,
  type ViewSearch,
} from "../../lib/view";
import { buttonClass } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Popover } from "../../ui/menu";
import styles from "./filter-bar.module.css";
import { FILTER_LABELS, LISTED, useValueText, Values } from "./values";

interface Props {
  search: ViewSearch;
  onChange(next: ViewSearch): void;
}

/** Filters of one choice, with the words of each. */
type Single = "status" | "cache" | "slow";
export const SINGLES: readonly Single[] = ["status", "cache", "slow"];
export const SINGLE_LABELS: Record<Single, Key> = {
  status: "filter.status",
  cache: "filter.cache",
  slow: "filter.slow",
};
const CACHE_LABELS: Record<CacheState, Key> = {
  hit: "cache.hit",
  miss: "cache.miss",
  read: "cache.read",
  creation: "cache.creation",
};
const SLOW_MS = [3_000, 10_000, 30_000, 60_000];

function useSingle({ search, onChange }: Props) {
  const { t, format } = useI18n();
  const options: Record<Single, { value: string; label: string; next: ViewSearch }[]> = {
    status: (["failed", "ok"] as const).map((value) => ({
      value,
      label: t(value === "failed" ? "status.failed" : "status.ok"),
      next: changed(search, { status: value }),
    })),
    cache: CACHE_STATES.map((value) => ({
      value,
      label: t(CACHE_LABELS[value]),
      next: changed(search, { cache: value }),
    })),
    slow: SLOW_MS.map((value) => ({
      value: String(value),
      label: format.duration(value),
      next: changed(search, { slow: value }),
    })),
  };
  const clear = (name: Single) => onChange(changed(search, { [name]: undefined } as Partial<ViewSearch>));
  const text = (name: Single) => {
    const value = String(search[name]);
    return options[name].find((option) => option.value === value)?.label ?? format.duration(search.slow);
  };
  return { options, clear, text };
}

/** A filter as a phrase: "Status is not 499". */
export function Chip({ name, search, onChange }: Props & { name: ChipName }) {
  const { t, rich } = useI18n();
  const text = useValueText();
  const [open, setOpen] = useState(false);
  const { dimension, excluded } = chipOf(name);
  const values = search[name] ?? [];
  const first = text(dimension, values[0] ?? "");
  const label = t(FILTER_LABELS[dimension]);
  const remove = () => onChange(changed(search, { [name]: undefined } as Partial<ViewSearch>));
  const phrase = (
    <>
      <span>
        {excluded
          ? rich("filter.isNot", { name: label, not: <span className={styles.not}>{t("filter.not")}</span> })
          : t("filter.is", { name: label })}
      </span>
      <b>{values.length > 1 ? `${first}, +${values.length - 1}` : first}</b>
    </>
  );
  const title = values.map((value) => text(dimension, value)).join(", ");
  return (
    <span className={styles.chip}>
      {LISTED[dimension] ? (
        <Popover
          label={label}
          open={open}
          onOpenChange={setOpen}
          trigger={
            <button type="button" className={styles.phrase} title={title}>
              {phrase}
            </button>
          }
        >
          <Values name={name} search={search} onChange={onChange} />
        </Popover>
      ) : (
        <span className={styles.phrase} title={title}>
          {phrase}
        </span>
      )}
      <Remove label={label} onRemove={remove} />
    </span>
  );
}

export function Remove({ label, onRemove }: { label: string; onRemove(): void }) {
  const { t } = useI18n();
  return (
    <button type="button" className={styles.remove} aria-label={t("filter.remove", { name: label })} onClick={onRemove}>
      <Icon name="close" />
    </button>
  );
}

/** The chips of filters with one choice. */
export function SingleChips(props: Props) {
  const { t } = useI18n();
  const { options, clear, text } = useSingle(props);
  const [open, setOpen] = useState<Single | null>(null);
  return SINGLES.filter((name) => props.search[name] !== undefined).map((name) => {
    const label = t(SINGLE_LABELS[name]);
    return (
      <span key={name} className={styles.chip}>
        <Popover
          label={label}
          open={open === name}
          onOpenChange={(next) => setOpen(next ? name : null)}
          trigger={
            <button type="button" className={styles.phrase}>
              <span>{name === "slow" ? label : t("filter.is", { name: label })}</span>
              <b>{text(name)}</b>
            </button>
          }
        >
          {options[name].map((option) => (
            <button
              key={option.value}
              type="button"
              className={styles.option}
              aria-current={String(props.search[name]) === option.value}
              onClick={() => {
                setOpen(null);
                props.onChange(option.next);
              }}
            >
              {option.label}
            </button>
          ))}
        </Popover>
        <Remove label={label} onRemove={() => clear(name)} />
      </span>
    );
  });
}

/** The button that adds a filter, with what it opens. */
export function AddPopover({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      label={t("filter.add")}
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" id="filter-add" className={buttonClass("ghost")}>
          <Icon name="filter" small />
          {t("filter.open")}
        </button>
      }
    >
      {children}
    </Popover>
  );
}

export function AddFilter(props: Props & { dimensions: readonly Dimension[] }) {
  return (
    <AddPopover>
      <FilterMenu {...props} />
    </AddPopover>
  );
}

/** The names of filters, then the values of one. Also the content of the phone's sheet. */
export function FilterMenu({ search, onChange, dimensions }: Props & { dimensions: readonly Dimension[] }) {
  const { t } = useI18n();
  const { options } = useSingle({ search, onChange });
  const [name, setName] = useState<Dimension | Single | null>(null);
  if (name !== null && name in SINGLE_LABELS) {
    const single = name as Single;
    return (
      <div>
        <button type="button" className={styles.menuBack} onClick={() => setName(null)}>
          <Icon name="left" small />
          {t(SINGLE_LABELS[single])}
        </button>
        {options[single].map((option) => (
          <button
            key={option.value}
            type="button"
            className={styles.option}
            aria-current={String(search[single]) === option.value}
            onClick={() => onChange(option.next)}
          >
            {option.label}
          </button>
        ))}
      </div>
    );
  }
  if (name !== null) {
    const dimension = name as Dimension;
    const chip =
      search[dimension] === undefined && search[`not_${dimension}`] ? (`not_${dimension}` as const) : dimension;
    return <Values name={chip} search={search} onChange={onChange} onBack={() => setName(null)} />;
  }
  return (
    <div>
      {DIMENSIONS.filter((each) => dimensions.includes(each) && LISTED[each]).map((each) => (
        <button key={each} type="button" className={styles.option} onClick={() => setName(each)}>
          <span className={styles.value}>{t(FILTER_LABELS[each])}</span>
          <Icon name="right" small />
        </button>
      ))}
      {SINGLES.map((each) => (
        <button key={each} type="button" className={styles.option} onClick={() => setName(each)}>
          <span className={styles.value}>{t(SINGLE_LABELS[each])}</span>
          <Icon name="right" small />
        </button>
      ))}
    </div>
  );
}
