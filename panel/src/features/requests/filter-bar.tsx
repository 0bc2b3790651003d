import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api } from "../../api/client";
import type { LiveState } from "../../api/live";
import type { EventFacets, Facet } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { PHONE, useMedia } from "../../lib/media";
import { useNow } from "../../lib/now";
import { Button, buttonClass } from "../../ui/button";
import { Sheet } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Popover } from "../../ui/menu";
import { StatusMark } from "../../ui/status";
import {
  countFilters,
  DEFAULT_RANGE,
  LIST_NAMES,
  type ListName,
  RANGES,
  type Range,
  type RequestSearch,
  spanOf,
  withoutFilters,
} from "./filters";
import styles from "./requests.module.css";
import { shortHash } from "./row";

/** Filters that have a list of values to choose from. The others arrive by link. */
const FACETS = {
  model: "models",
  provider: "providers",
  account: "accounts",
  key: "api_keys",
  code: "status_codes",
} as const satisfies Partial<Record<ListName, keyof EventFacets>>;
type FacetName = keyof typeof FACETS;
const FACET_NAMES = Object.keys(FACETS) as FacetName[];

const FILTER_LABELS: Record<ListName, Key> = {
  model: "filter.model",
  provider: "filter.provider",
  account: "filter.account",
  key: "filter.key",
  code: "filter.code",
  auth: "filter.auth",
  endpoint: "filter.endpoint",
  request: "filter.request",
};

const RANGE_LABELS: Record<Range, Key> = {
  "15m": "range.15m",
  "1h": "range.1h",
  "24h": "range.24h",
  "7d": "range.7d",
  "30d": "range.30d",
  all: "range.all",
};

const SEARCH_DELAY_MS = 300;

function isFacet(name: ListName): name is FacetName {
  return name in FACETS;
}

function shown(name: ListName, value: string): string {
  return name === "key" ? (shortHash(value) ?? value) : value;
}

function useChange(search: RequestSearch) {
  const navigate = useNavigate();
  return (change: Partial<Record<keyof RequestSearch, unknown>>, replace = false) => {
    const next = { ...search, ...change };
    for (const name of Object.keys(next) as (keyof RequestSearch)[]) {
      if (next[name] === undefined) delete next[name];
    }
    void navigate({ to: "/requests", search: next as RequestSearch, replace, resetScroll: true });
  };
}

interface BarProps {
  search: RequestSearch;
  paused: boolean;
  onPause(paused: boolean): void;
  live: LiveState;
  openEnded: boolean;
}

/** The one bar of filters. On a phone: range, filters in a sheet, live. */
export function FilterBar(props: BarProps) {
  const phone = useMedia(PHONE);
  return phone ? <PhoneBar {...props} /> : <WideBar {...props} />;
}

function WideBar({ search, paused, onPause, live, openEnded }: BarProps) {
  const { t, format } = useI18n();
  const change = useChange(search);
  return (
    <search className={styles.bar} aria-label={t("filter.label")}>
      <RangeButton search={search} />
      {LIST_NAMES.filter((name) => search[name]).map((name) => (
        <Chip key={name} name={name} search={search} />
      ))}
      <AddFilter search={search} />
      {countFilters(search) > 1 ? (
        <Button kind="ghost" onClick={() => change(cleared(search))}>
          {t("filter.clear")}
        </Button>
      ) : null}
      <span className="grow" />
      <SearchBox search={search} />
      <LiveButton paused={paused} onPause={onPause} live={live} openEnded={openEnded} />
      <span className={`${styles.zone} wide-only`} title={t("filter.zone")}>
        {format.timeZone}
      </span>
    </search>
  );
}

function cleared(search: RequestSearch): Partial<Record<keyof RequestSearch, unknown>> {
  const keep = withoutFilters(search);
  return Object.fromEntries((Object.keys(search) as (keyof RequestSearch)[]).map((name) => [name, keep[name]]));
}

function PhoneBar({ search, paused, onPause, live, openEnded }: BarProps) {
  const { t } = useI18n();
  const change = useChange(search);
  const [open, setOpen] = useState(false);
  const count = countFilters(search);
  return (
    <search className={styles.bar} aria-label={t("filter.label")}>
      <RangeButton search={search} />
      <Button kind="ghost" icon="filter" onClick={() => setOpen(true)}>
        {t("filter.open")}
        {count > 0 ? ` · ${count}` : ""}
      </Button>
      <span className="grow" />
      <LiveButton paused={paused} onPause={onPause} live={live} openEnded={openEnded} />
      <Sheet
        open={open}
        onClose={() => setOpen(false)}
        title={t("filter.label")}
        closeLabel={t("action.close")}
        footer={
          <>
            <Button kind="ghost" onClick={() => change(cleared(search))} disabled={count === 0}>
              {t("filter.clear")}
            </Button>
            <Button kind="primary" onClick={() => setOpen(false)}>
              {t("filter.done")}
            </Button>
          </>
        }
      >
        <div className={styles.sheetSection}>
          <SearchBox search={search} />
        </div>
        {LIST_NAMES.filter((name) => !isFacet(name) && search[name]).map((name) => (
          <div key={name} className={styles.sheetSection}>
            <Chip name={name} search={search} />
          </div>
        ))}
        {open
          ? FACET_NAMES.map((name) => (
              <section key={name} className={styles.sheetSection}>
                <h3>{t(FILTER_LABELS[name])}</h3>
                <Values name={name} search={search} />
              </section>
            ))
          : null}
      </Sheet>
    </search>
  );
}

