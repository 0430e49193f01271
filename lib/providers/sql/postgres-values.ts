import type { SqlValue } from "./source.ts";

/** The types of PostgreSQL whose values are more than texts, by their ids in `pg_type`. */
const boolean = 16;
const whole = new Set([20, 21, 23, 26]);
const floating = new Set([700, 701]);
const numeric = 1700;
/** Every decimal of so many digits survives being a JavaScript number. */
const exactDigits = 15;

/** A value as the server wrote it; a number where that says the same. */
export function shownText(text: string | null, type: number): SqlValue {
  if (text === null) return null;
  if (type === boolean) return text === "t";
  const number = Number(text);
  const isSame =
    (whole.has(type) && Number.isSafeInteger(number)) ||
    (floating.has(type) && Number.isFinite(number)) ||
    (type === numeric && Number.isFinite(number) && text.replace(/\D/g, "").length <= exactDigits);
  return isSame ? number : text;
}
