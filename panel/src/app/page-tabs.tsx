import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import styles from "./page-tabs.module.css";

export interface PageTab {
  id: string;
  label: string;
  /** Shown beside the label. */
  count?: string | undefined;
  /** The address that shows it. */
  search: object;
}

/** So much of the tab before stays in sight. */
const EDGE_PX = 60;

/** Row 3 of the header: parts of a page, each with an address. */
export function PageTabs({ label, tabs, current }: { label: string; tabs: readonly PageTab[]; current: string }) {
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    const chosen = row.current?.querySelector<HTMLElement>(`[data-tab="${current}"]`);
    // Only sideways: the page itself must not move.
    if (row.current && chosen) row.current.scrollLeft = chosen.offsetLeft - row.current.offsetLeft - EDGE_PX;
  }, [current]);
  return (
    <nav className={styles.tabs} aria-label={label} ref={row}>
      {tabs.map((tab) => (
        <Link
          key={tab.id}
          data-tab={tab.id}
          to="."
          search={tab.search as never}
          resetScroll={false}
          aria-current={tab.id === current ? "page" : undefined}
          // The router would mark every tab of the page.
          activeProps={{}}
          activeOptions={{ exact: true, includeSearch: true }}
        >
          {tab.label}
          {tab.count === undefined ? null : <span className="mid">{tab.count}</span>}
        </Link>
      ))}
    </nav>
  );
}
