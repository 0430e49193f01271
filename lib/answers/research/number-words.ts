const small =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen";
const tens = "twenty thirty forty fifty sixty seventy eighty ninety";
const scales = { hundred: 100, thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };

const values = new Map<string, number>([
  ...small.split(" ").map((word, value): [string, number] => [word, value]),
  ...tens.split(" ").map((word, index): [string, number] => [word, (index + 2) * 10]),
  ...Object.entries(scales),
]);

const first = `${small} ${tens}`.replaceAll(" ", "|");
const later = [...values.keys()].join("|");
const run = new RegExp(
  `(?<![\\p{L}\\p{N}-])(?:${first})(?:(?:(?<=hundred|thousand)\\s+and)?[\\s-]+(?:${later}))*(?![\\p{L}\\p{N}])`,
  "giu",
);

/**
 * The text with its spelled numbers in digits: `twenty-five` as `25`, `two million` as `2000000`. Left as words: `one`, which
 * is a pronoun more often, and where `keepSmall` is set what counts up to ten, as in "these three measures", with no unit.
 */
export function withDigits(text: string, { keepSmall }: { keepSmall: boolean }): string {
  return text.replace(run, (words, at: number) => {
    const value = numberOf(words.toLowerCase().split(/[\s-]+/));
    const isShare = /^\s*(?:%|per\s?cent)/i.test(text.slice(at + words.length));
    return value === 1 || (keepSmall && value <= 10 && !isShare) ? words : String(value);
  });
}

function numberOf(words: readonly string[]): number {
  let [total, current] = [0, 0];
  for (const word of words) {
    const value = values.get(word) ?? 0;
    if (value === 100) current *= 100;
    else if (value >= 1000) {
      total += current * value;
      current = 0;
    } else current += value;
  }
  return total + current;
}
