import { afterEach, beforeEach, vi } from "vitest";

/** Keeps what this process writes during each test of a file, instead of showing it. */
export function useWritten(): () => string[] {
  let written: string[] = [];
  beforeEach(() => {
    written = [];
    const take = (text: unknown) => written.push(String(text)) > 0;
    vi.spyOn(process.stdout, "write").mockImplementation(take as typeof process.stdout.write);
    vi.spyOn(process.stderr, "write").mockImplementation(take as typeof process.stderr.write);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  return () => written;
}
