/**
 * Which tab of this browser holds the push connection.
 *
 * Browsers allow six connections per host over plain http, and Web Locks need a secure context, so the tabs agree through a heartbeat
 * in localStorage. A leader that falls silent (closed, crashed, frozen) is replaced; one that wakes up and sees another leader steps down.
 */

export const HEARTBEAT_MS = 2_000;
/** A leader that was silent for this long is replaced. */
export const SILENCE_MS = 6_500;
/** How long a candidate waits before it believes its own claim. */
export const CLAIM_MS = 120;

const KEY = "cpamp.live.leader";

export interface ElectionDeps {
  id: string;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  now(): number;
  setTimer(run: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
  /** Told whenever this tab begins or ceases to be the leader. */
  onChange(leading: boolean): void;
}

interface Beat {
  id: string;
  at: number;
}

export class Election {
  private leading = false;
  private stopped = true;
  private timer: unknown;

  constructor(private readonly deps: ElectionDeps) {}

  get isLeader(): boolean {
    return this.leading;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.tick();
  }

  /** Gives the lead back, so that another tab takes over at once. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.deps.clearTimer(this.timer);
    if (this.leading) {
      this.lead(false);
      if (this.read()?.id === this.deps.id) this.write(null);
    }
  }

  /** Looks at the heartbeat now: the leader resigned, or this tab became visible. */
  check(): void {
    if (!this.stopped) this.tick();
  }

  private tick = (): void => {
    this.deps.clearTimer(this.timer);
    if (this.stopped) return;
    if (!this.deps.storage) {
      this.lead(true);
      return;
    }
    const now = this.deps.now();
    const beat = this.read();
    const alive = beat !== null && Math.abs(now - beat.at) < SILENCE_MS;
    if (this.leading) {
      if (beat && beat.id !== this.deps.id && alive) this.lead(false);
      else this.write({ id: this.deps.id, at: now });
    } else if (!alive || beat.id === this.deps.id) {
      this.write({ id: this.deps.id, at: now });
      this.timer = this.deps.setTimer(this.confirm, CLAIM_MS);
      return;
    }
    this.timer = this.deps.setTimer(this.tick, HEARTBEAT_MS);
  };

  private confirm = (): void => {
    if (this.stopped) return;
    if (this.read()?.id === this.deps.id) this.lead(true);
    this.timer = this.deps.setTimer(this.tick, HEARTBEAT_MS);
  };

  private lead(leading: boolean): void {
    if (this.leading === leading) return;
    this.leading = leading;
    this.deps.onChange(leading);
  }

  private read(): Beat | null {
    try {
      const found: unknown = JSON.parse(this.deps.storage?.getItem(KEY) ?? "null");
      if (typeof found !== "object" || found === null) return null;
      const { id, at } = found as Partial<Beat>;
      return typeof id === "string" && typeof at === "number" ? { id, at } : null;
    } catch {
      return null;
    }
  }

  private write(beat: Beat | null): void {
    try {
      if (beat) this.deps.storage?.setItem(KEY, JSON.stringify(beat));
      else this.deps.storage?.removeItem(KEY);
    } catch {
      // A full store: this tab cannot take part; it keeps what it has.
    }
  }
}
