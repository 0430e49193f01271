import { setPriority } from "node:os";

/**
 * Lets the thread that calls it come after those that answer requests, where they want the same processor. Linux alone
 * has priorities of threads; elsewhere this would be the whole process's.
 */
export function stepBack(): void {
  if (process.platform === "linux") setPriority(0, 10);
}
