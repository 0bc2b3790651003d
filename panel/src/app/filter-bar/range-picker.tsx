import { useState } from "react";
import { type Key, useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import {
  boundedSpan,
  COMPARISONS,
  type Comparison,
  comparedSpan,
  DEFAULT_RANGE,
  isByHand,
  isPreset,
  isRange,
  PRESETS,
  type Preset,
  type RangeSearch,
  relativeOf,
  spanOf,
  weeksBack,
} from "../../lib/range";
import { fromInput, toInput } from "../../lib/zone";
import { Button, buttonClass } from "../../ui/button";
import { useSpanText } from "../../ui/chart";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Popover } from "../../ui/menu";
import styles from "./filter-bar.module.css";

const LABELS: Record<Preset, Key> = {
  "15m": "range.15m",
  "1h": "range.1h",
  "24h": "range.24h",
  today: "range.today",
  yesterday: "range.yesterday",
  "7d": "range.7d",
  "30d": "range.30d",
  "this-week": "range.thisWeek",
  "this-month": "range.thisMonth",
  "last-month": "range.lastMonth",
  all: "range.all",
};
const RELATIVE: Record<"m" | "h" | "d" | "w", Key> = {
  m: "range.minutes",
  h: "range.hours",
  d: "range.days",
  w: "range.weeks",
};

/** A change of the range; what is `undefined` leaves the address. */
export type RangeChange = { [Name in keyof RangeSearch]: RangeSearch[Name] | undefined };

export function useRangeLabel(): (search: RangeSearch) => string {
  const { t } = useI18n();
  return (search) => {
    if (isByHand(search)) return t("range.custom");
    const range = search.range ?? DEFAULT_RANGE;
    if (isPreset(range)) return t(LABELS[range]);
    const relative = relativeOf(range);
    return relative ? t(RELATIVE[relative.unit], { n: relative.amount }) : range;
  };
}

/** A date, with its time where it is not a midnight. */
function useMoment(now: number): (moment: number) => string {
  const { format } = useI18n();
  return (moment) => {
    const midnight = format.clock(moment) === "00:00:00";
    return midnight ? format.date(moment, now) : format.dateTime(moment, now, { short: true });
  };
}

/** The time range: its name, and its two ends. */
export function RangePicker({ search, onChange }: { search: RangeSearch; onChange(change: RangeChange): void }) {
  const { t, format } = useI18n();
  const label = useRangeLabel();
  const spanText = useSpanText();
  const now = useNow(60_000);
  const [open, setOpen] = useState(false);
  const span = spanOf(search, now, format.timeZone);
  const byHand = isByHand(search);
  const at = useMoment(now);
  const extent =
    span.from !== undefined && span.to !== undefined
      ? spanText({ from: span.from, to: span.to }, now)
      : span.from === undefined && span.to === undefined
        ? ""
        : `${span.from === undefined ? "" : at(span.from)} – ${span.to === undefined ? t("range.now") : at(span.to)}`;
  const choose = (change: RangeChange) => {
    setOpen(false);
    onChange(change);
  };
  const chosen = search.range ?? DEFAULT_RANGE;
  return (
    <Popover
      label={t("range.label")}
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className={buttonClass()}>
          <Icon name="clock" small />
          <span className="sr">{t("range.label")}: </span>
          <b className="b">{label(search)}</b>
          {extent ? <span className="dim not-phone">{extent}</span> : null}
          <Icon name="chevronDown" small />
        </button>
      }
    >
      <div className={styles.presets}>
        {PRESETS.map((range) => (
          <button
            key={range}
            type="button"
            className={styles.option}
            aria-current={!byHand && chosen === range}
            onClick={() =>
              choose({ range: range === DEFAULT_RANGE ? undefined : range, from: undefined, to: undefined })
            }
          >
            {t(LABELS[range])}
          </button>
        ))}
      </div>
      <RelativeForm
        range={byHand ? "" : chosen}
        onApply={(range) => choose({ range, from: undefined, to: undefined })}
      />
      <SpanForm
        // Not by the span: that of "the last hour" moves on while somebody types.
        key={`${search.range} ${search.from} ${search.to} ${open}`}
        from={span.from}
        to={span.to}
        onApply={(from, to) => choose({ range: undefined, from, to })}
      />
      <p className={styles.menuFoot}>{t("range.inZone", { zone: format.timeZone })}</p>
    </Popover>
  );
}

/** An address has no moment before 1970: it would be dropped without a word. */
function isEarly(moment: number | undefined): boolean {
  return moment !== undefined && moment < 0;
}

