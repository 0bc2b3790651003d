import { createContext } from "react";
import type { EventRow } from "../../api/types";

/** What the drawer knows of the list behind it: its neighbours. */
export const ListContext = createContext<{ rows: readonly EventRow[]; go(id: number): void }>({
  rows: [],
  go: () => {},
});
