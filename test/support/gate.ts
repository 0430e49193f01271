/** Holds whoever passes while it is closed. It begins open. */
export function gate() {
  let release: () => void = () => undefined;
  let passage: Promise<void> = Promise.resolve();
  return {
    passed: () => passage,
    close() {
      release();
      passage = new Promise((resolve) => {
        release = resolve;
      });
    },
    open: () => release(),
  };
}