function RelativeForm({ range, onApply }: { range: string; onApply(range: string): void }) {
  const { t } = useI18n();
  const [typed, setTyped] = useState(relativeOf(range) && !isPreset(range) ? range : "");
  const wanted = typed.trim().toLowerCase();
  const wrong = wanted !== "" && !(isRange(wanted) && relativeOf(wanted));
  return (
    <form
      className={styles.inlineForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== "" && !wrong) onApply(wanted);
      }}
    >
      <TextField
        label={t("range.relative")}
        placeholder="90m, 36h, 14d, 6w"
        value={typed}
        error={wrong ? t("range.relativeWrong") : undefined}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button type="submit" disabled={wanted === "" || wrong}>
        {t("range.apply")}
      </Button>
    </form>
  );
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
  const { t, format } = useI18n();
  const zone = format.timeZone;
  const [begin, setBegin] = useState(from === undefined ? "" : toInput(from, zone));
  const [end, setEnd] = useState(to === undefined ? "" : toInput(to, zone));
  const start = fromInput(begin, zone);
  const stop = fromInput(end, zone);
  const wrong = start !== undefined && stop !== undefined && stop <= start;
  const early = isEarly(start) || isEarly(stop);
  const empty = start === undefined && stop === undefined;
  return (
    <form
      className={styles.spanForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong && !early && !empty) onApply(start, stop);
      }}
    >
      <TextField
        type="datetime-local"
        label={t("range.from")}
        value={begin}
        error={isEarly(start) ? t("range.early") : undefined}
        onChange={(event) => setBegin(event.target.value)}
      />
      <TextField
        type="datetime-local"
        label={t("range.to")}
        value={end}
        error={isEarly(stop) ? t("range.early") : wrong ? t("range.wrong") : undefined}
        onChange={(event) => setEnd(event.target.value)}
      />
      <Button type="submit" disabled={wrong || early || empty}>
        {t("range.apply")}
      </Button>
    </form>
  );
}

/** What figures are compared with. */
export function ComparePicker({ search, onChange }: { search: RangeSearch; onChange(change: RangeChange): void }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const [open, setOpen] = useState(false);
  const words = useCompareWords(search);
  const zone = format.timeZone;
  const current = search.compare ?? "previous";
  const spanWith = (compare: Comparison) => comparedSpan({ ...search, compare }, now, zone);
  const at = useMoment(now);
  const extent = (compare: Comparison) => {
    const span = spanWith(compare);
    return span ? `${at(span.from)} – ${at(span.to)}` : "";
  };
  const choose = (compare: Comparison) => {
    setOpen(false);
    onChange({ compare: compare === "previous" ? undefined : compare });
  };
  const { from } = boundedSpan(search, now, zone);
  const before = spanWith("previous");
  if (before === undefined) return null;
  const begin = typeof current === "number" ? current : undefined;
  const named = (compare: Comparison) =>
    typeof compare === "number" ? t("compare.since", { time: at(compare) }) : words[compare];
  return (
    <Popover
      label={t("compare.label")}
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className={buttonClass()}>
          <span className="sr">{t("compare.label")}: </span>
          {spanWith(current) === undefined ? (
            t("compare.off")
          ) : (
            <>
              <span className="dim">{t("compare.vs")}</span>
              {named(current)}
            </>
          )}
          <Icon name="chevronDown" small />
        </button>
      }
    >
      {COMPARISONS.map((compare) => (
        <button
          key={compare}
          type="button"
          className={styles.option}
          aria-current={current === compare}
          onClick={() => choose(compare)}
        >
          <span>{words[compare]}</span>
          <span className={styles.countText}>{extent(compare)}</span>
        </button>
      ))}
      <BeginForm key={`${begin} ${open}`} begin={begin ?? before.from} limit={from} onApply={choose} />
      <p className={styles.menuFoot}>{t("range.inZone", { zone })}</p>
    </Popover>
  );
}

/** A begin of one's own; the span is as long as the range. */
function BeginForm({ begin, limit, onApply }: { begin: number; limit: number; onApply(begin: number): void }) {
  const { t, format } = useI18n();
  const [typed, setTyped] = useState(toInput(begin, format.timeZone));
  const wanted = fromInput(typed, format.timeZone);
  const late = wanted !== undefined && wanted >= limit;
  const early = isEarly(wanted);
  return (
    <form
      className={styles.inlineForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== undefined && !late && !early) onApply(wanted);
      }}
    >
      <TextField
        type="datetime-local"
        label={t("compare.begin")}
        value={typed}
        error={
          early
            ? t("range.early")
            : late
              ? t("compare.late", { time: format.dateTime(limit, Date.now(), { short: true }) })
              : undefined
        }
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button type="submit" disabled={wanted === undefined || late || early}>
        {t("range.apply")}
      </Button>
    </form>
  );
}

const BEFORE: Partial<Record<string, Key>> = {
  today: "compare.yesterday",
  yesterday: "compare.dayBefore",
  "this-week": "compare.spanBefore",
  "this-month": "compare.lastMonth",
  "last-month": "compare.monthBefore",
};

/** "24 h before", in the words of the range. */
function useCompareWords(search: RangeSearch): Record<(typeof COMPARISONS)[number], string> {
  const { t, format } = useI18n();
  const range = isByHand(search) ? "" : (search.range ?? DEFAULT_RANGE);
  const relative = relativeOf(range);
  const named = BEFORE[range];
  const units: Record<"m" | "h" | "d" | "w", Key> = {
    m: "compare.minutes",
    h: "compare.hours",
    d: "compare.days",
    w: "compare.weeks",
  };
  const previous = named
    ? t(named)
    : relative
      ? t(units[relative.unit], { n: relative.amount })
      : t("compare.spanBefore");
  const weeks = weeksBack("four-weeks", boundedSpan(search, Date.now(), format.timeZone));
  return {
    previous,
    week: t("compare.weekly"),
    "four-weeks": t("compare.weeks", { n: weeks }),
    off: t("compare.off"),
  };
}
