import { infoQuery, queryClient } from "../../api/queries";
import {
  clientKeysQuery,
  comparedQuery,
  credentialsQuery,
  findingsQuery,
  modelsQuery,
  questionQuery,
} from "../../app/data";
import type { ViewSearch } from "../../lib/view";
import { startOf } from "../../lib/zone";
import { errorLogsQuery, settingsQuery } from "../gateway/read";
import {
  ACCOUNTS,
  CAUSES,
  FIGURES,
  FIGURES_AND_MIX,
  failedOnly,
  MODELS,
  newestQuery,
  RATE,
  recently,
  TRAFFIC,
  todayQuery,
} from "./questions";

/** Asks what stands on the page before it is drawn. Its parts then find their questions asked, most of them answered. */
export function askEarly(search: ViewSearch, zone: string): Promise<unknown> {
  return Promise.all([askGateway(), askStored(search, zone)]);
}

/** What changes with the view: the stored requests. */
export function askStored(search: ViewSearch, zone: string): Promise<unknown> {
  const ask = queryClient.prefetchQuery.bind(queryClient);
  return Promise.all([
    ask(findingsQuery),
    ask(questionQuery(search, zone, FIGURES_AND_MIX)),
    ask(questionQuery(search, zone, TRAFFIC, "auto")),
    ask(questionQuery(search, zone, ACCOUNTS)),
    ask(comparedQuery(search, zone, FIGURES)),
    ask(questionQuery(recently(search), zone, RATE)),
    ask(questionQuery(failedOnly(search), zone, CAUSES)),
    ask(questionQuery(search, zone, MODELS)),
    ask(newestQuery(search, zone)),
    ask(todayQuery(startOf("day", Date.now(), zone), zone)),
  ]);
}

/**
 * How long a failed question to the gateway is not sent again when somebody comes to the page, in milliseconds. It may be
 * out of reach, and it counts refusals.
 */
const FAILED_MS = 60_000;

/** What takes longest of all, so it begins as soon as it is known that there is a gateway. */
async function askGateway(): Promise<void> {
  const info = await queryClient.ensureQueryData(infoQuery).catch(() => null);
  if (!info?.configured) return;
  const ask: typeof queryClient.prefetchQuery = async (query) => {
    const state = queryClient.getQueryState(query.queryKey);
    if (state?.status === "error" && Date.now() - state.errorUpdatedAt < FAILED_MS) return;
    await queryClient.prefetchQuery(query);
  };
  // In the order in which they get their turn: the last one is two calls to the gateway.
  await Promise.all([
    ask(settingsQuery),
    ask(errorLogsQuery),
    ask(credentialsQuery),
    ask(clientKeysQuery),
    ask(modelsQuery),
  ]);
}

/** The frame of the page stands this long before empty places are drawn into it, in milliseconds. */
const PATIENCE_MS = 150;

let begun = false;

/** From now on there is a page to be seen while another one is read. */
export function noteVisit(): void {
  begun = true;
}

/**
 * The same for somebody who comes to the page. When that begins a visit, what is answered at once is there when the page is
 * first drawn; later nothing waits.
 */
export async function askFirst(search: ViewSearch, zone: string): Promise<void> {
  const asked = askEarly(search, zone);
  if (begun) return;
  await Promise.race([asked, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
}
