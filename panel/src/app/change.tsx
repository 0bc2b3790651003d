import type { ReactNode } from "react";
import { useI18n } from "../i18n";
import { useNow } from "../lib/now";
import { StatusMark } from "../ui/status";
import { wholeOf } from "./answers";
import { type useCompared, useFirstStored } from "./data";
import styles from "./loaded.module.css";

/** Against a base smaller than this a percentage says nothing. */
const LEAST_BASE = 20;
const HOUR_MS = 3_600_000;

/** What a comparison is worth. */
export interface Basis {
  /** The span before has so few requests that every change of it is chance. */
  few: boolean;
  /** Only the end of the span before is stored: from this moment on. */
  from: number | null;
}

/** Whether the span before holds enough to be compared with. Its question must count `calls`. */
export function useBasis(compared: ReturnType<typeof useCompared>): Basis {
  const first = useFirstStored();
  const { data } = compared;
  if (!data) return { few: false, from: null };
  const partly = first !== null && data.span.from < first - HOUR_MS && first < data.span.to;
  return { few: (wholeOf(data.answer, "calls") ?? 0) < LEAST_BASE, from: partly ? first : null };
}

interface Compared {
  value: number | null | undefined;
  base: number | null | undefined;
  basis?: Basis;
  /** Worse by more than usual. */
  bad?: boolean;
}

/** What it was, where a change would say nothing. */
function Was({ base, basis }: { base: string; basis: Basis | undefined }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  return basis?.from ? t("change.wasSince", { base, date: format.date(basis.from, now) }) : t("change.was", { base });
}

/** "+11.9% from 36,903". Without a base, nothing; against a small or half-stored one, what it was. */
export function Change({
  value,
  base,
  text,
  small = LEAST_BASE,
  basis,
  bad = false,
}: Compared & {
  /** How the base is written. */
  text(value: number): string;
  small?: number;
}): ReactNode {
  const { rich, format } = useI18n();
  if (value === null || value === undefined || base === null || base === undefined) return null;
  if (base < small || basis?.few || basis?.from) return <Was base={text(base)} basis={basis} />;
  return rich("change.from", {
    change: <b className={bad ? styles.bad : undefined}>{format.change(value, base)}</b>,
    base: text(base),
  });
}

/** "+2.75 pp from 1.02%", between two shares. */
export function ShareChange({ value, base, basis, bad = false }: Compared): ReactNode {
  const { rich, format } = useI18n();
  if (value === null || value === undefined || base === null || base === undefined) return null;
  if (basis?.few || basis?.from) return <Was base={format.share(base)} basis={basis} />;
  return rich("change.from", {
    change: <b className={bad ? styles.bad : undefined}>{format.points(value, base)}</b>,
    base: format.share(base),
  });
}

/** What a cost is compared with, and how many requests of it have no price: neither hides the other. */
export function CostBase({
  value,
  base,
  unpriced,
  baseUnpriced,
  basis,
}: Compared & { unpriced: number; baseUnpriced: number }): ReactNode {
  const { t, format } = useI18n();
  const text = (amount: number) => `${baseUnpriced > 0 ? "≥\u00a0" : ""}${format.money(amount)}`;
  const change = <Change value={value} base={base} text={text} small={0.01} {...(basis ? { basis } : {})} />;
  if (unpriced === 0) return change;
  return (
    <>
      <span>
        <StatusMark state="warn" /> {t("figures.unpriced", { n: unpriced })}
      </span>
      {base === null || base === undefined ? null : <> · {change}</>}
    </>
  );
}

/** An amount of money that may be a lower bound: "≥ $265.38". */
export function Money({ value, unpriced }: { value: number | null | undefined; unpriced: number | null | undefined }) {
  const { t, format } = useI18n();
  if (unpriced === undefined || unpriced === null || unpriced === 0) return format.money(value);
  return (
    <span title={t("money.bound", { n: unpriced })}>
      <span aria-hidden="true">≥ </span>
      <span className="sr">{t("money.atLeast")} </span>
      {format.money(value)}
    </span>
  );
}
