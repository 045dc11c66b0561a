/** Watches how long this thread goes without a turn of its event loop, and how much memory it has meanwhile. */

export interface Watch {
  /** The longest stretch without a turn since this was asked last, in ms of computing. */
  longest(): number;
  /** The most memory beyond what there was at the start, in bytes. */
  memory(): number;
  stop(): void;
}

/** The time that this process has computed, in ms: unlike the clock's, it is the same on a busy machine. */
const now = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

const inUse = () => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

export function watchTurns(): Watch {
  const before = inUse();
  let last = now();
  let longest = 0;
  let most = before;
  let going = true;
  const turn = () => {
    longest = Math.max(longest, now() - last);
    most = Math.max(most, inUse());
    last = now();
    if (going) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    longest() {
      // The stretch that has not ended counts too: whoever asks is in it.
      const found = Math.max(longest, now() - last);
      longest = 0;
      last = now();
      return found;
    },
    memory: () => most - before,
    stop() {
      going = false;
    },
  };
}
