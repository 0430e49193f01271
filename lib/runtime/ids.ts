import { randomUUID } from "node:crypto";
import { monotonicFactory } from "ulid";

/** New ids and the only source of chance, so that tests can make both repeatable. */
export interface Ids {
  /** A ULID: 26 characters that sort by the time of creation, given in milliseconds. */
  ulid(atMs: number): string;
  uuid(): string;
  /** A number in [0, 1), for jitter. */
  random(): number;
}

export function systemIds(): Ids {
  const next = monotonicFactory();
  return { ulid: (atMs) => next(atMs), uuid: () => randomUUID(), random: () => Math.random() };
}
