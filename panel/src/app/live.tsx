import { createContext, type ReactNode, use, useEffect, useState } from "react";
import { hub, type LiveState } from "../api/live";
import { queryClient, statusQuery } from "../api/queries";
import { throttle } from "../lib/throttle";
import { DATA } from "./data-key";
import { dueOf } from "./pace";
import { leaveToLogin } from "./session";

const LiveContext = createContext<LiveState>({ kind: "stopped" });

/** Figures follow the stream at most this often, those of long ranges less (`paceOf`); a page in the background less. */
const FOLLOW_MS = 2_000;
const FOLLOW_HIDDEN_MS = 30_000;

/** What the push connection of this browser is doing. */
export function useLiveState(): LiveState {
  return use(LiveContext);
}

/** Runs the push connection while somebody is logged in, and keeps status and figures fresh from it. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<LiveState>(hub.state);
  useEffect(() => {
    let changedAt = 0;
    let later: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      clearTimeout(later);
      const now = Date.now();
      const due = new Map(
        queryClient
          .getQueryCache()
          .findAll({ queryKey: [DATA], type: "active" })
          .flatMap((query) => {
            const follower = { readAt: query.state.dataUpdatedAt, pace: Number(query.meta?.pace ?? 0) };
            const due = dueOf(follower, changedAt, now);
            // What is being read may have been asked before the change: it is read again after that.
            const at = due !== null && query.state.fetchStatus === "fetching" ? Math.max(due, now + FOLLOW_MS) : due;
            return at === null ? [] : [[query.queryHash, at] as const];
          }),
      );
      // What is on no page now is only marked: it is read when it comes into sight.
      void queryClient.invalidateQueries({ queryKey: [DATA], type: "inactive", refetchType: "none" });
      void queryClient.invalidateQueries(
        {
          queryKey: [DATA],
          refetchType: "active",
          predicate: ({ queryHash }) => (due.get(queryHash) ?? now + 1) <= now,
        },
        { cancelRefetch: false },
      );
      const next = Math.min(...[...due.values()].filter((at) => at > now));
      // Also without another change, everything gets to know of this one.
      if (Number.isFinite(next)) later = setTimeout(follow.call, next - now);
    };
    const follow = throttle(
      read,
      () => (document.visibilityState === "visible" ? FOLLOW_MS : FOLLOW_HIDDEN_MS),
      // The page has just begun to read everything.
      Date.now(),
    );
    const changed = () => {
      changedAt = Date.now();
      follow.call();
    };
    let generation: number | null = null;
    const leave = hub.subscribe({
      onState: (next) => {
        setState(next);
        // The stream began again: whatever was missed is read now.
        if (next.kind === "live") changed();
      },
      onStatus: (status) => {
        queryClient.setQueryData(statusQuery.queryKey, (before) => (before ? { ...before, ...status } : before));
      },
      onEvents: changed,
      onGeneration: (next) => {
        if (generation !== null && next !== generation) changed();
        generation = next;
      },
      onSignedOut: leaveToLogin,
    });
    hub.start();
    setState(hub.state);
    return () => {
      leave();
      follow.stop();
      clearTimeout(later);
      hub.stop();
    };
  }, []);
  return <LiveContext value={state}>{children}</LiveContext>;
}
