import { infoQuery, queryClient } from "../../api/queries";
import { comparedQuery, findingsQuery, questionQuery } from "../../app/data";
import type { ViewSearch } from "../../lib/view";
import { settingsQuery } from "../gateway/read";
import { ACCOUNTS } from "./accounts";
import { FIGURES, RATE, recently } from "./figures";
import { TRAFFIC } from "./traffic";

/** Asks what stands highest on the page while it is still being drawn. Its parts then find their questions asked. */
export function askEarly(search: ViewSearch, zone: string): void {
  void queryClient.prefetchQuery(findingsQuery);
  void queryClient.prefetchQuery(questionQuery(search, zone, FIGURES));
  void queryClient.prefetchQuery(questionQuery(search, zone, TRAFFIC, "auto"));
  void queryClient.prefetchQuery(questionQuery(search, zone, ACCOUNTS));
  void queryClient.prefetchQuery(comparedQuery(search, zone, FIGURES));
  void queryClient.prefetchQuery(questionQuery(recently(search), zone, RATE));
  // What takes longest of all: the gateway takes its time over each call.
  if (queryClient.getQueryData(infoQuery.queryKey)?.configured) void queryClient.prefetchQuery(settingsQuery);
}
