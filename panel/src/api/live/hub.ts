import type { LiveEvents, LiveStatus } from "../types";
import { Election } from "./election";

/** What the push connection is doing. */
export type LiveState =
  | { kind: "connecting" }
  | { kind: "live"; since: number }
  | { kind: "retrying"; lostAt: number; retryAt: number; reason: string }
  | { kind: "stopped" };

export interface StreamHandlers {
  onOpen(): void;
  onEvents(events: LiveEvents, lastId: number | null): void;
  onStatus(status: LiveStatus): void;
  /** What is stored has changed, in a way that rows alone do not tell. */
  onGeneration(generation: number): void;
  /** Bytes came in. */
  onAlive(): void;
}

/** Opens the push connection; settles when it ends. Aborting the signal is the only quiet end. */
export type OpenStream = (afterId: number | null, handlers: StreamHandlers, signal: AbortSignal) => Promise<void>;

/** The connection ended because the session did. */
export class SignedOut extends Error {}

export interface HubListener {
  onEvents?(events: LiveEvents): void;
  onStatus?(status: LiveStatus): void;
  onGeneration?(generation: number): void;
  onState?(state: LiveState): void;
  onSignedOut?(): void;
}

type Message =
  | { type: "hello" }
  | { type: "retry" }
  | { type: "resign" }
  | { type: "signed-out" }
  | { type: "events"; events: LiveEvents; lastId: number | null }
  | { type: "status"; status: LiveStatus }
  | { type: "generation"; generation: number }
  | { type: "state"; state: LiveState };

export interface Channel {
  post(message: unknown): void;
  onMessage(handler: (message: unknown) => void): void;
  close(): void;
}

export interface HubDeps {
  id: string;
  openStream: OpenStream;
  openChannel(): Channel;
  storage: Storage | null;
  now(): number;
  random(): number;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** The server sends a comment every 15 s; three missing ones mean a dead connection. */
const DEAD_AFTER_MS = 45_000;

/** One push connection per browser: the leading tab holds it and tells the others. */
export class LiveHub {
  private readonly listeners = new Set<HubListener>();
  private election: Election | null = null;
  private channel: Channel | null = null;
  private abort: AbortController | null = null;
  private wake: (() => void) | null = null;
  private lastId: number | null = null;
  private attempts = 0;
  private lostAt: number | null = null;
  /** When the manager was last heard of, here or by the leading tab. */
  private heardAt: number | null = null;
  private lastStatus: LiveStatus | null = null;
  private current: LiveState = { kind: "stopped" };

  constructor(private readonly deps: HubDeps) {}

  get state(): LiveState {
    return this.current;
  }

  get leading(): boolean {
    return this.election?.isLeader ?? false;
  }

  subscribe(listener: HubListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  start(): void {
    if (this.election) return;
    this.setState({ kind: "connecting" });
    this.channel = this.deps.openChannel();
    this.channel.onMessage((message) => this.receive(message as Message));
    this.election = new Election({
      id: this.deps.id,
      storage: this.deps.storage,
      now: this.deps.now,
      random: this.deps.random,
      setTimer: (run, ms) => setTimeout(run, ms),
      clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
      onChange: (leading) => (leading ? void this.lead() : this.abort?.abort()),
    });
    this.election.start();
    this.post({ type: "hello" });
  }

  stop(): void {
    if (!this.election) return;
    const wasLeading = this.leading;
    this.abort?.abort();
    this.election.stop();
    if (wasLeading) this.post({ type: "resign" });
    this.election = null;
    this.channel?.close();
    this.channel = null;
    this.lastId = null;
    this.lastStatus = null;
    this.heardAt = null;
    this.lostAt = null;
    this.setState({ kind: "stopped" });
  }

  /** A person ended the session here: the other tabs follow. */
  signOut(): void {
    this.post({ type: "signed-out" });
    this.stop();
  }

  /** Rows up to this id are on screen; the stream goes on from there if it has not begun yet. */
  known(id: number): void {
    if (this.lastId === null || id > this.lastId) this.lastId = id;
  }

  retryNow(): void {
    if (this.leading) this.wake?.();
    else this.post({ type: "retry" });
  }

  /** The tab became visible: timers may have been asleep. */
  visible(): void {
    this.election?.check();
  }

  private async lead(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    this.attempts = 0;
    while (!abort.signal.aborted) {
      const reason = await this.connect(abort.signal);
      if (abort.signal.aborted) return;
      if (reason === null) {
        this.emit((listener) => listener.onSignedOut?.());
        this.signOut();
        return;
      }
      const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.attempts) * (0.75 + this.deps.random() / 2);
      this.attempts += 1;
      // What is shown was right when the manager was last heard, not when its silence was noticed.
      this.lostAt ??= this.heardAt ?? this.deps.now();
      this.share({ kind: "retrying", lostAt: this.lostAt, retryAt: this.deps.now() + wait, reason });
      await this.pause(wait, abort.signal);
    }
  }

