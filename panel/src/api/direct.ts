/**
 * Calls that the page makes to CPA itself, where CPA hosts it. CPA bans an address for half an hour after five calls with a
 * wrong or a missing key, so one call is under way at a time: the first refusal is also the last one. The key stays in this
 * module's memory and is gone with the page.
 */
import { ApiError, asApiError, bodyOf, errorOf } from "./errors";

const TIMEOUT_MS = 30_000;

export interface Version {
  version?: string;
  built?: string;
}

interface Session {
  readonly key: string;
  /** Where calls go: nothing in front = the host of this page. */
  readonly base: string;
  /** What the answers' headers say of the gateway. */
  seen: Version;
  /** Calls asked for so far; those up to `lost.until` were waiting when the gateway could not be reached. */
  asked: number;
  lost: { until: number; error: ApiError } | null;
}

let hosted = false;
let session: Session | null = null;
/** Ends when every call that was asked for has ended. */
let turn: Promise<unknown> = Promise.resolve();
/** Told when the gateway no longer takes the key. */
let onRefused: () => void = () => {};

/** From now on no management route is asked for without a key. */
export function startHosted(value = true): void {
  hosted = value;
}

export function isHosted(): boolean {
  return hosted;
}

export function setRefusedHandler(handler: () => void): void {
  onRefused = handler;
}

/** Forgets the key; calls that wait are given up. */
export function forgetDirectKey(): void {
  session = null;
}

/** Where direct calls go; nothing = the host of this page. */
export function gatewayBase(): string {
  return session?.base ?? "";
}

/** The host that direct calls go to. */
export function gatewayHost(): string {
  return gatewayBase() === "" ? location.host : new URL(gatewayBase()).host;
}

export function gatewayVersion(): Version {
  return session?.seen ?? {};
}

async function ask(to: Session, path: string, key: string): Promise<unknown> {
  try {
    const response = await fetch(`${to.base}${path}`, {
      headers: { Accept: "application/json", Authorization: `Bearer ${key}` },
      credentials: "omit",
      cache: "no-store",
      // Never the caller's signal: a call that is taken back may have been refused already.
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const version = response.headers.get("x-cpa-version");
    const built = response.headers.get("x-cpa-build-date");
    if (version) to.seen = { version, ...(built && built !== "unknown" ? { built } : {}) };
    const found = await bodyOf(response);
    if (!response.ok) throw errorOf(response.status, found, response.headers);
    return found;
  } catch (error) {
    throw asApiError(error);
  }
}

function givenUp(): ApiError {
  return new ApiError(401, "no_key", "no management key is held; nothing was sent", undefined, undefined);
}

/** Lets the caller go when it takes its call back; the call itself goes on. */
function unless<T>(signal: AbortSignal | undefined, call: Promise<T>): Promise<T> {
  if (!signal) return call;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    call.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

async function send(own: Session, number: number, path: string, signal: AbortSignal | undefined): Promise<unknown> {
  if (session !== own) throw givenUp();
  signal?.throwIfAborted();
  // A gateway that is away is not waited for by each call in turn.
  if (own.lost && number <= own.lost.until) throw own.lost.error;
  try {
    return await ask(own, path, own.key);
  } catch (error) {
    const { status, unreachable } = asApiError(error);
    if (unreachable) own.lost = { until: own.asked, error: asApiError(error) };
    if ((status === 401 || status === 403) && session === own) {
      session = null;
      onRefused();
    }
    throw error;
  }
}

/** A management route, after all that were asked for before. */
export function getDirect(path: string, signal?: AbortSignal): Promise<unknown> {
  const own = session;
  if (own === null) return Promise.reject(givenUp());
  own.asked += 1;
  const number = own.asked;
  const call = turn.then(() => send(own, number, path, signal));
  turn = call.catch(() => {});
  return unless(signal, call);
}

/** A route of the gateway's clients, with a client's key. Refusals there are not counted. */
export async function getAsClient(path: string, key: string): Promise<unknown> {
  if (session === null) throw givenUp();
  return ask(session, path, key);
}

/** Whether CPA takes this key; one attempt only. */
export async function signInDirect(path: string, key: string, base: string): Promise<void> {
  const next: Session = { key, base, seen: {}, asked: 0, lost: null };
  session = null;
  await ask(next, path, key);
  session = next;
}
