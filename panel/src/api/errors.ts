/** An answer that is not the wanted one, or no answer at all. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    /** HTTP status; 0 when the manager could not be reached. */
    readonly status: number,
    /** The manager's stable code, or `network`, `timeout`, `unreadable`. */
    readonly code: string,
    message: string,
    /** What to do next, in the manager's words. */
    readonly hint: string | undefined,
    /** Seconds until another attempt makes sense. */
    readonly retryAfter: number | undefined,
    /** The gateway gave this answer; the manager only passed it on. */
    readonly relayed = false,
  ) {
    super(message);
  }

  get unreachable(): boolean {
    return this.status === 0;
  }
}

/** On every answer of the gateway that the manager passes on. */
const UPSTREAM_MARK = "x-cpamp-upstream";

/** Whether an answer is the gateway's, passed on by the manager. */
export function isRelayed(headers: Headers): boolean {
  return headers.get(UPSTREAM_MARK) !== null;
}

/** The JSON of an answer; nothing where it is empty, or an error's body is none: a proxy's error page. */
export async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch (error) {
    // A success without JSON is not an answer.
    if (response.ok) throw error;
    return undefined;
  }
}

/** Reads the manager's error body; tolerates answers of proxies in between. */
export function errorOf(status: number, body: unknown, headers: Headers): ApiError {
  const found: Record<string, unknown> = typeof body === "object" && body !== null ? { ...body } : {};
  const words = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const seconds = Number(found.retry_after_seconds ?? headers.get("retry-after") ?? Number.NaN);
  // The contract has one code for every refusal of the gateway's management API; the reason says which one it was.
  const reason = isRelayed(headers) ? undefined : words(found.reason);
  return new ApiError(
    status,
    reason ?? words(found.code) ?? `http_${status}`,
    words(found.error) ?? `HTTP ${status}`,
    words(found.hint),
    Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : undefined,
    isRelayed(headers),
  );
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const aborted = error instanceof DOMException && error.name === "TimeoutError";
  const text = error instanceof Error ? error.message : String(error);
  return new ApiError(0, aborted ? "timeout" : "network", text, undefined, undefined);
}
