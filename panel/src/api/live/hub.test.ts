import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EventRow, LiveEvents } from "../types";
import { REPLACE_MS, SPREAD_MS } from "./election";
import { type Channel, LiveHub, type LiveState, type OpenStream, SignedOut, type StreamHandlers } from "./hub";

/** A browser: tabs share storage and channels, and count their connections. */
class Browser {
  open: { afterId: number | null; handlers: StreamHandlers; end(error?: Error): void }[] = [];
  opened = 0;
  refuse: Error | null = null;
  private ports: { handler: (message: unknown) => void }[] = [];
  private items = new Map<string, string>();
  private storage = {
    getItem: (name: string) => this.items.get(name) ?? null,
    setItem: (name: string, value: string) => void this.items.set(name, value),
    removeItem: (name: string) => void this.items.delete(name),
  } as unknown as Storage;

  private stream: OpenStream = (afterId, handlers, signal) => {
    this.opened += 1;
    if (this.refuse) return Promise.reject(this.refuse);
    return new Promise((done, fail) => {
      const entry = {
        afterId,
        handlers,
        end: (error?: Error) => {
          this.open = this.open.filter((item) => item !== entry);
          if (error) fail(error);
          else done();
        },
      };
      signal.addEventListener("abort", () => entry.end());
      this.open.push(entry);
      handlers.onOpen();
    });
  };

  private channel(): Channel {
    const port = { handler: (_: unknown) => {} };
    this.ports.push(port);
    return {
      post: (message) => {
        for (const other of this.ports) if (other !== port) other.handler(structuredClone(message));
      },
      onMessage: (handler) => {
        port.handler = handler;
      },
      close: () => {
        this.ports = this.ports.filter((other) => other !== port);
      },
    };
  }

  tab(id: string) {
    const hub = new LiveHub({
      id,
      openStream: this.stream,
      openChannel: () => this.channel(),
      storage: this.storage,
      now: () => Date.now(),
      random: () => 0.5,
    });
    const seen: number[] = [];
    const states: LiveState["kind"][] = [];
    let signedOut = false;
    hub.subscribe({
      onEvents: (events) => seen.push(...events.items.map((row) => row.id)),
      onState: (state) => states.push(state.kind),
      onSignedOut: () => {
        signedOut = true;
      },
    });
    return { hub, seen, states, isSignedOut: () => signedOut };
  }
}

const batch = (...ids: number[]): LiveEvents => ({ items: ids.map((id) => ({ id }) as EventRow), skipped: 0 });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("the push connection", () => {
  it("is one for ten tabs, and all of them see each request once", async () => {
    const browser = new Browser();
    const tabs = Array.from({ length: 10 }, (_, index) => browser.tab(`t${index}`));
    for (const { hub } of tabs) hub.start();
    await pass(5_000);
    expect(browser.open).toHaveLength(1);
    browser.open[0]?.handlers.onEvents(batch(1, 2), 2);
    for (const { seen, hub } of tabs) {
      expect(seen).toEqual([1, 2]);
      expect(hub.state.kind).toBe("live");
    }
  });

  it("is taken over from where it was when its tab closes", async () => {
    const browser = new Browser();
    const [first, second] = [browser.tab("a"), browser.tab("b")];
    first.hub.start();
    await pass(500);
    second.hub.start();
    browser.open[0]?.handlers.onEvents(batch(7), 7);
    first.hub.stop();
    await pass(SPREAD_MS + REPLACE_MS);
    expect(browser.open.map((entry) => entry.afterId)).toEqual([7]);
    expect(second.hub.leading).toBe(true);
  });

  it("tells a tab that comes later how things stand", async () => {
    const browser = new Browser();
    const first = browser.tab("a");
    first.hub.start();
    await pass(500);
    const second = browser.tab("b");
    second.hub.start();
    await pass(10);
    expect(second.hub.state.kind).toBe("live");
    expect(browser.opened).toBe(1);
  });

  it("comes back with longer and longer pauses, and resumes by id", async () => {
    const browser = new Browser();
    const { hub, states } = browser.tab("a");
    hub.known(41);
    hub.start();
    await pass(500);
    browser.refuse = new Error("down");
    browser.open[0]?.end(new Error("cut"));
    await pass(10);
    expect(hub.state).toMatchObject({ kind: "retrying", reason: "cut" });
    await pass(20_000);
    // 0.5, 1, 2, 4 and 8 s fit into 20 s.
    expect(browser.opened).toBe(1 + 5);
    browser.refuse = null;
    hub.retryNow();
    await pass(10);
    expect(browser.open[0]?.afterId).toBe(41);
    expect(states.at(-1)).toBe("live");
  });

  it("was right until the manager was last heard, however late its silence is noticed", async () => {
    const browser = new Browser();
    const { hub } = browser.tab("a");
    hub.start();
    await pass(5_000);
    browser.open[0]?.handlers.onAlive();
    const heard = Date.now();
    browser.refuse = new Error("down");
    await pass(55_000);
    expect(hub.state).toMatchObject({ kind: "retrying", lostAt: heard });
    await pass(55_000);
    expect(hub.state).toMatchObject({ kind: "retrying", lostAt: heard });
  });

  it("is cut when it stays silent", async () => {
    const browser = new Browser();
    const { hub } = browser.tab("a");
    hub.start();
    await pass(40_000);
    expect(browser.opened).toBe(1);
    await pass(15_000);
    expect(browser.opened).toBe(2);
    browser.open[0]?.handlers.onAlive();
    await pass(40_000);
    expect(browser.opened).toBe(2);
  });

  it("ends in all tabs with the session, without another try", async () => {
    const browser = new Browser();
    const tabs = [browser.tab("a"), browser.tab("b")];
    for (const { hub } of tabs) hub.start();
    await pass(1_000);
    browser.open[0]?.end(new SignedOut("over"));
    await pass(60_000);
    expect(tabs.map(({ isSignedOut }) => isSignedOut())).toEqual([true, true]);
    expect(browser.opened).toBe(1);
    expect(tabs.map(({ hub }) => hub.state.kind)).toEqual(["stopped", "stopped"]);
  });

  it("ends in all tabs when a person signs out in one", async () => {
    const browser = new Browser();
    const tabs = [browser.tab("a"), browser.tab("b"), browser.tab("c")];
    for (const { hub } of tabs) hub.start();
    await pass(1_000);
    tabs[1]?.hub.signOut();
    await pass(10);
    expect(browser.open).toHaveLength(0);
    expect([tabs[0]?.isSignedOut(), tabs[2]?.isSignedOut()]).toEqual([true, true]);
  });
});
