/**
 * Works on `items` in their order with at most `size` in flight and no barrier between them: whenever one is done, the
 * next begins. Begins nothing more once `stop` says so; what is in flight is always waited for. `work` must not throw.
 */
export async function inWindow<T>(
  items: readonly T[],
  size: number,
  stop: () => boolean,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    while (!stop()) {
      const next = queue.next();
      if (next.done) return;
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: size }, worker));
}
