import { type ApiError, asApiError } from "../../api/errors";
import type { ImportResult, ImportSession } from "../../api/manage-types";

export type ImportPhase =
  | "idle"
  | "preparing"
  | "uploading"
  | "paused"
  | "processing"
  | "completed"
  | "failed"
  | "cancelled";

export interface ImportState {
  phase: ImportPhase;
  filename: string;
  size: number;
  sent: number;
  result: ImportResult | null;
  error: ApiError | string | null;
  /** The manager says that the same work may be tried again. */
  retryable: boolean;
  /** A session of before is waiting for its file. */
  waitsForFile: boolean;
}

export interface ImportApi {
  create(body: { filename: string; size_bytes: number; resume_key: string }): Promise<ImportSession>;
  read(id: string): Promise<ImportSession>;
  chunk(id: string, offset: number, bytes: Blob, signal: AbortSignal): Promise<ImportSession>;
  complete(id: string): Promise<ImportSession>;
  cancel(id: string): Promise<ImportSession>;
}

export interface ImportDeps {
  api: ImportApi;
  /** Where the session survives a reload. */
  store: { read(): string | null; write(value: string | null): void };
  wait(ms: number): Promise<void>;
}

interface Kept {
  id: string;
  key: string;
  filename: string;
  size: number;
}

const POLL_MS = 500;
const TRIES = 4;
const START: ImportState = {
  phase: "idle",
  filename: "",
  size: 0,
  sent: 0,
  result: null,
  error: null,
  retryable: false,
  waitsForFile: false,
};

/** 32 hexadecimal digits out of what the file says of itself: the same file finds its upload again. */
export function resumeKey(file: Pick<File, "name" | "size" | "lastModified">): string {
  const text = `${file.name}\0${file.size}\0${file.lastModified}`;
  // Four times FNV-1a with other beginnings. It tells files apart; it keeps no secret.
  return [0x811c9dc5, 0x01000193, 0xdeadbeef, 0x9e3779b9]
    .map((seed) => {
      let hash = seed >>> 0;
      for (let index = 0; index < text.length; index += 1) {
        hash ^= text.charCodeAt(index);
        hash = Math.imul(hash, 0x01000193) >>> 0;
      }
      return hash.toString(16).padStart(8, "0");
    })
    .join("");
}

/** Sends a file in chunks and follows what the manager does with it. It can be paused, goes on after a reload, and can be called off. */
export class ImportEngine {
  private state: ImportState = START;
  private readonly listeners = new Set<() => void>();
  private file: File | null = null;
  private kept: Kept | null = null;
  private abort = new AbortController();
  private run = 0;

  constructor(private readonly deps: ImportDeps) {}

  getState = (): ImportState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Takes up what was going on before a reload. */
  async restore(): Promise<void> {
    if (this.state.phase !== "idle") return;
    const kept = readKept(this.deps.store.read());
    if (!kept) return;
    this.kept = kept;
    const run = ++this.run;
    try {
      const session = await this.deps.api.read(kept.id);
      if (run !== this.run) return;
      this.patch({ filename: kept.filename, size: kept.size, sent: session.received_bytes });
      if (session.status === "uploading") this.patch({ phase: "paused", waitsForFile: true });
      else await this.follow(session, run);
    } catch (error) {
      if (run !== this.run) return;
      const found = asApiError(error);
      // It is gone, or the manager is away: then nobody knows how far it is, and it can be asked again.
      if (found.status === 404) this.forget();
      else {
        const { filename, size } = kept;
        this.patch({ filename, size, phase: "failed", error: found, retryable: true });
      }
    }
  }

  async start(file: File): Promise<void> {
    const key = resumeKey(file);
    this.file = file;
    this.abort = new AbortController();
    const run = ++this.run;
    this.patch({ ...START, phase: "preparing", filename: file.name, size: file.size });
    try {
      const session = await this.deps.api.create({ filename: file.name, size_bytes: file.size, resume_key: key });
      if (run !== this.run) return;
      this.kept = { id: session.id, key, filename: file.name, size: file.size };
      this.deps.store.write(JSON.stringify(this.kept));
      await this.upload(session, run);
    } catch (error) {
      this.fail(error, run);
    }
  }

  pause(): void {
    if (this.state.phase !== "uploading") return;
    this.run += 1;
    this.abort.abort();
    this.patch({ phase: "paused" });
  }

