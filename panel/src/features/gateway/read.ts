import { useQuery } from "@tanstack/react-query";
import { type Loaded, loadedOf } from "../../app/data";

/** All answers of the gateway's own routes; forgotten when somebody signs out. */
export const GATEWAY = "gateway";

/** Reads one of the gateway's own routes. `every`: again and again while the page is visible, where nothing pushes. */
export function useGateway<T>(
  name: string,
  read: (signal: AbortSignal) => Promise<T>,
  { enabled = true, every }: { enabled?: boolean; every?: number } = {},
): Loaded<T> {
  return loadedOf(
    useQuery({
      queryKey: [GATEWAY, name],
      queryFn: ({ signal }) => read(signal),
      // Each call costs CPA a bcrypt comparison.
      staleTime: every ?? 5 * 60_000,
      retry: false,
      enabled,
      ...(every ? { refetchInterval: every } : {}),
    }),
  );
}
