import type { ReactNode } from "react";
import { useId } from "react";
import styles from "./panel.module.css";

/** A framed part of a page with a name. */
export function Panel({
  title,
  note,
  actions,
  children,
  flush = false,
  busy = false,
}: {
  title: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** The content brings its own padding. */
  flush?: boolean;
  /** What it shows is of the view before, and that of this one is being read. */
  busy?: boolean;
}) {
  const id = useId();
  return (
    <section className={styles.panel} aria-labelledby={id} aria-busy={busy || undefined}>
      <header className={styles.head}>
        <h2 id={id}>{title}</h2>
        {note ? <span className={`${styles.note} ${busy ? "changing" : ""}`}>{note}</span> : null}
        <span className="grow" />
        {actions}
      </header>
      <div className={`${flush ? "" : styles.body} ${busy ? "changing" : ""}`}>{children}</div>
    </section>
  );
}

/** Names and values. */
export function Definitions({ items }: { items: readonly { name: ReactNode; value: ReactNode; key?: string }[] }) {
  return (
    <dl className={styles.definitions}>
      {items.map((item, index) => (
        <div key={item.key ?? index}>
          <dt>{item.name}</dt>
          <dd>{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Why there is nothing, and the nearest way out. */
export function Empty({ title, children, actions }: { title: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <b>{title}</b>
      {children ? <p>{children}</p> : null}
      {actions ? <div className={styles.emptyActions}>{actions}</div> : null}
    </div>
  );
}

/** Still blocks while something is being read. They appear after 150 ms; before that the place stays empty. */
export function Skeleton({ lines = 5, label }: { lines?: number; label: string }) {
  return (
    <div className={styles.skeleton} role="status">
      <span className="sr">{label}</span>
      {Array.from({ length: lines }, (_, index) => (
        <i key={index} style={{ width: `${[40, 92, 85, 88, 60][index % 5]}%` }} />
      ))}
      <span className={styles.slow} aria-hidden="true">
        {label}
      </span>
    </div>
  );
}
