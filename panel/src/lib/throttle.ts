/**
 * Runs at once, then at most once per interval; what comes meanwhile is one run at its end. `since`: a moment that counts
 * as a run.
 */
export function throttle(
  run: () => void,
  everyMs: () => number,
  since = Number.NEGATIVE_INFINITY,
  timers = { set: (fire: () => void, ms: number) => setTimeout(fire, ms), now: () => Date.now() },
) {
  let last = since;
  let waiting: ReturnType<typeof setTimeout> | null = null;
  const fire = () => {
    waiting = null;
    last = timers.now();
    run();
  };
  return {
    call() {
      if (waiting !== null) return;
      const wait = last + everyMs() - timers.now();
      if (wait <= 0) fire();
      else waiting = timers.set(fire, wait);
    },
    stop() {
      if (waiting !== null) clearTimeout(waiting);
      waiting = null;
    },
  };
}
