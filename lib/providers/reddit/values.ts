/** Reddit's best are below a million; what is far beyond is no score, and would not fit into an integer. */
const largestScore = 1_000_000_000;

/**
 * A score or a count, whatever an archive made of it: rounded, read from text, and 0 where it is none. One odd value
 * must not fail a run.
 */
export function wholeNumber(value: unknown): number {
  const number = Math.round(numberOf(value) ?? 0);
  // Rounding leaves −0, which is stored as 0 and would differ from itself when it is read again.
  return Math.abs(number) <= largestScore ? number + 0 : 0;
}

/** Before Reddit began nothing was written; the end tells milliseconds from seconds for a thousand years. */
const earliest = Date.parse("2005-06-01T00:00:00Z");
const latest = Date.parse("2100-01-01T00:00:00Z");

/** A day without a time would show what was said in the evening to the morning, so it is none. */
const isoTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * The instant of a `created_utc`: seconds since 1970, as a number or as text, or an ISO-8601 time, which is UTC where it
 * names no zone. Null where there is none, undefined where it cannot be the time of a post or a comment.
 */
export function instantOf(value: unknown): Date | null | undefined {
  if (value === undefined || value === null || (typeof value === "string" && value.trim() === "")) return null;
  const seconds = numberOf(value);
  const milliseconds = seconds === undefined ? isoMilliseconds(value) : seconds * 1000;
  return milliseconds >= earliest && milliseconds < latest ? new Date(milliseconds) : undefined;
}

function isoMilliseconds(value: unknown): number {
  const text = typeof value === "string" ? value.trim() : "";
  const read = isoTime.exec(text);
  if (read === null) return Number.NaN;
  return Date.parse(text.replace(" ", "T") + (read[1] === undefined ? "Z" : ""));
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || !/^\s*[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$/i.test(value)) return undefined;
  return Number(value);
}
