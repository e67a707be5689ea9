// Retries automatically, with increasing pauses, and immediately when the network is back.

export interface Retry {
  /** Schedules a retry. */
  later(): void;
  /** The request succeeded. */
  succeeded(): void;
  /** Another request replaces it. */
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
  // A hidden page does not retry; it does when it becomes visible.
  document.addEventListener('visibilitychange', () => { if (!document.hidden) now(); });
  return {
    later() {
      // Many requests may fail together, such as the tiles of one map.
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
