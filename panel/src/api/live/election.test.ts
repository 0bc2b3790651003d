import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CLAIM_MS, Election, HEARTBEAT_MS, REPLACE_MS, SILENCE_MS, SPREAD_MS } from "./election";

class Store {
  private items = new Map<string, string>();
  getItem = (name: string) => this.items.get(name) ?? null;
  setItem = (name: string, value: string): void => {
    this.items.set(name, value);
  };
  removeItem = (name: string): void => {
    this.items.delete(name);
  };
}

/** A copy of a store that hears of what others write a moment later, as those of browsers do; what was written last counts. */
class Copy {
  static readonly LATE_MS = 150;
  private static writes = 0;
  others: Copy[] = [];
  private seen = 0;
  private readonly store = new Store();
  getItem = (name: string) => this.store.getItem(name);
  setItem = (name: string, value: string) => this.everywhere((store) => store.setItem(name, value));
  removeItem = (name: string) => this.everywhere((store) => store.removeItem(name));

  private everywhere(apply: (store: Store) => void) {
    Copy.writes += 1;
    const number = Copy.writes;
    this.write(number, apply);
    for (const other of this.others) setTimeout(() => other.write(number, apply), Copy.LATE_MS);
  }

  private write(number: number, apply: (store: Store) => void) {
    if (number < this.seen) return;
    this.seen = number;
    apply(this.store);
  }
}

function tab(id: string, storage: Store | Copy | null, random = 0) {
  const changes: boolean[] = [];
  const election = new Election({
    id,
    storage,
    now: () => Date.now(),
    random: () => random,
    setTimer: (run, ms) => setTimeout(run, ms),
    clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    onChange: (leading) => changes.push(leading),
  });
  return { election, changes };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the election", () => {
  it("makes exactly one of ten tabs the leader", () => {
    const storage = new Store();
    const tabs = Array.from({ length: 10 }, (_, index) => tab(`t${index}`, storage));
    for (const { election } of tabs) election.start();
    vi.advanceTimersByTime(20_000);
    expect(tabs.filter(({ election }) => election.isLeader)).toHaveLength(1);
    expect(tabs.flatMap(({ changes }) => changes)).toEqual([true]);
  });

  it("settles two claims made in the same moment", () => {
    const storage = new Store();
    const [first, second] = [tab("a", storage), tab("b", storage)];
    first.election.start();
    // The second tab saw no heartbeat yet: its claim overwrites the first one.
    storage.removeItem("cpamp.live.leader");
    second.election.start();
    vi.advanceTimersByTime(CLAIM_MS + HEARTBEAT_MS * 3);
    expect([first.election.isLeader, second.election.isLeader]).toEqual([false, true]);
  });

  it("hands over at once when the leader leaves", () => {
    const storage = new Store();
    const [first, second] = [tab("a", storage), tab("b", storage)];
    first.election.start();
    vi.advanceTimersByTime(CLAIM_MS);
    second.election.start();
    first.election.stop();
    second.election.vacant();
    vi.advanceTimersByTime(REPLACE_MS);
    expect(first.changes).toEqual([true, false]);
    expect(second.election.isLeader).toBe(true);
  });

  it("hands over to one of ten, which hear of it at once and of each other a moment later", () => {
    const copies = Array.from({ length: 10 }, () => new Copy());
    for (const copy of copies) copy.others = copies.filter((each) => each !== copy);
    const tabs = copies.map((copy, index) => tab(`t${index}`, copy, index / 10));
    const [leader, ...rest] = tabs;
    leader?.election.start();
    vi.advanceTimersByTime(CLAIM_MS + Copy.LATE_MS);
    for (const { election } of rest) election.start();
    vi.advanceTimersByTime(HEARTBEAT_MS);
    leader?.election.stop();
    vi.advanceTimersByTime(Copy.LATE_MS);
    for (const { election } of rest) election.vacant();
    vi.advanceTimersByTime(SPREAD_MS + REPLACE_MS + 3 * HEARTBEAT_MS);
    expect(rest.filter(({ election }) => election.isLeader)).toHaveLength(1);
    expect(rest.flatMap(({ changes }) => changes)).toEqual([true]);
  });

  it("replaces a leader that fell silent, and that one steps down when it wakes", () => {
    const storage = new Store();
    const [frozen, other] = [tab("a", storage), tab("b", storage)];
    frozen.election.start();
    vi.advanceTimersByTime(CLAIM_MS);
    // Freeze: drop its timers without letting it resign.
    vi.clearAllTimers();
    other.election.start();
    vi.advanceTimersByTime(SILENCE_MS + HEARTBEAT_MS + REPLACE_MS);
    expect(other.election.isLeader).toBe(true);
    expect(frozen.election.isLeader).toBe(true);
    frozen.election.check();
    expect(frozen.election.isLeader).toBe(false);
    expect(other.election.isLeader).toBe(true);
  });

  it("does not trust a heartbeat from a clock that was set back", () => {
    const storage = new Store();
    storage.setItem("cpamp.live.leader", JSON.stringify({ id: "gone", at: Date.now() + 86_400_000 }));
    const { election } = tab("a", storage);
    election.start();
    vi.advanceTimersByTime(CLAIM_MS);
    expect(election.isLeader).toBe(true);
  });

  it("leads alone where storage is blocked", () => {
    const { election } = tab("a", null);
    election.start();
    expect(election.isLeader).toBe(true);
  });
});
