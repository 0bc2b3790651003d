import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { ViewSearch } from "../lib/view";

/** To usage analytics, with the range and the filters of this view. */
export function UsageLink({
  search,
  className,
  children,
}: {
  search: ViewSearch;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Link to="/usage" search={search as never} className={className}>
      {children}
    </Link>
  );
}
