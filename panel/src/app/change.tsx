import type { ReactNode } from "react";
import { useI18n } from "../i18n";
import styles from "./loaded.module.css";

/** Against a base smaller than this a percentage says nothing. */
const LEAST_BASE = 20;

/** "+11.9% from 36,903". Without a base, nothing; against a small one, what it was. */
export function Change({
  value,
  base,
  text,
  small = LEAST_BASE,
  bad = false,
}: {
  value: number | null | undefined;
  base: number | null | undefined;
  /** How the base is written. */
  text(value: number): string;
  small?: number;
  /** Worse by more than usual. */
  bad?: boolean;
}): ReactNode {
  const { t, rich, format } = useI18n();
  if (value === null || value === undefined || base === null || base === undefined) return null;
  if (base < small) return t("change.was", { base: text(base) });
  return rich("change.from", {
    change: <b className={bad ? styles.bad : undefined}>{format.change(value, base)}</b>,
    base: text(base),
  });
}

/** "+2.75 pp from 1.02%", between two shares. */
export function ShareChange({
  value,
  base,
  bad = false,
}: {
  value: number | null | undefined;
  base: number | null | undefined;
  bad?: boolean;
}): ReactNode {
  const { rich, format } = useI18n();
  if (value === null || value === undefined || base === null || base === undefined) return null;
  return rich("change.from", {
    change: <b className={bad ? styles.bad : undefined}>{format.points(value, base)}</b>,
    base: format.share(base),
  });
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
