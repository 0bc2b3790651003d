import { type QueryKey, useQuery } from "@tanstack/react-query";
import { gateway } from "../../api/gateway";
import { GATEWAY, type Loaded, loadedOf } from "../../app/data";

interface Reading {
  enabled?: boolean;
  /** Read again and again while the page is visible, where nothing pushes; in milliseconds. */
  every?: number;
}

/** How the gateway is set. */
export const settingsQuery = {
  queryKey: [GATEWAY, "settings"],
  queryFn: ({ signal }: { signal: AbortSignal }) => gateway.settings(signal),
  // Each call costs CPA a bcrypt comparison.
  staleTime: 5 * 60_000,
  retry: false,
} as const;

/** Reads one of the gateway's own routes. */
export function useGateway<T>(name: string, read: (signal: AbortSignal) => Promise<T>, reading: Reading = {}) {
  return useRead({ queryKey: [GATEWAY, name], queryFn: ({ signal }) => read(signal) }, reading);
}

/** The same for a query that other pages have, too. */
export function useRead<T>(
  query: { queryKey: QueryKey; queryFn: (context: { signal: AbortSignal }) => Promise<T> },
  { enabled = true, every }: Reading = {},
): Loaded<T> {
  return loadedOf(
    useQuery({
      ...query,
      // Each call costs CPA a bcrypt comparison.
      staleTime: every ?? 5 * 60_000,
      retry: false,
      enabled,
      ...(every ? { refetchInterval: every } : {}),
    }),
  );
}
