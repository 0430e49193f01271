import * as z from "zod";
import { round } from "../../runtime/money.ts";

// Single values of the broker's answers: null where one is not known.

export type Fields = Record<string, unknown>;

export const fields = z.record(z.string(), z.unknown());

/** Stands for "not known". */
const sentinel = -999;

export function fieldsOf(value: unknown): Fields {
  return fields.safeParse(value).data ?? {};
}

/** A known number, also where it comes as a text. */
function known(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number !== sentinel ? number : null;
}

/** Zero or more, at most four decimals. */
export function amount(values: Fields, name: string): number | null {
  const number = known(values[name] ?? values[`${name}InDouble`]);
  return number === null || number < 0 ? null : round(number, 4);
}

/** More than zero: nothing is traded for nothing, a 0 says that nobody offers. */
export function price(values: Fields, name: string): number | null {
  return amount(values, name) || null;
}

/** What is known of them: a size of 0 is known, and says that nobody offers. */
export function sizes(values: Fields, sharesPerLot: number) {
  const [bid, ask, volume] = [count(values.bidSize), count(values.askSize), count(values.totalVolume)];
  return {
    ...(bid !== null && { bidSize: bid * sharesPerLot }),
    ...(ask !== null && { askSize: ask * sharesPerLot }),
    ...(volume !== null && { volume }),
  };
}

function count(value: unknown): number | null {
  const number = known(value);
  return number !== null && number >= 0 ? Math.floor(number) : null;
}

/** Within [−1, 1]. */
export function delta(values: Fields): number | null {
  const number = known(values.delta ?? values.deltaInDouble);
  return number === null || Math.abs(number) > 1 ? null : number;
}

export function tradedAt(values: Fields): Date | null {
  return instant(values.tradeTime ?? values.tradeTimeInLong);
}

export function quotedAt(values: Fields): Date | null {
  return instant(values.quoteTime ?? values.quoteTimeInLong);
}

export function latest(...instants: (Date | null)[]): Date | null {
  return instants.reduce((last, each) => (last && each && last > each ? last : (each ?? last)), null);
}

/** "Closed", which an index is every evening, says nothing about the security; "Unknown" nothing at all. */
export function isHalted({ securityStatus }: Fields): boolean {
  return typeof securityStatus === "string" && securityStatus.toLowerCase() === "halted";
}

export function instant(value: unknown): Date | null {
  const milliseconds = known(value);
  return milliseconds === null || milliseconds <= 0 || milliseconds > 8.64e15 ? null : new Date(milliseconds);
}
