import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../api/errors";
import type { ImportSession } from "../../api/manage-types";
import { ImportEngine, resumeKey } from "./import-engine";

/** The manager's side: one session in chunks of four bytes. */
class Manager {
  session: ImportSession | null = null;
  text = "";
  offsets: number[] = [];
  /** Thrown by the next chunk. */
  refuse: ApiError[] = [];
  polls = 0;
  /** How many polls the work takes. */
  work = 2;
  end: Partial<ImportSession> = { status: "completed" };

  api = {
    create: async ({ filename, size_bytes }: { filename: string; size_bytes: number; resume_key: string }) => {
      this.session ??= {
        id: "f".repeat(32),
        filename,
        size_bytes,
        received_bytes: 0,
        chunk_size_bytes: 4,
        status: "uploading",
        created_at_ms: 0,
        updated_at_ms: 0,
        expires_at_ms: 0,
        retryable: false,
      };
      return { ...this.session };
    },
    read: async () => {
      if (!this.session) throw new ApiError(404, "usage_import_session_not_found", "gone", undefined, undefined);
      if (this.session.status === "processing") {
        this.polls += 1;
        if (this.polls >= this.work) Object.assign(this.session, this.end);
      }
      return { ...this.session };
    },
    chunk: async (_id: string, offset: number, bytes: Blob) => {
      const refused = this.refuse.shift();
      if (refused) throw refused;
      this.offsets.push(offset);
      const session = this.session as ImportSession;
      this.text += await bytes.text();
      session.received_bytes += bytes.size;
      if (session.received_bytes === session.size_bytes) session.status = "ready";
      return { ...session };
    },
    complete: async () => {
      const session = this.session as ImportSession;
      session.status = "processing";
      return { ...session };
    },
    cancel: async () => {
      const session = this.session as ImportSession;
      session.status = "cancelled";
      return { ...session };
    },
  };
}

let manager: Manager;
let kept: string | null;
let engine: ImportEngine;
const make = () =>
  new ImportEngine({
    api: manager.api,
    store: {
      read: () => kept,
      write: (value) => {
        kept = value;
      },
    },
    wait: async () => {},
  });
const file = new File(["0123456789"], "events.jsonl", { lastModified: 7 });

beforeEach(() => {
  manager = new Manager();
  kept = null;
  engine = make();
});

describe("an import", () => {
  it("sends every byte once, in order, and follows the work to its end", async () => {
    manager.end = {
      status: "completed",
      result: {
        format: "usage_service_jsonl",
        added: 3,
        skipped: 1,
        total: 4,
        failed: 0,
        unsupported: 0,
        warnings: null,
      },
    };
    await engine.start(file);
    expect(manager.text).toBe("0123456789");
    expect(manager.offsets).toEqual([0, 4, 8]);
    expect(engine.getState()).toMatchObject({ phase: "completed", sent: 10, result: { added: 3, skipped: 1 } });
    expect(kept).toBeNull();
  });

  it("goes on after a lost answer from where the manager is", async () => {
    manager.refuse = [new ApiError(0, "network", "lost", undefined, undefined)];
    await engine.start(file);
    expect(manager.text).toBe("0123456789");
    expect(engine.getState().phase).toBe("completed");
  });

  it("gives up on what will not get better, and offers to try again on what may", async () => {
    manager.refuse = [new ApiError(413, "usage_import_session_too_large", "too large", undefined, undefined)];
    await engine.start(file);
    expect(engine.getState()).toMatchObject({ phase: "failed", retryable: false });
    expect(kept).toBeNull();

    manager = new Manager();
    engine = make();
    const lost = () => new ApiError(0, "network", "lost", undefined, undefined);
    manager.refuse = [lost(), lost(), lost(), lost()];
    await engine.start(file);
    expect(engine.getState()).toMatchObject({ phase: "failed", retryable: true });
    await engine.resume();
    expect(manager.text).toBe("0123456789");
    expect(engine.getState().phase).toBe("completed");
  });

  it("repeats the work, not the upload, when the database failed", async () => {
    manager.end = { status: "failed", retryable: true, error: "disk full" };
    await engine.start(file);
    expect(engine.getState()).toMatchObject({ phase: "failed", retryable: true, error: "disk full" });
    manager.end = { status: "completed" };
    manager.polls = 0;
    await engine.resume();
    expect(manager.offsets).toHaveLength(3);
    expect(engine.getState().phase).toBe("completed");
  });

  it("survives a reload: work is followed, an upload asks for its file", async () => {
    await manager.api.create({ filename: "events.jsonl", size_bytes: 10, resume_key: "" });
    Object.assign(manager.session as ImportSession, { received_bytes: 4 });
    kept = JSON.stringify({ id: "f".repeat(32), key: "k", filename: "events.jsonl", size: 10 });
    await engine.restore();
    expect(engine.getState()).toMatchObject({ phase: "paused", waitsForFile: true, sent: 4 });
    manager.text = "0123";
    await engine.start(file);
    expect(manager.offsets).toEqual([4, 8]);
    expect(manager.text).toBe("0123456789");

    manager = new Manager();
    engine = make();
    kept = JSON.stringify({ id: "e".repeat(32), key: "k", filename: "x", size: 1 });
    await engine.restore();
    expect(engine.getState().phase).toBe("idle");
    expect(kept).toBeNull();
  });

  it("says after a reload that the manager does not tell how far it is, and asks again when told", async () => {
    await manager.api.create({ filename: "events.jsonl", size_bytes: 10, resume_key: "" });
    kept = JSON.stringify({ id: "f".repeat(32), key: "k", filename: "events.jsonl", size: 10 });
    vi.spyOn(manager.api, "read").mockRejectedValueOnce(new ApiError(0, "network", "gone", undefined, undefined));
    await engine.restore();
    expect(engine.getState()).toMatchObject({ phase: "failed", retryable: true, filename: "events.jsonl", size: 10 });
    expect(kept).not.toBeNull();
    await engine.resume();
    expect(engine.getState()).toMatchObject({ phase: "paused", waitsForFile: true });
  });

  it("can be called off", async () => {
    await manager.api.create({ filename: "events.jsonl", size_bytes: 10, resume_key: "" });
    kept = JSON.stringify({ id: "f".repeat(32), key: "k", filename: "events.jsonl", size: 10 });
    await engine.restore();
    await engine.cancel();
    expect(manager.session?.status).toBe("cancelled");
    expect(engine.getState().phase).toBe("cancelled");
    expect(kept).toBeNull();
  });

  it("knows the same file again", () => {
    const key = resumeKey(file);
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(resumeKey(new File(["0123456789"], "events.jsonl", { lastModified: 7 }))).toBe(key);
    expect(resumeKey(new File(["0123456789"], "other.jsonl", { lastModified: 7 }))).not.toBe(key);
  });
});
