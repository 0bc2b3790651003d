import { api } from "../api/client";
import { asApiError } from "../api/errors";
import { hub } from "../api/live";
import { infoQuery, queryClient, sessionQuery } from "../api/queries";
import { forgetNotices } from "../ui/toast";
import { noteInside } from "./boot";

/** Set by the router; sends the person to the login page and remembers where they were. */
let goToLogin: () => void = () => {};

export function setLoginRedirect(redirect: () => void): void {
  goToLogin = redirect;
}

let setupSkipped = false;

/** A person chose to look at what is stored before connecting a gateway. Lasts until the page is closed. */
export function skipSetup(): void {
  setupSkipped = true;
}

/** The session is over, here or in another tab. */
export function leaveToLogin(): void {
  queryClient.setQueryData(sessionQuery.queryKey, null);
  noteInside(false);
  goToLogin();
  forgetNotices();
  // What was sent, which may hold keys.
  queryClient.getMutationCache().clear();
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" && query.queryKey[0] !== "info" });
}

type Ask = () => Promise<boolean>;
const asks = new Set<Ask>();

/** What is asked before the session ends here: whether that may be. Returns what takes the question away. */
export function askBeforeSignOut(ask: Ask): () => void {
  asks.add(ask);
  return () => {
    asks.delete(ask);
  };
}

/** Ends the session, unless a person would rather keep what is not saved: without a session it could not be. */
export async function signOut(): Promise<void> {
  for (const ask of [...asks]) if (!(await ask())) return;
  try {
    await api.logout();
  } catch (error) {
    // Where there is no session any more, it has ended. Otherwise its cookie would let anybody in.
    if (asApiError(error).status !== 401) throw error;
  }
  hub.signOut();
  leaveToLogin();
}

/** Whether the setup page comes first. */
export async function needsSetup(): Promise<boolean> {
  if (setupSkipped) return false;
  const info = await queryClient.ensureQueryData(infoQuery);
  return info.setupRequired || info.connectionState === "reentry_required";
}
