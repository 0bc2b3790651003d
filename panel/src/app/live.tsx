import { createContext, type ReactNode, use, useEffect, useState } from "react";
import { hub, type LiveState } from "../api/live";
import { queryClient, statusQuery } from "../api/queries";
import { leaveToLogin } from "./session";

const LiveContext = createContext<LiveState>({ kind: "stopped" });

/** What the push connection of this browser is doing. */
export function useLiveState(): LiveState {
  return use(LiveContext);
}

/** Runs the push connection while somebody is logged in, and keeps the status document fresh from it. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<LiveState>(hub.state);
  useEffect(() => {
    const leave = hub.subscribe({
      onState: setState,
      onStatus: (status) => {
        queryClient.setQueryData(statusQuery.queryKey, (before) => (before ? { ...before, ...status } : before));
      },
      onSignedOut: leaveToLogin,
    });
    hub.start();
    setState(hub.state);
    return () => {
      leave();
      hub.stop();
    };
  }, []);
  return <LiveContext value={state}>{children}</LiveContext>;
}
