// Trying again by itself, later each time, and at once when the line is back.

export interface Retry {
  /** Tries again after a while. */
  later(): void;
  /** What was tried has been had. */
  succeeded(): void;
  /** Something else is tried now. */
  stop(): void;
}

const shortest = 2_000, longest = 60_000; // milliseconds

export function createRetry(attempt: () => void): Retry {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const now = () => {
    if (timer === undefined) return;
    stop();
    attempt();
  };
  addEventListener('online', now);
  // Nobody looks at a hidden page; it is tried when it is seen again.
  document.addEventListener('visibilitychange', () => { if (!document.hidden) now(); });
  return {
    later() {
      // Many things may fail at once, as the tiles of one map.
      if (timer !== undefined) return;
      timer = setTimeout(() => { if (!document.hidden) now(); }, Math.min(longest, shortest * 2 ** failures));
      failures++;
    },
    succeeded() {
      stop();
      failures = 0;
    },
    stop,
  };
}
