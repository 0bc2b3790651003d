/**
 * Which tab of this browser holds the push connection.
 *
 * Browsers allow six connections per host over plain http, and Web Locks need a secure context, so the tabs agree through a heartbeat
 * in localStorage. A leader that falls silent (closed, crashed, frozen) is replaced; one that wakes up and sees another leader steps down.
 */

export const HEARTBEAT_MS = 2_000;
/** A leader that was silent for this long is replaced. */
export const SILENCE_MS = 6_500;
/** How long a candidate waits before it believes its own claim: the first one, when there is most likely no other tab. */
export const CLAIM_MS = 120;
/** The same when it replaces a leader, as all tabs may want to: a busy browser tells them late what the others wrote. */
export const REPLACE_MS = 500;
/** Tabs that hear of a vacancy claim it spread over this time: what one writes, the others read a moment later. */
export const SPREAD_MS = 500;

const KEY = "cpamp.live.leader";

export interface ElectionDeps {
  id: string;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  now(): number;
  /** 0 to 1. */
  random(): number;
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
  private first = true;
  private timer: unknown;

  constructor(private readonly deps: ElectionDeps) {}

  get isLeader(): boolean {
    return this.leading;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.first = true;
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

  /** The leader resigned, which all tabs hear at once. */
  vacant(): void {
    if (this.stopped || this.leading) return;
    this.deps.clearTimer(this.timer);
    this.timer = this.deps.setTimer(this.tick, this.deps.random() * SPREAD_MS);
  }

  /** Looks at the heartbeat now: this tab became visible. */
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
      this.timer = this.deps.setTimer(this.confirm, this.first ? CLAIM_MS : REPLACE_MS);
      return;
    }
    this.first = false;
    this.timer = this.deps.setTimer(this.tick, HEARTBEAT_MS);
  };

  private confirm = (): void => {
    if (this.stopped) return;
    this.first = false;
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
