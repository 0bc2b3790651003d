import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type AuditTrail, audit } from "../../api/audit";
import { type Loaded, loadedOf, ofViewBefore } from "../../app/data";
import { useI18n } from "../../i18n";
import { type AuditSearch, auditQuery, refreshed } from "./view";

const PAGE_ENTRIES = 200;
/** Reading begins when the page is scrolled further than this: what is read is not moved then. */
const READING_PX = 8;

export interface Trail {
  /** Everything read so far, as one page: to its `next_before` there are older ones. While `changing`, of the view before. */
  loaded: Loaded<AuditTrail>;
  older: "more" | "loading" | "failed" | "end";
  more(): void;
}

/** The entries of a view: the newest ones, which are read anew, and older ones on demand. */
export function useTrail(search: AuditSearch): Trail {
  const client = useQueryClient();
  const { format } = useI18n();
  const zone = format.timeZone;
  const { drawer: _drawer, ...asked } = search;
  const queryKey = ["audit", asked, zone];
  const address = JSON.stringify(queryKey);
  const [reading, setReading] = useState({ address, state: "more" as Trail["older"] });
  const ask = (before: number | undefined, signal?: AbortSignal) =>
    audit.page(auditQuery(asked, Date.now(), zone), { limit: PAGE_ENTRIES, before }, signal);
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => refreshed(await ask(undefined, signal), client.getQueryData(queryKey)),
    // What was done a moment ago is what somebody comes here for.
    staleTime: 0,
    placeholderData: ofViewBefore(queryKey),
    refetchOnWindowFocus: () => window.scrollY <= READING_PX,
  });
  const next = query.data?.next_before ?? undefined;
  const loaded = loadedOf(query);
  // That the view before had none says nothing of this one.
  const none = loaded.changing && query.data?.entries.length === 0;
  const state = reading.address === address ? reading.state : "more";
  const more = async () => {
    setReading({ address, state: "loading" });
    try {
      const older = await ask(next);
      client.setQueryData<AuditTrail>(queryKey, (shown) =>
        // What was read anew meanwhile may end elsewhere.
        shown && shown.next_before === next ? { ...older, entries: [...shown.entries, ...older.entries] } : shown,
      );
      setReading({ address, state: "more" });
    } catch {
      setReading({ address, state: "failed" });
    }
  };
  return {
    loaded: none ? { ...loaded, data: undefined } : loaded,
    older: loaded.changing ? "loading" : next === undefined ? "end" : state,
    more: () => void more(),
  };
}
