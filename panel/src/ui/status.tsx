import type { ReactNode } from "react";
import styles from "./status.module.css";

/** The five states. Each has a shape, a word and a colour. */
export type State = "ok" | "warn" | "bad" | "unknown" | "stale";

const SHAPES: Record<State, ReactNode> = {
  ok: <circle cx="6" cy="6" r="4" fill="var(--ok-mark)" />,
  warn: (
    <>
      <path d="M6 .8 11.600 11H.4z" fill="var(--warn-mark)" />
      <path d="M6 4.300v3M6 8.900v.3" stroke="var(--surface)" strokeWidth="1.300" strokeLinecap="round" />
    </>
  ),
  bad: (
    <>
      <rect x=".7" y=".7" width="10.600" height="10.600" rx="1.500" fill="var(--bad-mark)" />
      <path
        d="M3.700 3.700l4.600 4.600M8.300 3.700 3.700 8.300"
        stroke="var(--surface)"
        strokeWidth="1.500"
        strokeLinecap="round"
      />
    </>
  ),
  unknown: (
    <circle
      cx="6"
      cy="6"
      r="4.700"
      fill="none"
      stroke="var(--unknown)"
      strokeWidth="1.300"
      strokeDasharray="2.200 1.500"
    />
  ),
  stale: (
    <>
      <circle cx="6" cy="6" r="4.900" fill="none" stroke="var(--stale)" strokeWidth="1.300" />
      <path d="M6 3.200V6l2 1.400" fill="none" stroke="var(--stale)" strokeWidth="1.300" strokeLinecap="round" />
    </>
  ),
};

export function StatusMark({ state }: { state: State }) {
  return (
    <svg className={styles.mark} viewBox="0 0 12 12" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}

/** Mark and word. Ordinary text colour when all is well: healthy is quiet. */
export function Status({ state, children }: { state: State; children: ReactNode }) {
  return (
    <span className={`${styles.status} ${styles[state] ?? ""}`}>
      <StatusMark state={state} />
      {children}
    </span>
  );
}

export function Badge({ state, children }: { state: State; children: ReactNode }) {
  return (
    <span className={`${styles.badge} ${styles[`${state}Badge`] ?? ""}`}>
      <StatusMark state={state} />
      {children}
    </span>
  );
}
