import { isRelayed } from "./errors";

interface Call {
  answer: Promise<Response>;
  /** When it was answered or failed, in milliseconds since the page began; absent while it is under way. */
  at?: number;
}

/** What `boot.js` has asked while the file was still arriving. Each answer is handed out once. */
const asked: Record<string, Call | undefined> = (globalThis as { cpampEarly?: Record<string, Call> }).cpampEarly ?? {};

/** Answers older than this are asked anew, in milliseconds: a page may have been kept in the background. */
const FRESH_MS = 10_000;

/** The answer that is on its way to this very question, however long that takes, or has just come. */
export function early(request: Request): Promise<Response> | undefined {
  const { pathname, search } = new URL(request.url);
  const call = request.method === "GET" && search === "" ? asked[pathname] : undefined;
  if (!call) return undefined;
  delete asked[pathname];
  if (call.at !== undefined && performance.now() - call.at > FRESH_MS) return undefined;
  const { signal } = request;
  // Whoever asks again may give up earlier than the one who asked first.
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    // A refusal of the manager says who was not signed in when the page began, and nothing of now. One of the gateway is
    // an answer like any other and not asked for again here: it bans whoever is refused too often.
    call.answer.then(
      (response) => resolve(response.status === 401 && !isRelayed(response.headers) ? fetch(request) : response),
      reject,
    );
  });
}