function RangeButton({ search }: { search: RequestSearch }) {
  const { t, format } = useI18n();
  const change = useChange(search);
  const now = useNow(60_000);
  const [open, setOpen] = useState(false);
  const span = spanOf(search, now);
  const byHand = search.from !== undefined || search.to !== undefined;
  const at = (moment: number | undefined) => format.dateTime(moment, now, { short: true });
  const extent =
    span.from_ms === undefined && span.to_ms === undefined
      ? ""
      : `${span.from_ms === undefined ? "" : at(span.from_ms)} – ${span.to_ms === undefined ? t("range.now") : at(span.to_ms)}`;
  return (
    <Popover
      label={t("range.label")}
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className={buttonClass()}>
          <Icon name="clock" small />
          <span className="sr">{t("range.label")}: </span>
          <b className="b">{byHand ? t("range.custom") : t(RANGE_LABELS[search.range ?? DEFAULT_RANGE])}</b>
          {extent ? <span className="dim not-phone">{extent}</span> : null}
          <Icon name="chevronDown" small />
        </button>
      }
    >
      {RANGES.map((range) => (
        <button
          key={range}
          type="button"
          className={styles.option}
          aria-current={!byHand && (search.range ?? DEFAULT_RANGE) === range}
          onClick={() => {
            setOpen(false);
            change({ range: range === DEFAULT_RANGE ? undefined : range, from: undefined, to: undefined });
          }}
        >
          {t(RANGE_LABELS[range])}
        </button>
      ))}
      <SpanForm
        from={span.from_ms}
        to={span.to_ms}
        onApply={(from, to) => {
          setOpen(false);
          change({ range: undefined, from, to });
        }}
      />
    </Popover>
  );
}

/** `2026-11-23T17:19` in the browser's zone, as a date field wants it. */
function localInput(at: number | undefined): string {
  if (at === undefined) return "";
  const shifted = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

function SpanForm({
  from,
  to,
  onApply,
}: {
  from: number | undefined;
  to: number | undefined;
  onApply(from: number | undefined, to: number | undefined): void;
}) {
  const { t } = useI18n();
  const [begin, setBegin] = useState(localInput(from));
  const [end, setEnd] = useState(localInput(to));
  const read = (value: string) => (value === "" ? undefined : new Date(value).getTime());
  const [start, stop] = [read(begin), read(end)];
  const wrong = start !== undefined && stop !== undefined && stop <= start;
  return (
    <form
      className={styles.span}
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong && (start !== undefined || stop !== undefined)) onApply(start, stop);
      }}
    >
      <TextField
        type="datetime-local"
        label={t("range.from")}
        value={begin}
        onChange={(event) => setBegin(event.target.value)}
      />
      <TextField
        type="datetime-local"
        label={t("range.to")}
        value={end}
        error={wrong ? t("range.wrong") : undefined}
        onChange={(event) => setEnd(event.target.value)}
      />
      <Button type="submit" small disabled={wrong || (start === undefined && stop === undefined)}>
        {t("range.apply")}
      </Button>
    </form>
  );
}

function Chip({ name, search }: { name: ListName; search: RequestSearch }) {
  const { t } = useI18n();
  const change = useChange(search);
  const [open, setOpen] = useState(false);
  const values = search[name] ?? [];
  const first = shown(name, values[0] ?? "");
  const label = t(FILTER_LABELS[name]);
  const phrase = (
    <>
      <span>{t("filter.is", { name: label })}</span>
      <b>{values.length > 1 ? `${first}, +${values.length - 1}` : first}</b>
    </>
  );
  return (
    <span className={styles.chip}>
      {isFacet(name) ? (
        <Popover
          label={label}
          open={open}
          onOpenChange={setOpen}
          trigger={
            <button
              type="button"
              className={styles.phrase}
              title={values.map((value) => shown(name, value)).join(", ")}
            >
              {phrase}
            </button>
          }
        >
          <Values name={name} search={search} />
        </Popover>
      ) : (
        <button
          type="button"
          className={styles.phrase}
          title={values.join(", ")}
          onClick={() => change({ [name]: undefined })}
        >
          {phrase}
        </button>
      )}
      <button
        type="button"
        className={styles.remove}
        aria-label={t("filter.remove", { name: label })}
        onClick={() => change({ [name]: undefined })}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}

function AddFilter({ search }: { search: RequestSearch }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState<FacetName | null>(null);
  return (
    <Popover
      label={t("filter.add")}
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (next) setName(null);
      }}
      trigger={
        <button type="button" className={buttonClass("ghost")}>
          <Icon name="filter" small />
          {t("filter.open")}
        </button>
      }
    >
      {name === null ? (
        FACET_NAMES.map((facet) => (
          <button key={facet} type="button" className={styles.option} onClick={() => setName(facet)}>
            <span className={styles.value}>{t(FILTER_LABELS[facet])}</span>
            <Icon name="right" small />
          </button>
        ))
      ) : (
        <Values name={name} search={search} onBack={() => setName(null)} />
      )}
    </Popover>
  );
}

