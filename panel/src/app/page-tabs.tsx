import { Link } from "@tanstack/react-router";
import styles from "./page-tabs.module.css";

export interface PageTab {
  id: string;
  label: string;
  /** Shown beside the label. */
  count?: string | undefined;
  /** The address that shows it. */
  search: object;
}

/** Row 3 of the header: parts of a page, each with an address. */
export function PageTabs({ label, tabs, current }: { label: string; tabs: readonly PageTab[]; current: string }) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map((tab) => (
        <Link
          key={tab.id}
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