  /** Goes on from where the manager is. After a reload the file must be chosen again. */
  async resume(): Promise<void> {
    const { kept, file } = this;
    if (!kept) return;
    if (!file && this.state.waitsForFile) return;
    this.abort = new AbortController();
    const run = ++this.run;
    this.patch({ phase: "preparing", error: null, retryable: false });
    try {
      const session = await this.deps.api.read(kept.id);
      if (run !== this.run) return;
      if (session.status === "failed" && session.retryable) {
        await this.follow(await this.deps.api.complete(kept.id), run);
      } else await this.upload(session, run);
    } catch (error) {
      this.fail(error, run);
    }
  }

  async cancel(): Promise<void> {
    const { kept } = this;
    this.abort.abort();
    const run = ++this.run;
    if (!kept) {
      this.patch({ ...START, phase: "cancelled" });
      return;
    }
    try {
      let session = await this.deps.api.cancel(kept.id);
      while (session.status === "processing") {
        await this.deps.wait(POLL_MS);
        session = await this.deps.api.read(kept.id);
      }
      if (run === this.run) this.finish(session);
    } catch (error) {
      this.fail(error, run);
    }
  }

  /** Back to the beginning. */
  reset(): void {
    this.run += 1;
    this.abort.abort();
    this.forget();
    this.file = null;
    this.patch(START);
  }

  private async upload(first: ImportSession, run: number): Promise<void> {
    let session = first;
    const { file } = this;
    if (session.status === "uploading" && !file) {
      this.patch({ phase: "paused", waitsForFile: true, sent: session.received_bytes });
      return;
    }
    let tries = 0;
    while (session.status === "uploading" && file) {
      this.patch({ phase: "uploading", sent: session.received_bytes, waitsForFile: false });
      const from = session.received_bytes;
      const bytes = file.slice(from, Math.min(file.size, from + session.chunk_size_bytes));
      try {
        session = await this.deps.api.chunk(session.id, from, bytes, this.abort.signal);
        tries = 0;
      } catch (error) {
        if (run !== this.run) return;
        const found = asApiError(error);
        tries += 1;
        // A lost answer may have been a stored chunk: the manager says how far it is.
        if (tries >= TRIES || !(found.unreachable || found.status === 409 || found.status >= 500)) throw error;
        await this.deps.wait(POLL_MS * 2 ** tries);
        if (run !== this.run) return;
        session = await this.deps.api.read(session.id);
      }
      if (run !== this.run) return;
    }
    this.patch({ sent: session.received_bytes });
    if (session.status === "ready") session = await this.deps.api.complete(session.id);
    if (run === this.run) await this.follow(session, run);
  }

  private async follow(first: ImportSession, run: number): Promise<void> {
    let session = first;
    let misses = 0;
    while (session.status === "processing" || session.status === "ready") {
      this.patch({ phase: "processing", sent: session.received_bytes, result: session.result ?? null });
      await this.deps.wait(POLL_MS);
      if (run !== this.run) return;
      try {
        session = await this.deps.api.read(session.id);
        misses = 0;
      } catch (error) {
        misses += 1;
        if (misses >= TRIES) throw error;
      }
      if (run !== this.run) return;
    }
    this.finish(session);
  }

  private finish(session: ImportSession): void {
    const phase =
      session.status === "completed" ? "completed" : session.status === "cancelled" ? "cancelled" : "failed";
    this.patch({
      phase,
      sent: session.received_bytes,
      result: session.result ?? null,
      error: session.error ?? null,
      retryable: session.retryable,
    });
    if (!(phase === "failed" && session.retryable)) this.forget();
  }

  private fail(error: unknown, run: number): void {
    if (run !== this.run) return;
    const found = asApiError(error);
    const again = found.unreachable || found.status === 409 || found.status >= 500;
    this.patch({ phase: "failed", error: found, retryable: again && this.kept !== null });
    if (!again) this.forget();
  }

  private forget(): void {
    this.kept = null;
    this.deps.store.write(null);
  }

  private patch(change: Partial<ImportState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of [...this.listeners]) listener();
  }
}

function readKept(text: string | null): Kept | null {
  try {
    const found: unknown = JSON.parse(text ?? "null");
    if (typeof found !== "object" || found === null) return null;
    const { id, key, filename, size } = found as Record<string, unknown>;
    const valid = typeof id === "string" && typeof key === "string" && typeof filename === "string";
    return valid && typeof size === "number" ? { id, key, filename, size } : null;
  } catch {
    return null;
  }
}
