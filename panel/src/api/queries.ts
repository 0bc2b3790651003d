import { QueryClient, queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import { ApiError, asApiError } from "./errors";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) => count < 2 && (asApiError(error).unreachable || asApiError(error).status >= 502),
      retryDelay: (count) => 500 * 2 ** count,
      // The manager may be on this machine: a browser without a network reaches it all the same.
      networkMode: "always",
      refetchOnReconnect: true,
      refetchOnWindowFocus: true,
      staleTime: 5_000,
    },
    mutations: { retry: false, networkMode: "always" },
  },
});

/** Who is logged in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async () => {
    try {
      return await api.session();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
  retry: 1,
});

/** What serves this page. */
export const infoQuery = queryOptions({ queryKey: ["info"], queryFn: api.info, staleTime: 10_000, retry: 1 });

/** Refreshed by the live stream; read once at the start and when the stream is away. */
export const statusQuery = queryOptions({ queryKey: ["status"], queryFn: api.status, staleTime: 30_000 });

export const configQuery = queryOptions({ queryKey: ["config"], queryFn: api.config, staleTime: 30_000 });

export const eventQuery = (id: number) =>
  queryOptions({ queryKey: ["event", id], queryFn: ({ signal }) => api.event(id, signal), staleTime: 60_000 });
