/** Room for so many calls at once; who comes later waits for a place, in the order of coming. */
export function createSlots(count: number): { run<T>(work: () => Promise<T>): Promise<T> } {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    async run(work) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        // A place is handed on, so that nobody who comes now can take it first.
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    },
  };
}
