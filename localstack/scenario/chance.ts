/** A repeatable source of chance: the same name always gives the same sequence. */
export interface Chance {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number;
  pick<T>(options: readonly [T, ...T[]]): T;
  /** True with this probability. */
  happens(probability: number): boolean;
}

/** Mulberry32 over the FNV-1a hash of the name. */
export function chance(name: string): Chance {
  let state = 0x811c9dc5;
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    whole,
    pick: (options) => options[whole(0, options.length - 1)] ?? options[0],
    happens: (probability) => next() < probability,
  };
}
