import { useQuery } from "@tanstack/react-query";
import type { LiveState } from "../../api/live";
import { statusQuery } from "../../api/queries";
import type { Gap, LiveStatus } from "../../api/types";
import { useLiveState } from "../../app/live";
import { type I18n, type Key, useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import type { State } from "../../ui/status";

/** How far the stored requests are complete, in one line. */
export interface Collection {
  state: State;
  text: string;
  /** For a phone's header. */
  short: string;
  note?: string | undefined;
}

/** Words for the ways in which records arrive. */
export const TRANSPORTS: Readonly<Record<string, Key | undefined>> = {
  subscribe: "transport.subscribe",
  http: "transport.http",
  resp: "transport.resp",
};

const DAY_MS = 86_400_000;
/** The manager tells how far it is at least every 15 s. Further behind than this, records wait to be written. */
const BEHIND_MS = 60_000;
/** One of these missed, with room for a slow network: the manager may hang, so nothing is called complete. */
const SILENT_MS = 20_000;

/** Lossy gaps that touch the time since `from`. */
export function gapsSince(gaps: readonly Gap[], from: number): Gap[] {
  return gaps.filter((gap) => gap.lossy && (gap.toMs ?? Number.POSITIVE_INFINITY) >= from);
}

export function describeCollection(
  status: LiveStatus | undefined,
  live: LiveState,
  now: number,
  { t, format }: Pick<I18n, "t" | "format">,
  /** When the manager last told how it is. */
  toldAt = now,
): Collection {
  if (!status) return { state: "unknown", text: t("collection.asking"), short: t("collection.asking") };
  const { collector, database } = status;
  const recent = gapsSince(status.gaps, now - DAY_MS);
  const note = recent.length > 0 ? t("collection.gaps", { n: recent.length }) : undefined;
  const until = collector.completeUntil ?? null;
  const say = (state: State, text: string, short = text): Collection => ({ state, text, short, note });

  if (live.kind === "retrying") {
    const at = format.moment(live.lostAt, now);
    return say("stale", t("collection.stale", { time: at }), at);
  }
  if (!["ok", "checking", "unchecked"].includes(database.state)) {
    return say("bad", t("collection.database"), t("collection.databaseShort"));
  }
  switch (collector.state) {
    case "key_refused":
      return say("bad", t("collection.keyRefused"), t("collection.keyRefusedShort"));
    case "banned":
      return say("bad", t("collection.banned"), t("collection.bannedShort"));
    case "error":
      return say("bad", t("collection.error"), t("collection.errorShort"));
    case "stopped":
      return say("unknown", t("collection.stopped"), t("collection.stoppedShort"));
    case "running":
      break;
    default:
      return say("unknown", t("collection.connecting"), t("collection.connectingShort"));
  }
  if (recent.some((gap) => (gap.toMs ?? null) === null)) {
    return say("warn", t("collection.gapGrows"), t("collection.gapGrowsShort"));
  }
  if (until === null) return say("unknown", t("collection.unknownUntil"), t("collection.unknownUntilShort"));
  const time = format.moment(until, now);
  if (now - until > BEHIND_MS) return say("warn", t("collection.behind", { time }), time);
  if (now - toldAt > SILENT_MS) {
    const told = format.moment(toldAt, now);
    return say("stale", t("collection.stale", { time: told }), told);
  }
  return say("ok", t("collection.complete", { time }), time);
}

/** Whether the gateway answers, as far as collecting from it shows; what was read of it once proves nothing of now. */
export function gatewayState(collector: LiveStatus["collector"] | undefined, live: LiveState): State {
  if (!collector?.gateway) return "unknown";
  if (live.kind === "retrying") return "stale";
  if (["key_refused", "banned", "error"].includes(collector.state)) return "bad";
  if (collector.state !== "running") return "unknown";
  return collector.gateway.warnings.some(({ code }) => code === "facts_unavailable") ? "warn" : "ok";
}

export function useCollection(): Collection {
  const i18n = useI18n();
  const live = useLiveState();
  const now = useNow(5_000);
  const { data, dataUpdatedAt } = useQuery(statusQuery);
  return describeCollection(data, live, now, i18n, dataUpdatedAt);
}
