/** So many at once: what comes meanwhile waits for its turn. */

interface Slots {
  /** Begins when there is room, in the order of asking; what was aborted while it waited never begins. */
  run: <Answer>(signal: AbortSignal, begin: () => Promise<Answer>) => Promise<Answer>;
}

/** Room for `count` at once. */
export function slots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  const leave = () => {
    free += 1;
    waiting.shift()?.();
  };
  const enter = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const take = () => {
        signal.removeEventListener("abort", give);
        free -= 1;
        resolve();
      };
      const give = () => {
        const at = waiting.indexOf(take);
        if (at >= 0) waiting.splice(at, 1);
        reject(new DOMException("It was not waited for any longer.", "AbortError"));
      };
      if (signal.aborted) give();
      else if (free > 0) take();
      else {
        signal.addEventListener("abort", give, { once: true });
        waiting.push(take);
      }
    });
  return {
    run: async (signal, begin) => {
      await enter(signal);
      try {
        return await begin();
      } finally {
        leave();
      }
    },
  };
}
