import { type Channel, LiveHub } from "./hub";
import { openStream } from "./stream";

export type { HubListener, LiveState } from "./hub";
export { LiveHub } from "./hub";

function browserChannel(): Channel {
  if (typeof BroadcastChannel === "undefined") return { post() {}, onMessage() {}, close() {} };
  const channel = new BroadcastChannel("cpamp-live");
  return {
    post: (message) => channel.postMessage(message),
    onMessage(handler) {
      channel.onmessage = (event) => handler(event.data);
    },
    close: () => channel.close(),
  };
}

function browserStorage(): Storage | null {
  try {
    const probe = "cpamp.live.probe";
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    // Without a channel the tabs cannot share: each one leads for itself.
    return typeof BroadcastChannel === "undefined" ? null : localStorage;
  } catch {
    return null;
  }
}

function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The hub of this tab. */
export const hub = new LiveHub({
  id: randomId(),
  openStream,
  openChannel: browserChannel,
  storage: browserStorage(),
  now: () => Date.now(),
  random: () => Math.random(),
});

// A tab that is closed, or put to sleep in the back-forward cache, hands over; it comes back as a follower.
let paused = false;
window.addEventListener("pagehide", () => {
  paused = hub.state.kind !== "stopped";
  hub.stop();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted && paused) hub.start();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") hub.visible();
});
