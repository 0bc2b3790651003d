import type { ReactNode } from "react";
import styles from "./banner.module.css";
import { type State, StatusMark } from "./status";

/** A statement across its container: what happened, then what to do. */
export function Banner({
  state,
  title,
  children,
  action,
  alert = false,
}: {
  state: Exclude<State, "ok"> | "ok";
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  /** Speak at once: the person's own act failed. */
  alert?: boolean;
}) {
  return (
    <div className={`${styles.banner} ${styles[state] ?? ""}`} role={alert ? "alert" : "status"}>
      <StatusMark state={state} />
      <div className={styles.text}>
        <b>{title}</b>
        {children ? <div>{children}</div> : null}
      </div>
      {action ? <div className={styles.action}>{action}</div> : null}
    </div>
  );
}
