import { createContext, type ReactNode, use, useEffect, useState } from "react";
import { hub, type LiveState } from "../api/live";
import { queryClient, statusQuery } from "../api/queries";
import { throttle } from "../lib/throttle";
import { leaveToLogin } from "./session";

const LiveContext = createContext<LiveState>({ kind: "stopped" });

/** Figures follow the stream at most this often; a page in the background less. */
const FOLLOW_MS = 2_000;
const FOLLOW_HIDDEN_MS = 30_000;
/** Begins the key of every query whose answer changes with the stored requests. */
export const DATA = "data";

/** What the push connection of this browser is doing. */
export function useLiveState(): LiveState {
  return use(LiveContext);
}

/** Runs the push connection while somebody is logged in, and keeps status and figures fresh from it. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<LiveState>(hub.state);
  useEffect(() => {
    const follow = throttle(
      () => void queryClient.invalidateQueries({ queryKey: [DATA], refetchType: "active" }, { cancelRefetch: false }),
      () => (document.visibilityState === "visible" ? FOLLOW_MS : FOLLOW_HIDDEN_MS),
      // The page has just begun to read everything.
      Date.now(),
    );
    let generation: number | null = null;
    const leave = hub.subscribe({
      onState: (next) => {
        setState(next);
        // The stream began again: whatever was missed is read now.
        if (next.kind === "live") follow.call();
      },
      onStatus: (status) => {
        queryClient.setQueryData(statusQuery.queryKey, (before) => (before ? { ...before, ...status } : before));
      },
      onEvents: follow.call,
      onGeneration: (next) => {
        if (generation !== null && next !== generation) follow.call();
        generation = next;
      },
      onSignedOut: leaveToLogin,
    });
    hub.start();
    setState(hub.state);
    return () => {
      leave();
      follow.stop();
      hub.stop();
    };
  }, []);
  return <LiveContext value={state}>{children}</LiveContext>;
}