  /** Returns why the connection ended; null when the session is over. */
  private async connect(outer: AbortSignal): Promise<string | null> {
    const inner = new AbortController();
    const end = () => inner.abort();
    outer.addEventListener("abort", end);
    const began = this.deps.now();
    const watch = setInterval(() => {
      if (this.deps.now() - Math.max(began, this.heardAt ?? 0) > DEAD_AFTER_MS)
        inner.abort(new Error("silent for 45 s"));
    }, 5_000);
    try {
      await this.deps.openStream(
        this.lastId,
        {
          onOpen: () => {
            this.attempts = 0;
            this.heardAt = this.deps.now();
            this.lostAt = null;
            this.share({ kind: "live", since: this.deps.now() });
          },
          onEvents: (events, lastId) => {
            this.take(events, lastId);
            this.post({ type: "events", events, lastId });
          },
          onStatus: (status) => {
            this.takeStatus(status);
            this.post({ type: "status", status });
          },
          onGeneration: (generation) => {
            this.emit((listener) => listener.onGeneration?.(generation));
            this.post({ type: "generation", generation });
          },
          onAlive: () => {
            this.heardAt = this.deps.now();
          },
        },
        inner.signal,
      );
      return "closed";
    } catch (error) {
      if (error instanceof SignedOut) return null;
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearInterval(watch);
      outer.removeEventListener("abort", end);
    }
  }

  private pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((done) => {
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", finish);
        this.wake = null;
        done();
      };
      const timer = setTimeout(finish, ms);
      signal.addEventListener("abort", finish);
      this.wake = () => {
        this.attempts = 0;
        finish();
      };
    });
  }

  private receive(message: Message): void {
    // Only what the manager said is passed on under these names.
    if (message.type === "events" || message.type === "status" || message.type === "generation") {
      this.heardAt = this.deps.now();
    }
    switch (message.type) {
      case "hello":
        if (this.leading) {
          this.post({ type: "state", state: this.current });
          if (this.lastStatus) this.post({ type: "status", status: this.lastStatus });
        }
        break;
      case "retry":
        if (this.leading) this.wake?.();
        break;
      case "resign":
        this.election?.vacant();
        break;
      case "signed-out":
        this.emit((listener) => listener.onSignedOut?.());
        this.stop();
        break;
      case "events":
        if (!this.leading) this.take(message.events, message.lastId);
        break;
      case "status":
        if (!this.leading) this.takeStatus(message.status);
        break;
      case "generation":
        if (!this.leading) this.emit((listener) => listener.onGeneration?.(message.generation));
        break;
      case "state":
        if (!this.leading) this.setState(message.state);
        break;
    }
  }

  private take(events: LiveEvents, lastId: number | null): void {
    if (lastId !== null) this.known(lastId);
    this.emit((listener) => listener.onEvents?.(events));
  }

  private takeStatus(status: LiveStatus): void {
    this.lastStatus = status;
    this.emit((listener) => listener.onStatus?.(status));
  }

  private share(state: LiveState): void {
    this.setState(state);
    this.post({ type: "state", state });
  }

  private setState(state: LiveState): void {
    this.current = state;
    this.emit((listener) => listener.onState?.(state));
  }

  private post(message: Message): void {
    this.channel?.post(message);
  }

  private emit(tell: (listener: HubListener) => void): void {
    for (const listener of [...this.listeners]) tell(listener);
  }
}
