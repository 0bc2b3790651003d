import { type QueryKey, useQuery } from "@tanstack/react-query";
import { gateway } from "../../api/gateway";
import { queryClient } from "../../api/queries";
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

/**
 * How many logs of failed requests the gateway keeps; `null` while it logs all of them, which its settings tell: the manager
 * has them already, so the gateway is asked one thing less.
 */
export const errorLogsQuery = {
  queryKey: [GATEWAY, "error-logs"],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<number | null> => {
    const { requestLog } = await queryClient.fetchQuery(settingsQuery);
    return requestLog === true ? null : gateway.errorLogFiles(signal);
  },
  staleTime: 5 * 60_000,
  retry: false,
} as const;

/** Reads one of the gateway's own routes. */
export function useGateway<T>(name: string, read: (signal: AbortSignal) => Promise<T>, reading: Reading = {}) {
  return useRead({ queryKey: [GATEWAY, name], queryFn: ({ signal }) => read(signal) }, reading);
}

/** The same for a query that other pages have, too. */
export function useRead<T>(
  query: {
    queryKey: QueryKey;
    queryFn: (context: { signal: AbortSignal }) => Promise<T>;
    /** Whether a part of a page that comes into sight asks again for what has failed; it does without. */
    retryOnMount?: boolean;
  },
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
