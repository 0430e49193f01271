import { contentWords, namesIn } from "./words.ts";

/** Words of a passage: its own, and those of the headings it stands under. */
export interface Words {
  own: ReadonlySet<string>;
  above: ReadonlySet<string>;
}

/** What a word counts that stands in a heading alone. */
const headingShare = 0.6;
/** Of a long question so many words at most have to do with one passage. */
const mostTerms = 8;
/** How much more a name counts than another word. */
const nameWeight = 2;

/**
 * Whether a passage has enough of what a question asks: a share of the words of a short question, the rarer ones counting
 * more and those that occur nowhere most, so that a question about something else finds nothing. Of a long question those
 * words count that occur at all. A name counts twice. One word is never enough where there are more.
 */
export function relevanceTo(question: string, passages: readonly Words[]): (words: Words) => boolean {
  const terms = [...new Set(contentWords(question))];
  const names = namesIn(question);
  const weights = terms.map((term) => ({ term, weight: rarity(term, passages) * (names.has(term) ? nameWeight : 1) }));
  const isLong = terms.length > 5;
  const rarest = weights.toSorted((a, b) => b.weight - a.weight);
  const occurs = (term: string) => passages.some(({ own }) => own.has(term));
  const counted = isLong ? rarest.filter(({ term }) => occurs(term)).slice(0, mostTerms) : weights;
  const needed = sum(counted) * (isLong ? 0.4 : terms.length > 3 ? 0.5 : 0.6);
  return ({ own, above }) => {
    const inText = counted.filter(({ term }) => own.has(term));
    const inHeadings = counted.filter(({ term }) => !own.has(term) && above.has(term));
    const shared = sum(inText) + headingShare * sum(inHeadings);
    const several = inText.length + inHeadings.length >= Math.min(2, terms.length);
    return inText.length > 0 && several && shared >= needed;
  };
}

function sum(terms: readonly { weight: number }[]): number {
  return terms.reduce((total, { weight }) => total + weight, 0);
}

/** Something also where every passage has the word: of a few passages that says little. */
function rarity(term: string, passages: readonly Words[]): number {
  const occurrences = passages.filter(({ own }) => own.has(term)).length;
  return 0.5 + Math.log((passages.length + 1) / (occurrences + 1));
}
