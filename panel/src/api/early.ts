import { isRelayed } from "./errors";

/** What `boot.js` has asked while the file was still arriving. Each answer is handed out once. */
const asked: Record<string, Promise<Response> | undefined> =
  (globalThis as { cpampEarly?: Record<string, Promise<Response>> }).cpampEarly ?? {};

/** Answers older than this are asked anew, in milliseconds: a page may have been kept in the background. */
const FRESH_MS = 10_000;

/** The answer that is on its way to this very question, if there is one. */
export function early(request: Request): Promise<Response> | undefined {
  const { pathname, search } = new URL(request.url);
  const answer = request.method === "GET" && search === "" ? asked[pathname] : undefined;
  if (!answer || performance.now() > FRESH_MS) return undefined;
  delete asked[pathname];
  const { signal } = request;
  // Whoever asks again may give up earlier than the one who asked first.
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    // A refusal of the manager says who was not signed in when the page began, and nothing of now. One of the gateway is
    // not asked for twice: it bans whoever is refused too often.
    answer.then(
      (response) => resolve(response.status === 401 && !isRelayed(response.headers) ? fetch(request) : response),
      reject,
    );
  });
}
