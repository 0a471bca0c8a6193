// Waiting: for another try, and for a sign of life.

const LONGEST_PAUSE_MS = 8000;
// The gateway pings more often than this; a longer silence is a dead connection.
const SILENCE_MS = 40000;

/** Resolve after this long, or as soon as the network is back. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener("online", end);
  });
}

/** How long to wait before the next of several tries; no two clients wait equally long. */
export function backOff(tries: number, longestMs = LONGEST_PAUSE_MS): number {
  return Math.min(longestMs, 400 * 2 ** tries) * (0.5 + Math.random() / 2);
}

/** Calls `onSilence` when nobody calls `heard` for too long. */
export class Watchdog {
  #timer = 0;

  constructor(private readonly onSilence: () => void) {
    this.heard();
  }

  readonly heard = (): void => {
    this.stop();
    this.#timer = setTimeout(this.onSilence, SILENCE_MS);
  };

  stop(): void {
    clearTimeout(this.#timer);
  }
}
