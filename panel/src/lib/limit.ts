/** Runs at most `most` tasks at once; the others wait for their turn, in order. What is aborted while it waits never begins. */
export function limited(most: number): <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  const next = () => {
    running -= 1;
    waiting.shift()?.();
  };
  return async (task, signal) => {
    if (running >= most) await new Promise<void>((begin) => waiting.push(begin));
    running += 1;
    try {
      signal?.throwIfAborted();
      return await task();
    } finally {
      next();
    }
  };
}
