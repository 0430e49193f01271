/** A source of the current instant. Everything that needs the time gets one handed in; nothing reads the machine's. */
export interface Clock {
  now(): Date;
}

/** The machine's time: lifecycle, time-outs, expiry, logs and new ids. */
export const wallClock: Clock = { now: () => new Date() };

/** A pause that can be replaced, so that backoff is a decision that tests see and not time they wait for. */
export type Sleep = (milliseconds: number) => Promise<void>;

export const sleep: Sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