/** The values of a filter with their counts, to tick. */
function Values({ name, search, onBack }: { name: FacetName; search: RequestSearch; onBack?: () => void }) {
  const { t, format } = useI18n();
  const change = useChange(search);
  const [needle, setNeedle] = useState("");
  const facets = useQuery({ queryKey: ["facets"], queryFn: api.facets, staleTime: 30_000 });
  const chosen = search[name] ?? [];
  const found: readonly Facet[] = facets.data?.[FACETS[name]] ?? [];
  const extra = chosen
    .filter((value) => !found.some((facet) => facet.value === value))
    .map((value): { value: string; count: number | null } => ({ value, count: facets.data ? 0 : null }));
  const low = needle.trim().toLowerCase();
  const options = [...extra, ...found].filter(
    ({ value }) => value !== "" && (low === "" || value.toLowerCase().includes(low)),
  );
  const toggle = (value: string) => {
    const next = chosen.includes(value) ? chosen.filter((item) => item !== value) : [...chosen, value];
    change({ [name]: next.length > 0 ? next : undefined });
  };
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
          aria-label={t("filter.find", { name: t(FILTER_LABELS[name]) })}
          placeholder={t("filter.find", { name: t(FILTER_LABELS[name]) })}
          value={needle}
          onChange={(event) => setNeedle(event.target.value)}
        />
      </div>
      <div className={styles.options}>
        {options.map(({ value, count }) => (
          <label key={value} className={styles.option} title={value}>
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
            <span className={`${styles.value} cut ${name === "key" ? "mono" : ""}`}>{shown(name, value)}</span>
            <span className={styles.countText}>{format.count(count)}</span>
          </label>
        ))}
      </div>
      {facets.isPending ? <p className={styles.menuFoot}>{t("filter.loading")}</p> : null}
      {facets.isError ? (
        <p className={styles.menuFoot}>
          {t("filter.failed")}{" "}
          <button type="button" className="link" onClick={() => void facets.refetch()}>
            {t("action.retry")}
          </button>
        </p>
      ) : null}
      {facets.data && options.length === 0 ? <p className={styles.menuFoot}>{t("filter.none")}</p> : null}
      {facets.data && options.length > 0 ? (
        <p className={styles.menuFoot}>{facets.data.sampled ? t("filter.sampled") : t("filter.counted")}</p>
      ) : null}
    </div>
  );
}

function SearchBox({ search }: { search: RequestSearch }) {
  const { t } = useI18n();
  const change = useChange(search);
  const [typed, setTyped] = useState(search.q ?? "");
  const latest = useRef({ change, q: search.q });
  latest.current = { change, q: search.q };
  // The address changed from outside: a link, the back button, "clear".
  useEffect(() => setTyped(search.q ?? ""), [search.q]);
  useEffect(() => {
    const wanted = typed.trim();
    if (wanted === (latest.current.q ?? "")) return;
    const timer = setTimeout(
      () => latest.current.change({ q: wanted === "" ? undefined : wanted }, true),
      SEARCH_DELAY_MS,
    );
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <label className={styles.search}>
      <Icon name="search" small />
      <span className="sr">{t("filter.search")}</span>
      <input
        id="request-search"
        type="search"
        placeholder={t("filter.search")}
        value={typed}
        maxLength={500}
        onChange={(event) => setTyped(event.target.value)}
      />
    </label>
  );
}

function LiveButton({ paused, onPause, live, openEnded }: Omit<BarProps, "search">) {
  const { t } = useI18n();
  if (!openEnded) return <span className={styles.zone}>{t("live.closedRange")}</span>;
  const running = live.kind === "live" && !paused;
  return (
    <button
      type="button"
      className={buttonClass()}
      aria-pressed={!paused}
      title={paused ? t("live.resumeHint") : t("live.pauseHint")}
      onClick={() => onPause(!paused)}
    >
      {paused ? (
        <Icon name="play" small />
      ) : (
        <StatusMark state={running ? "ok" : live.kind === "retrying" ? "stale" : "unknown"} />
      )}
      {paused
        ? t("live.paused")
        : running
          ? t("live.live")
          : live.kind === "retrying"
            ? t("live.waiting")
            : t("live.connecting")}
      {paused ? null : <Icon name="pause" small />}
    </button>
  );
}
