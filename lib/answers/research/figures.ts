import { withDigits } from "./number-words.ts";

/** A number as a text gives it. */
export interface Figure {
  /** In one way of writing: `1000` for `1,000`, `1 000` and `one thousand`; what can be read in two ways stays as it is. */
  value: string;
  isPercent: boolean;
  shown: string;
}

/** Between groups of three digits; a comma or a point between others is a decimal one. */
const grouped = String.raw`(?!0)\d{1,3}([ '’.,])\d{3}(?:\1\d{3})*(?!\d)(?:(?!\1)[.,]\d+)?(?![.,]?\d)`;
const scale = String.raw`\s?(?:(thousand|million|billion|trillion|mio|mln|mn|bn)s?(?!\p{L})|([kM])(?=\s?€|\s?\$|\s?EUR|\s?USD|(?![\p{L}\p{N}])))`;
const percent = String.raw`\s?\(?(?:%|per\s?cent|pct|percentage)`;
const number = new RegExp(
  String.raw`((?<=^|[\s(|:€$£\[])[-−–](?=[€$£]?\d))?([€$£]?)(${grouped.replaceAll(String.raw`\1`, String.raw`\4`)}|\d+(?:[.,]\d+)*)(?:${scale})?(${percent})?`,
  "giu",
);
/** Between two numbers of which the second has the unit of both. */
const rangeWord = /^\s?(?:-|–|—|to)\s?$/i;

const zeros: Readonly<Record<string, number>> = {
  k: 3,
  thousand: 3,
  million: 6,
  mio: 6,
  mln: 6,
  mn: 6,
  m: 6,
  billion: 9,
  bn: 9,
  trillion: 12,
};

/** Digits that name a thing: `CO2`, `PM10`, `m2`. */
const names = /\p{L}*CO_?\{?2\}?|\b(?:CH4|N2O|NO2|SO2|H2O?|O3|PM ?2[.,]5|PM ?10|[kcdm]?m[23])(?![\p{L}\p{N}])/gu;
/** Of lists and headings: `1. `, `2) `. */
const listNumber = /^([ \t>]*(?:[-*+•][ \t]+|#{1,6}[ \t]+)?(?:\*\*)?)\d{1,3}[.)](?=\s)/gmu;
/** Digits in square brackets alone are notes of the document's own. */
const note = /\[\^?\d+\](?!\()/g;

/**
 * The figures of a statement: years, dates, amounts, shares; not the numbers of its list, nor `CO2`, nor what is spelled and
 * counts up to ten. A comma before three digits groups them, as in English; a point before three digits may group them
 * or not, so `1.000` is only itself.
 */
export function figuresOf(text: string): Figure[] {
  return read(plain(withDigits(text, { keepSmall: true })));
}

/** The figures of a text that may carry a statement; spelled numbers count, small ones too. */
export interface KnownFigures {
  shares: ReadonlySet<string>;
  others: ReadonlySet<string>;
  speaksOfPercent: boolean;
}

export function knownFigures(text: string): KnownFigures {
  const all = read(plain(withDigits(text, { keepSmall: false })));
  const valuesOf = (isPercent: boolean) =>
    new Set(all.filter((figure) => figure.isPercent === isPercent).map(({ value }) => value));
  return { shares: valuesOf(true), others: valuesOf(false), speaksOfPercent: /%|per\s?cent|pct/i.test(text) };
}

/**
 * The figures of a statement that stand in none of the texts, as the statement writes them. A share needs a share, or a
 * number in a text that speaks of percent, as tables do; a loss needs its sign, and an amount its millions.
 */
export function unsupportedFigures(statement: string, evidence: readonly KnownFigures[]): string[] {
  const stands = ({ value, isPercent }: Figure) =>
    evidence.some(({ shares, others, speaksOfPercent }) =>
      isPercent ? shares.has(value) || (speaksOfPercent && others.has(value)) : others.has(value),
    );
  return figuresOf(statement)
    .filter((figure) => !stands(figure))
    .map(({ shown }) => shown);
}

function plain(text: string): string {
  return (
    text
      // Signs of units and of notes: their number is not that of the digits before them.
      .replace(/[\u00B2\u00B3\u00B9\u2070-\u2079\u2080-\u2089]/g, "")
      .replace(/[\u00BC-\u00BE\u2150-\u215E]/g, " $&")
      .normalize("NFKC")
      .replace(/\p{Nd}/gu, asciiDigit)
      .replace(/\\/g, "")
      .replace(listNumber, "$1")
      .replace(note, "")
      .replace(names, (name) => name.replace(/\d/g, ""))
  );
}

/** Digits of every script come in tens, one after the other. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return code < 128 ? digit : String(value);
}

function read(text: string): Figure[] {
  const found = [...text.matchAll(number)].map((match) => {
    const [shown, minus, currency, digits = "", , word, letter, share] = match;
    // A lone letter is a unit of length as often; it means a million with a currency alone.
    const after = text.slice(match.index + shown.length).trimStart();
    const isMoney = currency !== "" || /^(?:€|\$|EUR|USD)/.test(after);
    const unit = (word ?? letter ?? "").toLowerCase();
    const places = unit === "m" && !isMoney ? 0 : (zeros[unit] ?? 0);
    return { shown: shown.trim(), at: match.index, minus, digits, places, isPercent: share !== undefined };
  });
  return found.map(({ shown, at, minus, digits, places, isPercent }, index) => {
    const next = found[index + 1];
    const isYear = /^(?:19|20)\d\d$/.test(digits);
    const sharesUnit =
      next !== undefined &&
      places === 0 &&
      !isPercent &&
      !isYear &&
      rangeWord.test(text.slice(at + shown.length, next.at));
    const value = shifted(numberOf(digits), sharesUnit ? next.places : places);
    return { value: minus ? `-${value}` : value, isPercent: isPercent || (sharesUnit && next.isPercent), shown };
  });
}

function numberOf(digits: string): string {
  if (/^\d+$/.test(digits)) return digits.replace(/^0+(?=\d)/, "");
  const isAmbiguous = /^[1-9]\d{0,2}\.\d{3}$/.test(digits);
  if (isAmbiguous) return digits;
  const groups = new RegExp(`^(?:${grouped})$`).exec(digits);
  if (groups) {
    const [whole = "", decimals = ""] = splitDecimals(digits, groups[1] ?? "");
    return decimal(whole.replace(/\D/g, ""), decimals);
  }
  const [whole = "", decimals = "", ...more] = digits.split(/[.,]/);
  return more.length > 0 ? digits : decimal(whole, decimals);
}

function splitDecimals(digits: string, separator: string): string[] {
  const other = [".", ","].filter((each) => each !== separator).find((each) => digits.includes(each));
  return other === undefined ? [digits] : digits.split(other);
}

function decimal(whole: string, decimals: string): string {
  const rest = decimals.replace(/0+$/, "");
  const start = whole.replace(/^0+(?=\d)/, "");
  return rest === "" ? start : `${start}.${rest}`;
}

/** Times a power of ten, in digits: floating-point numbers have others. */
function shifted(value: string, places: number): string {
  if (places === 0) return value;
  const [whole = "", decimals = ""] = value.split(".");
  const padded = decimals.padEnd(places, "0");
  return decimal(whole + padded.slice(0, places), padded.slice(places));
}
