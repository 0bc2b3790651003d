import type { CSSProperties, ReactElement, ReactNode } from "react";
import styles from "./metrics.module.css";
import { type State, StatusMark } from "./status";

export interface MetricProps {
  label: string;
  value: ReactNode;
  /** Small, after the value. */
  unit?: ReactNode;
  /** What the value is compared with, or made of. */
  base?: ReactNode;
  /** Only when it is not fine. */
  state?: State | undefined;
  /** Where the figure leads. */
  link?(content: ReactNode, className: string): ReactElement;
}

/** One panel of figures with hairlines. */
export function MetricStrip({
  label,
  cells = 6,
  busy = false,
  children,
}: {
  label: string;
  cells?: number;
  /** The figures are of the view before, and those of this one are being read. */
  busy?: boolean;
  children: ReactNode;
}) {
  return (
    <section
      className={`${styles.strip} ${cells > 6 ? styles.many : ""} ${busy ? "changing" : ""}`}
      style={{ "--cells": cells } as CSSProperties}
      aria-label={label}
      aria-busy={busy || undefined}
    >
      {children}
    </section>
  );
}

export function Metric({ label, value, unit, base, state, link }: MetricProps) {
  const content = (
    <>
      <span className={styles.label}>
        {state && state !== "ok" ? <StatusMark state={state} /> : null}
        {label}
      </span>
      <span className={styles.value}>
        {value}
        {unit ? <small>{unit}</small> : null}
      </span>
      <span className={styles.base}>{base ?? "\u00a0"}</span>
    </>
  );
  const className = styles.metric ?? "";
  return link ? link(content, `${className} ${styles.leads ?? ""}`) : <div className={className}>{content}</div>;
}
