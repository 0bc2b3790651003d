import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { RangeSearch } from "../lib/range";
import type { FilterSearch, ViewSearch } from "../lib/view";

/** To the requests behind a figure, with range and filters in sight there. */
export function ToRequests({
  search,
  className,
  children,
  ...rest
}: {
  search: RangeSearch & FilterSearch;
  className?: string | undefined;
  children: ReactNode;
  id?: string;
  tabIndex?: number;
  onFocus?(): void;
}) {
  const { compare: _, ...wanted } = search as ViewSearch;
  return (
    <Link to="/requests" search={wanted as never} className={className} {...rest}>
      {children}
    </Link>
  );
}
