import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { statusQuery } from "../api/queries";

const WINDOW_MS = 60_000;
const SHORTEST_MS = 5_000;

/** Records per second that the collector received, over the last minute at most. Unknown until there are two readings. */
export function useCollectorRate(): number | undefined {
  const { data, dataUpdatedAt } = useQuery(statusQuery);
  const readings = useRef<{ at: number; received: number }[]>([]);
  const received = data?.collector.counters.received;
  if (received === undefined) return undefined;
  const list = readings.current;
  const last = list.at(-1);
  // A restart counts from the beginning again.
  if (last && received < last.received) list.length = 0;
  if (!last || dataUpdatedAt > last.at) list.push({ at: dataUpdatedAt, received });
  while (list[0] && dataUpdatedAt - list[0].at > WINDOW_MS) list.shift();
  const first = list[0];
  if (!first || dataUpdatedAt - first.at < SHORTEST_MS) return undefined;
  return ((received - first.received) * 1000) / (dataUpdatedAt - first.at);
}
